"""Who did what: a member of staff's act, noted in the transaction of the step."""

from datetime import datetime

from contests.errors import Refused, Text
from contests.flows.house import House
from contests.store import staff
from contests.store.session import Tx
from contests.store.tables import ActionRow

LONGEST = 2000  # characters of what is said of an act


def in_words(typed: str, expected: Text, where: str = "note") -> str:
    """Return what a member of staff says of an act. Raises Refused where they say nothing, or more than is kept."""
    said = typed.strip()
    if not said:
        todo = Text(fr="Complétez le formulaire.", en="Complete the form.")
        raise Refused(f"{where.partition('-')[0]}-needed", expected, todo, where=where)
    return whole(said, where)


def whole(said: str, where: str = "note") -> str:
    """Return the same words. Raises Refused where they are more than is kept: nothing is cut off."""
    if len(said) > LONGEST:
        raise Refused(
            f"{where.partition('-')[0]}-too-long",
            Text(fr=f"{LONGEST} caractères au plus étaient attendus.", en=f"At most {LONGEST} characters were expected."),
            Text(fr="Raccourcissez le texte.", en="Shorten the text."),
            found=Text(fr=f"{len(said)} caractères", en=f"{len(said)} characters"),
            where=where,
        )  # fmt: skip
    return said


def note(
    tx: Tx, house: House, campaign: str, now: datetime, name: str, verb: str, detail: str,
    *, place: int | None = None, evidence: tuple[str, bytes] = ("", b"")
) -> None:  # fmt: skip
    """Note that `name` did `verb`; `place` is that of the first record it left."""
    staff.note_action(
        tx,
        ActionRow(
            id=house.chance(16).hex(), campaign=campaign, at=now, staff=name, verb=verb, place=place, detail=detail,
            evidence_name=evidence[0][:200], evidence=evidence[1],
        ),
    )  # fmt: skip


def of_two(prepared: str, released: str) -> str:
    """Return how an act is signed that one person prepared and another released."""
    return f"{prepared} & {released}"


def note_account(tx: Tx, house: House, organiser: str, now: datetime, name: str, verb: str, detail: str) -> None:
    """Note that `name` did `verb` to an account; such acts have an organiser and no campaign."""
    row = ActionRow(
        id=house.chance(16).hex(), campaign="", organiser=organiser, at=now, staff=name, verb=verb, detail=detail
    )
    staff.note_action(tx, row)
