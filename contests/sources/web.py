"""Asking a platform over HTTP: bounded, without redirects, never inside the own network; each refusal in words.

What a platform answers is only ever read as JSON into a declared shape; anything else is `answer-unreadable`. A token
goes into a header, and its own words never into an error.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, TypeVar

import httpcore
import httpx
import msgspec

from contests.errors import Text
from contests.sources.reading import mended
from contests.sources.source import SourceRefused

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
LARGEST_ANSWER = 32 * 1024 * 1024
LONGEST_ANSWER = 120.0
SOON, LATER = 60.0, 300.0
LONGEST_WAIT = 86_400.0
# RFC 6052 and 8215: a gateway goes on to the IPv4 address in the last bits. ::/96 meant the same once (RFC 4291).
_TRANSLATED = IPv6Network("64:ff9b::/96")
_OLD_OR_OWN = (IPv6Network("::/96"), IPv6Network("64:ff9b:1::/48"))
_EPOCH = 1_000_000_000
_SHORTEST_TOKEN = 5
SHORTEST_TRACE = 12  # letters of a token in a row that give it away
T = TypeVar("T")
Meant = Callable[[int, bytes, httpx.Headers], SourceRefused | None]
"""What a platform's own words in a refused answer mean; None where they say no more than the status."""


class _Outward(httpx.HTTPTransport):
    """Reaches public addresses only: an address that somebody pasted must not open a door in the own network."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Look the host up once, and go to what was found. Raises ConnectError for one that is not out there."""
        host, port = request.url.host, request.url.port or 443
        try:
            found = list(
                dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            )
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(str(error), request=request) from error
        if not found or not all(_outside(one) for one in found):
            raise httpx.ConnectError("not a public address", request=request)
        for one in found[:-1]:
            try:
                return super().handle_request(_pinned(request, one))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return super().handle_request(_pinned(request, found[-1]))


def _outside(address: str) -> bool:
    """Return whether an IP address is one of the public network, also behind an address that carries another."""
    ip = ip_address(address.partition("%")[0])
    inner: IPv4Address | None = None
    if isinstance(ip, IPv6Address):
        if ip.is_site_local or any(ip in network for network in _OLD_OR_OWN):
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (_low(ip) if ip in _TRANSLATED else None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


def _low(ip: IPv6Address) -> IPv4Address:
    return IPv4Address(int(ip) & 0xFFFF_FFFF)


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """Return the same request to one address: a second look-up could say something else than the first."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address.partition("%")[0]),
        headers=request.headers,
        stream=request.stream,
        extensions=request.extensions | {"sni_hostname": request.url.raw_host.decode("ascii")},
    )


def open_client(*, inside: bool = False) -> httpx.Client:
    """Return a client for platforms; `inside` also lets it reach the own network, where a test's servers are."""
    transport = timed(httpx.HTTPTransport() if inside else _Outward())
    return httpx.Client(transport=transport, timeout=TIMEOUT, follow_redirects=False, trust_env=False)


def ask(
    client: httpx.Client,
    address: str,
    shape: type[T],
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    meant: Meant | None = None,
) -> tuple[T, httpx.Headers]:
    """Return an answer in its shape, and its headers; `meant` reads what the platform says of a refusal. Raises SourceRefused."""
    status, data, got = fetch(client, address, params=params, headers=headers)
    if status != httpx.codes.OK:
        raise (meant(status, data, got) if meant else None) or refusal(status, got, said(data, headers))
    return decoded(data, shape), got


def fetch(
    client: httpx.Client,
    address: str,
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes, httpx.Headers]:
    """Return status, body and headers of an answer, whatever it says. Raises SourceRefused where none comes."""
    sent = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "contests"} | dict(headers or {})

    try:
        with within(LONGEST_ANSWER), client.stream("GET", address, params=dict(params or {}), headers=sent) as response:
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise unreadable("a packed answer")  # a few bytes may unpack to a gigabyte before anybody counts
            data = bytearray()
            for block in response.iter_bytes():
                data += block
                if len(data) > LARGEST_ANSWER:
                    raise unreadable(f"more than {LARGEST_ANSWER} bytes")
            return response.status_code, bytes(data), response.headers
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # An error's own words may hold the address, and with it a token.
        raise down(type(error).__name__) from None


_due = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give up what this thread reads through a client of ours when it takes longer in all: httpx.ReadTimeout.

    A server may send head or body a byte an hour, and no single read ever times out.
    """
    _due.at = time.monotonic() + seconds
    try:
        yield
    finally:
        _due.at = None


def _left(timeout: float | None) -> float | None:
    at = getattr(_due, "at", None)
    if at is None:
        return timeout
    left: float = at - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)


class _Timed(httpcore.NetworkStream):
    """A connection whose reads end when the time that `within` gave is over."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's own
        return self._inner.get_extra_info(info)


class _Timing(httpcore.SyncBackend):
    def connect_tcp(self, *given: Any, **named: Any) -> httpcore.NetworkStream:  # noqa: ANN401 - the library's own
        return _Timed(super().connect_tcp(*given, **named))


def timed(transport: httpx.HTTPTransport) -> httpx.HTTPTransport:
    """Let `within` count for what goes through a transport. The library has no door for it: a test holds this one."""
    transport._pool._network_backend = _Timing()  # noqa: SLF001
    return transport


def decoded(data: bytes, shape: type[T]) -> T:
    """Return JSON in its shape. Raises SourceRefused."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        if isinstance(error, msgspec.ValidationError):
            raise unreadable(str(error)[:160]) from None
    try:
        return msgspec.json.decode(mended(data.decode("utf-8", "replace").encode()), type=shape)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise unreadable(str(error)[:160]) from None


def bearer(token: str, name: str = "authorization", scheme: str = "Bearer ", *, needed: bool = False) -> dict[str, str]:
    """Return the header that carries a token; none for an empty one. Raises SourceRefused for what no header can carry."""
    token = token.strip()
    if not token:
        if needed:
            raise token_refused("nothing")
        return {}
    if not token.isascii() or not token.isprintable() or " " in token:
        raise token_refused(
            expected=Text(fr="Un jeton d’accès était attendu ; celui-ci a des signes qu’aucun jeton ne contient.",
                          en="An access token was expected; this one has signs that no token has.")
        )  # fmt: skip
    return {name: f"{scheme}{token}"}


def token_refused(found: str = "", expected: Text | None = None, todo: Text | None = None) -> SourceRefused:
    """Return the refusal for a token that is wrong, expired or taken back, or not of the kind that is `expected`."""
    return SourceRefused(
        "token-refused",
        expected or Text(fr="Un jeton d’accès que la plateforme accepte était attendu.",
                         en="An access token that the platform takes was expected."),
        todo or Text(fr="Collez un jeton en cours de validité.", en="Paste a token that is still valid."),
        found=found,
    )  # fmt: skip


def post_gone(found: str = "") -> SourceRefused:
    """Return the refusal for a post that is not there, or not for everybody."""
    return SourceRefused(
        "post-gone",
        Text(fr="Une publication visible était attendue : celle-ci est introuvable ou n’est pas publique.",
             en="A visible post was expected: this one is gone or not public."),
        Text(fr="Ouvrez son adresse sans être connecté ; corrigez-la, ou retirez la publication du jeu.",
             en="Open its address while signed out; mend it, or take the post out of the contest."),
        found=found,
    )  # fmt: skip


def refusal(status: int, headers: httpx.Headers, words: str = "") -> SourceRefused:
    """Return what a status means, with the platform's own words where it gave any."""
    found = f"{status} {words}".strip()
    if status == httpx.codes.UNAUTHORIZED:
        return token_refused(found)
    if status == httpx.codes.FORBIDDEN:
        return missing("", found)
    if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
        return post_gone(found)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return slow_down(retry_after(headers), found)
    return down(found)


def missing(permission: str, found: str = "") -> SourceRefused:
    """Return the refusal for a permission that a token lacks; empty where the platform does not say which."""
    return SourceRefused(
        "permission-missing",
        Text(fr=f"Un jeton avec l’autorisation {permission} était attendu." if permission
             else "Un jeton avec les autorisations nécessaires était attendu.",
             en=f"A token with the permission {permission} was expected." if permission
             else "A token with the permissions needed was expected."),
        Text(fr="Accordez-la, puis collez le nouveau jeton. La page d’aide de la plateforme dit comment.",
             en="Grant it, then paste the new token. The platform's help page says how."),
        found=found,
    )  # fmt: skip


def slow_down(wait: float, found: str = "") -> SourceRefused:
    """Return the refusal for too many requests; we go on by ourselves after `wait` seconds."""
    return SourceRefused(
        "slow-down",
        Text(fr="La plateforme demande de ralentir.", en="The platform asks us to slow down."),
        Text(fr="Rien à faire : le relevé reprend tout seul.", en="Nothing to do: the sweep goes on by itself."),
        found=found,
        wait=wait,
    )


def down(found: str) -> SourceRefused:
    """Return the refusal for a platform that is down, slow or out of reach."""
    return SourceRefused(
        "platform-down",
        Text(fr="Une réponse de la plateforme était attendue.", en="An answer of the platform was expected."),
        Text(fr="Rien à faire : le relevé reprend tout seul.", en="Nothing to do: the sweep goes on by itself."),
        found=found,
        wait=SOON,
    )


def unreadable(found: str) -> SourceRefused:
    """Return the refusal for an answer that is not of the declared shape."""
    return SourceRefused(
        "answer-unreadable",
        Text(fr="Une réponse de la forme documentée était attendue.", en="An answer of the documented shape was expected."),
        Text(fr="On essaie encore ; si cela dure, importez un fichier de commentaires.",
             en="We try again; if it lasts, import a file of comments."),
        found=found,
        wait=LATER,
    )  # fmt: skip


def retry_after(headers: httpx.Headers) -> float:
    """Return the seconds that a platform asks to leave, as a number or a date; a minute where it says nothing."""
    named = headers.get("retry-after", "").strip()
    if named.isascii() and named.isdecimal() and len(named) < 10:
        return _within(float(named))
    try:
        # Both by the platform's clock, whatever ours says.
        return _within((parsedate_to_datetime(named) - _date(headers)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return _reset(headers) or SOON


def breath(headers: httpx.Headers) -> float:
    """Return the seconds to leave before the next request: none while the platform's limit leaves room."""
    left = headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining") or ""
    try:
        return (_reset(headers) or SOON) if float(left) < 1 else 0.0
    except ValueError:
        return 0.0


def _reset(headers: httpx.Headers) -> float | None:
    """Return the seconds until a limit begins anew: named as seconds, as a Unix time (Bluesky) or as a date (Mastodon)."""
    named = (headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or "").strip()
    try:
        if named[:1].isdigit() and "-" not in named:
            number = float(named)
            return _within(number - _date(headers).timestamp() if number > _EPOCH else number)
        at = datetime.fromisoformat(named)
        return _within((at.replace(tzinfo=at.tzinfo or UTC) - _date(headers)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _date(headers: httpx.Headers) -> datetime:
    """Return the time on the platform's clock. Raises ValueError or TypeError where it names none."""
    return parsedate_to_datetime(headers.get("date", ""))


def _within(seconds: float) -> float:
    # A comparison with what is no number is false, and gives the shortest wait.
    return min(max(1.0, seconds), LONGEST_WAIT)


def said(data: bytes, headers: Mapping[str, str] | None = None) -> str:
    """Return a little of what a platform said of its refusal: printable, on one line, without the tokens that were sent."""
    text = data[:4000].decode(errors="replace")
    if text.lstrip().startswith("<"):
        return ""
    for value in (headers or {}).values():
        for token in {value, value.rpartition(" ")[2]}:
            text = hushed(text, token) if len(token) >= _SHORTEST_TOKEN else text
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:160]


def hushed(words: str, token: str) -> str:
    """Return a platform's words without the token, whole or in part: some repeat what they were sent."""
    words = words.replace(token, "…") if token else words
    traces = {token[i : i + SHORTEST_TRACE] for i in range(len(token) - SHORTEST_TRACE + 1)}
    return " ".join("…" if any(trace in word for trace in traces) else word for word in words.split())
