"""The series that a contest is one of."""

from collections.abc import Iterator

from contests.campaign.definition import Campaign
from contests.campaign.lint.remark import Remark, block
from contests.errors import Text


def series(campaign: Campaign) -> Iterator[Remark]:
    """Remark on a place that the series does not have."""
    told = campaign.one_of
    if told and told.place > told.of:
        yield block(
            "series-place",
            "series.place",
            Text(
                fr=f"Le numéro {told.place} dépasse le nombre de jeux de la série, {told.of}.",
                en=f"Number {told.place} is beyond the number of contests in the series, {told.of}.",
            ),
            "C9",
        )
