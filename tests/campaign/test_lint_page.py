"""docs/reference/lint.md: every requirement has its line, every finding its own, and nothing there is made up."""

import re
from pathlib import Path

from campaign.lint_page import findings

from contests.campaign import lint as linter

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "lint.md").read_text(encoding="utf-8")
COUNTS = {
    "C": 13,
    "FR": 17,
    "DP": 16,
    "UK": 7,
    "DE": 3,
    "BE": 2,
    "ES": 3,
    "IT": 5,
    "EU": 2,
    "US": 11,
    "CA": 3,
    "PL": 10,
}
LINE = re.compile(r"^\| ([A-Z]+[0-9]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
FINDING = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)


def test_every_finding_stands_on_the_page_with_its_levels_its_references_and_a_test() -> None:
    assert PAGE.partition("## By finding\n\n")[2] == findings()


def test_every_code_of_the_linter_stands_on_the_page() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(linter.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'(?:Remark\(\s*"\w+",|\b(?:block|warn|record)\()\s*"([a-z-]+)"', source))
    assert len(codes) > 60
    assert codes - set(FINDING.findall(PAGE)) == set()


def test_every_requirement_has_one_line_that_names_findings_or_says_why_there_is_none() -> None:
    lines = {number: said for number, _, said in LINE.findall(PAGE)}
    assert list(lines) == [f"{group}{n}" for group, count in COUNTS.items() for n in range(1, count + 1)]
    known = set(FINDING.findall(PAGE))
    for number, said in lines.items():
        named = {code for code in re.findall(r"`([a-z]+(?:-[a-z]+)+|[a-z]+)`", said) if code in known}
        assert named or len(said.split()) > 1, number


def test_every_finding_that_a_requirement_names_exists() -> None:
    for number, _, said in LINE.findall(PAGE):
        for code in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", said):
            assert code in set(FINDING.findall(PAGE)), f"{number}: {code}"


def test_every_reference_of_a_finding_to_a_requirement_is_answered_by_it() -> None:
    lines = {number: said for number, _, said in LINE.findall(PAGE)}
    for row in PAGE.partition("## By finding\n\n")[2].splitlines()[2:]:
        code, laws = row.split(" | ")[0].strip("| `"), row.split(" | ")[2]
        for number in re.findall(r"\b(?:C|FR|DP|UK|DE|BE|ES|IT|EU|US|CA|PL)\d+\b", laws):
            assert f"`{code}`" in lines[number], f"{code} cites {number}"
