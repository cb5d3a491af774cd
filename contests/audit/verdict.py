"""What the verifier says: findings by step, the level of trust, and what is not proved."""

from collections import Counter
from typing import Literal

import msgspec

from contests.errors import Text

Outcome = Literal["passed", "failed", "not-checked"]
MOST_PER_STEP = 20


class Step(msgspec.Struct, frozen=True):
    """One of the fifteen numbered steps."""

    number: int
    category: str
    name: Text


STEPS: tuple[Step, ...] = (
    Step(1, "complete", Text(fr="Fichiers et empreintes", en="Files and digests")),
    Step(2, "authentic", Text(fr="Enregistrements, racine et signature du journal",
                              en="Records, root and signature of the journal")),
    Step(3, "authentic", Text(fr="Points de contrôle cohérents", en="Checkpoints consistent with one another")),
    Step(4, "authentic", Text(fr="Définition et règlement tels que publiés", en="Definition and rules texts as published")),
    Step(5, "timely", Text(fr="Chaque étape à sa place", en="Every record allowed where it stands")),
    Step(6, "complete", Text(fr="Rapprochement : reçues = participantes + exclues + retirées",
                             en="Reconciliation: accepted = taking part + excluded + withdrawn")),
    Step(7, "complete", Text(fr="Liste figée conforme au journal", en="Frozen list as the journal folds")),
    Step(8, "timely", Text(fr="Tour calculé, liste figée à temps", en="Round as computed, list frozen in time")),
    Step(9, "random", Text(fr="Signature de la balise publique", en="Signature of the public beacon")),
    Step(10, "random", Text(fr="Graine du tirage", en="Seed of the draw")),
    Step(11, "selected", Text(fr="Classement", en="Ranking")),
    Step(12, "selected", Text(fr="Lots et suppléants", en="Awards and alternates")),
    Step(13, "afterwards", Text(fr="Suites du tirage", en="What came after the draw")),
    Step(14, "timely", Text(fr="Horodatages et cosignatures", en="Stamps and cosignatures")),
    Step(15, "selected", Text(fr="Identités des personnes tirées", en="Identities of the people drawn")),
)  # fmt: skip

STAGES: dict[str, Text] = {
    "draft": Text(fr="brouillon", en="draft"),
    "open": Text(fr="jeu ouvert", en="open"),
    "closed": Text(fr="jeu clos", en="closed"),
    "frozen": Text(fr="liste figée", en="frozen"),
    "drawn": Text(fr="tirage effectué", en="drawn"),
    "settled": Text(fr="lots réglés", en="settled"),
    "void": Text(fr="jeu annulé", en="void"),
}
SOURCES: dict[str, Text] = {
    "drand": Text(fr="balise publique", en="public beacon"),
    "ceremony": Text(fr="cérémonie", en="ceremony"),
    "rehearsal": Text(fr="répétition", en="rehearsal"),
}

NOT_PROVED: tuple[Text, ...] = (
    Text(fr="Que les participants sont des personnes réelles et distinctes.",
         en="That entrants are real, distinct people."),
    Text(fr="Que ce qu’ils ont déclaré est vrai.", en="That what they declared is true."),
    Text(fr="Qu’un lot a été remis.", en="That a prize was delivered."),
    Text(fr="Que l’opération respecte la loi.", en="That the operation is lawful."),
)  # fmt: skip

LEVELS: dict[str, Text] = {
    "drand": Text(
        fr="Balise publique : personne, l’organisateur compris, n’a pu choisir les gagnants.",
        en="Public beacon: nobody, the organiser included, could choose the winners.",
    ),
    "ceremony": Text(
        fr="Cérémonie : un témoin nommé a fait le hasard, une fois la liste figée.",
        en="Ceremony: a named witness made the chance, after the list was fixed.",
    ),
    "rehearsal": Text(
        fr="RÉPÉTITION : ce tirage ne vaut rien.",
        en="REHEARSAL: this draw is worth nothing.",
    ),
}
LEVEL_NAMES = {"drand": "beacon", "ceremony": "ceremony", "rehearsal": "rehearsal"}


class Finding(msgspec.Struct, frozen=True):
    """One line of the verdict."""

    step: Step
    outcome: Outcome
    detail: Text


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """All findings on one bundle."""

    findings: tuple[Finding, ...]
    source: str = ""
    campaign: str = ""
    title: dict[str, str] = {}

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not any(finding.outcome == "failed" for finding in self.findings)

    @property
    def level(self) -> str:
        """`beacon`, `ceremony`, `rehearsal`, or empty when it could not be read."""
        return LEVEL_NAMES.get(self.source, "")

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """Return the one JSON object of `--json` (spec bundle §4)."""
        return {
            "verdict": "passed" if self.passed else "failed",
            "level": self.level,
            "campaign": self.campaign,
            "title": plain(self.title.get(language) or next(iter(self.title.values()), "")),
            "findings": [
                {
                    "step": finding.step.number,
                    "name": finding.step.name(language),
                    "category": finding.step.category,
                    "outcome": finding.outcome,
                    "detail": finding.detail(language),
                }
                for finding in self.findings
            ],
            "not_proved": [text(language) for text in NOT_PROVED],
        }

    def text(self, language: str = "en") -> str:
        """Return the verdict as people read it in a terminal."""
        french = language == "fr"
        words = {
            "passed": "conforme" if french else "passed",
            "failed": "ÉCHEC" if french else "FAILED",
            "not-checked": "non vérifié" if french else "not checked",
        }
        lines = [str(self.to_dict(language)["title"] or self.campaign)]
        if self.source:
            lines.append(LEVELS[self.source](language))
        lines.append("")
        for finding in self.findings:
            mark = {"passed": "✓", "failed": "✗", "not-checked": "–"}[finding.outcome]
            lines.append(f"{mark} {finding.step.number:>2}  {finding.step.name(language)} — {words[finding.outcome]}")
            lines += [f"      {line}" for line in finding.detail(language).splitlines()]
        verdict = ("Tout est conforme." if french else "Everything holds.") if self.passed else (
            "Au moins une étape échoue." if french else "At least one step failed.")  # fmt: skip
        lines += ["", verdict, "", "Ce que cela ne prouve pas :" if french else "What this does not prove:"]
        lines += [f"  · {text(language)}" for text in NOT_PROVED]
        return "\n".join(lines)


def plain(said: str) -> str:
    """Return what may be shown in a terminal: what a bundle holds must not move its cursor, or wipe what stands above."""
    return said if said.isprintable() else "".join(c if c.isprintable() or c in _SPACES else "\ufffd" for c in said)


_SPACES = "\n\xa0\u202f"


class Collector:
    """Gathers findings; a step without a failure passes, unless it says it was not checked."""

    def __init__(self) -> None:
        self._failed: dict[int, list[Text]] = {}
        self._failures = Counter[int]()
        self._unchecked: dict[int, Text] = {}
        self._passed: dict[int, Text] = {}

    def fail(self, step: int, fr: str, en: str) -> None:
        """Note a failure: what was expected, what was found."""
        self._failed.setdefault(step, [])
        self._failures[step] += 1
        if self._failures[step] <= MOST_PER_STEP:
            self._failed[step].append(Text(fr=plain(fr), en=plain(en)))

    def skip(self, step: int, fr: str, en: str) -> None:
        """Note why a step was not checked."""
        self._unchecked[step] = Text(fr=plain(fr), en=plain(en))

    def passed(self, step: int, fr: str, en: str) -> None:
        """Say what a passing step looked at."""
        self._passed[step] = Text(fr=plain(fr), en=plain(en))

    def failed(self, *steps: int) -> bool:
        """Whether one of `steps` failed."""
        return any(step in self._failed for step in steps)

    def findings(self) -> tuple[Finding, ...]:
        """Return findings in the order of the steps."""
        found: list[Finding] = []
        for step in STEPS:
            failures = self._failed.get(step.number, [])
            found += [Finding(step, "failed", detail) for detail in failures]
            if (more := self._failures[step.number] - MOST_PER_STEP) > 0:
                found.append(Finding(step, "failed", Text(fr=f"… et {more} autres.", en=f"… and {more} more.")))
            if not failures and step.number in self._unchecked:
                found.append(Finding(step, "not-checked", self._unchecked[step.number]))
            elif not failures:
                found.append(Finding(step, "passed", self._passed.get(step.number, Text("", ""))))
        return tuple(found)
