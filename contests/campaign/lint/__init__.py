"""The linter: what blocks a publication, what a person must look at, what is recorded.

Each remark names the path, says it to a community manager, and cites the law or the row of the
requirements it comes from for the lawyer.
"""

from datetime import datetime

from contests.campaign.definition import Campaign
from contests.campaign.lint.gaps import gaps
from contests.campaign.lint.people import eligibility, form, names
from contests.campaign.lint.remark import Remark
from contests.campaign.lint.stakes import draw, looks, prizes
from contests.campaign.lint.words import languages, times


def lint(campaign: Campaign, now: datetime) -> tuple[Remark, ...]:
    """Return every remark on `campaign`, blocks first. `now` is when it would be published."""
    found = [
        *languages(campaign),
        *times(campaign, now),
        *form(campaign),
        *eligibility(campaign),
        *prizes(campaign),
        *draw(campaign),
        *names(campaign),
        *looks(campaign),
        *gaps(campaign),
    ]
    order = {"block": 0, "warn": 1, "record": 2}
    return tuple(sorted(found, key=lambda remark: order[remark.level]))


def blocks(remarks: tuple[Remark, ...]) -> bool:
    """Say whether one of the remarks forbids publishing."""
    return any(remark.level == "block" for remark in remarks)
