"""Headers as the server read them: most pages look at one or two, and the framework would decode all."""

from typing import Any

from litestar import Request


def header(request: Request[Any, Any, Any], name: bytes) -> str:
    """Return the last value of a header, named in lower case; nothing where it was not sent."""
    found = b""
    for sent, value in request.scope["headers"]:
        if sent == name:
            found = value
    return found.decode("latin-1")
