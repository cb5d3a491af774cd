"""Which accounts on platforms and which entrants of the page are one person, by a code that the person posted."""

from collections.abc import Iterable

from sqlmodel import col, delete, select, update

from contests.store.comment_tables import TieRow
from contests.store.session import Tx
from contests.store.tables import EntrantRow


def add(tx: Tx, row: TieRow) -> None:
    """Keep a code that an entrant may post."""
    tx.add(row)
    tx.flush()


def of_entrant(tx: Tx, campaign: str, entrant: str) -> TieRow | None:
    """Return the code of an entrant."""
    query = select(TieRow).where(TieRow.campaign == campaign, TieRow.entrant == entrant)
    return tx.exec(query.execution_options(populate_existing=True)).first()


def by_codes(tx: Tx, campaign: str, codes: Iterable[str]) -> dict[str, TieRow]:
    """Return those of some codes that exist."""
    wanted = set(codes)
    if not wanted:
        return {}
    query = select(TieRow).where(TieRow.campaign == campaign, col(TieRow.code).in_(wanted))
    return {row.code: row for row in tx.exec(query.execution_options(populate_existing=True))}


def of_accounts(tx: Tx, campaign: str, accounts: Iterable[str]) -> dict[str, str]:
    """Return, by account, the compared address of the entrant that it belongs to."""
    query = (
        select(TieRow.account, EntrantRow.person)
        .join(EntrantRow, col(EntrantRow.id) == col(TieRow.entrant))
        .where(TieRow.campaign == campaign, TieRow.account != "", col(TieRow.account).in_(set(accounts)))
    )
    return {account: person for account, person in tx.exec(query) if person}


def write(tx: Tx, row: TieRow) -> None:
    """Write which account a code is for, and which it tied."""
    mine = (col(TieRow.campaign) == row.campaign, col(TieRow.code) == row.code)
    tx.execute(update(TieRow).where(*mine).values(account=row.account, handle=row.handle, tied_at=row.tied_at))


def accounts_of(tx: Tx, campaign: str, entrant: str) -> list[str]:
    """Return the accounts of an entrant."""
    own = (TieRow.campaign == campaign, TieRow.entrant == entrant, TieRow.account != "")
    return list(tx.exec(select(TieRow.account).where(*own)))


def forget(tx: Tx, campaign: str, entrant: str) -> None:
    """Delete the code of an entrant, and whose account it tied."""
    tx.execute(delete(TieRow).where(col(TieRow.campaign) == campaign, col(TieRow.entrant) == entrant))


def forget_accounts(tx: Tx, campaign: str, accounts: Iterable[str]) -> None:
    """Delete the ties of some accounts."""
    tx.execute(delete(TieRow).where(col(TieRow.campaign) == campaign, col(TieRow.account).in_(list(accounts))))
