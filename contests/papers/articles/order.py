"""The articles in the order they are printed, and the numbers they get."""

from contests.campaign.definition import Campaign
from contests.papers.articles import (
    contest,
    draw,
    entering,
    fairness,
    law,
    privacy,
    prizes,
    proof,
    ranking,
    winning,
)
from contests.papers.articles.article import Article

ARTICLES: tuple[Article, ...] = (
    *contest.ARTICLES,
    *entering.ARTICLES,
    *fairness.ARTICLES,
    *prizes.ARTICLES,
    *draw.ARTICLES,
    *ranking.ARTICLES,
    *winning.ARTICLES,
    *privacy.ARTICLES,
    *proof.ARTICLES,
    *law.ARTICLES,
)


def numbers_of(campaign: Campaign) -> dict[str, str]:
    """Return the number of each article that applies, by key; nothing here depends on the language."""
    kept = (article.key for article in ARTICLES if article.applies(campaign))
    return {key: str(number) for number, key in enumerate(kept, 1)}
