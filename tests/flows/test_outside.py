"""Time stamps and cosignatures, with a real authority and a real witness: asked, kept, put into the bundle, judged."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from outside import Answers, StampAuthority, cosigner_of, dripping, witness_serving
from simulator import Make, Simulator

from contests.audit.bundle import open_bytes
from contests.audit.stamp import check_token
from contests.audit.verdict import Collector
from contests.audit.witnessed import Frame, check_stamps
from contests.beacons import authority, bounded, drand, witness
from contests.beacons.journal import read_journal
from contests.errors import Malformed, Unavailable
from contests.flows import stamp
from contests.flows import witness as witnessing
from contests.flows.register import register_hourly
from contests.flows.stamp import Authority
from contests.flows.witness import Server
from contests.journal.checkpoint import Checkpoint
from contests.journal.cosignature import Cosigner, parse_witness
from contests.journal.merkle import Frontier, consistency_proof, leaf_hash
from contests.journal.note import Signer, parse_note, parse_vkey
from contests.journal.policy import parse_policy
from contests.store import journals, stamps
from contests.worker import Reach, tick, tick_outside

LEAVES = [leaf_hash(str(n).encode()) for n in range(20)]
LOG = Signer("log.example/journal", b"L" * 32)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority(tmp_path_factory.mktemp("ts") / "tsa")


@pytest.fixture
def address(ours: StampAuthority) -> Iterator[str]:
    ours.says = "truth"
    with ours.serving() as url:
        yield url


def drawn(sim: Simulator) -> Simulator:
    sim.enter("alice", "bob", "carol", "dave")
    sim.freeze()
    sim.draw()
    return sim


def step_14(sim: Simulator) -> tuple[str, str]:
    found = [finding for finding in sim.verify().findings if finding.step.number == 14]
    assert len({finding.outcome for finding in found}) == 1
    return found[0].outcome, " ".join(finding.detail.en for finding in found)


def test_rules_freeze_and_result_are_stamped_and_the_verdict_says_by_whom(
    simulate_on: Make, ours: StampAuthority, address: str
) -> None:
    sim = drawn(simulate_on())
    assert stamp.stamp_due(sim.house, [Authority(address, ours.roots)], authority.ask, sim.now) == 4
    assert stamp.stamp_due(sim.house, [Authority(address, ours.roots)], authority.ask, sim.now) == 0
    outcome, detail = step_14(sim)
    assert (outcome, detail.count("by CN=Test authority")) == ("passed", 4), detail
    with open_bytes(sim.bundle()) as bundle:
        assert {n.rpartition("/")[2] for n in bundle.names if "/stamps/" in n} == {
            "index.json", "authority-1.pem", "rules-1-fr-1.tsr", "rules-1-en-1.tsr", "freeze-1.tsr", "result-1.tsr",
        }  # fmt: skip


def test_an_authority_that_brings_its_root_needs_no_file(simulate: Make, address: str) -> None:
    sim = drawn(simulate())
    assert stamp.stamp_due(sim.house, [Authority(address)], authority.ask, sim.now) == 4
    assert step_14(sim)[0] == "passed"


def test_an_authority_that_is_down_delays_nothing_and_is_named(
    simulate: Make, ours: StampAuthority, address: str
) -> None:
    sim = drawn(simulate())
    ours.says = "refusal"
    assert stamp.stamp_due(sim.house, [Authority(address, ours.roots)], authority.ask, sim.now) == 0
    outcome, detail = step_14(sim)
    assert outcome == "not-checked"
    assert f"freeze: {address} did not stamp (HTTPStatusError" in detail
    ours.says = "truth"
    assert stamp.stamp_due(sim.house, [Authority(address, ours.roots)], authority.ask, sim.now) == 0, "not yet again"
    later = sim.now + timedelta(minutes=1)
    assert stamp.stamp_due(sim.house, [Authority(address, ours.roots)], authority.ask, later) == 4
    assert step_14(sim)[0] == "passed"


def test_a_token_that_does_not_hold_is_not_kept(ours: StampAuthority, address: str, tmp_path: Path) -> None:
    assert authority.ask(address, ours.roots, b"y")[0]
    lies: tuple[Answers, ...] = ("spoilt", "another")
    for lie in lies:
        ours.says = lie
        with pytest.raises(Unavailable):
            authority.ask(address, ours.roots, b"x")
    ours.says = "truth"
    other = StampAuthority(tmp_path / "other")
    with pytest.raises(Unavailable):
        authority.ask(address, other.roots, b"x")


def test_only_a_certificate_for_time_stamps_stamps(tmp_path: Path) -> None:
    stranger = StampAuthority(tmp_path / "stranger")
    with StampAuthority(tmp_path / "web", kind="stamping").serving() as url:
        token, roots = authority.ask(url, b"", b"x")
    assert check_token(token, b"x", roots).authority == "CN=Test authority"
    assert check_token(token, b"x", roots + stranger.roots) == check_token(token, b"x", roots), (
        "the root of its own chain"
    )
    for data, root in ((b"y", roots), (b"x", b""), (b"x", b"-----BEGIN")):
        with pytest.raises(Malformed):
            check_token(token, data, root)
    for place in range(0, len(token), 7):
        spoilt = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        try:
            stamped = check_token(spoilt, b"x", roots)
        except Malformed:
            continue
        assert stamped == check_token(token, b"x", roots), "what is signed did not change"


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nx:"])
def test_a_stranger_that_drips_is_given_up(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.2)
    steps = (
        lambda url: authority.ask(url, b"", b"x"),
        lambda url: witness.add_checkpoint(url, 0, [], b"x"),
        read_journal,
    )
    with dripping(start) as slow:
        for step in steps:
            with pytest.raises((Unavailable, Malformed), match=r"more than 0\.2 seconds"):
                step(slow)


@pytest.mark.parametrize("packed", ["gzip", "gzip, gzip", "br"])
def test_a_packed_answer_is_not_unpacked(packed: str) -> None:
    start = f"HTTP/1.1 200 OK\r\ncontent-encoding: {packed}\r\n\r\n".encode()
    with dripping(start) as bomb:
        for step in (lambda url: authority.ask(url, b"", b"x"), read_journal):
            with pytest.raises((Unavailable, Malformed), match="a packed answer"):
                step(bomb)
        with pytest.raises(Unavailable, match="a packed answer"):
            drand.fetch_round([bomb], 1000)


Seen = tuple[Simulator, Server]


@pytest.fixture
def seen(simulate: Make, tmp_path: Path) -> Iterator[Seen]:
    """A campaign whose list a witness must have seen, and that witness."""
    policy = f"witness w1 {cosigner_of('witness.example/w1').witness}\nquorum w1\n"
    sim = simulate(draw={"source": "rehearsal", "witnesses": policy})
    with sim.store.read() as tx:
        register = parse_vkey(journals.head(tx, journals.REGISTER).vkey)
    with witness_serving(tmp_path, (register,), lambda: sim.now) as (cosigner, url):
        yield sim, Server(cosigner.witness, url)


def test_the_list_was_seen_by_the_announced_witness(seen: Seen) -> None:
    sim, server = seen
    sim.enter("alice", "bob", "carol")
    assert witnessing.offer_due(sim.house, [server], witness.add_checkpoint, sim.now) == 1
    sim.freeze()
    assert witnessing.offer_due(sim.house, [server], witness.add_checkpoint, sim.now) == 1
    assert witnessing.offer_due(sim.house, [server], witness.add_checkpoint, sim.now) == 0, "nothing new"
    sim.draw()
    outcome, detail = step_14(sim)
    assert outcome == "passed", detail
    assert "The frozen list was public: seen by w1" in detail


def test_an_announced_quorum_that_is_missing_fails(seen: Seen) -> None:
    sim, _ = seen
    drawn(sim)
    assert step_14(sim) == ("failed", "The announced quorum of witnesses is missing.")


def test_a_witness_that_is_down_delays_nothing(seen: Seen) -> None:
    sim, server = seen
    nowhere = Server(server.witness, "http://127.0.0.1:1")
    sim.enter("alice", "bob", "carol")
    assert witnessing.offer_due(sim.house, [nowhere], witness.add_checkpoint, sim.now) == 0
    with sim.store.read() as tx:
        known = stamps.witness(tx, str(server.witness))
    assert known is not None
    assert "ConnectError" in known.error
    assert witnessing.offer_due(sim.house, [server], witness.add_checkpoint, sim.now) == 0, "not yet again"
    assert witnessing.offer_due(sim.house, [server], witness.add_checkpoint, sim.now + timedelta(minutes=2)) == 1


def test_a_witness_that_knows_more_than_our_note_of_it_is_caught_up_with(
    seen: Seen,
) -> None:
    sim, server = seen
    assert witnessing.offer_due(sim.house, [server], witness.add_checkpoint, sim.now) == 1
    with sim.store.write() as tx:
        known = stamps.witness(tx, str(server.witness))
        assert known is not None
        known.size = 0
    register_hourly(sim.house, sim.id, sim.now)
    assert witnessing.offer_due(sim.house, [server], witness.add_checkpoint, sim.now) == 1


def head(size: int, leaves: list[bytes] = LEAVES) -> bytes:
    return Checkpoint("log.example/journal", size, Frontier().extend(leaves[:size]).root()).sign(LOG)


def body(old: int, size: int, leaves: list[bytes] = LEAVES) -> bytes:
    proof = consistency_proof(old, size, Frontier().subtree(leaves)) if 0 < old < size else []
    return (f"old {old}\n" + "".join(base64.b64encode(node).decode() + "\n" for node in proof) + "\n").encode() + head(
        size, leaves
    )


def test_the_witness_cosigns_only_heads_that_grow(tmp_path: Path, simulate: Make) -> None:
    sim = simulate()
    forked = [*LEAVES[:3], *[leaf_hash(b"other")] * 17]
    with witness_serving(tmp_path, (LOG.verifier,), lambda: sim.now) as (cosigner, url):

        def post(data: bytes) -> httpx.Response:
            return httpx.post(f"{url}/add-checkpoint", content=data)

        first = post(body(0, 5))
        assert first.status_code == 200
        assert cosigner.witness.saw(parse_note(head(5) + first.content)) == int(sim.now.timestamp())
        again = post(body(5, 5))
        assert again.status_code == 200
        stale = post(body(0, 9))
        assert (stale.status_code, stale.text, stale.headers["content-type"].partition(";")[0]) == (
            409, "5\n", "text/x.tlog.size",
        )  # fmt: skip
        assert post(body(5, 12)).status_code == 200
        assert post(body(12, 20, forked)).status_code == 422, "another history"
        assert post(body(12, 12, forked)).status_code == 409, "another head of the same size"
        assert post(body(12, 20)[:-9] + b"AAAAAAA=\n").status_code == 403, "another signature"
        unknown = Checkpoint("else.example", 1, LEAVES[0]).sign(Signer("else.example", b"E" * 32))
        assert post(b"old 0\n\n" + unknown).status_code == 404
        for odd in (
            b"",
            b"old",
            b"old 01\n\n" + head(13),
            b"old 30\n\n" + head(13),
            b"old 12\n!\n\n" + head(13),
            b"\xff" * 90,
        ):
            assert post(odd).status_code == 400, odd
        assert post(body(12, 20)).status_code == 200, "nothing of that changed what it holds"


def test_a_cosignature_counts_only_for_its_own_key_and_text() -> None:
    one, two = Cosigner("w.example", b"1" * 32), Cosigner("w.example", b"2" * 32)
    note = parse_note(head(5) + one.cosign(Checkpoint("log.example/journal", 5, b"").text(), 7).encode())
    assert one.witness.saw(note) is None, "another text"
    note = parse_note(head(5) + one.cosign(parse_note(head(5)).text, 7).encode())
    assert (one.witness.saw(note), two.witness.saw(note)) == (7, None)
    assert parse_witness(str(one.witness)) == one.witness
    for wrong in ("", "w.example", str(LOG.verifier), str(one.witness)[:-4], str(one.witness).replace("w.", "v.")):
        with pytest.raises(Malformed):
            parse_witness(wrong)


KEYS = [str(Cosigner(f"w{n}.example", bytes([n]) * 32).witness) for n in range(1, 5)]
POLICY = f"""
# two houses
log {LOG.verifier} https://log.example/
witness a {KEYS[0]} https://a.example/
witness b {KEYS[1]}
witness c\t{KEYS[2]}
witness d {KEYS[3]}
group ab 1 a b
group cd all c d
group both all ab cd
quorum both
"""


@pytest.mark.parametrize(
    ("saw", "met"), [("acd", True), ("bcd", True), ("abc", False), ("cd", False), ("", False), ("abcd", True)]
)
def test_a_quorum_is_of_groups(saw: str, met: bool) -> None:  # noqa: FBT001 - a case
    assert parse_policy(POLICY).met(set(saw)) is met


@pytest.mark.parametrize(
    "wrong",
    [
        "", "quorum", "quorum a", "quorum none\nquorum none", f"witness none {KEYS[0]}\nquorum none",
        f"witness a {KEYS[0]}\nwitness b {KEYS[0]}\nquorum none", f"witness a {KEYS[0]}\nwitness a {KEYS[1]}\nquorum none",
        f"witness a {KEYS[0]}\ngroup g 2 a\nquorum g", f"witness a {KEYS[0]}\ngroup g 0 a\nquorum g",
        f"witness a {KEYS[0]}\ngroup g any a a\nquorum g", f"witness a {KEYS[0]}\ngroup g any a\ngroup h any a\nquorum g",
        "group g any h\nquorum g", f"log {KEYS[0]}\nquorum none", f"log {LOG.verifier}\nlog {LOG.verifier}\nquorum none",
        "else x\nquorum none", "quorum none\r", "quorum none\x00", "#" * 9000 + "\nquorum none",
    ],
)  # fmt: skip
def test_a_policy_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(Malformed):
        parse_policy(wrong)


@pytest.fixture(scope="module")
def stamped(ours: StampAuthority, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole bundle with tokens of now."""
    sim = drawn(Simulator.at(tmp_path_factory.mktemp("stamped")))
    with ours.serving() as url:
        stamp.stamp_due(sim.house, [Authority(url, ours.roots)], authority.ask, sim.now)
    return sim.bundle()


@pytest.mark.parametrize(
    ("due", "outcome", "said"),
    [
        (timedelta(days=-1), "not-checked", "The frozen list was stamped only after the round"),
        (timedelta(days=1), "failed", "before the round"),
        (None, "passed", "freeze: stamped"),
    ],
)
def test_freeze_round_and_result_are_in_this_order(
    stamped: bytes, due: timedelta | None, outcome: str, said: str
) -> None:
    say = Collector()
    with open_bytes(stamped) as bundle:
        frame = Frame(
            frozen_at=datetime.now(UTC), draw="final", campaign="", verifier=None, definition=None, drawn=True,
            due=None if due is None else datetime.now(UTC) + due,
        )  # fmt: skip
        check_stamps(bundle, frame, say)
    found = [finding for finding in say.findings() if finding.step.number == 14]
    assert {finding.outcome for finding in found} == {outcome}
    assert said in " ".join(finding.detail.en for finding in found)


def test_a_turn_of_the_worker_waits_for_no_stranger(simulate: Make, ours: StampAuthority, address: str) -> None:
    sim = drawn(simulate())
    reach = Reach(authorities=(Authority(address, ours.roots), Authority("http://127.0.0.1:1/")))
    tick(sim.house, reach, sim.now)
    with sim.store.read() as tx:
        assert stamps.tokens(tx, sim.id) == []
    assert tick_outside(sim.house, reach, sim.now) == 4
    outcome, detail = step_14(sim)
    assert outcome == "not-checked"
    assert "result: stamped" in detail
    assert "http://127.0.0.1:1/ did not stamp (ConnectError" in detail
