"""The organiser's own clauses: printed after an article, and marked so that nobody takes them for executed (legal C9)."""

import re
from collections.abc import Iterator

from contests.errors import Text
from contests.papers.articles.article import anchor_of
from contests.papers.tree import Paragraph, Section
from contests.papers.voice import Voice

LAST = "complaints"  # the article at the end, which every rules text has
_HEADING = Text(fr="{title} – clause libre de l’organisateur", en="{title} – organiser’s own clause")
_MARK = Text(
    fr="Clause libre de l’organisateur : elle est de sa seule rédaction, et le logiciel du jeu ne l’exécute pas.",
    en="Organiser’s own clause: the organiser alone wrote it, and the contest’s software does not execute it.",
)


def own_clauses(voice: Voice, key: str) -> Iterator[Section]:
    """Yield the clauses that follow the article `key`, numbered below it: the articles keep their numbers."""
    follows = [
        clause
        for clause in voice.campaign.own_clauses
        if key == (clause.after if clause.after in voice.numbers else LAST)
    ]
    for place, clause in enumerate(follows, 1):
        said = (" ".join(part.split()) for part in re.split(r"\n\s*\n", voice.own(clause.text)))
        yield Section(
            f"{voice.numbers[key]}.{place}",
            voice.say(_HEADING, title=voice.own(clause.title)),
            anchor_of(f"own-{clause.id}"),
            (Paragraph(voice.say(_MARK)), *(Paragraph(part) for part in said if part)),
        )
