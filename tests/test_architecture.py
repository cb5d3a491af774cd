"""The walls of the house that imports alone cannot hold, and promises of the docs about the code."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from grimp import build_graph

ROOT = Path(__file__).parents[1]
CORE = ("errors", "codec", "entry", "rules", "journal", "draw", "campaign", "records", "replay", "papers", "audit",
        "signals")  # fmt: skip
SOURCES = sorted((ROOT / "contests").rglob("*.py"))


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def where(path: Path, line: int) -> str:
    """Return file:line."""
    return f"{path.relative_to(ROOT)}:{line}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_session_commits(path: Path) -> None:
    if path.name == "session.py":
        return
    found = [
        where(path, line)
        for line, name in calls(ast.parse(path.read_text()))
        if name.endswith((".commit", ".rollback"))
    ]
    assert not found


def test_no_module_needs_itself_to_be_imported() -> None:
    """A circle works or not by who is imported first."""
    graph = build_graph("contests")
    circles = TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules})
    try:
        circles.prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_the_clock_is_read_at_the_edges_only() -> None:
    """Worker, command line, web's composition root, health, and the spreadsheet's own clock."""
    edges = {"worker.py", "cli.py", "app.py", "home.py", "spreadsheet.py"}
    found = [
        where(path, line)
        for path in SOURCES
        if path.name not in edges
        for line, name in calls(ast.parse(path.read_text()))
        if name in {"datetime.now", "datetime.utcnow", "date.today", "time.time"}
    ]
    assert not found


def test_the_core_reads_no_clock_no_chance_no_file() -> None:
    forbidden = {"open", "input", "print", "time.sleep", "os.urandom", "uuid.uuid4"}
    found = [
        where(path, line)
        for path in SOURCES
        if path.relative_to(ROOT / "contests").parts[0].removesuffix(".py") in CORE and path.name != "standalone.py"
        for line, name in calls(ast.parse(path.read_text()))
        if name in forbidden
    ]
    assert not found


def test_the_standalone_verifier_imports_nothing_of_ours() -> None:
    tree = ast.parse((ROOT / "contests" / "audit" / "standalone.py").read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [name for name in names if name.startswith("contests")]


def test_every_section_that_the_code_cites_exists() -> None:
    cited = re.compile(r"spec (journal|draw|bundle) §(\d+)")
    found = 0
    for path in SOURCES:
        for page, section in cited.findall(path.read_text()):
            found += 1
            headings = re.findall(r"^## (\d+)\.", (ROOT / "docs" / "spec" / f"{page}.md").read_text(), re.MULTILINE)
            assert section in headings, f"{path.name} cites {page} §{section}"
    assert found > 10


def test_every_kind_of_record_is_in_the_spec_and_on_the_page_of_stages() -> None:
    from contests.records import KINDS

    spec = (ROOT / "docs" / "spec" / "journal.md").read_text()
    stages = (ROOT / "docs" / "stages.md").read_text()
    for kind in KINDS:
        assert f"| `{kind}` |" in spec
        assert f"`{kind}`" in stages


def test_the_page_of_stages_says_what_the_fold_allows() -> None:
    from contests.replay import STAGES

    page = (ROOT / "docs" / "stages.md").read_text()
    for stage, allowed in STAGES.items():
        section = page.partition(f"## {stage}\n")[2].partition("\n## ")[0]
        assert section, stage
        named = set(re.findall(r"`([a-z]+\.[a-z]+)`", section))
        assert named == {str(kind.__struct_config__.tag) for kind in allowed}, stage


def test_no_template_or_page_asks_another_host() -> None:
    """Links in text are fine; what a browser loads by itself is not."""
    loads = re.compile(r"""(?:src|srcset|action|href)=["']?(?:https?:)?//""")
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "frontend" / "src").rglob("*.*")]:
        assert not loads.search(path.read_text()), path.name


def test_every_word_of_the_glossary_is_a_heading() -> None:
    glossary = (ROOT / "docs" / "glossary" / "README.md").read_text()
    for word in ("campaign", "participant", "entrant", "answers", "entry", "decision", "tally", "ticket", "pool",
                 "draw", "ranking", "award", "alternate", "journal", "record", "checkpoint", "receipt", "beacon",
                 "round", "seed", "bundle", "verdict", "finding", "rules text", "minutes", "register"):  # fmt: skip
        assert re.search(rf"^\*\*[^*]*\b{word}\b", glossary, re.MULTILINE), word


def test_the_readme_shows_what_verify_prints() -> None:
    """The shape of the output in the README is that of the program: same steps, same words."""
    from contests.audit.verdict import NOT_PROVED, STEPS

    readme = (ROOT / "README.md").read_text()
    for step in STEPS:
        assert f"{step.number:>2}  {step.name('en')}" in readme
    for text in NOT_PROVED:
        assert text("en") in readme


def test_the_two_lists_of_the_readme_are_of_equal_length() -> None:
    readme = (ROOT / "README.md").read_text()
    lists = [
        len(re.findall(r"^\* ", readme.partition(f"### {title}\n")[2].partition("\n#")[0], re.MULTILINE))
        for title in ("What a good verdict proves", "What it does not")
    ]
    assert lists[0] == lists[1] > 3
