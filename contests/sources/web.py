"""Asking a platform over HTTP: bounded, without redirects, never inside the own network; each refusal in words.

What a platform answers is only ever read as JSON into a declared shape; anything else is `answer-unreadable`.
"""

import socket
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TypeVar

import httpx
import msgspec

from contests.errors import Text
from contests.sources.reading import mended
from contests.sources.source import SourceRefused

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
LARGEST_ANSWER = 32 * 1024 * 1024
SOON, LATER = 60.0, 300.0
LONGEST_WAIT = 86_400.0
T = TypeVar("T")


class _Outward(httpx.HTTPTransport):
    """Reaches public addresses only: an address that somebody pasted must not open a door in the own network."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Look the host up first. Raises ConnectError for one that is not out there."""
        port = request.url.port or 443
        try:
            found = {known[4][0] for known in socket.getaddrinfo(request.url.host, port, type=socket.SOCK_STREAM)}
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        if not found or not all(ip_address(str(one).partition("%")[0]).is_global for one in found):
            raise httpx.ConnectError("not a public address", request=request)
        return super().handle_request(request)


def open_client(*, inside: bool = False) -> httpx.Client:
    """Return a client for platforms; `inside` also lets it reach the own network, where a test's servers are."""
    transport = httpx.HTTPTransport() if inside else _Outward()
    return httpx.Client(transport=transport, timeout=TIMEOUT, follow_redirects=False, trust_env=False)


def ask(
    client: httpx.Client,
    address: str,
    shape: type[T],
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[T, httpx.Headers]:
    """Return an answer in its shape, and its headers. Raises SourceRefused."""
    status, data, got = fetch(client, address, params=params, headers=headers)
    if status != httpx.codes.OK:
        raise refusal(status, got, _said(data))
    return decoded(data, shape), got


def fetch(
    client: httpx.Client,
    address: str,
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes, httpx.Headers]:
    """Return status, body and headers of an answer, whatever it says. Raises SourceRefused where none comes."""
    sent = {"accept": "application/json", "user-agent": "contests"} | dict(headers or {})
    try:
        with client.stream("GET", address, params=dict(params or {}), headers=sent) as response:
            data = bytearray()
            for block in response.iter_bytes():
                data += block
                if len(data) > LARGEST_ANSWER:
                    raise unreadable(f"more than {LARGEST_ANSWER} bytes")
            return response.status_code, bytes(data), response.headers
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # An error's own words may hold the address, and with it a token.
        raise down(type(error).__name__) from None


def decoded(data: bytes, shape: type[T]) -> T:
    """Return JSON in its shape. Raises SourceRefused."""
    try:
        return msgspec.json.decode(mended(data), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(str(error)[:160]) from None


def refusal(status: int, headers: httpx.Headers, said: str = "") -> SourceRefused:
    """Return what a status means, with the platform's own words where it gave any."""
    found = f"{status} {said}".strip()
    if status == httpx.codes.UNAUTHORIZED:
        return SourceRefused(
            "token-refused",
            Text(fr="Un jeton d’accès que la plateforme accepte était attendu.",
                 en="An access token that the platform takes was expected."),
            Text(fr="Collez un jeton en cours de validité.", en="Paste a token that is still valid."),
            found=found,
        )  # fmt: skip
    if status == httpx.codes.FORBIDDEN:
        return missing("", found)
    if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
        return SourceRefused(
            "post-gone",
            Text(fr="Une publication visible était attendue : celle-ci est introuvable ou n’est pas publique.",
                 en="A visible post was expected: this one is gone or not public."),
            Text(fr="Ouvrez son adresse sans être connecté ; corrigez-la, ou retirez la publication du jeu.",
                 en="Open its address while signed out; mend it, or take the post out of the contest."),
            found=found,
        )  # fmt: skip
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
    """Return the seconds that `Retry-After` asks for, as a number or a date; a minute where it says nothing."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal() and len(said) < 10:
        return min(max(float(said), 1.0), LONGEST_WAIT)
    try:
        # Both by the platform's clock, whatever ours says.
        wait = (parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError):
        return SOON
    return min(max(wait, 1.0), LONGEST_WAIT)


def _said(data: bytes) -> str:
    """Return a little of what a platform said of its refusal: printable, on one line."""
    text = data[:400].decode(errors="replace")
    return (
        ""
        if text.lstrip().startswith("<")
        else " ".join("".join(c if c.isprintable() else " " for c in text).split())[:160]
    )
