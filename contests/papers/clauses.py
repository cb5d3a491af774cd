"""The codes for which an accepted entry may be excluded, and the article that each rests on (legal C5)."""

from contests.campaign.definition import Campaign
from contests.errors import LANGUAGES, Language, NotFound, Text
from contests.papers.articles.grounds import CLAUSES, Clause
from contests.papers.articles.order import numbers_of

__all__ = ["CLAUSES", "Clause", "clause_number"]


def clause_number(campaign: Campaign, language: Language, code: str) -> str:
    """Return the number, as printed, of the article that an exclusion for `code` rests on. Raises NotFound.

    The number is the same in each language; one that has no rules text is refused.
    """
    if code not in CLAUSES or language not in LANGUAGES:
        raise NotFound(
            "clause-unknown",
            Text(
                fr=f"Un motif d’exclusion connu était attendu : {', '.join(CLAUSES)}.",
                en=f"A known reason for exclusion was expected: {', '.join(CLAUSES)}.",
            ),
            Text(fr="Choisissez l’un de ces motifs.", en="Choose one of these reasons."),
            found=f"{language} {code}"[:80],
        )
    return numbers_of(campaign)[CLAUSES[code].key]
