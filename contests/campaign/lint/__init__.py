"""The linter: what blocks a publication, what a person must look at, what is recorded.

Each remark names the path, says it to a community manager, and cites the law or the row of the
requirements it comes from for the lawyer.

A warning does not forbid publishing, but a named person has to acknowledge it first, with a reason that is kept.
"""

from datetime import datetime

from contests.campaign.definition import Campaign
from contests.campaign.lint.awards import awards
from contests.campaign.lint.channels import channels
from contests.campaign.lint.clauses import clauses
from contests.campaign.lint.comments import comments
from contests.campaign.lint.duties import duties
from contests.campaign.lint.form import form, names
from contests.campaign.lint.gaps import gaps
from contests.campaign.lint.people import eligibility
from contests.campaign.lint.places import places
from contests.campaign.lint.remark import Remark
from contests.campaign.lint.series import series
from contests.campaign.lint.stakes import draw, looks, prizes
from contests.campaign.lint.terms import terms
from contests.campaign.lint.words import gains, languages, times


def lint(campaign: Campaign, now: datetime) -> tuple[Remark, ...]:
    """Return every remark on `campaign`, blocks first. `now` is when it would be published."""
    found = [
        *languages(campaign),
        *gains(campaign),
        *times(campaign, now),
        *form(campaign),
        *places(campaign, now),
        *eligibility(campaign),
        *duties(campaign),
        *channels(campaign),
        *comments(campaign),
        *terms(campaign),
        *clauses(campaign),
        *prizes(campaign),
        *awards(campaign),
        *draw(campaign),
        *names(campaign),
        *series(campaign),
        *looks(campaign),
        *gaps(campaign),
    ]
    order = {"block": 0, "warn": 1, "record": 2}
    return tuple(sorted(found, key=lambda remark: order[remark.level]))


def warnings(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """Return the remarks that somebody has to acknowledge before publishing."""
    return tuple(remark for remark in remarks if remark.level == "warn")


def blocks(remarks: tuple[Remark, ...]) -> bool:
    """Say whether one of the remarks forbids publishing."""
    return any(remark.level == "block" for remark in remarks)
