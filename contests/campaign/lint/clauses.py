"""The organiser's own clauses: nothing executes them, so they may not promise what the engine decides (legal C9)."""

import re
from collections.abc import Iterator

from contests.campaign.definition import Campaign
from contests.campaign.gains import announces
from contests.campaign.lint.remark import Remark, block, warn
from contests.errors import Text

_DECIDED = re.compile(
    r"\b(tirage|tir[ée]e?s? au sort|gagn\w*|lots?|chances?|suppl[ée]ants?|cl[ôo]ture|exclu\w*|disqualifi\w*|donn[ée]es personnelles|"
    r"draws?|drawn|winn?(?:er|ers|ing)?|won|prizes?|odds|tickets?|alternates?|closing|exclu\w*|personal data)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<\s*[/!a-z]|&(#\d+|[a-z]+);", re.IGNORECASE)


def clauses(campaign: Campaign) -> Iterator[Remark]:
    """Remark on words in a free clause that the executed articles already decide, on promises, and on markup."""
    names = [clause.id for clause in campaign.own_clauses]
    for place, clause in enumerate(campaign.own_clauses):
        if clause.id in names[:place]:
            yield block(
                "clause-twice",
                f"clauses[{place}].id",
                Text(fr="Deux clauses ont le même nom court.", en="Two clauses have the same short name."),
            )
        for key, texts in (("title", clause.title), ("text", clause.text)):
            for language, text in texts.items():
                yield from _words(f"clauses[{place}].{key}.{language}", text)


def _words(path: str, text: str) -> Iterator[Remark]:
    if _MARKUP.search(text):
        yield block(
            "clause-markup",
            path,
            Text(
                fr="Une clause est du texte simple : ces balises seraient imprimées telles quelles.",
                en="A clause is plain text: this markup would be printed as it stands.",
            ),
        )
    if announces(text, "gain"):
        yield block(
            "clause-promises-gain",
            path,
            Text(
                fr="Cette clause annonce un gain avant le tirage. Retirez-le.",
                en="This clause announces a gain before the draw. Take it out.",
            ),
            "FR8, DE2",
        )
    if found := _DECIDED.search(text):
        yield warn(
            "clause-contradiction",
            path,
            Text(
                fr=f"« {found[0]} » : les articles du règlement en décident déjà, et le moteur les exécute. Assurez-vous que "
                "cette clause ne dit rien d’autre.",
                en=f"“{found[0]}”: the articles of the rules already decide that, and the engine executes them. Make sure "
                "that this clause says nothing else.",
            ),
            "C9",
        )
