"""Close, then freeze: the door is shut, the list is made from the journal, and it is final.

Safe to run twice and to be killed anywhere: each is one transaction behind the journal's lock and a
look at the stage.
"""

from datetime import datetime, timedelta

from contests.codec import instant
from contests.draw.beacon import announced_round
from contests.draw.pool import Pool
from contests.flows.house import House
from contests.flows.judge import settle_comments
from contests.flows.register import register
from contests.flows.sweep import is_listed
from contests.records import CampaignClosed, Declined, DrawPostponed, PoolFrozen, Revealed, encode, parse_record
from contests.replay import State, replay
from contests.store import campaigns, draws, entries, journals, parents, stamps
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import CampaignRow, DrawRow

UNCONFIRMED, UNANSWERED = "email-unconfirmed", "parent-silent"


def close(house: House, campaign: str, now: datetime) -> bool:
    """Shut the door at the closing instant; return whether this call did it."""
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        standing = campaigns.standing(tx, campaign)
        if standing.stage != "open" or now < standing.definition.closes_at:
            return False
        if not is_listed(tx, standing, now):
            return False
        settle_comments(tx, house, campaign, now)
        head = journals.lock(tx, campaign)
        entries.count_declined(tx, campaign, _never_counted(tx, campaign))
        entries.drop_pending(tx, campaign)
        parents.end(tx, campaign)
        record = CampaignClosed(
            at=instant(now),
            campaign=campaign,
            declined=[
                Declined(reason=reason, channel=channel, count=count)
                for reason, channel, count in entries.declined(tx, campaign)
            ],
            revealed=[
                Revealed(sealed=sealed, key=key.hex(), answers=list(answers))
                for sealed, (key, answers) in sorted(campaigns.sealed_answers(tx, campaign).items())
            ],
        )
        journals.append(tx, head, [("campaign.closed", encode(record))], now)
        campaigns.move(tx, campaign, stage="closed")
        return True


def _never_counted(tx: Tx, campaign: str) -> dict[tuple[str, str], int]:
    """Count what waits in vain, by reason and channel: for a parent, or for its address to be confirmed."""
    silent = parents.waiting_by_channel(tx, campaign)
    counts = {(UNANSWERED, channel): number for channel, number in silent.items()}
    for channel, number in entries.pending_by_channel(tx, campaign).items():
        if unconfirmed := number - silent.get(channel, 0):
            counts[UNCONFIRMED, channel] = unconfirmed
    return counts


def state_of(tx: Tx, campaign: str) -> State:
    """Fold the whole journal of a campaign."""
    size = journals.head(tx, campaign).frontier.size
    return replay(parse_record(data) for data in journals.each_record(tx, campaign, size))


def is_empty(tx: Tx, row: CampaignRow, now: datetime) -> bool:
    """Say whether the list is due and nobody is on it: nothing can be drawn, somebody has to void the campaign."""
    due = row.stage == "closed" and campaigns.stand(row).freezes_at <= now
    return due and not entries.any_accepted(tx, row.id)


def freeze(house: House, campaign: str, now: datetime) -> bool:
    """Freeze the list at its instant; return whether this call did it. Raises Malformed for an empty pool."""
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        standing = campaigns.standing(tx, campaign)
        if standing.stage != "closed" or now < standing.freezes_at:
            return False
        pool = state_of(tx, campaign).pool()
        draws_at, late = draw_time(standing, now)
        number = announced_round(standing.definition.draw.source, draws_at)
        records = []
        if late:
            records.append(("draw.postponed", encode(_postponed(standing, draws_at, number, now))))
        records.append(("pool.frozen", encode(_frozen(standing, pool, number, now))))
        appended = journals.append(tx, head, records, now)
        draws.add(
            tx,
            DrawRow(
                campaign=campaign,
                draw=standing.definition.draw.id,
                round=number,
                entrants=pool.size,
                tickets=pool.total,
                digest=pool.digest,
                pool=pool.data,
                checkpoint=appended.checkpoint,
                frozen_at=now,
            ),
        )
        campaigns.move(tx, campaign, stage="frozen", draws_at=draws_at)
        place = register(tx, house, campaign, appended.checkpoint, now)
        draws.complete(tx, campaign, registered=place)
        stamps.want(tx, campaign, ["freeze"], now)
        return True


def draw_time(standing: Standing, now: datetime) -> tuple[datetime, bool]:
    """Return the draw's instant when the list is frozen `now`, and whether that is a postponement.

    Whole days, the first that leaves the notice (spec draw §3). A rehearsal waits for nothing.
    """
    if standing.definition.draw.source == "rehearsal":
        return standing.draws_at, False
    earliest = now + timedelta(minutes=standing.definition.draw.notice_minutes)
    draws_at = standing.draws_at
    if earliest > draws_at:
        draws_at += timedelta(days=-((draws_at - earliest) // timedelta(days=1)))
    return draws_at, draws_at != standing.draws_at


def _postponed(standing: Standing, draws_at: datetime, number: int, now: datetime) -> DrawPostponed:
    return DrawPostponed(
        at=instant(now),
        campaign=standing.id,
        draw=standing.definition.draw.id,
        draws_at=instant(draws_at),
        reason="frozen-late",
        round=number,
    )


def _frozen(standing: Standing, pool: Pool, number: int, now: datetime) -> PoolFrozen:
    return PoolFrozen(
        at=instant(now),
        campaign=standing.id,
        draw=standing.definition.draw.id,
        pool=pool.digest,
        entrants=pool.size,
        tickets=pool.total,
        round=number,
    )
