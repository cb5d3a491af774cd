"""The verifier of the page finds, step by step, what the Python verifiers find: the built file itself, under Node."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from audit import standalone_bundles as b
from audit import test_standalone as corpus
from audit.standalone_bundles import make
from audit.test_standalone import drawn, extra, steps, told

import contests.web
from contests.audit import standalone

HERE = Path(__file__).parent
WORKER = Path(contests.web.__file__).parent / "static" / "verify-worker.js"
VECTORS = json.loads((HERE.parent / "vectors" / "quicknet.json").read_text(encoding="utf-8"))
NODE = shutil.which("node", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))

MUST_RUN = os.environ.get("CONTESTS_REQUIRE_BROWSER") == "1"

pytestmark = pytest.mark.skipif(
    not (MUST_RUN or (NODE and WORKER.is_file())), reason="the front-end is not built, or no Node here"
)


class Verifier:
    """One process for all bundles; what it says of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(  # noqa: S603 (ours)
            [str(NODE), str(HERE / "browser_verifier.mjs"), str(WORKER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def __call__(self, bundle: bytes, legal: bytes | None = None, language: str = "en") -> dict[str, Any]:
        (self.folder / "bundle.zip").write_bytes(bundle)
        asked: dict[str, Any] = {"bundle": str(self.folder / "bundle.zip"), "language": language}
        if legal is not None:
            (self.folder / "legal.zip").write_bytes(legal)
            asked["legal"] = str(self.folder / "legal.zip")
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        verdict: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert "cannot be read" not in (verdict.get("error") or ""), "an error that nobody foresaw"
        for finding in verdict["findings"]:
            finding["detail"] = "; ".join(finding["details"])
        return verdict

    def end(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verifier]:
    verifier = Verifier(tmp_path_factory.mktemp("bundles"))
    yield verifier
    verifier.end()


@pytest.mark.parametrize("name", corpus.CORRUPTIONS)
def test_each_corruption_fails_at_its_own_steps_and_no_other(check: Verifier, name: str) -> None:
    source, tricks, failing = corpus.CORRUPTIONS[name]
    verdict = check(make(source, **tricks).bundle)
    assert verdict["verdict"] == "failed"
    assert steps(verdict, "failed") == failing, told(verdict)
    assert "unforeseen" not in told(verdict)


@pytest.mark.parametrize("name", corpus.NOT_BUNDLES)
def test_what_is_not_a_bundle_is_refused(check: Verifier, name: str) -> None:
    verdict = check(corpus.NOT_BUNDLES[name]())
    assert (verdict["verdict"], verdict["findings"]) == ("no-bundle", []), told(verdict)


@pytest.mark.parametrize(("source", "until", "level", "unchecked"), [
    ("drand", "settled", "beacon", {14, 15}),
    ("ceremony", "settled", "ceremony", {9, 14, 15}),
    ("rehearsal", "settled", "rehearsal", {8, 9, 14, 15}),
    ("ceremony", "open", "ceremony", {3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}),
    ("ceremony", "frozen", "ceremony", {9, 10, 11, 12, 13, 14, 15}),
    ("ceremony", "drawn", "ceremony", {9, 13, 14, 15}),
])  # fmt: skip
def test_an_honest_campaign_passes(check: Verifier, source: str, until: str, level: str, unchecked: set[int]) -> None:
    verdict = check(make(source, until).bundle)
    assert (verdict["verdict"], verdict["level"]) == ("passed", level), told(verdict)
    assert steps(verdict, "not-checked") == unchecked
    assert (verdict["campaign"], verdict["title"]) == (b.CAMPAIGN, "Christmas at the Workshops")
    assert check(make(source, until).bundle, language="fr")["title"] == "Le Noël des Ateliers"


@pytest.mark.parametrize("written", [
    {"opens_at": "2023-08-20T10:00:00", "closes_at": "2023-08-23T00:00:00", "draws_at": "2023-08-23T17:59:24"},
    {"opens_at": "2023-08-20T10:00", "closes_at": "2023-08-23T00:00:00+02:00", "draws_at": "2023-08-23T17:59:24"},
    {"opens_at": "2023-08-20T08:00:00+00:00", "closes_at": "2023-08-22T22:00:00Z", "draws_at": "2023-08-23T15:59:24Z"},
])  # fmt: skip
def test_the_definition_may_give_local_times(check: Verifier, written: dict[str, str]) -> None:
    assert check(make("drand", definition=corpus.terms(**written)).bundle)["verdict"] == "passed"


def test_a_postponement_in_time_passes(check: Verifier) -> None:
    later = corpus.postponed(b.at(23, "15:20:00"), b.at(24, "15:30:00"))
    tricks = {"definition": corpus.terms(draws_at=b.at(23, "15:30:00")), "entries": corpus.add(later)}
    verdict = check(make("ceremony", **tricks).bundle)
    assert verdict["findings"][7]["outcome"] == "passed", told(verdict)


def test_stamps_are_told_but_not_checked(check: Verifier) -> None:
    verdict = check(make("ceremony", files=extra("draws/final/stamps/freeze.tsr")).bundle)
    assert verdict["verdict"] == "passed"
    assert "verify.py" in verdict["findings"][13]["detail"]


def test_the_legal_file_names_the_winners(check: Verifier) -> None:
    made = make()
    verdict = check(made.bundle, made.legal)
    assert (verdict["verdict"], verdict["findings"][14]["outcome"]) == ("passed", "passed"), told(verdict)


@pytest.mark.parametrize("name", corpus.LEGAL)
def test_each_wrong_identity_fails_at_step_15_alone(check: Verifier, name: str) -> None:
    made = make("ceremony", **corpus.LEGAL[name])
    verdict = check(made.bundle, made.legal)
    assert steps(verdict, "failed") == {15}, told(verdict)


@pytest.mark.parametrize("legal", [b"", b"not a zip", b.pack({"other.txt": b""}), b.pack({"../identities.jsonl": b""})])
def test_what_is_no_legal_file_fails_at_step_15(check: Verifier, legal: bytes) -> None:
    assert steps(check(make().bundle, legal), "failed") == {15}


def test_no_flipped_bit_crashes_it(check: Verifier) -> None:
    chance = random.Random(2023)  # noqa: S311 (the same bits at each run)
    for _ in range(200):
        data = bytearray(corpus.GOOD)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        assert "unforeseen" not in told(check(bytes(data)))


def agree(check: Verifier, bundle: bytes) -> None:
    """Both verifiers say the same of each step; none of the two meets something unforeseen."""
    ours = check(bundle)
    (check.folder / "bundle.zip").write_bytes(bundle)
    theirs = standalone.verify(check.folder / "bundle.zip")
    for outcome in ("failed", "not-checked"):
        assert steps(ours, outcome) == steps(theirs, outcome), (told(ours), told(theirs))


@pytest.mark.parametrize("kind", ["campaign.published", "campaign.closed", "draw.completed", "award.offered"])
def test_it_agrees_with_the_other_verifier_on_odd_values_in_a_record(check: Verifier, kind: str) -> None:
    records = [json.loads(line) for line in make().files["journal/records.jsonl"].splitlines()]
    for key in next(record for record in records if record["kind"] == kind):
        for odd in corpus.ODD:
            trick = corpus.of_kind(kind, corpus.with_keys(**{key: odd}))
            agree(check, make("ceremony", records=trick).bundle)


@pytest.mark.parametrize("key", [*b.definition("ceremony"), "notice_minutes", "values"])
def test_it_agrees_with_the_other_verifier_on_odd_values_in_a_definition(check: Verifier, key: str) -> None:
    for odd in [*corpus.ODD, [7], [{"id": 7}], [{"id": "a", "quantity": 2**53 - 1}], "/etc/passwd", ".."]:

        def trick(record: b.Record, odd: Any = odd) -> None:
            (record["definition"]["draw"] if key not in record["definition"] else record["definition"])[key] = odd

        agree(check, make("ceremony", amended=trick).bundle)


def test_it_agrees_with_the_other_verifier_on_flipped_bits(check: Verifier) -> None:
    chance, files = random.Random(2024), make("ceremony").files  # noqa: S311 (the same bits at each run)
    for name in [name for name in files for _ in range(6)]:
        changed = corpus.flipped(name, -1 - chance.randrange(len(files[name])))
        agree(check, make("ceremony", raw=changed).bundle)


@pytest.mark.parametrize("number", [entry["round"] for entry in VECTORS["rounds"]])
def test_the_signatures_of_recorded_rounds_hold(check: Verifier, number: int) -> None:
    signature = next(entry["signature"] for entry in VECTORS["rounds"] if entry["round"] == number)
    for round_, outcome in ((number, "passed"), (number + 1, "failed")):
        verdict = check(make("drand", source=drawn(round=round_, signature=signature)).bundle)
        assert verdict["findings"][8]["outcome"] == outcome, told(verdict)


def test_bytes_hidden_behind_a_compressed_file_are_refused(check: Verifier) -> None:
    """The index and the header agree on a packed size that takes in one byte more than the compressed data."""
    data, at = corpus.GOOD, corpus.GOOD.index(b"PK\x01\x02")
    packed = int.from_bytes(data[at + 20 : at + 24], "little")
    first = 30 + len(b"README.txt")
    changed = bytearray(data[: first + packed] + b"\0" + data[first + packed :])
    for place in (18, at + 1 + 20):
        changed[place : place + 4] = (packed + 1).to_bytes(4, "little")
    entry = at + 1
    end = len(changed) - 22
    changed[end + 16 : end + 20] = entry.to_bytes(4, "little")
    place = entry
    while changed[place : place + 4] == b"PK\x01\x02":
        offset = int.from_bytes(changed[place + 42 : place + 46], "little")
        changed[place + 42 : place + 46] = (offset + (offset > 0)).to_bytes(4, "little")
        place += 46 + int.from_bytes(changed[place + 28 : place + 30], "little")
    verdict = check(bytes(changed))
    assert (verdict["verdict"], verdict["error"]) == ("no-bundle", "damaged zip (README.txt); download it again")


def test_every_sentence_it_may_say_exists_and_is_said_somewhere() -> None:
    """A sentence that is missing would be found only by the bundle that needs it."""
    folder = HERE.parents[1] / "frontend" / "src" / "verify"
    text = (folder / "sentences.js").read_text(encoding="utf-8")
    body = text[text.index("const SENTENCES") : text.index("const LONGEST")]
    known = set(re.findall(r"^  ([a-z_]+): \{", body, re.MULTILINE))
    others = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.js") if path.name != "words.js")
    said = set(re.findall(r'"([a-z_]+)"', others.replace(body, "")))
    assert {name for name in known if not name.startswith(("at_", "by_", "no_"))} - said == set()
    told = re.findall(
        r'\.(?:fail|differ|compare|skip|pass)\(\d+, "([a-z_]+)"|(?:Refused|NotABundle|Phrase)\("([a-z_]+)"', others
    )
    assert {one or other for one, other in told} - known == set()
    for line in body.splitlines():
        places = [set(re.findall(r"\{\d\}", part)) for part in re.findall(r'(?:fr|en): "([^"]*)"', line)]
        assert len({frozenset(place) for place in places}) <= 1, line


def test_a_journal_of_many_tiles_is_checked_with_a_few_of_them() -> None:
    log = HERE.parents[1] / "frontend" / "src" / "verify" / "log.js"
    command = [str(NODE), str(HERE / "browser_log.mjs"), str(log)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 (ours)
    assert done.stdout.strip() == "as it must be"
