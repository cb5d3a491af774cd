"""The journal as a lawyer reads it: each record a sentence, with its time, its place and its clause."""

from datetime import datetime

import msgspec

from contests.campaign.amendment import reason_in
from contests.campaign.definition import Campaign
from contests.codec import parse_instant
from contests.errors import Text
from contests.papers.clauses import CLAUSES
from contests.papers.dates import local
from contests.records import (
    AwardForfeited,
    AwardOffered,
    CampaignAmended,
    CampaignClosed,
    CampaignSettled,
    CampaignVoided,
    DrawCompleted,
    DrawPostponed,
    EntryExcluded,
    MinutesAnnulled,
    MinutesIssued,
    PoolFrozen,
    Record,
    kind_of,
)

_SENTENCES: dict[str, Text] = {
    "campaign.published": Text(fr="Publication du jeu et de son règlement, version 1.",
                               en="The contest and version 1 of its rules were published."),
    "campaign.amended": Text(fr="Avenant : version {number} du règlement. Motif : {reason}",
                             en="Amendment: version {number} of the rules. Reason: {reason}"),
    "entry.accepted": Text(fr="Participation enregistrée.", en="An entry was accepted."),
    "entry.withdrawn": Text(fr="Participation {short} retirée par la personne.",
                            en="Entry {short} was withdrawn by its entrant."),
    "entry.excluded": Text(fr="Participation {short} exclue : {reason}.", en="Entry {short} was excluded: {reason}."),
    "entry.reinstated": Text(fr="Participation {short} rétablie.", en="Entry {short} was reinstated."),
    "campaign.closed": Text(fr="Clôture. Demandes écartées à l’entrée, comptées par motif : {count}.",
                            en="Closed. Submissions declined at the door, counted by reason: {count}."),
    "pool.frozen": Text(fr="Liste figée et publiée : {entrants} participants, {tickets} chances.{round}",
                        en="List frozen and published: {entrants} entrants, {tickets} tickets.{round}"),
    "draw.postponed": Text(fr="Tirage reporté au {draws_at} : la liste n’a pas pu être figée à temps.",
                           en="Draw postponed to {draws_at}: the list could not be frozen in time."),
    "draw.completed": Text(fr="Tirage effectué : {winners} lots, {alternates} suppléants. Graine : {seed}.",
                           en="Draw completed: {winners} prize units, {alternates} alternates. Seed: {seed}."),
    "award.offered": Text(fr="Lot {prize} proposé, sous réserve de vérification, jusqu’au {until}.",
                          en="Prize {prize} offered, subject to checks, until {until}."),
    "award.confirmed": Text(fr="Lot {prize} confirmé après vérification.", en="Prize {prize} confirmed after the checks."),
    "award.forfeited": Text(fr="Lot {prize} perdu. Motif annoncé : {reason}.",
                            en="Prize {prize} forfeited. Announced reason: {reason}."),
    "alternate.promoted": Text(fr="Suppléant de rang {rank} appelé pour le lot {prize}.",
                               en="The alternate of rank {rank} was promoted to prize {prize}."),
    "campaign.settled": Text(fr="Opération soldée : {confirmed} lots confirmés, {unawarded} non attribués.",
                             en="Settled: {confirmed} units confirmed, {unawarded} not awarded."),
    "campaign.voided": Text(fr="Opération annulée. Motif public : {reason}", en="Voided. Public reason: {reason}"),
    "minutes.issued": Text(fr="Relevé de tirage n° {number} établi.", en="Minutes no. {number} issued."),
    "minutes.annulled": Text(fr="Relevé de tirage n° {number} annulé. Motif : {reason}",
                             en="Minutes no. {number} annulled. Reason: {reason}"),
}  # fmt: skip


_ROUND = Text(fr=" Tour de la balise : {number}.", en=" Beacon round: {number}.")


class Told(msgspec.Struct, frozen=True):
    """One line of the timeline."""

    place: int
    at: datetime
    kind: str
    sentence: str
    clause: str


def tell(record: Record, place: int, definition: Campaign, language: str) -> Told:
    """Return the line of one record."""
    clause = record.clause if isinstance(record, EntryExcluded) else ""
    sentence = _SENTENCES[kind_of(record)](language, **_facts(record, definition, language))
    return Told(place, parse_instant(record.at), kind_of(record), sentence, clause)


def _facts(record: Record, definition: Campaign, language: str) -> dict[str, object]:
    facts: dict[str, object] = {key: value for key in ("prize", "rank") if (value := getattr(record, key, None))}
    if entry := getattr(record, "entry", ""):
        facts["short"] = entry[:8]
    if isinstance(record, EntryExcluded):
        facts["reason"] = CLAUSES[record.reason].text(language) if record.reason in CLAUSES else record.reason
    elif isinstance(record, AwardForfeited):
        listed = next((f for f in definition.forfeits if f.code == record.reason), None)
        facts["reason"] = definition.say(listed.reason, language) if listed else record.reason
    elif isinstance(record, CampaignAmended):
        facts["reason"] = reason_in(record.reason, tuple(record.definition.get("languages", ())), language)
    elif isinstance(record, CampaignVoided | MinutesAnnulled):
        facts["reason"] = record.reason
    if isinstance(record, CampaignClosed):
        facts["count"] = sum(declined.count for declined in record.declined)
    if isinstance(
        record, PoolFrozen | DrawCompleted | CampaignSettled | CampaignAmended | MinutesIssued | MinutesAnnulled
    ):
        facts |= {f: getattr(record, f) for f in record.__struct_fields__ if f not in {"at", "campaign", "reason"}}
    if isinstance(record, PoolFrozen):
        facts["round"] = _ROUND(language, number=record.round) if record.round else ""
    if isinstance(record, AwardOffered | DrawPostponed):
        named, text = ("until", record.until) if isinstance(record, AwardOffered) else ("draws_at", record.draws_at)
        facts[named] = local(parse_instant(text), definition, language)
    return facts
