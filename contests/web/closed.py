"""Words that an address may carry without being read there: closed under the session that they were typed in."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from litestar import Request

from contests.store.keyring import derived

LABEL = b"contests/searched/v1"


def closed(request: Request[Any, Any, Any], words: str) -> str:
    """Return words as this session alone reads them."""
    return _box(request).encrypt(words.encode()).decode()


def opened(request: Request[Any, Any, Any], token: str) -> str:
    """Return the words; nothing where another session closed them, or nobody."""
    try:
        return _box(request).decrypt(token).decode()
    except (InvalidToken, ValueError):
        return ""


def _box(request: Request[Any, Any, Any]) -> Fernet:
    csrf: str = request.state.csrf
    return Fernet(base64.urlsafe_b64encode(derived(csrf, LABEL)))
