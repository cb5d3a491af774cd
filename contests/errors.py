"""Codes and sentences: what is said when something is refused, in French and in English.

Every refusal says what was expected, what was found and what to do. A sentence is a `Text`; the
edge picks the reader's language.
"""

from typing import Literal

import msgspec

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


class Text(msgspec.Struct, frozen=True):
    """One sentence in both languages; `{name}` marks a fact to be filled in."""

    fr: str
    en: str

    def __call__(self, language: str, **facts: object) -> str:
        """Return the sentence in `language` with its facts (a missing language reads English)."""
        said = self.fr if language == "fr" else self.en
        return said.format(**facts) if facts else said

    def fill(self, **facts: object) -> "Text":
        """Return the same sentence with its facts filled in, still in both languages."""
        return Text(fr=self.fr.format(**facts), en=self.en.format(**facts))


class Refused(Exception):  # noqa: N818 - the field's word, not "RefusedError"
    """A job or an input was refused; nothing was changed.

    `code` is stable and lower case with hyphens; `where` names the path, line or field.
    """

    def __init__(
        self,
        code: str,
        expected: Text,
        todo: Text,
        *,
        found: str = "",
        where: str = "",
    ) -> None:
        self.code = code
        self.expected = expected
        self.found = found
        self.todo = todo
        self.where = where
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """Return one paragraph: where, expected, found, what to do."""
        french = language == "fr"
        colon = " : " if french else ": "
        parts = [f"{self.where}{colon}{self.expected(language)}" if self.where else self.expected(language)]
        if self.found:
            parts.append(f"{'Trouvé' if french else 'Found'}{colon}{self.found}.")
        parts.append(self.todo(language))
        return " ".join(parts)


class Malformed(Refused):
    """Bytes that are not what their format says."""


class StageRefused(Refused):
    """A step that the campaign's stage does not allow."""


class NotFound(Refused):
    """Nothing under that address or name."""


class Unavailable(Refused):
    """Something outside is down; trying again later may help."""
