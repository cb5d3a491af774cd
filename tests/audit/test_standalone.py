"""The stand-alone verifier finds every corruption at the step it belongs to, and never ends in a traceback."""

from __future__ import annotations

import ast
import functools
import hashlib
import io
import json
import random
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from audit import standalone_bundles as b
from audit.standalone_bundles import make

from contests.audit import standalone

Record = b.Record
VERIFIER = Path(standalone.__file__)


class Run:
    """What the verifier says of a bundle."""

    def __init__(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = tmp_path, capsys

    def __call__(self, bundle: bytes, legal: bytes | None = None, *options: str) -> tuple[int, dict[str, Any]]:
        (self.folder / "bundle.zip").write_bytes(bundle)
        arguments = [str(self.folder / "bundle.zip"), "--json", *options]
        if legal is not None:
            (self.folder / "legal.zip").write_bytes(legal)
            arguments += ["--identities", str(self.folder / "legal.zip")]
        code = standalone.main(arguments)
        return code, json.loads(self.capsys.readouterr().out)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, capsys)


def steps(verdict: dict[str, Any], outcome: str) -> set[int]:
    return {finding["step"] for finding in verdict["findings"] if finding["outcome"] == outcome}


def told(verdict: dict[str, Any]) -> str:
    return "\n".join(f"{finding['step']} {finding['detail']}" for finding in verdict["findings"])


# ------------------------------------------------------------------------------------------------ tricks, small ones


def with_keys(**keys: Any) -> b.Trick:
    """Change keys of a record (None takes a key away)."""

    def trick(record: Record) -> None:
        record.update(keys)
        for key in [key for key, value in record.items() if value is None]:
            del record[key]

    return trick


def of_kind(kind: str, change: b.Trick, index: int = 0) -> b.Trick:
    """Change one record of a list, by its kind."""

    def trick(records: list[Record]) -> None:
        places = [place for place, record in enumerate(records) if record["kind"] == kind]
        changed = change(records[places[index]])
        if changed is not None:
            records[places[index]] = changed

    return trick


def last_line(change: Callable[[bytes], bytes]) -> b.Trick:
    """Change the bytes of `campaign.settled`, on which nothing else hangs."""
    return lambda lines: [*lines[:-1], change(lines[-1])]


def add(*records: Record) -> b.Trick:
    return lambda before: [*before, *map(dict, records)]


def without(index: int) -> b.Trick:
    return lambda items: [item for place, item in enumerate(items) if place != index % len(items)]


def swapped(one: int, other: int) -> b.Trick:
    def trick(items: list[Any]) -> None:
        items[one], items[other] = items[other], items[one]

    return trick


def replaced(old: bytes, new: bytes) -> b.Trick:
    def trick(data: bytes) -> bytes:
        assert data.count(old), "nothing to replace"
        return data.replace(old, new, 1)

    return trick


def file(name: str, change: b.Trick) -> b.Trick:
    """Change the bytes of one file; None takes it away."""

    def trick(files: dict[str, bytes]) -> None:
        changed = change(files[name])
        files[name] = changed if changed is not None else files.pop(name)

    return trick


def gone(name: str) -> b.Trick:
    return lambda files: {key: data for key, data in files.items() if key != name}


def flipped(name: str, place: int = -2) -> b.Trick:
    """Change one bit of a file."""
    return file(name, lambda data: data[:place] + bytes([data[place] ^ 1]) + data[place:][1:])


def extra(name: str) -> b.Trick:
    return lambda files: {**files, name: b"?"}


def seeded(text: str) -> b.Trick:
    return lambda _: b.digest(text.encode())


def drawn(**keys: Any) -> b.Trick:
    return with_keys(**keys)


def postponed(moment: str, draws_at: str, **keys: Any) -> Record:
    return b.record("draw.postponed", moment, draw="final", draws_at=draws_at, reason="outage", **keys)


def terms(**keys: Any) -> b.Trick:
    return with_keys(**keys)


def resorted(rows: list[list[str]]) -> list[list[str]]:
    """Give ranks and prizes again, after a change of order."""
    prizes = ["velo", "lampe-1", "lampe-2", "", ""]
    return [[str(n), row[1], row[2], prizes[n - 1]] for n, row in enumerate(rows, 1)]


def promoted(rank: int, entrant: str = "") -> b.Trick:
    """Promote somebody else than the fourth of the ranking, all the way to the confirmation."""

    def trick(later: list[Record]) -> None:
        later[5]["rank"] = rank
        for place in (5, 6, 8):
            later[place]["entrant"] = entrant or make("ceremony", "drawn").winners[rank - 1][2]

    return trick


ENTRANT, STRANGER = b.name_of("entrant", "hana"), b.name_of("entrant", "stranger")
LONELY = b.name_of("entrant", "late")
LATE = b.Story("ceremony", {}).entry("stranger", 1, 1, b.at(22, "21:59:00"))
VALUES = "ceremony\nfirst die=3\nsecond die=6\n"
SETTLED = b'"kind":"campaign.settled"'

# name: source, tricks, the steps that fail — these and no other
Corruption = tuple[str, dict[str, b.Trick], set[int]]

DAMAGE: dict[str, Corruption] = {  # by somebody without the organiser's key, after the manifest
    "byte_of_the_read_me": ("ceremony", {"raw": flipped("README.txt")}, {1}),
    "byte_of_the_verifier": ("ceremony", {"raw": flipped("verify.py")}, {1}),
    "byte_of_a_rules_text": ("ceremony", {"raw": flipped("papers/rules-2-en.html")}, {1, 4}),
    "byte_of_a_commitment": (
        "ceremony",
        {
            "raw": file(
                "journal/records.jsonl",
                lambda d: d[: d.index(b"commitment") + 14] + b"00" + d[d.index(b"commitment") + 16 :],
            )
        },
        {1, 2, 3},
    ),
    "byte_of_a_ticket": (
        "ceremony",
        {"raw": file("journal/records.jsonl", replaced(b'"tickets":9', b'"tickets":8'))},
        {1, 2, 3, 6, 7},
    ),
    "byte_of_a_forfeit": (
        "ceremony",
        {"raw": file("journal/records.jsonl", replaced(b'"reason":"sans-reponse"}', b'"reason":"sans-reponsf"}'))},
        {1, 2, 13},
    ),
    "byte_of_the_checkpoint": ("ceremony", {"raw": flipped("journal/checkpoint", 80)}, {1, 2}),
    "byte_of_the_signature": ("ceremony", {"raw": flipped("journal/checkpoint", -20)}, {1, 2}),
    "byte_of_the_vkey": ("ceremony", {"raw": flipped("journal/vkey", -10)}, {1, 2, 3}),
    "byte_of_the_pool": (
        "ceremony",
        {"raw": file("draws/final/pool.csv", replaced(b",10\n", b",11\n"))},
        {1, 7},
    ),
    "byte_of_the_freeze_checkpoint": ("ceremony", {"raw": flipped("draws/final/checkpoint", 80)}, {1, 3}),
    "byte_of_the_ranking": ("ceremony", {"raw": flipped("draws/final/ranking.csv", 40)}, {1, 11, 12}),
    "byte_of_the_source": ("ceremony", {"raw": flipped("draws/final/source.txt")}, {1, 10}),
    "byte_of_the_round": ("drand", {"raw": file("draws/final/round.json", replaced(b"b44", b"b45"))}, {1, 9}),
    "file_read_me_missing": ("ceremony", {"raw": gone("README.txt")}, {1}),
    "file_pool_missing": ("ceremony", {"raw": gone("draws/final/pool.csv")}, {1, 7}),
    "file_ranking_missing": ("ceremony", {"raw": gone("draws/final/ranking.csv")}, {1, 11, 12}),
    "file_freeze_checkpoint_missing": ("ceremony", {"raw": gone("draws/final/checkpoint")}, {1, 3}),
    "file_rules_text_missing": ("ceremony", {"raw": gone("papers/rules-1-fr.html")}, {1, 4}),
    "file_source_missing": ("ceremony", {"raw": gone("draws/final/source.txt")}, {1, 10}),
    "file_round_missing": ("drand", {"raw": gone("draws/final/round.json")}, {1, 9}),
    "file_extra": ("ceremony", {"raw": extra("notes.txt")}, {1}),
    "file_folder": ("ceremony", {"raw": extra("journal/")}, {1}),
    "manifest_without_a_file": ("ceremony", {"listed": lambda m: m.pop("verify.py") and None}, {1}),
    "manifest_with_an_extra_file": ("ceremony", {"listed": lambda m: m.update({"absent.txt": "0" * 64})}, {1}),
    "manifest_lists_itself": ("ceremony", {"listed": lambda m: m.update({"manifest.json": "0" * 64})}, {1}),
    "manifest_with_a_wrong_digest": ("ceremony", {"listed": lambda m: m.update({"README.txt": "0" * 64})}, {1}),
    "manifest_with_upper_case": (
        "ceremony",
        {"listed": lambda m: m.update({"README.txt": m["README.txt"].upper()})},
        {1},
    ),
    "manifest_with_a_number": ("ceremony", {"listed": lambda m: m.update({"README.txt": 7})}, {1}),
    "manifest_not_json": ("ceremony", {"manifest": lambda _: b"README.txt"}, {1}),
    "manifest_a_list": ("ceremony", {"manifest": lambda _: b"[]"}, {1}),
    "manifest_with_spaces": ("ceremony", {"manifest": replaced(b":", b": ")}, {1}),
    "manifest_with_a_key_twice": ("ceremony", {"manifest": lambda d: d[:-1] + b"," + d[1:]}, {1}),
    "manifest_nested_deep": ("ceremony", {"manifest": lambda _: b"[" * 100_000}, {1}),
    "manifest_with_a_huge_number": ("ceremony", {"manifest": lambda _: b'{"a":' + b"9" * 200_000 + b"}"}, {1}),
    "manifest_not_utf8": ("ceremony", {"manifest": lambda _: b'{"\xff":""}'}, {1}),
    "manifest_empty": ("ceremony", {"manifest": lambda _: b""}, {1}),
}

JOURNAL: dict[str, Corruption] = {  # signed again by a cheating organiser, unless it is said otherwise
    "record_dropped_unsigned": (
        "ceremony",
        {"files": file("journal/records.jsonl", lambda d: d[: d[:-1].rindex(b"\n") + 1])},
        {2},
    ),
    "record_doubled_unsigned": (
        "ceremony",
        {"files": file("journal/records.jsonl", lambda d: d + d[d[:-1].rindex(b"\n") + 1 :])},
        {2, 5},
    ),
    "record_swapped_unsigned": (
        "ceremony",
        {"files": file("journal/records.jsonl", lambda d: b"\n".join([(x := d.split(b"\n"))[0], x[2], x[1], *x[3:]]))},
        {2, 3, 5},
    ),
    "records_empty": ("ceremony", {"files": file("journal/records.jsonl", lambda _: b"")}, {2, 4, 5, 13}),
    "record_dropped_after_the_freeze_checkpoint": ("ceremony", {"records": without(5)}, {3, 6, 7}),
    "record_doubled": ("ceremony", {"entries": lambda r: [*r[:4], r[3], *r[4:]]}, {5, 6}),
    "record_of_another_campaign": (
        "ceremony",
        {"entries": of_kind("entry.accepted", with_keys(campaign="0" * 32))},
        {2},
    ),
    "record_spaces": ("ceremony", {"lines": last_line(replaced(b":", b": "))}, {2}),
    "record_other_order": (
        "ceremony",
        {
            "lines": last_line(
                lambda d: json.dumps(dict(reversed(json.loads(d).items())), separators=(",", ":")).encode()
            )
        },
        {2},
    ),
    "record_key_twice": ("ceremony", {"lines": last_line(replaced(SETTLED, SETTLED + b"," + SETTLED))}, {2}),
    "record_escape_not_canonical": (
        "ceremony",
        {"lines": last_line(replaced(b"campaign.settled", b"campaign\\u002esettled"))},
        {2},
    ),
    "record_slash_escaped": (
        "ceremony",
        {"amended": with_keys(reason="a/b"), "lines": lambda lines: [x.replace(b"a/b", b"a\\/b") for x in lines]},
        {2, 3},
    ),
    "record_letters_escaped": (
        "ceremony",
        {
            "amended": with_keys(reason="été"),
            "lines": lambda lines: [x.replace("été".encode(), b"\\u00e9t\\u00e9") for x in lines],
        },
        {2, 3},
    ),
    "record_float": ("ceremony", {"lines": last_line(replaced(b'"confirmed":3', b'"confirmed":3.0'))}, {2}),
    "record_exponent": ("ceremony", {"lines": last_line(replaced(b'"confirmed":3', b'"confirmed":3e0'))}, {2}),
    "record_minus_zero": ("ceremony", {"lines": last_line(replaced(b'"unawarded":0', b'"unawarded":-0'))}, {2}),
    "record_not_a_number": ("ceremony", {"lines": last_line(replaced(b'"confirmed":3', b'"confirmed":NaN'))}, {2}),
    "record_integer_of_2_to_53": (
        "ceremony",
        {"lines": last_line(replaced(b'"confirmed":3', b'"confirmed":9007199254740992'))},
        {2},
    ),
    "record_integer_of_60000_digits": (
        "ceremony",
        {"lines": last_line(replaced(b'"confirmed":3', b'"confirmed":' + b"3" * 60_000))},
        {2},
    ),
    "record_nested_deep": ("ceremony", {"lines": last_line(lambda _: b"[" * 60_000)}, {2}),
    "record_nested_closed": ("ceremony", {"lines": last_line(lambda _: b"[" * 30_000 + b"]" * 30_000)}, {2}),
    "record_too_long": ("ceremony", {"later": of_kind("campaign.settled", with_keys(note="x" * 70_000))}, {2}),
    "record_beyond_a_mebibyte": ("ceremony", {"lines": last_line(lambda d: d + b" " * (3 << 20))}, {2}),
    "record_unknown_key": ("ceremony", {"later": of_kind("campaign.settled", with_keys(note="x"))}, {2}),
    "record_unknown_kind": ("ceremony", {"later": of_kind("campaign.settled", with_keys(kind="campaign.ended"))}, {2}),
    "record_without_a_key": ("ceremony", {"later": of_kind("campaign.settled", with_keys(confirmed=None))}, {2}),
    "record_true_for_one": ("ceremony", {"later": of_kind("campaign.settled", with_keys(confirmed=True))}, {2}),
    "record_not_an_object": ("ceremony", {"lines": last_line(lambda _: b'"campaign.settled"')}, {2}),
    "record_blank_line": ("ceremony", {"lines": lambda lines: [*lines, b""]}, {2}),
    "record_with_cr": ("ceremony", {"lines": last_line(lambda d: d + b"\r")}, {2}),
    "record_with_byte_order_mark": ("ceremony", {"lines": last_line(lambda d: b"\xef\xbb\xbf" + d)}, {2}),
    "record_not_utf8": ("ceremony", {"lines": last_line(replaced(b"campaign.settled", b"campaign.settle\xff"))}, {2}),
    "record_lone_surrogate": ("ceremony", {"lines": last_line(replaced(b"campaign.settled", b"\\ud800"))}, {2}),
    "record_without_lf": ("ceremony", {"files": file("journal/records.jsonl", lambda d: d[:-1])}, {2}),
    "entry_to_the_second": (
        "ceremony",
        {"entries": of_kind("entry.accepted", with_keys(at=b.at(20, "10:00:01")))},
        {2},
    ),
    "entry_with_an_upper_case_commitment": (
        "ceremony",
        {"entries": of_kind("entry.accepted", with_keys(commitment="AB" * 32))},
        {2},
    ),
    "entry_without_a_ticket": (
        "ceremony",
        {"entries": of_kind("entry.accepted", with_keys(tickets=0)), "pool": lambda p: [(e, t) for e, t in p if t]},
        {2},
    ),
    "entry_with_1001_tickets": ("ceremony", {"late_entry": with_keys(tickets=1001)}, {2, 6, 7, 11}),
    "wrong_clause": ("ceremony", {"entries": of_kind("entry.excluded", with_keys(clause="article 8"))}, {2}),
    "wrong_channel": ("ceremony", {"entries": of_kind("entry.accepted", with_keys(channel="The Page"))}, {2}),
    "declined_not_sorted": (
        "ceremony",
        {
            "closed": with_keys(
                declined=[{"channel": "b", "count": 1, "reason": "x"}, {"channel": "a", "count": 1, "reason": "x"}]
            )
        },
        {2},
    ),
    "default_round_written": ("ceremony", {"frozen": with_keys(round=0)}, {2}),
    "instant_of_the_31st_of_february": (
        "ceremony",
        {"later": of_kind("campaign.settled", with_keys(at="2024-02-31T00:00:00Z"))},
        {2},
    ),
    "instant_in_arabic_digits": (
        "ceremony",
        {"later": of_kind("campaign.settled", with_keys(at="٢٠٢٣-08-31T18:00:00Z"))},
        {2},
    ),
    "instant_with_an_offset": (
        "ceremony",
        {"later": of_kind("campaign.settled", with_keys(at="2023-08-31T18:00:00+00:00"))},
        {2},
    ),
    "checkpoint_of_another_size": ("ceremony", {"head": lambda _: b.note(b.head(5, "0" * 64))}, {2}),
    "checkpoint_of_a_shorter_journal": (
        "ceremony",
        {
            "lines": lambda lines: lines,
            "files": lambda f: f.update(
                {"journal/checkpoint": b.checkpoint(f["journal/records.jsonl"].split(b"\n")[:-2])}
            ),
        },
        {2},
    ),
    "checkpoint_of_another_root": ("ceremony", {"head": lambda _: b.note(b.head(33, "0" * 64))}, {2}),
    "checkpoint_size_with_a_zero": (
        "ceremony",
        {
            "files": file(
                "journal/checkpoint", lambda d: b.note(d.decode().split("\n\n")[0].replace("\n33\n", "\n033\n") + "\n")
            )
        },
        {2},
    ),
    "checkpoint_size_of_a_million_digits": (
        "ceremony",
        {"head": lambda _: b.note(f"{b.ORIGIN}\n{'9' * 900_000}\nAAAA\n")},
        {2},
    ),
    "checkpoint_by_another_key": (
        "ceremony",
        {"files": file("journal/checkpoint", lambda d: b.note(d.decode().split("\n\n")[0] + "\n", key=b.OTHER_KEY))},
        {2},
    ),
    "checkpoint_signed_falsely": (
        "ceremony",
        {"files": file("journal/checkpoint", lambda d: d.replace(b"\n33\n", b"\n34\n"))},
        {2},
    ),
    "checkpoint_of_another_origin": (
        "ceremony",
        {
            "files": file(
                "journal/checkpoint",
                lambda d: b.note(d.decode().split("\n\n")[0].replace("contests", "contest", 1) + "\n"),
            )
        },
        {2},
    ),
    "checkpoint_without_a_signature": (
        "ceremony",
        {"files": file("journal/checkpoint", lambda d: d.split(b"\n\n")[0] + b"\n\n")},
        {2},
    ),
    "checkpoint_not_a_note": ("ceremony", {"head": lambda _: b"\x00\x01"}, {2}),
    "checkpoint_root_of_31_bytes": ("ceremony", {"head": lambda _: b.note(b.head(33, "0" * 62))}, {2}),
    "checkpoint_base64_not_canonical": (
        "ceremony",
        {"files": file("journal/checkpoint", lambda d: b.note(d.decode().split("\n\n")[0][:-2] + "B=\n"))},
        {2},
    ),
    "vkey_of_another_campaign": (
        "ceremony",
        {
            "files": lambda f: f.update(
                {
                    "journal/vkey": b.vkey("contests.example/journal/" + "0" * 32),
                    "journal/checkpoint": b.checkpoint(
                        f["journal/records.jsonl"].split(b"\n")[:-1], name="contests.example/journal/" + "0" * 32
                    ),
                }
            )
        },
        {2, 3},
    ),
    "vkey_of_another_key": ("ceremony", {"files": file("journal/vkey", lambda _: b.vkey(key=b.OTHER_KEY))}, {2, 3}),
    "vkey_without_lf": ("ceremony", {"files": file("journal/vkey", lambda d: d[:-1])}, {2, 3}),
    "vkey_empty": ("ceremony", {"files": file("journal/vkey", lambda _: b"")}, {2, 3}),
    "freeze_checkpoint_by_another_key": (
        "ceremony",
        {"freeze_note": lambda d: b.note(d.decode().split("\n\n")[0] + "\n", key=b.OTHER_KEY)},
        {3},
    ),
    "freeze_checkpoint_of_another_journal": (
        "ceremony",
        {"freeze_note": lambda d: b.note(d.decode().split("\n\n")[0].replace("contests", "contest", 1) + "\n")},
        {3},
    ),
    "freeze_checkpoint_of_another_root": ("ceremony", {"freeze_note": lambda _: b.note(b.head(22, "0" * 64))}, {3}),
    "freeze_checkpoint_is_the_last_one": (
        "ceremony",
        {"files": lambda f: f.update({"draws/final/checkpoint": f["journal/checkpoint"]})},
        {3},
    ),
    "freeze_checkpoint_before_the_pool": (
        "ceremony",
        {
            "files": lambda f: f.update(
                {"draws/final/checkpoint": b.checkpoint(f["journal/records.jsonl"].split(b"\n")[:21])}
            )
        },
        {3},
    ),
    "rules_text_other_than_published": (
        "ceremony",
        {"files": file("papers/rules-1-fr.html", lambda _: b"<p>Other</p>")},
        {4},
    ),
    "rules_text_unannounced": ("ceremony", {"files": extra("papers/rules-3-fr.html")}, {4}),
    "rules_text_left_out": ("ceremony", {"files": gone("papers/rules-2-en.html")}, {4}),
    "amendment_number_skipped": ("ceremony", {"amended": with_keys(number=3)}, {4}),
    "sealed_answers_other": ("ceremony", {"closed": lambda r: r["revealed"][0].update(answers=["Paris"])}, {4}),
    "sealed_answers_not_in_the_definition": ("ceremony", {"definition": terms(rules=[])}, {4}),
    "sealed_answers_never_revealed": ("ceremony", {"closed": with_keys(revealed=None)}, {4}),
}

STAGES: dict[str, Corruption] = {
    "entry_before_opening": ("ceremony", {"entries": lambda r: (r[1].update(at=b.at(20, "07:59:00")), None)[1]}, {5}),
    "entry_after_closing_time": (
        "ceremony",
        {"late_entry": with_keys(at=b.at(22, "22:00:00")), "entries": lambda r: r[17].update(at=b.at(22, "22:00:00"))},
        {5},
    ),
    "entry_after_closing_before_the_amendment": (
        "ceremony",
        {"entries": lambda r: (r.append(r.pop(14)), r.insert(16, r.pop()))[1]},
        {5},
    ),
    "entry_after_closed": ("ceremony", {"entries": add({**LATE, "at": b.at(23, "09:30:00")})}, {5}),
    "entry_after_the_freeze": ("ceremony", {"later": lambda r: [{**LATE, "at": b.at(24, "10:00:00")}, *r]}, {5}),
    "entry_of_rules_to_come": ("ceremony", {"entries": of_kind("entry.accepted", with_keys(rules=3))}, {5}),
    "entry_accepted_twice": ("ceremony", {"entries": lambda r: r.insert(9, dict(r[8]))}, {5, 6}),
    "withdrawn_twice": ("ceremony", {"entries": lambda r: r.insert(17, dict(r[16]))}, {5, 6}),
    "withdrawn_by_another": ("ceremony", {"entries": of_kind("entry.withdrawn", with_keys(entrant=STRANGER))}, {5}),
    "excluded_after_the_freeze": (
        "ceremony",
        {
            "later": lambda r: [
                b.Story("ceremony", {}).about("entry.excluded", "alice", b.at(24, "09:00:00"), reason="x", clause="8"),
                *r,
            ]
        },
        {5},
    ),
    "reinstated_without_exclusion": (
        "ceremony",
        {
            "entries": of_kind(
                "entry.reinstated",
                with_keys(entry=b.name_of("entry", "alice 1"), entrant=b.name_of("entrant", "alice")),
            )
        },
        {5, 6},
    ),
    "time_goes_back": ("ceremony", {"entries": of_kind("entry.accepted", with_keys(at=b.at(20, "08:00:00")), 5)}, {5}),
    "amended_after_closing": (
        "ceremony",
        {"entries": lambda r: r.append({**r[14], "at": b.at(23, "09:30:00"), "number": 3, "papers": {"fr": "0" * 64}})},
        {4, 5},
    ),
    "frozen_without_closing": (
        "ceremony",
        {"entries": lambda r: [x for x in r if x["kind"] != "campaign.closed"]},
        {5},
    ),
    "published_twice": ("ceremony", {"entries": lambda r: r.insert(1, dict(r[0]))}, {5}),
    "published_later": ("ceremony", {"entries": lambda r: r.insert(1, {**r.pop(0), "at": b.at(20, "10:00:00")})}, {5}),
    "never_published": ("ceremony", {"records": without(0)}, {3, 4, 5, 9}),
    "record_after_the_end": (
        "ceremony",
        {"records": lambda r: [*r, b.record("campaign.voided", b.at(31, "19:00:00"), reason="x")]},
        {5},
    ),
    "draw_before_the_freeze": ("ceremony", {"records": lambda r: [*r[:20], r[22], r[20], r[21], *r[23:]]}, {3, 5}),
    "draw_of_another_name": ("ceremony", {"completed": with_keys(draw="semi")}, {5}),
    "draw_without_a_freeze": ("ceremony", {"records": without(21)}, {5, 10, 13}),
    "definition_without_opening": ("ceremony", {"definition": terms(opens_at="soon")}, {5}),
    "pool_without_an_entrant": ("ceremony", {"pool": without(4)}, {6, 7}),
    "pool_with_a_stranger": ("ceremony", {"pool": lambda p: sorted([*p, (STRANGER, 1)])}, {6, 7}),
    "pool_with_an_excluded_entrant": (
        "ceremony",
        {"pool": lambda p: sorted([*p, (b.name_of("entrant", "excluded"), 1)])},
        {6, 7},
    ),
    "pool_with_more_tickets": ("ceremony", {"pool": lambda p: [(e, t + (e == ENTRANT)) for e, t in p]}, {6, 7}),
    "pool_with_tickets_moved": (
        "ceremony",
        {"pool": lambda p: [(e, t + (e == LONELY) - (e == ENTRANT)) for e, t in p]},
        {7},
    ),
    "pool_line_doubled": ("ceremony", {"pool": lambda p: [p[0], *p]}, {6, 7}),
    "pool_lines_swapped": ("ceremony", {"pool": lambda p: [p[1], p[0], *p[2:]]}, {7}),
    "pool_with_a_leading_zero": ("ceremony", {"pool_file": replaced(b",10\n", b",010\n")}, {7, 11}),
    "pool_with_a_plus": ("ceremony", {"pool_file": replaced(b",10\n", b",+10\n")}, {7, 11}),
    "pool_with_cr": ("ceremony", {"pool_file": lambda d: d.replace(b"\n", b"\r\n")}, {7, 11}),
    "pool_without_a_heading": ("ceremony", {"pool_file": lambda d: d[16:]}, {7}),
    "pool_without_its_last_lf": ("ceremony", {"pool_file": lambda d: d[:-1]}, {7}),
    "pool_with_1001_tickets": (
        "ceremony",
        {"pool": lambda p: [(e, 1001 if e == ENTRANT else t) for e, t in p]},
        {6, 7, 11},
    ),
    "pool_empty": ("ceremony", {"pool": lambda _: []}, {6, 7}),
    "frozen_with_another_digest": ("ceremony", {"frozen": with_keys(pool="0" * 64)}, {7}),
    "frozen_with_more_entrants": ("ceremony", {"frozen": with_keys(entrants=11)}, {6, 7}),
    "frozen_with_fewer_tickets": ("ceremony", {"frozen": with_keys(tickets=25)}, {6, 7}),
}

CHANCE: dict[str, Corruption] = {
    "frozen_late": ("ceremony", {"frozen": with_keys(at=b.at(23, "15:44:25"))}, {8}),
    "frozen_late_for_the_beacon": ("drand", {"frozen": with_keys(at=b.at(23, "15:59:00"))}, {8}),
    "frozen_after_the_round": ("drand", {"frozen": with_keys(at=b.at(23, "15:59:30"))}, {8}),
    "frozen_for_another_round": ("drand", {"frozen": with_keys(round=1001)}, {8}),
    "frozen_without_a_round": ("drand", {"frozen": with_keys(round=None)}, {8}),
    "frozen_with_a_round_for_a_ceremony": ("ceremony", {"frozen": with_keys(round=1000)}, {8}),
    "swapped_round": (
        "drand",
        {"frozen": with_keys(round=1001), "source": drawn(round=1001, signature=b.ROUND_1001)},
        {8},
    ),
    "draw_of_another_round": ("drand", {"source": drawn(round=1001, signature=b.ROUND_1001)}, {8}),
    "wrong_round_number": ("drand", {"source": drawn(round=1001)}, {8, 9}),
    "huge_round_number": ("drand", {"source": drawn(round=2**53 - 1)}, {8, 9}),
    "drawn_before_the_round": ("drand", {"completed": with_keys(at=b.at(23, "15:59:23"))}, {8}),
    "postponed_by_36_hours": (
        "ceremony",
        {
            "definition": terms(draws_at=b.at(22, "03:59:24")),
            "entries": add(postponed(b.at(22, "03:00:00"), b.at(23, "15:59:24"))),
        },
        {5, 8},
    ),
    "postponed_to_the_past": (
        "ceremony",
        {
            "definition": terms(draws_at=b.at(24, "15:59:24")),
            "entries": add(postponed(b.at(23, "09:31:00"), b.at(23, "15:59:24"))),
        },
        {8},
    ),
    "postponed_by_a_day_and_a_second": (
        "ceremony",
        {
            "definition": terms(draws_at=b.at(23, "15:30:00")),
            "entries": add(postponed(b.at(23, "15:20:00"), b.at(24, "15:30:01"))),
            "completed": with_keys(at=b.at(24, "11:00:00")),
        },
        {8},
    ),
    "postponed_too_late": (
        "ceremony",
        {
            "definition": terms(draws_at=b.at(23, "15:30:00")),
            "entries": add(postponed(b.at(23, "15:30:00"), b.at(24, "15:30:00"))),
            "completed": with_keys(at=b.at(24, "11:00:00")),
        },
        {8},
    ),
    "postponed_without_need": (
        "ceremony",
        {"entries": add(postponed(b.at(23, "15:20:00"), b.at(24, "15:59:24")))},
        {8},
    ),
    "postponed_too_far": (
        "ceremony",
        {
            "definition": terms(draws_at=b.at(23, "15:30:00")),
            "entries": add(postponed(b.at(23, "15:20:00"), b.at(25, "15:30:00"))),
        },
        {8},
    ),
    "postponed_to_another_round": (
        "drand",
        {
            "definition": terms(draws_at=b.at(22, "15:59:24")),
            "entries": lambda r: r.insert(-3, postponed(b.at(22, "22:00:02"), b.at(23, "15:59:24"), round=1001)),
        },
        {8},
    ),
    "closed_early": ("ceremony", {"definition": terms(closes_at=b.at(22, "22:00:02"))}, {8}),
    "frozen_early": ("ceremony", {"definition": terms(freezes_at=b.at(23, "15:40:01"))}, {8}),
    "drawn_early": ("ceremony", {"definition": terms(draws_at=b.at(23, "15:59:41"))}, {8}),
    "announced_as_a_rehearsal": ("ceremony", {"published": with_keys(source={"source": "rehearsal"})}, {9}),
    "announced_by_a_source_of_ones_own": (
        "ceremony",
        {"published": with_keys(source={"source": "dice"})},
        {2, 4, 5, 9},
    ),
    "announced_with_more": ("ceremony", {"published": with_keys(source={"source": "ceremony", "x": 1})}, {2, 4, 5, 9}),
    "offered_until_no_day": (
        "ceremony",
        {"records": of_kind("award.offered", with_keys(until=b.at(99, "10:00:00")))},
        {2},
    ),
    "postponed_to_no_day": (
        "ceremony",
        {"entries": add(postponed(b.at(23, "15:20:00"), "2023-02-30T15:59:24Z"))},
        {2},
    ),
    "clause_of_three_parts": ("ceremony", {"entries": of_kind("entry.excluded", with_keys(clause="8.2.1"))}, {2}),
    "clause_nought": ("ceremony", {"entries": of_kind("entry.excluded", with_keys(clause="8.0"))}, {2}),
    "reason_of_81_letters": ("ceremony", {"entries": of_kind("entry.excluded", with_keys(reason="x" * 81))}, {2}),
    "definition_without_draw_time": ("ceremony", {"definition": terms(draws_at="2023-08-23")}, {8}),
    "notice_of_nothing": ("ceremony", {"definition": lambda d: d["draw"].update(notice_minutes=0)}, {8}),
    "signature_of_another_round": ("drand", {"source": drawn(signature=b.ROUND_1001)}, {9}),
    "signature_at_infinity": ("drand", {"source": drawn(signature="c0" + "00" * 47)}, {9}),
    "signature_truncated": ("drand", {"source": drawn(signature=b.ROUND_1000[:-2])}, {9}),
    "signature_not_hex": ("drand", {"source": drawn(signature="zz" + b.ROUND_1000[2:])}, {9}),
    "signature_upper_case": ("drand", {"source": drawn(signature=b.ROUND_1000.upper())}, {9}),
    "signature_off_the_curve": ("drand", {"source": drawn(signature="80" + "00" * 46 + "01")}, {9}),
    "signature_outside_the_subgroup": ("drand", {"source": drawn(signature="80" + "00" * 46 + "04")}, {9}),
    "signature_beyond_the_field": ("drand", {"source": drawn(signature="9f" + "ff" * 47)}, {9}),
    "signature_of_fastnet": (
        "drand",
        {
            "source": drawn(
                signature="b09eacd45767c4d58306b98901ad0d6086e2663766f3a4ec71d00cf26f0f49eaf248abc7151c60cf419c4e8b37e80412"
            )
        },
        {9},
    ),
    "round_json_of_another_signature": (
        "drand",
        {"round_json": replaced(b.ROUND_1000.encode(), b.ROUND_1001.encode())},
        {9},
    ),
    "round_json_of_another_round": ("drand", {"round_json": replaced(b"1000,", b"1001,")}, {8}),
    "round_json_of_another_chain": ("drand", {"round_json": replaced(b"52db", b"52dc")}, {9}),
    "round_json_not_canonical": ("drand", {"round_json": replaced(b":", b": ")}, {9}),
    "round_json_a_list": ("drand", {"round_json": lambda _: b"[]"}, {9}),
    "draw_of_another_chain": ("drand", {"source": drawn(chain="0" * 64)}, {9}),
    "published_public_key_other": ("drand", {"published": lambda r: r["source"].update(public_key="ab" * 96)}, {9}),
    "published_genesis_other": ("drand", {"published": lambda r: r["source"].update(genesis=1)}, {9}),
    "published_period_other": ("drand", {"published": lambda r: r["source"].update(period=30)}, {9}),
    "published_chain_other": ("drand", {"published": lambda r: r["source"].update(chain="0" * 64)}, {9}),
    "published_source_other_than_defined": (
        "ceremony",
        {"definition": lambda d: d["draw"].update(source="drand")},
        {9},
    ),
    "beacon_replaced_by_a_ceremony": ("drand", {"source": lambda _: dict(b.DRAWN["ceremony"])}, {9, 10}),
    "beacon_replaced_by_a_rehearsal": ("drand", {"source": lambda _: dict(b.DRAWN["rehearsal"])}, {9}),
    "ceremony_replaced_by_a_rehearsal": ("ceremony", {"source": lambda _: dict(b.DRAWN["rehearsal"])}, {9}),
    "seed_chosen": ("ceremony", {"seed": seeded("mine")}, {10}),
    "seed_of_another_definition": ("ceremony", {"seed_fields": lambda f: f.__setitem__(3, "0" * 64)}, {10}),
    "seed_of_another_pool": ("ceremony", {"seed_fields": lambda f: f.__setitem__(4, "0" * 64)}, {10}),
    "seed_of_another_size": ("ceremony", {"freeze_head": lambda h: (h[0] + 1, h[1])}, {3}),
    "seed_of_another_root": ("ceremony", {"freeze_head": lambda h: (h[0], "0" * 64)}, {3}),
    "seed_of_another_draw": ("ceremony", {"seed_fields": lambda f: f.__setitem__(2, "semi")}, {10}),
    "seed_of_a_rehearsal_without_its_label": (
        "rehearsal",
        {"seed_fields": lambda f: f.__setitem__(0, "contests/seed/v1")},
        {10},
    ),
    "seed_of_a_beacon_with_the_label_of_a_rehearsal": (
        "drand",
        {"seed_fields": lambda f: f.__setitem__(0, "contests/rehearsal/v1")},
        {10},
    ),
    "rehearsal_of_two_lines": ("rehearsal", {"source": drawn(text="one\ntwo")}, {10}),
    "ceremony_names_swapped": ("ceremony", {"source": drawn(text="ceremony\nsecond die=6\nfirst die=3\n")}, {10}),
    "ceremony_name_other": ("ceremony", {"source": drawn(text=VALUES.replace("first", "last"))}, {10}),
    "ceremony_value_missing": ("ceremony", {"source": drawn(text="ceremony\nfirst die=3\n")}, {10}),
    "ceremony_value_empty": ("ceremony", {"source": drawn(text=VALUES.replace("=3", "="))}, {10}),
    "ceremony_value_added": ("ceremony", {"source": drawn(text=VALUES + "third die=1\n")}, {10}),
    "ceremony_without_last_lf": ("ceremony", {"source": drawn(text=VALUES[:-1])}, {10}),
    "ceremony_without_heading": ("ceremony", {"source": drawn(text=VALUES[9:])}, {10}),
    "ceremony_without_announced_values": ("ceremony", {"definition": lambda d: d["draw"].pop("values") and None}, {10}),
    "source_txt_other": ("ceremony", {"source_txt": lambda _: VALUES.replace("3", "4").encode()}, {10}),
}

SELECTED: dict[str, Corruption] = {
    "ranking_winners_swapped": ("ceremony", {"rows": lambda r: resorted([r[1], r[0], *r[2:]])}, {11}),
    "ranking_best_left_out": ("ceremony", {"rows": lambda r: resorted([*r[1:], r[0]])}, {11}),
    "ranking_number_improved": ("ceremony", {"rows": lambda r: r[2].__setitem__(1, "0" * 64)}, {11}),
    "ranking_with_a_stranger": ("ceremony", {"rows": lambda r: r[0].__setitem__(2, STRANGER)}, {11}),
    "ranking_with_another_rank": ("ceremony", {"rows": lambda r: r[4].__setitem__(0, "6")}, {11}),
    "ranking_with_another_heading": ("ceremony", {"ranking": replaced(b"rank,", b"Rank,")}, {11}),
    "ranking_with_another_column": ("ceremony", {"ranking": replaced(b",\n", b",,\n")}, {11, 12, 13}),
    "ranking_without_last_lf": ("ceremony", {"ranking": lambda d: d[:-1]}, {11, 12}),
    "prizes_swapped": (
        "ceremony",
        {"rows": lambda r: (r[0].__setitem__(3, "lampe-1"), r[1].__setitem__(3, "velo"))[1]},
        {12},
    ),
    "prize_unknown": ("ceremony", {"rows": lambda r: r[0].__setitem__(3, "voiture")}, {12}),
    "prize_for_an_alternate": (
        "ceremony",
        {"rows": lambda r: r[4].__setitem__(3, "velo"), "completed": with_keys(winners=3, alternates=2)},
        {12},
    ),
    "alternate_left_out": ("ceremony", {"rows": without(-1)}, {12}),
    "winners_counted_wrong": ("ceremony", {"completed": with_keys(winners=4)}, {12}),
    "alternates_counted_wrong": ("ceremony", {"completed": with_keys(alternates=9)}, {12}),
    "ranking_digest_other": ("ceremony", {"completed": with_keys(ranking="0" * 64)}, {12}),
    "quantity_beyond_measure": (
        "ceremony",
        {"amended": lambda r: r["definition"]["prizes"][1].update(quantity=2**53 - 1)},
        {12, 13},
    ),
    "prizes_unreadable": ("ceremony", {"amended": lambda r: r["definition"]["prizes"].append(7)}, {12, 13}),
    "offer_to_another": ("ceremony", {"later": lambda r: r[0].update(entrant=STRANGER)}, {13}),
    "offer_of_a_prize_not_drawn": ("ceremony", {"later": lambda r: r[0].update(prize="lampe-3")}, {13}),
    "offer_twice": ("ceremony", {"later": lambda r: r.insert(1, dict(r[0]))}, {13}),
    "offer_in_another_draw": ("ceremony", {"later": lambda r: r[0].update(draw="semi")}, {13}),
    "confirmed_without_offer": ("ceremony", {"later": without(0)}, {13}),
    "confirmed_by_another": ("ceremony", {"later": of_kind("award.confirmed", with_keys(entrant=STRANGER))}, {13}),
    "forfeited_after_confirmation": (
        "ceremony",
        {"later": lambda r: r.insert(4, {**r[3], "kind": "award.forfeited", "reason": "renonciation"})},
        {13},
    ),
    "unlisted_forfeit_reason": ("ceremony", {"later": of_kind("award.forfeited", with_keys(reason="trop-loin"))}, {13}),
    "wrong_alternate_promoted": ("ceremony", {"later": promoted(5)}, {13}),
    "alternate_promoted_by_another_name": ("ceremony", {"later": promoted(4, STRANGER)}, {13}),
    "alternate_promoted_without_forfeit": ("ceremony", {"later": without(4)}, {13}),
    "alternate_promoted_beyond_the_list": (
        "ceremony",
        {"later": of_kind("alternate.promoted", with_keys(rank=99))},
        {13},
    ),
    "settled_with_wrong_counts": (
        "ceremony",
        {"later": of_kind("campaign.settled", with_keys(confirmed=2, unawarded=1))},
        {13},
    ),
    "settled_while_pending": (
        "ceremony",
        {"later": lambda r: (r.pop(7), r[-1].update(confirmed=2, unawarded=1))[1]},
        {13},
    ),
    "settled_without_promoting": (
        "ceremony",
        {"later": lambda r: [*r[:5], r[7], {**r[9], "confirmed": 2, "unawarded": 1}]},
        {13},
    ),
    "second_draw": ("ceremony", {"records": lambda r: [*r[:23], {**r[22], "seed": "0" * 64}, *r[23:]]}, {5, 13}),
    "second_freeze": (
        "ceremony",
        {"records": lambda r: [*r[:23], {**r[21], "draw": "second", "at": b.at(23, "16:00:00")}, *r[23:]]},
        {5},
    ),
    "files_of_a_second_draw": ("ceremony", {"files": extra("draws/second/pool.csv")}, {13}),
}


MINUTES_FILES = {f"papers/minutes-{n}-fr.{kind}": f"{kind} {n}".encode() for n in (1, 2) for kind in ("html", "pdf")}
_ISSUED = [
    b.record(
        "minutes.issued", b.at(31, f"19:0{n}:00"), number=n, draw="final",
        papers={"fr": b.digest(f"html {n}".encode())}, pdfs={"fr": b.digest(f"pdf {n}".encode())},
    )
    for n in (1, 2)
]  # fmt: skip
_ANNULLED = b.record("minutes.annulled", b.at(31, "19:01:30"), number=1, reason="Nom mal écrit")


def minuted(*changes: b.Trick, files: b.Trick | None = None) -> dict[str, b.Trick]:
    """Minutes are issued, annulled, and issued again after the settlement; then each change is made."""

    def later(records: list[Record]) -> list[Record]:
        records = [*records, dict(_ISSUED[0]), dict(_ANNULLED), dict(_ISSUED[1])]
        for change in changes:
            records = change(records) or records
        return records

    def with_files(before: dict[str, bytes]) -> dict[str, bytes]:
        after = {**before, **MINUTES_FILES}
        return (files(after) or after) if files else after

    return {"later": later, "files": with_files}


def _issued(index: int = 0, **keys: Any) -> b.Trick:
    return of_kind("minutes.issued", with_keys(**keys), index)


def _annulled(**keys: Any) -> b.Trick:
    return of_kind("minutes.annulled", with_keys(**keys))


MINUTES: dict[str, Corruption] = {
    "minutes_changed": ("ceremony", minuted(files=file("papers/minutes-1-fr.pdf", lambda _: b"pdf")), {4}),
    "minutes_left_out": ("ceremony", minuted(files=gone("papers/minutes-2-fr.html")), {4}),
    "minutes_unannounced": ("ceremony", {"files": extra("papers/minutes-1-fr.html")}, {4}),
    "another_paper": ("ceremony", {"files": extra("papers/certificate.html")}, {4}),
    "minutes_in_one_form_only": (
        "ceremony",
        minuted(_issued(pdfs={"en": b.digest(b"pdf 1")}), files=gone("papers/minutes-1-fr.pdf")),
        {4, 5},
    ),
    "minutes_not_numbered_on": ("ceremony", minuted(of_kind("minutes.issued", with_keys(number=3), 1)), {4, 5}),
    "minutes_of_another_draw": ("ceremony", minuted(_issued(draw="second")), {5}),
    "minutes_annulled_that_never_were": ("ceremony", minuted(_annulled(number=7)), {5}),
    "minutes_annulled_twice": ("ceremony", minuted(lambda r: [*r, dict(_ANNULLED, at=b.at(31, "19:03:00"))]), {5}),
    "minutes_before_the_draw": (
        "ceremony",
        {"records": lambda r: [*r[:22], {**_ISSUED[0], "at": r[21]["at"]}, *r[22:]]},
        {4, 5},
    ),
    "minutes_annulled_for_no_reason": ("ceremony", minuted(_annulled(reason="")), {2}),
}


def test_minutes_that_were_issued_annulled_and_issued_again_pass(run: Run) -> None:
    code, verdict = run(make("ceremony", **minuted()).bundle)
    assert (code, verdict["verdict"]) == (0, "passed"), told(verdict)


CORRUPTIONS = {**DAMAGE, **JOURNAL, **STAGES, **CHANCE, **SELECTED, **MINUTES}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_fails_at_its_own_steps_and_no_other(run: Run, name: str) -> None:
    source, tricks, failing = CORRUPTIONS[name]
    code, verdict = run(make(source, **tricks).bundle)
    assert steps(verdict, "failed") == failing, told(verdict)
    assert (code, verdict["verdict"]) == (1, "failed")
    assert "unforeseen" not in told(verdict)


def test_a_swapped_round_fails_at_step_8(run: Run) -> None:
    source, tricks, _ = CORRUPTIONS["swapped_round"]
    _, verdict = run(make(source, **tricks).bundle)
    finding = verdict["findings"][7]
    assert (finding["step"], finding["category"], finding["outcome"]) == (8, "timely", "failed")
    assert "expected 1000, found 1001" in finding["detail"]
    assert verdict["findings"][8]["outcome"] == "passed", "the signature of round 1001 is real"


# ------------------------------------------------------------------------------------------------ what holds


@pytest.mark.parametrize(("source", "level", "unchecked"), [
    ("drand", "beacon", {14, 15}),
    ("ceremony", "ceremony", {9, 14, 15}),
    ("rehearsal", "rehearsal", {8, 9, 14, 15}),
])  # fmt: skip
def test_an_honest_campaign_passes(run: Run, source: str, level: str, unchecked: set[int]) -> None:
    code, verdict = run(make(source).bundle)
    assert (code, verdict["verdict"], verdict["level"]) == (0, "passed", level), told(verdict)
    assert steps(verdict, "not-checked") == unchecked
    assert (verdict["campaign"], verdict["title"]) == (b.CAMPAIGN, "Christmas at the Workshops")


@pytest.mark.parametrize(("until", "unchecked"), [
    ("open", {3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}),
    ("frozen", {9, 10, 11, 12, 13, 14, 15}),
    ("drawn", {9, 13, 14, 15}),
])  # fmt: skip
def test_a_campaign_under_way_is_not_checked_for_what_it_does_not_have_yet(
    run: Run, until: str, unchecked: set[int]
) -> None:
    code, verdict = run(make("ceremony", until).bundle)
    assert (code, steps(verdict, "not-checked")) == (0, unchecked), told(verdict)


@pytest.mark.parametrize(("source", "tricks"), [
    ("ceremony", {  # when the draw that it replaces was due already
        "definition": terms(draws_at=b.at(22, "15:58:00")),
        "entries": add(postponed(b.at(23, "15:20:00"), b.at(23, "15:58:00"))),
    }),
    ("drand", {
        "definition": terms(draws_at=b.at(22, "15:59:24")),
            "published": lambda r: r["definition"].update(closes_at=b.at(21, "12:00:00")),
        "entries": lambda r: r.insert(14, {**r.pop(17), "at": b.at(21, "12:00:00")})
        or [*r[:15], postponed(b.at(21, "23:00:00"), b.at(23, "15:59:24"), round=1000)],
    }),
])  # fmt: skip
def test_a_postponement_by_whole_days_in_time_passes_step_8(run: Run, source: str, tricks: dict[str, b.Trick]) -> None:
    _, verdict = run(make(source, **tricks).bundle)
    assert verdict["findings"][7]["outcome"] == "passed", told(verdict)


@pytest.mark.parametrize("written", [
    {"opens_at": "2023-08-20T10:00:00", "closes_at": "2023-08-23T00:00:00", "draws_at": "2023-08-23T17:59:24"},
    {"opens_at": "2023-08-20T10:00", "closes_at": "2023-08-23T00:00:00+02:00", "draws_at": "2023-08-23T17:59:24"},
    {"opens_at": "2023-08-20T08:00:00+00:00", "closes_at": "2023-08-22T22:00:00Z", "draws_at": "2023-08-23T15:59:24Z"},
])  # fmt: skip
def test_the_definition_may_give_local_times(run: Run, written: dict[str, str]) -> None:
    code, verdict = run(make("drand", definition=terms(**written)).bundle)
    assert code == 0, told(verdict)


def test_a_short_ranking_leaves_the_last_units_unawarded(run: Run) -> None:
    few = b.fewer(2)
    code, verdict = run(make("ceremony", "drawn", entries=few).bundle)
    assert code == 0, told(verdict)
    assert "2 winners, 0 alternates" in told(verdict)


def test_a_voided_campaign_passes_with_nothing_drawn(run: Run) -> None:
    void = b.record("campaign.voided", b.at(23, "10:00:00"), reason="no prize to give")
    code, verdict = run(make("ceremony", "open", records=add(void)).bundle)
    assert code == 0, told(verdict)
    assert "stage: void" in told(verdict)


def test_a_stray_stamp_fails(run: Run) -> None:
    code, verdict = run(make("ceremony", files=extra("draws/final/stamps/freeze.tsr")).bundle)
    assert code == 1
    assert "draws/final/stamps/freeze.tsr" in verdict["findings"][13]["detail"]


def test_a_rehearsal_never_looks_like_more(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    path = run.folder / "bundle.zip"
    path.write_bytes(make("rehearsal").bundle)
    for lang, word in (("fr", "répétition"), ("en", "rehearsal")):
        assert standalone.main([str(path), "--lang", lang]) == 0
        assert word in capsys.readouterr().out


def test_every_output_says_what_is_not_proved(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    path = run.folder / "bundle.zip"
    path.write_bytes(make().bundle)
    standalone.main([str(path), "--lang", "fr"])
    out = capsys.readouterr().out
    assert out.index("Ce qui n’est pas prouvé") < out.index("qu’un lot a été remis") < out.index("VERDICT")
    assert len(run(make().bundle)[1]["not_proved"]) == 4


def test_the_language_is_that_of_the_system(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert run(make().bundle)[1]["title"] == "Le Noël des Ateliers"
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert run(make().bundle)[1]["title"] == "Christmas at the Workshops"


def test_without_py_ecc_the_beacon_is_not_checked_and_says_how_to(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standalone, "beacon_holds", lambda *_: None)
    code, verdict = run(make("drand").bundle)
    finding = verdict["findings"][8]
    assert (code, finding["outcome"]) == (0, "not-checked")
    assert "pip install py-ecc" in finding["detail"]


# ------------------------------------------------------------------------------------------------ the legal file

LEGAL: dict[str, dict[str, b.Trick]] = {
    "identity_of_another_name": {"identities": lambda r: r[0]["identity"].update(first_name="Mallory")},
    "identity_with_another_key": {"identities": lambda r: r[0].update(key="0" * 64)},
    "identity_with_another_entry": {"identities": lambda r: r[0].update(entry=r[1]["entry"])},
    "identity_of_another_entrant": {"identities": lambda r: r[0].update(entrant=r[1]["entrant"])},
    "identity_of_a_stranger": {"identities": lambda r: r[0].update(entrant=STRANGER, entry="0" * 32)},
    "identity_with_another_rank": {"identities": lambda r: r[0].update(rank=2)},
    "identity_with_another_prize": {"identities": lambda r: r[0].update(prize="lampe-1")},
    "identity_of_a_winner_missing": {"identities": lambda r: r[1:]},
    "identity_of_an_alternate_missing": {"identities": lambda r: r[:-1]},
    "identity_not_of_texts": {"identities": lambda r: r[0]["identity"].update(age=18)},
    "identity_with_an_unknown_key": {"identities": lambda r: r[0].update(note="")},
    "identities_not_canonical": {"legal": replaced(b":", b": ")},
    "identities_with_crlf": {"legal": replaced(b"\n", b"\r\n")},
    "identities_with_a_bom": {"legal": lambda d: b"\xef\xbb\xbf" + d},
    "identities_with_an_empty_line": {"legal": lambda d: d + b"\n"},
    "identity_of_rank_0": {"identities": lambda r: r[0].update(rank=0)},
    "identity_with_a_capital": {"identities": lambda r: r[0].update(entrant=r[0]["entrant"].upper())},
    "identities_without_last_lf": {"legal": lambda d: d[:-1]},
    "identities_not_json": {"legal": lambda _: b"\xff\n"},
    "identities_nested_deep": {"legal": lambda _: b"[" * 300_000 + b"\n"},
    "identities_empty": {"legal": lambda _: b""},
}


def test_the_legal_file_names_the_winners(run: Run) -> None:
    made = make()
    code, verdict = run(made.bundle, made.legal)
    assert (code, verdict["findings"][14]["detail"]) == (0, "5 identities hold"), told(verdict)


@pytest.mark.parametrize("name", LEGAL)
def test_each_wrong_identity_fails_at_step_15_alone(run: Run, name: str) -> None:
    made = make("ceremony", **LEGAL[name])
    code, verdict = run(made.bundle, made.legal)
    assert (code, steps(verdict, "failed")) == (1, {15}), told(verdict)
    assert "unforeseen" not in told(verdict)


NOT_LEGAL = [b"", b"not a zip", b.pack({"other.txt": b""}), b.pack({"../identities.jsonl": b""}), make().legal + b"\0"]


@pytest.mark.parametrize("legal", NOT_LEGAL)
def test_what_is_no_legal_file_fails_at_step_15(run: Run, legal: bytes) -> None:
    code, verdict = run(make().bundle, legal)
    assert (code, steps(verdict, "failed")) == (1, {15}), told(verdict)


def test_a_legal_file_that_does_not_exist_is_an_error_of_use(run: Run, tmp_path: Path) -> None:
    code, verdict = run(make().bundle, None, "--identities", str(tmp_path / "none.zip"))
    assert (code, verdict["findings"]) == (2, [])


# ------------------------------------------------------------------------------------------------ not a bundle

GOOD = make("ceremony", "drawn").bundle
RECORDS = b"journal/records.jsonl"


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, method)
    return out.getvalue()


def with_files(**files: bytes) -> bytes:
    return b.pack({**make("ceremony", "drawn").files, **files})


def renamed(old: bytes, new: bytes) -> bytes:
    """A good bundle with an extra entry, whose name is changed everywhere to another of the same length."""
    assert len(old) == len(new)
    return with_files(**{old.decode(): b"x"}).replace(old, new)


def in_index(offset: int, layout: str, value: int) -> bytes:
    """A good bundle with one field of the first entry's line in the central directory changed."""
    data = bytearray(GOOD)
    at = GOOD.index(b"PK\x01\x02")
    struct.pack_into(layout, data, at + offset, value)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(GOOD)
    for at in (GOOD.index(b"PK\x03\x04") + 6, GOOD.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    return bytes(data)


def lying_about_its_size() -> bytes:
    """An entry whose real size is beyond what is announced, with the checksum of what is announced."""
    data = bytearray(with_files(**{"notes.txt": b"a" * 1000}))
    at = bytes(data).rindex(b"notes.txt") - 46
    struct.pack_into("<L", data, at + 16, zlib.crc32(b"a" * 10))
    struct.pack_into("<L", data, at + 24, 10)
    return bytes(data)


def overlapping() -> bytes:
    """Two entries that share their bytes."""
    data = bytearray(with_files(**{"aa.txt": b"x", "ab.txt": b"x"}))
    first, second = bytes(data).rindex(b"aa.txt") - 46, bytes(data).rindex(b"ab.txt") - 46
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def by_hand(first: str = "aa.txt", content: bytes = b"x", **odd: Any) -> bytes:
    """A good bundle, its files stored, written field by field; `odd` says what is odd about its last file or its end.

    `line_…` is a field of the last file's line in the index, `head_…` of its own header, `end_…` of the end record; `extra`,
    `after` and `comment` are bytes behind the header's name, behind the file's bytes and behind its line.
    """
    files = {**make("ceremony", "drawn").files, first: content}
    files["manifest.json"] = b.jcs({n: hashlib.sha256(d).hexdigest() for n, d in files.items() if n != "manifest.json"})
    out, index = b"", b""
    for name, data in files.items():
        own = odd if name == first else {}
        field = {"version": 20, "flags": 0, "method": 0, "crc": zlib.crc32(data), "size": len(data)}
        heads, lines = ({**field, **{k[5:]: v for k, v in own.items() if k[:5] == kind}} for kind in ("head_", "line_"))
        start, raw, extra = len(out), own.get("raw", name.encode()), own.get("extra", b"")
        out += struct.pack("<4s5H3L2H", b"PK\3\4", heads["version"], heads["flags"], heads["method"], 0, 33,
                           heads["crc"], heads["size"], heads["size"], len(raw), len(extra))  # fmt: skip
        out += raw + extra + data + own.get("after", b"")
        behind = own.get("comment", b"")
        index += struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, lines["version"], lines["flags"], lines["method"], 0, 33,
                             lines["crc"], lines["size"], lines["size"], len(raw), 0, len(behind), 0, 0, 0, start)  # fmt: skip
        index += raw + behind
    end = {"disk": 0, "first": 0, "here": len(files), "count": len(files), "size": len(index), "start": len(out)}
    end |= {k[4:]: v for k, v in odd.items() if k[:4] == "end_"}
    last: bytes = odd.get("last", b"")
    return out + index + struct.pack("<4s4H2LH", b"PK\5\6", *end.values(), len(last)) + last


def moved(data: bytes) -> bytes:
    """Bytes before a zip whose index knows of them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    out = io.BytesIO(b"#!/bin/sh\n")
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


class Pipe(io.BytesIO):
    """What a zip is streamed to: the sizes stand behind the bytes then."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: Any) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def streamed() -> bytes:
    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in make("ceremony", "drawn").files.items():
            archive.writestr(name, data)
    return out.getvalue()


def of_many_files(count: int) -> bytes:
    files = {**make("ceremony", "drawn").files, **{f"notes/{n}.txt": b"" for n in range(count)}}
    files["manifest.json"] = b.jcs({n: hashlib.sha256(d).hexdigest() for n, d in files.items() if n != "manifest.json"})
    return b.pack(files)


ODD_BUT_WHOLE: dict[str, Callable[[], bytes]] = {
    "as_it_is": by_hand,
    "streamed": streamed,
    "of_2100_files": lambda: of_many_files(2100),
    "needing_version_99": lambda: by_hand(line_version=99, head_version=99),
    "extra_field": lambda: by_hand(extra=b"UT\5\0\0\0\0\0\0"),
    "comment_of_a_file": lambda: by_hand(comment=b"a comment"),
    "flag_of_utf_8": lambda: by_hand(line_flags=0x800, head_flags=0x800),
    "sizes_behind": lambda: by_hand(line_flags=8, head_flags=8, head_crc=0, head_size=0, after=b"P" * 16),
    "a_folder": lambda: by_hand("aa/", b""),
    "name_with_space": lambda: by_hand("a note.txt"),
}
NOT_BUNDLES: dict[str, Callable[[], bytes]] = {
    "with_a_comment": lambda: by_hand(last=b"a comment"),
    "with_room_for_a_comment": lambda: GOOD[:-2] + b"\1\0",
    "encrypted_in_its_header_only": lambda: by_hand(head_flags=1),
    "encrypted_in_the_index_only": lambda: by_hand(line_flags=1),
    "encrypted_strongly": lambda: by_hand(line_flags=0x41, head_flags=0x41),
    "patched": lambda: by_hand(line_flags=0x20, head_flags=0x20),
    "another_method_in_its_header": lambda: by_hand(head_method=8),
    "utf_8_in_the_index_only": lambda: by_hand(line_flags=0x800),
    "another_checksum_in_its_header": lambda: by_hand(head_crc=7),
    "another_size_in_its_header": lambda: by_hand(head_size=7),
    "another_name_in_its_header": lambda: by_hand().replace(b"aa.txt", b"ab.txt", 2).replace(b"ab.txt", b"aa.txt", 1),
    "a_file_too_many_at_the_end": lambda: by_hand(end_here=99, end_count=99),
    "a_file_too_few_at_the_end": lambda: by_hand(end_here=3, end_count=3),
    "two_counts_at_the_end": lambda: by_hand(end_here=3),
    "another_disk": lambda: by_hand(end_disk=1),
    "another_first_disk": lambda: by_hand(end_first=1),
    "bytes_behind_a_file": lambda: by_hand(after=b"hidden"),
    "twelve_bytes_behind_a_file": lambda: by_hand(after=b"hidden bytes"),
    "fourteen_bytes_where_sizes_stand_behind": lambda: by_hand(line_flags=8, head_flags=8, after=b"P" * 14),
    "with_bytes_before_that_it_knows_of": lambda: moved(GOOD),
    "name_not_ascii": lambda: by_hand("é.txt"),
    "name_not_utf_8": lambda: by_hand("e.txt", raw=b"\xff.txt"),
    "name_with_colon": lambda: by_hand("a/b:c"),
    "name_with_line_break": lambda: by_hand("a\nb"),
    "empty": lambda: b"",
    "text": lambda: b"this is a text",
    "end_of_a_zip_only": lambda: b"PK\x05\x06",
    "empty_zip": zipped,
    "truncated": lambda: GOOD[: len(GOOD) // 2],
    "truncated_by_a_byte": lambda: GOOD[:-1],
    "with_bytes_before": lambda: b"#!/bin/sh\n" + GOOD,
    "with_bytes_after": lambda: GOOD + b"\0",
    "without_its_first_bytes": lambda: GOOD[10:],
    "two_entries_of_one_name": lambda: renamed(b"README.t_t", b"README.txt"),
    "absolute_name": lambda: with_files(**{"/etc/x": b""}),
    "name_of_a_drive": lambda: with_files(**{"C:x": b""}),
    "name_with_dots": lambda: with_files(**{"a/../b": b""}),
    "name_with_backslash": lambda: with_files(**{"a\\b": b""}),
    "name_with_nul": lambda: renamed(b"notes_txt", b"notes\0txt"),
    "name_empty": lambda: with_files(**{"": b""}),
    "encrypted": encrypted,
    "unknown_compression": lambda: zipped(*make().files.items(), method=zipfile.ZIP_LZMA),
    "wrong_checksum": lambda: in_index(16, "<L", 7),
    "wrong_size": lambda: in_index(24, "<L", 7),
    "wrong_packed_size": lambda: in_index(20, "<L", 7),
    "huge_packed_size": lambda: in_index(20, "<L", 2**32 - 1),
    "wrong_offset": lambda: in_index(42, "<L", 7),
    "wrong_name_length": lambda: in_index(28, "<H", 60_000),
    "wrong_comment_length": lambda: in_index(32, "<H", 60_000),
    "other_name_inside": lambda: GOOD.replace(b"README.txt", b"README.tyt", 1),
    "lying_about_its_size": lying_about_its_size,
    "overlapping": overlapping,
    "bomb": lambda: with_files(bomb=bytes(8 << 20)),
    "bomb_of_records": lambda: with_files(**{"journal/records.jsonl": b"\n" * (8 << 20)}),
    **{
        f"without_{name}": functools.partial(lambda name: b.pack(gone(name)(make().files)), name)
        for name in standalone.REQUIRED
    },
}


@pytest.mark.parametrize("name", NOT_BUNDLES)
def test_what_is_not_a_bundle_ends_with_2(run: Run, name: str) -> None:
    code, verdict = run(NOT_BUNDLES[name]())
    assert (code, verdict["findings"]) == (2, [])
    assert verdict["error"]
    assert "Error" not in verdict["error"], "a foreseen reason, in words"


def test_a_bundle_stored_without_compression_is_still_one(run: Run) -> None:
    assert run(zipped(*make().files.items(), method=zipfile.ZIP_STORED))[0] == 0


@pytest.mark.parametrize("name", ODD_BUT_WHOLE)
def test_a_zip_that_can_be_taken_in_one_way_only_is_read(run: Run, name: str) -> None:
    code, verdict = run(ODD_BUT_WHOLE[name]())
    assert code == 0, told(verdict)


def test_an_entry_beyond_the_limit_is_refused_while_it_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standalone, "LARGEST_ENTRY", 100)
    assert run(GOOD)[0] == 2


def test_all_entries_beyond_4_gibibytes_are_refused_while_they_are_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standalone, "LARGEST_ALL", 1000)
    assert run(GOOD)[0] == 2


@pytest.mark.parametrize("path", ["/", "/nowhere/bundle.zip"])
def test_a_file_that_cannot_be_opened_ends_with_2(capsys: pytest.CaptureFixture[str], path: str) -> None:
    assert standalone.main([path]) == 2
    assert "Traceback" not in capsys.readouterr().out


# ------------------------------------------------------------------------------------------------ never a traceback

ODD: list[Any] = [None, True, -1, 2**60, 1.5, "", "é\u202e\n", [], {}, [[]], {"a": {}}, "2023-08-20T08:00:00Z"]


VOID = b.record("campaign.voided", b.at(31, "18:00:00"), reason="x")
TOLD_WITH: dict[str, tuple[str, dict[str, b.Trick]]] = {  # where the plain campaign has no such record
    "campaign.published": ("drand", {}),
    "pool.frozen": ("drand", {}),
    "draw.completed": ("drand", {}),
    "draw.postponed": ("drand", {"entries": add(postponed(b.at(23, "15:20:00"), b.at(24, "15:59:24"), round=29800))}),
    "campaign.voided": ("ceremony", {"later": lambda later: [*later[:-1], dict(VOID)]}),
    "minutes.issued": ("ceremony", minuted()),
    "minutes.annulled": ("ceremony", minuted()),
}


@pytest.mark.parametrize("kind", standalone.KINDS)
def test_no_odd_value_in_a_record_is_unforeseen(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bundle.zip"
    source, tricks = TOLD_WITH.get(kind, ("ceremony", {}))
    records = [json.loads(line) for line in make(source, **tricks).files["journal/records.jsonl"].splitlines()]
    for key in next(record for record in records if record["kind"] == kind):
        for odd in ODD:
            trick = of_kind(kind, with_keys(**{key: odd}))
            path.write_bytes(make(source, **tricks, records=trick).bundle)
            assert "unforeseen" not in told(standalone.verify(path)), (key, odd)


@pytest.mark.parametrize("key", [*b.definition("ceremony"), "notice_minutes", "values", "source"])
def test_no_odd_value_in_a_definition_is_unforeseen(tmp_path: Path, key: str) -> None:
    path = tmp_path / "bundle.zip"
    for odd in [*ODD, [7], [{"id": 7}], [{"id": "a", "quantity": 2**53 - 1}], "/etc/passwd", "..", "."]:

        def trick(record: Record, odd: Any = odd) -> None:
            (record["definition"]["draw"] if key not in record["definition"] else record["definition"])[key] = odd

        path.write_bytes(make("ceremony", amended=trick).bundle)
        assert "unforeseen" not in told(standalone.verify(path)), odd


def test_no_flipped_bit_is_unforeseen(run: Run) -> None:
    chance = random.Random(2023)  # noqa: S311 (the same bits at each run)
    for _ in range(300):
        data = bytearray(GOOD)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        code, verdict = run(bytes(data))
        assert code in {0, 1, 2}
        assert "unforeseen" not in told(verdict)


def test_no_flipped_bit_inside_a_file_goes_unseen(run: Run) -> None:
    chance, files = random.Random(2024), make("ceremony").files  # noqa: S311 (the same bits at each run)
    for name in [name for name in files for _ in range(12)]:
        changed = flipped(name, -1 - chance.randrange(len(files[name])))
        code, verdict = run(make("ceremony", raw=changed).bundle)
        assert code == 1, name
        assert "unforeseen" not in told(verdict)


def test_an_unforeseen_error_is_a_failed_step(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standalone, "round_at", None)
    code, verdict = run(make("drand").bundle)
    assert (code, steps(verdict, "failed")) == (1, {8})


def test_a_step_of_which_nothing_is_said_has_not_passed() -> None:
    assert standalone.Report(1).outcome(3) == ("failed", "this step was not reached")


# ------------------------------------------------------------------------------------------------ the parts


def test_it_stands_alone() -> None:
    """The standard library alone; py_ecc and cryptography only where they are installed."""
    names = set()
    for node in ast.walk(ast.parse(VERIFIER.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
            assert node.level == 0
    assert names <= sys.stdlib_module_names | {"cryptography", "py_ecc"}


def test_it_runs_as_a_script_without_any_package(tmp_path: Path) -> None:
    made = make("drand", files=file("verify.py", lambda _: VERIFIER.read_bytes()))
    (tmp_path / "bundle.zip").write_bytes(made.bundle)
    (tmp_path / "verify.py").write_bytes(made.files["verify.py"])
    command = [sys.executable, "-I", "-S", "-W", "error", "verify.py", "bundle.zip", "--lang", "en"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)  # noqa: S603 (ours)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"pip install py-ecc" in done.stdout


def test_every_sentence_exists_in_both_languages_with_the_same_values() -> None:
    for name, (fr, en) in standalone.SAID.items():
        assert fr, name
        assert en, name
        assert set(re.findall(r"\{\d\}", fr)) == set(re.findall(r"\{\d\}", en)), name


def test_every_sentence_is_said_somewhere() -> None:
    body = VERIFIER.read_text(encoding="utf-8").partition("SAID = {")[2]
    said = set(re.findall(r'"([a-z_0-9-]+)"', body)) | {f"step_{n}" for n in range(1, 16)}
    said |= {f"not_proved_{n}" for n in range(1, 5)} | {f"at_{stage}" for stage in standalone.ORDER}
    assert standalone.SAID.keys() <= said
    assert {f"at_{stage}" for stage in standalone.ORDER} <= standalone.SAID.keys()


def test_what_it_prints_holds_no_control_character() -> None:
    assert standalone.show("a\x1b[31m\u202eb\r\n") == "a·[31m·b··"
    assert len(standalone.show("x" * 10_000)) == 121


RFC_8032 = [  # §7.1, tests 1 to 3: public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_ed25519_agrees_with_rfc_8032(key: str, message: str, signature: str) -> None:
    public, text, signed = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert standalone.ed25519_holds(public, signed, text)
    assert not standalone.ed25519_holds(public, signed, text + b"x")
    assert not standalone.ed25519_holds(public, signed[:-1] + bytes([signed[-1] ^ 1]), text)


def test_ed25519_agrees_with_cryptography() -> None:
    for number in range(40):
        message = b"message %d" % number
        signature = b.KEY.sign(message)
        public = b.public(b.KEY)[1:]
        assert standalone.ed25519_holds(public, signature, message)
        assert not standalone.ed25519_holds(b.public(b.OTHER_KEY)[1:], signature, message)


def test_ed25519_refuses_what_is_not_canonical() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    message, public = b"message", b.public(b.KEY)[1:]
    signature = b.KEY.sign(message)
    s_and_order = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not standalone.ed25519_holds(public, signature[:32] + s_and_order, message)
    assert not standalone.ed25519_holds(public, signature[:63], message)
    assert not standalone.ed25519_holds(public, signature + b"\0", message)
    for weak in (1, 0, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2**255 - 1, 2**255 + 1):  # small order, or not canonical
        key = weak.to_bytes(32, "little")
        identity = (1).to_bytes(32, "little") + bytes(32)
        assert not standalone.ed25519_holds(key, identity, message)


def test_the_tree_is_that_of_rfc_6962() -> None:
    tree, leaves = standalone.Tree(), [bytes([n]) * n for n in range(70)]
    assert tree.root() == b.root([]).hex()
    for size, leaf in enumerate(leaves, 1):
        tree.append(leaf)
        assert (tree.size, tree.root()) == (size, b.root(leaves[:size]).hex())


def test_keys_are_sorted_as_rfc_8785_says() -> None:
    value = {"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "1": 4, "\r": 5, "é": {"b": [], "a": {}}}
    exact = '{"\\r":5,"1":4,"é":{"a":{},"b":[]},"€":3,"\U0001f600":2,"\ufb33":1}'.encode()
    assert standalone.canonical(value) == exact
    assert standalone.parse(exact, "") == (value, exact)


def test_a_rounds_instant_and_an_instants_round_agree() -> None:
    for seconds, number in ((1692803367, 1), (1692803368, 2), (1692806364, 1000), (1692806365, 1001)):
        assert standalone.round_at(seconds) == number
    assert standalone.known_at(1000) == 1692806364
    assert standalone.round_at(standalone.instant("2027-01-05T09:00:00Z") or 0) == 35445412


def test_lines_are_cut_where_they_are_too_long() -> None:
    pieces = [b"a\nb", b"b\n", b"c" * 10, b"c" * 10, b"\nd\n", b"e"]
    assert list(standalone.lines(pieces, 8)) == [
        (b"a", True),
        (b"bb", True),
        (b"c" * 8, False),
        (b"d", True),
        (b"e", False),
    ]


def test_the_ranking_is_that_of_the_published_example() -> None:
    """The worked numbers of the specification "Draw"."""
    seed = b"aff7e2ca374f92a5175cc531ee48748a88dfe56ef1aefb118f23c0bf8d407ce7\n"
    for entrant, tickets, number in (
        (b"33583ec8d4b574c8a07f873cb372dff7", 1, "07298fc484dc82d1fff51494059ae50de1bd6589c1b55b2a15e25a65a0aa1220"),
        (b"4cfe36362f864812d0facb37934e9dbc", 5, "133dddfdf9072b70b956aabaaf70d6e00f78e266036c34bf42e62b07335a05a9"),
        (b"09d442b5dd6bd4980a724345aabbc6f0", 2, "68e201443838e520e6552de4ba275f229e5dbaa3897194d727a6f61849240f8d"),
    ):
        assert standalone.number_of(seed, entrant, tickets).hex() == number


def test_twenty_thousand_entrants_take_seconds(run: Run) -> None:
    entries = [b.crowd(number) for number in range(20_000)]
    made = make("ceremony", "drawn", entries=lambda r: [r[0], *entries, *r[1:]])
    code, verdict = run(made.bundle)
    assert code == 0, told(verdict)
