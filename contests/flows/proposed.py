"""What may wait for a second person: each act with its words, the ability it takes, and the flow that does it.

A further kind is a struct and a line of `KINDS`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from contests.codec import canonical, digest
from contests.errors import Text
from contests.flows import act, moderate, publish, settle
from contests.flows import amend as amending
from contests.flows.drafting import mark_of
from contests.flows.house import House
from contests.flows.roles import Ability
from contests.store import amendments, campaigns, draws, entries
from contests.store.session import Tx

Evidence = tuple[str, bytes]
NO_EVIDENCE: Evidence = ("", b"")


class Publish(msgspec.Struct, frozen=True, kw_only=True, tag="publish", tag_field="kind"):
    """Publish the draft as it stands, with what was uploaded with it."""

    note: str = ""


class Amend(msgspec.Struct, frozen=True, kw_only=True, tag="amend", tag_field="kind"):
    """Put the amendment in force as it was read (`mark`), for public reasons by language."""

    reasons: amending.Reasons
    mark: str
    note: str = ""


class Exclude(msgspec.Struct, frozen=True, kw_only=True, tag="exclude", tag_field="kind"):
    """Exclude some entrants for one reason."""

    entrants: tuple[str, ...]
    reason: str
    note: str = ""
    evidence: str = ""


class Release(msgspec.Struct, frozen=True, kw_only=True, tag="release", tag_field="kind"):
    """Confirm a prize unit: it goes out to its holder."""

    unit: str
    note: str = ""


Asked = Publish | Amend | Exclude | Release
_decoder: msgspec.json.Decoder[Asked] = msgspec.json.Decoder(Asked)


class Doing(msgspec.Struct, frozen=True):
    """The doing of an act: in whose name, when, on which evidence."""

    tx: Tx
    house: House
    campaign: str
    staff_name: str
    now: datetime
    evidence: Evidence = NO_EVIDENCE


class Kind(msgspec.Struct, frozen=True):
    """One kind of act. `basis` is what it was prepared on, as text that is the same while it fits; empty: it does not."""

    title: Text
    effect: Text
    ability: Ability
    basis: Callable[[Tx, str, Any], str]
    run: Callable[[Doing, Any], None]


def kind_of(asked: Asked) -> str:
    """Return the kind's name, as the settings write it."""
    return str(type(asked).__struct_config__.tag)


def encode(asked: Asked) -> bytes:
    """Return what is asked as JSON."""
    return msgspec.json.encode(asked)


def decode(data: bytes) -> Asked:
    """Return what was asked."""
    return _decoder.decode(data)


def blanked(asked: Asked) -> Asked:
    """Return what was asked without what it says of people."""
    left = msgspec.structs.replace(asked, note="")
    return msgspec.structs.replace(left, evidence="") if isinstance(left, Exclude) else left


def about(asked: Asked) -> tuple[str, ...]:
    """Return the pseudonyms or the prize unit that an act is about; none for a whole campaign."""
    if isinstance(asked, Exclude):
        return asked.entrants
    return (asked.unit,) if isinstance(asked, Release) else ()


def basis_of(tx: Tx, campaign: str, asked: Asked) -> str:
    """Return the digest of what an act rests on now; empty where it cannot be done."""
    found = KINDS[kind_of(asked)].basis(tx, campaign, asked)
    return digest(f"{kind_of(asked)}\n{found}".encode()) if found else ""


def _draft(tx: Tx, campaign: str, _asked: Publish) -> str:
    row = campaigns.row(tx, campaign)
    if row.stage != "draft":
        return ""
    return canonical([row.draft_form, row.draft, campaigns.goods_mark(tx, campaign)]).decode()


def _publish(doing: Doing, asked: Publish) -> None:
    publish.publish(doing.house, doing.campaign, doing.now)
    act.note(doing.tx, doing.house, doing.campaign, doing.now, doing.staff_name, "publish", asked.note, place=0)


def _copy(tx: Tx, campaign: str, asked: Amend) -> str:
    """Return the working copy while it is as it was read, and open to be published."""
    copy = amendments.working(tx, campaign)
    fits = copy is not None and mark_of(copy) == asked.mark and campaigns.row(tx, campaign).stage == "open"
    return f"{copy.version} {asked.mark} {copy.released}" if copy and fits else ""


def _amend(doing: Doing, asked: Amend) -> None:
    amending.publish(
        doing.house, doing.campaign, asked.reasons, asked.mark, staff_name=doing.staff_name, now=doing.now
    )  # fmt: skip


def _standing(tx: Tx, campaign: str, asked: Exclude) -> str:
    """Return who still takes part of those named: another entry of theirs changes nothing, a withdrawal does."""
    if campaigns.row(tx, campaign).stage not in moderate.BEFORE_FREEZE:
        return ""
    rows = entries.of_entrants(tx, campaign, asked.entrants, "accepted")
    return "\n".join(sorted({row.entrant or "" for row in rows}))


def _exclude(doing: Doing, asked: Exclude) -> None:
    moderate.exclude(
        doing.house, doing.campaign, *asked.entrants, reason=asked.reason, note=asked.note, evidence=doing.evidence,
        staff_name=doing.staff_name, now=doing.now,
    )  # fmt: skip


def _holder(tx: Tx, campaign: str, asked: Release) -> str:
    found = draws.award(tx, campaign, asked.unit)
    if found is None or found.state not in {"offered", "claimed"}:
        return ""
    return f"{found.unit} {found.rank} {found.entrant}"


def _release(doing: Doing, asked: Release) -> None:
    settle.confirm_award(
        doing.house, doing.campaign, asked.unit, staff_name=doing.staff_name, note=asked.note, now=doing.now
    )


KINDS: dict[str, Kind] = {
    "publish": Kind(
        Text(fr="Publier la campagne", en="Publish the campaign"),
        Text(fr="Le brouillon devient public avec son règlement et entre au journal. Il ne pourra plus qu’être amendé.",
             en="The draft becomes public with its rules and enters the journal. From then on it can only be amended."),
        "publish", _draft, _publish,
    ),
    "amend": Kind(
        Text(fr="Publier l’avenant", en="Publish the amendment"),
        Text(fr="L’avenant entre en vigueur avec une nouvelle version du règlement ; chaque personne qui avait accepté "
                "l’ancienne reçoit un e-mail. C’est définitif.",
             en="The amendment comes into force with a new version of the rules; everybody who had accepted the old one "
                "gets a mail. It cannot be taken back."),
        "publish", _copy, _amend,
    ),
    "exclude": Kind(
        Text(fr="Exclure du tirage", en="Exclude from the draw"),
        Text(fr="Toutes les participations de ces personnes sortent du tirage. Le journal public dit le motif et "
                "l’article, jamais le nom. C’est réversible jusqu’au gel de la liste.",
             en="All entries of these people leave the draw. The public journal says the reason and the article, never "
                "the name. It can be taken back until the list is frozen."),
        "moderate", _standing, _exclude,
    ),
    "release": Kind(
        Text(fr="Remettre un lot", en="Release a prize"),
        Text(fr="Le lot est confirmé à cette personne, qui l’apprend par e-mail. C’est définitif.",
             en="The prize is confirmed for this person, who is told by mail. It cannot be taken back."),
        "award", _holder, _release,
    ),
}  # fmt: skip
