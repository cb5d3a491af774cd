"""The minutes of a draw (“relevé de tirage”): what was announced, what was done, what came out, how to check it.

They are the organiser's own paper, made from the signed journal; an officer may annex them to an act of their
own. Nothing in them names an entrant: pseudonyms only.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from contests.campaign.amendment import reason_in
from contests.campaign.codes import DECLINED, begins
from contests.codec import parse_instant
from contests.draw.beacon import QUICKNET
from contests.draw.seed import LABELS, Beacon, Ceremony, Frozen, ceremony_text, seed_fields
from contests.errors import Language, Text
from contests.papers.articles import prizes
from contests.papers.articles.order import numbers_of
from contests.papers.articles.ranking import CHANCE, FIXED
from contests.papers.clauses import CLAUSES
from contests.papers.looked import channel_title, looked_blocks, short
from contests.papers.minutes_facts import Count, MinutesFacts, Present
from contests.papers.minutes_words import BY_PROGRAM, STEPS
from contests.papers.pdf import Page
from contests.papers.rules_text import compile_rules
from contests.papers.tree import (
    Block,
    Bullets,
    Document,
    Facts,
    Formula,
    Note,
    Paragraph,
    Section,
    Signatures,
    Subheading,
    Table,
)
from contests.papers.voice import DAYS, MINUTES, Voice
from contests.records import (
    AlternatePromoted,
    AwardForfeited,
    AwardOffered,
    CampaignAmended,
    CampaignPublished,
    CampaignSettled,
    CampaignVoided,
    kind_of,
)

TITLE = Text(fr="Relevé de tirage n° {number}", en="Minutes of the draw no. {number}")
DRAFT = Text(fr="BROUILLON : ce relevé n’est pas établi", en="DRAFT: these minutes are not issued")
REHEARSAL = Text(fr="RÉPÉTITION : ce tirage ne vaut rien", en="REHEARSAL: this draw is worth nothing")
LONGEST = 1000  # lines of the ranking that are printed; the file holds them all
EXTRACT = ("participants", "entry", "bonuses", "exclusions", "draw", "ranking", "announcement", "forfeits")
_NONE = Text(fr="Aucun", en="None")
_NOT_STATED = Text(fr="Non renseigné", en="Not stated")
_YES, _NO = Text(fr="concorde", en="agrees"), Text(fr="DIFFÈRE", en="DIFFERS")


def write_minutes(facts: MinutesFacts, language: Language) -> Document:
    """Return the minutes in `language`. Pure: the same facts give the same document."""
    voice = Voice(
        campaign=facts.definition, language=language, version=facts.version, numbers=numbers_of(facts.definition)
    )
    written = (
        (Text(fr="Ce qu’est ce relevé", en="What these minutes are"), "what", _what(voice)),
        (Text(fr="Organisateur et personnes présentes", en="Organiser and people present"), "people", _people(facts, voice)),
        (Text(fr="Dates et heures", en="Dates and times"), "times", _times(facts, voice)),
        (Text(fr="Règlement appliqué", en="Rules applied"), "rules", _rules(facts, voice)),
        (Text(fr="Lots, dans l’ordre du tirage", en="Prizes, in the order of the draw"), "prizes", prizes.prizes(voice)),
        (Text(fr="Participations", en="Entries"), "entries", _entries(facts, voice)),
        (Text(fr="Comptes refaits par une seconde voie", en="Counts made again by a second route"), "counts", _counts(facts, voice)),
        (Text(fr="Liste figée", en="Frozen list"), "list", _list(facts, voice)),
        (Text(fr="Logiciel et méthode", en="Software and method"), "software", _software(facts, voice)),
        (Text(fr="Source du hasard et graine", en="Source of chance and seed"), "chance", _chance(facts, voice)),
        (Text(fr="Résultat du tirage", en="Result of the draw"), "result", _result(facts, voice)),
        (Text(fr="Suites du tirage", en="After the draw"), "after", _after(facts, voice)),
        (Text(fr="Incidents, déclarations et remarques", en="Incidents, declarations and remarks"), "stated", _stated(facts, voice)),
        (Text(fr="Journal et horodatage", en="Journal and time stamps"), "journal", _journal(facts, voice)),
        (Text(fr="Vérifier soi-même", en="Check it yourself"), "check", _check(facts, voice)),
        (Text(fr="Portée, limites et conservation", en="Scope, limits and retention"), "limits", _limits(facts, voice)),
        (Text(fr="Signatures", en="Signatures"), "signatures", _signatures(facts, voice)),
        (Text(fr="Annexe A. Extrait du règlement", en="Annex A. Extract of the rules"), "annex-rules", _extract(facts, voice)),
        (Text(fr="Annexe B. Empreintes des pièces", en="Annex B. Digests of the files"), "annex-files", _files(facts, voice)),
    )  # fmt: skip
    alone = {"check", "annex-rules"}
    sections = tuple(
        Section("" if key.startswith("annex") else str(n), voice.say(heading), key, blocks, own_page=key in alone)
        for n, (heading, key, blocks) in enumerate(written, 1)
    )
    return Document(
        language=language,
        title=voice.say(TITLE, number=facts.number),
        subtitle=voice.own(facts.definition.title),
        lead=_lead(facts, voice),
        sections=sections,
        banner=_banner(facts, voice),
    )


def page_of(facts: MinutesFacts, document: Document) -> Page:
    """Return what stands on every page of the PDF."""
    return Page(
        left=document.title, right=document.subtitle, foot=f"{facts.definition.organiser.name} · {facts.campaign}"
    )


def _banner(facts: MinutesFacts, voice: Voice) -> str:
    if facts.draft:
        return voice.say(DRAFT)
    return voice.say(REHEARSAL) if _is_rehearsal(facts) else ""


def _is_rehearsal(facts: MinutesFacts) -> bool:
    return facts.definition.draw.source == "rehearsal"


def _pairs(voice: Voice, *pairs: tuple[Text, str]) -> Facts:
    """Return the pairs that have something to say."""
    return Facts(tuple((voice.say(label), value) for label, value in pairs if value))


def _table(
    voice: Voice, caption: Text, header: Iterable[Text], rows: Iterable[tuple[str, ...]], figures: tuple[int, ...] = ()
) -> Table:
    return Table(voice.say(caption), tuple(voice.say(name) for name in header), tuple(rows), figures=figures)


def _said(voice: Voice, text: Text, **facts: object) -> Paragraph:
    return Paragraph(voice.say(text, **facts))


def _both(voice: Voice, at: datetime) -> str:
    """Return an instant as people of the campaign read it, and in UTC."""
    return f"{voice.when(at)}\n{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


# ------------------------------------------------------------------------------------------------ heading and people


def _lead(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    status = (
        Text(fr="Brouillon, non établi", en="Draft, not issued")
        if facts.draft
        else Text(fr="Répétition, sans valeur", en="Rehearsal, worth nothing")
        if _is_rehearsal(facts)
        else Text(fr="Tirage réel", en="Actual draw")
    )
    differ = [count for count in facts.counts if count.second is not None and not count.agrees]
    control = (
        Text(fr="Tous les comptes refaits concordent", en="All counts that were made again agree")
        if not differ
        else Text(fr="ATTENTION : comptes refaits qui diffèrent : {n} (voir la section 7)",
                  en="WARNING: counts made again that differ: {n} (see section 7)")
    )  # fmt: skip
    known = _pairs(
        voice,
        (Text(fr="Relevé", en="Minutes"), voice.say(Text(fr="n° {n}", en="no. {n}"), n=facts.number)),
        (Text(fr="Statut", en="Status"), voice.say(status)),
        (Text(fr="Établi le", en="Issued on"), "" if facts.draft else _both(voice, facts.issued_at)),
        (Text(fr="Jeu", en="Contest"), voice.own(facts.definition.title)),
        (Text(fr="Identifiant du jeu", en="Identifier of the contest"), facts.campaign),
        (Text(fr="Tirage", en="Draw"), voice.say(Text(fr="« {id} », seul tirage de ce jeu", en="“{id}”, the only draw of this contest"), id=facts.frozen.draw)),
        (Text(fr="Tirage effectué le", en="Draw completed on"), _both(voice, parse_instant(facts.completed.at))),
        (Text(fr="Source du hasard", en="Source of chance"), _source_name(facts, voice)),
        (Text(fr="Participants et chances", en="Entrants and tickets"),
         voice.say(Text(fr="participants : {n}, chances : {w}", en="entrants: {n}, tickets: {w}"),
                   n=voice.number(facts.frozen.entrants), w=voice.number(facts.frozen.tickets))),
        (Text(fr="Désignés", en="Drawn"),
         voice.say(Text(fr="gagnants provisoires : {n}, suppléants : {a}", en="provisional winners: {n}, alternates: {a}"),
                   n=voice.number(facts.completed.winners), a=voice.number(facts.completed.alternates))),
        (Text(fr="Contrôles", en="Checks"), voice.say(control, n=len(differ))),
    )  # fmt: skip
    replaced = [Paragraph(_replaced(facts, voice))] if facts.replaced else []
    return (known, *replaced)


def _replaced(facts: MinutesFacts, voice: Voice) -> str:
    """Say which minutes came before, the latest last."""
    gone = Text(
        fr="Ce relevé remplace le relevé n° {n}, établi le {issued} et annulé le {annulled}. Motif : {reason}",
        en="These minutes replace minutes no. {n}, issued on {issued} and annulled on {annulled}. Reason: {reason}",
    )
    beside = Text(
        fr="Le relevé n° {n}, établi le {issued}, n’est pas annulé ; celui-ci le complète.",
        en="Minutes no. {n}, issued on {issued}, are not annulled; these complete them.",
    )
    said = []
    for each in facts.replaced:
        issued = voice.when(each.issued_at)
        if each.annulled_at:
            found = voice.say(
                gone, n=each.number, issued=issued, annulled=voice.when(each.annulled_at), reason=each.reason
            )
        else:
            found = voice.say(beside, n=each.number, issued=issued)
        said.append(found)
    return voice.sentences(*said)


def _what(voice: Voice) -> tuple[Block, ...]:
    what = Text(
        fr="L’organisateur établit ce relevé à partir du journal public et signé du jeu. Il décrit le tirage, du "
        "règlement au résultat, et donne de quoi le vérifier. Ce n’est pas l’acte d’un officier public ou "
        "ministériel ; un officier peut l’annexer au sien.",
        en="The organiser issues these minutes from the public, signed journal of the contest. They describe the draw, "
        "from the rules to the result, and give what it takes to check it. They are not the act of a public officer; "
        "an officer may annex them to their own.",
    )
    nobody = Text(
        fr="Les participants n’y figurent que sous pseudonyme. Les personnes nommées ci-dessous, présentes ou "
        "responsables, le sont à la demande de l’organisateur. Le relevé et ses empreintes sont publics.",
        en="Entrants appear under pseudonyms only. The people named below, present or answerable, are named at the "
        "organiser’s request. The minutes and their digests are public.",
    )
    stands = Text(
        fr="L’empreinte SHA-256 de ce relevé est inscrite au journal public. Un relevé n’est jamais modifié : il est "
        "annulé avec un motif public, et un autre porte le numéro suivant.",
        en="The SHA-256 digest of these minutes is written in the public journal. Minutes are never changed: they are "
        "annulled for a public reason, and others bear the next number.",
    )
    return _said(voice, what), _said(voice, nobody), _said(voice, stands)


def _people(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    organiser, stated = facts.definition.organiser, facts.stated
    missing = voice.say(_NOT_STATED)
    who = _pairs(
        voice,
        (Text(fr="Organisateur", en="Organiser"), organiser.name),
        (Text(fr="Forme juridique", en="Legal form"), organiser.legal_form),
        (Text(fr="Immatriculation", en="Registration"), organiser.registration),
        (Text(fr="Siège", en="Seat"), f"{organiser.address} ({organiser.country})"),
        (Text(fr="Contact", en="Contact"), organiser.contact),
    )
    officer = "\n".join(filter(None, (stated.officer, stated.officer_office, stated.officer_address)))
    there = _pairs(
        voice,
        (Text(fr="Lieu", en="Place"), stated.place),
        (Text(fr="Tirage lancé par", en="Draw launched by"), _launched(facts, voice)),
        (Text(fr="Responsable de l’opération", en="Operator"), stated.operator),
        (Text(fr="Approuvé par", en="Approved by"), stated.approver or missing),
        (Text(fr="Officier ou témoin présent", en="Officer or witness present"), officer or voice.say(_NONE)),
        (Text(fr="Requérant", en="Requester"), stated.requester or missing),
    )
    return who, there, *_present(stated.present, voice)


def _present(people: tuple[Present, ...], voice: Voice) -> tuple[Block, ...]:
    if not people:
        alone = Text(
            fr="Aucune autre personne n’est déclarée présente.", en="Nobody else is stated to have been present."
        )
        return (_said(voice, alone),)
    header = (Text(fr="Nom", en="Name"), Text(fr="Qualité", en="Capacity"), Text(fr="Arrivée", en="In"),
              Text(fr="Départ", en="Out"))  # fmt: skip
    rows = ((each.name, each.capacity or "–", each.came or "–", each.left or "–") for each in people)
    return (
        _table(voice, Text(fr="Personnes présentes ou connectées", en="People present or connected"), header, rows),
    )


def _launched(facts: MinutesFacts, voice: Voice) -> str:
    return voice.say(BY_PROGRAM[facts.definition.draw.source], at=voice.when(parse_instant(facts.completed.at)))


# ---------------------------------------------------------------------------------------------------- times and rules


def _times(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    definition = facts.definition
    last = parse_instant(facts.postponed[-1].draws_at) if facts.postponed else definition.draws_at
    rows: list[tuple[Text, datetime | None, str]] = [
        (Text(fr="Publication", en="Publication"), None, facts.published.at),
        (Text(fr="Ouverture", en="Opening"), definition.opens_at, ""),
        (Text(fr="Clôture", en="Closing"), definition.closes_at, facts.closed.at),
        (Text(fr="Gel de la liste", en="Freeze of the list"), definition.freezes_at, facts.frozen.at),
        (Text(fr="Tirage", en="Draw"), last, facts.completed.at),
    ]
    if facts.postponed:
        rows.insert(
            4, (Text(fr="Tirage, date d’abord annoncée", en="Draw, as first announced"), definition.draws_at, "")
        )
    header = (
        Text(fr="Étape", en="Step"), Text(fr="Annoncé, heure locale", en="Announced, local time"),
        Text(fr="Annoncé, UTC", en="Announced, UTC"), Text(fr="Réel, heure locale", en="Actual, local time"),
        Text(fr="Réel, UTC", en="Actual, UTC"),
    )  # fmt: skip
    cells = []
    for name, announced, record in rows:
        actual = parse_instant(record) if record else None
        times = (short(voice, at, utc=utc) if at else "–" for at in (announced, actual) for utc in (False, True))
        cells.append((voice.say(name), *times))
    caption = Text(
        fr="Heures annoncées et heures réelles ; fuseau du jeu : {zone}",
        en="Times announced and actual times; time zone of the contest: {zone}",
    ).fill(zone=definition.timezone)
    clock = _pairs(
        voice,
        (Text(fr="Horloge, selon la personne responsable", en="Clock, as the operator states"), facts.stated.clock),
    )
    return (_table(voice, caption, header, cells), *_postponements(facts, voice), *_order(facts, voice), clock)


def _postponements(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    if not facts.postponed:
        return (_said(voice, Text(fr="Le tirage n’a pas été reporté.", en="The draw was not postponed.")),)
    moved = Text(
        fr="Report inscrit le {at} : tirage au {to}. Motif : la liste n’a pas pu être publiée à temps ({reason}).",
        en="Postponement written on {at}: draw on {to}. Reason: the list could not be published in time ({reason}).",
    )
    return tuple(
        _said(voice, moved, at=voice.when(parse_instant(each.at)), to=voice.when(parse_instant(each.draws_at)), reason=each.reason)
        for each in facts.postponed
    )  # fmt: skip


def _order(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    """Say that the list was final before chance existed (legal C9)."""
    if not isinstance(facts.source, Beacon):
        return ()
    known, frozen = QUICKNET.time_of(facts.source.round.round), parse_instant(facts.frozen.at)
    notice = timedelta(minutes=facts.definition.draw.notice_minutes)
    held = Text(
        fr="Ordre des faits : liste figée et publiée le {frozen}, valeur du hasard connue le {known}, tirage le {drawn}. "
        "La liste était publique {given} avant que cette valeur n’existe ; le règlement en demande {notice}.",
        en="Order of events: list frozen and published on {frozen}, random value known on {known}, draw on {drawn}. "
        "The list was public {given} before that value existed; the rules ask for {notice}.",
    )
    said = _said(
        voice,
        held,
        frozen=voice.when(frozen),
        known=voice.when(known),
        drawn=voice.when(parse_instant(facts.completed.at)),
        given=voice.count(int((known - frozen).total_seconds() // 60), MINUTES),
        notice=voice.count(facts.definition.draw.notice_minutes, MINUTES),
    )
    short = Text(fr="Le délai de publication n’a pas été tenu.", en="The delay of publication was not respected.")
    # The announced time may be up to one period before its round.
    return (said, Note(voice.say(short))) if known - frozen < notice else (said,)


def _rules(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    versions: tuple[CampaignPublished | CampaignAmended, ...] = (facts.published, *facts.amended)
    rows = []
    for number, record in enumerate(versions, 1):
        for language, sha256 in record.papers.items():
            address = f"{facts.site}/c/{facts.definition.slug}/rules/{number}/{language}"
            rows.append((f"{number} ({language})", f"{short(voice, parse_instant(record.at))}\n{address}", sha256))
    header = (Text(fr="Version", en="Version"), Text(fr="Publiée le, adresse", en="Published on, address"),
              Text(fr="SHA-256", en="SHA-256"))  # fmt: skip
    in_force = Text(
        fr="Le tirage a appliqué la version {n} du règlement. Le texte et le programme viennent d’une même "
        "définition : ce que l’un dit, l’autre l’exécute. Empreinte de la définition :",
        en="The draw applied version {n} of the rules. Text and program come from one definition: what the one says, "
        "the other executes. Digest of the definition:",
    )
    amended = Text(
        fr="Avenant, version {n}, le {at}. Motif : {reason}", en="Amendment, version {n}, on {at}. Reason: {reason}"
    )
    listed = tuple(
        voice.say(
            amended,
            n=each.number,
            at=voice.when(parse_instant(each.at)),
            reason=reason_in(each.reason, tuple(each.definition.get("languages", ())), voice.language),
        )
        for each in facts.amended
    )
    never = Text(fr="Le règlement n’a pas été modifié.", en="The rules were not amended.")
    clauses = Text(
        fr="Clauses utilisées : {clauses}. Leur texte est en annexe A.",
        en="Clauses used: {clauses}. Their text is in annex A.",
    )
    used = voice.listed(voice.article(key) for key in EXTRACT if key in voice.numbers)
    return (
        _table(voice, Text(fr="Versions du règlement", en="Versions of the rules"), header, rows),
        Bullets(listed, ordered=True) if listed else _said(voice, never),
        _said(voice, in_force, n=facts.version),
        Formula((f"SHA-256 {facts.definition_digest}",)),
        _said(voice, clauses, clauses=used),
    )


# ------------------------------------------------------------------------------------------------- entries and counts


def _entries(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    intake, number = facts.intake, voice.number
    header = (
        Text(fr="Canal", en="Channel"), Text(fr="Participations", en="Entries"), Text(fr="Chances", en="Tickets"),
        Text(fr="Première", en="First"), Text(fr="Dernière", en="Last"),
    )  # fmt: skip
    rows = [
        (
            channel_title(voice, each.id),
            number(each.entries),
            number(each.tickets),
            short(voice, each.first_at),
            short(voice, each.last_at),
        )
        for each in intake.channels
    ]
    total = voice.say(Text(fr="Total", en="Total"))
    tickets = sum(each.tickets for each in intake.channels)
    rows.append((total, number(intake.accepted), number(tickets), "", ""))
    sums = _pairs(
        voice,
        (Text(fr="Participations acceptées", en="Entries accepted"), number(intake.accepted)),
        (Text(fr="Retirées par leurs auteurs avant le gel", en="Withdrawn by their entrants before the freeze"), number(intake.withdrawn)),
        (Text(fr="Exclues avant le gel, non rétablies", en="Excluded before the freeze, not reinstated"), number(intake.excluded)),
        (Text(fr="Prenant part au tirage", en="Taking part in the draw"),
         voice.say(Text(fr="participations : {e}, participants : {n}, chances : {w}",
                        en="entries: {e}, entrants: {n}, tickets: {w}"),
                   e=number(intake.standing), n=number(facts.frozen.entrants), w=number(facts.frozen.tickets))),
        (Text(fr="Chances supplémentaires données", en="Bonus tickets given"), number(intake.bonus_tickets)),
        (Text(fr="Entre la clôture et le gel", en="Between closing and freeze"),
         voice.say(Text(fr="retraits : {w}, exclusions : {x}, rétablissements : {r} ; aucune participation ajoutée",
                        en="withdrawals: {w}, exclusions: {x}, reinstatements: {r}; no entry added"),
                   w=number(intake.late_withdrawn), x=number(intake.late_excluded), r=number(intake.late_reinstated))),
    )  # fmt: skip
    minute = Text(
        fr="Le journal note l’heure d’une participation à la minute, pour ne pas trahir une personne.",
        en="The journal notes the time of an entry to the minute, so as not to give a person away.",
    )
    caption = Text(fr="Participations acceptées, par canal", en="Entries accepted, by channel")
    return (
        _table(voice, caption, header, rows, figures=(1, 2)),
        _said(voice, minute),
        sums,
        *looked_blocks(facts.looked, voice),
        *_exclusions(facts, voice),
        *_declined(facts, voice),
    )


def _exclusions(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    if not facts.intake.exclusions:
        return (_said(voice, Text(fr="Aucune participation n’a été exclue.", en="No entry was excluded.")),)
    header = (
        Text(fr="Motif", en="Reason"), Text(fr="Code public", en="Public code"), Text(fr="Article", en="Article"),
        Text(fr="Exclues", en="Excluded"), Text(fr="Rétablies", en="Reinstated"),
    )  # fmt: skip
    rows = (
        (
            voice.say(CLAUSES[each.reason].text) if each.reason in CLAUSES else each.reason,
            each.reason,
            each.clause,
            voice.number(each.excluded),
            voice.number(each.reinstated),
        )
        for each in facts.intake.exclusions
    )
    caption = Text(fr="Exclusions, par motif et par article", en="Exclusions, by reason and article")
    return (_table(voice, caption, header, rows, figures=(3, 4)),)


def _declined(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    if not facts.closed.declined:
        none = Text(fr="Aucune demande n’a été écartée à l’entrée.", en="No submission was declined at the door.")
        return (_said(voice, none),)
    header = (Text(fr="Motif", en="Reason"), Text(fr="Code", en="Code"), Text(fr="Canal", en="Channel"),
              Text(fr="Nombre", en="Number"))  # fmt: skip
    rows = (
        (
            voice.say(begins(DECLINED[each.reason])) if each.reason in DECLINED else each.reason,
            each.reason,
            channel_title(voice, each.channel),
            voice.number(each.count),
        )
        for each in facts.closed.declined
    )
    caption = Text(
        fr="Demandes écartées à l’entrée, jamais acceptées, jusqu’à la clôture",
        en="Submissions declined at the door, never accepted, up to the closing",
    )
    return (_table(voice, caption, header, rows, figures=(3,)),)


def _counts(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    routes = Text(
        fr="La première voie relit le journal, enregistrement par enregistrement. La seconde n’y touche pas : elle "
        "compte dans la base de données ou dans les fichiers publiés.",
        en="The first route reads the journal again, record by record. The second does not touch it: it counts in the "
        "database or in the published files.",
    )
    header = (
        Text(fr="Compte", en="Count"), Text(fr="Journal", en="Journal"), Text(fr="Seconde voie", en="Second route"),
        Text(fr="D’après", en="From"), Text(fr="Résultat", en="Outcome"),
    )  # fmt: skip
    rows = (_count(each, voice) for each in facts.counts)
    differ = [each for each in facts.counts if each.second is not None and not each.agrees]
    alarm = Text(
        fr="Au moins un compte diffère. Ce relevé le montre ; il faut l’expliquer avant toute remise de lot.",
        en="At least one count differs. These minutes show it; it must be explained before any prize is handed over.",
    )
    notes = [Note(voice.say(alarm))] if differ else []
    caption = Text(fr="Comptes faits deux fois", en="Counts made twice")
    return _said(voice, routes), *notes, _table(voice, caption, header, rows)


def _count(count: Count, voice: Voice) -> tuple[str, ...]:
    def shown(value: int | str | None) -> str:
        return "–" if value is None else voice.number(value) if isinstance(value, int) else value

    gone = Text(fr="données effacées", en="data erased")
    outcome = gone if count.second is None else _YES if count.agrees else _NO
    return voice.say(count.what), shown(count.first), shown(count.second), voice.say(count.by), voice.say(outcome)


def _list(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    form = Text(
        fr="Fichier pool.csv : une ligne d’en-tête « entrant,tickets », puis une ligne par participant, triées par "
        "pseudonyme ; ASCII, chaque ligne finit par LF. Le pseudonyme est tiré au hasard (32 chiffres hexadécimaux).",
        en="File pool.csv: one header line “entrant,tickets”, then one line for each entrant, sorted by pseudonym; "
        "ASCII, each line ends with LF. The pseudonym is drawn at random (32 hexadecimal digits).",
    )
    final = Text(
        fr="Après le gel, le programme refuse tout ajout, retrait ou exclusion. Une liste changée n’aurait plus cette "
        "empreinte, qui entre dans la graine du tirage.",
        en="After the freeze the program refuses any addition, withdrawal or exclusion. A list that was changed would "
        "no longer have this digest, which is part of the seed of the draw.",
    )
    pool = _file(facts, "pool.csv")
    known = _pairs(
        voice,
        (Text(fr="Figée le", en="Frozen on"), _both(voice, parse_instant(facts.frozen.at))),
        (Text(fr="Participants (lignes sans l’en-tête)", en="Entrants (lines without the header)"), voice.number(facts.frozen.entrants)),
        (Text(fr="Chances", en="Tickets"), voice.number(facts.frozen.tickets)),
        (Text(fr="Taille du fichier", en="Size of the file"), voice.say(Text(fr="{n} octets", en="{n} bytes"), n=voice.number(pool))),
        (Text(fr="SHA-256 de la liste", en="SHA-256 of the list"), facts.frozen.pool),
        (Text(fr="Taille du journal au gel", en="Size of the journal at the freeze"),
         voice.say(Text(fr="{n} enregistrements", en="{n} records"), n=voice.number(facts.freeze_size))),
        (Text(fr="Racine de Merkle du journal au gel", en="Merkle root of the journal at the freeze"), facts.freeze_root),
    )  # fmt: skip
    return _said(voice, form), known, _said(voice, final)


def _file(facts: MinutesFacts, ending: str) -> int:
    return next((file.size for file in facts.files if file.name.endswith(ending)), 0)


# --------------------------------------------------------------------------------------- software, chance and result


def _software(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    software = facts.software
    known = _pairs(
        voice,
        (Text(fr="Logiciel", en="Software"), f"{software.name} {software.version}"),
        (Text(fr="Python", en="Python"), software.python),
        (Text(fr="Spécifications", en="Specifications"), ", ".join(software.specifications)),
        (Text(fr="Étiquette de la graine", en="Label of the seed"), LABELS[facts.definition.draw.source]),
    )
    method = Text(
        fr="Échantillonnage successif sans remise : chaque chance reçoit un nombre SHA-256 tiré de la graine, chaque "
        "participant garde le plus petit des siens, et l’ordre croissant de ces nombres est le classement. Le calcul "
        "se fait en nombres entiers exacts, sans réduction ni arrondi. Un rang, un lot, dans l’ordre déclaré ; puis "
        "les suppléants.",
        en="Successive sampling without replacement: each ticket gets a SHA-256 number from the seed, each entrant keeps "
        "the smallest of theirs, and the ascending order of these numbers is the ranking. The calculation is made in "
        "exact whole numbers, without reduction or rounding. One rank, one prize, in the order declared; then the "
        "alternates.",
    )
    once = Text(
        fr="Le journal n’admet qu’un tirage par jeu. Il n’y a eu ni autre tirage, ni essai, ni tirage interrompu sur "
        "cette liste.",
        en="The journal admits one draw for each contest. There was no other draw, trial or interrupted draw on this "
        "list.",
    )
    return known, _said(voice, method), _said(voice, once)


def _source_name(facts: MinutesFacts, voice: Voice) -> str:
    from contests.papers.articles.draw import SOURCES

    said = voice.say(SOURCES[facts.definition.draw.source])
    return said[0].upper() + said[1:]


def _chance(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    source, frozen = facts.source, facts.frozen
    if isinstance(source, Beacon):
        blocks: tuple[Block, ...] = _beacon(source, voice)
    elif isinstance(source, Ceremony):
        blocks = _ceremony(facts, source, voice)
    else:
        nothing = Text(
            fr="Le texte qui tient lieu de hasard pouvait être connu d’avance : il ne prouve rien.",
            en="The text that stands for chance could be known beforehand: it proves nothing.",
        )
        blocks = (_said(voice, nothing), Formula((source.text,)))
    fixed = Frozen(
        campaign=facts.campaign, draw=frozen.draw, definition=facts.definition_digest, pool=frozen.pool,
        entrants=frozen.entrants, tickets=frozen.tickets, size=facts.freeze_size, root=facts.freeze_root,
    )  # fmt: skip
    label, named = Text(fr="étiquette", en="label"), Text(fr="source", en="source")
    names = (label, *FIXED, named, *CHANCE[facts.definition.draw.source])
    rows = [(voice.say(name), value) for name, value in zip(names, seed_fields(fixed, source), strict=True)]
    how = Text(
        fr="La graine est l’empreinte SHA-256 des valeurs de ce tableau, dans cet ordre, chacune suivie de LF. Toutes "
        "sauf les dernières étaient fixées et publiées avant la valeur du hasard.",
        en="The seed is the SHA-256 digest of the values of this table, in this order, each followed by LF. All but "
        "the last ones were fixed and published before the random value.",
    )
    numbered = ((str(n), name, value) for n, (name, value) in enumerate(rows, 1))
    header = (Text(fr="Ligne", en="Line"), Text(fr="Contenu", en="Content"), Text(fr="Valeur", en="Value"))
    caption = Text(fr="Ce qui est haché pour obtenir la graine", en="What is hashed to get the seed")
    return (
        *blocks,
        _said(voice, how),
        _table(voice, caption, header, numbered),
        _pairs(voice, (Text(fr="Graine du tirage", en="Seed of the draw"), facts.completed.seed)),
    )


def _beacon(source: Beacon, voice: Voice) -> tuple[Block, ...]:
    value = source.round
    checked = Text(
        fr="Le numéro de la valeur est fixé par l’heure annoncée du tirage. Sa signature (BLS12-381) a été vérifiée "
        "avec la clé publique de la balise avant usage.",
        en="The number of the value is fixed by the announced time of the draw. Its signature (BLS12-381) was "
        "verified with the public key of the beacon before use.",
    )
    known = _pairs(
        voice,
        (Text(fr="Balise", en="Beacon"), f"drand {QUICKNET.name}"),
        (Text(fr="Empreinte de la chaîne", en="Chain hash"), value.chain),
        (Text(fr="Numéro de la valeur", en="Round"), str(value.round)),
        (Text(fr="Valeur connue le", en="Value known on"), _both(voice, QUICKNET.time_of(value.round))),
        (Text(fr="Signature", en="Signature"), value.signature),
    )
    return known, _said(voice, checked)


def _ceremony(facts: MinutesFacts, source: Ceremony, voice: Voice) -> tuple[Block, ...]:
    settings = facts.definition.draw
    typed = Text(
        fr="Deux personnes ont saisi les valeurs, chacune sous son compte ; le programme n’a tiré qu’une fois les deux "
        "saisies identiques. Témoin annoncé : {officer}.",
        en="Two people typed the values, each under their own account; the program drew only once both had typed the "
        "same. Witness announced: {officer}.",
    )
    officer = settings.officer or voice.say(_NONE)
    lines = dict(line.split("=", 1) for line in source.text.splitlines()[1:])
    rows = [(voice.own(value.label), value.name, lines.get(value.name, "–")) for value in settings.values]
    header = (Text(fr="Valeur relevée", en="Value taken"), Text(fr="Nom", en="Name"), Text(fr="Valeur", en="Value"))
    letter = Text(fr="Texte de la cérémonie, tel qu’il est haché :", en="Text of the ceremony, as it is hashed:")
    return (
        _said(voice, typed, officer=officer),
        _table(voice, Text(fr="Valeurs de la cérémonie", en="Values of the ceremony"), header, rows),
        _said(voice, letter),
        Formula(tuple(ceremony_text(lines.items()).splitlines())),
    )


def _result(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    provisional = Text(
        fr="Résultat arrêté le {at}, provisoire jusqu’à la vérification des conditions (voir la section « Suites du "
        "tirage »).",
        en="Result fixed on {at}, provisional until the conditions are checked (see the section “After the draw”).",
    )
    ranking = next((file.sha256 for file in facts.files if file.name.endswith("ranking.csv")), facts.completed.ranking)
    fixed = _pairs(
        voice,
        (
            Text(fr="SHA-256 du classement au journal", en="SHA-256 of the ranking in the journal"),
            facts.completed.ranking,
        ),
        (Text(fr="SHA-256 du fichier ranking.csv", en="SHA-256 of the file ranking.csv"), ranking),
    )
    shown = facts.ranking[:LONGEST]
    cut = Text(
        fr="Seuls les {n} premiers rangs sont imprimés ; le fichier ranking.csv en contient {all}.",
        en="Only the first {n} ranks are printed; the file ranking.csv holds {all}.",
    )
    more = [_said(voice, cut, n=voice.number(len(shown)), all=voice.number(len(facts.ranking)))]
    header = (
        Text(fr="Rang", en="Rank"), Text(fr="Lot", en="Prize"), Text(fr="Pseudonyme", en="Pseudonym"),
        Text(fr="Nombre", en="Number"),
    )  # fmt: skip
    alternate = voice.say(Text(fr="suppléant", en="alternate"))
    rows = ((voice.number(each.rank), each.prize or alternate, each.entrant, each.number) for each in shown)
    caption = Text(fr="Gagnants provisoires, puis suppléants", en="Provisional winners, then alternates")
    empty = len(facts.definition.units) - facts.completed.winners
    left = Text(
        fr="Lots sans participant, la liste étant plus courte que celle des lots : {n}.",
        en="Prizes without an entrant, as the list was shorter than that of the prizes: {n}.",
    )
    return (
        _said(voice, provisional, at=voice.when(parse_instant(facts.completed.at))),
        fixed,
        _table(voice, caption, header, rows),
        *(more if len(facts.ranking) > LONGEST else ()),
        *((_said(voice, left, n=voice.number(empty)),) if empty > 0 else ()),
    )


def _after(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    ended = [each for each in facts.after if isinstance(each, CampaignSettled | CampaignVoided)]
    steps = [each for each in facts.after if not isinstance(each, CampaignSettled | CampaignVoided)]
    state = Text(
        fr="État au {at}, quand ce relevé a été établi. Ce qui suit est au journal public.",
        en="State on {at}, when these minutes were issued. What comes later is in the public journal.",
    )
    blocks: list[Block] = [_said(voice, state, at=voice.when(facts.issued_at))]
    if not steps:
        blocks.append(_said(voice, Text(fr="Aucun lot n’a encore été proposé.", en="No prize was offered yet.")))
    else:
        rows = []
        for each in steps[:LONGEST]:
            said = voice.say(STEPS[kind_of(each)])
            if isinstance(each, AwardOffered):
                said += voice.say(
                    Text(fr=", jusqu’au {until}", en=", until {until}"), until=voice.when(parse_instant(each.until))
                )
            elif isinstance(each, AwardForfeited):
                said += voice.say(Text(fr=" : {reason}", en=": {reason}"), reason=_forfeit(each.reason, voice))
            elif isinstance(each, AlternatePromoted):
                said += voice.say(Text(fr=", rang {rank}", en=", rank {rank}"), rank=each.rank)
            rows.append((short(voice, parse_instant(each.at)), each.prize, said, each.entrant))
        header = (Text(fr="Heure", en="Time"), Text(fr="Lot", en="Prize"), Text(fr="Étape", en="Step"),
                  Text(fr="Pseudonyme", en="Pseudonym"))  # fmt: skip
        blocks.append(
            _table(voice, Text(fr="Suites données à chaque lot", en="What became of each prize"), header, rows)
        )
        if len(steps) > LONGEST:
            cut = Text(fr="Les étapes suivantes sont au journal.", en="Further steps are in the journal.")
            blocks.append(_said(voice, cut))
    return (*blocks, *(_ended(each, voice) for each in ended))


def _ended(record: CampaignSettled | CampaignVoided, voice: Voice) -> Block:
    if isinstance(record, CampaignVoided):
        void = Text(
            fr="Jeu annulé le {at}. Motif public : {reason}", en="Contest voided on {at}. Public reason: {reason}"
        )
        return Note(voice.say(void, at=voice.when(parse_instant(record.at)), reason=record.reason))
    settled = Text(
        fr="Opération soldée. Lots confirmés : {c} ; non attribués : {u}.",
        en="Settled. Prizes confirmed: {c}; not awarded: {u}.",
    )
    return _said(voice, settled, c=voice.number(record.confirmed), u=voice.number(record.unawarded))


def _forfeit(code: str, voice: Voice) -> str:
    listed = next((each for each in voice.campaign.forfeits if each.code == code), None)
    return f"{voice.own(listed.reason)} ({code})" if listed else code


# ---------------------------------------------------------------------------------- statements, journal and checking


def _stated(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    stated = facts.stated
    own = Text(
        fr="Cette section reproduit ce que la personne responsable a déclaré, sans le vérifier.",
        en="This section gives what the operator stated, unchecked.",
    )
    return (
        _said(voice, own),
        _pairs(
            voice,
            (Text(fr="Incidents", en="Incidents"), stated.incidents),
            (Text(fr="Indépendance et absence de conflit d’intérêts", en="Independence and absence of conflicts of interest"), stated.independence),
            (Text(fr="Remarques", en="Remarks"), stated.remarks or voice.say(_NONE)),
        ),
    )  # fmt: skip


def _journal(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    signed = Text(
        fr="Point de contrôle signé du journal quand ce relevé a été établi (origine, nombre d’enregistrements, racine, "
        "signature), puis la clé publique du journal :",
        en="Signed checkpoint of the journal when these minutes were issued (origin, number of records, root, "
        "signature), then the public key of the journal:",
    )
    none = Text(
        fr="Aucun horodatage d’un tiers n’est joint à ce relevé.", en="No time stamp of a third party is attached."
    )
    header = (Text(fr="Pièce", en="File"), Text(fr="Autorité", en="Authority"), Text(fr="Heure", en="Time"),
              Text(fr="SHA-256 du jeton", en="SHA-256 of the token"))  # fmt: skip
    rows = ((each.what, each.authority, short(voice, each.at, utc=True), each.token) for each in facts.stamps)
    caption = Text(fr="Horodatages (RFC 3161)", en="Time stamps (RFC 3161)")
    stamps = _table(voice, caption, header, rows) if facts.stamps else _said(voice, none)
    return (
        _said(voice, signed),
        Formula(tuple(facts.checkpoint.rstrip("\n").split("\n"))),
        Formula((facts.vkey,)),
        stamps,
    )


def _check(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    slug = facts.definition.slug
    address = f"{facts.site}/c/{slug}"
    intro = Text(
        fr="Il n’est pas nécessaire de nous croire. Une personne qui sait ouvrir un fichier peut refaire le tirage en "
        "quelques minutes, sans nous le dire, et sans connexion une fois le fichier de preuve téléchargé.",
        en="There is no need to believe us. Anyone who can open a file can hold the draw again in a few minutes, "
        "without telling us, and offline once the proof file is downloaded.",
    )
    steps = (
        Text(
            fr="Dans un navigateur : ouvrir {address}/verify. La page refait le calcul sur votre appareil et dit, étape "
            "par étape, ce qui est vérifié.",
            en="In a browser: open {address}/verify. The page makes the calculation again on your device and says, step "
            "by step, what was checked.",
        ),
        Text(
            fr="Avec Python seul : télécharger {address}/bundle.zip, le décompresser, puis lancer la première commande "
            "ci-dessous. Le programme verify.py est dans le fichier ; il tient en un texte que chacun peut lire.",
            en="With Python alone: download {address}/bundle.zip, unzip it, then run the first command below. The "
            "program verify.py is in the file; it is one text that anyone can read.",
        ),
        Text(
            fr="Avec le logiciel installé : lancer la deuxième commande. C’est un second programme, écrit à part ; les "
            "deux doivent dire la même chose.",
            en="With the software installed: run the second command. It is a second program, written separately; both "
            "must say the same.",
        ),
        Text(
            fr="À la main : comparer les empreintes des fichiers avec celles de l’annexe B, avec la troisième commande. "
            "Une seule lettre changée dans un fichier donne une tout autre empreinte.",
            en="By hand: compare the digests of the files with those of annex B, with the third command. One letter "
            "changed in a file gives an altogether different digest.",
        ),
        Text(
            fr="Ce relevé aussi se vérifie : l’empreinte de son fichier doit être celle que le journal donne sous "
            "« minutes.issued », numéro {number}.",
            en="These minutes can be checked too: the digest of their file must be the one that the journal gives "
            "under “minutes.issued”, number {number}.",
        ),
    )
    expected = Text(
        fr="Chaque étape doit répondre « vérifié » ou dire pourquoi elle ne s’applique pas. Si une seule échoue, écrire "
        "à {contact} et garder le fichier : il est la pièce.",
        en="Each step must answer that it passed or say why it does not apply. If a single one fails, write to "
        "{contact} and keep the file: it is the evidence.",
    )
    words = Text(
        fr="Deux mots suffisent pour comprendre. L’empreinte d’un fichier est un nombre calculé sur tout son contenu : "
        "deux fichiers différents n’ont jamais la même. Le journal est une suite d’enregistrements scellés ensemble : "
        "en changer un seul change la racine, que des personnes ont gardée, dans leur reçu par exemple.",
        en="Two words are enough. The digest of a file is a number computed from all of its content: two different "
        "files never have the same one. The journal is a sequence of records sealed together: to change one of them "
        "changes the root, which people have kept, in their receipts for example.",
    )
    return (
        _said(voice, intro),
        _said(voice, words),
        Bullets(tuple(voice.say(step, address=address, number=facts.number) for step in steps), ordered=True),
        Formula(
            (
                f"python3 verify.py {slug}.zip",
                f"contests verify {slug}.zip",
                f"sha256sum draws/{facts.frozen.draw}/pool.csv draws/{facts.frozen.draw}/ranking.csv",
            )
        ),
        _said(voice, expected, contact=facts.definition.organiser.contact),
    )


def _limits(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    proves = Text(
        fr="Ce relevé et le fichier de preuve établissent que le résultat est celui du règlement publié, de la liste "
        "figée et de la valeur du hasard indiquée.",
        en="These minutes and the proof file establish that the result is that of the published rules, the frozen "
        "list and the random value given.",
    )
    not_proved = Text(
        fr="Ils n’établissent ni que les participants sont des personnes réelles et distinctes, ni que leurs "
        "déclarations sont vraies, ni que les lots ont été remis, ni que le jeu respecte la loi.",
        en="They do not establish that entrants are real, distinct people, that what they declared is true, that "
        "prizes were delivered, or that the contest keeps to the law.",
    )
    longest = max((field.retention_days for field in facts.definition.fields), default=0)
    kept = Text(
        fr="Le journal, ce relevé et le fichier de preuve ne contiennent aucune donnée personnelle de participant ; ils "
        "restent publics. Les réponses des participants sont gardées par l’organisateur au plus {days} après le "
        "tirage pour qui n’a pas gagné. Seul l’organisateur peut relier un pseudonyme à une personne, tant qu’il les "
        "garde.",
        en="The journal, these minutes and the proof file hold no personal data of entrants; they stay public. The "
        "organiser keeps entrants’ answers at most {days} after the draw for those who did not win. Only the organiser "
        "can tie a pseudonym to a person, and only as long as they are kept.",
    )
    nothing = Text(
        fr="Le journal, ce relevé et le fichier de preuve restent publics.",
        en="The journal, these minutes and the proof file stay public.",
    )
    said = voice.say(kept, days=voice.count(longest, DAYS)) if longest else voice.say(nothing)
    return _said(voice, proves), _said(voice, not_proved), Paragraph(said)


def _signatures(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    stated = facts.stated
    label = Text(fr="Date et signature", en="Date and signature")
    operator = voice.say(Text(fr="Responsable de l’opération", en="Operator"))
    approver = voice.say(Text(fr="Approuve ce relevé", en="Approves these minutes"))
    officer = voice.say(Text(fr="Officier ou témoin", en="Officer or witness"))
    people = [(stated.operator, operator), (stated.approver, approver)]
    if stated.officer:
        people.append((stated.officer, stated.officer_office or officer))
    people += [(each.name, each.capacity) for each in stated.present]
    return (Signatures(voice.say(label), tuple(people)),)


def _extract(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    """Give the clauses that decided who could enter, how often, and who wins, as they were published."""
    rules = compile_rules(facts.definition, voice.language, facts.version)
    from_rules = Text(
        fr="Règlement, version {n} : conditions, limites, chances, exclusions, tirage, gagnants et suppléants.",
        en="Rules, version {n}: conditions, limits, tickets, exclusions, draw, winners and alternates.",
    )
    blocks: list[Block] = [_said(voice, from_rules, n=facts.version)]
    for key in EXTRACT:
        if key in voice.numbers:
            section = rules.section(f"article-{key}")
            heading = voice.say(
                Text(fr="Article {n}. {heading}", en="Article {n}. {heading}"),
                n=section.number,
                heading=section.heading,
            )
            blocks += [Subheading(heading), *section.blocks]
    return tuple(blocks)


def _files(facts: MinutesFacts, voice: Voice) -> tuple[Block, ...]:
    header = (
        Text(fr="Fichier", en="File"), Text(fr="Octets", en="Bytes"), Text(fr="SHA-256", en="SHA-256"),
        Text(fr="SHA-512", en="SHA-512"),
    )  # fmt: skip
    rows = ((each.name, voice.number(each.size), each.sha256, each.sha512) for each in facts.files)
    caption = Text(fr="Pièces sur lesquelles ce relevé repose", en="Files on which these minutes rest")
    where = Text(
        fr="Noms dans le fichier de preuve ; definition.json est la définition canonique que porte le journal.",
        en="Names in the proof file; definition.json is the canonical definition that the journal holds.",
    )
    return _table(voice, caption, header, rows, figures=(1,)), _said(voice, where)
