import { sha256 } from "@noble/hashes/sha2.js";
import { beaconHolds, knownAt, QUICKNET, roundAt } from "./beacon.js";
import { fromUtf8, toHex, toUtf8 } from "./bytes.js";
import { DAY, instant, when } from "./instants.js";
import { canonical, isObject, parse } from "./json.js";
import { openCheckpoint } from "./note.js";
import { Numbers, readPool } from "./pool.js";
import { Phrase, Refused } from "./refused.js";
import { some } from "./shapes.js";
import { stamps } from "./stamps.js";
import { MIB } from "./zip.js";

/** @typedef {import("./case.js").Case} Case */

/** Every file of the manifest is there with its digest, and no other. @param {Case} own */
async function files(own) {
  const { report, digests } = own;
  const listed = await readObject(own, "manifest.json", "{name: SHA-256}");
  const found = [...digests.keys()].filter((name) => name !== "manifest.json");
  for (const name of new Set([...found, ...Object.keys(listed)].sort())) {
    if (!Object.hasOwn(listed, name)) report.fail(1, "extra_file", name);
    else if (!digests.has(name) || name === "manifest.json") report.fail(1, "missing_file", name);
    else report.compare(1, "digest", listed[name], digests.get(name), name);
  }
  report.pass(1, "files_ok", found.length);
}

/** The records give the root that the key signed; each record was judged on its way. @param {Case} own */
async function records(own) {
  const { report, journal } = own;
  const name = "journal/checkpoint";
  const head = await readCheckpoint(own, name);
  report.compare(2, "head_size", head.size, journal.tree.size, name);
  report.compare(2, "head_root", head.root, journal.tree.root(), name);
  report.compare(2, "head_origin", own.key?.name, head.origin, name);
  const end = `/journal/${journal.campaign}`;
  if (!journal.campaign || !head.origin.endsWith(end)) report.differ(2, "head_origin", `…${end}`, head.origin, name);
  report.pass(2, "journal_ok", journal.tree.size, head.origin);
}

/** The freeze checkpoint is signed, and its last leaf is `pool.frozen`. @param {Case} own */
async function freeze(own) {
  const { report, journal } = own;
  const name = own.file("checkpoint");
  const head = (own.head = await readCheckpoint(own, name));
  report.compare(3, "head_origin", own.key?.name, head.origin, name);
  report.compare(3, "head_size", journal.freezeSize, head.size, name);
  report.compare(3, "head_root", journal.freezeRoot, head.root, name);
  report.pass(3, "freeze_ok", journal.freezeSize, journal.freezeRoot);
}

/** Rules texts and minutes are those that the journal announces; each record was judged on its way. @param {Case} own */
function papers(own) {
  const { report, journal, digests } = own;
  for (const [name, digest] of journal.papers) report.compare(4, "digest", digest, digests.get(name) ?? "—", name);
  for (const name of digests.keys()) {
    if (name.startsWith("papers/") && !journal.papers.has(name)) report.fail(4, "unannounced", name);
  }
  if (!journal.papers.size) report.fail(4, "no_papers");
  report.pass(4, "papers_ok", journal.papers.size);
}

/** Every record stands where it may, in time; each was judged on its way. @param {Case} own */
function stages({ report, journal }) {
  const { terms } = journal;
  if (!terms) report.differ(5, "first", "campaign.published", "—");
  else if (terms.opens === null || terms.closes === null) report.fail(5, "no_times");
  report.pass(5, "stages_ok", new Phrase(`at_${journal.stage}`));
}

/** accepted − withdrawn − excluded + reinstated = pool. @param {Case} own */
function reconcile({ report, journal }) {
  const counts = ["accepted", "withdrawn", "excluded", "reinstated"].map((kind) => journal.counts[`entry.${kind}`] ?? 0);
  const { entries, entrants, tickets } = journal.entries.folded;
  report.compare(6, "entries", counts[0] - counts[1] - counts[2] + counts[3], entries);
  report.compare(6, "entrants", entrants, journal.freeze.entrants);
  report.compare(6, "tickets", tickets, journal.freeze.tickets);
  report.pass(6, "count_ok", ...counts, entries, entrants, tickets);
}

/** The pool is as specified and as folded. The numbers of step 11 are computed on the way. @param {Case} own */
async function pool(own) {
  const { report, journal, digests } = own;
  const name = own.file("pool.csv");
  if (!digests.has(name)) throw new Refused("absent", name);
  const numbers = journal.ranking && new Numbers(journal.draw.seed, journal.ranking.rows.length);
  const seen = await readPool(report, own.watched(name), name, journal.entries, numbers);
  own.top = numbers && numbers.ranked();
  if (journal.entries.left) report.fail(7, "unlisted", journal.entries.left, journal.entries.unlisted());
  if (!seen.entrants) report.fail(7, "empty");
  report.compare(7, "digest", journal.freeze.pool, digests.get(name), name);
  report.compare(7, "entrants", journal.freeze.entrants, seen.entrants);
  report.compare(7, "tickets", journal.freeze.tickets, seen.tickets);
  report.pass(7, "pool_ok", seen.entrants, seen.tickets);
}

/** The instant in force gives the round; the list was frozen before the notice (draw §3). @param {Case} own */
async function times(own) {
  const { report, journal } = own;
  const { terms, drawsAt } = journal;
  if (!terms) return report.differ(8, "first", "campaign.published", "—");
  if (drawsAt === null || terms.notice === null) return report.fail(8, "no_times");
  const announced = journal.source.source;
  const expected = announced === "drand" ? roundAt(drawsAt) : 0;
  report.compare(8, "round", expected, journal.freeze.round ?? 0, "pool.frozen");
  if (journal.draw?.source.source === "drand") {
    report.compare(8, "round", expected, journal.draw.source.round, "draw.completed");
    const copy = await readRound(own).catch(() => null); // what is wrong with it is told at step 9
    if (copy) report.compare(8, "round", expected, copy.round, "round.json");
  }
  for (const [sentence, due, at] of [["closed_at", terms.closes, journal.closedAt], ["frozen_at", terms.freezes, journal.freeze.at]]) {
    if (due !== null && at && (instant(at) ?? 0) < due) report.differ(8, sentence, `≥ ${when(due)}`, at);
  }
  if (announced === "rehearsal") return report.skip(8, "no_round");
  const frozen = instant(journal.freeze.at) ?? 0;
  const latest = drawsAt - terms.notice;
  if (frozen > latest) report.differ(8, "frozen_at", `≤ ${when(latest)}`, journal.freeze.at);
  else if (journal.postponements && frozen <= latest - DAY) report.differ(8, "too_far", `≤ ${when(drawsAt - DAY)}`, when(drawsAt));
  const due = expected ? knownAt(expected) : drawsAt;
  if (journal.draw && (instant(journal.draw.at) ?? 0) < due) report.differ(8, "drawn_at", `≥ ${when(due)}`, journal.draw.at);
  if (journal.late) report.pass(8, "time_late", journal.late);
  return report.pass(8, "time_ok", journal.freeze.at, when(drawsAt), expected || "—");
}

/** The source is the announced one; the beacon's parameters and its signature hold. @param {Case} own */
async function beacon(own) {
  const { report, journal } = own;
  const announced = journal.source.source ?? "—";
  report.compare(9, "announced", announced, journal.terms?.source || announced, "definition");
  if (announced === "drand") {
    for (const [key, value] of Object.entries(QUICKNET)) report.compare(9, "parameter", value, journal.source[key], key);
  }
  if (!journal.draw) return report.skip(9, "no_draw");
  const { source } = journal.draw;
  report.compare(9, "announced", announced, source.source, "draw.completed");
  if (source.source !== "drand") return report.skip(9, "no_beacon", new Phrase(`by_${source.source}`));
  report.compare(9, "chain", QUICKNET.chain, source.chain);
  if (!beaconHolds(source.round, source.signature)) report.fail(9, "beacon_false", source.round, source.signature);
  const copy = await readRound(own);
  for (const key of ["chain", "signature"]) report.compare(9, "round_json", source[key], copy[key], key);
  return report.pass(9, "beacon_ok", source.round);
}

/** The seed is that of draw §4; a ceremony's text has the announced names. @param {Case} own */
async function seed(own) {
  const { report, journal } = own;
  const { terms } = journal;
  if (!journal.freeze || !terms) return report.fail(10, "unfrozen");
  const { source } = journal.draw;
  if (source.source === "rehearsal" && source.text.includes("\n")) report.differ(10, "text", "LF: 0", source.text);
  if (source.source === "ceremony" && !namesHold(terms.values, source.text)) {
    const expected = ["ceremony", ...terms.values.map((value) => `${value}=…`)].join(" ");
    report.differ(10, "text", expected, source.text.replaceAll("\n", " "));
  }
  const found = journal.draw.seed;
  const head = { size: journal.freezeSize, root: journal.freezeRoot };
  // Where the freeze checkpoint differs from the records step 3 has failed: the seed may follow either.
  const seeds = [head, ...(own.head ? [own.head] : [])].map((each) => seedOf(journal, each));
  report.compare(10, "seed", seeds.includes(found) ? found : seeds[0], found);
  if (source.source !== "drand") {
    const name = own.file("source.txt");
    report.compare(10, "file", source.text, fromUtf8(await own.archive.read(name)) ?? "\ufffd", name);
  }
  return report.pass(10, "seed_ok", found);
}

/** @param {import("./journal.js").Journal} journal @param {{size: number, root: string}} head */
function seedOf(journal, head) {
  const { freeze: frozen, draw, campaign } = journal;
  const { source } = draw;
  const chance = {
    drand: () => [source.chain, source.round, source.signature],
    ceremony: () => [toHex(sha256(toUtf8(source.text)))],
    rehearsal: () => [source.text],
  }[source.source]();
  const label = source.source === "rehearsal" ? "contests/rehearsal/v1" : "contests/seed/v1";
  const fields = [
    label, campaign, frozen.draw, journal.terms?.digest, frozen.pool, frozen.entrants, frozen.tickets, head.size, head.root,
    source.source, ...chance,
  ];
  return toHex(sha256(toUtf8(fields.map((field) => `${field}\n`).join(""))));
}

/** Whether a ceremony's text has the announced names, in order, each with a value. @param {unknown[]} names @param {string} text */
function namesHold(names, text) {
  const [head, ...values] = text.split("\n");
  const named = names.every((name, at) => some(name) && values[at]?.startsWith(`${name}=`) && values[at] !== `${name}=`);
  return head === "ceremony" && names.length > 0 && values.length === names.length + 1 && values.at(-1) === "" && named;
}

/** Numbers and order are those of draw §5. @param {Case} own */
function ranking({ report, journal, top, file }) {
  if (!journal.ranking) throw new Refused("absent", file("ranking.csv"));
  if (!top) return report.skip(11, "no_pool");
  const { rows, length } = journal.ranking;
  rows.forEach((row, at) => {
    const found = top[at];
    const expected = found ? `${at + 1},${toHex(found.number)},${fromUtf8(found.entrant)}` : `${at + 1},,`;
    report.compare(11, "rank", expected, row.slice(0, 3).join(","), at + 1);
  });
  if (length > rows.length) report.skip(11, "too_many", rows.length);
  return report.pass(11, "ranking_ok", rows.length);
}

/** Prizes in the order declared, then alternates; counts and digest as recorded (draw §6). @param {Case} own */
function prizes({ report, journal, digests, file }) {
  const { terms, freeze: frozen, draw } = journal;
  if (!journal.ranking) throw new Refused("absent", file("ranking.csv"));
  if (!terms?.prizes || terms.alternates === null) return report.fail(12, "no_prizes");
  const { rows, length, name } = journal.ranking;
  const winners = Math.min(frozen.entrants, terms.unitCount);
  const alternates = Math.min(frozen.entrants - winners, terms.alternates);
  const units = terms.units(Math.min(winners, rows.length));
  rows.forEach((row, at) => report.compare(12, "prize", units[at] ?? "", row[3], at + 1));
  report.compare(12, "rows", winners + alternates, length);
  report.compare(12, "winners", winners, draw.winners);
  report.compare(12, "alternates", alternates, draw.alternates);
  report.compare(12, "digest", draw.ranking, digests.get(name), name);
  return report.pass(12, "prizes_ok", winners, alternates);
}

/** What came after the draw; each record was judged on its way. @param {Case} own */
function afterwards({ report, journal, digests, file }) {
  for (const name of digests.keys()) {
    if (name.startsWith("draws/") && !name.startsWith(file(""))) report.fail(13, "stray_draw", name);
  }
  if (!journal.draw) report.skip(13, "no_draw");
  else if (!journal.awards) report.skip(13, "no_ranking");
  else if (!journal.awards.seen) report.skip(13, "nothing_after");
  else report.pass(13, "after_ok", journal.awards.seen);
}

/** The legal file names the entrants of the ranking. @param {Case} own */
function identities({ report, journal, legal }) {
  if (!legal) return report.skip(15, "no_legal");
  if (!journal.ranking) return report.skip(15, "no_ranking");
  const { rows } = journal.ranking;
  const ranks = new Map(rows.map((row, at) => [row[2], at + 1]));
  for (const line of legal) {
    const { entrant, commitment } = journal.commitments.get(line.entry) ?? { entrant: "—", commitment: "—" };
    const rank = ranks.get(line.entrant);
    report.compare(15, "legal_entrant", entrant, line.entrant, line.where);
    report.compare(15, "legal_key", commitment, line.commitment, line.where);
    report.compare(15, "legal_rank", rank ?? "—", line.rank, line.where);
    report.compare(15, "legal_prize", rank ? rows[rank - 1][3] : "—", line.prize, line.where);
  }
  const named = new Set(legal.map((line) => line.entrant));
  for (const [entrant, rank] of ranks) if (!named.has(entrant)) report.fail(15, "unnamed", rank, entrant);
  return report.pass(15, "legal_ok", legal.length);
}

/** A canonical JSON object. @param {Case} own @param {string} name @param {string} shape */
async function readObject({ archive }, name, shape) {
  const { value, text, exact } = parse(await archive.read(name, 16 * MIB), name);
  if (text !== exact || !isObject(value)) throw new Refused("not_canonical", name, shape);
  return value;
}

/** @param {Case} own */
async function readRound(own) {
  const [name, shape] = [own.file("round.json"), '{"chain","round","signature"}'];
  const value = await readObject(own, name, shape);
  if (canonical(Object.keys(value).sort()) !== '["chain","round","signature"]') throw new Refused("not_canonical", name, shape);
  return value;
}

/** A head that the journal's key signed. @param {Case} own @param {string} name */
async function readCheckpoint({ archive, key }, name) {
  if (!key) throw new Refused("where", name, new Refused("no_key"));
  const bytes = await archive.read(name);
  try {
    return openCheckpoint(bytes, key);
  } catch (error) {
    throw error instanceof Refused ? new Refused("where", name, error) : error;
  }
}

/** In their order; what a step needs before it can be checked. @type {{take: (own: Case) => unknown, needs?: ("freeze" | "draw")[]}[]} */
export const STEPS = [
  { take: files },
  { take: records },
  { take: freeze, needs: ["freeze"] },
  { take: papers },
  { take: stages },
  { take: reconcile, needs: ["freeze"] },
  { take: pool, needs: ["freeze"] },
  { take: times, needs: ["freeze"] },
  { take: beacon },
  { take: seed, needs: ["draw"] },
  { take: ranking, needs: ["draw"] },
  { take: prizes, needs: ["freeze", "draw"] },
  { take: afterwards },
  { take: stamps },
  { take: identities },
];
