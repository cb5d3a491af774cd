"""What fuzzing once found stays mended."""

import base64
import io
import zipfile
from zoneinfo import ZoneInfo

import pytest
from audit import standalone_bundles
from audit.test_standalone_stamps import maker, roots
from fuzz.parsers import TARGETS, witnessed
from sources.test_comment_files import repacked, workbook
from visitor import Site

from contests.audit.bundle import open_bytes
from contests.audit.stamp import own_roots, roots_of
from contests.audit.verify import verify
from contests.errors import Malformed, Refused
from contests.sources.files import read_comments
from contests.web.guards import clean


@pytest.mark.parametrize("encoding", ["QTF-8", "hex", "undefined", "utf-7"])
def test_a_workbook_in_an_encoding_that_there_is_not_is_damaged(encoding: str) -> None:
    data = workbook(["pseudo", "commentaire"], ["zoé", "Bonjour"])
    part = f'<?xml version="1.0" encoding="{encoding}"?><Relationships/>'.encode()
    with pytest.raises(Malformed):
        list(
            read_comments(
                io.BytesIO(repacked(data, xl___rels__workbook__xml__rels=part)), "x", ZoneInfo("UTC")
            ).comments
        )


BODY = '--x\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: text/plain; charset={charset}\r\n\r\n{value}\r\n--x--\r\n'


@pytest.mark.parametrize("charset", ["utf-8", "ascii", "nowhere", "hex", "unicode_escape", "utf-16", "undefined"])
@pytest.mark.parametrize(
    "path", ["/staff/c/sim/awards", "/staff/sign-in", "/c/sim", "/c/sim/claim/x", "/c/sim/parent/x"]
)
def test_a_form_in_an_odd_encoding_is_unreadable_and_no_fault_of_ours(site: Site, path: str, charset: str) -> None:
    site.sign_in()
    for name, value in (("csrf", b"\\ud800\xff"), ("email", b"\\ud800\xff"), ("\u00e9", b"\xff")):
        head, _, tail = BODY.format(name=name, charset=charset, value="{}").partition("{}")
        answer = site.client.post(
            path, content=head.encode() + value + tail.encode(), follow_redirects=False,
            headers={"content-type": "multipart/form-data; boundary=x", "accept": "application/json"},
        )  # fmt: skip
        assert 400 <= answer.status_code < 500
        assert answer.headers["content-type"] == "application/problem+json" or answer.status_code == 422


def test_half_a_character_is_replaced_before_it_reaches_a_database() -> None:
    assert clean("a\ud800b\x00") == "a?b"


def test_a_time_stamp_with_an_odd_name_of_a_certificate_is_refused() -> None:
    token = maker()(b"x")
    name = b"\x06\x03\x55\x04\x03\x0c\x04root"  # a common name, as a text
    assert name in token
    for odd in (name.replace(b"\x0c\x04", b"\x03\x04"), name.replace(b"\x04\x03\x0c", b"\x04\x03\x03")):
        with pytest.raises(Malformed):
            own_roots(token.replace(name, odd))


def test_a_certificate_of_a_version_that_there_is_not_is_refused() -> None:
    token, third, odd = maker()(b"x"), b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x2f"
    assert third in token
    with pytest.raises(Malformed):
        own_roots(token.replace(third, odd))
    head, body, end = (
        roots().strip().partition(b"\n")[0],
        b"".join(roots().split(b"-----")[2].split()),
        b"-----END CERTIFICATE-----\n",
    )
    der = base64.b64decode(body)
    assert third in der
    assert roots_of(b"%b\n%b%b" % (head, base64.encodebytes(der), end))
    with pytest.raises(Malformed):
        roots_of(b"%b\n%b%b" % (head, base64.encodebytes(der.replace(third, odd)), end))


def test_a_bundle_that_lacks_any_of_its_files_gets_a_verdict_or_a_refusal() -> None:
    with zipfile.ZipFile(io.BytesIO(witnessed())) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    assert {"draws/final/checkpoint", "draws/final/stamps/register.tlog-proof"} < set(files)
    for name in set(files) - {"manifest.json"}:
        left = {other: data for other, data in files.items() if other not in {name, "manifest.json"}}
        left["manifest.json"] = standalone_bundles.jcs({n: standalone_bundles.digest(d) for n, d in left.items()})
        data = standalone_bundles.pack(left)
        TARGETS["bundle"].read(data)  # neither verifier breaks off
        try:
            with open_bytes(data) as bundle:
                passed = verify(bundle).passed
        except Refused:
            passed = False
        assert not passed or name in {"README.txt", "verify.py"}, name
