"""Facts of minutes made up by hand: every fact has a value of its own, so that a text can be searched for it."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from contests.campaign.definition import Campaign
from contests.codec import digest, instant, parse_json
from contests.draw.awards import Award
from contests.draw.beacon import QUICKNET, Round
from contests.draw.seed import Beacon, Ceremony, Rehearsal, ceremony_text
from contests.errors import Text
from contests.papers.minutes_facts import (
    Channel,
    Count,
    Exclusion,
    File,
    Intake,
    MinutesFacts,
    Present,
    Replaced,
    Software,
    Stamp,
    Stated,
)
from contests.records import (
    AlternatePromoted,
    AwardConfirmed,
    AwardForfeited,
    AwardOffered,
    CampaignAmended,
    CampaignClosed,
    CampaignPublished,
    CampaignSettled,
    Declined,
    DrawCompleted,
    DrawPostponed,
    PoolFrozen,
)

CAMPAIGN = "c0" * 16
STATED = Stated(
    place="Salle des mariages, Lyon",
    operator="Alice Morel, cheffe de projet",
    clock="Écart de 0,3 seconde avec l’horloge parlante",
    incidents="Coupure de dix secondes à 11 h 57, sans effet",
    independence="Aucun lien avec les participants",
    officer="Maître Anne Martin",
    officer_office="Étude Martin et associés",
    officer_address="1 place Bellecour, Lyon",
    requester="Madame Dupuis, requérante",
    approver="Léon Blum, directeur",
    present=(Present(name="Zoé Petit", capacity="observatrice", came="11 h 50", left="12 h 30"),),
    remarks="Le public a pu suivre en ligne",
)


def hex_of(letter: str, length: int = 64) -> str:
    return letter * length


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2027, 6, day, hour, minute, second, tzinfo=UTC)


def sample(campaign: Campaign, **changes: Any) -> MinutesFacts:
    """Return facts of a draw of `campaign`, which has the prizes bike and mug."""
    each: dict[str, Any] = {"campaign": CAMPAIGN}
    drawn: dict[str, Any] = each | {"draw": campaign.draw.id}
    raw = parse_json(campaign.bytes())
    source: Any = Beacon(Round(QUICKNET.hash, QUICKNET.round_at(at(22, 10)), hex_of("5", 96)))
    if campaign.draw.source == "ceremony":
        source = Ceremony(ceremony_text([(value.name, "4") for value in campaign.draw.values]))
    elif campaign.draw.source == "rehearsal":
        source = Rehearsal("made up")
    facts = MinutesFacts(
        number=3,
        draft=False,
        issued_at=at(24, 9, 30, 15),
        site="https://jeux.example",
        campaign=CAMPAIGN,
        definition=campaign,
        definition_digest=hex_of("d"),
        version=2,
        published=CampaignPublished(
            **each, at=instant(at(1, 7, 1, 2)), definition=raw, papers={"fr": hex_of("1"), "en": hex_of("2")},
            source={"source": campaign.draw.source},
        ),
        amended=(
            CampaignAmended(
                **each, at=instant(at(5, 7)), number=2, reason="Une journée de plus", definition=raw,
                papers={"fr": hex_of("3"), "en": hex_of("4")},
            ),
        ),
        closed=CampaignClosed(
            **each, at=instant(at(20, 16, 30, 1)), declined=[Declined(reason="too-young", channel="page", count=17)]
        ),
        postponed=(DrawPostponed(**drawn, at=instant(at(21, 9, 59)), draws_at=instant(at(22, 10)), reason="frozen-late"),),
        frozen=PoolFrozen(**drawn, at=instant(at(21, 9, 59)), pool=hex_of("e"), entrants=1234, tickets=2345),
        freeze_size=1417,
        freeze_root=hex_of("f"),
        completed=DrawCompleted(
            **drawn, at=instant(at(22, 10, 0, 7)), source={"source": "x"}, seed=hex_of("7"), ranking=hex_of("8"),
            winners=4, alternates=2,
        ),
        source=source,
        after=(
            AwardOffered(**drawn, at=instant(at(22, 11)), prize="bike", entrant=hex_of("a", 32), until=instant(at(29, 11))),
            AwardForfeited(**drawn, at=instant(at(23, 11)), prize="bike", entrant=hex_of("a", 32), reason="refus"),
            AlternatePromoted(**drawn, at=instant(at(23, 11)), prize="bike", entrant=hex_of("b", 32), rank=5),
            AwardConfirmed(**drawn, at=instant(at(23, 12)), prize="bike", entrant=hex_of("b", 32)),
            CampaignSettled(**each, at=instant(at(24, 9)), confirmed=1, unawarded=3),
        ),
        intake=Intake(
            accepted=1400,
            withdrawn=21,
            channels=(
                Channel(id="affiche", entries=1300, tickets=1300, first_at=at(1, 8, 3), last_at=at(20, 16, 29)),
                Channel(id="bonus-referral", entries=100, tickets=200, first_at=at(2, 8), last_at=at(19, 8)),
            ),
            exclusions=(Exclusion(reason="automation", clause="9", excluded=38, reinstated=6),),
            late_withdrawn=11,
            late_excluded=12,
            late_reinstated=13,
        ),
        counts=(Count(what=Text(fr="Tickets", en="Tickets"), first=2345, second=2345, by=Text(fr="p.csv", en="p.csv")),),
        ranking=tuple(
            Award(rank, f"{rank}" * 64, f"{rank:x}9" * 16, unit)
            for rank, unit in enumerate((*campaign.units, "", "")[:6], 1)
        ),
        files=(File(name="draws/final/pool.csv", size=54321, sha256=hex_of("6"), sha512=hex_of("9", 128)),),
        checkpoint="origin/journal/x\n1500\nUk9PVA==\n\n— origin/journal/x SIGNATURE\n",
        vkey="origin/journal/x+12345678+KEY",
        software=Software(name="contests", version="9.8.7", python="3.11.99", specifications=("spec/draw",)),
        stated=STATED,
        replaced=(
            Replaced(number=1, issued_at=at(22, 13), annulled_at=at(22, 14), reason="Nom mal écrit"),
            Replaced(number=2, issued_at=at(22, 15)),
        ),
    )  # fmt: skip
    return msgspec.structs.replace(facts, **changes)


STAMP = Stamp(what="pool.csv", authority="Autorité d’horodatage Exemple", at=at(21, 10), token=digest(b"token"))
