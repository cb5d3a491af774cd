"""The whole job for a spreadsheet: `contests draw` — the same flows over a store that lasts for one draw."""

import csv
import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from errno import EINVAL, EISDIR, ENOENT
from os import strerror
from pathlib import Path

import msgspec

from contests.audit.bundle import Bundle
from contests.audit.selected import read_identities
from contests.audit.verdict import Verdict
from contests.audit.verify import verify
from contests.beacons.drand import fetch_round
from contests.beacons.probe import look_at_relays
from contests.campaign.definition import Campaign, Source
from contests.campaign.lint.words import times
from contests.campaign.parse import form_of, parse
from contests.codec import digest, instant
from contests.draw import seed
from contests.draw.beacon import QUICKNET, Round
from contests.errors import Refused, Text, Unavailable
from contests.flows import draw as drawing
from contests.flows import export, freeze, publish
from contests.flows.acknowledge import acknowledge_all
from contests.flows.house import House
from contests.flows.import_people import Imported, import_people
from contests.flows.keep import Asked, Frozen, Kept
from contests.sources.people import People, read_people
from contests.store import campaigns, draws
from contests.store.migrate import upgrade
from contests.store.session import Store

Say = Callable[[Text], None]
Clock = Callable[[], datetime]
Values = Callable[[int, Campaign], dict[str, str]]
POLL = 3.0
AT_FIRST = 30.0  # seconds that a relay may be silent before the list is frozen: trying again later costs nothing then
LINES_A_SECOND = 250
MOST_NAMED = 20  # columns, or lines, that are named one by one
_TAB = Text("tabulations", "tabs")
ACKNOWLEDGED = "Shown to the operator of `contests draw`, who ran the draw knowing it."


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. `values(person, campaign)` asks the n-th person for a ceremony's values.

    Without a source, chance comes from where the definition says. `operator` is in whose name the linter's warnings
    are acknowledged: each is shown, none stops the draw.
    """

    definition: Path
    entries: Path
    out: Path
    source: Source | None
    relays: tuple[str, ...]
    values: Values
    legal: Path
    name: str = "localhost"
    patience: float = 900.0
    operator: str = "operator"


class World(msgspec.Struct, frozen=True):
    """What a draw needs from outside: the time, patience, and somebody to tell."""

    clock: Clock
    sleep: Callable[[float], None]
    say: Say

    def wait(self, until: datetime) -> None:
        """Wait for an instant."""
        while (left := (until - self.clock()).total_seconds()) > 0:
            self.sleep(min(left + 0.01, 30))


class Place(msgspec.Struct, frozen=True):
    """Who was drawn at a rank, by the line of the file; `unit` is the prize, empty for an alternate."""

    rank: int
    unit: str
    line: int


class Done(msgspec.Struct, frozen=True):
    """What came of it."""

    campaign: Campaign
    imported: Imported
    verdict: Verdict
    people: int
    drawn: tuple[Place, ...]


def redate(campaign: Campaign, source: Source, now: datetime, lines: int = 0) -> Campaign:
    """Return the definition with instants that a draw from a finished list of so many lines can keep.

    The list is complete now, so it closes and freezes now; the draw keeps its announced time when that
    leaves the notice, and otherwise happens as soon as the notice allows. Taking the lines in lasts a
    while, and a list frozen late would move the draw by a whole day: that while is allowed for.
    """
    now = now.replace(microsecond=0)
    notice = timedelta(minutes=campaign.draw.notice_minutes if source != "rehearsal" else 0)
    frozen = now + timedelta(seconds=1)
    earliest = frozen + notice + timedelta(seconds=10 + lines // LINES_A_SECOND if source != "rehearsal" else 0)
    return msgspec.structs.replace(
        campaign,
        opens_at=min(campaign.opens_at, now - timedelta(minutes=1)),
        closes_at=frozen,
        freezes_at=frozen,
        draws_at=max(campaign.draws_at, earliest) if source != "rehearsal" else earliest,
        draw=msgspec.structs.replace(campaign.draw, source=source),
    )


def draw_spreadsheet(
    job: Job, chance: Callable[[int], bytes], clock: Clock, sleep: Callable[[float], None], say: Say
) -> Done:
    """Publish, import, freeze, draw, bundle, verify; or take up what was broken off after the freeze.

    Raises Refused. Nothing is written then, but for a list that was frozen: it is kept for the next try.
    """
    world = World(clock, sleep, say)
    definition, entries = job.definition.read_bytes(), job.entries.read_bytes()
    declared = parse(definition, form_of(job.definition.name))
    source = job.source or declared.draw.source
    _in_order(declared)
    people = read_people(entries, declared)
    written = [job.out, job.legal]
    for out in written:
        _placed(out)
    kept = job.out.with_name(f"{job.out.name}.frozen")
    _apart([job.definition, job.entries], [*written, kept])
    _free(job.out, job.legal)
    for out in written:  # once chance is known there is no second draw
        _partial(out).open("wb").close()
        _partial(out).unlink()
    between = _TAB if people.separator == "\t" else Text(fr=f"« {people.separator} »", en=f"“{people.separator}”")
    say(Text(fr=f"Lignes lues : {len(people.people)} ({people.encoding}, {between.fr}).",
             en=f"Lines read: {len(people.people)} ({people.encoding}, {between.en})."))  # fmt: skip
    if people.ignored:
        ignored = ", ".join(title[:40] for title in people.ignored[:MOST_NAMED])
        if (more := len(people.ignored) - MOST_NAMED) > 0:
            ignored += f", … (+ {more})"
        say(Text(fr=f"Colonnes ignorées : {ignored}.", en=f"Columns ignored: {ignored}."))
    asked = Asked(definition=digest(definition), entries=digest(entries), source=source)
    with tempfile.TemporaryDirectory(prefix="contests-") as folder, Kept(kept) as keeping:
        frozen = keeping.take_up(asked, Path(folder, "draw.db"))
        with closing(Store(f"sqlite:///{folder}/draw.db")) as store:
            upgrade(store)
            run = _Run(job, House(store, job.name, f"https://{job.name}", chance), world)
            if frozen is None:
                frozen = run.freeze(declared, asked, people)
                if source != "rehearsal":  # it takes no time, and is worth nothing
                    keeping.put(frozen, store, Path(folder))
            else:
                say(Text(fr=f"Un tirage en cours est repris : {kept}.", en=f"A draw under way is taken up: {kept}."))
            done = run.draw(frozen, kept)
            keeping.drop()
            return done


def _in_order(declared: Campaign) -> None:
    """Require dates that follow one another as they were typed: those that are past are replaced, not those that are wrong."""
    for remark in times(declared, min(declared.opens_at, declared.closes_at) - timedelta(days=1)):
        if remark.code in {"closes-before-opening", "freezes-before-closing"}:
            raise Refused(
                remark.code, remark.text,
                Text(fr="Corrigez la définition et renvoyez-la.", en="Mend the definition and send it again."), where=remark.path,
            )  # fmt: skip


def _partial(out: Path) -> Path:
    """Return the name under which a file is written until it is whole."""
    return out.with_name(f"{out.name}.part")


def _apart(read: list[Path], written: list[Path]) -> None:
    """Require that no file that is written is one that is read, or another that is written. Raises Refused."""
    known = {path.resolve() for path in read}
    for path in [name.resolve() for out in written for name in (out, _partial(out))]:
        if path in known:
            raise Refused(
                "out-taken",
                Text(fr="Un fichier à part était attendu pour la preuve, et un autre pour le dossier juridique.",
                     en="A file of its own was expected for the proof, and another for the legal file."),
                Text(fr="Choisissez un autre nom : rien n’a été écrit.", en="Choose another name: nothing was written."),
                found=str(path),
            )  # fmt: skip
        known.add(path)


def _placed(out: Path) -> None:
    """Require a name in a folder that is there. Raises OSError."""
    if out.is_dir():
        raise IsADirectoryError(EISDIR, strerror(EISDIR), str(out))
    if out.exists() and not out.is_file():  # a device would be replaced
        raise OSError(EINVAL, strerror(EINVAL), str(out))
    if not out.absolute().parent.is_dir():
        raise FileNotFoundError(ENOENT, strerror(ENOENT), str(out.parent))


def _free(out: Path, legal: Path) -> None:
    """Require names that nothing stands at yet, but for a rehearsal: it is worth nothing. Raises Refused."""
    rehearsed = _is_rehearsal(out)
    for name, may_go in ((out, rehearsed), (legal, rehearsed and _members(legal) == ["identities.jsonl"])):
        if name.exists() and name.stat().st_size and not may_go:
            raise Refused(
                "out-exists",
                Text(fr="Un nom libre était attendu pour ce qui est écrit : une preuve ne se remplace pas.",
                     en="A free name was expected for what is written: a proof is not replaced."),
                Text(fr="Choisissez un autre nom, ou rangez ce fichier ailleurs : rien n’a été tiré.",
                     en="Choose another name, or move that file away: nothing was drawn."),
                found=str(name),
            )  # fmt: skip


_UNREADABLE = (OSError, ValueError, RuntimeError, EOFError, zlib.error, zipfile.BadZipFile)  # of a zip from anywhere


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as found:
            return found.namelist()
    except _UNREADABLE:
        return []


def _is_rehearsal(path: Path) -> bool:
    source = next((name for name in _members(path) if name.startswith("draws/") and name.endswith("/source.txt")), "")
    try:
        with zipfile.ZipFile(path) as found, found.open(source) as file:
            return file.read(9) == b"rehearsal"
    except (*_UNREADABLE, KeyError):
        return False


class _Run:
    """One job under way."""

    def __init__(self, job: Job, house: House, world: World) -> None:
        self.job, self.house, self.world = job, house, world

    def freeze(self, declared: Campaign, asked: Asked, people: People) -> Frozen:
        """Publish, import and freeze."""
        source = asked.source
        if source == "drand":
            self._reach()
        world, house, now = self.world, self.house, self.world.clock().replace(microsecond=0)
        definition = redate(declared, source, now, len(people.people))
        if declared.closes_at > definition.closes_at:
            announced = instant(declared.closes_at), instant(declared.freezes_at)
            world.say(Text(fr=f"La liste est complète : clôture et gel maintenant (annoncés à {' et '.join(announced)}).",
                           en=f"The list is complete: closing and freeze now (announced for {' and '.join(announced)})."))  # fmt: skip
        identity = publish.draft(house, definition.bytes().decode(), "json", now)
        for remark in acknowledge_all(house, identity, reason=ACKNOWLEDGED, staff_name=self.job.operator, now=now):
            world.say(
                Text(
                    fr=f"Avertissement, {remark.path} : {remark.text.fr}",
                    en=f"Warning, {remark.path}: {remark.text.en}",
                )
            )
        published = publish.publish(house, identity, now)
        # The list was finished before this job began: everybody enters at the same instant.
        imported = import_people(house, identity, published, people, now)
        if imported.vouched:
            rules = ", ".join(imported.vouched)
            world.say(Text(fr=f"Sans colonne dans le fichier, vous répondez de ces règles : {rules}.",
                           en=f"Without a column in the file, you vouch for these rules: {rules}."))  # fmt: skip
        for line, _, text in imported.declined[:MOST_NAMED]:
            world.say(Text(fr=f"Ligne {line} écartée : {text.fr}", en=f"Line {line} declined: {text.en}"))
        world.say(Text(fr=f"{imported.accepted} participations, {len(imported.declined)} écartées.",
                       en=f"{imported.accepted} entries, {len(imported.declined)} declined."))  # fmt: skip
        if not imported.accepted:
            raise Refused(
                "nobody-enters",
                Text(fr="Au moins une participation était attendue.", en="At least one entry was expected."),
                Text(fr="Corrigez la liste, ou les règles de la définition, et recommencez : rien n’a été tiré.",
                     en="Mend the list, or the rules of the definition, and try again: nothing was drawn."),
                found="0",
            )  # fmt: skip
        world.wait(published.freezes_at)
        freeze.close(house, identity, world.clock())
        freeze.freeze(house, identity, world.clock())
        return Frozen(asked=asked, campaign=identity, imported=imported)

    def draw(self, frozen: Frozen, kept: Path) -> Done:
        """Say which list is frozen and where it is kept, draw from it, and write the proof."""
        house, identity, imported = self.house, frozen.campaign, frozen.imported
        with house.store.read() as tx:
            fixed = draws.get(tx, identity)
            standing = campaigns.standing(tx, identity)
        assert fixed is not None
        self.world.say(
            Text(fr=f"Liste figée : {fixed.entrants} participants, {fixed.tickets} chances, SHA-256 {fixed.digest}.",
                 en=f"List frozen: {fixed.entrants} entrants, {fixed.tickets} tickets, SHA-256 {fixed.digest}.")
        )  # fmt: skip
        if frozen.asked.source != "rehearsal":
            self.world.say(
                Text(fr=f"Gardée dans {kept} jusqu’au tirage (données personnelles) : après une interruption, la même "
                        "commande la reprend.",
                     en=f"Kept in {kept} until the draw (personal data): after an interruption the same command takes it up.")
            )  # fmt: skip
        self._draw(identity, standing.definition, standing.draws_at, fixed.round)
        verdict = self._write(identity)
        with house.store.read() as tx:
            drawn = draws.get(tx, identity)
        assert drawn is not None
        places = tuple(
            Place(int(row["rank"]), row["prize"], imported.lines[row["entrant"]])
            for row in csv.DictReader(io.StringIO(drawn.ranking.decode()))
        )
        return Done(standing.definition, imported, verdict, fixed.entrants, places)

    def _draw(self, identity: str, definition: Campaign, draws_at: datetime, number: int) -> None:
        world, house = self.world, self.house
        if definition.draw.source == "rehearsal":
            drawing.draw(house, identity, seed.Rehearsal(f"rehearsal of {definition.slug}"), world.clock())
            return
        world.say(Text(fr=f"Le hasard est attendu à {instant(draws_at)}" + (f" (tour {number})." if number else "."),
                       en=f"Chance is due at {instant(draws_at)}" + (f" (round {number})." if number else ".")))  # fmt: skip
        world.wait(draws_at)
        if definition.draw.source == "ceremony":
            for person, values in enumerate(self._typed(definition), 1):
                drawing.type_ceremony(house, identity, f"{person:032x}", f"person {person}", values, world.clock())
            return
        world.wait(QUICKNET.time_of(number))
        drawing.draw(house, identity, seed.Beacon(self._fetch(number)), world.clock())

    def _typed(self, definition: Campaign) -> list[dict[str, str]]:
        """Ask two people until they type the same; the values are public by now, and no other list may meet them."""
        last: Refused | None = None
        while True:
            try:
                readings = [self.job.values(person, definition) for person in (1, 2)]
            except EOFError:
                raise Refused(
                    last.code if last else "ceremony-malformed",
                    Text(fr="Les mêmes valeurs, saisies par deux personnes, étaient attendues.",
                         en="The same values, typed by two people, were expected."),
                    Text(fr="Rien n’a été tiré. La liste figée est gardée : la même commande la reprend, et redemande les "
                            "valeurs.",
                         en="Nothing was drawn. The frozen list is kept: the same command takes it up, and asks for the "
                            "values again."),
                    found=last.found if last else Text(fr="la fin de la saisie", en="the end of the input"),
                ) from None  # fmt: skip
            try:
                texts = [
                    seed.ceremony_text([(v.name, values.get(v.name, "")) for v in definition.draw.values])
                    for values in readings
                ]
                if texts[0] == texts[1]:
                    return readings
                last = drawing.differing(texts)
            except Refused as refused:
                last = refused
            self.world.say(Text(fr=last.sentence("fr"), en=last.sentence("en")))

    def _reach(self) -> None:
        """Require that a relay is there before the list is frozen: a list that no chance meets is lost."""

        def heard() -> bool:
            return not all(relay.silent for relay in look_at_relays(self.job.relays))

        start = self.world.clock()
        while not heard():
            silent = Unavailable(
                "beacon-unavailable",
                Text(fr="Un relais de drand qui répond était attendu.", en="A relay of drand that answers was expected."),
                Text(fr="Vérifiez le réseau, ou nommez d’autres relais (--relay) : rien n’est figé.",
                     en="Check the network, or name other relays (--relay): nothing is frozen."),
                found=", ".join(self.job.relays),
            )  # fmt: skip
            if self.world.clock() - start > timedelta(seconds=min(self.job.patience, AT_FIRST)):
                raise silent
            self.world.say(Text(fr=silent.sentence("fr"), en=silent.sentence("en")))
            self.world.sleep(POLL)

    def _fetch(self, number: int) -> Round:
        """Ask the relays until one has the round, as long as patience lasts."""
        start = self.world.clock()
        while True:
            try:
                return fetch_round(self.job.relays, number)
            except Unavailable as refused:
                if self.world.clock() - start > timedelta(seconds=self.job.patience):
                    raise Unavailable(
                        refused.code, refused.expected,
                        Text(fr="L’attente est finie (--patience) : rien n’a été tiré. La liste figée est gardée : relancez la même "
                                "commande quand un relais répond.",
                             en="The wait is over (--patience): nothing was drawn. The frozen list is kept: run the same command "
                                "again when a relay answers."),
                        found=refused.found,
                    ) from refused  # fmt: skip
                self.world.say(Text(fr=refused.sentence("fr"), en=refused.sentence("en")))
                self.world.sleep(POLL)

    def _write(self, identity: str) -> Verdict:
        """Write the files beside their names first: nothing half-written bears its name."""
        job = self.job
        parts = {out: _partial(out) for out in (job.out, job.legal)}
        try:
            with parts[job.out].open("wb") as out:
                export.export_bundle(self.house, identity, out)
            with parts[job.legal].open("wb") as out:
                parts[job.legal].chmod(0o600)  # it names people
                export.export_identities(self.house, identity, out)
            with parts[job.legal].open("rb") as file:
                identities = read_identities(file)
            with parts[job.out].open("rb") as file:
                verdict = verify(Bundle(file), identities)
            for name, part in parts.items():
                part.replace(name)
        finally:
            for part in parts.values():
                part.unlink(missing_ok=True)
        return verdict


def system_clock() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)
