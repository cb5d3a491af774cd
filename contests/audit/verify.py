"""The verifier: fifteen numbered steps over one bundle, offline (spec bundle §4).

1 files and digests · 2 records, root, signature · 3 checkpoints · 4 definition and rules texts ·
5 stages · 6 reconciliation · 7 pool · 8 round and notice · 9 beacon · 10 seed · 11 ranking ·
12 awards · 13 afterwards · 14 stamps · 15 identities.

All findings are gathered. Only `Malformed` ("not a bundle") may leave `verify`.
"""

import hashlib
from datetime import datetime

from contests.audit.archive import LARGEST_FILE, SMALL
from contests.audit.bundle import RECORDS, Bundle
from contests.audit.chance import check_times, read_source
from contests.audit.second import verify_again
from contests.audit.selected import Identities, check_people, compare_ranking
from contests.audit.verdict import SOURCES, STAGES, Collector, Verdict
from contests.audit.witnessed import Frame, check_stamps
from contests.codec import canonical, parse_instant, parse_json
from contests.draw.awards import Award, make_awards, ranking_csv
from contests.draw.beacon import QUICKNET, verify_round
from contests.draw.pool import Pool, make_pool, parse_pool
from contests.draw.ranking import rank
from contests.draw.seed import Beacon, Frozen, Source, seed
from contests.errors import Refused
from contests.journal.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from contests.journal.merkle import Frontier, leaf_hash
from contests.journal.note import Verifier, parse_vkey
from contests.records import (
    AlternatePromoted,
    AwardConfirmed,
    AwardForfeited,
    AwardOffered,
    CampaignAmended,
    CampaignClosed,
    CampaignPublished,
    CampaignSettled,
    DrawCompleted,
    EntryAccepted,
    PoolFrozen,
    Record,
    kind_of,
    parse_record,
)
from contests.replay import State
from contests.rules.closed_question import ClosedQuestion, seal

LATEST_ROUND = 10**10  # beyond, a round's time is no time that a calendar knows


class Audit:
    """One bundle under examination. The journal is read once, record by record."""

    def __init__(self, bundle: Bundle, identities: Identities | None) -> None:
        self.bundle, self.identities = bundle, identities
        self.say = Collector()
        self.state = State()
        self.root = Frontier().root()
        self.size = 0
        self.freeze_root = b""
        self.freeze_digest = ""
        self.freeze_pool: dict[str, int] = {}
        self.digests: dict[str, str] = {}
        self.times: dict[str, datetime] = {}
        self.postponed: list[tuple[datetime, datetime, int]] = []
        self.commitments: dict[str, tuple[str, str]] = {}
        self.wanted = {person.entry for person in identities.people} if identities else set()
        self.verifier: Verifier | None = None
        self.published: list[CampaignPublished | CampaignAmended] = []
        self.pool: Pool | None = None
        self.freeze: Checkpoint | None = None
        self.source: Source | None = None
        self.seed = ""
        self.awards: tuple[Award, ...] = ()

    def run(self) -> Verdict:
        """Take all steps, in their order."""
        self.digests = self.bundle.digests()
        for step, look in (
            (1, self.files), (2, self.journal), (3, self.checkpoints), (4, self.papers), (6, self.reconcile), (7, self.list),
            (8, self.round), (9, self.beacon), (10, self.draw), (11, self.ranking), (13, self.afterwards),
            (14, self.stamps), (15, self.people),
        ):  # fmt: skip
            try:
                look()
            except (
                Refused
            ) as refused:  # every file could be unpacked: what is left is one that is too long to be what it is called
                self.say.fail(step, refused.sentence("fr"), str(refused))
        definition = self.state.definition
        return Verdict(
            findings=self.say.findings(),
            source=definition.draw.source if definition else "",
            campaign=self.state.campaign,
            title={str(k): v for k, v in definition.title.items()} if definition else {},
        )

    # 1 files and digests
    def files(self) -> None:
        """Compare every file with the manifest."""
        try:
            data = self.bundle.read("manifest.json")
            manifest = parse_json(data)
            if not isinstance(manifest, dict) or canonical(manifest) != data:
                raise TypeError
        except (Refused, TypeError):
            self.say.fail(
                1, "Le manifeste n’est pas un objet JSON canonique.", "The manifest is not a canonical JSON object."
            )
            return
        for name in sorted(self.digests.keys() - manifest.keys() - {"manifest.json"}):
            self.say.fail(1, f"{name} n’est pas au manifeste.", f"{name} is not in the manifest.")
        for name, expected in manifest.items():
            found = self.digests.get(name)
            if found is None:
                self.say.fail(1, f"{name} manque.", f"{name} is missing.")
            elif found != expected:
                self.say.fail(1, f"{name} : empreinte {found}, attendue {expected}.",
                              f"{name}: digest {found}, expected {expected}.")  # fmt: skip
        self.say.passed(1, f"{len(manifest)} fichiers.", f"{len(manifest)} files.")

    # 2 records strict, leaves, root, signatures; 5 every record allowed where it stands
    def journal(self) -> None:
        """Read every record once: hash it, parse it, fold it."""
        frontier, leaves, before = Frontier(), [], ""
        for place, line in enumerate(self.bundle.lines(RECORDS)):
            leaves.append(leaf_hash(line))
            try:
                record = parse_record(line)
            except Refused as refused:
                self.say.fail(2, f"Enregistrement {place} : {refused.sentence('fr')}", f"Record {place}: {refused}")
                self.state.skip()
                record = None
            if record is not None:
                before = self._fold(place, record, before)
            if isinstance(record, PoolFrozen) or len(leaves) == 4096:
                frontier, leaves = frontier.extend(leaves), []
            if isinstance(record, PoolFrozen) and not self.freeze_root:
                self.freeze_root = frontier.root()
                self._note_freeze()
        frontier = frontier.extend(leaves)
        self.size, self.root = frontier.size, frontier.root()
        self._head()
        self.say.passed(2, f"{self.size} enregistrements.", f"{self.size} records.")
        reached = STAGES[self.state.stage]
        self.say.passed(5, f"Étape atteinte : {reached.fr}.", f"Stage reached: {reached.en}.")

    def _note_freeze(self) -> None:
        self.freeze_pool = self.state.taking_part()
        self.freeze_digest = self.state.definition_digest

    def _fold(self, place: int, record: Record, before: str) -> str:
        if record.at[:16] < before:
            self.say.fail(5, f"Enregistrement {place} : {record.at} précède {before}.",
                          f"Record {place}: {record.at} is before {before}.")  # fmt: skip
        try:
            self.state.apply(record)
        except Refused as refused:
            step = _step_of(record, refused, self.state.stage)
            self.say.fail(step, f"Enregistrement {place} : {refused.sentence('fr')}", f"Record {place}: {refused}")
            self.state.skip()
            return max(before, record.at[:16])
        if isinstance(record, EntryAccepted):
            self._entry(place, record)
        elif isinstance(record, CampaignPublished | CampaignAmended):
            self.published.append(record)
        self.times.setdefault(kind_of(record), parse_instant(record.at))
        if kind_of(record) == "draw.postponed":
            last = self.state.postponed[-1]
            self.postponed.append((parse_instant(record.at), parse_instant(last.draws_at), last.round))
        return record.at[:16]

    def _entry(self, place: int, record: EntryAccepted) -> None:
        definition = self.state.definition
        if record.entry in self.wanted:
            self.commitments[record.entry] = (record.entrant, record.commitment)
        if definition is None:
            return
        at = parse_instant(record.at)
        if not definition.opens_at.replace(second=0) <= at < definition.closes_at:
            self.say.fail(5, f"Enregistrement {place} : participation hors des heures d’ouverture ({record.at}).",
                          f"Record {place}: an entry outside the opening hours ({record.at}).")  # fmt: skip

    def _head(self) -> None:
        """Compare the journal's checkpoint with what was read."""
        try:
            line = self.bundle.read("journal/vkey")
            verifier = parse_vkey(line.decode("utf-8"))
            if line != f"{verifier}\n".encode():
                self.say.fail(2, "journal/vkey n’est pas une ligne.", "journal/vkey is not one line.")
                return
            self.verifier = verifier
            head = open_checkpoint(self.bundle.read("journal/checkpoint"), self.verifier)
        except (Refused, UnicodeDecodeError) as error:
            detail = (error.sentence("fr"), str(error)) if isinstance(error, Refused) else ("UTF-8", "UTF-8")
            self.say.fail(2, detail[0], detail[1])
            return
        if not head.origin.endswith(f"/journal/{self.state.campaign}"):
            self.say.fail(2, f"L’origine {head.origin} n’est pas celle de cette campagne.",
                          f"The origin {head.origin} is not this campaign’s.")  # fmt: skip
        if (head.size, head.root) != (self.size, self.root):
            self.say.fail(2, f"Le point de contrôle dit {head.size} enregistrements, racine {head.root.hex()} ; "
                             f"lus : {self.size}, {self.root.hex()}.",
                          f"The checkpoint says {head.size} records, root {head.root.hex()}; "
                          f"read: {self.size}, {self.root.hex()}.")  # fmt: skip

    # 3 checkpoints consistent with one another
    def checkpoints(self) -> None:
        """The freeze checkpoint is the head of the first records, signed by the same key."""
        frozen = self.state.frozen
        if frozen is None:
            self.say.skip(3, "La liste n’est pas encore figée.", "The list is not frozen yet.")
            return
        if self.verifier is None:
            self.say.fail(3, "Aucune clé sûre à laquelle comparer.", "No sound key to compare with.")
            return
        name = f"draws/{frozen.draw}/checkpoint"
        if not self.bundle.has(name):
            self.say.fail(3, f"{name} manque.", f"{name} is missing.")
            return
        data = self.bundle.read(name)
        try:
            self.freeze = parse_checkpoint(data)[0]
            open_checkpoint(data, self.verifier)
        except Refused as refused:
            self.say.fail(3, refused.sentence("fr"), str(refused))
            return
        if (self.freeze.size, self.freeze.root) != (self.state.freeze_size, self.freeze_root):
            self.say.fail(3, f"Le point de contrôle du gel dit {self.freeze.size}, {self.freeze.root.hex()} ; le journal : "
                             f"{self.state.freeze_size}, {self.freeze_root.hex()}.",
                          f"The freeze checkpoint says {self.freeze.size}, {self.freeze.root.hex()}; the journal: "
                          f"{self.state.freeze_size}, {self.freeze_root.hex()}.")  # fmt: skip

    # 4 definition and rules texts as published, amendments in order
    def papers(self) -> None:
        """Compare the rules texts with the digests that were journaled."""
        if not self.published:
            self.say.fail(4, "Aucune publication dans le journal.", "No publication in the journal.")
            return
        announced = {
            f"papers/rules-{version}-{language}.html": expected
            for version, record in enumerate(self.published, 1)
            for language, expected in record.papers.items()
        }
        for number, minutes in self.state.minutes.items():
            for kind, digests in (("html", minutes.papers), ("pdf", minutes.pdfs)):
                announced |= {f"papers/minutes-{number}-{lang}.{kind}": expected for lang, expected in digests.items()}
        for name, expected in announced.items():
            found = self.digests.get(name, "—")
            if found != expected:
                self.say.fail(4, f"{name} : empreinte {found}, publiée {expected}.",
                              f"{name}: digest {found}, published {expected}.")  # fmt: skip
        extra = {name for name in self.bundle.names if name.startswith("papers/")} - announced.keys()
        if extra:
            self.say.fail(4, f"Texte jamais publié : {min(extra)}.", f"A text that was never published: {min(extra)}.")
        self._sealed()
        versions = len(self.published)
        self.say.passed(4, f"{versions} version(s) du règlement.", f"{versions} version(s) of the rules.")

    def _sealed(self) -> None:
        """What was sealed at publication is what was revealed at the closing."""
        definition, closed = self.state.definition, self.state.closed
        question = definition.rule(ClosedQuestion) if definition else None
        sealed = {question.sealed} - {""} if isinstance(question, ClosedQuestion) else set()
        if closed is None:
            return
        for revealed in closed.revealed:
            if seal(bytes.fromhex(revealed.key), tuple(revealed.answers)) != revealed.sealed:
                self.say.fail(4, "Les réponses révélées n’ouvrent pas l’engagement.",
                              "The revealed answers do not open the commitment.")  # fmt: skip
        if {revealed.sealed for revealed in closed.revealed} != sealed:
            self.say.fail(4, "Les réponses révélées ne sont pas celles qui avaient été scellées.",
                          "The revealed answers are not those that were sealed.")  # fmt: skip

    # 6 accepted − withdrawn − excluded + reinstated = pool
    def reconcile(self) -> None:
        """Count entries both ways, and entrants and tickets against the freeze."""
        counts, frozen = self.state.counts, self.state.frozen
        entries, tickets = self.state.standing()
        expected = counts["accepted"] - counts["withdrawn"] - counts["excluded"] + counts["reinstated"]
        if entries != expected:
            self.say.fail(6, f"{expected} participations attendues, {entries} trouvées.",
                          f"{expected} entries expected, {entries} found.")  # fmt: skip
        if frozen and (frozen.entrants, frozen.tickets) != (len(self.freeze_pool), sum(self.freeze_pool.values())):
            self.say.fail(6, f"Le gel dit {frozen.entrants} participants et {frozen.tickets} chances ; le journal : "
                             f"{len(self.freeze_pool)} et {sum(self.freeze_pool.values())}.",
                          f"The freeze says {frozen.entrants} entrants and {frozen.tickets} tickets; the journal: "
                          f"{len(self.freeze_pool)} and {sum(self.freeze_pool.values())}.")  # fmt: skip
        excluded = counts["excluded"] - counts["reinstated"]
        self.say.passed(
            6,
            f"Reçues : {counts['accepted']} = participantes : {entries} + exclues : {excluded} + retirées : "
            f"{counts['withdrawn']} ; chances : {tickets}.",
            f"{counts['accepted']} accepted = {entries} taking part + {excluded} excluded + {counts['withdrawn']} withdrawn; "
            f"{tickets} tickets.",
        )

    # 7 pool file as specified and as folded
    def list(self) -> None:
        """Read the pool strictly and compare it with the fold."""
        frozen = self.state.frozen
        if frozen is None:
            self.say.skip(7, "La liste n’est pas encore figée.", "The list is not frozen yet.")
            return
        name = f"draws/{frozen.draw}/pool.csv"
        # What the journal folds to is what is ranked, whatever the file says.
        try:
            self.pool = make_pool(self.freeze_pool)
        except Refused as refused:
            self.say.fail(7, refused.sentence("fr"), str(refused))
            return
        if not self.bundle.has(name):
            self.say.fail(7, f"{name} manque.", f"{name} is missing.")
            return
        if self.digests[name] == self.pool.digest:
            pool = self.pool
        else:
            self.say.fail(7, "La liste n’est pas celle qui résulte du journal.",
                          "The list is not what the journal folds to.")  # fmt: skip
            try:
                pool = parse_pool(self.bundle.read(name, 2 * len(self.pool.data) + SMALL))
            except Refused as refused:
                self.say.fail(7, refused.sentence("fr"), str(refused))
                return
        if (pool.digest, pool.size, pool.total) != (frozen.pool, frozen.entrants, frozen.tickets):
            self.say.fail(7, "Empreinte, participants ou chances ne sont pas ceux du gel.",
                          "Digest, entrants or tickets are not those of the freeze.")  # fmt: skip
        self.say.passed(7, f"Participants : {pool.size}, chances : {pool.total}.",
                        f"{pool.size} entrants, {pool.total} tickets.")  # fmt: skip

    # 8 round as computed; frozen in time
    def round(self) -> None:
        """The round follows from the announced time; the list was public before it."""
        definition, frozen = self.state.definition, self.state.frozen
        if definition is None or frozen is None:
            self.say.skip(8, "La liste n’est pas encore figée.", "The list is not frozen yet.")
            return
        check_times(self.say, definition, frozen, self.times, self.postponed)

    # 9 beacon signature
    def beacon(self) -> None:
        """Check the signature twice, by two libraries of different authors."""
        definition, completed = self.state.definition, self.state.completed
        self._announced()
        if definition is None or completed is None:
            self.say.skip(9, "Le tirage n’a pas encore eu lieu.", "The draw has not happened yet.")
            return
        self.source = read_source(self.bundle, completed, definition, self.say)
        if not isinstance(self.source, Beacon):
            if not self.say.failed(9):
                source = SOURCES[definition.draw.source]
                self.say.skip(9, f"La source n’est pas la balise ({source.fr}).",
                              f"The source is not the beacon ({source.en}).")  # fmt: skip
            return
        value = self.source.round
        frozen = self.state.frozen
        if frozen and value.round != frozen.round:
            self.say.fail(8, f"Tirage avec le tour {value.round}, liste figée pour le tour {frozen.round}.",
                          f"Drawn with round {value.round}, list frozen for round {frozen.round}.")  # fmt: skip
        one, two = verify_round(value), verify_again(value)
        if not (one and two):
            self.say.fail(9, f"La signature du tour {value.round} n’est pas celle de la balise.",
                          f"The signature of round {value.round} is not the beacon’s.")  # fmt: skip
        self.say.passed(9, f"Tour {value.round}, vérifié par deux bibliothèques.",
                        f"Round {value.round}, checked by two libraries.")  # fmt: skip

    def _announced(self) -> None:
        """What was published as the source is what the definition says, with quicknet's parameters."""
        source = self.published[0].source if self.published and isinstance(self.published[0], CampaignPublished) else {}
        definition = self.state.definition
        if definition and source and source.get("source") != definition.draw.source:
            self.say.fail(9, f"Source publiée : {source.get('source')} ; dans la définition : {definition.draw.source}.",
                          f"Published source: {source.get('source')}; in the definition: {definition.draw.source}.")  # fmt: skip
        if definition is None or definition.draw.source != "drand":
            return
        same = (
            source.get("chain"), source.get("public_key"), source.get("period"),
            source.get("genesis"), source.get("genesis_seed"), source.get("name"),
        ) == (QUICKNET.hash, QUICKNET.public_key, QUICKNET.period,
              QUICKNET.genesis, QUICKNET.genesis_seed, QUICKNET.name)  # fmt: skip
        if not same or QUICKNET.computed_hash() != QUICKNET.hash:
            self.say.fail(9, "Les paramètres publiés ne sont pas ceux de quicknet.",
                          "The published parameters are not quicknet’s.")  # fmt: skip

    # 10 seed
    def draw(self) -> None:
        """Compute the seed from what was frozen and the random value."""
        completed, frozen = self.state.completed, self.state.frozen
        if completed is None or frozen is None:
            self.say.skip(10, "Le tirage n’a pas encore eu lieu.", "The draw has not happened yet.")
            return
        if self.source is None or not self.freeze_root:
            self.say.fail(10, "Rien dont calculer la graine.", "Nothing to compute the seed from.")
            return
        fixed = Frozen(
            campaign=self.state.campaign,
            draw=frozen.draw,
            definition=self.freeze_digest,
            pool=frozen.pool,
            entrants=frozen.entrants,
            tickets=frozen.tickets,
            size=self.state.freeze_size,
            root=self.freeze_root.hex(),
        )
        try:
            self.seed = seed(fixed, self.source)
        except Refused as refused:
            self.say.fail(10, refused.sentence("fr"), str(refused))
            return
        if self.seed != completed.seed:
            self.say.fail(10, f"Graine {completed.seed}, calculée {self.seed}.",
                          f"Seed {completed.seed}, computed {self.seed}.")  # fmt: skip
        self.say.passed(10, self.seed, self.seed)

    # 11 ranking; 12 awards and alternates
    def ranking(self) -> None:
        """Rank the pool again and compare the file line by line."""
        definition, completed = self.state.definition, self.state.completed
        if completed is None or definition is None:
            for step in (11, 12):
                self.say.skip(step, "Le tirage n’a pas encore eu lieu.", "The draw has not happened yet.")
            return
        name = f"draws/{completed.draw}/ranking.csv"
        data = self.bundle.read(name, LARGEST_FILE) if self.bundle.has(name) else b""
        if not self.seed or self.pool is None:
            self.say.fail(11, "Rien à classer.", "Nothing to rank.")
            return
        places = len(definition.units) + definition.alternates
        self.awards = make_awards(rank(self.seed, self.pool, places), definition.units, definition.alternates)
        expected = ranking_csv(self.awards)
        compare_ranking(self.say, data, expected)
        winners = sum(bool(award.prize) for award in self.awards)
        counts = (completed.winners, completed.alternates)
        if counts != (winners, len(self.awards) - winners) or completed.ranking != hashlib.sha256(expected).hexdigest():
            self.say.fail(12, "Les nombres ou l’empreinte de « draw.completed » ne sont pas ceux du classement.",
                          "The counts or the digest of “draw.completed” are not those of the ranking.")  # fmt: skip
        self.say.passed(11, f"{len(self.awards)} rangs recalculés.", f"{len(self.awards)} ranks computed again.")
        alternates = len(self.awards) - winners
        self.say.passed(12, f"{winners} lot(s), {alternates} suppléant(s).",
                        f"{winners} prize unit(s), {alternates} alternate(s).")  # fmt: skip

    # 13 what came after: reasons from the list, promotions in order, no second draw
    def afterwards(self) -> None:
        """Offers and promotions go to the people of the ranking."""
        if self.state.completed is None:
            self.say.skip(13, "Le tirage n’a pas encore eu lieu.", "The draw has not happened yet.")
            return
        if not self.awards:
            self.say.fail(13, "Aucun classement auquel comparer.", "No ranking to compare with.")
            return
        folder = f"draws/{self.state.completed.draw}/"
        for name in self.bundle.names:
            if name.startswith("draws/") and not name.startswith(folder):
                self.say.fail(13, f"{name} : un autre tirage.", f"{name}: another draw.")
        holders = {award.prize: award.entrant for award in self.awards if award.prize}
        alternates = [award.entrant for award in self.awards if not award.prize]
        promoted: list[str] = []
        for unit, found in self.state.units.items():
            holder = holders.get(unit, "")
            for state, entrant, _ in found.history:
                if state == "promoted":
                    holder = entrant
                    promoted.append(entrant)
                elif entrant != holder:
                    self.say.fail(13, f"{unit} : proposé à {entrant}, le classement dit {holder or 'personne'}.",
                                  f"{unit}: offered to {entrant}, the ranking says {holder or 'nobody'}.")  # fmt: skip
        if set(promoted) != set(alternates[: len(promoted)]) or len(set(promoted)) < len(promoted):
            self.say.fail(13, "Un suppléant promu n’est pas le suivant du classement.",
                          "A promoted alternate is not the next of the ranking.")  # fmt: skip
        if not any(found.history for found in self.state.units.values()) and self.state.stage == "drawn":
            self.say.skip(13, "Rien n’a encore suivi le tirage.", "Nothing has come after the draw yet.")
        self.say.passed(13, f"{len(promoted)} suppléant(s) promu(s).", f"{len(promoted)} alternate(s) promoted.")

    # 14 stamps and cosignatures
    def stamps(self) -> None:
        """Time stamps hold and are in order; the frozen list was seen by the announced witnesses, in time."""
        frozen, definition = self.state.frozen, self.state.definition
        if frozen is None:
            self.say.skip(14, "La liste n’est pas encore figée.", "The list is not frozen yet.")
            return
        beacon = definition is not None and definition.draw.source == "drand"
        frame = Frame(
            frozen_at=self.times["pool.frozen"], draw=frozen.draw, campaign=self.state.campaign, verifier=self.verifier, definition=definition,
            due=QUICKNET.time_of(frozen.round) if beacon and 0 < frozen.round < LATEST_ROUND else None,
            drawn=self.state.completed is not None,
        )  # fmt: skip
        check_stamps(self.bundle, frame, self.say)

    # 15 identities, if given
    def people(self) -> None:
        """Each named person opens the commitment of the entrant that was drawn."""
        if self.identities is None:
            self.say.skip(15, "Aucun fichier d’identités n’a été donné.", "No file of identities was given.")
            return
        check_people(self.say, self.identities, self.awards, self.commitments)


def _step_of(record: Record, refused: Refused, stage: str) -> int:
    """Return the step that a record which may not stand fails: its content, or its place."""
    if isinstance(record, DrawCompleted) and stage in {"drawn", "settled"}:
        return 13  # a second draw
    if refused.code == "record-elsewhere" or isinstance(record, CampaignClosed):
        return 2
    if refused.code == "record-misplaced":
        return 5
    if isinstance(record, CampaignPublished | CampaignAmended):
        return 4
    afterwards = AwardOffered | AwardConfirmed | AwardForfeited | AlternatePromoted | CampaignSettled
    return 13 if isinstance(record, afterwards) else 5


def verify(bundle: Bundle, identities: Identities | None = None) -> Verdict:
    """Judge a bundle. Raises Malformed only when it cannot be unpacked."""
    return Audit(bundle, identities).run()
