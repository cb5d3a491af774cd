"""Draw: the frozen pool and a verified random value become the seed, the ranking, the awards. Once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from contests.codec import canonical, digest, instant
from contests.draw.awards import Award, make_awards, ranking_csv
from contests.draw.beacon import QUICKNET, Round, verify_round
from contests.draw.pool import parse_pool
from contests.draw.ranking import rank
from contests.draw.seed import Beacon, Ceremony, Frozen, Rehearsal, Source, ceremony_text, seed
from contests.errors import Refused, StageRefused, Text
from contests.flows.act import note, of_two
from contests.flows.house import House, wrong_stage
from contests.flows.register import register
from contests.journal.checkpoint import parse_checkpoint
from contests.records import DrawCompleted, encode
from contests.store import campaigns, draws, journals, stamps
from contests.store.campaigns import Standing
from contests.store.staff import name_of
from contests.store.tables import DrawRow


def draw(house: House, campaign: str, source: Source, now: datetime) -> bool:
    """Draw once; return whether this call did it. Raises Refused for a source that is not the declared one."""
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        standing = campaigns.standing(tx, campaign)
        if standing.stage == "drawn":
            return False
        row = draws.get(tx, campaign)
        if standing.stage != "frozen" or row is None:
            raise wrong_stage(standing.stage, "frozen")
        _check_source(standing, row, source, now)
        seed_hex, awards = decide_awards(standing, row, source)
        ranking = ranking_csv(awards)
        winners = sum(bool(award.prize) for award in awards)
        record = DrawCompleted(
            at=instant(now),
            campaign=campaign,
            draw=row.draw,
            source=source_record(source),
            seed=seed_hex,
            ranking=digest(ranking),
            winners=winners,
            alternates=len(awards) - winners,
        )
        appended = journals.append(tx, head, [("draw.completed", encode(record))], now)
        draws.complete(
            tx, campaign, drawn_at=now, seed=seed_hex, source=canonical(source_record(source)), ranking=ranking
        )
        draws.add_awards(tx, _award_rows(standing, awards))
        campaigns.move(tx, campaign, stage="drawn")
        register(tx, house, campaign, appended.checkpoint, now)
        stamps.want(tx, campaign, ["result"], now)
        return True


def frozen_of(standing: Standing, row: DrawRow) -> Frozen:
    """Return what was fixed before the random value existed."""
    checkpoint, _ = parse_checkpoint(row.checkpoint)
    return Frozen(
        campaign=standing.id,
        draw=row.draw,
        definition=standing.digest,
        pool=row.digest,
        entrants=row.entrants,
        tickets=row.tickets,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
    )


def decide_awards(standing: Standing, row: DrawRow, source: Source) -> tuple[str, tuple[Award, ...]]:
    """Return the seed and the awards of a frozen pool under a source of chance."""
    found = seed(frozen_of(standing, row), source)
    units = standing.definition.units
    places = len(units) + standing.definition.alternates
    return found, make_awards(rank(found, parse_pool(row.pool), places), units, standing.definition.alternates)


def source_record(source: Source) -> dict[str, str | int]:
    """Return the source as it stands in `draw.completed`."""
    if isinstance(source, Beacon):
        return {"source": "drand", **msgspec.to_builtins(source.round)}
    return {"source": "ceremony" if isinstance(source, Ceremony) else "rehearsal", "text": source.text}


def _check_source(standing: Standing, row: DrawRow, source: Source, now: datetime) -> None:
    declared = standing.definition.draw.source
    kinds: dict[str, type] = {"drand": Beacon, "ceremony": Ceremony, "rehearsal": Rehearsal}
    if not isinstance(source, kinds[declared]):
        raise _wrong_source(declared, type(source).__name__)
    if now < standing.draws_at and declared != "rehearsal":
        raise StageRefused(
            "too-early",
            Text(fr=f"Un tirage à partir de {instant(standing.draws_at)} était attendu.",
                 en=f"A draw from {instant(standing.draws_at)} on was expected."),
            Text(fr="Attendez l’heure annoncée.", en="Wait for the announced time."),
            found=instant(now),
        )  # fmt: skip
    if isinstance(source, Beacon):
        check_round(source.round, row.round, now)


def check_round(value: Round, expected: int, now: datetime) -> None:
    """Require the announced round, already due, with a signature that holds. Raises Refused."""
    if value.round != expected or now < QUICKNET.time_of(expected):
        raise _wrong_source(f"round {expected}", f"round {value.round}")
    if not verify_round(value):
        raise _wrong_source("a signature of quicknet", value.signature[:24])


def _wrong_source(expected: str, found: str) -> Refused:
    return Refused(
        "source-refused",
        Text(fr=f"La source de hasard annoncée était attendue : {expected}.",
             en=f"The announced source of chance was expected: {expected}."),
        Text(fr="Attendez : aucun autre hasard ne peut servir.", en="Wait: no other chance may be used."),
        found=found,
    )  # fmt: skip


def _award_rows(standing: Standing, awards: tuple[Award, ...]) -> list[dict[str, Any]]:
    holders = {award.prize: award for award in awards if award.prize}
    rows = []
    for position, unit in enumerate(standing.definition.units):
        holder = holders.get(unit)
        rows.append(
            {
                "campaign": standing.id,
                "unit": unit,
                "position": position,
                "rank": holder.rank if holder else 0,
                "entrant": holder.entrant if holder else "",
                "state": "drawn" if holder else "unawarded",
            }
        )
    return rows


def type_ceremony(
    house: House, campaign: str, staff_id: str, staff_name: str, values: dict[str, str], now: datetime
) -> bool:
    """Keep one person's reading of the ceremony; the draw happens when two people typed the same.

    Returns whether the draw took place. Raises Refused when the two readings differ.
    """
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        standing = campaigns.standing(tx, campaign)
        if standing.stage != "frozen" or standing.definition.draw.source != "ceremony":
            raise wrong_stage(standing.stage, "frozen")
        names = [value.name for value in standing.definition.draw.values]
        text = ceremony_text([(name, values.get(name, "")) for name in names])
        draws.put_ceremony(tx, campaign, staff_id, text.encode(), now)
        note(tx, house, campaign, now, staff_name, "ceremony", text)
        readings = {row.staff: row.values.decode() for row in draws.ceremonies(tx, campaign)}
        first = next((staff for staff, read in readings.items() if read == text and staff != staff_id), "")
    if len(readings) < 2:
        return False
    if not first:
        raise differing(readings.values())
    with house.store.write() as tx:
        done = draw(msgspec.structs.replace(house, store=house.store.joined(tx)), campaign, Ceremony(text), now)
        if done:
            head = journals.lock(tx, campaign)
            both = of_two(name_of(tx, first), staff_name)
            note(tx, house, campaign, head.after(now), both, "draw", text, place=head.frontier.size - 1)
        return done


def differing(readings: Iterable[str]) -> Refused:
    """Return the refusal of readings of one ceremony that are not the same."""
    return Refused(
        "ceremony-differs",
        Text(
            fr="La même saisie par deux personnes était attendue.", en="The same values from two people were expected."
        ),
        Text(fr="Comparez avec le relevé et ressaisissez.", en="Compare with the written record and type again."),
        found=" ≠ ".join(reading.replace("\n", " ").strip() for reading in readings),
    )


def recorded_source(data: bytes) -> Source:
    """Return the source that `source_record` wrote."""
    found: dict[str, Any] = msgspec.json.decode(data)
    if found["source"] == "drand":
        return Beacon(Round(found["chain"], found["round"], found["signature"]))
    return Ceremony(found["text"]) if found["source"] == "ceremony" else Rehearsal(found["text"])
