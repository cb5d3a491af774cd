"""Show: a winner sends a document, somebody looks, the file is gone; “seen on, by” stays."""

from datetime import datetime, timedelta

from contests.campaign.claim import documents_of
from contests.campaign.definition import Campaign
from contests.campaign.files import KEPT_DAYS, SUFFIX, kind_of_file
from contests.errors import NotFound, Refused, Text
from contests.flows import act
from contests.flows.house import House, token_digest, wrong_unit
from contests.store import campaigns, draws, handovers, journals, personal
from contests.store.session import Tx
from contests.store.tables import AwardRow, ShownRow

OPEN = ("offered", "claimed")


def require_seen(tx: Tx, definition: Campaign, award: AwardRow) -> None:
    """Require that all that the winner has to show was looked at. Raises Refused."""
    known = handovers.shown(tx, award.campaign, award.unit, award.entrant)
    missing = [d for d in documents_of(definition, award.unit) if d.id not in known or not known[d.id].outcome]
    if missing:
        names = {language: ", ".join(definition.say(d.title, language) for d in missing) for language in ("fr", "en")}
        raise Refused(
            "documents-unseen",
            Text(fr=f"Des documents vus étaient attendus : {names['fr']}.",
                 en=f"Documents that were seen were expected: {names['en']}."),
            Text(fr="Notez sur le dossier du gagnant qu’ils sont vus, ou inutiles.",
                 en="Note on the winner’s file that they were seen, or are not needed."),
        )  # fmt: skip


def send_document(house: House, campaign: str, token: str, document: str, data: bytes, now: datetime) -> None:
    """Keep a document that a winner sends by their link; sending again replaces. Raises NotFound, Refused."""
    kind = kind_of_file(data)
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        award = draws.award_by_token(tx, token_digest(token))
        definition = campaigns.standing(tx, campaign).definition
        if award is None or award.campaign != campaign:
            raise _unknown(token[:8])
        if award.state not in OPEN:
            raise wrong_unit(award.state, *OPEN)
        _listed(definition, award, document)
        known = handovers.shown(tx, campaign, award.unit, award.entrant).get(document)
        if known and known.outcome:
            raise wrong_unit(known.outcome, "waiting")
        handovers.put_shown(
            tx,
            ShownRow(
                campaign=campaign, unit=award.unit, entrant=award.entrant, document=document, kind=kind, data=data,
                sent_at=now, gone_at=now + timedelta(days=KEPT_DAYS),
            ),
        )  # fmt: skip


def open_document(
    house: House, campaign: str, unit: str, document: str, *, staff_name: str, now: datetime
) -> tuple[str, str, bytes]:
    """Return name, media type and bytes of a file that waits for a look; who opened it is noted. Raises NotFound."""
    with house.store.write() as tx:
        award = draws.award(tx, campaign, unit)
        row = handovers.shown(tx, campaign, unit, award.entrant).get(document) if award else None
        if row is None or not row.data:
            raise _unknown(document)
        act.note(tx, house, campaign, now, staff_name, "open-document", f"{unit}: {document}")
        return f"{unit}-{document}.{SUFFIX[row.kind]}", row.kind, row.data


def mark(
    house: House, campaign: str, unit: str, document: str, *, needed: bool, staff_name: str, now: datetime
) -> None:
    """Note that a document was seen, or is not needed; its file is deleted at once. Raises NotFound, StageRefused."""
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        award = draws.award(tx, campaign, unit)
        if award is None:
            raise _unknown(unit)
        if award.state not in OPEN:
            raise wrong_unit(award.state, *OPEN)
        _listed(campaigns.standing(tx, campaign).definition, award, document)
        known = handovers.shown(tx, campaign, unit, award.entrant).get(document)
        outcome = "seen" if needed else "needless"
        count(tx, campaign, int(bool(known and known.data)), now)
        handovers.put_shown(
            tx,
            ShownRow(
                campaign=campaign, unit=unit, entrant=award.entrant, document=document, outcome=outcome, seen_at=now,
                seen_by=staff_name, sent_at=known.sent_at if known else None, gone_at=None,
            ),
        )  # fmt: skip
        act.note(tx, house, campaign, now, staff_name, "document", f"{unit}: {document} {outcome}")


def drop_old(house: House, now: datetime) -> int:
    """Delete the files that nobody looked at in time; return how many."""
    with house.store.read() as tx:
        old = sorted(handovers.old_files(tx, now))
    for campaign, entrant in old:
        with house.store.write() as tx:
            journals.lock(tx, campaign)
            count(tx, campaign, handovers.drop_files(tx, campaign, entrant, now), now)
    return len(old)


def count(tx: Tx, campaign: str, files: int, now: datetime) -> None:
    """Count files that were deleted, for the record of processing."""
    personal.count(tx, campaign, "time", {("_shown", "eligibility"): files}, now)


def _listed(definition: Campaign, award: AwardRow, document: str) -> None:
    if document not in {known.id for known in documents_of(definition, award.unit)}:
        raise _unknown(document)


def _unknown(found: str) -> NotFound:
    return NotFound(
        "document-unknown",
        Text(fr="Un document demandé pour ce lot était attendu.", en="A document asked for this prize was expected."),
        Text(fr="Rechargez la page : le fichier a pu être supprimé.", en="Reload the page: the file may be deleted."),
        found=found[:60],
    )
