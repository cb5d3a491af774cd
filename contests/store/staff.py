"""Staff, invitations, observers, their sessions, failed sign-ins, and who did what."""

from datetime import datetime

from sqlmodel import col, delete, func, select, update

from contests.store import organisers
from contests.store.session import Tx
from contests.store.tables import (
    ActionRow,
    AttemptRow,
    CampaignRow,
    InvitationRow,
    ObserverRow,
    RecoveryRow,
    SessionRow,
    StaffRow,
)


def add(tx: Tx, row: StaffRow) -> None:
    """Add a member of staff, or keep what was changed."""
    tx.add(row)
    tx.flush()


def get(tx: Tx, identity: str) -> StaffRow | None:
    """Return a member of staff by id."""
    return tx.get(StaffRow, identity)


def name_of(tx: Tx, identity: str) -> str:
    """Return the name of a member of staff by id; the id where there is no such account."""
    found = get(tx, identity)
    return found.name if found else identity


def lock(tx: Tx, identity: str) -> StaffRow | None:
    """Return a member of staff by id, locked until the end of the transaction."""
    return tx.exec(select(StaffRow).where(StaffRow.id == identity).with_for_update()).first()


def by_email(tx: Tx, email: str) -> StaffRow | None:
    """Return a member of staff by address, lower case."""
    return tx.exec(select(StaffRow).where(StaffRow.email == email)).first()


def is_empty(tx: Tx) -> bool:
    """Say whether nobody has an account yet."""
    return tx.exec(select(StaffRow.id).limit(1)).first() is None


def start_session(tx: Tx, row: SessionRow) -> None:
    """Keep a session; those of the same person that have expired are forgotten."""
    expired = delete(SessionRow).where(col(SessionRow.staff) == row.staff, col(SessionRow.expires_at) <= row.started_at)
    tx.execute(expired)
    tx.add(row)
    tx.flush()


def end_session(tx: Tx, token: str) -> None:
    """Forget a session."""
    tx.execute(delete(SessionRow).where(col(SessionRow.token) == token))


def end_sessions(tx: Tx, person: str, *, but: str = "", only: str = "", organiser: str = "") -> int:
    """Forget the sessions of somebody, all `but` one, `only` one, or those of an organiser; return how many."""
    query = delete(SessionRow).where(col(SessionRow.staff) == person, col(SessionRow.token) != but)
    if organiser:
        query = query.where(col(SessionRow.organiser) == organiser)
    ended = tx.exec(query.where(col(SessionRow.token) == only) if only else query)
    return int(ended.rowcount)


def session(tx: Tx, token: str, now: datetime) -> SessionRow | None:
    """Return a session that has not ended."""
    found = tx.get(SessionRow, token)
    return None if found is None or found.expires_at <= now else found


def sessions(tx: Tx, person: str, now: datetime) -> list[SessionRow]:
    """Return the sessions of somebody, the latest used first."""
    query = select(SessionRow).where(
        SessionRow.staff == person, col(SessionRow.expires_at) > now, col(SessionRow.half).is_(False)
    )
    return list(tx.exec(query.order_by(col(SessionRow.seen_at).desc())))


def note_seen(tx: Tx, session: SessionRow, now: datetime) -> None:
    """Remember when a session, and the person behind it, was last seen, and at which organiser's."""
    tx.execute(update(SessionRow).where(col(SessionRow.token) == session.token).values(seen_at=now))
    tx.execute(update(StaffRow).where(col(StaffRow.id) == session.staff).values(seen_at=now))
    tx.execute(update(ObserverRow).where(col(ObserverRow.id) == session.staff).values(seen_at=now))
    organisers.note_seen(tx, session.staff, session.organiser, now)


def failures(tx: Tx, subject: str, since: datetime) -> int:
    """Return how often `subject` failed to sign in since then."""
    return tx.exec(
        select(func.count()).select_from(AttemptRow).where(AttemptRow.subject == subject, col(AttemptRow.at) >= since)
    ).one()


def note_failure(tx: Tx, row: AttemptRow, forget_before: datetime) -> None:
    """Note a failed sign-in; old ones are forgotten."""
    tx.execute(delete(AttemptRow).where(col(AttemptRow.at) < forget_before))
    tx.add(row)
    tx.flush()


def put_recovery(tx: Tx, person: str, codes: list[str]) -> None:
    """Keep the digests of somebody's recovery codes in place of the old ones; none switches them off."""
    tx.execute(delete(RecoveryRow).where(col(RecoveryRow.staff) == person))
    tx.add_all(RecoveryRow(staff=person, code=code) for code in codes)
    tx.flush()


def use_recovery(tx: Tx, person: str, code: str) -> bool:
    """Take a recovery code's digest away; say whether it was there."""
    query = delete(RecoveryRow).where(col(RecoveryRow.staff) == person, col(RecoveryRow.code) == code)
    return bool(tx.exec(query).rowcount)


def recovery_left(tx: Tx, person: str) -> int:
    """Return how many recovery codes are left."""
    return tx.exec(select(func.count()).select_from(RecoveryRow).where(RecoveryRow.staff == person)).one()


def put_invitation(tx: Tx, row: InvitationRow) -> None:
    """Keep an invitation in place of an organiser's older one to the same address."""
    own = (col(InvitationRow.email) == row.email, col(InvitationRow.organiser) == row.organiser)
    tx.execute(delete(InvitationRow).where(*own))
    tx.add(row)
    tx.flush()


def invitation(tx: Tx, token: str) -> InvitationRow | None:
    """Return an invitation by its token's digest, whether or not it has expired."""
    return tx.get(InvitationRow, token)


def invitations(tx: Tx, organiser: str) -> list[InvitationRow]:
    """Return an organiser's invitations that were neither used nor cancelled, those that expire first at the head."""
    query = select(InvitationRow).where(InvitationRow.organiser == organiser)
    return list(tx.exec(query.order_by(col(InvitationRow.expires_at), col(InvitationRow.email))))


def take_invitation(tx: Tx, token: str) -> bool:
    """Take an invitation away; say whether it was there, so that of two who come at once one is first."""
    return bool(tx.exec(delete(InvitationRow).where(col(InvitationRow.token) == token)).rowcount)


def put_observer(tx: Tx, row: ObserverRow) -> None:
    """Keep an observer, or what was changed of one."""
    tx.add(row)
    tx.flush()


def observer(tx: Tx, identity: str) -> ObserverRow | None:
    """Return an observer by id."""
    return tx.get(ObserverRow, identity)


def observer_by_token(tx: Tx, token: str) -> ObserverRow | None:
    """Return an observer by the digest of the link's token."""
    return tx.exec(select(ObserverRow).where(ObserverRow.token == token)).first()


def observers(tx: Tx, organiser: str, now: datetime) -> list[ObserverRow]:
    """Return the observers of an organiser's campaigns whose link still opens, those that end first at the head."""
    known = select(ObserverRow).join(CampaignRow, col(CampaignRow.id) == col(ObserverRow.campaign))
    query = known.where(CampaignRow.organiser == organiser, col(ObserverRow.until) > now)
    return list(tx.exec(query.order_by(col(ObserverRow.until), col(ObserverRow.name))))


def end_observer(tx: Tx, identity: str) -> None:
    """Forget an observer."""
    tx.execute(delete(ObserverRow).where(col(ObserverRow.id) == identity))


def note_action(tx: Tx, row: ActionRow) -> None:
    """Note who did what."""
    tx.add(row)
    tx.flush()
