"""The verifier of the page finds, step by step, what the Python verifiers find: the built file itself, under Node."""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import ssl
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import simulator
from audit import standalone_bundles as b
from audit import test_standalone as corpus
from audit import test_standalone_stamps as stamping
from audit.standalone_bundles import make
from audit.test_standalone import drawn, extra, steps, told
from audit.test_two_verifiers import IN_2023, amended
from outside import StampAuthority, cosigner_of, witness_serving
from simulator import Make, Simulator

import contests.web
from contests.audit import standalone
from contests.audit.bundle import open_bytes
from contests.audit.stamp import check_token
from contests.audit.verify import verify
from contests.beacons import authority, witness
from contests.draw.beacon import QUICKNET, Round
from contests.draw.seed import Beacon
from contests.errors import Malformed
from contests.flows import stamp
from contests.flows import witness as witnessing
from contests.flows.stamp import Authority
from contests.flows.witness import Server
from contests.journal.note import parse_vkey
from contests.store import journals

HERE = Path(__file__).parent
FOLDER = "draws/final/stamps/"
POLICY = stamping.POLICY
BEFORE, ROUND, AFTER, SECOND = stamping.BEFORE, stamping.ROUND, stamping.AFTER, stamping.SECOND
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


@pytest.mark.parametrize("name", corpus.ODD_BUT_WHOLE)
def test_a_zip_that_can_be_taken_in_one_way_only_is_read(check: Verifier, name: str) -> None:
    verdict = check(corpus.ODD_BUT_WHOLE[name]())
    assert verdict["verdict"] == "passed", told(verdict)


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
    later = corpus.postponed(b.at(23, "15:20:00"), b.at(23, "15:58:00"))
    tricks = {"definition": corpus.terms(draws_at=b.at(22, "15:58:00")), "entries": corpus.add(later)}
    verdict = check(make("ceremony", **tricks).bundle)
    assert verdict["findings"][7]["outcome"] == "passed", told(verdict)
    assert "when the chance it replaces was known" in verdict["findings"][7]["detail"]


def test_a_file_that_is_no_stamp_fails_at_step_14_alone(check: Verifier) -> None:
    verdict = check(make("ceremony", files=extra("draws/final/stamps/freeze.tsr")).bundle)
    assert steps(verdict, "failed") == {14}


def test_the_legal_file_names_the_winners(check: Verifier) -> None:
    made = make()
    verdict = check(made.bundle, made.legal)
    assert (verdict["verdict"], verdict["findings"][14]["outcome"]) == ("passed", "passed"), told(verdict)


@pytest.mark.parametrize("name", corpus.LEGAL)
def test_each_wrong_identity_fails_at_step_15_alone(check: Verifier, name: str) -> None:
    made = make("ceremony", **corpus.LEGAL[name])
    verdict = check(made.bundle, made.legal)
    assert steps(verdict, "failed") == {15}, told(verdict)


@pytest.mark.parametrize("legal", corpus.NOT_LEGAL)
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


def test_it_follows_a_campaign_that_was_amended(check: Verifier, simulate: Make) -> None:
    bundle = amended(simulate).bundle()
    assert check(bundle)["verdict"] == "passed"
    agree(check, bundle)


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


# ------------------------------------------------------------------------------------------------ step 14


def step_14(check: Verifier, *tricks: b.Trick, **options: Any) -> tuple[str, str]:
    """Outcome and detail, in a bundle of the corpus; nothing unforeseen is met."""
    policy, source, until = (
        options.pop("policy", None),
        options.pop("source", "ceremony"),
        options.pop("until", "settled"),
    )
    if tricks:
        options["files"] = lambda files: [trick(files) for trick in tricks] and files
    if policy is not None:
        options["definition"] = lambda terms: terms["draw"].update(witnesses=policy)
    verdict = check(make(source, until, **options).bundle)
    assert "unforeseen" not in told(verdict)
    return verdict["findings"][13]["outcome"], verdict["findings"][13]["detail"]


@pytest.mark.parametrize("name", stamping.REGISTERS)
def test_a_register_that_is_not_as_specified_fails(check: Verifier, name: str) -> None:
    assert step_14(check, stamping.REGISTERS[name], policy=POLICY)[0] == "failed"
    # Without a policy no key of a register is known.
    expected = "not-checked" if name == "key" else "failed"
    assert step_14(check, stamping.REGISTERS[name], policy="")[0] == expected


@pytest.mark.parametrize("name", stamping.MALFORMED)
def test_a_malformed_policy_fails(check: Verifier, name: str) -> None:
    outcome, detail = step_14(check, stamping.Register(), policy=stamping.MALFORMED[name])
    assert (outcome, detail.startswith("draw.witnesses: ")) == ("failed", True), detail


@pytest.mark.parametrize(("length", "outcome"), [(8192, "passed"), (8193, "failed")])
def test_a_policy_has_so_many_characters_and_lines(check: Verifier, length: int, outcome: str) -> None:
    for letter in "#\U0001f600":
        policy = f"{POLICY}#" + letter * (length - len(POLICY) - 1)
        assert step_14(check, stamping.Register(), policy=policy)[0] == outcome
    policy = POLICY + "#\n" * (length - 8192 + 199 - POLICY.count("\n"))
    assert step_14(check, stamping.Register(), policy=policy)[0] == "passed"
    assert step_14(check, stamping.Register(), policy=policy + "#\n#")[0] == outcome.replace("passed", "failed")


@pytest.mark.parametrize("policy", [7, True, [], [POLICY], {"quorum": "none"}, 0])
def test_a_policy_that_is_not_a_text_fails(check: Verifier, policy: Any) -> None:
    assert step_14(check, policy=policy)[0] == "failed"
    assert step_14(check, policy=policy, until="open")[0] == "failed"


@pytest.mark.parametrize("name", stamping.PUBLIC_WRONG)
def test_a_wrong_word_on_where_the_list_stands_fails(check: Verifier, name: str) -> None:
    for source in ("drand", "ceremony"):
        outcome = step_14(check, stamping.PUBLIC_WRONG[name], stamping.Register(), source=source, policy=POLICY)[0]
        assert outcome == "failed"


@pytest.mark.parametrize(("served", "said"), [
    (BEFORE, "before the random value"), (ROUND - SECOND, "before the random value"), (ROUND, "only"), (AFTER, "only"),
])  # fmt: skip
def test_it_is_said_since_when_the_list_was_public(check: Verifier, served: datetime, said: str) -> None:
    trick = stamping.public({"served": served.strftime("%Y-%m-%dT%H:%M:%SZ")})
    outcome, detail = step_14(check, trick, stamping.Register(), source="drand", policy=POLICY)
    assert (outcome, said in detail, stamping.ADDRESS in detail) == ("passed", True, True), detail
    outcome, detail = step_14(check, trick, stamping.Register(), policy=POLICY)
    assert (outcome, "random" in detail) == ("passed", False), detail
    assert step_14(check, trick, policy="")[0] == "not-checked"


@pytest.mark.parametrize("name", stamping.INDEXES)
def test_an_index_that_is_not_as_specified_fails(check: Verifier, name: str) -> None:
    assert step_14(check, stamping.INDEXES[name], stamping.Register(), policy=POLICY)[0] == "failed"


@pytest.mark.parametrize("name", stamping.WRONG | stamping.UNTRUSTED)
def test_a_time_stamp_that_does_not_hold_fails(check: Verifier, name: str) -> None:
    trick = (stamping.WRONG | stamping.UNTRUSTED)[name]
    outcome, detail = step_14(check, trick, stamping.Register(), policy=POLICY)
    assert (outcome, "freeze-1" in detail) == ("failed", True), detail


@pytest.mark.parametrize(("witnesses", "beacon", "ceremony"), [
    ((), "failed", "failed"),
    ((("w1.example", BEFORE),), "failed", "failed"),
    ((("w1.example", BEFORE), ("w2.example", BEFORE)), "passed", "passed"),
    ((("w1.example", BEFORE), ("w2.example", ROUND)), "failed", "passed"),
    ((("w3.example", AFTER), ("w3.example", ROUND - SECOND)), "passed", "passed"),
    ((("w3.example", AFTER),), "failed", "passed"),
    ((("w3.example", 0),), "passed", "passed"),
    ((("w3.example", 2**63 - 1),), "failed", "passed"),
    ((("w3.example", 2**63),), "failed", "failed"),
    ((("w4.example", BEFORE),), "failed", "failed"),
    (tuple((f"w{n}.example", BEFORE) for n in range(300)), "passed", "passed"),
])  # fmt: skip
def test_who_counts_for_the_quorum(check: Verifier, witnesses: Any, beacon: str, ceremony: str) -> None:
    for source, outcome in (("drand", beacon), ("ceremony", ceremony)):
        found, detail = step_14(check, stamping.Register(witnesses=witnesses), policy=POLICY, source=source)
        assert found == outcome, detail
    assert step_14(check, stamping.Register(forged=True, witnesses=witnesses), policy=POLICY)[0] == "failed"


@pytest.mark.parametrize("until", ["open", "frozen"])
def test_before_the_draw_a_quorum_is_not_checked(check: Verifier, until: str) -> None:
    outcome, detail = step_14(check, policy=POLICY, until=until)
    assert (outcome, "once the draw is completed" in detail) == ("not-checked", True)


@pytest.mark.parametrize("policy", [None, "", "quorum none", f"log {stamping.LOG}\nquorum none\n"])
def test_without_a_quorum_cosignatures_are_not_checked(check: Verifier, policy: str | None) -> None:
    for tricks in ((), (stamping.Register(),), (stamping.stamped(stamping.maker()),)):
        outcome, detail = step_14(check, *tricks, policy=policy)
        assert (outcome, "nobody was announced" in detail) == ("not-checked", True)


def test_the_register_is_one_of_the_logs_that_the_policy_names(check: Verifier) -> None:
    policy = POLICY.replace(stamping.LOG, stamping.vkey(stamping.REGISTER, 1, stamping.key_of("another key")))
    outcome, detail = step_14(check, stamping.Register(), policy=policy)
    assert (outcome, "among the logs of draw.witnesses" in detail) == ("failed", True)


@pytest.mark.parametrize("make_token", [
    stamping.maker(),
    stamping.maker(stamping.rsa_key("stamps")),
    stamping.maker(stamping.rsa_key("stamps"), signature="1.2.840.113549.1.1.11"),
    stamping.maker(stamping.key_of("stamps"), digest=stamping.SHA512),
    stamping.maker(zone=".5Z"),
    stamping.maker(None, stamping.STAMPING, (stamping.key_usage("digital_signature"), True)),
])  # fmt: skip
def test_signatures_of_every_known_kind_hold(check: Verifier, make_token: stamping.Maker) -> None:
    outcome, detail = step_14(check, stamping.stamped(make_token), stamping.Register(), policy=POLICY)
    assert outcome == "passed", detail


@pytest.mark.parametrize("make_token", [
    stamping.maker(signature="1.2.840.113549.1.1.5"),
    stamping.maker(stamping.rsa_key("stamps"), signature="1.2.840.113549.1.1.10"),
    stamping.maker(digest="1.3.14.3.2.26"),
])  # fmt: skip
def test_an_algorithm_that_is_not_known_is_not_checked(check: Verifier, make_token: stamping.Maker) -> None:
    outcome, detail = step_14(check, stamping.stamped(make_token), stamping.Register(), policy=POLICY)
    assert (outcome, "leaves its signature to verify.py" in detail) == ("not-checked", True), detail
    assert step_14(check, stamping.stamped(lambda data: make_token(data + b"\n")))[0] == "failed"


@pytest.mark.parametrize(("what", "time", "outcome"), [
    ("freeze", ROUND - SECOND, "passed"),
    ("freeze", ROUND, "not-checked"),
    ("result", ROUND, "passed"),
    ("result", ROUND - SECOND, "failed"),
    ("rules-1-fr", AFTER, "passed"),
])  # fmt: skip
def test_what_is_stamped_when(check: Verifier, what: str, time: datetime, outcome: str) -> None:
    trick = stamping.stamped(stamping.maker(time=time), what)
    found, detail = step_14(check, trick, stamping.Register(), source="drand", policy=POLICY)
    assert found == outcome, detail
    assert step_14(check, trick, stamping.Register(), policy=POLICY)[0] == "passed", "a ceremony has no round"


def test_a_chain_goes_up_to_a_root(check: Verifier) -> None:
    alone, between = stamping.maker(with_certificate=False), stamping.authority("between", "between")
    either = stamping.authority("another root"), stamping.authority("root")
    for trick in (
        stamping.chain(),
        stamping.chain(limit=1),
        stamping.stamped(stamping.maker(more=(between, either[1])), trusted=stamping.pem(*either)),
        stamping.stamped(alone, trusted=stamping.pem(*either, alone.signer)),
    ):
        outcome, detail = step_14(check, trick, stamping.Register(), policy=POLICY)
        assert outcome == "passed", detail


def test_an_absent_token_is_told_with_its_reason(check: Verifier) -> None:
    trick = stamping.stamps({"freeze": stamping.maker()}, more=[{**stamping.MISSING, "what": "result"}])
    outcome, detail = step_14(check, trick, stamping.Register(), policy=POLICY)
    assert (outcome, "result-1: no time stamp from https://tsa.example/ (timeout)" in detail) == ("not-checked", True)
    many = stamping.stamps({}, more=[{**stamping.MISSING, "authority": n} for n in range(1, 1000)])
    outcome, detail = step_14(check, many)
    assert (outcome, len(detail) < 8000, "… and 9" in detail) == ("not-checked", True, True)


def test_no_flipped_bit_of_the_registers_files_passes(check: Verifier) -> None:
    chance = random.Random(14)  # noqa: S311 (the same bits at each run)
    for name in ("register.vkey", "register.tlog-proof"):
        for _ in range(40):

            def flip(files: dict[str, bytes], name: str = FOLDER + name) -> None:
                data = bytearray(files[name])
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                files[name] = bytes(data)

            outcome, detail = step_14(check, stamping.Register(), flip, source="drand", policy=stamping.NEEDS_1_AND_2)
            assert outcome == "failed", detail


def all_three(check: Verifier, bundle: bytes) -> tuple[str, str]:
    """Outcome and detail of step 14, where the verifiers of Python find the same."""
    ours = check(bundle)
    assert "unforeseen" not in told(ours)
    (check.folder / "bundle.zip").write_bytes(bundle)
    theirs = standalone.verify(check.folder / "bundle.zip")
    with open_bytes(bundle) as opened:
        findings: Any = verify(opened).to_dict("en")["findings"]
    product = [each for each in findings if each["step"] == 14]
    found = ours["findings"][13]
    for said in (found["detail"], theirs["findings"][13]["detail"], product[0]["detail"]):
        if "w1" in said and "root " in said:  # who saw the list is told before a long list of stamps
            assert said.index("w1") < said.index("root "), said
    outcomes = {found["outcome"], theirs["findings"][13]["outcome"], *[each["outcome"] for each in product]}
    assert outcomes == {found["outcome"]}, (told(ours), told(theirs), product)
    return found["outcome"], found["detail"]


@dataclass(frozen=True)
class Outside:
    """The files of a bundle with a real authority's tokens and a real witness's cosignatures, and that authority."""

    files: dict[str, bytes]
    authority: StampAuthority

    def changed(self, **changes: bytes | None) -> bytes:
        """The bundle with other files in `stamps/` (None takes one away), and the manifest that lists them."""
        files = dict(self.files)
        for name, data in changes.items():
            files[FOLDER + name] = data or b""
            if data is None:
                del files[FOLDER + name]
        del files["manifest.json"]
        files["manifest.json"] = b.jcs({name: b.digest(data) for name, data in files.items()})
        return b.pack(files)

    def of(self, name: str) -> bytes:
        return self.files[FOLDER + name]


def outside(folder: Path, tsa: StampAuthority, saw: Callable[[datetime], datetime] | None, **changes: Any) -> Outside:
    """One campaign, drawn and stamped; a witness sees it at the time that `saw` makes of the clock, or never."""
    policy = f"witness w1 {cosigner_of('witness.example/w1').witness}\nquorum w1\n"
    draw = {"source": "rehearsal", "witnesses": policy} | changes.pop("draw", {})
    sim = Simulator.at(folder, draw=draw, **changes)
    with sim.store.read() as tx:
        register = parse_vkey(journals.head(tx, journals.REGISTER).vkey)
    sim.enter("alice", "bob", "carol", "dave")
    sim.freeze()
    if saw:
        with witness_serving(folder, (register,), lambda: saw(sim.now)) as (cosigner, url):
            server = Server(cosigner.witness, url)
            assert witnessing.offer_due(sim.house, [server], witness.add_checkpoint, sim.now) == 1
    sim.draw(*([Beacon(Round(QUICKNET.hash, 1000, b.ROUND_1000))] if draw["source"] == "drand" else []))
    with tsa.serving() as url:
        assert stamp.stamp_due(sim.house, [Authority(url, tsa.roots)], authority.ask, sim.now) == 4
    with zipfile.ZipFile(io.BytesIO(sim.bundle())) as archive:
        return Outside({name: archive.read(name) for name in archive.namelist()}, tsa)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority(tmp_path_factory.mktemp("tsa") / "ours")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, tsa: StampAuthority) -> Outside:
    return outside(tmp_path_factory.mktemp("seen"), tsa, lambda now: now)


def test_real_time_stamps_and_a_real_witness_pass(check: Verifier, seen: Outside) -> None:
    outcome, detail = all_three(check, seen.changed())
    assert outcome == "passed", detail
    root = b.digest(ssl.PEM_cert_to_DER_cert(seen.authority.roots.decode()))
    assert detail.count(f"by CN=Test authority, SHA-256 of the root {root}") == 4
    assert "quorum “w1” met: w1 20" in detail
    french = check(seen.changed(), language="fr")["findings"][13]["detail"]
    assert "quorum «\u00a0w1\u00a0» atteint" in french
    assert french.count("par CN=Test authority") == 4


def test_nobody_saw_the_list(check: Verifier, tmp_path: Path, tsa: StampAuthority) -> None:
    outcome, detail = all_three(check, outside(tmp_path, tsa, None).changed())
    assert (outcome, "quorum “w1” not met" in detail) == ("failed", True)


@pytest.mark.parametrize(("late", "outcome"), [(timedelta(0), "not-checked"), (timedelta(days=900), "failed")])
def test_the_list_was_seen_before_the_round(
    check: Verifier, tmp_path: Path, tsa: StampAuthority, monkeypatch: pytest.MonkeyPatch, late: timedelta, outcome: str
) -> None:
    monkeypatch.setattr(simulator, "START", datetime(2023, 8, 20, 1, tzinfo=UTC))
    made = outside(tmp_path, tsa, lambda now: now + late, draw={"source": "drand"}, **IN_2023)
    found, detail = all_three(check, made.changed())
    assert found == outcome, detail
    if outcome == "failed":
        assert "before 2023-08-23T15:59:24Z was needed" in detail
    else:
        assert "freeze-1: stamped at 20" in detail, "with a token of today"
        assert "when the round was known at 2023-08-23T15:59:24Z" in detail


def test_files_of_others_fail(check: Verifier, seen: Outside, tmp_path: Path) -> None:
    other = StampAuthority(tmp_path / "other")
    web = StampAuthority(tmp_path / "web")
    proof, index = seen.of("register.tlog-proof"), json.loads(seen.of("index.json"))
    witness_line = proof.rindex("— ".encode())
    absent = [{**stamp, "missing": "down"} if stamp["what"] == "result" else stamp for stamp in index]
    for changes, outcome in (
        ({"authority-1.pem": other.roots}, "failed"),
        ({"authority-1.pem": other.roots + web.roots + seen.authority.roots}, "passed"),
        ({"authority-1.pem": b""}, "failed"),
        ({"authority-1.pem": None}, "failed"),
        ({"freeze-1.tsr": seen.of("result-1.tsr")}, "failed"),
        ({"freeze-1.tsr": None}, "failed"),
        ({"freeze-1.tsr": seen.of("freeze-1.tsr")[:-1]}, "failed"),
        ({"freeze-1.tsr": seen.of("freeze-1.tsr") + b"\0"}, "failed"),
        ({"freeze-2.tsr": seen.of("freeze-1.tsr")}, "failed"),
        ({"readme.txt": b"?"}, "failed"),
        ({"index.json": b.jcs(absent), "result-1.tsr": None}, "not-checked"),
        ({"index.json": b.jcs(absent)}, "failed"),
        ({"index.json": None}, "failed"),
        ({"index.json": b.jcs([*index, index[0]])}, "failed"),
        ({"register.vkey": None}, "failed"),
        ({"register.tlog-proof": None}, "failed"),
        ({"register.vkey": None, "register.tlog-proof": None}, "failed"),
        ({"register.vkey": seen.files["journal/vkey"]}, "failed"),
        ({"register.tlog-proof": proof[:witness_line]}, "failed"),
        ({"register.tlog-proof": proof + proof[witness_line:]}, "passed"),
        ({"register.tlog-proof": proof.replace(b"index ", b"index 1", 1)}, "failed"),
    ):
        found, detail = all_three(check, seen.changed(**changes))
        assert found == outcome, (list(changes), detail)


def test_no_flipped_bit_of_a_real_time_stamp_passes_where_it_is_signed(check: Verifier, seen: Outside) -> None:
    chance, token = random.Random(3161), seen.of("freeze-1.tsr")  # noqa: S311 (the same bits at each run)
    data, roots = seen.files["draws/final/checkpoint"], seen.authority.roots
    good, found = check_token(token, data, roots), {"passed": 0, "failed": 0, "not-checked": 0}
    for _ in range(80):
        spoilt = bytearray(token)
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
        finding = check(seen.changed(**{"freeze-1.tsr": bytes(spoilt)}))["findings"][13]
        found[finding["outcome"]] += 1
        assert "unforeseen" not in finding["detail"]
        try:
            holds = check_token(bytes(spoilt), data, roots) == good
        except Malformed:
            holds = False
        # Where a bit makes another algorithm, this one has none; and a root that nobody needs may be spoilt.
        if finding["outcome"] == "not-checked":
            assert "algorithm not known here" in finding["detail"]
        elif finding["outcome"] == "failed":
            assert not holds, finding["detail"]
        else:
            assert f"freeze-1: stamped at {good.at:%Y-%m-%dT%H:%M:%SZ} by {good.authority}" in finding["detail"]
    assert found["failed"] > 40, found


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
