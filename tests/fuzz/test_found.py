"""What fuzzing once found stays mended."""

import io
from zoneinfo import ZoneInfo

import pytest
from audit.test_standalone_stamps import maker
from sources.test_comment_files import repacked, workbook
from visitor import Site

from contests.audit.stamp import own_roots
from contests.errors import Malformed
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
