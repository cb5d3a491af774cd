"""Campaigns in the store."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Row, Table, bindparam
from sqlalchemy import select as core_select
from sqlmodel import col, delete, func, select, update

from contests.campaign.definition import Campaign
from contests.campaign.parse import of_record
from contests.codec import digest, parse_json
from contests.errors import NotFound, Text
from contests.store.session import Tx
from contests.store.tables import (
    AcknowledgedRow,
    CampaignRow,
    CodeRow,
    ExcludedRow,
    MediaRow,
    PaperRow,
    PreviewRow,
    ProposalRow,
    SealedRow,
)


class Standing(msgspec.Struct, frozen=True):
    """A published campaign as it stands: its id, stage, definition in force and rules version."""

    id: str
    stage: str
    definition: Campaign
    digest: str
    version: int
    freezes_at: datetime
    draws_at: datetime


@lru_cache(maxsize=256)
def read_definition(data: bytes) -> Campaign:
    """Return the definition of canonical bytes; the same bytes are parsed once."""
    return of_record(parse_json(data))


def unknown(found: str) -> NotFound:
    """Return the refusal for a campaign that is not there."""
    return NotFound(
        "campaign-unknown",
        Text(fr="Une campagne publiée était attendue.", en="A published campaign was expected."),
        Text(fr="Vérifiez l’adresse.", en="Check the address."),
        found=found[:80],
    )


def add(tx: Tx, row: CampaignRow) -> None:
    """Add a campaign."""
    tx.add(row)
    tx.flush()


def row(tx: Tx, campaign: str) -> CampaignRow:
    """Return a campaign's row by id. Raises NotFound."""
    found = tx.get(CampaignRow, campaign, populate_existing=True)
    if found is None:
        raise unknown(campaign)
    return found


def slug_of(tx: Tx, campaign: str) -> str:
    """Return a campaign's slug; empty for what is none."""
    found = tx.get(CampaignRow, campaign)
    return found.slug if found else ""


def by_slug(tx: Tx, slug: str, organiser: str | None = None) -> CampaignRow:
    """Return a campaign's row by slug: an organiser's, or (for the public) anybody's. Raises NotFound."""
    if not slug.isascii() or not slug.isprintable():
        raise unknown(repr(slug))  # PostgreSQL has no text with a NUL
    found = tx.exec(select(CampaignRow).where(CampaignRow.slug == slug)).first()
    if found is None or organiser not in {None, found.organiser}:
        raise unknown(slug)
    return found


def has_slug(tx: Tx, slug: str) -> bool:
    """Say whether the slug is taken."""
    return tx.exec(select(CampaignRow.id).where(CampaignRow.slug == slug)).first() is not None


def seat(campaign: Campaign) -> dict[str, Any]:
    """Return the columns that say which series a campaign is one of, and its place in it."""
    told = campaign.one_of
    return {"series": told.key, "series_place": told.place} if told else {"series": "", "series_place": 0}


def in_series(tx: Tx, key: str, organiser: str = "") -> list[CampaignRow]:
    """Return the campaigns of a series in any stage, in order; with `organiser`, only theirs."""
    if not key or not key.isascii() or not key.isprintable():
        return []
    query = select(CampaignRow).where(CampaignRow.series == key)
    if organiser:
        query = query.where(CampaignRow.organiser == organiser)
    return list(tx.exec(query.order_by(col(CampaignRow.series_place), col(CampaignRow.slug))))


def latest_published(tx: Tx, organiser: str) -> CampaignRow | None:
    """Return the campaign that an organiser published last."""
    known = select(CampaignRow).where(CampaignRow.organiser == organiser, col(CampaignRow.published_at).is_not(None))
    return tx.exec(known.order_by(col(CampaignRow.published_at).desc()).limit(1)).first()


CAMPAIGNS: Table = CampaignRow.__table__  # type: ignore[attr-defined]
_STANDING = core_select(CAMPAIGNS).where(CAMPAIGNS.c.id == bindparam("campaign"))


def standing(tx: Tx, campaign: str) -> Standing:
    """Return a published campaign as it stands. Raises NotFound."""
    found = tx.connection().execute(_STANDING, {"campaign": campaign}).first()
    if found is None:
        raise unknown(campaign)
    return stand(found)


def stand(found: CampaignRow | Row[Any]) -> Standing:
    """Return what a row of a published campaign says. Raises NotFound for a draft."""
    if not found.definition or found.freezes_at is None or found.draws_at is None:
        raise unknown(found.slug)
    return Standing(
        found.id,
        found.stage,
        read_definition(found.definition),
        found.digest,
        found.version,
        found.freezes_at,
        found.draws_at,
    )


def keep_pdf(tx: Tx, campaign: str, version: int, language: str, pdf: bytes) -> None:
    """Keep the PDF of a rules text."""
    own = (col(PaperRow.campaign) == campaign, col(PaperRow.version) == version, col(PaperRow.language) == language)
    tx.execute(update(PaperRow).where(*own).values(pdf=pdf))


def move(tx: Tx, campaign: str, **values: object) -> None:
    """Write columns of a campaign (stage, instants, definition)."""
    tx.execute(update(CampaignRow).where(col(CampaignRow.id) == campaign).values(**values))


def remove_draft(tx: Tx, campaign: str) -> None:
    """Delete a draft and what was uploaded with it."""
    for table in (PaperRow, MediaRow, SealedRow, CodeRow, ExcludedRow, AcknowledgedRow, ProposalRow, PreviewRow):
        tx.execute(delete(table).where(col(table.campaign) == campaign))
    tx.execute(delete(CampaignRow).where(col(CampaignRow.id) == campaign, col(CampaignRow.stage) == "draft"))


def add_papers(tx: Tx, papers: Sequence[PaperRow]) -> None:
    """Keep one version of the rules texts."""
    tx.add_all(papers)
    tx.flush()


def seal(tx: Tx, campaign: str, sealed: str, key: bytes, answers: bytes) -> None:
    """Keep what the public definition only commits to."""
    tx.add(SealedRow(campaign=campaign, sealed=sealed, key=key, answers=answers))
    tx.flush()


def sealed_answers(tx: Tx, campaign: str) -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Return commitment → (key, right answers)."""
    rows = tx.exec(select(SealedRow).where(SealedRow.campaign == campaign))
    return {found.sealed: (found.key, tuple(msgspec.json.decode(found.answers, type=list[str]))) for found in rows}


def put_media(tx: Tx, campaign: str, name: str, kind: str, data: bytes) -> None:
    """Keep a picture; the same name replaces."""
    tx.merge(MediaRow(campaign=campaign, name=name, kind=kind, data=data))


def put_codes(tx: Tx, campaign: str, codes: Sequence[str]) -> int:
    """Add unique codes in their compared form; return how many were new."""
    known = set(tx.exec(select(CodeRow.code).where(CodeRow.campaign == campaign)))
    new = [code for code in dict.fromkeys(codes) if code not in known]
    tx.add_all(CodeRow(campaign=campaign, code=code) for code in new)
    tx.flush()
    return len(new)


def put_excluded(tx: Tx, campaign: str, people: Sequence[str]) -> int:
    """Add addresses (compared form) to the private list; return how many were new."""
    known = set(tx.exec(select(ExcludedRow.person).where(ExcludedRow.campaign == campaign)))
    new = [person for person in dict.fromkeys(people) if person not in known]
    tx.add_all(ExcludedRow(campaign=campaign, person=person) for person in new)
    tx.flush()
    return len(new)


def hand_on(tx: Tx, campaign: str, other: str) -> int:
    """Put the pictures and the private list of one draft into another that lacks them; return how many were new."""
    there = set(tx.exec(select(MediaRow.name).where(MediaRow.campaign == other)))
    mine = tx.exec(select(MediaRow).where(MediaRow.campaign == campaign, col(MediaRow.name).not_in(there))).all()
    tx.add_all(MediaRow(campaign=other, name=one.name, kind=one.kind, data=one.data) for one in mine)
    people = list(tx.exec(select(ExcludedRow.person).where(ExcludedRow.campaign == campaign)))
    return len(mine) + put_excluded(tx, other, people)


def goods(tx: Tx, campaign: str) -> tuple[list[str], int]:
    """Return the names of a draft's pictures, and how many addresses its private list holds."""
    names = sorted(tx.exec(select(MediaRow.name).where(MediaRow.campaign == campaign)))
    listed = select(func.count()).select_from(ExcludedRow).where(ExcludedRow.campaign == campaign)
    return names, tx.exec(listed).one()


def goods_mark(tx: Tx, campaign: str) -> str:
    """Return what stays the same while nothing uploaded with a draft changes: its pictures, its lists (they only grow)."""
    pictures = tx.exec(
        select(MediaRow.name, MediaRow.data).where(MediaRow.campaign == campaign).order_by(col(MediaRow.name))
    )
    shown = [f"{name} {digest(data)}" for name, data in pictures]
    lists = (
        tx.exec(select(func.count()).select_from(table).where(table.campaign == campaign)).one()
        for table in (CodeRow, ExcludedRow)
    )
    return "\n".join((*shown, *map(str, lists)))


def acknowledge(tx: Tx, row: AcknowledgedRow) -> None:
    """Keep an acknowledgement; where there is one already, the first one stays."""
    if tx.get(AcknowledgedRow, (row.campaign, row.remark)) is None:
        tx.add(row)
        tx.flush()


def acknowledged(tx: Tx, campaign: str) -> dict[str, AcknowledgedRow]:
    """Return digest of the remark → acknowledgement, in the order they were given."""
    query = select(AcknowledgedRow).where(AcknowledgedRow.campaign == campaign)
    rows = tx.exec(query.order_by(col(AcknowledgedRow.at), col(AcknowledgedRow.code)))
    return {row.remark: row for row in rows}


def due(tx: Tx, now: datetime) -> list[CampaignRow]:
    """Return the published campaigns that the worker may have to move on."""
    live = ("open", "closed", "frozen", "drawn")
    found = tx.exec(select(CampaignRow).where(col(CampaignRow.stage).in_(live)).order_by(col(CampaignRow.closes_at)))
    return [campaign for campaign in found if campaign.closes_at is not None and _is_due(campaign, now)]


def _is_due(campaign: CampaignRow, now: datetime) -> bool:
    instant = {
        "open": campaign.closes_at,
        "closed": campaign.freezes_at,
        "frozen": campaign.draws_at,
        "drawn": now,
    }[campaign.stage]
    return instant is not None and instant <= now


def running(tx: Tx) -> list[CampaignRow]:
    """Return the campaigns that take entries or wait for their freeze."""
    return list(tx.exec(select(CampaignRow).where(col(CampaignRow.stage).in_(("open", "closed")))))


def upcoming(tx: Tx) -> list[CampaignRow]:
    """Return the campaigns on their way to a draw, the next one first."""
    stages = ("open", "closed", "frozen")
    return list(
        tx.exec(select(CampaignRow).where(col(CampaignRow.stage).in_(stages)).order_by(col(CampaignRow.draws_at)))
    )


def in_stages(tx: Tx, stages: Sequence[str]) -> list[str]:
    """Return the ids of the campaigns in some stages."""
    return list(tx.exec(select(CampaignRow.id).where(col(CampaignRow.stage).in_(stages))))
