import { Phrase, Refused } from "./refused.js";

/** What the verifier says, in French and English; `{0}`, `{1}`, … are values. */

export const CATEGORIES = [
  "complete", "authentic", "authentic", "authentic", "timely", "complete", "complete", "timely", "random", "random",
  "selected", "selected", "afterwards", "timely", "selected",
];

export const CATEGORY_NAMES = {
  complete: { fr: "Rien ne manque", en: "Nothing is missing" },
  authentic: { fr: "Rien n’a été changé", en: "Nothing was changed" },
  timely: { fr: "Tout à son heure", en: "Everything in its time" },
  random: { fr: "Le hasard n’a pas été choisi", en: "Chance was not chosen" },
  selected: { fr: "Les gagnants sont les bons", en: "The winners are the right ones" },
  afterwards: { fr: "Après le tirage", en: "After the draw" },
};

export const STEP_NAMES = [
  { fr: "Fichiers et empreintes", en: "Files and digests" },
  { fr: "Enregistrements, racine et signature du journal", en: "Records, root and signature of the journal" },
  { fr: "Points de contrôle cohérents", en: "Checkpoints consistent with one another" },
  { fr: "Définition et règlement tels que publiés", en: "Definition and rules texts as published" },
  { fr: "Chaque étape à sa place", en: "Every record allowed where it stands" },
  { fr: "Rapprochement : reçues = participantes + exclues + retirées", en: "Reconciliation: accepted = taking part + excluded + withdrawn" },
  { fr: "Liste figée conforme au journal", en: "Frozen list as the journal folds" },
  { fr: "Tour calculé, liste figée à temps", en: "Round as computed, list frozen in time" },
  { fr: "Signature de la balise publique", en: "Signature of the public beacon" },
  { fr: "Graine du tirage", en: "Seed of the draw" },
  { fr: "Classement", en: "Ranking" },
  { fr: "Lots et suppléants", en: "Awards and alternates" },
  { fr: "Suites du tirage", en: "What came after the draw" },
  { fr: "Horodatages et cosignatures", en: "Stamps and cosignatures" },
  { fr: "Identités des personnes tirées", en: "Identities of the people drawn" },
];

export const NOT_PROVED = [
  { fr: "Que les participants sont des personnes réelles et distinctes.", en: "That entrants are real, distinct people." },
  { fr: "Que ce qu’ils ont déclaré est vrai.", en: "That what they declared is true." },
  { fr: "Qu’un lot a été remis.", en: "That a prize was delivered." },
  { fr: "Que l’opération respecte la loi.", en: "That the operation is lawful." },
];

const SENTENCES = {
  compared: { fr: "{0} : attendu {1}, trouvé {2}", en: "{0}: expected {1}, found {2}" },
  where: { fr: "{0} : {1}", en: "{0}: {1}" },
  more: { fr: "… et {0} autres", en: "… and {0} more" },
  unreached: { fr: "étape non atteinte", en: "this step was not reached" },
  unforeseen: { fr: "erreur imprévue : {0}", en: "unforeseen error: {0}" },
  record: { fr: "enregistrement {0}", en: "record {0}" },
  no_draw: { fr: "pas encore de tirage", en: "no draw so far" },
  no_freeze: { fr: "la liste n’est pas encore figée", en: "the list is not frozen so far" },
  not_zip: { fr: "ce n’est pas un fichier zip", en: "this is not a zip file" },
  damaged: { fr: "zip abîmé ({0}) ; téléchargez-le à nouveau", en: "damaged zip ({0}); download it again" },
  twice: { fr: "deux fichiers du même nom : {0}", en: "two entries of one name: {0}" },
  bad_name: { fr: "nom de fichier interdit : {0}", en: "forbidden file name: {0}" },
  encrypted: { fr: "fichier chiffré : {0}", en: "encrypted entry: {0}" },
  method: { fr: "{0} : compression inconnue ({1})", en: "{0}: unknown compression ({1})" },
  beyond: { fr: "{0} : démesuré une fois décompressé", en: "{0}: expands beyond measure" },
  beyond_all: { fr: "plus de 4 Gio une fois décompressé", en: "more than 4 GiB once unpacked" },
  not_receipt: { fr: "ce n’est pas un reçu", en: "this is not a receipt" },
  lacking: { fr: "il manque {0}", en: "{0} is missing" },
  unreadable: { fr: "ce fichier ne peut pas être lu ({0})", en: "this file cannot be read ({0})" },
  absent: { fr: "{0} : absent du dossier", en: "{0}: not in the bundle" },
  too_long: { fr: "{0} : plus de {1} octets", en: "{0}: more than {1} bytes" },
  file: { fr: "{0}", en: "{0}" },
  integer: { fr: "nombre à virgule, ou de 2^53 ou plus : {0}", en: "floating number, or of 2^53 or more: {0}" },
  surrogate: { fr: "caractère incomplet", en: "half a character" },
  deep: { fr: "JSON trop imbriqué", en: "JSON nested too deep" },
  not_json: { fr: "{0} : JSON non valide", en: "{0}: not valid JSON" },
  not_canonical: { fr: "{0} : JSON non canonique, ou d’une autre forme que {1}", en: "{0}: not canonical JSON, or of another shape than {1}" },
  base64: { fr: "base64 non valide : {0}", en: "not valid base64: {0}" },
  vkey: { fr: "clé du journal : attendu nom+numéro+clé puis LF, trouvé {0}", en: "key of the journal: expected name+number+key then LF, found {0}" },
  vkey_number: { fr: "clé du journal : clé Ed25519 numéro {0} attendue, trouvé {1}", en: "key of the journal: expected Ed25519 key number {0}, found {1}" },
  not_note: { fr: "ce n’est pas une note signée", en: "this is not a signed note" },
  sign_line: { fr: "ligne de signature illisible : {0}", en: "signature line not readable: {0}" },
  sign_false: { fr: "la signature de {0} ne correspond pas au texte", en: "the signature of {0} does not hold" },
  sign_none: { fr: "attendu une signature de {0}, aucune trouvée", en: "expected a signature of {0}, found none" },
  not_head: { fr: "attendu origine, taille et racine, trouvé {0}", en: "expected origin, size and root, found {0}" },
  extra_file: { fr: "{0} : dans le dossier, pas dans le manifeste", en: "{0}: in the bundle, not in the manifest" },
  missing_file: { fr: "{0} : dans le manifeste, pas dans le dossier", en: "{0}: in the manifest, not in the bundle" },
  digest: { fr: "SHA-256 de {0}", en: "SHA-256 of {0}" },
  files_ok: { fr: "{0} fichiers conformes au manifeste", en: "{0} files, as the manifest lists them" },
  line_length: { fr: "enregistrement {0} : plus de 65 535 octets, ou sans LF ({1} octets)", en: "record {0}: more than 65,535 bytes, or without LF ({1} bytes)" },
  encoding: { fr: "enregistrement {0}, encodage canonique, caractère {1}", en: "record {0}, canonical encoding, character {1}" },
  kind: { fr: "enregistrement {0}, genre inconnu : {1}", en: "record {0}, unknown kind: {1}" },
  shape: { fr: "enregistrement {0} ({1}) : « {2} » n’est pas conforme : {3}", en: "record {0} ({1}): “{2}” is not as specified: {3}" },
  head_size: { fr: "{0}, nombre d’enregistrements", en: "{0}, number of records" },
  head_root: { fr: "{0}, racine", en: "{0}, root" },
  head_origin: { fr: "{0}, origine", en: "{0}, origin" },
  campaign: { fr: "enregistrement {0}, campagne", en: "record {0}, campaign" },
  journal_ok: { fr: "{0} enregistrements signés par {1}", en: "{0} records, signed by {1}" },
  no_key: { fr: "clé illisible (étape 2)", en: "key not readable (step 2)" },
  freeze_ok: { fr: "liste figée à l’enregistrement {0}, racine {1}", en: "list frozen at record {0}, root {1}" },
  unannounced: { fr: "{0} : texte que le journal n’annonce pas", en: "{0}: a text that the journal does not announce" },
  no_papers: { fr: "aucun règlement annoncé par le journal", en: "no rules text announced by the journal" },
  amendment: { fr: "enregistrement {0}, version du règlement", en: "record {0}, version of the rules text" },
  answers: { fr: "enregistrement {0}, réponses révélées", en: "record {0}, revealed answers" },
  unrevealed: { fr: "enregistrement {0}, réponses scellées non révélées : {1}", en: "record {0}, sealed answers not revealed: {1}" },
  papers_ok: { fr: "{0} textes conformes au journal", en: "{0} texts, as the journal announces them" },
  backwards: { fr: "enregistrement {0}, heure", en: "record {0}, time" },
  stage: { fr: "enregistrement {0}, au stade « {1} »", en: "record {0}, at stage “{1}”" },
  first: { fr: "premier enregistrement", en: "first record" },
  minutes: { fr: "enregistrement {0}, relevé, « {1} »", en: "record {0}, minutes, “{1}”" },
  again: { fr: "enregistrement {0} : participation {1} déjà acceptée", en: "record {0}: entry {1} was accepted before" },
  version: { fr: "enregistrement {0}, version acceptée", en: "record {0}, version accepted" },
  hours: { fr: "enregistrement {0}, heure de participation", en: "record {0}, time of the entry" },
  state: { fr: "enregistrement {0} ({1}) : la participation {2} n’est pas dans l’état qu’il faut", en: "record {0} ({1}): entry {2} is not in the state that this takes" },
  of_entrant: { fr: "enregistrement {0}, participant", en: "record {0}, entrant" },
  of_draw: { fr: "enregistrement {0}, tirage", en: "record {0}, draw" },
  stages_ok: { fr: "chaque enregistrement à sa place ; stade : {0}", en: "every record in its place; stage: {0}" },
  at_draft: { fr: "rien n’est publié", en: "nothing is published" },
  at_open: { fr: "ouvert", en: "open" },
  at_closed: { fr: "clos", en: "closed" },
  at_frozen: { fr: "liste figée", en: "list frozen" },
  at_drawn: { fr: "tirage effectué", en: "drawn" },
  at_settled: { fr: "terminé", en: "settled" },
  at_void: { fr: "annulé", en: "voided" },
  by_ceremony: { fr: "cérémonie", en: "ceremony" },
  by_rehearsal: { fr: "répétition", en: "rehearsal" },
  no_times: { fr: "instants de la définition illisibles", en: "the definition’s instants cannot be read" },
  entries: { fr: "participations", en: "entries" },
  entrants: { fr: "participants", en: "entrants" },
  tickets: { fr: "chances", en: "tickets" },
  count_ok: {
    fr: "{0} acceptées − {1} retirées − {2} exclues + {3} réintégrées = {4} participations, {5} participants, {6} chances",
    en: "{0} accepted − {1} withdrawn − {2} excluded + {3} reinstated = {4} entries, {5} entrants, {6} tickets",
  },
  line: { fr: "{0}, ligne {1}", en: "{0}, line {1}" },
  order: { fr: "{0}, ligne {1}, ordre", en: "{0}, line {1}, order" },
  folded: { fr: "chances de {0} d’après le journal", en: "tickets of {0} by the journal" },
  unlisted: { fr: "{0} participants du journal manquent, dont {1}", en: "{0} entrants of the journal are missing, such as {1}" },
  empty: { fr: "liste vide : rien à tirer", en: "an empty list cannot be drawn" },
  pool_ok: { fr: "{0} participants et {1} chances, tels que dans le journal", en: "{0} entrants and {1} tickets, as in the journal" },
  postponed: { fr: "enregistrement {0}, report", en: "record {0}, postponement" },
  postponed_at: { fr: "enregistrement {0}, heure du report", en: "record {0}, time of the postponement" },
  round: { fr: "tour selon {0}", en: "round by {0}" },
  no_round: { fr: "une répétition n’a ni tour ni préavis", en: "a rehearsal has no round and needs no notice" },
  frozen_at: { fr: "heure à laquelle la liste est figée", en: "time of the freeze" },
  too_far: { fr: "instant du tirage, reporté plus loin que nécessaire", en: "time of the draw, postponed further than needed" },
  drawn_at: { fr: "heure du tirage", en: "time of the draw" },
  time_ok: { fr: "liste figée à {0} ; tirage à {1} ; tour {2}", en: "list frozen at {0}; draw at {1}; round {2}" },
  parameter: { fr: "source publiée, {0}", en: "source published, {0}" },
  announced: { fr: "source selon {0}", en: "source by {0}" },
  round_json: { fr: "round.json, {0}", en: "round.json, {0}" },
  chain: { fr: "chaîne", en: "chain" },
  no_beacon: { fr: "pas de balise : {0}", en: "no beacon: {0}" },
  beacon_false: { fr: "la signature n’est pas celle du tour {0} : {1}", en: "the signature is not that of round {0}: {1}" },
  beacon_ok: { fr: "tour {0} de quicknet, signature juste", en: "round {0} of quicknet, signature holds" },
  unfrozen: { fr: "tirage sans liste figée", en: "a draw without a frozen list" },
  text: { fr: "texte de la source", en: "text of the source" },
  seed: { fr: "graine", en: "seed" },
  seed_ok: { fr: "graine {0}", en: "seed {0}" },
  no_pool: { fr: "pas de liste à classer (étape 7)", en: "no list to rank (step 7)" },
  rank: { fr: "rang {0}", en: "rank {0}" },
  too_many: { fr: "rien au-delà du rang {0}", en: "nothing beyond rank {0}" },
  ranking_ok: { fr: "{0} rangs recalculés", en: "{0} ranks computed again" },
  no_prizes: { fr: "lots illisibles dans la définition", en: "the definition’s prizes cannot be read" },
  prize: { fr: "lot du rang {0}", en: "prize of rank {0}" },
  rows: { fr: "nombre de rangs", en: "number of ranks" },
  winners: { fr: "nombre de gagnants", en: "number of winners" },
  alternates: { fr: "nombre de suppléants", en: "number of alternates" },
  prizes_ok: { fr: "{0} gagnants, {1} suppléants", en: "{0} winners, {1} alternates" },
  undrawn: { fr: "enregistrement {0} : le lot {1} n’a pas été tiré", en: "record {0}: prize {1} was not drawn" },
  award: { fr: "enregistrement {0} ({1}), lot {2}, état", en: "record {0} ({1}), prize {2}, state" },
  award_to: { fr: "enregistrement {0} ({1}), lot {2}, participant", en: "record {0} ({1}), prize {2}, entrant" },
  forfeit: { fr: "enregistrement {0}, motif", en: "record {0}, reason" },
  promoted: { fr: "enregistrement {0}, rang du suppléant", en: "record {0}, rank of the alternate" },
  alternate: { fr: "enregistrement {0}, suppléant de rang {1}", en: "record {0}, alternate of rank {1}" },
  pending: { fr: "enregistrement {0} : soldé alors que le lot {1} est en attente", en: "record {0}: settled while prize {1} is pending" },
  unpromoted: { fr: "enregistrement {0} : soldé sans promouvoir le suppléant de rang {1}", en: "record {0}: settled without promoting the alternate of rank {1}" },
  settled: { fr: "enregistrement {0}, {1}", en: "record {0}, {1}" },
  second_draw: { fr: "enregistrement {0} : second tirage ({1})", en: "record {0}: a second draw ({1})" },
  stray_draw: { fr: "{0} : fichier d’un tirage inconnu du journal", en: "{0}: file of a draw unknown to the journal" },
  no_ranking: { fr: "pas de ranking.csv auquel comparer", en: "no ranking.csv to compare with" },
  nothing_after: { fr: "rien encore après le tirage", en: "nothing so far after the draw" },
  after_ok: { fr: "{0} enregistrements dans l’ordre, un seul tirage", en: "{0} records in order, one draw only" },
  no_stamps: { fr: "le dossier n’en contient pas", en: "the bundle holds none" },
  stamps: {
    fr: "cette page ne vérifie pas les horodatages et cosignatures ({0} ici) ; verify.py et « contests verify » le font",
    en: "this page does not check time stamps and cosignatures ({0} here); verify.py and “contests verify” do",
  },
  no_legal: { fr: "aucun dossier d’identités n’a été donné", en: "no file of identities was given" },
  legal_entrant: { fr: "{0}, participant", en: "{0}, entrant" },
  legal_key: { fr: "{0}, engagement", en: "{0}, commitment" },
  legal_rank: { fr: "{0}, rang", en: "{0}, rank" },
  legal_prize: { fr: "{0}, lot", en: "{0}, prize" },
  unnamed: { fr: "rang {0} sans identité : {1}", en: "rank {0} has no identity: {1}" },
  legal_ok: { fr: "{0} identités conformes", en: "{0} identities hold" },
};

const LONGEST = 120;

/** What was found, on one line, without control characters, cut where it is long. @param {unknown} value */
export function show(value) {
  const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  const plain = text.slice(0, LONGEST).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "·");
  return plain + (text.length > LONGEST ? "…" : "");
}

/** @param {"fr" | "en"} language @param {string} sentence @param {...any} values @returns {string} */
export function say(language, sentence, ...values) {
  // A value that is itself a sentence is said in the same language.
  const nested = (value) => value instanceof Phrase || value instanceof Refused;
  const shown = values.map((value) => (nested(value) ? say(language, value.sentence, ...value.values) : show(value)));
  const template = SENTENCES[sentence][language];
  return (language === "fr" ? spaced(template) : template).replace(/\{(\d)\}/g, (_, at) => shown[Number(at)]);
}

/** The spaces that French does not break. @param {string} said */
export function spaced(said) {
  return said.replace(/ (?=[;?!])/g, "\u202f").replace(/ (?=[:»%€])/g, "\u00a0").replace(/« /g, "«\u00a0");
}
