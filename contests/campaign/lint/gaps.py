"""What nobody has filled in yet."""

from collections.abc import Iterator
from typing import Any

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.editor.answers import GAP
from contests.campaign.lint.remark import Remark
from contests.errors import Text


def gaps(campaign: Campaign) -> Iterator[Remark]:
    """Block every answer that a template left open."""
    said = set(campaign.languages)
    for path, text in _texts(msgspec.to_builtins(campaign), ""):
        language = path.rpartition(".")[2]
        if language in GAP and language not in said:
            continue
        if any(gap in text for gap in GAP.values()) or text.endswith("@example.invalid"):
            yield Remark(
                "block",
                "unanswered",
                path,
                Text(fr="Cette réponse reste à donner.", en="This answer is still to be given."),
                law="C3, C4",
            )

    for n, prize in enumerate(campaign.prizes):
        if float(prize.unit_value) == 0:
            yield Remark(
                "block",
                "prize-value",
                f"prizes[{n}].unit_value",
                Text(fr="La valeur du lot est à donner.", en="The prize’s value is to be given."),
                law="C4",
            )


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - builtins of a struct
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{n}]")
    elif isinstance(value, str):
        yield path, value
