"""What the rules say: yes, no, or cannot be known, with a reason and its evidence."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """Three values; `unknown` waits for a fact that is not there yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Decision(msgspec.Struct, frozen=True):
    """One rule's answer. `reason` is empty for yes; `evidence` fills the reason's sentence."""

    rule: str
    verdict: Verdict
    reason: str = ""
    field: str = ""
    evidence: dict[str, str | int] = {}


class Outcome(msgspec.Struct, frozen=True):
    """All decisions on one entry, and what follows: accepted, pending or declined."""

    decisions: tuple[Decision, ...]

    @property
    def verdict(self) -> Verdict:
        """No beats unknown beats yes."""
        worst = Verdict.YES
        for decision in self.decisions:
            if decision.verdict is Verdict.NO:
                return Verdict.NO
            if decision.verdict is Verdict.UNKNOWN:
                worst = Verdict.UNKNOWN
        return worst

    @property
    def objections(self) -> tuple[Decision, ...]:
        """The decisions that stand against the entry, in the order of the rules."""
        worst = self.verdict
        return tuple(d for d in self.decisions if d.verdict is worst and d.reason)
