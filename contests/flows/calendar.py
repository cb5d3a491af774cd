"""Calendar: a member of staff's secret address, and the dates of all an organiser's campaigns behind it."""

from collections import Counter
from datetime import datetime

from contests.campaign.definition import Campaign
from contests.errors import Text
from contests.flows.house import House, token_digest
from contests.flows.publish import definition_of
from contests.papers.calendar import Date, feed
from contests.store import figures, handovers, views
from contests.store.session import Tx
from contests.store.tables import CampaignRow

NAME = Text(fr="Jeux-concours", en="Contests")
_STEPS = {
    "opens": Text(fr="Ouverture : {title}", en="Opening: {title}"),
    "closes": Text(fr="Clôture : {title}", en="Closing: {title}"),
    "freezes": Text(fr="Liste définitive : {title}", en="List frozen: {title}"),
    "draws": Text(fr="Tirage : {title}", en="Draw: {title}"),
}
_CLAIM = Text(fr="Réponse attendue pour {count} lot(s) : {title}", en="Answer due for {count} prize(s): {title}")
_DELIVERY = Text(fr="Remise due pour {count} lot(s) : {title}", en="Delivery due for {count} prize(s): {title}")
_TOLD = {
    "opens": Text(fr="Premier instant où les participations comptent.", en="First instant at which entries count."),
    "closes": Text(
        fr="Premier instant où les participations ne comptent plus.",
        en="First instant at which entries no longer count.",
    ),
    "freezes": Text(
        fr="Les exclusions s’arrêtent ici ; la liste est publiée.", en="Exclusions end here; the list is published."
    ),
    "draws": Text(fr="Le hasard est attendu.", en="Chance is due."),
    "claim": Text(fr="Ensuite le suppléant suivant est sollicité.", en="After that the next alternate is asked."),
    "delivery": Text(fr="Dernier instant pour remettre ces lots.", en="Last instant to hand these prizes over."),
}


def renew(house: House, staff: str, organiser: str) -> str:
    """Return a new secret for a member of staff's calendar of an organiser; the one before leads nowhere from now on."""
    secret = house.chance(24).hex()
    with house.store.write() as tx:
        figures.put_calendar(tx, staff, organiser, token_digest(secret))
    return secret


def calendar(house: House, secret: str, now: datetime) -> bytes | None:
    """Return the feed behind a secret; None where it leads nowhere."""
    with house.store.read() as tx:
        found = figures.calendar_of(tx, token_digest(secret))
        if found is None:
            return None
        person, organiser = found
        dates = [
            date for row in views.everything(tx, organiser) for date in _dates(tx, house, row, person.language, now)
        ]
    return feed(NAME(person.language), dates, now)


def _dates(tx: Tx, house: House, row: CampaignRow, language: str, now: datetime) -> list[Date]:
    """Return one campaign's dates; a draft's are tentative, those of a voided contest that were to come are cancelled."""
    definition = definition_of(row)
    title = definition.say(definition.title, language)
    found = [
        Date(
            id=f"{row.id}.{step}@{house.name}",
            at=at,
            title=_STEPS[step](language, title=title),
            told=_TOLD[step](language),
            link=f"{house.url}/staff/c/{row.slug}",
            state="TENTATIVE"
            if row.stage == "draft"
            else "CANCELLED"
            if row.stage == "void" and at > now
            else "CONFIRMED",
        )
        for step, at in _instants(row, definition).items()
    ]
    deliveries = Counter(way.due_at for way in handovers.deadlines(tx, row.id) if way.due_at)
    for name, said, lines in (
        ("claim", _CLAIM, figures.claim_deadlines(tx, row.id)),
        ("delivery", _DELIVERY, sorted(deliveries.items())),
    ):
        found += [
            Date(
                id=f"{row.id}.{name}.{until:%Y%m%dT%H%MZ}@{house.name}",
                at=until,
                title=said(language, title=title, count=count),
                told=_TOLD[name](language),
                link=f"{house.url}/staff/c/{row.slug}/awards",
            )
            for until, count in lines
        ]
    return found


def _instants(row: CampaignRow, definition: Campaign) -> dict[str, datetime]:
    return {
        "opens": definition.opens_at,
        "closes": definition.closes_at,
        "freezes": row.freezes_at or definition.freezes_at,
        "draws": row.draws_at or definition.draws_at,
    }
