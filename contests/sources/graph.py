"""Meta's Graph API, which Instagram and Facebook share: how it is asked, how it refuses, how its lists go on.

Its errors come with 400 or 403 whatever they mean: only their code tells. It has no `Retry-After`: the share of the
limit that is used stands in headers (Meta, Graph API: error handling; rate limits).
"""

from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec

from contests.errors import Text
from contests.sources.reading import each
from contests.sources.source import SourceRefused
from contests.sources.web import (
    LATER,
    LONGEST_WAIT,
    bearer,
    decoded,
    down,
    fetch,
    hushed,
    missing,
    refusal,
    slow_down,
    token_refused,
    unreadable,
)

VERSION = "v26.0"
FACEBOOK = f"https://graph.facebook.com/{VERSION}"
INSTAGRAM = f"https://graph.instagram.com/{VERSION}"
ALMOST_SPENT = 90
"""Per cent of a limit above which we leave time between pages."""
_SLOW = frozenset({4, 17, 32, 613, *range(80000, 80015)})
_TOKEN = frozenset({102, 190})
_PERMISSION = frozenset({3, 10, *range(200, 300)})
_DOWN = frozenset({1, 2})
T = TypeVar("T")


class _Cursors(msgspec.Struct):
    after: str = ""


class _Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: str = ""


class _Summary(msgspec.Struct):
    total_count: int | None = None


class Listing(msgspec.Struct):
    """One page of a list; its items are read one by one."""

    data: list[msgspec.Raw]
    paging: _Paging | None = None
    summary: _Summary | None = None


class _Error(msgspec.Struct):
    message: str = ""
    type: str = ""
    code: int = 0
    error_subcode: int = 0


class _Refusal(msgspec.Struct):
    error: _Error


class _Permission(msgspec.Struct):
    permission: str
    status: str = ""


class _Usage(msgspec.Struct):
    call_count: float = 0
    total_time: float = 0
    total_cputime: float = 0
    estimated_time_to_regain_access: float = 0


def ask(
    client: httpx.Client,
    address: str,
    shape: type[T],
    token: str,
    *,
    params: dict[str, str],
    permission: str,
) -> tuple[T, float]:
    """Return an answer, and the seconds to leave before the next question. Raises SourceRefused.

    `permission` is named where Graph says that one is missing.
    """
    status, data, headers = fetch(client, address, params=params, headers=bearer(token, needed=True))
    error = _error(data)
    if error is not None:
        raise _meaning(error, status, headers, token, permission)
    if status != httpx.codes.OK:
        raise refusal(status, headers)
    return decoded(data, shape), _pause(headers)


def further(listing: Listing, asked: str = "") -> str:
    """Return the cursor of the next page, empty on the last one. Raises SourceRefused for a list that goes nowhere.

    The address in `next` holds the token: only its cursor is taken. A page may be short or empty and not be the last.
    """
    paging = listing.paging
    if paging is None or not paging.next:
        return ""
    after = paging.cursors.after if paging.cursors else ""
    if not after:
        try:
            after = parse_qs(urlsplit(paging.next).query).get("after", [""])[0]
        except ValueError:
            after = ""
    if not after or after == asked:
        raise unreadable("a next page that is the same page" if after else "a next page without a cursor")
    return after


def lacking(client: httpx.Client, base: str, token: str, needed: tuple[str, ...]) -> tuple[str, ...]:
    """Return which permissions a token lacks; none where Graph does not say (tokens of pages). Raises SourceRefused."""
    try:
        listing, _ = ask(client, f"{base}/me/permissions", Listing, token, params={}, permission="")
    except SourceRefused as refused:
        if refused.code in {"token-refused", "slow-down", "platform-down"}:
            raise
        return ()
    listed, _ = each(listing.data, _Permission)
    granted = {one.permission for one in listed if one.status == "granted"}
    return tuple(name for name in needed if name not in granted) if listed else ()


def without_page(refused: SourceRefused) -> SourceRefused:
    """Return what a refusal means where a field was asked that only pages have: a person's token is told “no field”."""
    if refused.code != "answer-unreadable" or not refused.found.startswith("100/"):
        return refused
    return token_refused(
        refused.found,
        Text(fr="Le jeton d’accès d’une Page était attendu.", en="The access token of a Page was expected."),
        Text(
            fr="Collez le jeton de la Page qui a publié, et non celui d’une personne ou d’une application.",
            en="Paste the token of the Page that posted, not a person's or an application's.",
        ),
    )


def _error(data: bytes) -> _Error | None:
    try:
        return msgspec.json.decode(data, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _meaning(error: _Error, status: int, headers: httpx.Headers, token: str, permission: str) -> SourceRefused:
    words = "".join(c if c.isprintable() else " " for c in error.message[:2000])
    # The token is taken out before the words are cut: half of it would no longer be recognised.
    found = f"{error.code}/{error.error_subcode} {hushed(words, token)[:160]}".strip()
    if error.code in _TOKEN:
        return token_refused(found)
    if error.code in _PERMISSION:
        return missing(permission, found)
    if error.code in _SLOW:
        return slow_down(_regain(headers) or LATER, found)
    if (error.code, error.error_subcode) == (100, 33) or error.code == 803:
        return refusal(httpx.codes.NOT_FOUND, headers, found)
    if error.code in _DOWN or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return down(found)
    return unreadable(found)


def _usages(headers: httpx.Headers) -> list[_Usage]:
    """Return what the headers say of limits; nothing where they are not as documented."""
    found: list[_Usage] = []
    for name in ("x-app-usage", "x-page-usage"):
        found += _told(headers.get(name, ""), _Usage)
    for group in _told(headers.get("x-business-use-case-usage", ""), dict[str, list[_Usage]]):
        found += [usage for usages in group.values() for usage in usages]
    return found


def _told(text: str, shape: type[T]) -> list[T]:
    try:
        return [msgspec.json.decode(text, type=shape)] if text else []
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return []


def _regain(headers: httpx.Headers) -> float:
    """Return the seconds until access comes back; 0 where the headers do not say."""
    minutes = max((usage.estimated_time_to_regain_access for usage in _usages(headers)), default=0.0)
    return min(max(minutes, 0.0) * 60, LONGEST_WAIT)


def _pause(headers: httpx.Headers) -> float:
    """Return the seconds to leave so that the limit is never met."""
    used = max(
        (max(usage.call_count, usage.total_time, usage.total_cputime) for usage in _usages(headers)), default=0.0
    )
    return _regain(headers) or (LATER if used > ALMOST_SPENT else 0.0)
