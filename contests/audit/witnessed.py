"""Outside time and eyes in a bundle (spec bundle §5): time stamps, and the register's cosigned head."""

import re
from datetime import UTC, datetime, timedelta

import msgspec

from contests.audit.bundle import Bundle
from contests.audit.stamp import Stamped, check_token
from contests.audit.verdict import Collector
from contests.campaign.definition import Campaign
from contests.codec import canonical, check_depth
from contests.errors import Malformed, Refused
from contests.journal.note import Note, Verifier, parse_note, parse_vkey
from contests.journal.policy import NOBODY, Policy, parse_policy
from contests.journal.receipt import parse_receipt, verify_receipt
from contests.records import CheckpointRegistered

STEP = 14
INDEX, PROOF, VKEY = "index.json", "register.tlog-proof", "register.vkey"
_NAME = re.compile(r"(rules|minutes)-([1-9][0-9]{0,3})-(fr|en)\Z")


_UNTIL_THE_DRAW = (
    "Les témoins annoncés ont le temps jusqu’au tirage.",
    "The announced witnesses have time until the draw.",
)


class _Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    authority: int
    url: str
    what: str
    missing: str = ""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What step 14 needs of the steps before it. `due` is when the random value came to be, for the beacon only."""

    draw: str
    campaign: str
    verifier: Verifier | None
    definition: Campaign | None
    due: datetime | None
    drawn: bool


def policy_of(definition: Campaign) -> Policy:
    """Return the policy of a definition; without one nobody has to have seen anything."""
    return parse_policy(definition.draw.witnesses) if definition.draw.witnesses else Policy((), (), (), NOBODY)


def check_stamps(bundle: Bundle, frame: Frame, say: Collector) -> None:
    """Judge step 14; every finding goes into `say`."""
    folder = f"draws/{frame.draw}/stamps/"
    names = {name.removeprefix(folder) for name in bundle.names if name.startswith(folder)}
    said: list[tuple[str, str]] = []
    reasons: list[tuple[str, str]] = []
    used = _tokens(bundle, frame, folder, names, say, said, reasons)
    used |= _register(bundle, frame, folder, names, say, said, reasons)
    for name in sorted(names - used):
        say.fail(STEP, f"{folder}{name} n’est pas attendu.", f"{folder}{name} is not expected.")
    if not names and not reasons:
        reasons.append(("Ni horodatage ni cosignature joints.", "No stamps or cosignatures are there."))
    if reasons:
        both = [*said, *reasons]
        say.skip(STEP, " ".join(fr for fr, _ in both), " ".join(en for _, en in both))
    else:
        say.passed(STEP, " ".join(fr for fr, _ in said), " ".join(en for _, en in said))


def _tokens(
    bundle: Bundle, frame: Frame, folder: str, names: set[str], say: Collector,
    said: list[tuple[str, str]], reasons: list[tuple[str, str]],
) -> set[str]:  # fmt: skip
    if INDEX not in names:
        return set()
    data = bundle.read(folder + INDEX)
    try:
        check_depth(data)
        listed = msgspec.json.decode(data, type=list[_Listed])
        if canonical(listed) != data or len({(line.what, line.authority) for line in listed}) < len(listed):
            raise ValueError("not canonical, or a line twice")
    except (ValueError, RecursionError) as error:
        say.fail(STEP, f"{folder}{INDEX} : {error}.", f"{folder}{INDEX}: {error}.")
        return {INDEX}
    used = {INDEX}
    late: list[str] = []
    for line in listed:
        if line.missing:
            reasons.append((f"{line.what} : {line.url} n’a pas horodaté ({line.missing}).",
                            f"{line.what}: {line.url} did not stamp ({line.missing})."))  # fmt: skip
            continue
        token, root = f"{line.what}-{line.authority}.tsr", f"authority-{line.authority}.pem"
        used |= {token, root}
        stamped = _token(bundle, frame, folder, line, (token, root), say)
        if stamped is None:
            continue
        at = stamped.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said.append((f"{line.what} : horodaté {at} par {stamped.authority} (racine {stamped.root[:16]}…).",
                     f"{line.what}: stamped {at} by {stamped.authority} (root {stamped.root[:16]}…)."))  # fmt: skip
        if frame.due and line.what == "freeze" and stamped.at >= frame.due:
            late.append(at)
        if frame.due and line.what == "result" and stamped.at < frame.due:
            say.fail(
                STEP, f"Le résultat est horodaté {at}, avant le tour.", f"The result is stamped {at}, before the round."
            )
    if late:
        reasons.append((f"La liste figée n’a été horodatée qu’après le tour ({min(late)}).",
                        f"The frozen list was stamped only after the round ({min(late)})."))  # fmt: skip
    return used


def _token(
    bundle: Bundle, frame: Frame, folder: str, line: _Listed, files: tuple[str, str], say: Collector
) -> Stamped | None:
    about = _about(frame.draw, line.what)
    missing = next((n for n in (about or line.what, folder + files[0], folder + files[1]) if not bundle.has(n)), "")
    if missing:
        say.fail(STEP, f"{missing} manque.", f"{missing} is missing.")
        return None
    try:
        return check_token(bundle.read(folder + files[0]), bundle.read(about), bundle.read(folder + files[1]))
    except Malformed as error:
        say.fail(STEP, f"{folder}{files[0]} : {error.sentence('fr')}", f"{folder}{files[0]}: {error}")
        return None


def _about(draw: str, what: str) -> str:
    """Return the file that a stamp is about; empty for nothing that is known."""
    if what in {"freeze", "result"}:
        return f"draws/{draw}/{'checkpoint' if what == 'freeze' else 'ranking.csv'}"
    found = _NAME.match(what)
    return f"papers/{what}.{'html' if found[1] == 'rules' else 'pdf'}" if found else ""


def _register(
    bundle: Bundle, frame: Frame, folder: str, names: set[str], say: Collector,
    said: list[tuple[str, str]], reasons: list[tuple[str, str]],
) -> set[str]:  # fmt: skip
    try:
        policy = policy_of(frame.definition) if frame.definition else Policy((), (), (), NOBODY)
    except Refused as error:
        say.fail(STEP, error.sentence("fr"), str(error))
        return set()
    demanded = policy.quorum != NOBODY
    if not {PROOF, VKEY} <= names:
        if demanded and frame.drawn:
            say.fail(STEP, "Le quorum de témoins annoncé manque.", "The announced quorum of witnesses is missing.")
        elif demanded:
            reasons.append(_UNTIL_THE_DRAW)
        return set()
    try:
        note = _registered(bundle, frame, folder, policy)
    except (Refused, ValueError) as error:
        fr = error.sentence("fr") if isinstance(error, Refused) else str(error)
        say.fail(STEP, f"{folder}{PROOF} : {fr}", f"{folder}{PROOF}: {error}")
        return {PROOF, VKEY}
    times = {n.name: at for n in policy.witnesses if (at := n.witness.saw(note)) is not None}
    in_time = {name for name, at in times.items() if frame.due is None or at < frame.due.timestamp()}
    if demanded and not frame.drawn:
        reasons.append(_UNTIL_THE_DRAW)
    elif not demanded:
        reasons.append(("Aucun témoin n’était annoncé : le registre seul ne prouve pas l’indépendance.",
                        "No witness was announced: the register alone proves no independence."))  # fmt: skip
    elif not policy.met(in_time):
        say.fail(STEP, f"Le quorum de témoins annoncé n’est pas atteint à temps : {', '.join(sorted(in_time)) or '—'}.",
                 f"The announced quorum of witnesses was not met in time: {', '.join(sorted(in_time)) or '—'}.")  # fmt: skip
    else:
        said.append(_seen(times, in_time, frame.due))
    return {PROOF, VKEY}


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


def _seen(times: dict[str, int], in_time: set[str], due: datetime | None) -> tuple[str, str]:
    last = datetime.fromtimestamp(max(times[name] for name in in_time), UTC)
    at, who = last.strftime("%Y-%m-%dT%H:%M:%SZ"), ", ".join(sorted(in_time))
    ahead = max(due - last, timedelta()) if due else None
    fr = f", {int(ahead.total_seconds() // 60)} min avant la valeur aléatoire" if ahead is not None else ""
    en = f", {int(ahead.total_seconds() // 60)} min before the random value" if ahead is not None else ""
    return (f"La liste figée était publique : vue par {who} au plus tard {at}{fr}.",
            f"The frozen list was public: seen by {who} at the latest {at}{en}.")  # fmt: skip
