"""Acknowledge a warning of the linter: a named person says why the campaign may be published all the same."""

from datetime import datetime

from contests.campaign.lint import warnings
from contests.campaign.lint.remark import Remark
from contests.errors import Refused, Text
from contests.flows import amend
from contests.flows.act import in_words
from contests.flows.house import House, wrong_stage
from contests.flows.publish import review, unacknowledged
from contests.store import amendments, campaigns
from contests.store.session import Tx
from contests.store.tables import AcknowledgedRow


def acknowledge(house: House, campaign: str, remark: str, *, reason: str, staff_name: str, now: datetime) -> None:
    """Keep that `staff_name` acknowledged the warning with that digest. A first acknowledgement stays.

    Raises Refused without a reason or when the draft has no such warning now, StageRefused when it is no draft.
    """
    reason = _reason(reason)
    with house.store.write() as tx:
        found = next((each for each in warnings(_remarks(tx, campaign, now)) if each.digest == remark), None)
        if found is None:
            raise Refused(
                "warning-unknown",
                Text(fr="Un avertissement de cette page était attendu.", en="A warning of this page was expected."),
                Text(
                    fr="La définition a changé depuis : relisez les avertissements.",
                    en="The definition has changed since: read the warnings again.",
                ),
                found=remark[:12],
            )
        _keep(tx, campaign, found, reason, staff_name, now)


def acknowledge_all(
    house: House, campaign: str, *, reason: str, staff_name: str, now: datetime
) -> tuple[Remark, ...]:  # fmt: skip
    """Acknowledge every warning that nobody has acknowledged yet, for one reason; return them. For programs."""
    reason = _reason(reason)
    with house.store.write() as tx:
        found = unacknowledged(tx, campaign, _remarks(tx, campaign, now))
        for remark in found:
            _keep(tx, campaign, remark, reason, staff_name, now)
        return found


def _remarks(tx: Tx, campaign: str, now: datetime) -> tuple[Remark, ...]:
    """Return what the linter says of a draft, or of the amendment that is being prepared."""
    row = campaigns.row(tx, campaign)
    if row.stage == "draft":
        return review(row, now)[1]
    if amendments.working(tx, campaign) is None:
        raise wrong_stage(row.stage, "draft")
    amend.may_change(row, now)
    return amend.review(tx, campaign, now).remarks


def _reason(typed: str) -> str:
    return in_words(typed, Text(
        fr="Une raison était attendue : pourquoi la campagne peut être publiée malgré cet avertissement.",
        en="A reason was expected: why the campaign may be published in spite of this warning."), "reason")  # fmt: skip


def _keep(tx: Tx, campaign: str, remark: Remark, reason: str, staff_name: str, now: datetime) -> None:
    campaigns.acknowledge(
        tx,
        AcknowledgedRow(
            campaign=campaign, remark=remark.digest, code=remark.code, path=remark.path, fr=remark.text.fr,
            en=remark.text.en, law=remark.law, staff=staff_name, reason=reason, at=now,
        ),
    )  # fmt: skip
