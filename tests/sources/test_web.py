"""Asking a platform: whatever it answers is read within bounds or refused in words, and a token is never repeated."""

import socket
import ssl
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from lying_platform import DATE, Platform, Says, lies, lying_platform, refused

from contests.sources import web

TOKEN = "sesame-open-4711"


class Shape(msgspec.Struct):
    items: list[int]


def ask(platform: Platform, **more: Any) -> Shape:
    with platform.client() as client:
        return web.ask(client, "https://api.example.org/items", Shape, **more)[0]


def test_an_answer_of_its_shape_is_read(platform: Platform) -> None:
    platform.says("/items", {"items": [1, 2], "more": {"than": "declared"}})
    assert ask(platform, params={"a": "é&b"}, headers=web.bearer(TOKEN)).items == [1, 2]
    asked = platform.asked[0]
    assert (asked.host, asked.query, asked.headers["authorization"]) == (
        "api.example.org",
        {"a": "é&b"},
        f"Bearer {TOKEN}",
    )
    assert asked.headers["accept"] == "application/json"


@lies()
def test_each_lie_has_its_code(platform: Platform, lie: Says, code: str, wait: float | None) -> None:
    platform.says("/items", lie)
    error = refused(lambda: ask(platform))
    assert (error.code, error.wait) == (code, wait)
    assert error.sentence("fr") != error.sentence("en")


def test_a_redirect_is_not_followed(platform: Platform) -> None:
    platform.says("/items", Says(status=301, headers={"Location": "/other"}))
    platform.says("/other", {"items": []})
    assert refused(lambda: ask(platform)).code == "platform-down"
    assert len(platform.asked) == 1


def test_a_slow_answer_is_a_platform_that_is_down(platform: Platform) -> None:
    platform.says("/items", Says(body={"items": []}, slow=0.6))
    with platform.client(timeout=0.1) as client:
        error = refused(lambda: web.ask(client, "https://api.example.org/items", Shape))
    assert (error.code, error.found) == ("platform-down", "ReadTimeout")


@pytest.mark.parametrize("drops", [Says(body=b" " * 40, drips=0.03), Says(body=b"{}", drips=0.03, head=40)])
def test_an_answer_that_drips_holds_nobody(platform: Platform, monkeypatch: pytest.MonkeyPatch, drops: Says) -> None:
    monkeypatch.setattr(web, "LONGEST_ANSWER", 0.15)
    platform.says("/items", drops)
    error = refused(lambda: ask(platform))
    assert (error.code, error.found) == ("platform-down", "ReadTimeout")


def test_a_packed_answer_is_not_unpacked(platform: Platform) -> None:
    platform.says("/items", Says(body=b"{}", headers={"content-encoding": "gzip, gzip"}))
    error = refused(lambda: ask(platform))
    assert (error.code, error.found) == ("answer-unreadable", "a packed answer")


def test_an_answer_too_large_is_not_read_to_its_end(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LARGEST_ANSWER", 1000)
    platform.says("/items", {"items": list(range(1000))})
    error = refused(lambda: ask(platform))
    assert (error.code, error.found) == ("answer-unreadable", "more than 1000 bytes")


def test_nobody_at_that_port_is_a_platform_that_is_down(platform: Platform) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        platform.port = free.getsockname()[1]
        assert refused(lambda: ask(platform)).code == "platform-down"


@pytest.mark.parametrize("body", [b'{"items": [1], "said": "\\ud83d"}', b'{"items": [1], "said": "\xff"}'])
def test_half_a_character_loses_no_page(body: bytes) -> None:
    assert web.decoded(body, Shape).items == [1]


# ------------------------------------------------------------------------------------------------------------- tokens


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_a_token_that_the_platform_repeats_is_not_repeated(platform: Platform, status: int) -> None:
    said = {"error": f"no such token {TOKEN}", "header": f"Bearer {TOKEN}"}
    platform.says("/items", Says(body=said, status=status))
    error = refused(lambda: ask(platform, headers=web.bearer(TOKEN)))
    assert "no such token" in error.found
    assert TOKEN not in f"{error} {error.sentence('fr')} {error.sentence('en')} {error!r} {error.__cause__!r}"


@pytest.mark.parametrize("token", ["jeton-é", "two words", "line\nend", "a\x00b", "x\ty"])
def test_a_token_that_no_header_carries_is_refused_unseen(token: str) -> None:
    error = refused(lambda: web.bearer(token))
    assert error.code == "token-refused"
    assert token not in error.sentence("fr") + error.sentence("en")


def test_blanks_around_a_pasted_token_are_none_of_it() -> None:
    assert web.bearer(f" {TOKEN}\n") == {"authorization": f"Bearer {TOKEN}"}
    assert web.bearer(" ") == {}


def test_words_of_a_platform_stand_on_one_short_line() -> None:
    assert web.said(b"a\n\tb\x00\x1b[31m" + "\u202e".encode() + b"c" * 500)[:10] == "a b [31m c"
    assert len(web.said(b"c" * 500)) == 160
    assert web.said(b" <html>secret") == ""


# -------------------------------------------------------------------------------------------------------------- waits


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "-5"}, 60),
        ({"Retry-After": "1.5"}, 60),
        ({"Retry-After": "９"}, 60),
        ({"Retry-After": "999999999"}, 86_400),
        ({"Retry-After": "9" * 400}, 60),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": DATE}, 30),
        ({"Retry-After": "Sun, 22 Nov 2020 10:00:30 GMT", "Date": DATE}, 1),
        ({"Retry-After": "Sun, 22 Nov 2099 10:00:30 GMT", "Date": DATE}, 86_400),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT"}, 60),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 -0000", "Date": DATE}, 60),
        ({"Retry-After": "soon"}, 60),
        ({}, 60),
        ({"x-ratelimit-reset": "33"}, 33),
        ({"x-ratelimit-reset": "33.5"}, 33.5),
        ({"ratelimit-reset": "1795341645", "Date": DATE}, 45),
        ({"ratelimit-reset": "1795341645"}, 60),
        ({"x-ratelimit-reset": "2026-11-22T10:02:00.123Z", "Date": DATE}, 120.123),
        ({"x-ratelimit-reset": "2026-11-22T10:02:00", "Date": DATE}, 120),
        ({"x-ratelimit-reset": "nan", "Date": DATE}, 60),
        ({"x-ratelimit-reset": "1e999", "Date": DATE}, 86_400),
    ],
)  # fmt: skip
def test_how_long_to_wait_is_said_in_many_ways(headers: dict[str, str], wait: float) -> None:
    assert web.retry_after(httpx.Headers([(k.encode(), v.encode()) for k, v in headers.items()])) == pytest.approx(wait)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 0),
        ({"x-ratelimit-remaining": "299"}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-22T10:00:10Z", "Date": DATE}, 10),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "12"}, 12),
        ({"ratelimit-remaining": "0"}, 60),
        ({"x-ratelimit-remaining": "many"}, 0),
    ],
)
def test_a_limit_that_is_reached_gives_a_pause(headers: dict[str, str], wait: float) -> None:
    assert web.breath(httpx.Headers(headers)) == wait


@given(
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00")),
    st.integers(0, 250_000_000_000),
)
def test_whatever_is_said_the_wait_has_bounds(named: str, seconds: int) -> None:
    at = format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
    headers = httpx.Headers([(b"retry-after", named.encode("latin-1")), (b"x-ratelimit-reset", named.encode("latin-1")),
                             (b"date", at.encode())])  # fmt: skip
    assert 1 <= web.retry_after(headers) <= 86_400


# ------------------------------------------------------------------------------------------------------- the own network


def reached(monkeypatch: pytest.MonkeyPatch, addresses: list[str], fails: tuple[str, ...] = ()) -> list[httpx.Request]:
    """Return the requests that would leave, with a name that stands for these addresses."""
    left: list[httpx.Request] = []

    def send(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        left.append(request)
        if request.url.host in fails:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json={"items": []})

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (one, 443)) for one in addresses])
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", send)
    return left


INSIDE = ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1",  # noqa: S104 - an address to refuse
          "fd00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "fe80::1%eth0", "::7f00:1", "64:ff9b::a00:1",
          "64:ff9b:1::1", "fec0::1"]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("beside", [[], ["9.9.9.9"]])
def test_a_name_that_leads_inside_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, address: str, beside: list[str]
) -> None:
    left = reached(monkeypatch, [*beside, address])
    with web.open_client() as client:
        error = refused(lambda: web.ask(client, "https://social.example/items", Shape))
    assert (error.code, left) == ("platform-down", [])


def test_what_was_looked_up_is_where_we_go(monkeypatch: pytest.MonkeyPatch) -> None:
    left = reached(monkeypatch, ["9.9.9.9"])
    with web.open_client() as client:
        web.ask(client, "https://social.example/items", Shape)
    assert (left[0].url.host, left[0].headers["host"], left[0].extensions["sni_hostname"]) == (
        "9.9.9.9", "social.example", "social.example")  # fmt: skip


def test_where_one_address_is_down_the_next_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    left = reached(monkeypatch, ["2620:fe::9", "9.9.9.9"], fails=("2620:fe::9",))
    with web.open_client() as client:
        web.ask(client, "https://social.example/items", Shape)
    assert [request.url.host for request in left] == ["2620:fe::9", "9.9.9.9"]


def test_a_client_for_the_own_network_reaches_it(platform: Platform) -> None:
    platform.says("/items", {"items": [1]})
    with web.open_client(inside=True) as client:
        assert web.ask(client, f"http://127.0.0.1:{platform.port}/items", Shape)[0].items == [1]


def test_the_name_and_not_the_number_is_what_a_certificate_must_bear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "social.example")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("social.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(pem)
    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, port, *__, **___: [(*here, ("127.0.0.1", port))])
    monkeypatch.setattr(web, "_outside", lambda _: True)
    with lying_platform(served) as platform:
        platform.says("/items", {"items": [1]})
        trusting = ssl.create_default_context(cafile=str(pem))
        with httpx.Client(transport=web._Outward(verify=trusting), trust_env=False) as client:
            assert web.ask(client, f"https://social.example:{platform.port}/items", Shape)[0].items == [1]
            assert (
                refused(lambda: web.ask(client, f"https://other.example:{platform.port}/items", Shape)).code
                == "platform-down"
            )
