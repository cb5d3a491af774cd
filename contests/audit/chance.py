"""Steps 8 to 10 of the verifier: the round, the beacon, the ceremony (spec bundle §4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from contests.audit.bundle import Bundle
from contests.audit.verdict import Collector
from contests.campaign.definition import Campaign
from contests.codec import canonical, parse_json
from contests.draw.beacon import QUICKNET, Round, announced_round
from contests.draw.seed import Beacon, Ceremony, Rehearsal, Source, ceremony_text
from contests.errors import Refused, Text
from contests.records import DrawCompleted, PoolFrozen


def check_times(
    say: Collector,
    definition: Campaign,
    frozen: PoolFrozen,
    times: dict[str, datetime],
    postponed: Sequence[tuple[datetime, datetime, int]],
) -> None:
    """Step 8: the round follows from the announced time, and the list was public before it."""
    source = definition.draw.source
    if "campaign.closed" in times and times["campaign.closed"] < definition.closes_at:
        say.fail(8, "Clôture enregistrée avant l’heure.", "The closing was recorded before its time.")
    if times["pool.frozen"] < definition.freezes_at:
        say.fail(8, "Liste figée avant l’heure.", "The list was frozen before its time.")
    draws_at, late = _moved(say, definition, postponed)
    if source == "rehearsal":
        if not say.failed(8):
            say.skip(8, "Une répétition n’attend aucun tour.", "A rehearsal waits for no round.")
        return
    notice = timedelta(minutes=definition.draw.notice_minutes)
    if postponed and times["pool.frozen"] + notice <= draws_at - timedelta(days=1):
        say.fail(8, f"Reporté au {draws_at} : un jour plus tôt suffisait.",
                 f"Postponed to {draws_at}: a day earlier was enough.")  # fmt: skip
    if times["pool.frozen"] + notice > draws_at:
        say.fail(8, f"Liste figée le {times['pool.frozen']}, moins de {definition.draw.notice_minutes} min avant {draws_at}.",
                 f"List frozen at {times['pool.frozen']}, less than {definition.draw.notice_minutes} min before {draws_at}.")  # fmt: skip
    expected = announced_round(source, draws_at)
    if frozen.round != expected:
        say.fail(8, f"Tour {frozen.round}, calculé {expected}.", f"Round {frozen.round}, computed {expected}.")
    if "draw.completed" in times and times["draw.completed"] < draws_at:
        say.fail(8, "Tirage enregistré avant l’heure.", "The draw was recorded before its time.")
    ahead = int((draws_at - times["pool.frozen"]).total_seconds() // 60)
    before = Text(fr=f"iste figée {ahead} min avant.{late.fr}", en=f"ist frozen {ahead} min before.{late.en}")
    if expected:
        say.passed(8, f"Tour {expected} ; l{before.fr}", f"Round {expected}; l{before.en}")
    else:
        say.passed(8, f"L{before.fr}", f"L{before.en}")


def _moved(
    say: Collector, definition: Campaign, postponed: Sequence[tuple[datetime, datetime, int]]
) -> tuple[datetime, Text]:
    """Judge the postponements; return the instant in force, and whether one came after what it replaces was known."""
    source = definition.draw.source
    draws_at, late = definition.draws_at, Text("", "")
    for at, moved, number in postponed:
        if at >= _known(source, draws_at):
            late = Text(
                fr=" Le tirage a été reporté après l’heure qu’il remplace.",
                en=" The draw was postponed after the time that it replaces.",
            )
        if (moved - draws_at) % timedelta(days=1) or moved <= draws_at or at >= _known(source, moved):
            say.fail(8, f"Report au {moved} : ni en jours entiers, ni à temps.",
                     f"Postponed to {moved}: not by whole days, or not in time.")  # fmt: skip
        if source == "drand" and number != announced_round(source, moved):
            say.fail(8, f"Report : tour {number}.", f"Postponement: round {number}.")
        draws_at = moved
    return draws_at, late


def _known(source: str, draws_at: datetime) -> datetime:
    """Return when the chance of a draw at `draws_at` is known, at the earliest."""
    return QUICKNET.time_of(announced_round(source, draws_at)) if source == "drand" else draws_at


def read_source(bundle: Bundle, completed: DrawCompleted, definition: Campaign, say: Collector) -> Source | None:
    """Read the random value; it must be the one that the journal recorded, of the kind that was announced."""
    kind = definition.draw.source
    name = f"draws/{completed.draw}/{'round.json' if kind == 'drand' else 'source.txt'}"
    step = 9 if kind == "drand" else 10
    if completed.source.get("source") != kind:
        say.fail(9, f"Source annoncée : {kind} ; employée : {completed.source.get('source')}.",
                 f"Announced source: {kind}; used: {completed.source.get('source')}.")  # fmt: skip
        return None
    if not bundle.has(name):
        say.fail(step, f"{name} manque.", f"{name} is missing.")
        return None
    data = bundle.read(name)
    try:
        if kind != "drand":
            text = data.decode("utf-8")
            if completed.source != {"source": kind, "text": text}:
                say.fail(step, f"{name} n’est pas le texte du journal.", f"{name} is not the journal’s text.")
            if kind == "ceremony":
                _check_ceremony(text, definition, say)
                return Ceremony(text)
            return Rehearsal(text)
        value = msgspec.convert(parse_json(data), Round)
        recorded = {"source": "drand", **msgspec.to_builtins(value)}
        if completed.source != recorded or canonical(value) != data:
            say.fail(step, f"{name} n’est pas la valeur du journal.", f"{name} is not the journal’s value.")
        return Beacon(value)
    except (Refused, msgspec.ValidationError, UnicodeDecodeError) as error:
        say.fail(step, f"{name} : {error}", f"{name}: {error}")
        return None


def _check_ceremony(text: str, definition: Campaign, say: Collector) -> None:
    lines = [line.partition("=") for line in text.split("\n")[1:-1]]
    names = [value.name for value in definition.draw.values]
    try:
        right = [name for name, _, _ in lines] == names and ceremony_text([(n, v) for n, _, v in lines]) == text
    except Refused:
        right = False
    if not right:
        say.fail(10, "Le texte de la cérémonie n’a pas les valeurs annoncées, dans l’ordre.",
                 "The ceremony’s text has not the announced values in order.")  # fmt: skip
