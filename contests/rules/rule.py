"""The shape of a rule: a small tagged struct, a pure check, its questions and its sentences.

A rule is one file here, one vector in tests/vectors/rules/, one heading in docs/rules.md. The file
declares `RULE` and `SAYS`; `contests.rules` finds it by itself.
"""

from typing import ClassVar, Literal

import msgspec

from contests.errors import Text
from contests.rules.case import Ask, Case
from contests.rules.decision import Decision, Verdict

Judged = Literal["page", "comment"]
PAGE: frozenset[Judged] = frozenset({"page"})
COMMENT: frozenset[Judged] = frozenset({"comment"})
BOTH = PAGE | COMMENT


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Base shape of every rule; `check` reads a Case and answers."""

    repeatable: ClassVar[bool] = False
    judges: ClassVar[frozenset[Judged]] = PAGE
    """What it can be asked about: entries of the page, comments, or both. Whoever decides asks it of nothing else."""
    verified: ClassVar[Text]
    """How the condition is verified (legal C7). What cannot be verified is no rule; docs/rules.md says it."""

    @classmethod
    def tag(cls) -> str:
        """Return the `kind` by which a definition names the rule."""
        return str(cls.__struct_config__.tag)

    def check(self, case: Case) -> Decision:
        """Answer yes, no or cannot be known. Pure: no clock, no chance, no store."""
        raise NotImplementedError

    def asks(self) -> tuple[Ask, ...]:
        """Return the questions the rule puts on the form."""
        return ()

    def sentence(self) -> Text:
        """Return the clause of the rules text that says what `check` does."""
        raise NotImplementedError

    def yes(self) -> Decision:
        """Nothing against the entry."""
        return Decision(self.tag(), Verdict.YES)

    def no(self, reason: str, field: str = "", **evidence: str | int) -> Decision:
        """Against the entry, for `reason`."""
        return Decision(self.tag(), Verdict.NO, reason, field, evidence)

    def unknown(self, reason: str, field: str = "", **evidence: str | int) -> Decision:
        """Waits for a fact."""
        return Decision(self.tag(), Verdict.UNKNOWN, reason, field, evidence)
