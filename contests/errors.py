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

    `code` is stable and lower case with hyphens; `where` names the path, line or field. What was found, and where, may be
    told in words: `found` and `where` are English then, and the sentence is in the reader's language.
    """

    def __init__(
        self,
        code: str,
        expected: Text,
        todo: Text,
        *,
        found: str | Text = "",
        where: str | Text = "",
    ) -> None:
        self.code = code
        self.expected = expected
        self.found = found if isinstance(found, str) else found.en
        self.todo = todo
        self.where = where if isinstance(where, str) else where.en
        self._words = {text.en: text for text in (found, where) if isinstance(text, Text)}
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """Return one paragraph: where, expected, found, what to do."""
        where = self._told(self.where, language)
        return f"{where}{_COLON[language == 'fr']}{self.words(language)}" if where else self.words(language)

    def words(self, language: str) -> str:
        """Return the same without where, for a page that shows it."""
        parts = [self.expected(language)]
        if self.found:
            french = language == "fr"
            found = self._told(self.found, language)
            parts.append(
                f"{'Trouvé' if french else 'Found'}{_COLON[french]}{found}{'' if found[-1] in '.!?…' else '.'}"
            )
        parts.append(self.todo(language))
        return " ".join(parts)

    def _told(self, said: str, language: str) -> str:
        return self._words[said](language) if said in self._words else said


_COLON = {True: " : ", False: ": "}


class Malformed(Refused):
    """Bytes that are not what their format says."""


class StageRefused(Refused):
    """A step that the campaign's stage does not allow."""


class Changed(Refused):
    """What stands now is not what the step was based on: somebody changed it meanwhile."""


class NotFound(Refused):
    """Nothing under that address or name."""


class Unavailable(Refused):
    """Something outside is down; trying again later may help."""
