"""The command line, as somebody at a terminal or a script meets it: exit codes, one JSON object, nothing half written."""

import fcntl
import io
import json
import logging
import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from errno import ENOSPC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from outside import dripping
from simulator import Make

import contests
from contests import cli, logs, spreadsheet
from contests.beacons import drand
from contests.beacons.drand import fetch_round
from contests.campaign.parse import parse
from contests.draw.beacon import QUICKNET
from contests.errors import Unavailable
from contests.flows.heads import watch_heads
from contests.spreadsheet import redate
from contests.store.backup import backup

ROOT = Path(__file__).parents[1]
NOEL = ROOT / "examples" / "noel-lumiere.toml"
CAMPUS = ROOT / "examples" / "rentree-campus.toml"
PAGE = ROOT / "docs" / "reference" / "cli.md"
STANDALONE = ROOT / "contests" / "audit" / "standalone.py"
PEOPLE = "E-mail;Prénom;Nom;Ville;Pays\n" + "".join(
    f"p{i}@people.example;Prénom{i};Nom{i};Lyon;France\n" for i in range(30)
)
# Round 1000 of quicknet, as drand published it.
ROUND = 1000
DUE = datetime(2023, 8, 23, 15, 59, 24, tzinfo=UTC)
SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
GOOD = {"round": ROUND, "signature": SIGNATURE}


class Run:
    """What a command answered."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> dict[str, Any]:
        """The one object that was printed."""
        found: dict[str, Any] = json.loads(self.out)
        assert self.out.count("\n") == 1
        return found


Contests = Callable[..., Run]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Contests:
    """Run a command in an empty folder with its own database."""
    for name in [name for name in os.environ if name.startswith("CONTESTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("CONTESTS_DATABASE", f"sqlite:///{tmp_path / 'test.db'}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")

    def contests(*arguments: object, typed: str = "") -> Run:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Run(code, said.out, said.err)

    return contests


class Clock:
    """Time that stands still, but for sleeping and for a second each time it is read (or less)."""

    def __init__(self, now: datetime, tick: float = 0.0) -> None:
        self.now, self.tick, self.slept = now, tick, 0.0

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=self.tick)
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock at half past three on the day of round 1000."""
    made = Clock(datetime(2023, 8, 23, 15, 30, tzinfo=UTC))
    monkeypatch.setattr(spreadsheet, "system_clock", made)
    monkeypatch.setattr(time, "sleep", made.sleep)
    return made


def rehearse(run: Contests, *more: object) -> Run:
    return run("draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--rehearsal", *more)


# ------------------------------------------------------------------------------------------ draw and verify


def test_a_list_that_tabs_separate_is_said_to_be(run: Contests, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE.replace(";", "\t"), encoding="utf-8")
    assert "Lines read: 30 (UTF-8, tabs)." in rehearse(run).err


def test_a_rehearsal_is_drawn_verified_and_worth_nothing(run: Contests, tmp_path: Path) -> None:
    drawn = rehearse(run, "--legal", "legal.zip")
    assert drawn.code == 0
    assert drawn.out.endswith("b.zip\n")
    assert "Lines read: 30 (UTF-8, “;”)" in drawn.err
    assert "rehearsal" in drawn.out.lower()
    assert "Warning, draw.source: Rehearsal: this draw is worth nothing and says so everywhere." in drawn.err
    assert not list(tmp_path.glob("*.part"))

    plain = run("verify", "b.zip")
    assert plain.code == 0
    assert "not prove" in plain.out

    verdict = run("verify", "b.zip", "--json").json
    assert {finding["outcome"] for finding in verdict["findings"]} <= {"passed", "not-checked"}

    known = run("verify", "b.zip", "--identities", "legal.zip", "--json")
    assert known.code == 0
    assert known.json["findings"][-1]["outcome"] == "passed"
    assert run("verify", "b.zip", "--identities", "legal.zip", "--lang", "fr").code == 0


def test_the_proof_names_nobody_and_the_legal_file_names_who_was_ranked(run: Contests, tmp_path: Path) -> None:
    rehearse(run, "--legal", "legal.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        everything = b"".join(bundle.read(name) for name in bundle.namelist())
    assert b"people.example" not in everything
    with zipfile.ZipFile(tmp_path / "legal.zip") as legal:
        assert legal.read("identities.jsonl").count(b"people.example") == 14 + 6  # prize units, alternates


def test_who_was_drawn_is_said_by_the_line_of_the_file(run: Contests, tmp_path: Path) -> None:
    told = rehearse(run, "--lang", "fr").out
    assert "Tirage, par ligne de people.csv :" in told
    assert "people.example" not in told
    rows = PEOPLE.splitlines()
    with zipfile.ZipFile(tmp_path / "b-legal.zip") as legal:
        people = [json.loads(line) for line in legal.read("identities.jsonl").splitlines()]
    first = next(one for one in people if one["rank"] == 1)
    line = int(re.search(rf"ligne (\d+) — .* \({first['prize']}\)", told)[1])  # type: ignore[index]
    assert rows[line - 1].startswith(first["identity"]["email"])
    assert len(re.findall(r"^  ligne ", told, re.MULTILINE)) == 14
    assert re.search(r"Suppléants, dans l’ordre : lignes \d+(, \d+){5}\n", told)
    body = rehearse(run, "--json").json
    assert [place["rank"] for place in body["drawn"]] == list(range(1, 21))
    assert body["findings"][-1]["outcome"] == "passed", "the identities that were written are checked"


def test_the_file_of_identities_is_always_there_and_for_its_owner_alone(run: Contests, tmp_path: Path) -> None:
    assert rehearse(run, "--json").json["legal"] == "b-legal.zip"
    assert (tmp_path / "b-legal.zip").stat().st_mode & 0o777 == 0o600
    assert run("verify", "b.zip", "--identities", "b-legal.zip").code == 0


def test_prizes_that_nobody_is_left_for_are_counted(run: Contests, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("".join(PEOPLE.splitlines(keepends=True)[:4]), encoding="utf-8")
    assert "Prizes without a winner, for want of entrants: 11" in rehearse(run).out


def test_a_proof_is_never_replaced_a_rehearsal_may_be(
    run: Contests, tmp_path: Path, beacon: Path, clock: Clock
) -> None:
    assert rehearse(run).code == 0
    assert rehearse(run).code == 0
    with relay(lambda _: (200, body())) as (address, _):
        assert draw_by(run, beacon, address).code == 0
        proof = (tmp_path / "b.zip").read_bytes()
        for again in (draw_by(run, beacon, address), rehearse(run, "--json")):
            assert again.code == 1
            assert again.json["refused"] == "out-exists"
    assert (tmp_path / "b.zip").read_bytes() == proof
    (tmp_path / "note.txt").write_text("important")
    for named in (("--out", "note.txt"), ("--out", "c.zip", "--legal", "note.txt")):
        assert run("draw", NOEL, "--entries", "people.csv", *named, "--rehearsal").code == 1
    assert (tmp_path / "note.txt").read_text() == "important"


def test_a_missing_column_is_told_once_not_line_by_line(run: Contests, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("email;country\n" + "a@people.example;France\n" * 50, encoding="utf-8")
    told = rehearse(run, "--lang", "fr", "--json")
    assert told.json["refused"] == "people-column"
    assert "Trouvé : aucune pour « Prénom », « Nom »" in told.json["detail"].replace(" : ", " : ")
    assert "ligne" not in told.json["detail"]


def test_a_draw_in_json_is_one_object_with_the_declined_lines(run: Contests, tmp_path: Path) -> None:
    more = "P1@PEOPLE.example;A;B;Lyon;France\nx@people.example;A;B;Liège;Belgique\n"
    (tmp_path / "people.csv").write_text(PEOPLE + more, encoding="utf-8")
    body = rehearse(run, "--json", "--lang", "fr").json
    assert body["bundle"] == "b.zip"
    assert body["entries"] == body["entrants"] == 30
    assert [(each["line"], each["reason"]) for each in body["declined"]] == [
        (32, "already-entered"),
        (33, "country-not-listed"),
    ]
    assert "Luxembourg" in body["declined"][1]["detail"]
    assert body["vouched"] == ["accepts-rules", "confirmed-email", "minimum-age"]
    assert body["findings"]


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ("E-mail;Nom\na@b.example;=cmd|' /C calc'!A0\n", "csv-lines"),
        ("Nom\nMartin\n", "csv-no-email"),
        ("", "csv-empty"),
        ("E-mail;Prénom;Nom;Ville;Pays\nnobody;A;B;C;FR\n", "people-lines"),
        ("E-mail;Prénom;Nom;Ville;Pays\na@b.example;A;B;C;BE\n", "nobody-enters"),
    ],
    ids=["formula", "no_email", "empty", "no_address", "nobody_left"],
)
def test_a_refused_list_leaves_no_file(run: Contests, tmp_path: Path, people: str, code: str) -> None:
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    before = set(tmp_path.iterdir())
    answer = rehearse(run, "--json", "--legal", "legal.zip")
    assert answer.code == 1
    assert answer.json["refused"] == code
    assert answer.json["detail"]
    assert set(tmp_path.iterdir()) == before
    assert rehearse(run).err.strip()


def test_a_refused_list_leaves_an_earlier_proof_alone(run: Contests, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"the earlier proof")
    (tmp_path / "people.csv").write_text("Nom\nMartin\n", encoding="utf-8")
    assert rehearse(run).code == 1
    assert (tmp_path / "b.zip").read_bytes() == b"the earlier proof"


@pytest.mark.parametrize(
    "arguments",
    [
        ["draw", "nowhere.toml", "--entries", "people.csv", "--out", "b.zip"],
        ["draw", NOEL, "--entries", "nowhere.csv", "--out", "b.zip"],
        ["draw", NOEL, "--entries", "people.csv", "--out", "nowhere/b.zip", "--rehearsal"],
        ["draw", NOEL, "--entries", "people.csv", "--out", ".", "--rehearsal"],
        ["draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--legal", "nowhere/l.zip", "--rehearsal"],
        ["draw", NOEL, "--entries", ".", "--out", "b.zip", "--rehearsal"],
        ["draw", NOEL, "--entries", "people.csv"],
        ["draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--source", "dice"],
        ["draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--patience", "long"],
        ["draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--patience", "nan"],
        ["check", "x" * 300 + ".toml"],
        ["check"],
        ["check", "nowhere.toml"],
        ["check", "people.csv/x.toml"],
        ["check", "."],
        ["verify", "nowhere.zip"],
        ["verify", "people.csv"],
        ["verify", "."],
        ["serve", "--port", "many"],
        ["backup"],
        ["staff", "claire@organiser.example", "--role", "god"],
        ["fly"],
        ["check", NOEL, "--lang", "de"],
        [],
    ],
    ids=lambda arguments: " ".join(Path(a).name for a in arguments) or "nothing",
)
def test_misuse_gives_2_and_a_sentence(run: Contests, tmp_path: Path, arguments: list[object]) -> None:
    answer = run(*arguments)
    assert answer.code == 2
    assert answer.err.strip() or "not-a-bundle" in answer.out
    assert "Traceback" not in answer.err
    assert not list(tmp_path.glob("*.zip*"))


def test_a_definition_that_cannot_be_read_gives_1_and_its_path(run: Contests, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(NOEL.read_text(encoding="utf-8").replace("alternates = 6", "alternates = -6"))
    for command in (["check", "bad.toml"], ["draw", "bad.toml", "--entries", "people.csv", "--out", "b.zip"]):
        answer = run(*command)
        assert answer.code == 1
        assert answer.err.startswith("alternates: ")
    assert run("check", "people.csv").code == 1
    assert run("check", "bad.toml", "--json").json["refused"] == "definition-invalid"
    assert "au moins 0" in run("check", "bad.toml", "--lang", "fr").err


def test_a_definition_that_cannot_be_published_is_not_drawn(run: Contests, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(NOEL.read_text(encoding="utf-8").replace('"#7c2d12"', '"#ffee00"'))
    answer = run("draw", "bad.toml", "--entries", "people.csv", "--out", "b.zip", "--rehearsal", "--json")
    assert answer.code == 1
    assert answer.json["refused"] == "publication-blocked"
    assert not (tmp_path / "b.zip").exists()


def damaged(data: bytes) -> Iterator[bytes]:
    yield b""
    yield b"PK\x03\x04"
    yield data[:-30]
    for at in range(20, len(data), max(1, len(data) // 40)):
        yield data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_damaged_proof_passes_only_when_all_its_files_are_whole(run: Contests, tmp_path: Path) -> None:
    rehearse(run)
    whole = unpacked(tmp_path / "b.zip")
    for data in damaged((tmp_path / "b.zip").read_bytes()):
        (tmp_path / "broken.zip").write_bytes(data)
        answer = run("verify", "broken.zip", "--json")
        assert answer.code in {1, 2} or unpacked(tmp_path / "broken.zip") == whole
        assert answer.json["verdict"]


def test_a_damaged_legal_file_never_ends_in_a_traceback(run: Contests, tmp_path: Path) -> None:
    rehearse(run, "--legal", "legal.zip")
    for data in damaged((tmp_path / "legal.zip").read_bytes()):
        (tmp_path / "broken.zip").write_bytes(data)
        assert run("verify", "b.zip", "--identities", "broken.zip", "--json").json["verdict"]
    for other, code in (("nowhere.zip", 2), (".", 2), ("b.zip", 1), ("people.csv", 1)):
        assert run("verify", "b.zip", "--identities", other).code == code


def test_a_changed_proof_gives_1(run: Contests, tmp_path: Path) -> None:
    rehearse(run)
    with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(tmp_path / "swapped.zip", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"velo", b"lilo") if name.endswith("ranking.csv") else data)
    answer = run("verify", "swapped.zip", "--json")
    assert answer.code == 1
    assert "failed" in {finding["outcome"] for finding in answer.json["findings"]}


# ------------------------------------------------------------------------------------------------ ceremony


def dice(tmp_path: Path) -> Path:
    """Return the bilingual sample with a notice of one minute, its dates in the past."""
    text = CAMPUS.read_text(encoding="utf-8").replace("notice_minutes = 120", "notice_minutes = 1")
    path = tmp_path / "dice.toml"
    path.write_text(re.sub(r"2027-0[89]", "2022-09", text).replace("2022-09-30", "2022-09-01"), encoding="utf-8")
    return path


CAMPUS_PEOPLE = "email;first name;last name;campus;country\n" + "".join(
    f"p{i}@people.example;A{i};B{i};Beaulieu;Ireland\n" for i in range(12)
)
FIRST = "3\n1\n6\n6\n2-14-15-33-40\n"


def throw(run: Contests, tmp_path: Path, typed: str, *more: str) -> Run:
    (tmp_path / "people.csv").write_text(CAMPUS_PEOPLE, encoding="utf-8")
    return run("draw", dice(tmp_path), "--entries", "people.csv", "--out", "b.zip", "--json", *more, typed=typed)


def test_a_ceremony_is_typed_by_two_people_and_verified(run: Contests, tmp_path: Path, clock: Clock) -> None:
    answer = throw(run, tmp_path, FIRST + FIRST, "--source", "ceremony")
    assert answer.code == 0
    assert answer.err.count("First die, red") == 2
    assert "Person 2" in answer.err
    assert clock.slept >= 60
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        rounds = [bundle.read(name) for name in bundle.namelist() if "draws/" in name]
    assert any(b"de-3=6" in data for data in rounds)
    assert run("verify", "b.zip").code == 0


def test_the_source_is_the_one_that_the_definition_declares(run: Contests, tmp_path: Path, clock: Clock) -> None:
    answer = throw(run, tmp_path, FIRST + FIRST)
    assert answer.code == 0
    assert clock.slept
    assert "First die, red" in answer.err


@pytest.mark.parametrize(
    "second",
    ["3\n1\n6\n5\n2-14-15-33-40\n", "", "3\n1\n6\n6\n", "\n\n\n\n\n", "1\n3\n6\n6\n2-14-15-33-40\n"],
    ids=["one_die_differs", "nobody_there", "one_value_short", "empty_lines", "two_dice_swapped"],
)
def test_values_that_differ_are_refused_and_nothing_is_written(
    run: Contests, tmp_path: Path, clock: Clock, second: str
) -> None:
    answer = throw(run, tmp_path, FIRST + second)
    assert clock.slept
    assert answer.code == 1
    assert answer.json["refused"] in {"ceremony-differs", "ceremony-malformed", "ceremony-value"}
    assert not (tmp_path / "b.zip").exists()


def test_a_slip_of_the_fingers_is_typed_again_for_the_same_list(run: Contests, tmp_path: Path, clock: Clock) -> None:
    answer = throw(run, tmp_path, FIRST + "3\n1\n6\n5\n2-14-15-33-40\n" + "\n" * 5 + FIRST + FIRST + FIRST)
    assert answer.code == 0, answer.out
    assert answer.err.count("List frozen") == 1
    assert "de-4=6" in answer.err
    assert "The same values from two people were expected." in answer.err
    assert "A value on one line was expected." in answer.err


def frozen_list(run: Run) -> str:
    """The digest of the list that a command said was frozen."""
    return str(re.findall(r"List frozen: .* SHA-256 (\w{64})\.", run.err)[-1])


def test_a_ceremony_whose_input_ends_is_taken_up_with_its_list(run: Contests, tmp_path: Path, clock: Clock) -> None:
    first = throw(run, tmp_path, FIRST + "3\n1\n6\n5\n2-14-15-33-40\n")
    assert first.json["refused"] == "ceremony-differs"
    assert "the same command takes it up, and asks for the values again" in first.json["detail"]
    answer = throw(run, tmp_path, FIRST + FIRST)
    assert answer.code == 0, answer.out
    assert frozen_list(answer) == frozen_list(first)
    assert run("verify", "b.zip").code == 0


def test_a_ceremony_that_was_not_announced_is_refused(run: Contests) -> None:
    answer = run("draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--source", "ceremony", "--json")
    assert answer.code == 1
    assert "draw.values" in answer.json["detail"]


# --------------------------------------------------------------------------------------------------- drand

Behaviour = Callable[[int], tuple[int, bytes]]


@contextmanager
def relay(behave: Behaviour) -> Iterator[tuple[str, list[str]]]:
    """A relay on the loopback; `behave(n)` gives status and body of its n-th answer. Yields address and paths asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, body = behave(len(asked))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


def body(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.fixture
def beacon(tmp_path: Path) -> Path:
    """The sample, drawn by round 1000."""
    text = NOEL.read_text(encoding="utf-8").replace("notice_minutes = 15", "notice_minutes = 1")
    for key, at in (("opens", "01T00"), ("closes", "20T00"), ("freezes", "21T00")):
        text = re.sub(rf"^{key}_at = .*$", f"{key}_at = 2023-08-{at}:00:00Z", text, flags=re.MULTILINE)
    path = tmp_path / "beacon.toml"
    path.write_text(re.sub(r"^draws_at = .*$", "draws_at = 2023-08-23T15:59:24Z", text, flags=re.MULTILINE))
    return path


def draw_by(run: Contests, beacon: Path, *relays: str, patience: int = 20) -> Run:
    options = [option for address in relays for option in ("--relay", address)]
    return run("draw", beacon, "--entries", "people.csv", "--out", "b.zip", "--json", "--patience", patience, *options)


def test_a_draw_by_the_beacon_waits_for_its_round_and_verifies_offline(
    run: Contests, beacon: Path, clock: Clock, tmp_path: Path
) -> None:
    with relay(lambda _: (200, body())) as (address, asked):
        answer = draw_by(run, beacon, address)
    assert answer.code == 0, answer.out
    assert asked == [f"/{QUICKNET.hash}/public/{n}" for n in ("latest", ROUND)], "it is there before the list is frozen"
    assert f"round {ROUND}" in answer.err
    assert clock.now >= DUE
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        name = next(name for name in bundle.namelist() if name.endswith("round.json"))
        assert json.loads(bundle.read(name))["signature"] == SIGNATURE
    assert run("verify", "b.zip").code == 0


LIES: dict[str, Behaviour] = {
    "another_signature": lambda _: (200, body(signature="a" + SIGNATURE[1:])),
    "another_round_of_the_same_chain": lambda _: (200, body(round=ROUND + 1)),
    "a_signature_in_capitals": lambda _: (200, body(signature=SIGNATURE.upper())),
    "the_point_at_infinity": lambda _: (200, body(signature="c0" + "00" * 47)),
    "no_signature": lambda _: (200, b'{"round": 1000}'),
    "a_number_for_a_signature": lambda _: (200, body(signature=7)),
    "html": lambda _: (200, b"<html>captive portal</html>"),
    "nothing": lambda _: (200, b""),
    "a_megabyte": lambda _: (200, b" " * 1_000_000 + body()),
    "a_redirect": lambda _: (302, body()),
    "not_yet": lambda _: (404, b"not yet"),
    "out_of_order": lambda _: (500, b""),
    "latin_1": lambda _: (200, "{é".encode("latin-1")),
}


def test_a_relay_that_drips_does_not_hold_up_the_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drand, "PATIENCE", 0.3)
    with dripping() as slow, relay(lambda _: (200, body())) as (honest, _):
        assert fetch_round([slow, honest], ROUND).signature == SIGNATURE
        with pytest.raises(Unavailable, match="TimeoutError"):
            fetch_round([slow], ROUND)


@pytest.mark.parametrize("lie", LIES)
def test_a_relay_that_lies_is_passed_over_for_one_that_does_not(lie: str) -> None:
    with relay(LIES[lie]) as (liar, asked), relay(lambda _: (200, body())) as (honest, _):
        assert fetch_round([liar, honest], ROUND).signature == SIGNATURE
        with pytest.raises(Unavailable) as caught:
            fetch_round([liar], ROUND)
    assert asked == [f"/{QUICKNET.hash}/public/{ROUND}"] * 2
    assert liar in caught.value.found


def test_a_draw_goes_by_the_relay_that_does_not_lie(run: Contests, beacon: Path, clock: Clock) -> None:
    with relay(LIES["another_signature"]) as (liar, asked), relay(lambda _: (200, body())) as (honest, _):
        answer = draw_by(run, beacon, liar, honest)
    assert answer.code == 0, answer.out
    assert len(asked) == 2
    assert clock.now < DUE + timedelta(seconds=5)


def test_relays_that_all_lie_draw_nothing(run: Contests, beacon: Path, clock: Clock, tmp_path: Path) -> None:
    with relay(LIES["another_signature"]) as (one, _), relay(LIES["html"]) as (other, _):
        answer = draw_by(run, beacon, one, other)
    assert answer.code == 1
    assert answer.json["refused"] == "beacon-unavailable"
    assert one in answer.json["detail"]
    assert other in answer.json["detail"]
    assert not (tmp_path / "b.zip").exists()
    assert DUE + timedelta(seconds=20) <= clock.now < DUE + timedelta(seconds=60)


def test_a_relay_that_lags_is_waited_for(run: Contests, beacon: Path, clock: Clock) -> None:
    with relay(lambda n: (200, body()) if n > 4 else (404, b"not yet")) as (address, asked):
        answer = draw_by(run, beacon, address)
    assert answer.code == 0
    assert len(asked) == 5
    assert answer.err.count("no other chance may be used") == 3
    assert clock.now >= DUE + timedelta(seconds=9)


def test_a_relay_that_is_down_is_named(run: Contests, beacon: Path, clock: Clock) -> None:
    with relay(lambda _: (200, body())) as (address, _):
        pass
    answer = draw_by(run, beacon, address, "http://127.0.0.1:1", patience=1)
    assert answer.code == 1
    assert address in answer.json["detail"]
    assert clock.slept
    assert "nothing is frozen" in answer.json["detail"]
    assert "List frozen" not in answer.err


def test_when_patience_ends_the_list_is_kept_and_taken_up_for_the_same_round(
    run: Contests, beacon: Path, clock: Clock, tmp_path: Path
) -> None:
    with relay(lambda _: (404, b"not yet")) as (address, _):
        first = draw_by(run, beacon, address, patience=1)
    assert first.code == 1
    assert "The frozen list is kept: run the same command again when a relay answers." in first.json["detail"]
    assert stat.S_IMODE((tmp_path / "b.zip.frozen").stat().st_mode) == 0o600, "it names people"
    clock.now += timedelta(days=2)
    with relay(lambda _: (200, body())) as (address, asked):
        answer = draw_by(run, beacon, address)
    assert answer.code == 0, answer.out
    assert asked == [f"/{QUICKNET.hash}/public/{ROUND}"]
    assert "A draw under way is taken up: b.zip.frozen." in answer.err
    assert frozen_list(answer) == frozen_list(first)
    assert answer.json["entries"] == 30
    assert sorted(path.name for path in tmp_path.glob("b*.zip*")) == ["b-legal.zip", "b.zip"]
    assert run("verify", "b.zip", "--identities", "b-legal.zip").code == 0


@pytest.fixture
def broken_off(run: Contests, beacon: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Run]:
    """Return a function that draws, and is broken off by its user while it waits for the round."""

    def draw() -> Run:
        def ended(seconds: float) -> None:
            clock.sleep(seconds)
            if clock.now > DUE - timedelta(minutes=10):
                raise KeyboardInterrupt

        with relay(lambda _: (200, body())) as (address, _), monkeypatch.context() as patch:
            patch.setattr(time, "sleep", ended)
            return draw_by(run, beacon, address)

    return draw


def test_a_draw_that_is_broken_off_is_taken_up_however_often(
    run: Contests, beacon: Path, clock: Clock, broken_off: Callable[[], Run]
) -> None:
    tries = [broken_off(), broken_off(), broken_off()]
    assert [each.code for each in tries] == [1, 1, 1]
    assert "Kept in b.zip.frozen until the draw" in tries[0].err
    with relay(lambda _: (200, body())) as (address, _):
        answer = draw_by(run, beacon, address)
    assert answer.code == 0, answer.out
    assert len({frozen_list(each) for each in (*tries, answer)}) == 1
    assert clock.now >= DUE


@pytest.mark.parametrize(
    ("changed", "found"),
    [("people.csv", "another list"), ("beacon.toml", "another definition"), ("", "another source")],
)
def test_no_other_list_takes_the_place_of_one_that_is_frozen(
    run: Contests, beacon: Path, tmp_path: Path, broken_off: Callable[[], Run], changed: str, found: str
) -> None:
    broken_off()
    kept = (tmp_path / "b.zip.frozen").read_bytes()
    if changed:
        with (tmp_path / changed).open("a", encoding="utf-8") as file:
            file.write("\n")
        answer = draw_by(run, beacon, "http://127.0.0.1:9")
    else:
        answer = run("draw", beacon, "--entries", "people.csv", "--out", "b.zip", "--json", "--rehearsal")
    assert answer.code == 1
    assert answer.json["refused"] == "draw-under-way"
    assert f"Found: {found}." in answer.json["detail"]
    assert (tmp_path / "b.zip.frozen").read_bytes() == kept
    assert not (tmp_path / "b.zip").exists()


def test_two_commands_do_not_draw_from_one_list_at_once(
    run: Contests, beacon: Path, tmp_path: Path, broken_off: Callable[[], Run]
) -> None:
    broken_off()
    with (tmp_path / "b.zip.frozen").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert draw_by(run, beacon, "http://127.0.0.1:9").json["refused"] == "draw-running"


def test_a_list_whose_draw_has_just_ended_is_not_drawn_from_again(
    run: Contests, beacon: Path, tmp_path: Path, broken_off: Callable[[], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_off()
    monkeypatch.setattr(fcntl, "flock", lambda *_: (tmp_path / "b.zip.frozen").unlink())  # the other one, meanwhile
    assert draw_by(run, beacon, "http://127.0.0.1:9").json["refused"] == "draw-running"
    assert not (tmp_path / "b.zip").exists()


def test_two_commands_do_not_freeze_a_list_at_once(run: Contests, beacon: Path, tmp_path: Path, clock: Clock) -> None:
    part = tmp_path / "b.zip.frozen.part"
    part.write_bytes(b"what the other one is writing")
    with part.open("rb") as other, relay(lambda _: (200, body())) as (address, _):
        fcntl.flock(other, fcntl.LOCK_EX)
        answer = draw_by(run, beacon, address)
        assert answer.json["refused"] == "draw-running"
        assert part.read_bytes() == b"what the other one is writing"
        fcntl.flock(other, fcntl.LOCK_UN)
        assert draw_by(run, beacon, address).code == 0, "what a killed command left is in nobody's way"
    assert sorted(path.name for path in tmp_path.glob("b*.zip*")) == ["b-legal.zip", "b.zip"]


@pytest.mark.parametrize("cut", [0, 10, 5000, -30])
def test_a_kept_list_that_is_torn_is_refused_in_words(
    run: Contests, beacon: Path, tmp_path: Path, broken_off: Callable[[], Run], cut: int
) -> None:
    broken_off()
    kept = tmp_path / "b.zip.frozen"
    kept.write_bytes(kept.read_bytes()[:cut])
    answer = draw_by(run, beacon, "http://127.0.0.1:9")
    assert answer.code == 1
    assert answer.json["refused"] == "kept-unread"
    assert "b.zip.frozen" in answer.json["detail"]


def test_a_list_that_cannot_be_kept_is_not_announced(
    run: Contests, beacon: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with relay(lambda _: (200, body())) as (address, _):
        answer = draw_by(run, beacon, address)
    assert answer.code == 2
    assert "no space left" in answer.json["detail"].lower()
    assert "List frozen" not in answer.err
    assert not list(tmp_path.glob("b.zip*"))


def test_a_rehearsal_keeps_no_list(run: Contests, tmp_path: Path) -> None:
    answer = rehearse(run)
    assert answer.code == 0
    assert "Kept in" not in answer.err
    assert not list(tmp_path.glob("*.frozen*"))


def test_reading_a_list_in_slowly_does_not_move_the_draw_by_a_day(run: Contests, beacon: Path, clock: Clock) -> None:
    text = beacon.read_text().replace("draws_at = 2023-08-23T15:59:24Z", "draws_at = 2023-08-23T00:00:00Z")
    beacon.write_text(text)
    clock.tick = 1.0
    with relay(lambda _: (404, b"")) as (address, _):
        answer = draw_by(run, beacon, address, patience=1)
    assert answer.json["refused"] == "beacon-unavailable"
    assert clock.now < datetime(2023, 8, 23, 16, 0, tzinfo=UTC)


def test_redating_keeps_the_announced_time_when_that_leaves_the_notice() -> None:
    campaign = parse(NOEL.read_bytes(), "toml")
    early, late = campaign.draws_at - timedelta(days=3), campaign.draws_at - timedelta(minutes=5)
    assert redate(campaign, "drand", early).draws_at == campaign.draws_at
    moved = redate(campaign, "drand", late, 100_000)
    assert moved.draws_at > late + timedelta(minutes=15)
    assert moved.draws_at < late + timedelta(minutes=30)
    assert redate(campaign, "rehearsal", late).draws_at <= late + timedelta(seconds=1)


# ----------------------------------------------------------------------------------------- the other commands


def test_check_says_what_blocks(run: Contests, tmp_path: Path) -> None:
    text = NOEL.read_text(encoding="utf-8").replace("2026-", "2996-")
    (tmp_path / "fine.toml").write_text(text, encoding="utf-8")
    (tmp_path / "warned.toml").write_text(text.replace("alternates = 6", "alternates = 0"), encoding="utf-8")
    (tmp_path / "blocked.toml").write_text(text.replace("days = 7\n", ""), encoding="utf-8")
    assert run("check", "fine.toml").code == 0
    assert run("check", "fine.toml", "--json").json["remarks"] == []
    warned = run("check", "warned.toml", "--json")
    assert (warned.code, [remark["code"] for remark in warned.json["remarks"]]) == (0, ["no-alternates"])
    blocked = run("check", "blocked.toml")
    assert blocked.code == 1
    assert blocked.out.startswith("block  forfeits: Say after how many days")
    assert re.search(r"^SHA-256 [0-9a-f]{64}$", blocked.out, re.MULTILINE)
    assert "Dites après" in run("check", "blocked.toml", "--lang", "fr").out


def test_the_language_is_that_of_the_environment(run: Contests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert "attendu" in run("check", "people.csv").err


def test_schema_prints_the_schema(run: Contests) -> None:
    answer = run("schema")
    assert answer.code == 0
    assert json.loads(answer.out)["title"] == "Campaign definition"


def test_migrate_staff_and_backup_work_on_one_database(
    run: Contests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("migrate").code == 0
    assert run("migrate").out.startswith("database at revision ")
    assert run("staff", "claire@organiser.example", typed="long enough a password\n").code == 0
    assert run("staff", "leon@organiser.example", "--role", "legal", typed="short\n").code == 1
    monkeypatch.setenv("CONTESTS_STAFF_PASSWORD", "from the environment")
    assert run("staff", "leon@organiser.example", "--role", "legal", "--name", "Léon").code == 0
    saved = run("backup", "copy.db")
    assert saved.code == 0
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM staff").fetchone() == (2,)
    copy.close()
    again = run("backup", "copy.db")
    assert again.code == 1
    assert "copy.db exists" in again.err


def test_the_first_account_is_an_owners_and_a_new_password_changes_nothing_else(run: Contests, tmp_path: Path) -> None:
    password = "long enough a password\n"
    assert run("staff", "olga@organiser.example", "--name", "Olga", typed=password).out.endswith(": owner\n")
    assert run("staff", "claire@organiser.example", typed=password).out.endswith(": manager\n")
    assert run("staff", "claire@organiser.example", "--installation", typed=password).out.endswith(": manager\n")
    assert run("staff", "max@organiser.example", "--role", "moderator", typed=password).out.endswith(": moderator\n")
    assert run("staff", "max@organiser.example", typed=password).out.endswith(": moderator\n")
    assert run("staff", "olga@organiser.example", "--without-second-factor", typed=password).code == 0
    unknown = run("staff", "olga@organiser.example", "--organiser", "Nobody", typed=password)
    assert unknown.code == 1
    assert "organiser of this installation" in unknown.err
    refused = run("staff", "olga@organiser.example", "--role", "legal", typed=password)
    assert refused.code == 1
    assert "owner" in refused.err
    with sqlite3.connect(tmp_path / "test.db") as store:
        assert store.execute("SELECT name, role, installation FROM staff JOIN membership ON staff = id ORDER BY name").fetchall() == [
            ("Olga", "owner", 1), ("claire@organiser.example", "manager", 1), ("max@organiser.example", "moderator", 0)
        ]  # fmt: skip
    store.close()


@pytest.mark.parametrize("command", [["migrate"], ["backup", "b.db"], ["staff", "a@b.example"], ["worker"], ["serve"]])
def test_a_wrong_setting_stops_every_command_that_reads_settings(
    run: Contests, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("CONTESTS_PROT", "8000")
    answer = run(*command)
    assert answer.code == 1
    assert answer.err.startswith("CONTESTS_PROT: ")


def test_a_database_that_is_not_there_cannot_be_copied(run: Contests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTESTS_DATABASE", "sqlite:///nowhere/at/all.db")
    answer = run("backup", "copy.db")
    assert answer.code == 1
    assert answer.err.startswith("CONTESTS_DATABASE: ")


def test_a_line_of_the_log_has_its_time_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    line = logging.makeLogRecord({"created": 0.0, "levelname": "INFO", "name": "contests", "msg": "up"})
    assert logs.Plain().format(line) == "1970-01-01T00:00:00Z INFO contests: up"
    monkeypatch.undo()
    time.tzset()


def test_version_and_help_give_0(run: Contests) -> None:
    assert run("--version").out == f"contests {contests.__version__}\n"
    assert run("--help").code == 0
    for name in commands():
        assert run(name, "--help").code == 0


def test_a_process_of_its_own_gives_the_same_answers(tmp_path: Path) -> None:
    here = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "fr_FR.UTF-8", "PYTHONUTF8": "1"}

    def process(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "contests", *arguments],
            capture_output=True, text=True, encoding="utf-8", check=False, env=here, cwd=tmp_path, timeout=60,
        )  # fmt: skip

    people, out = str(ROOT / "examples" / "people.csv"), str(tmp_path / "b.zip")
    drawn = process("draw", str(NOEL), "--entries", people, "--out", out, "--rehearsal", "--json")
    assert drawn.returncode == 0, drawn.stderr
    assert json.loads(drawn.stdout)["entries"] == 300
    assert process("verify", out).returncode == 0
    assert process("verify", people).returncode == 2
    assert process("check", people).returncode == 1


# ---------------------------------------------------------------------------------------- the reference page


def commands() -> dict[str, Any]:
    found = next(action for action in cli.parser()._actions if hasattr(action, "choices") and action.choices)
    assert isinstance(found.choices, dict)
    return found.choices


def test_every_command_and_every_option_is_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^## contests ([a-z-]+)$", page, re.MULTILINE)
    assert sorted(headings) == sorted(commands())
    for name, command in commands().items():
        part = page.partition(f"\n## contests {name}\n")[2].partition("\n## ")[0]
        wanted = {
            option if action.option_strings else str(action.metavar or action.dest)
            for action in command._actions
            for option in action.option_strings[-1:] or [""]
            if "--help" not in action.option_strings
        }
        rows = set(re.findall(r"^\| `([^` ]+)", part, re.MULTILINE))
        assert rows == wanted, name
        assert command.description in part


def test_every_exit_code_is_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for code in (cli.OK, cli.REFUSED, cli.MISUSE):
        assert f"| {code} |" in page


def test_whoever_has_just_restored_an_older_backup_is_told_before_anything_starts(
    run: Contests, simulate: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim, copy = simulate(), tmp_path / "older.db"
    backup(sim.store, copy)
    sim.enter("alice")
    watch_heads(sim.house, tmp_path / "heads")
    monkeypatch.setenv("CONTESTS_HEADS", str(tmp_path / "heads"))
    monkeypatch.setenv("CONTESTS_DATABASE", f"sqlite:///{copy}")
    asked = run("restored")
    assert asked.code == 1
    assert "sim: 2 records were seen, the database has 1" in asked.out
    assert run("restored", "--go-on", "--by", "Alice", "--reason", "The disk burnt.").code == 0
    assert run("restored").code == 0


@pytest.mark.parametrize("written", [
    ("--out", "people.csv"), ("--out", "./jeu.toml"), ("--out", "same.zip", "--legal", "same.zip"),
    ("--out", "a.zip", "--legal", "a.zip.part"), ("--out", "a.zip", "--legal", "a.zip.frozen"),
])  # fmt: skip
def test_no_file_that_is_read_is_written_over(run: Contests, tmp_path: Path, written: tuple[str, ...]) -> None:
    (tmp_path / "jeu.toml").write_bytes(NOEL.read_bytes())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    refused = run("draw", "jeu.toml", "--entries", "people.csv", *written, "--rehearsal")
    assert refused.code == 1
    assert "A file of its own" in refused.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("written", [("--out", "n" * 252), ("--out", "ok.zip", "--legal", "n" * 252)])
def test_a_file_that_cannot_be_made_is_found_before_the_draw(
    run: Contests, tmp_path: Path, written: tuple[str, ...]
) -> None:
    refused = run("draw", NOEL, "--entries", "people.csv", *written, "--rehearsal")
    assert refused.code == 2
    assert "frozen" not in refused.err
    assert list(tmp_path.glob("*.zip*")) == []


def test_the_rules_that_the_file_says_nothing_about_are_named(run: Contests) -> None:
    drawn = run("draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--rehearsal")
    assert re.search(r"you vouch for these rules: .*minimum-age", drawn.err)


def test_a_console_without_check_marks_gets_the_verdict(run: Contests, tmp_path: Path) -> None:
    assert run("draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--rehearsal").code == 0
    told = subprocess.run(
        [sys.executable, "-m", "contests", "verify", "b.zip"], cwd=tmp_path, capture_output=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, b"")


def test_a_key_that_is_no_text_is_refused_in_words(run: Contests, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "receipt").write_bytes(b"x")
    refused = run("verify-receipt", "receipt", "--vkey", "key")
    assert refused.code in {1, 2}
    assert "expected" in refused.err


@pytest.fixture
def unread() -> Iterator[int]:
    """A pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def unheard(
    tmp_path: Path, out: int, *command: object, err: int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *map(str, command)], cwd=tmp_path, check=False, stdout=out, stderr=err,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_said_in_words(run: Contests, tmp_path: Path) -> None:
    rehearse(run)
    with Path("/dev/full").open("wb") as full:
        told = unheard(tmp_path, full.fileno(), "-m", "contests", "verify", "b.zip")
    assert (told.returncode, told.stderr) == (2, b"contests: no space left on device\n")


@pytest.mark.parametrize("form", [(), ("--json",)])
@pytest.mark.parametrize("program", [("-m", "contests", "verify"), (STANDALONE,)])
def test_whoever_stops_reading_changes_no_verdict(
    run: Contests, tmp_path: Path, unread: int, program: tuple[object, ...], form: tuple[str, ...]
) -> None:
    rehearse(run)
    for name, code in (("b.zip", 0), ("people.csv", 2)):
        told = unheard(tmp_path, unread, *program, name, *form)
        assert told.returncode == code
        assert not re.search(rb"Traceback|Exception|Broken", told.stderr)


def test_a_draw_goes_on_where_nobody_reads_how_it_goes(run: Contests, tmp_path: Path, unread: int) -> None:
    drawn = ("-m", "contests", "draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--rehearsal")
    assert unheard(tmp_path, unread, *drawn, err=unread).returncode == 0
    assert run("verify", "b.zip").code == 0


@pytest.mark.parametrize("wrong", [b"not a zip", b"", b"\xff"])
def test_a_wrong_legal_file_says_nothing_against_the_bundle(run: Contests, tmp_path: Path, wrong: bytes) -> None:
    rehearse(run)
    (tmp_path / "legal.zip").write_bytes(wrong)
    told = run("verify", "b.zip", "--identities", "legal.zip", "--json")
    assert told.code == 1
    assert [found["step"] for found in told.json["findings"] if found["outcome"] == "failed"] == [15]
    assert "Legal file: not a whole zip file" in run("verify", "b.zip", "--identities", "legal.zip").out


@pytest.mark.parametrize(("changed", "where"), [
    ("closes_at = 2026-11-20T23:59:00", "closes_at"), ("freezes_at = 2026-12-19T10:00:00", "freezes_at"),
])  # fmt: skip
def test_dates_that_contradict_each_other_are_not_drawn(
    run: Contests, tmp_path: Path, changed: str, where: str
) -> None:
    text = re.sub(rf"^{where} = .*$", changed, NOEL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (tmp_path / "jeu.toml").write_text(text, encoding="utf-8")
    refused = run("draw", "jeu.toml", "--entries", "people.csv", "--out", "b.zip", "--rehearsal")
    assert refused.code == 1
    assert refused.err.startswith(f"{where}: ")
    assert not (tmp_path / "b.zip").exists()


def test_dates_that_are_replaced_are_named(run: Contests) -> None:
    drawn = run("draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--rehearsal")
    assert drawn.code == 0
    assert "closing and freeze now (announced for 2026-12-20T22:59:00Z and 2026-12-21T09:00:00Z)" in drawn.err


@pytest.mark.parametrize("relay", ["notaurl", "ftp://x.example", "https://", "file:///etc/passwd"])
def test_a_relay_that_is_no_address_is_refused_before_the_wait(run: Contests, relay: str) -> None:
    refused = run("draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--relay", relay)
    assert refused.code == 1
    assert relay in refused.err


def test_a_device_is_not_replaced_by_a_proof(run: Contests, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert run("draw", NOEL, "--entries", "people.csv", "--out", "pipe", "--rehearsal").code == 2
    assert (tmp_path / "pipe").is_fifo()


def test_a_missing_file_is_told_to_programs_as_an_object(run: Contests) -> None:
    told = run("draw", NOEL, "--entries", "nowhere.csv", "--out", "b.zip", "--json")
    assert (told.code, told.json["refused"]) == (2, "unreadable")
    assert "nowhere.csv" in told.json["detail"]


def test_a_rehearsal_has_no_other_source(run: Contests) -> None:
    told = run("draw", NOEL, "--entries", "people.csv", "--out", "b.zip", "--rehearsal", "--source", "drand")
    assert told.code == 2
