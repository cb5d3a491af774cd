"""The table of findings for docs/reference/lint.md, made from the cases that reach each of them.

Print it with `PYTHONPATH=.:tests .venv/bin/python tests/campaign/lint_page.py`.
"""

import re
from collections import defaultdict

from campaign.samples import bent, write
from campaign.test_lint import CASES, NOW

from contests.campaign.lint import lint
from contests.campaign.parse import parse

HEAD = "| finding | level | legal reference | reached by, in `tests/campaign/test_lint.py` |\n|---|---|---|---|\n"


def reference(law: str) -> str:
    """Return a remark's reference without the source and the day of a dated row."""
    return re.sub(r"(^| · )[^·]*\(\d{4}-\d\d-\d\d\)$", "", law) or "the dated row"


def findings() -> str:
    """Return one line for each code: its levels, its references, one case."""
    levels: dict[str, set[str]] = defaultdict(set)
    laws: dict[str, set[str]] = defaultdict(set)
    cases: dict[str, str] = {}
    for name, (bend, _, wanted, _) in CASES.items():
        for remark in lint(parse(write(bent(bend), "json"), "json"), NOW):
            if remark.code == wanted:
                levels[wanted].add(remark.level)
                laws[wanted].add(reference(remark.law) if remark.law else "the definition itself")
                cases.setdefault(wanted, name)
    lines = (
        f"| `{code}` | {', '.join(sorted(levels[code]))} | {'; '.join(sorted(laws[code]))} | `{cases[code]}` |"
        for code in sorted(cases)
    )
    old = "| `data-old` | warn | EU1 | the tests of rows that grow old |"
    return HEAD + "\n".join(sorted([*lines, old])) + "\n"


if __name__ == "__main__":
    print(findings(), end="")  # noqa: T201 - what this is for
