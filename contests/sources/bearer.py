"""A token on its way: in a header, never in an address; and out of what a platform says back."""

from contests.errors import Text
from contests.sources.source import SourceRefused

SHORTEST_TRACE = 12
"""Letters of a token in a row that give it away."""


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token. Raises SourceRefused for a text that no header can carry."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise token_refused("a blank, a line break or a letter that no token has" if token else "nothing")
    return {"authorization": f"Bearer {token}"}


def hushed(said: str, token: str) -> str:
    """Return a platform's words without the token, whole or in part: some repeat what they were sent."""
    said = said.replace(token, "…") if token else said
    traces = {token[i : i + SHORTEST_TRACE] for i in range(len(token) - SHORTEST_TRACE + 1)}
    return " ".join("…" if any(trace in word for trace in traces) else word for word in said.split())


def token_refused(found: str, expected: Text | None = None, todo: Text | None = None) -> SourceRefused:
    """Return the refusal for a token that cannot serve."""
    return SourceRefused(
        "token-refused",
        expected
        or Text(fr="Un jeton d’accès que la plateforme accepte était attendu.",
                en="An access token that the platform takes was expected."),
        todo or Text(fr="Collez un jeton en cours de validité.", en="Paste a token that is still valid."),
        found=found,
    )  # fmt: skip
