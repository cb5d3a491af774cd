"""A closed question: a right answer, with a declared tolerance for spelling.

The right answers must not be in the public definition while the contest is open. `sealed` commits to
them (HMAC-SHA256 under a random key kept in the store); the key and the answers are revealed in the
record that closes the campaign.
"""

import hashlib
import hmac
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from contests.codec import canonical
from contests.entry import fold
from contests.errors import Language, Text
from contests.rules.case import Ask, Case
from contests.rules.decision import Decision
from contests.rules.rule import BOTH, Judged, Rule
from contests.rules.wording import without_mentions

# The longest comment that Instagram takes; what stands further on is not read.
READ = 2200
SEAL_LABEL = b"contests/answers/v1\n"


def seal(key: bytes, answers: tuple[str, ...]) -> str:
    """Return the commitment to the right answers, in hex (spec journal §8)."""
    return hmac.new(key, SEAL_LABEL + canonical(list(answers)), hashlib.sha256).hexdigest()


def distance(left: str, right: str, limit: int) -> int:
    """Return the Levenshtein distance of two short texts, or `limit` + 1 when it is larger."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, row = row, [i]
        for j, b in enumerate(right, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b)))
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


class ClosedQuestion(Rule, tag="closed-question", frozen=True, kw_only=True):
    """The answer is one of the right ones, case, accents and punctuation aside."""

    judges: ClassVar[frozenset[Judged]] = BOTH
    verified: ClassVar[Text] = Text(
        fr="La réponse saisie est comparée aux bonnes réponses scellées à la publication.",
        en="The answer typed is compared with the right answers sealed at publication.",
    )

    question: Annotated[
        dict[Language, Annotated[str, Meta(min_length=1, max_length=1000)]],
        Meta(min_length=1, description="The question, by language."),
    ]
    options: Annotated[
        tuple[str, ...],
        Meta(max_length=12, description="Proposed answers; leave empty for a free text."),
    ] = ()
    answers: Annotated[
        tuple[str, ...],
        Meta(max_length=50, description="Right answers, any language. Sealed at publication, revealed at closing."),
    ] = ()
    tolerance: Annotated[int, Meta(ge=0, le=3, description="Letters that may be wrong, missing or too many.")] = 0
    sealed: Annotated[
        str,
        Meta(pattern=r"^([0-9a-f]{64})?$(?!\n)", description="Written by the engine at publication; leave empty."),
    ] = ""

    def check(self, case: Case) -> Decision:
        """Compare folded texts; the right answers come from the store."""
        if case.comment is not None:
            return self._in_comment(case)
        typed = fold(case.values.get("answer", "")[:200])
        if not typed:
            return self.no("answer-missing", "answer")
        for right in map(fold, case.known.sealed_answers or self.answers):
            if typed == right or (self.tolerance and distance(typed, right, self.tolerance) <= self.tolerance):
                return self.yes()
        return self.no("answer-wrong", "answer")

    def _in_comment(self, case: Case) -> Decision:
        """Look for the answers among the words of a comment; who names several options answers nothing."""
        comment = case.told()
        words = fold(without_mentions(comment.text[:READ], comment.author.site)).split()
        if not words:
            return self.no("answer-missing")
        right = frozenset(map(fold, case.known.sealed_answers or self.answers)) - {""}
        options = frozenset(map(fold, self.options)) - {""}
        named = self._named(words, right, options)
        if len(named & options) > 1 and not named <= right:
            return self.no("answer-several")
        return self.yes() if named & right else self.no("answer-wrong")

    def _named(self, words: list[str], right: frozenset[str], options: frozenset[str]) -> frozenset[str]:
        """Return the answers and options that stand in a text as whole words: the longest first, none inside another."""
        by_length: dict[int, list[str]] = {}
        for name in sorted(right | options, key=lambda name: (name not in right, name)):
            by_length.setdefault(name.count(" ") + 1, []).append(name)
        found: set[str] = set()
        at = 0
        while at < len(words):
            step = 1
            for many in sorted(by_length, reverse=True):
                window = " ".join(words[at : at + many])
                if name := self._nearest(window, by_length[many]):
                    found.add(name)
                    step = many
                    break
            at += step
        return frozenset(found)

    def _nearest(self, window: str, names: list[str]) -> str:
        """Return the name that the words are, within the tolerance; empty for none. Half of its letters are never wrong."""
        if window in names:
            return window
        best, nearest = "", self.tolerance + 1
        for name in names if self.tolerance else ():
            apart = distance(window, name, self.tolerance)
            if apart < nearest and apart * 2 < len(name):
                best, nearest = name, apart
        return best

    def asks(self) -> tuple[Ask, ...]:
        """A choice or a free text."""
        fallback = next(iter(self.question.values()), "")
        label = Text(fr=self.question.get("fr", fallback), en=self.question.get("en", fallback))
        return (
            Ask(
                name="answer",
                kind="choice" if self.options else "text",
                label=label,
                options=tuple((o, Text(fr=o, en=o)) for o in self.options),
            ),
        )

    def sentence(self) -> Text:
        """Say that a right answer is needed and how spelling is judged."""
        label = self.asks()[0].label
        return Text(
            fr=f"Seules les bonnes réponses à la question « {label.fr} » participent au tirage (majuscules, accents et "
            f"ponctuation indifférents ; {self.tolerance} lettre(s) d’écart tolérée(s)).",
            en=f"Only right answers to the question “{label.en}” take part in the draw (capitals, accents and "
            f"punctuation aside; {self.tolerance} letter(s) may differ).",
        )

    def close(self, key: bytes) -> "ClosedQuestion":
        """Return the public form: the answers replaced by the commitment to them."""
        return msgspec.structs.replace(self, answers=(), sealed=seal(key, self.answers))


RULE = ClosedQuestion
SAYS = {
    "answer-missing": Text(fr="Répondez à la question.", en="Answer the question."),
    "answer-several": Text(
        fr="Ce commentaire nomme plusieurs des réponses proposées. N’en donnez qu’une.",
        en="This comment names several of the proposed answers. Give one alone.",
    ),
    "answer-wrong": Text(
        fr="Ce n’est pas la bonne réponse. Le tirage se fait parmi les bonnes réponses.",
        en="That is not the right answer. The draw is among right answers.",
    ),
}
