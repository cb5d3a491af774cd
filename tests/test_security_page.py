"""The page of security: every requirement once, every test it names really there, every figure that of the code."""

import ast
import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from contests.campaign.files import KEPT_DAYS, LARGEST
from contests.errors import Refused
from contests.flows import password, people, pictures, publish, second_factor, sign_in, vault
from contests.settings import Settings
from contests.sources import workbook
from contests.web.pages import comments, staff

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "security.md"
# OWASP ASVS 5.0.0, levels 1 and 2: section, then the numbers in it.
ASVS = """
1.1 1-2; 1.2 1-9; 1.3 1-11; 1.4 1-3; 1.5 1-2; 2.1 1-3; 2.2 1-3; 2.3 1-4; 2.4 1; 3.2 1-2; 3.3 1-4; 3.4 1-6; 3.5 1-5; 3.7 1-2;
4.1 1-3; 4.2 1; 4.3 1-2; 4.4 1-4; 5.1 1; 5.2 1-3; 5.3 1-2; 5.4 1-3; 6.1 1-3; 6.2 1-12; 6.3 1-4; 6.4 1-4; 6.5 1-5; 6.6 1-3;
6.8 1-4; 7.1 1-3; 7.2 1-4; 7.3 1-2; 7.4 1-5; 7.5 1-2; 7.6 1-2; 8.1 1-2; 8.2 1-3; 8.3 1; 8.4 1; 9.1 1-3; 9.2 1-4; 10.1 1-2;
10.2 1-2; 10.3 1-4; 10.4 1-11; 10.5 1-5; 10.6 1-2; 10.7 1-3; 11.1 1-2; 11.2 1-3; 11.3 1-3; 11.4 1-4; 11.5 1; 11.6 1; 12.1 1-3;
12.2 1-2; 12.3 1-4; 13.1 1; 13.2 1-5; 13.3 1-2; 13.4 1-5; 14.1 1-2; 14.2 1-4; 14.3 1-3; 15.1 1-3; 15.2 1-3; 15.3 1-7; 16.1 1;
16.2 1-5; 16.3 1-4; 16.4 1-3; 16.5 1-3; 17.1 1; 17.2 1-4; 17.3 1-2
"""
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
REASON = re.compile(r"(?:does not apply|not met): \S.{8,}")


def numbers() -> list[str]:
    """Return every number of levels 1 and 2."""
    found = []
    for part in ASVS.replace("\n", " ").split(";"):
        section, some = part.split()
        first, _, last = some.partition("-")
        found += [f"{section}.{n}" for n in range(int(first), int(last or first) + 1)]
    return found


def rows() -> list[list[str]]:
    """Return the cells of every row of requirements."""
    lines = [line.strip().strip("|").split(" | ") for line in PAGE.read_text().splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line] for line in lines]


@cache
def functions_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, kinds))


def test_the_times_for_weak_libraries_are_promised() -> None:
    promise = (ROOT / "SECURITY.md").read_text()
    assert re.search(r"replaced within seven days .* within thirty otherwise; `make audit`", promise, re.DOTALL)
    assert re.search(r"^audit:.*\n\t.*pip-audit", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_requirement_of_both_levels_stands_there_once() -> None:
    assert len(numbers()) == len(set(numbers())) == 70 + 183
    said = [number for row in rows() for number in row[0].split(", ")]
    assert sorted(said) == sorted(numbers())


def test_each_stands_in_its_chapter() -> None:
    for chapter in re.split(r"^## V", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        own = re.match(r"\d+", chapter)
        assert own
        for number in re.findall(r"^\| (\d+)\.", chapter, re.MULTILINE):
            assert number == own[0]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0].partition(",")[0])
def test_each_row_names_tests_that_are_there_or_says_why_not(row: list[str]) -> None:
    assert len(row) == 4
    assert all(row)
    held, apart, missing = row[3].partition("; not met in part: ")
    if not held.startswith("`"):
        assert REASON.fullmatch(row[3]), row[3]
        return
    for part in held.split(", "):
        found = NAMED.fullmatch(part)
        assert found, part
        assert found[2] in functions_in(found[1]), part
    assert bool(missing) == bool(apart)


@pytest.mark.parametrize("page", ["docs/security.md", "SECURITY.md"])
def test_links_of_the_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    assert links
    for found in links:
        assert found.startswith("https://") or ((ROOT / page).parent / found).resolve().exists(), found


def test_the_page_is_found_from_where_people_look() -> None:
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text()
    assert "docs/security.md" in (ROOT / "README.md").read_text()


MIB = 1024 * 1024


def test_the_sizes_of_uploads_are_those_of_the_code() -> None:
    table = PAGE.read_text().partition("### Uploads")[2].partition("###")[0]
    for line, figures in (
        ("picture of a draft", (f"{publish.LARGEST_PICTURE // MIB} MiB", f"{pictures.MOST_PIXELS // 10**6} million pixels")),
        ("comments as", (f"{comments.UPLOAD // MIB} MiB sent", f"{workbook.LARGEST_SHEET // MIB} MiB unpacked",
                         f"{workbook.STEEPEST} to 1", f"{workbook.MOST_PARTS:,} parts")),
        ("evidence", (f"{staff.UPLOAD // MIB} MiB",)),
        ("document", (f"{LARGEST // MIB} MiB", f"{KEPT_DAYS} days")),
    ):  # fmt: skip
        [row] = [row for row in table.splitlines() if f"| {line}" in row]
        for figure in figures:
            assert figure in row, figure


def test_the_lifetimes_of_sessions_are_those_of_the_code() -> None:
    text = PAGE.read_text()
    assert f"after {sign_in.LASTS // timedelta(hours=1)} hours" in text
    assert f"after {sign_in.IDLE // timedelta(hours=1)} hours without use" in text
    assert f"after {sign_in.HALF_LASTS // timedelta(minutes=1)} minutes" in text
    assert timedelta(days=7) == people.INVITATION_LASTS
    assert timedelta(minutes=15) == password.WINDOW
    assert f"`CONTESTS_LIMIT_SIGN_IN` ({Settings().limit_sign_in})" in text
    assert f"{password.SHORTEST_PASSWORD} to {password.LONGEST_PASSWORD} characters" in text
    assert second_factor.STEP == 30


def test_the_inventory_names_what_the_code_imports() -> None:
    """Whoever brings another primitive in has to write it down."""
    table = PAGE.read_text().partition("### Cryptography in use")[2].partition("## V1")[0].lower()
    known = {
        "ed25519": "ed25519", "hmac": "hmac", "argon2": "argon2", "fernet": "fernet", "hkdf": "hkdf", "pyotp": "totp",
        "webauthn": "webauthn", "py_ecc": "bls12-381", "py_arkworks_bls12381": "bls12-381", "altcha": "pbkdf2",
    }  # fmt: skip
    used = set()
    for path in (ROOT / "contests").rglob("*.py"):
        for module in re.findall(r"^\s*(?:from|import) ([\w.]+)", path.read_text(), re.MULTILINE):
            used |= {part for part in module.split(".") if part in known}
    assert used == set(known)
    assert not [name for name in used if known[name] not in table]


def test_a_closed_token_that_was_changed_does_not_open() -> None:
    box = vault.vault_of("a long random text")
    closed = bytearray(box.close("token"))
    assert box.open(bytes(closed)) == "token"
    for at in (0, 20, len(closed) - 3):
        bent = bytes(closed[:at]) + bytes([closed[at] ^ 1]) + bytes(closed[at + 1 :])
        with pytest.raises(Refused):
            box.open(bent)


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_library_is_locked_by_digest(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    libraries = re.findall(r"^[a-z0-9][^\n]*(?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)*", text, re.MULTILINE)
    assert len(libraries) > 30
    for found in libraries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==", found), found[:60]
        assert "--hash=sha256:" in found, found[:60]
