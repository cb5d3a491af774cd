"""Everything that reads bytes from outside, each as a target: bytes in, and nothing but a refusal in words may come out.

A target with parts takes a valid archive and puts hostile bytes in place of one part, so that what lies behind the
archive's checksums is reached as well.
"""

import asyncio
import contextlib
import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml
from audit import standalone_bundles
from audit.test_standalone_stamps import LOG, NEEDS_1_AND_2, POLICY, Register, maker, roots, stamps, vkey
from cryptography.utils import CryptographyDeprecationWarning
from journal.test_formats import LEAVES, SIGNER, receipt
from litestar import Litestar, Request, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import HTTPException
from simulator import DEFINITION
from sources.test_comment_files import INSTALOADER, facebook, instagram, workbook, youtube
from sources.test_people import FILE as PEOPLE
from sources.test_people import NOEL, ROOT

from contests.audit import standalone
from contests.audit.bundle import open_bytes
from contests.audit.selected import read_identities
from contests.audit.stamp import check_token, own_roots, roots_of
from contests.audit.verify import verify
from contests.campaign.form import read_form
from contests.campaign.lint import lint
from contests.campaign.parse import Form, parse
from contests.codec import canonical
from contests.draw.pool import HEADER, parse_pool
from contests.errors import Refused
from contests.journal.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from contests.journal.cosignature import Cosigner, parse_witness
from contests.journal.merkle import root_of
from contests.journal.note import parse_note, parse_vkey
from contests.journal.policy import parse_policy
from contests.journal.receipt import parse_receipt, verify_receipt
from contests.journal.tiles import bundle, parse_bundle, parse_tile_path
from contests.papers.html import render
from contests.papers.rules_text import compile_rules
from contests.sources.contacts import read_contacts
from contests.sources.deliveries import read_delivery
from contests.sources.files import read_comments, read_followers
from contests.sources.people import read_people
from contests.sources.wall_time import moment
from contests.web import proof
from contests.web.guards import staff_form
from contests.web.pages.entry import read_body
from contests.witness import Memory

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 12, 1, tzinfo=UTC)
Read = Callable[[bytes], object]


class Target(NamedTuple):
    """How bytes are read, and valid samples of them."""

    read: Read
    seeds: Callable[[], Sequence[bytes]]

    def __call__(self, data: bytes) -> bool:
        """Read; say whether it was refused. Anything but a refusal comes out as it is."""
        try:
            self.read(data)
        except Refused as refused:
            if not all(refused.sentence(language) for language in ("fr", "en")):
                raise RuntimeError("a refusal without words") from refused
            return True
        return False


# ---------------------------------------------------------------------------------------------- definitions and people


def _definition(form: Form) -> Read:
    def read(data: bytes) -> None:
        """What can be read can be judged, and its rules can be printed: an editor does so on every save."""
        campaign = parse(data, form)
        lint(campaign, NOW)
        for language in campaign.languages:
            render(compile_rules(campaign, language))
        read_form(campaign, {"email": "alice@people.example"}, "fr")

    return read


def _definitions(form: Form) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        if form == "toml":
            starts = (ROOT / "contests" / "campaign" / "starts").glob("*.toml")
            return [path.read_bytes() for path in (*sorted(starts), *sorted((ROOT / "examples").glob("*.toml")))]
        if form == "yaml":
            return [yaml.safe_dump(DEFINITION, allow_unicode=True).encode()]
        return [canonical(DEFINITION), canonical(NOEL)]

    return seeds


def _people(data: bytes) -> None:
    for person in read_people(data, NOEL).people:
        read_form(NOEL, person.values, "fr")


# ------------------------------------------------------------------------------------------------------------- comments


def _comments(data: bytes) -> None:
    for site in (None, "instagram"):
        with contextlib.suppress(Refused):
            for comment in read_comments(io.BytesIO(data), "comments", PARIS, site=site).comments:
                assert comment.author.key
                canonical(comment)


def _comment_files() -> list[bytes]:
    apify = [{"id": "1", "text": "oui", "ownerUsername": "a", "timestamp": "2025-11-20T17:05:00.000Z", "repliesCount": 2,
              "replies": [{"id": "2", "text": "non", "ownerUsername": "b"}]}]  # fmt: skip
    plain = (
        "pseudo;commentaire;date;id;profil id\nzoé;Bonjour;02/12/2026 10:00;c1;u1\nbob;Non;12/31/2026 1:02 PM;c2;u2\n"
    )
    return [
        (ROOT / "examples" / "comments.csv").read_bytes()[:2000], instagram().encode(), youtube(3).encode(), plain.encode(),
        plain.encode("utf-16"), plain.encode("cp1252"), json.dumps(INSTALOADER).encode(), json.dumps(apify).encode(),
        *_workbooks(),
    ]  # fmt: skip


@cache
def _workbooks() -> tuple[bytes, ...]:
    rows = (["pseudo", "commentaire", "date", "id"], ["zoé", "Bonjour", datetime(2026, 12, 2), "c1"],  # noqa: DTZ001
            ["bob", "Non", 46000.5, 12345678901234567])  # fmt: skip
    return facebook(), workbook(*rows), workbook(*rows, constant_memory=True)


def _followers() -> list[bytes]:
    one = {"title": "", "string_list_data": [{"href": "https://www.instagram.com/alice", "value": "alice"}]}
    return [json.dumps([one]).encode(), json.dumps({"relationships_followers": [one]}).encode()]


def _deliveries() -> list[bytes]:
    said = {"from": {"id": "1", "username": "zoe"}, "media": {"id": "2"}, "id": "3", "text": "Je joue \ud83d"}
    feed = {"item": "comment", "verb": "add", "comment_id": "1_2", "post_id": "0_1", "from": {"id": 7, "name": "Zoé"},
            "message": "oui", "created_time": 1764579600, "parent_id": "0_1"}  # fmt: skip
    return [
        json.dumps({"object": kind, "entry": [{"id": "0", "time": 1764579600, "changes": [{"field": field, "value": value}]}]}).encode()
        for kind, field, value in (("instagram", "comments", said), ("page", "feed", feed))
    ]  # fmt: skip


def _moments(data: bytes) -> None:
    text = data.decode(errors="replace")
    for order in ("day", "month"):
        for since in ("", "1900", "1904"):
            moment(text, PARIS, order, since)


# ------------------------------------------------------------------------------------------------- archives, and parts


def _parts(archives: Callable[[], Sequence[bytes]], read: Read, *, manifest: bool = False) -> Target:
    """Two bytes choose an archive and a part; the rest stands in its place. A bundle's manifest is made right again."""

    @cache
    def opened() -> list[dict[str, bytes]]:
        found = []
        for data in archives():
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                found.append({name: archive.read(name) for name in archive.namelist()})
        return found

    def spoilt(data: bytes) -> bytes:
        all_files = opened()
        files = dict(all_files[data[0] % len(all_files)])
        files[sorted(files)[data[1] % len(files)]] = data[2:]
        if manifest and sorted(files)[data[1] % len(files)] != "manifest.json":
            listed = {name: standalone_bundles.digest(part) for name, part in files.items() if name != "manifest.json"}
            files["manifest.json"] = standalone_bundles.jcs(listed)
        return standalone_bundles.pack(files)

    def seeds() -> list[bytes]:
        return [
            bytes([number, place]) + files[name]
            for number, files in enumerate(opened())
            for place, name in enumerate(sorted(files))
        ]

    return Target(lambda data: read(spoilt(data)) if len(data) > 1 else None, seeds)


@cache
def witnessed() -> bytes:
    """Return a bundle with time stamps, and a list that witnesses saw."""
    tokens = dict.fromkeys(("rules-1-fr", "freeze"), maker())

    def files(held: dict[str, bytes]) -> None:
        stamps(tokens)(held)
        Register()(held)

    def definition(terms: dict[str, Any]) -> None:
        terms["draw"].update(witnesses=NEEDS_1_AND_2)

    return standalone_bundles.make("ceremony", "settled", files=files, definition=definition).bundle


@cache
def _bundles() -> tuple[bytes, ...]:
    return *(standalone_bundles.make("ceremony", until).bundle for until in ("open", "drawn", "settled")), witnessed()


@cache
def _scratch() -> Path:
    folder = tempfile.TemporaryDirectory()
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list[Any] = []


def _identities(data: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as legal:
        legal.writestr("identities.jsonl", data)
    for read in (io.BytesIO(data), packed):
        read_identities(read)


def _verified(data: bytes) -> None:
    """Both verifiers come to an end, and to the same one."""
    path = _scratch() / "bundle.zip"
    path.write_bytes(data)
    try:
        with open_bytes(data) as opened:
            verdict = verify(opened)
            verdict.text()
        ours: set[int] | None = {finding.step.number for finding in verdict.findings if finding.outcome == "failed"}
    except Refused:
        ours = None
    try:
        said = standalone.verify(path)
        theirs: set[int] | None = {finding["step"] for finding in said["findings"] if finding["outcome"] == "failed"}
        assert "unforeseen" not in json.dumps(said), said
    except standalone.RefusedError:
        theirs = None
    # The package holds certificates against OpenSSL's idea of a purpose, which our made-up authorities do not meet.
    assert (ours is None or bool(ours - {14})) == (theirs is None or bool(theirs - {14})), (ours, theirs)


# ---------------------------------------------------------------------------------------- what is signed, stamped, shown


def _checkpoints() -> list[bytes]:
    head = Checkpoint(SIGNER.verifier.name, 9, root_of(LEAVES))
    signed = head.sign(SIGNER)
    return [signed, signed + Cosigner("w.example", bytes(32)).cosign(head.text(), 1764579600).encode()]


def _note(data: bytes) -> None:
    note = parse_note(data)
    note.signed_by(SIGNER.verifier)
    Cosigner("w.example", bytes(32)).witness.saw(note)


def _checkpoint(data: bytes) -> None:
    parse_checkpoint(data)
    open_checkpoint(data, SIGNER.verifier)


def _receipt(data: bytes) -> None:
    verify_receipt(parse_receipt(data), SIGNER.verifier)


def _keys(data: bytes) -> None:
    text = data.decode(errors="replace")
    for read in (parse_vkey, parse_witness, parse_policy):
        with contextlib.suppress(Refused):
            read(text)


@cache
def _memory() -> Memory:
    return Memory(Path(":memory:"))


def _witness(data: bytes) -> None:
    cosigner = Cosigner("w.example", bytes(32))
    ruling = _memory().rule(data, {SIGNER.verifier.name: SIGNER.verifier}, cosigner, 1764579600)
    assert ruling.status < 500


def _stamp(data: bytes) -> None:
    for read in (lambda: own_roots(data), lambda: roots_of(data), lambda: check_token(data, b"x", roots())):
        with contextlib.suppress(Refused), warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            read()


def _tiles(data: bytes) -> None:
    for read in (lambda: parse_bundle(data), lambda: parse_tile_path(data.decode())):
        with contextlib.suppress(ValueError):
            read()


# ----------------------------------------------------------------------------------------------------------------- forms

_KINDS = (
    b"application/x-www-form-urlencoded",
    b"application/json",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data",
)
_FORM = (b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nt\r\n--x\r\nContent-Disposition: form-data; '
         b'name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\na,b\r\n--x--\r\n')  # fmt: skip


@cache
def _app() -> Litestar:
    @post("/")
    async def handler() -> None: ...

    return Litestar([handler])


def _bodies(data: bytes) -> None:
    """The first byte says what kind of body it is; participants' reader and the staff's."""
    kind = _KINDS[data[0] % len(_KINDS)] if data else b""
    for reader in (read_body, staff_form):
        with contextlib.suppress(HTTPException, Refused):
            asyncio.run(_read_body(reader, kind, data[1:]))


async def _read_body(reader: Callable[[Any], Any], kind: bytes, body: bytes) -> None:
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"content-type", kind)],
        "state": {"csrf": "t"}, "litestar_app": _app(), "route_handler": _app().routes[0].route_handlers[0],  # type: ignore[union-attr]
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    request: Request[Any, Any, Any] = Request(scope, receive)  # type: ignore[arg-type]
    await reader(request)
    form = request._form
    if isinstance(form, FormMultiDict):
        await form.close()


def _form_bodies() -> list[bytes]:
    plain = b"csrf=t&email=alice%40people.example&country=FR&rules=1&altcha=%7B&name=Zo%C3%A9+Petit"
    typed = b'{"csrf": "t", "email": "alice@people.example", "rules": true, "n": 1}'
    return [b"\x00" + plain, b"\x01" + typed, b"\x02" + _FORM, b"\x03" + _FORM]


def _payload() -> list[bytes]:
    from base64 import b64encode

    made = proof.challenge("key", 1, NOW)
    return [b64encode(json.dumps({"challenge": made, "solution": {"derivedKey": "00", "counter": 1}}).encode())]


def _odd(text: str) -> list[bytes]:
    return [line.encode() for line in text.splitlines()]


TARGETS: dict[str, Target] = {
    "definition-toml": Target(_definition("toml"), _definitions("toml")),
    "definition-yaml": Target(_definition("yaml"), _definitions("yaml")),
    "definition-json": Target(_definition("json"), _definitions("json")),
    "people": Target(_people, lambda: [PEOPLE.encode(), PEOPLE.encode("cp1252"), PEOPLE.encode("utf-16"), PEOPLE.replace(";", ",").encode()]),
    "contacts": Target(read_contacts, lambda: [PEOPLE.encode(), b"a" * 64 + b"\nalice@people.example"]),
    "comments": Target(_comments, _comment_files),
    "comments-workbook": _parts(_workbooks, _comments),
    "followers": Target(lambda data: read_followers(io.BytesIO(data)), _followers),
    "deliveries": Target(read_delivery, _deliveries),
    "times": Target(_moments, lambda: _odd("2026-12-02T10:00:00+01:00\n02/12/2026 10:00\n12/2/26, 1:02 PM\n1764579600123\n46000.5\n2.12.2026 à 9h05")),
    "bundle": Target(_verified, _bundles),
    "bundle-parts": _parts(_bundles, _verified, manifest=True),
    "identities": Target(_identities, lambda: [standalone_bundles.jcs({"entrant": "0" * 32, "key": "1" * 64, "identity": {"email": "a@b.example"}})]),
    "pool": Target(parse_pool, lambda: [HEADER + b"".join(b"%032x,%d\n" % (n, n + 1) for n in range(9))]),
    "receipt": Target(_receipt, lambda: [receipt().text().encode()]),
    "note": Target(_note, _checkpoints),
    "checkpoint": Target(_checkpoint, _checkpoints),
    "keys": Target(_keys, lambda: [str(SIGNER.verifier).encode(), vkey("w.example").encode(), LOG.encode(), POLICY.encode()]),
    "witness": Target(_witness, lambda: [b"old 0\n\n" + _checkpoints()[0], b"old 9\n\n" + _checkpoints()[0]]),
    "stamp": Target(_stamp, lambda: [maker()(b"x"), roots()]),
    "tiles": Target(_tiles, lambda: [bundle([b"one", b"two"]), b"0/x001/234.p/5", b"entries/000"]),
    "form-body": Target(_bodies, _form_bodies),
    "proof-of-work": Target(lambda data: proof.check(data.decode(errors="replace"), "key", NOW), _payload),
}  # fmt: skip


def corpus(folder: Path) -> Iterator[Path]:
    """Write the samples of each target below `folder`; yield each target's own."""
    for name, target in TARGETS.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(target.seeds()):
            (place / f"seed-{number}").write_bytes(seed)
        yield place
