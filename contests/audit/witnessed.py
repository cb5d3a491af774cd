"""Outside time and eyes in a bundle (spec bundle §5): time stamps, and the register's cosigned head."""

import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from contests.audit.bundle import Bundle
from contests.audit.stamp import Stamped, check_token
from contests.audit.verdict import Collector
from contests.campaign.definition import Campaign
from contests.codec import canonical, check_depth, instant, parse_instant
from contests.errors import Malformed, Refused, Text
from contests.journal.note import Note, Verifier, parse_note, parse_vkey
from contests.journal.policy import NOBODY, Policy, parse_policy
from contests.journal.receipt import parse_receipt, verify_receipt
from contests.records import CheckpointRegistered

STEP = 14
INDEX, PROOF, VKEY, PUBLIC = "index.json", "register.tlog-proof", "register.vkey", "public.json"
_NAME = re.compile(r"(rules|minutes)-([1-9][0-9]{0,3})-(fr|en)\Z")
_WHAT = r"^(freeze|result|(rules|minutes)-[1-9][0-9]{0,3}-(fr|en))$(?!\n)"
MOST_STAMPS = 1000
_ADDRESS = re.compile(r"https?://[!-~]{1,500}\Z")

NO_POLICY = Policy((), (), (), NOBODY)
NONE_THERE = Text(fr="Ni horodatage ni cosignature joints.", en="No stamps or cosignatures are there.")
UNTIL_THE_DRAW = Text(
    fr="Les témoins annoncés ont le temps jusqu’au tirage.", en="The announced witnesses have time until the draw."
)
NOBODY_ANNOUNCED = Text(
    fr="Aucun témoin n’était annoncé : le registre seul ne prouve pas l’indépendance.",
    en="No witness was announced: the register alone proves no independence.",
)


class _Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    authority: Annotated[int, Meta(ge=1)]
    url: str
    what: Annotated[str, Meta(pattern=_WHAT)]
    missing: str = ""


class Public(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the frozen list stands, and when the organiser's server first gave it out: its word, not a proof."""

    address: str
    served: str


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What step 14 needs of the steps before it. `due` is when the random value came to be, for the beacon only."""

    frozen_at: datetime

    draw: str
    campaign: str
    verifier: Verifier | None
    definition: Campaign | None
    due: datetime | None
    drawn: bool


def policy_of(definition: Campaign) -> Policy:
    """Return the policy of a definition; without one nobody has to have seen anything."""
    return parse_policy(definition.draw.witnesses) if definition.draw.witnesses else NO_POLICY


def check_stamps(bundle: Bundle, frame: Frame, say: Collector) -> None:
    """Judge step 14; every finding goes into `say`."""
    outside = _Outside(bundle, frame, say)
    outside.public()
    outside.register()  # who saw the list is told before a long list of stamps
    outside.tokens()
    outside.conclude()


class _Outside:
    """Step 14 under way: files that had a use, what was established, and why something was not checked."""

    def __init__(self, bundle: Bundle, frame: Frame, say: Collector) -> None:
        self.bundle, self.frame, self.say = bundle, frame, say
        self.folder = f"draws/{frame.draw}/stamps/"
        self.names = {name.removeprefix(self.folder) for name in bundle.names if name.startswith(self.folder)}
        self.used: set[str] = set()
        self.said: list[Text] = []
        self.reasons: list[Text] = []

    def fail(self, fr: str, en: str) -> None:
        """Note a failure."""
        self.say.fail(STEP, fr, en)

    def public(self) -> None:
        """Tell since when the frozen list has been public, by the organiser's word."""
        if PUBLIC not in self.names:
            return
        self.used.add(PUBLIC)
        data = self.bundle.read(self.folder + PUBLIC)
        try:
            check_depth(data)
            told = msgspec.json.decode(data, type=Public)
            served = parse_instant(told.served)
            if canonical(told) != data or not _ADDRESS.match(told.address) or served < self.frame.frozen_at:
                raise ValueError("not canonical, no address, or before the freeze")
            if not told.address.endswith(f"/draws/{self.frame.draw}/pool.csv"):
                raise ValueError(told.address)
        except (ValueError, RecursionError, Malformed) as error:
            self.fail(f"{self.folder}{PUBLIC} : {error}.", f"{self.folder}{PUBLIC}: {error}.")
            return
        self.said.append(_told(told, served, self.frame.due))

    def tokens(self) -> None:
        """Judge every time stamp that the index lists."""
        for line in self._index():
            if line.missing:
                self.reasons.append(Text(fr=f"{line.what} : {line.url} n’a pas horodaté ({line.missing}).",
                                         en=f"{line.what}: {line.url} did not stamp ({line.missing})."))  # fmt: skip
            elif stamped := self._token(line):
                self._time(line, stamped)

    def _index(self) -> list[_Listed]:
        if INDEX not in self.names:
            return []
        self.used.add(INDEX)
        data = self.bundle.read(self.folder + INDEX)
        try:
            check_depth(data)
            listed = msgspec.json.decode(data, type=list[_Listed])
            if canonical(listed) != data or len({(line.what, line.authority) for line in listed}) < len(listed):
                raise ValueError("not canonical, or a line twice")
            if len(listed) > MOST_STAMPS:
                raise ValueError(f"{len(listed)} objects, {MOST_STAMPS} at most")
        except (ValueError, RecursionError) as error:
            self.fail(f"{self.folder}{INDEX} : {error}.", f"{self.folder}{INDEX}: {error}.")
            return []
        return listed

    def _token(self, line: _Listed) -> Stamped | None:
        token, roots = f"{line.what}-{line.authority}.tsr", f"authority-{line.authority}.pem"
        self.used |= {token, roots}
        about, token, roots = _about(self.frame.draw, line.what), self.folder + token, self.folder + roots
        missing = next((name for name in (about or line.what, token, roots) if not self.bundle.has(name)), "")
        if missing:
            self.fail(f"{missing} manque.", f"{missing} is missing.")
            return None
        try:
            return check_token(self.bundle.read(token), self.bundle.read(about), self.bundle.read(roots))
        except Malformed as error:
            self.fail(f"{token} : {error.sentence('fr')}", f"{token}: {error}")
            return None

    def _time(self, line: _Listed, stamped: Stamped) -> None:
        """Hold a time stamp against the round."""
        at, due = instant(stamped.at), self.frame.due
        self.said.append(Text(fr=f"{line.what} : horodaté {at} par {stamped.authority} (racine {stamped.root}).",
                              en=f"{line.what}: stamped {at} by {stamped.authority} (root {stamped.root})."))  # fmt: skip
        if due and line.what == "freeze" and stamped.at >= due:
            self.reasons.append(Text(fr=f"La liste figée n’a été horodatée qu’après le tour ({at}).",
                                     en=f"The frozen list was stamped only after the round ({at})."))  # fmt: skip
        if due and line.what == "result" and stamped.at < due:
            self.fail(
                f"Le résultat est horodaté {at}, avant le tour.", f"The result is stamped {at}, before the round."
            )

    def register(self) -> None:
        """Judge who saw the frozen list, by the register's cosigned head."""
        try:
            policy = policy_of(self.frame.definition) if self.frame.definition else NO_POLICY
        except Refused as error:
            self.fail(error.sentence("fr"), str(error))
            return
        demanded = policy.quorum != NOBODY
        note = self._note(policy) if {PROOF, VKEY} <= self.names else None
        if demanded and not self.frame.drawn:
            self.reasons.append(UNTIL_THE_DRAW)
        elif demanded and not {PROOF, VKEY} <= self.names:
            self.fail("Le quorum de témoins annoncé manque.", "The announced quorum of witnesses is missing.")
        elif demanded and note:
            self._quorum(policy, note)
        elif note:
            self.reasons.append(NOBODY_ANNOUNCED)

    def _note(self, policy: Policy) -> Note | None:
        self.used |= {PROOF, VKEY}
        try:
            return _registered(self.bundle, self.frame, self.folder, policy)
        except (Refused, ValueError) as error:
            said = error.sentence("fr") if isinstance(error, Refused) else str(error)
            self.fail(f"{self.folder}{PROOF} : {said}", f"{self.folder}{PROOF}: {error}")
            return None

    def _quorum(self, policy: Policy, note: Note) -> None:
        due = self.frame.due
        times = {n.name: at for n in policy.witnesses if (at := n.witness.saw(note)) is not None}
        in_time = {name for name, at in times.items() if due is None or at < due.timestamp()}
        who = ", ".join(sorted(in_time))
        if not policy.met(in_time):
            self.fail(f"Le quorum de témoins annoncé n’est pas atteint à temps : {who or '—'}.",
                      f"The announced quorum of witnesses was not met in time: {who or '—'}.")  # fmt: skip
            return
        last = datetime.fromtimestamp(max(times[name] for name in in_time), UTC)
        ahead = int((due - last).total_seconds() // 60) if due else 0
        self.said.append(Text(
            fr=f"La liste figée était publique : vue par {who} au plus tard {instant(last)}"
               + (f", {ahead} min avant la valeur aléatoire." if due else "."),
            en=f"The frozen list was public: seen by {who} at the latest {instant(last)}"
               + (f", {ahead} min before the random value." if due else "."),
        ))  # fmt: skip

    def conclude(self) -> None:
        """Look for strays; the step is checked when nothing is left to say against it."""
        for name in sorted(self.names - self.used):
            self.fail(f"{self.folder}{name} n’est pas attendu.", f"{self.folder}{name} is not expected.")
        if self.names <= {PUBLIC} and not self.reasons:
            self.reasons.append(NONE_THERE)
        told = [*self.said, *self.reasons]
        tell = self.say.skip if self.reasons else self.say.passed
        tell(STEP, "\n".join(text.fr for text in told), "\n".join(text.en for text in told))


def _told(told: Public, served: datetime, due: datetime | None) -> Text:
    fr, en = ".", "."
    if due and served < due:
        ahead = int((due - served).total_seconds() // 60)
        fr, en = f", {ahead} min avant la valeur aléatoire.", f", {ahead} min before the random value."
    elif due:
        fr, en = ", seulement après la valeur aléatoire.", ", only after the random value."
    return Text(
        fr=f"Selon l’organisateur, {told.address} est servi depuis {told.served}{fr}",
        en=f"By the organiser’s word, {told.address} has been served since {told.served}{en}",
    )


def _about(draw: str, what: str) -> str:
    """Return the file that a stamp is about; empty for nothing that is known."""
    if what in {"freeze", "result"}:
        return f"draws/{draw}/{'checkpoint' if what == 'freeze' else 'ranking.csv'}"
    found = _NAME.match(what)
    return f"papers/{what}.{'html' if found[1] == 'rules' else 'pdf'}" if found else ""


def _registered(bundle: Bundle, frame: Frame, folder: str, policy: Policy) -> Note:
    """Require that the register holds the freeze checkpoint; return its head as a note. Raises Refused, ValueError."""
    verifier = parse_vkey(bundle.read(folder + VKEY).decode("utf-8"))
    receipt = parse_receipt(bundle.read(folder + PROOF))
    verify_receipt(receipt, verifier)
    if frame.verifier and verifier.name != frame.verifier.name.rpartition("/")[0]:
        raise ValueError(f"{verifier.name} is not the register of {frame.verifier.name}")
    if policy.logs and verifier not in policy.logs:
        raise ValueError(f"{verifier} is not a log of the announced policy")
    record = msgspec.json.decode(receipt.record, type=CheckpointRegistered)
    freeze = bundle.read(f"draws/{frame.draw}/checkpoint").decode("utf-8")
    if canonical(record) != receipt.record or record.campaign != frame.campaign or record.checkpoint != freeze:
        raise ValueError("the record is not that of this freeze checkpoint")
    return parse_note(receipt.checkpoint)
