"""Step 14 of the stand-alone verifier: time stamps of real and of made-up authorities, a register, its witnesses."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from audit import standalone_bundles as b
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contests.audit import standalone
from contests.audit.bundle import open_bytes
from contests.audit.verify import verify

FOLDER = "draws/final/stamps/"
ROUND = datetime(2023, 8, 23, 15, 59, 24, tzinfo=UTC)  # of b.definition: quicknet's round 1000
BEFORE, AFTER = ROUND - timedelta(minutes=10), ROUND + timedelta(minutes=10)
SECOND = timedelta(seconds=1)
Files = dict[str, bytes]


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """Outcome and detail of step 14; every other step has not failed (but those that `also` fail)."""

    def judged(*tricks: b.Trick, source: str = "ceremony", until: str = "settled", **options: Any) -> tuple[str, str]:
        policy, also, lang = options.pop("policy", None), options.pop("also", set()), options.pop("lang", "en")
        if tricks:
            options["files"] = functools.partial(functools.reduce, lambda files, trick: trick(files) or files, tricks)
        if policy is not None:
            options["definition"] = lambda terms: terms["draw"].update(witnesses=policy)
        made = b.make(source, until, **options)
        (tmp_path / "bundle.zip").write_bytes(made.bundle)
        findings = standalone.verify(tmp_path / "bundle.zip", lang=lang)["findings"]
        assert {f["step"] for f in findings if f["outcome"] == "failed"} - {14} == also, findings
        assert not any(word in str(findings) for word in ("unforeseen", "imprévue")), findings
        return findings[13]["outcome"], findings[13]["detail"]

    return judged


Judge = Callable[..., tuple[str, str]]

# ------------------------------------------------------------------------------------------------ a register, witnesses

REGISTER = "contests.example/journal"


def key_of(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def vkey(name: str, kind: int = 4, key: Ed25519PrivateKey | None = None) -> str:
    material = bytes([kind]) + b.public(key or key_of(name))[1:]
    number = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    return f"{name}+{number.hex()}+{base64.b64encode(material).decode()}"


LOG = vkey(REGISTER, 1)
POLICY = f"""# who looks
log {LOG} https://contests.example/journal/
witness W1 {vkey("w1.example")}
\twitness W2\t{vkey("w2.example")}  https://w2.example/
witness W3 {vkey("w3.example")}

group both 2 W1 W2
group one any both W3
quorum one
"""
NEEDS_1_AND_2 = POLICY.replace("quorum one", "quorum both")


def cosignature(text: str, name: str, moment: datetime | int, key: Ed25519PrivateKey | None = None) -> str:
    time = moment if isinstance(moment, int) else int(moment.timestamp())
    number = hashlib.sha256(name.encode() + b"\n\x04" + b.public(key or key_of(name))[1:]).digest()[:4]
    signature = (key or key_of(name)).sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"— {name} {base64.b64encode(number + time.to_bytes(8, 'big') + signature).decode()}\n"


def path_to(place: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1, written as it is defined there."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if place < split:
        return [*path_to(place, leaves[:split]), b.root(leaves[split:])]
    return [*path_to(place - split, leaves[split:]), b.root(leaves[:split])]


@dataclass
class Register:
    """What stands in the register's two files, to be tampered with."""

    witnesses: tuple[tuple[str, datetime | int], ...] = (("w1.example", BEFORE), ("w2.example", BEFORE))
    place: int = 2
    size: int = 5
    origin: str = REGISTER
    key_name: str = REGISTER
    key: str = REGISTER
    keys: dict[str, Any] | None = None
    forged: bool = False
    record: Callable[[bytes], bytes] | None = None
    proof: Callable[[bytes], bytes] | None = None
    extension: str = ""

    def __call__(self, files: Files) -> None:
        record = {"at": b.at(23, "15:41:00"), "campaign": b.CAMPAIGN, "kind": "checkpoint.registered"}
        record |= {"checkpoint": files["draws/final/checkpoint"].decode(), **(self.keys or {})}
        leaf = b.jcs(record)
        leaf = self.record(leaf) if self.record else leaf
        leaves = [f"another record {n}".encode() for n in range(self.size)]
        leaves[self.place] = leaf
        text = b.head(self.size, b.root(leaves).hex(), self.origin) + self.extension
        note = b.note(text, self.key_name, key_of(self.key)).decode()
        signed = text + "\n" if self.forged else text
        note += "".join(cosignature(signed, name, moment) for name, moment in self.witnesses)
        hashes_ = "".join(base64.b64encode(line).decode() + "\n" for line in path_to(self.place, leaves))
        head = f"c2sp.org/tlog-proof@v1\nextra {base64.b64encode(leaf).decode()}\nindex {self.place}\n{hashes_}\n"
        proof = (head + note).encode()
        files[FOLDER + "register.tlog-proof"] = self.proof(proof) if self.proof else proof
        files[FOLDER + "register.vkey"] = vkey(self.key_name, 1, key_of(self.key)).encode() + b"\n"


@pytest.mark.parametrize("source", ["drand", "ceremony", "rehearsal"])
def test_a_quorum_that_is_met_passes(judge: Judge, source: str) -> None:
    outcome, detail = judge(Register(), source=source, policy=POLICY)
    assert outcome == "passed", detail
    assert "W1 (2023-08-23T15:49:24Z), W2 (2023-08-23T15:49:24Z)" in detail
    outcome, detail = judge(Register(), source=source, policy=POLICY, lang="fr")
    assert (outcome, "atteint" in detail) == ("passed", True)


@pytest.mark.parametrize("size", range(1, 9))
def test_every_place_in_a_register_is_proved(judge: Judge, size: int) -> None:
    for place in range(size):
        outcome, detail = judge(Register(place=place, size=size), policy=POLICY)
        assert outcome == "passed", detail


@pytest.mark.parametrize("policy", [
    POLICY.replace("quorum one", "quorum W1"),
    POLICY.replace("quorum one", "quorum both"),
    POLICY.replace("group both 2 W1 W2", "group both all W1 W2"),
    POLICY.replace(f"log {LOG}", f"log {vkey('other.example', 1)}\nlog {LOG}"),
    "\n".join(line for line in POLICY.split("\n") if not line.startswith("log")),
    POLICY.rstrip("\n"),
    POLICY + "\n \t\n  # é\u0085",
    POLICY.replace("W3", "témoin").replace("both", "K").replace("group one", "group \u212a"). replace("quorum one", "quorum \u212a"),
    POLICY + f"witness W4 {vkey('w4.example')}\n",
])  # fmt: skip
def test_policies_in_other_words(judge: Judge, policy: str) -> None:
    outcome, detail = judge(Register(), policy=policy)
    assert outcome == "passed", detail


@pytest.mark.parametrize(("register", "policy"), [
    (Register(witnesses=()), POLICY),
    (Register(witnesses=(("w1.example", BEFORE),)), POLICY),
    (Register(witnesses=(("w1.example", BEFORE), ("w3.example", BEFORE))), NEEDS_1_AND_2),
    (Register(witnesses=(("w1.example", BEFORE), ("w2.example", ROUND))), POLICY),
    (Register(witnesses=(("w1.example", BEFORE), ("w2.example", 2**64 - 1))), POLICY),
    (Register(witnesses=(("w1.example", BEFORE), ("unknown.example", BEFORE))), POLICY),
    (Register(witnesses=(("w1.example", BEFORE), ("w1.example", BEFORE - SECOND))), POLICY),
    (Register(forged=True), POLICY),
    (Register(), POLICY.replace(vkey("w2.example"), vkey("w2.example", key=key_of("another")))),
    (Register(), POLICY.replace(vkey("w2.example"), vkey("w2.example/b", key=key_of("w2.example")))),
])  # fmt: skip
def test_a_quorum_that_is_not_met_fails(judge: Judge, register: Register, policy: str) -> None:
    outcome, detail = judge(register, source="drand", policy=policy)
    assert outcome == "failed"
    assert "witnesses that count: expected" in detail


def test_the_earliest_cosignature_of_a_witness_counts(judge: Judge) -> None:
    witnesses = (("w3.example", AFTER), ("w3.example", ROUND - SECOND), ("w3.example", AFTER))
    assert judge(Register(witnesses=witnesses), source="drand", policy=POLICY)[0] == "passed"
    outcome, detail = judge(Register(witnesses=(("w3.example", ROUND),)), source="drand", policy=POLICY)
    assert outcome == "failed"
    assert "W3: cosigned at 2023-08-23T15:59:24Z, not before the round’s time" in detail


def test_without_a_round_a_cosignature_is_never_too_late(judge: Judge) -> None:
    assert judge(Register(witnesses=(("w3.example", AFTER),)), policy=POLICY)[0] == "passed"


def appended(line: str) -> Callable[[bytes], bytes]:
    return lambda proof: proof + line.encode()


def swapped(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return change


HASH = base64.b64encode(bytes(32)).decode()
REGISTERS: dict[str, Register] = {
    "origin": Register(origin="contests.example/journals"),
    "origin_of_the_journal": Register(origin=b.ORIGIN),
    "name": Register(origin="other.example/journal", key_name="other.example/journal"),
    "key": Register(key="another key"),
    "campaign": Register(keys={"campaign": "0" * 32}),
    "campaign_not_hex": Register(keys={"campaign": "x"}),
    "checkpoint": Register(keys={"checkpoint": b.checkpoint([b"{}"]).decode()}),
    "checkpoint_not_a_text": Register(keys={"checkpoint": 7}),
    "kind": Register(keys={"kind": "checkpoint.forgotten"}),
    "time": Register(keys={"at": "today"}),
    "another_key": Register(keys={"extra": ""}),
    "not_canonical": Register(record=swapped(":", ": ")),
    "not_json": Register(record=lambda _: b"\xff"),
    "not_an_object": Register(record=lambda _: b"[]"),
    "deep": Register(record=lambda _: b"[" * 100_000),
    "huge_number": Register(record=lambda _: b"9" * 100_000),
    "too_long": Register(keys={"checkpoint": "x" * 70_000}),
    "place": Register(proof=swapped("index 2", "index 3")),
    "place_beyond": Register(proof=swapped("index 2", "index 5")),
    "place_huge": Register(proof=swapped("index 2", "index " + "9" * 5000)),
    "place_padded": Register(proof=swapped("index 2", "index 02")),
    "no_place": Register(proof=swapped("index 2\n", "")),
    "no_record": Register(proof=lambda p: p[:23] + p[p.index(b"index") :]),
    "hash_more": Register(proof=swapped("index 2\n", f"index 2\n{HASH}\n")),
    "hash_short": Register(proof=swapped("index 2\n", "index 2\nAAAA\n")),
    "hashes_without_end": Register(proof=swapped("index 2\n", "index 2\n" + f"{HASH}\n" * 5000)),
    "hash_not_base64": Register(proof=swapped("index 2\n", "index 2\n?\n")),
    "version": Register(proof=swapped("proof@v1", "proof@v2")),
    "empty": Register(proof=lambda _: b""),
    "no_note": Register(proof=lambda p: p[: p.index(b"\n\n") + 2]),
    "binary": Register(proof=lambda _: bytes(range(256)) * 100),
    "crlf": Register(proof=lambda p: p.replace(b"\n", b"\r\n")),
    "signature_line": Register(proof=appended("— w3.example ????\n")),
    "signatures_without_end": Register(proof=appended(cosignature("", "w3.example", BEFORE) * 1500)),
    "no_signature": Register(proof=lambda p: p[: p.rindex(b"\n\n") + 2]),
    "beyond_a_mebibyte": Register(proof=lambda p: p + b"x" * (1 << 20)),
}


@pytest.mark.parametrize("policy", [POLICY, ""])
@pytest.mark.parametrize("name", REGISTERS)
def test_a_receipt_that_is_not_as_specified_fails(judge: Judge, name: str, policy: str) -> None:
    found, _ = judge(REGISTERS[name], policy=policy)
    assert found == ("not-checked" if (name, policy) == ("key", "") else "failed"), "no policy, no key that is known"


def test_lines_that_a_log_adds_to_its_head_are_cosigned_too(judge: Judge) -> None:
    assert judge(Register(extension="and more\n"), policy=POLICY)[0] == "passed"


def test_the_register_is_one_of_the_logs_that_the_policy_names(judge: Judge) -> None:
    policy = POLICY.replace(LOG, vkey(REGISTER, 1, key_of("another key")))
    outcome, detail = judge(Register(), policy=policy)
    assert (outcome, "among the logs of draw.witnesses" in detail) == ("failed", True)


@pytest.mark.parametrize("name", ["register.vkey", "register.tlog-proof"])
def test_one_file_without_the_other_fails(judge: Judge, name: str) -> None:
    outcome, detail = judge(Register(), lambda files: files.pop(FOLDER + name) and None, policy="")
    assert (outcome, f"{name}: not there" in detail) == ("failed", True)


def test_a_register_of_the_journals_own_key_type_only(judge: Judge) -> None:
    def trick(files: Files) -> None:
        files[FOLDER + "register.vkey"] = vkey(REGISTER, 4).encode() + b"\n"

    outcome, detail = judge(Register(), trick, policy=POLICY)
    assert (outcome, "register.vkey: expected Ed25519 key" in detail) == ("failed", True)


def test_a_quorum_announced_and_no_files_fails_once_drawn(judge: Judge) -> None:
    assert judge(policy=POLICY)[0] == "failed"
    for until in ("open", "frozen"):
        assert judge(until=until, policy=POLICY)[0] == "not-checked"


def test_before_the_draw_a_quorum_is_not_checked(judge: Judge) -> None:
    outcome, detail = judge(until="frozen", also=set(), policy=POLICY)
    assert (outcome, "once the draw is completed" in detail) == ("not-checked", True)


@pytest.mark.parametrize("policy", [None, "", "quorum none", f"log {LOG}\nquorum none\n"])
def test_without_a_quorum_cosignatures_are_not_checked(judge: Judge, policy: str | None) -> None:
    for tricks in ((), (Register(),)):
        outcome, detail = judge(*tricks, policy=policy)
        assert (outcome, "nobody was announced" in detail) == ("not-checked", True)


MALFORMED = {
    "no_quorum": POLICY.replace("quorum one\n", ""),
    "two_quorums": POLICY + "quorum one\n",
    "quorum_unknown": POLICY.replace("quorum one", "quorum two"),
    "quorum_too_early": "quorum one\n" + POLICY.replace("quorum one\n", ""),
    "quorum_of_two": POLICY.replace("quorum one", "quorum W1 W2"),
    "quorum_of_nobody": POLICY.replace("quorum one", "quorum"),
    "comment_at_the_end": POLICY.replace("quorum one", "quorum one # one"),
    "unknown_verb": POLICY + "log-list x\n",
    "upper_case": POLICY.replace("quorum one", "Quorum one"),
    "log_twice": POLICY + f"log {vkey('other', 1, key_of(REGISTER))}\n",
    "log_of_a_witness": POLICY + f"log {vkey('w9')}\n",
    "log_of_nothing": POLICY + "log\n",
    "log_of_too_much": POLICY.replace(" https://contests", " a https://contests"),
    "witness_twice": POLICY + f"witness W9 {vkey('w9', key=key_of('w1.example'))}\n",
    "witness_of_one_name": POLICY + f"witness W1 {vkey('w9')}\n",
    "witness_of_the_name_of_a_group": POLICY + f"witness one {vkey('w9')}\n",
    "witness_none": POLICY + f"witness none {vkey('w9')}\n",
    "witness_of_a_log": POLICY + f"witness W9 {vkey('w9', 1)}\n",
    "witness_of_a_false_number": POLICY.replace("+", "+0", 1),
    "witness_without_key": POLICY + "witness W9\n",
    "witness_of_too_much": POLICY + f"witness W9 {vkey('w9')} a b\n",
    "witness_not_base64": POLICY + "witness W9 w9+00000000+????\n",
    "group_of_nobody": POLICY + "group g 1\n",
    "group_of_all_nobody": POLICY + "group g all\n",
    "group_of_zero": POLICY.replace("both 2", "both 0"),
    "group_beyond": POLICY.replace("both 2", "both 3"),
    "group_huge": POLICY.replace("both 2", "both " + "9" * 30_000),
    "group_not_decimal": POLICY.replace("both 2", "both ²"),
    "group_unknown_member": POLICY.replace("2 W1 W2", "2 W1 W9"),
    "group_of_itself": POLICY.replace("2 W1 W2", "2 W1 both"),
    "group_member_twice": POLICY.replace("2 W1 W2", "2 W1 W1"),
    "group_member_of_two": POLICY.replace("any both W3", "any both W1"),
    "group_none": POLICY + "group none any one\n",
    "group_of_none": POLICY + "group g any none\n",
    "carriage_return": POLICY.replace("\n", "\r\n"),
    "nul": POLICY + "# \0\n",
    "delete": POLICY + "# \x7f\n",
    "form_feed": POLICY + "\f\n",
    "no_break_space": POLICY.replace("quorum one", "quorum\u00a0one"),
    "white": " \n",
    "comment": "# nothing\n",
    "too_long": POLICY + "#" * 66_000,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_policy_fails(judge: Judge, name: str) -> None:
    also = {2} if name == "too_long" else set()  # a record is at most 65,535 bytes
    outcome, detail = judge(Register(), policy=MALFORMED[name], also=also)
    assert (outcome, detail.startswith("draw.witnesses: ")) == ("failed", True), detail


@pytest.mark.parametrize("policy", [7, True, [], [POLICY], {"quorum": "none"}, 0])
def test_a_policy_that_is_not_a_text_fails(judge: Judge, policy: Any) -> None:
    assert judge(policy=policy)[0] == "failed"
    assert judge(policy=policy, until="open")[0] == "failed"


def test_no_flipped_bit_of_the_registers_files_is_unforeseen_or_passes(judge: Judge) -> None:
    chance = random.Random(14)  # noqa: S311 (the same bits at each run)
    register = Register(witnesses=(("w1.example", BEFORE), ("w2.example", BEFORE)))
    for name in ("register.vkey", "register.tlog-proof"):
        for _ in range(60):

            def flip(files: Files, name: str = FOLDER + name) -> None:
                data = bytearray(files[name])
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                files[name] = bytes(data)

            outcome, detail = judge(register, flip, source="drand", policy=NEEDS_1_AND_2)
            assert outcome == "failed", detail


def test_a_quorum_of_many_is_judged_in_seconds(judge: Judge) -> None:
    names = [f"w{n}" for n in range(80)]
    policy = "".join(f"witness {name} {vkey(name)}\n" for name in names) + f"group g all {' '.join(names)}\nquorum g\n"
    register = Register(witnesses=tuple((name, BEFORE) for name in names))
    assert judge(register, policy=policy)[0] == "passed"


# ------------------------------------------------------------------------------------------------ time-stamp authorities


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(length)]) + length + content


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = b""
    for arc in (first * 40 + second, *rest):
        groups = [arc & 127]
        while arc := arc >> 7:
            groups.insert(0, arc & 127 | 128)
        content += bytes(groups)
    return der(6, content)


def integer(number: int) -> bytes:
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def algorithm(dotted: str, *parameters: bytes) -> bytes:
    return der(0x30, oid(dotted), *parameters)


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey
SHA256, SHA512 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"
YEARS = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))


@functools.cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@functools.cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(
    name: str, key: Key, issuer: str, issuer_key: Key, *extensions: tuple[x509.ExtensionType, bool], **options: Any
) -> x509.Certificate:
    first, last = options.get("years", YEARS)
    builder = x509.CertificateBuilder(named(issuer), named(name), key.public_key(), 7, first, last)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, None if isinstance(issuer_key, Ed25519PrivateKey) else hashes.SHA256())


def authority(name: str, issuer: str = "", **options: Any) -> x509.Certificate:
    limits = x509.BasicConstraints(options.get("ca", True), options.get("path_length"))
    return certificate(name, ec_key(name), issuer or name, ec_key(issuer or name), (limits, True), **options)


STAMPING = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)


def key_usage(purpose: str) -> x509.KeyUsage:
    names = "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
    names += " crl_sign encipher_only decipher_only"
    return x509.KeyUsage(**{name: name == purpose for name in names.split()})


def stamping(key: Key, *extensions: tuple[x509.ExtensionType, bool], **options: Any) -> x509.Certificate:
    issuer = options.pop("issuer", "root")
    return certificate("stamps", key, issuer, ec_key(issuer), *(extensions or (STAMPING,)), **options)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


def whole(given: x509.Certificate) -> bytes:
    return given.public_bytes(serialization.Encoding.DER)


@dataclass
class Maker:
    """A time-stamp authority that writes what it likes."""

    key: Key
    signer: x509.Certificate
    time: datetime = BEFORE
    more: tuple[x509.Certificate, ...] = ()
    status: int = 0
    hash_name: str = SHA256
    digest: str = SHA256
    signature: str = ""
    zone: str = "Z"
    signers: int = 1
    with_certificate: bool = True
    ess: bytes | None = None
    by_identifier: bytes | None = None
    type_of: str = "1.2.840.113549.1.9.16.1.4"
    attributes: tuple[bytes, ...] = ()
    spoil: Callable[[bytes], bytes] = lambda signature: signature

    def sign(self, data: bytes) -> tuple[bytes, bytes]:
        if isinstance(self.key, rsa.RSAPrivateKey):
            name = self.signature or "1.2.840.113549.1.1.1"
            return algorithm(name, b"\5\0"), self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return algorithm(self.signature or "1.2.840.10045.4.3.2"), self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        return algorithm(self.signature or "1.3.101.112"), self.key.sign(data)

    def __call__(self, data: bytes) -> bytes:
        imprint = der(0x30, algorithm(self.hash_name, b"\5\0"), der(4, hashlib.sha256(data).digest()))
        time = der(0x18, (self.time.strftime("%Y%m%d%H%M%S") + self.zone).encode())
        info = der(0x30, integer(1), oid("1.2.3.4"), imprint, integer(2**64), time)
        bytes_of = whole(self.signer)
        known = hashlib.sha512 if self.digest == SHA512 else hashlib.sha256
        ess = hashlib.sha256(bytes_of).digest() if self.ess is None else self.ess
        attributes = der(
            0x31,
            der(0x30, oid("1.2.840.113549.1.9.3"), der(0x31, oid(self.type_of))),
            der(0x30, oid("1.2.840.113549.1.9.4"), der(0x31, der(4, known(info).digest()))),
            der(
                0x30,
                oid("1.2.840.113549.1.9.16.2.47"),
                der(0x31, der(0x30, der(0x30, der(0x30, der(4, ess))))),
            ),
            *self.attributes,
        )
        name, signature = self.sign(attributes)
        sid = der(0x30, self.signer.issuer.public_bytes(), integer(self.signer.serial_number))
        version = 1
        if self.by_identifier is not None:
            version, sid = 3, der(0x80, self.by_identifier)
        retagged = b"\xa0" + attributes[1:]
        signer = der(0x30, integer(version), sid, algorithm(self.digest), retagged, name, der(4, self.spoil(signature)))
        given = [bytes_of] * self.with_certificate + [whole(c) for c in self.more]
        signed = der(
            0x30,
            integer(3),
            der(0x31, algorithm(self.digest, b"\5\0")),
            der(0x30, oid("1.2.840.113549.1.9.16.1.4"), der(0xA0, der(4, info))),
            *([der(0xA0, *given)] if given else []),
            der(0x31, *[signer] * self.signers),
        )
        return der(
            0x30,
            der(0x30, integer(self.status)),
            der(0x30, oid("1.2.840.113549.1.7.2"), der(0xA0, signed)),
        )


def maker(key: Key | None = None, *extensions: tuple[x509.ExtensionType, bool], **options: Any) -> Maker:
    key = key or ec_key("stamps")
    inner = {name: options.pop(name) for name in ("issuer", "years") if name in options}
    return Maker(key, stamping(key, *extensions, **inner), **options)


THINGS = {
    "freeze": "draws/final/checkpoint",
    "result": "draws/final/ranking.csv",
    "rules-1-fr": "papers/rules-1-fr.html",
    "rules-2-en": "papers/rules-2-en.html",
}


@functools.cache
def roots() -> bytes:
    return pem(authority("root"))


def stamps(tokens: Mapping[str, Callable[[bytes], bytes]], trusted: bytes | None = None, **options: Any) -> b.Trick:
    """Put time stamps of one authority in, and their index."""

    def trick(files: Files) -> None:
        index: list[dict[str, Any]] = []
        for what, make in tokens.items():
            files[f"{FOLDER}{what}-1.tsr"] = make(files[THINGS[what]])
            index.append({"authority": 1, "url": "https://tsa.example/", "what": what})
        if tokens:
            files[FOLDER + "authority-1.pem"] = roots() if trusted is None else trusted
        index += options.get("more", [])
        files[FOLDER + "index.json"] = b.jcs(index)

    return trick


def stamped(make: Callable[[bytes], bytes], what: str = "freeze", trusted: bytes | None = None) -> b.Trick:
    return stamps({what: make}, trusted)


def test_time_stamps_and_a_quorum_pass(judge: Judge) -> None:
    tokens = dict.fromkeys(("rules-1-fr", "rules-2-en", "freeze"), maker()) | {"result": maker(time=AFTER)}
    outcome, detail = judge(stamps(tokens), Register(), source="drand", policy=POLICY)
    assert outcome == "passed", detail
    root = hashlib.sha256(whole(authority("root"))).hexdigest()
    assert len(root) == 64
    for what in tokens:
        moment = "16:09" if what == "result" else "15:49"
        assert f"{what}-1.tsr: stamped 2023-08-23T{moment}:24Z by CN=stamps, SHA-256 of the root " in detail


def test_without_a_quorum_the_root_is_told_all_the_same(judge: Judge) -> None:
    root = authority("root")
    outcome, detail = judge(stamped(maker(), trusted=pem(root)))
    assert (outcome, root.fingerprint(hashes.SHA256()).hex() in detail) == ("not-checked", True)


def test_a_bundle_with_an_empty_index(judge: Judge) -> None:
    assert judge(stamps({}), Register(), policy=POLICY)[0] == "passed"


@pytest.mark.parametrize("make", [
    maker(rsa_key("stamps")),
    maker(rsa_key("stamps"), signature="1.2.840.113549.1.1.11"),
    maker(key_of("stamps"), digest=SHA512),
    maker(digest=SHA512),
    maker(zone=".5Z"),
    maker(None, STAMPING, (key_usage("digital_signature"), True)),
])  # fmt: skip
def test_signatures_of_every_known_kind_hold(judge: Judge, make: Maker) -> None:
    outcome, detail = judge(stamped(make), Register(), policy=POLICY)
    assert outcome == "passed", detail


@pytest.mark.parametrize(("what", "time", "outcome"), [
    ("freeze", ROUND - SECOND, "passed"),
    ("freeze", ROUND, "not-checked"),
    ("result", ROUND, "passed"),
    ("result", ROUND - SECOND, "failed"),
    ("rules-1-fr", AFTER, "passed"),
])  # fmt: skip
def test_what_is_stamped_when(judge: Judge, what: str, time: datetime, outcome: str) -> None:
    trick = stamped(maker(time=time), what)
    found, detail = judge(trick, Register(), source="drand", policy=POLICY)
    assert found == outcome, detail
    if outcome != "passed":
        assert time.strftime("%H:%M:%SZ") in detail
    assert judge(trick, Register(), policy=POLICY)[0] == "passed", "a ceremony has no round"


def chain(*, limit: int | None = None, between: x509.Certificate | None = None, **options: Any) -> b.Trick:
    between = between or authority("between", "root", **options)
    return stamped(maker(issuer="between", more=(between,)), trusted=pem(authority("root", path_length=limit)))


def test_a_chain_goes_up_to_a_root(judge: Judge) -> None:
    alone = maker(with_certificate=False)
    loop, either = authority("between", "between"), (authority("another root"), authority("root"))
    for trick in (
        chain(),
        chain(limit=1),
        stamped(maker(more=(loop, authority("root"))), trusted=pem(*either)),
        stamped(alone, trusted=pem(*either, alone.signer)),
    ):
        outcome, detail = judge(trick, Register(), policy=POLICY)
        assert outcome == "passed", detail


SHORT = (datetime(2020, 1, 1, tzinfo=UTC), BEFORE - timedelta(days=1))
SOON = (BEFORE + timedelta(days=1), datetime(2040, 1, 1, tzinfo=UTC))
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
CONSTRAINED = (x509.BasicConstraints(ca=True, path_length=None), True)
UNTRUSTED: dict[str, b.Trick] = {
    "another_root": stamped(maker(), trusted=pem(authority("another root"))),
    "a_root_of_the_same_name": stamped(
        maker(), trusted=pem(certificate("root", ec_key("x"), "root", ec_key("x"), CONSTRAINED))
    ),
    "root_given_in_the_token": stamped(maker(more=(authority("root"),)), trusted=pem(authority("another root"))),
    "root_expired": stamped(maker(), trusted=pem(authority("root", years=SHORT))),
    "root_not_yet": stamped(maker(), trusted=pem(authority("root", years=SOON))),
    "root_no_authority": stamped(maker(), trusted=pem(authority("root", ca=False))),
    "root_without_constraints": stamped(
        maker(), trusted=pem(certificate("root", ec_key("root"), "root", ec_key("root")))
    ),
    "signer_expired": stamped(maker(years=SHORT)),
    "signer_not_yet": stamped(maker(years=SOON)),
    "no_usage": stamped(maker(None, (x509.BasicConstraints(ca=False, path_length=None), True))),
    "usage_not_critical": stamped(maker(None, (STAMPING[0], False))),
    "usage_other": stamped(maker(None, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True))),
    "usage_of_two": stamped(
        maker(
            None,
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]), True),
        )
    ),
    "key_usage_other": stamped(
        maker(None, STAMPING, (key_usage("key_encipherment"), True))
    ),
    "critical_unknown": stamped(maker(None, STAMPING, (UNKNOWN, True))),
    "between_no_authority": chain(ca=False),
    "between_expired": chain(years=SHORT),
    "between_beyond_the_limit": chain(limit=0),
    "between_for_something_else": chain(
        between=certificate(
            "between",
            ec_key("between"),
            "root",
            ec_key("root"),
            CONSTRAINED,
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
        )
    ),
    "between_missing": stamped(maker(issuer="between")),
    "between_forged": chain(between=certificate("between", ec_key("between"), "root", ec_key("x"), CONSTRAINED)),
    "no_certificate": stamped(maker(with_certificate=False)),
    "certificate_of_another_hash": stamped(maker(ess=bytes(32))),
    "roots_empty": stamped(maker(), trusted=b""),
    "roots_garbage": stamped(maker(), trusted=b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    "roots_without_end": stamped(maker(), trusted=roots() * 200),
    "signature_spoilt": stamped(maker(spoil=lambda s: s[:-1] + bytes([s[-1] ^ 1]))),
    "signature_empty": stamped(maker(spoil=lambda _: b"")),
    "signature_huge": stamped(maker(spoil=lambda s: s * 1000)),
    "signature_of_another_kind": stamped(maker(signature="1.2.840.113549.1.1.11")),
    "identifier_of_nobody": stamped(maker(by_identifier=b"nobody")),
}  # fmt: skip
WRONG: dict[str, b.Trick] = {
    "other_bytes": stamped(lambda data: maker()(data + b"\n")),
    "other_hash": stamped(maker(hash_name=SHA512)),
    "not_granted": stamped(maker(status=2)),
    "granted_with_changes": stamped(maker(status=1)),
    "rejected": stamped(lambda _: der(0x30, der(0x30, integer(2), der(0x30, der(12, b"no")), der(3, b"\0\1")))),
    "zone": stamped(maker(zone="+0200")),
    "no_zone": stamped(maker(zone="")),
    "time_padded": stamped(maker(zone=".50Z")),
    "two_signers": stamped(maker(signers=2)),
    "no_signer": stamped(maker(signers=0)),
    "type_of_content": stamped(maker(type_of="1.2.840.113549.1.7.1")),
    "attribute_twice": stamped(
        maker(attributes=(der(0x30, oid("1.2.840.113549.1.9.4"), der(0x31, der(4, bytes(32)))),))
    ),
    "attribute_of_two_values": stamped(maker(attributes=(der(0x30, oid("1.2.3"), der(0x31, integer(1), integer(2))),))),
    "certificates_without_end": stamped(maker(more=(authority("x"),) * 40)),
    "empty": stamped(lambda _: b""),
    "text": stamped(lambda _: b"no time stamp"),
    "two": stamped(lambda data: maker()(data) * 2),
    "tail": stamped(lambda data: maker()(data) + b"\0"),
    "deep": stamped(lambda _: functools.reduce(lambda inner, _: der(0x30, inner), range(20_000), b"")),
    "deep_indefinite": stamped(lambda _: b"\x30\x80" * 100_000),
    "length_huge": stamped(lambda _: b"\x30\xff" + b"\xff" * 200),
    "length_of_four": stamped(lambda _: b"\x30\x84\xff\xff\xff\xff"),
    "length_padded": stamped(lambda data: b"\x30\x83\0" + maker()(data)[2:]),
    "many": stamped(lambda _: der(0x30, b"\5\0" * 100_000)),
    "too_long": stamped(lambda _: bytes(1 << 19)),
    "tag_long": stamped(lambda _: b"\x3f\x81\x01\0"),
}


@pytest.mark.parametrize("name", WRONG | UNTRUSTED)
def test_a_time_stamp_that_does_not_hold_fails(judge: Judge, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, detail = judge((WRONG | UNTRUSTED)[name], Register(), policy=POLICY)
    assert (outcome, "freeze-1.tsr: " in detail) == ("failed", True), detail
    monkeypatch.setattr(standalone, "has_cryptography", lambda: False)
    outcome, detail = judge((WRONG | UNTRUSTED)[name], Register(), policy=POLICY)
    assert outcome == ("failed" if name in WRONG else "not-checked"), detail


@pytest.mark.parametrize("make", [
    maker(signature="1.2.840.113549.1.1.5"),
    maker(rsa_key("stamps"), signature="1.2.840.113549.1.1.10"),
    maker(digest="1.3.14.3.2.26"),
])  # fmt: skip
def test_an_algorithm_that_is_not_known_is_not_checked(judge: Judge, make: Maker) -> None:
    outcome, detail = judge(stamped(make), Register(), policy=POLICY)
    assert (outcome, "algorithm unknown to this program" in detail) == ("not-checked", True), detail
    assert judge(stamped(lambda data: make(data + b"\n")), Register(), policy=POLICY)[0] == "failed"


def test_the_certificate_may_be_named_by_its_keys_identifier(judge: Judge) -> None:
    name = x509.SubjectKeyIdentifier(b"the one")
    make = maker(None, STAMPING, (name, False), by_identifier=b"the one")
    assert judge(stamped(make), Register(), policy=POLICY)[0] == "passed"
    assert judge(stamped(replace(make, by_identifier=b"another")), Register(), policy=POLICY)[0] == "failed"


def test_without_cryptography_imprint_and_time_are_checked(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standalone, "has_cryptography", lambda: False)
    outcome, detail = judge(stamped(maker()), Register(), source="drand", policy=POLICY)
    assert outcome == "not-checked"
    assert "pip install cryptography" in detail
    assert "quorum “one” met" in detail
    assert "freeze-1.tsr (https://tsa.example/): the time stamp says 2023-08-23T15:49:24Z" in detail
    early = stamped(maker(time=BEFORE), "result")
    assert judge(early, Register(), source="drand", policy=POLICY)[0] == "failed"


def flips(token: bytes, places: Iterable[tuple[int, int]]) -> Iterable[bytes]:
    for place, bit in places:
        yield token[:place] + bytes([token[place] ^ 1 << bit]) + token[place + 1 :]


@pytest.mark.parametrize("with_package", [True, False])
def test_no_flipped_bit_of_a_time_stamp_is_unforeseen_or_passes(
    *, with_package: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chance = random.Random(3161)  # noqa: S311 (the same bits at each run)
    if not with_package:
        monkeypatch.setattr(standalone, "has_cryptography", lambda: False)
    makers: list[Callable[[bytes], bytes]] = [maker(), maker(rsa_key("stamps"))]
    if OPENSSL is not None:  # without a spare copy of the root, which nothing signs
        makers.append(openssl_stamp(tmp_path, rsa_key("stamps"), "sha256", "sha256", "-cert", certs=""))
    for make in makers:
        files = b.make("ceremony", files=stamped(make)).files
        path = tmp_path / "bundle.zip"
        path.write_bytes(b.pack(files))
        token = files[FOLDER + "freeze-1.tsr"]
        places = [(chance.randrange(len(token)), chance.randrange(8)) for _ in range(300)]
        for place, spoilt in zip(places, flips(token, places), strict=True):
            report = judged_alone(path, spoilt)
            assert "unforeseen" not in str(report.failures)
            assert not report.passes, place
            assert bool(with_package) <= bool(report.failures or "unknown" in str(report.skips)), place


class Spoilt(standalone.Case):
    """A case whose time stamp is another one than in the bundle."""

    token = b""

    def other(self, name: str, limit: int = 1 << 20) -> bytes:
        return self.token if name.endswith(".tsr") else type(self.archive).read(self.archive, name, limit)


def judged_alone(path: Path, token: bytes) -> standalone.Report:
    """The report of `check_stamps` alone, with another token."""
    archive, report = standalone.Archive(path), standalone.Report(1)
    try:
        case = Spoilt(archive, report, None)
        standalone.read_all(case)
        case.token = token
        archive.read = case.other  # type: ignore[method-assign]
        stamp = standalone.Stamp("freeze", 1, "", "")
        standalone.check_stamps(case, FOLDER, [stamp])
    finally:
        archive.close()
    return report


# ------------------------------------------------------------------------------------------------ since when it was served

ADDRESS = "https://games.example/c/sim/draws/final/pool.csv"


def public(changes: Mapping[str, Any], written: Callable[[bytes], bytes] = bytes) -> b.Trick:
    """Say where the frozen list stands, and since when; a value of None leaves a key out."""
    told = {"address": ADDRESS, "served": BEFORE.strftime("%Y-%m-%dT%H:%M:%SZ"), **changes}
    data = written(b.jcs({key: value for key, value in told.items() if value is not None}))
    return lambda files: files.update({FOLDER + "public.json": data})


PUBLIC_WRONG: dict[str, b.Trick] = {
    "no_address": public({"address": None}),
    "no_time": public({"served": None}),
    "another_key": public({"seen": 1}),
    "a_number": public({"served": 7}),
    "address_a_number": public({"address": 7}),
    "before_the_freeze": public({"served": "2023-08-01T00:00:00Z"}),
    "no_instant": public({"served": "yesterday"}),
    "no_such_day": public({"served": "2023-13-41T00:00:00Z"}),
    "local_time": public({"served": "2023-08-23T15:49:24+02:00"}),
    "another_draw": public({"address": ADDRESS.replace("final", "other")}),
    "another_file": public({"address": ADDRESS + "?x"}),
    "script": public({"address": "javascript:alert(1)//draws/final/pool.csv"}),
    "spaces": public({"address": "https://games.example/ /draws/final/pool.csv"}),
    "line_end": public({"address": ADDRESS + "\n"}),
    "foreign_letters": public({"address": ADDRESS.replace("games", "jeux\u00e9")}),
    "too_long": public({"address": ADDRESS.replace("games", "g" * 500)}),
    "not_canonical": public({}, lambda data: data.replace(b":", b": ", 1)),
    "last_lf": public({}, lambda data: data + b"\n"),
    "twice": public({}, lambda data: data[:-1] + b',"served":"2023-08-23T15:49:24Z"}'),
    "an_array": public({}, lambda data: b"[" + data + b"]"),
    "not_json": public({}, lambda _: b"\xff"),
    "empty": public({}, lambda _: b""),
    "deep": public({}, lambda _: b"[" * 100_000),
}


def by_package(*tricks: b.Trick, source: str, policy: str) -> tuple[str, str]:
    """Outcome and detail of step 14 by the package's own verifier."""
    made = b.make(
        source, "settled",
        files=functools.partial(functools.reduce, lambda files, trick: trick(files) or files, tricks),
        definition=lambda terms: terms["draw"].update(witnesses=policy),
    )  # fmt: skip
    with open_bytes(made.bundle) as bundle:
        found = [finding for finding in verify(bundle).findings if finding.step.number == 14]
    outcome = next(kind for kind in ("failed", "not-checked", "passed") if kind in {f.outcome for f in found})
    return outcome, " ".join(f.detail.en for f in found if f.outcome == outcome)


@pytest.mark.parametrize("name", PUBLIC_WRONG)
def test_a_wrong_word_on_where_the_list_stands_fails(judge: Judge, name: str) -> None:
    for source in ("drand", "ceremony"):
        assert judge(PUBLIC_WRONG[name], Register(), source=source, policy=POLICY)[0] == "failed"
        assert by_package(PUBLIC_WRONG[name], Register(), source=source, policy=POLICY)[0] == "failed"


@pytest.mark.parametrize(("served", "said"), [
    (BEFORE, "before the random value"), (ROUND - SECOND, "before the random value"), (ROUND, "only"), (AFTER, "only"),
])  # fmt: skip
def test_it_is_said_since_when_the_list_was_public(judge: Judge, served: datetime, said: str) -> None:
    moment = served.strftime("%Y-%m-%dT%H:%M:%SZ")
    trick = public({"served": moment})
    for outcome, detail in (
        judge(trick, Register(), source="drand", policy=POLICY),
        by_package(trick, Register(), source="drand", policy=POLICY),
    ):
        assert (outcome, said in detail, ADDRESS in detail, moment in detail) == ("passed", True, True, True), detail
    outcome, detail = judge(trick, Register(), policy=POLICY)
    assert (outcome, f"has been served since {moment}" in detail, "random" in detail) == ("passed", True, False), detail


def test_the_organisers_word_alone_is_no_proof(judge: Judge) -> None:
    for outcome, detail in (judge(public({}), policy=""), by_package(public({}), source="ceremony", policy="")):
        assert (outcome, ADDRESS in detail) == ("not-checked", True)


# ------------------------------------------------------------------------------------------------ the index, stray files

GOOD: dict[str, Any] = {"authority": 1, "url": "https://tsa.example/", "what": "freeze"}
MISSING = {**GOOD, "missing": "timeout"}


def index(*objects: Any) -> b.Trick:
    """The right time stamp, and another index."""

    def trick(files: Files) -> None:
        stamped(maker())(files)
        files[FOLDER + "index.json"] = b.jcs(list(objects))

    return trick


def raw(change: Callable[[bytes], bytes]) -> b.Trick:
    def trick(files: Files) -> None:
        stamped(maker())(files)
        files[FOLDER + "index.json"] = change(files[FOLDER + "index.json"])

    return trick


INDEXES: dict[str, b.Trick] = {
    "not_canonical": raw(lambda data: data.replace(b":", b": ")),
    "last_lf": raw(lambda data: data + b"\n"),
    "not_json": raw(lambda _: b"\xff"),
    "empty_file": raw(lambda _: b""),
    "an_object": raw(lambda _: b"{}"),
    "a_text": raw(lambda _: b'"index"'),
    "deep": raw(lambda _: b"[" * 100_000),
    "huge_number": raw(lambda _: b'[{"authority":' + b"9" * 100_000 + b"}]"),
    "surrogate": raw(lambda data: data.replace(b"https", b"\\ud800")),
    "too_long": raw(lambda _: random.Random(1).randbytes(1 << 20) + b"]"),  # noqa: S311
    "double": index(GOOD, GOOD),
    "double_missing": index(GOOD, MISSING),
    "unknown_thing": index(GOOD, {**MISSING, "what": "pool"}),
    "thing_with_a_path": index(GOOD, {**MISSING, "what": "rules-1-fr/../x"}),
    "thing_padded": index(GOOD, {**MISSING, "what": "rules-01-fr"}),
    "thing_not_a_text": index(GOOD, {**MISSING, "what": ["freeze"]}),
    "language": index(GOOD, {**MISSING, "what": "rules-1-de"}),
    "authority_zero": index(GOOD, {**MISSING, "authority": 0}),
    "authority_text": index(GOOD, {**MISSING, "authority": "2"}),
    "authority_true": index(GOOD, {**MISSING, "authority": True}),
    "url_missing": index(GOOD, {"authority": 2, "what": "freeze", "missing": "x"}),
    "url_number": index(GOOD, {**MISSING, "authority": 2, "url": 7}),
    "reason_empty": index(GOOD, {**MISSING, "authority": 2, "missing": ""}),
    "reason_true": index(GOOD, {**MISSING, "authority": 2, "missing": True}),
    "other_key": index({**GOOD, "token": "x"}),
    "number": index(GOOD, 7),
    "null": index(None),
    "nothing": index(),
    "another_authority": index({**GOOD, "authority": 2}),
    "token_missing": index(GOOD, {**GOOD, "what": "result"}),
    "token_there_though_missing": index(MISSING),
    "rules_unknown": index(GOOD, {**GOOD, "what": "rules-9-fr"}),
    "minutes_unknown": index(GOOD, {**GOOD, "what": "minutes-1-fr"}),
    "many": index(*({**GOOD, "authority": n} for n in range(2, 1000))),
    "many_thousands": index(*({**MISSING, "authority": n} for n in range(2, 9000))),
}


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_that_is_not_as_specified_fails(judge: Judge, name: str) -> None:
    outcome, _ = judge(INDEXES[name], Register(), policy=POLICY)
    assert outcome == "failed"


def test_an_absent_token_is_told_with_its_reason(judge: Judge) -> None:
    trick = stamps({"freeze": maker()}, more=[{**MISSING, "what": "result"}, {**MISSING, "authority": 2}])
    outcome, detail = judge(trick, Register(), policy=POLICY)
    assert outcome == "not-checked"
    assert "result-1.tsr: no time stamp: timeout" in detail
    assert "freeze-2.tsr: no time stamp: timeout" in detail
    many = stamps({}, more=[{**MISSING, "authority": n} for n in range(1, 1000)])
    outcome, detail = judge(many)
    assert (outcome, len(detail) < 8000, "… and " in detail) == ("not-checked", True, True)


@pytest.mark.parametrize("name", [
    "freeze.tsr", "result-1.tsr", "freeze-2.tsr", "freeze-01.tsr", "authority-2.pem", "readme.txt", "", "index.json/x",
])  # fmt: skip
def test_any_other_file_fails(judge: Judge, name: str) -> None:
    def stray(files: Files) -> None:
        files[FOLDER + name] = b"?"

    for tricks in ((stray,), (stamped(maker()), stray)):
        outcome, detail = judge(*tricks)
        assert (outcome, f"{FOLDER}{name}: a file that" in detail) == ("failed", True), detail


@pytest.mark.parametrize("name", ["freeze-1.tsr", "authority-1.pem"])
def test_a_file_of_a_time_stamp_that_is_missing_fails(judge: Judge, name: str) -> None:
    assert judge(stamped(maker()), lambda files: files.pop(FOLDER + name) and None)[0] == "failed"


def test_minutes_are_stamped_as_pdf(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(THINGS, "minutes-1-fr", "papers/minutes-1-fr.pdf")
    html, pdf = b"<p>minutes</p>", b"%PDF-1.7"
    issued = {"papers": {"fr": b.digest(html)}, "pdfs": {"fr": b.digest(pdf)}}
    record = b.record("minutes.issued", b.at(31, "19:00:00"), number=1, draw="final", **issued)

    def papers(files: Files) -> None:
        files.update({"papers/minutes-1-fr.html": html, "papers/minutes-1-fr.pdf": pdf})

    tricks = papers, stamped(maker(time=AFTER), "minutes-1-fr"), Register()
    outcome, detail = judge(*tricks, source="drand", policy=POLICY, later=lambda later: [*later, record])
    assert outcome == "passed", detail


@pytest.mark.parametrize("witnesses", [None, True, -1, 2**50, "", "é\u202e\n", [], {}, "quorum " * 9000])
def test_no_odd_policy_is_unforeseen(judge: Judge, witnesses: Any) -> None:
    judge(policy=witnesses)
    judge(stamped(maker()), Register(), policy=witnesses)


# ------------------------------------------------------------------------------------------------ openssl's own time stamps

OPENSSL = shutil.which("openssl")
CONFIG = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/stamps.pem
{certs}signer_key = {folder}/stamps.key
signer_digest = {digest}
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


def openssl_stamp(
    folder: Path, key: Key, digest: str, ess: str, asked: str, certs: str = "certs = {}/root.pem\n"
) -> Callable[[bytes], bytes]:
    """An authority by `openssl ts`."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")

    def run(*arguments: str) -> None:
        done = subprocess.run([str(OPENSSL), "ts", *arguments], capture_output=True, check=False)  # noqa: S603 (ours)
        if done.returncode:
            pytest.skip(f"this openssl makes no such time stamp: {done.stderr.decode()[-200:]}")

    def make(data: bytes) -> bytes:
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / "stamps.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
        (folder / "stamps.pem").write_bytes(pem(stamping(key)))
        (folder / "root.pem").write_bytes(roots())
        (folder / "serial").write_text("01\n")
        (folder / "config").write_text(CONFIG.format(folder=folder, digest=digest, ess=ess, certs=certs.format(folder)))
        (folder / "data").write_bytes(data)
        query, reply = str(folder / "query"), str(folder / "reply")
        run("-query", "-data", str(folder / "data"), "-sha256", "-out", query, *asked.split())
        run("-reply", "-config", str(folder / "config"), "-queryfile", query, "-out", reply)
        return Path(reply).read_bytes()

    return make


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize(("digest", "ess", "asked"), [
    ("sha256", "sha256", "-cert"), ("sha512", "sha1", "-cert"), ("sha384", "sha512", "-cert -no_nonce"),
])  # fmt: skip
def test_time_stamps_by_openssl_hold(
    judge: Judge, tmp_path: Path, kind: str, digest: str, ess: str, asked: str
) -> None:
    key = rsa_key("stamps") if kind == "rsa" else ec_key("stamps")
    make = openssl_stamp(tmp_path, key, digest, ess, asked)
    outcome, detail = judge(stamped(make, "result"), Register(), source="drand", policy=POLICY)
    assert outcome == "passed", detail
    outcome, detail = judge(stamped(make, "freeze"), Register(), source="drand", policy=POLICY)
    assert (outcome, "not before the round’s time" in detail) == ("not-checked", True)
    outcome, detail = judge(stamped(lambda data: make(data + b"x")), Register(), policy=POLICY)
    assert (outcome, "digest stamped" in detail) == ("failed", True)
    trick = stamped(make, trusted=pem(authority("another root")))
    assert judge(trick, Register(), policy=POLICY)[0] == "failed"


def test_a_time_stamp_by_openssl_without_certificate(judge: Judge, tmp_path: Path) -> None:
    key = rsa_key("stamps")
    make = openssl_stamp(tmp_path, key, "sha256", "sha256", "")
    outcome, detail = judge(stamped(make), Register(), policy=POLICY)
    assert (outcome, "the signer’s certificate is not there" in detail) == ("failed", True)


def test_step_14_is_written_as_json_in_both_languages(judge: Judge) -> None:
    tricks = stamped(maker()), Register()
    for lang in ("fr", "en"):
        outcome, detail = judge(*tricks, policy=POLICY, lang=lang)
        assert json.loads(json.dumps(detail)) == detail
        assert outcome == "passed"
