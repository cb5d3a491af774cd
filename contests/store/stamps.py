"""Outside time and eyes in the store: what is to be stamped, tokens, witnesses and the heads they cosigned."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import col, select

from contests.store.session import Tx
from contests.store.tables import CosignedRow, DrawRow, MinutesRow, PaperRow, StampRow, TokenRow, WitnessRow

RARELY = timedelta(hours=6)
GIVES_UP_AFTER = 20


def want(tx: Tx, campaign: str, things: Iterable[str], now: datetime) -> None:
    """Ask for stamps on things that have just come to be, in the transaction that made them."""
    tx.add_all([StampRow(campaign=campaign, what=what, due_at=now) for what in things])
    tx.flush()


def due(tx: Tx, now: datetime) -> list[StampRow]:
    """Return what is to be stamped now."""
    return list(tx.exec(select(StampRow).where(col(StampRow.due_at) <= now).order_by(col(StampRow.due_at)).limit(20)))


def later(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again: each time twice as late, up to six hours; None to give up."""
    return None if attempts >= GIVES_UP_AFTER else now + min(timedelta(seconds=15 * 2 ** min(attempts, 12)), RARELY)


def bytes_of(tx: Tx, campaign: str, what: str) -> bytes:
    """Return the bytes that a stamp is about (spec bundle §5)."""
    kind, _, rest = what.partition("-")
    if kind in {"freeze", "result"}:
        row = tx.get(DrawRow, campaign)
        assert row is not None
        return row.checkpoint if kind == "freeze" else row.ranking
    number, _, language = rest.partition("-")
    if kind == "rules":
        paper = tx.get(PaperRow, (campaign, int(number), language))
        assert paper is not None
        return paper.data
    minutes = tx.get(MinutesRow, (campaign, int(number), language))
    assert minutes is not None
    return minutes.pdf


def tokens(tx: Tx, campaign: str) -> list[TokenRow]:
    """Return tokens and their absences, in the order of what and authority."""
    return list(
        tx.exec(select(TokenRow).where(TokenRow.campaign == campaign).order_by(TokenRow.what, TokenRow.authority))
    )


def put_token(tx: Tx, row: TokenRow) -> None:
    """Keep a token, or why there is none yet."""
    tx.merge(row)
    tx.flush()


def try_again(tx: Tx, row: StampRow, at: datetime | None) -> None:
    """Note when a stamp is asked for again; None: never."""
    found = tx.get(StampRow, (row.campaign, row.what))
    assert found is not None
    found.due_at, found.attempts = at, row.attempts + 1
    tx.flush()


def witness(tx: Tx, vkey: str) -> WitnessRow | None:
    """Return what is known of a witness."""
    return tx.get(WitnessRow, vkey)


def put_witness(tx: Tx, row: WitnessRow) -> None:
    """Write what is known of a witness."""
    tx.merge(row)
    tx.flush()


def add_cosignature(tx: Tx, size: int, checkpoint: bytes, lines: str) -> None:
    """Keep signature lines with the head they are over."""
    row = tx.get(CosignedRow, size) or CosignedRow(size=size, note=checkpoint)
    row.note += lines.encode()
    tx.add(row)
    tx.flush()


def cosigned_after(tx: Tx, place: int, most: int = 50) -> list[CosignedRow]:
    """Return the first cosigned heads that hold the register's record at `place`."""
    return list(
        tx.exec(select(CosignedRow).where(CosignedRow.size > place).order_by(col(CosignedRow.size)).limit(most))
    )
