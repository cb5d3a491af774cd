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
        verdicts = {d.verdict for d in self.decisions}
        for worst in (Verdict.NO, Verdict.UNKNOWN):
            if worst in verdicts:
                return worst
        return Verdict.YES

    @property
    def objections(self) -> tuple[Decision, ...]:
        """The decisions that stand against the entry, in the order of the rules."""
        return tuple(d for d in self.decisions if d.verdict is self.verdict and d.reason)
