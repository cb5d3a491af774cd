"""Sift: look at accepted entries for signals, a batch at a time, behind the door and never in its way."""

from collections import defaultdict

import msgspec

from contests.campaign.definition import Campaign
from contests.entry import Answers
from contests.flows.apart import in_each
from contests.flows.house import House
from contests.rules.one_per_household import OnePerHousehold
from contests.signals import SHARED, Asked, signals_of, strength
from contests.store import campaigns, signals
from contests.store.session import Tx

BATCH = 1000
STAGES = ("open", "closed", "frozen", "drawn")


def sift_due(house: House) -> int:
    """Take one step in every campaign that has entries nobody sifted; return how many entries were looked at."""
    with house.store.read() as tx:
        live = campaigns.in_stages(tx, STAGES)
    return in_each("signals", live, lambda campaign: sift(house, campaign))


def sift(house: House, campaign: str) -> int:
    """Look at the next entries of a campaign; return how many. Doing it twice changes nothing."""
    with house.store.read() as tx:
        if not signals.unsifted(tx, campaign, signals.sifted(tx, campaign), 1):
            return 0
    with house.store.write() as tx:
        asked = asked_of(campaigns.standing(tx, campaign).definition)
        rows = signals.unsifted(tx, campaign, signals.lock_sifted(tx, campaign), BATCH)
        found: list[tuple[str, int, str, int]] = []
        for _, owner, person, answers in rows:
            if owner is None:
                continue
            values = msgspec.json.decode(answers, type=Answers).values if answers else {}
            # Who came by a comment has the key of an account there, which may look like an address.
            address = (person or "") if "email" in values else ""
            for kind, cluster in signals_of(values, address, asked).items():
                found.append((kind, owner, cluster, 0 if cluster else strength(kind)))
        signals.put(tx, campaign, found)
        _weigh(tx, campaign, found)
        if rows:
            signals.put_sifted(tx, campaign, rows[-1][0])
        return len(rows)


def asked_of(definition: Campaign) -> Asked:
    """Return which answers of a campaign are compared."""
    named = {str(field.kind): field.id for field in definition.fields if field.kind in {"street", "postcode"}}
    if any(isinstance(rule, OnePerHousehold) for rule in definition.rules):
        named |= {"street": "street", "postcode": "postcode"}
    texts = tuple(field.id for field in definition.fields if field.kind == "text")
    return Asked(texts, named.get("street", ""), named.get("postcode", ""))


def _weigh(tx: Tx, campaign: str, found: list[tuple[str, int, str, int]]) -> None:
    """Write how strongly each cluster points that somebody has just joined."""
    clusters: dict[str, set[str]] = defaultdict(set)
    for kind, _, cluster, _ in found:
        if kind in SHARED:
            clusters[kind].add(cluster)
    for kind, joined in clusters.items():
        for cluster, size in signals.sizes(tx, campaign, kind, joined).items():
            if points := strength(kind, size):
                signals.put_strength(tx, campaign, kind, cluster, points)
