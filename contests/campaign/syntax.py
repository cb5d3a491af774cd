"""Text that is no TOML and no YAML: where its reader stopped, at what, in the words of whoever writes it."""

import re

import yaml

from contests.errors import Text

_AT = re.compile(r"line (\d+), column (\d+)")
_LIKE_A_DATE = re.compile(r"=\s*\d{1,4}[-/.]\d{1,2}[-/.]\d")
_DATE = Text(
    "une date ou une heure illisible : écrivez 2026-12-01T09:00:00",
    "a date or time that cannot be read: write 2026-12-01T09:00:00",
)
# What the two readers say begins with, or holds, one of these.
_SAID = {
    "Invalid value": Text(
        "une valeur illisible : un texte se met entre guillemets",
        "a value that cannot be read: a text stands in quotes",
    ),
    "Expected '=' after": Text("pas de = après la clé", "no = after the key"),
    "Expected newline": Text("quelque chose de trop après la valeur", "something more after the value"),
    "Expected ']": Text("un crochet qui manque", "a bracket that is missing"),
    "Invalid statement": Text("ni une clé, ni une table", "neither a key nor a table"),
    "Invalid initial character": Text("pas de clé", "no key"),
    "Unterminated string": Text("un guillemet qui n’est pas refermé", "a quote that is not closed"),
    "Unclosed": Text("un crochet ou une accolade qui n’est pas refermé", "a bracket or brace that is not closed"),
    "Unescaped": Text("une barre oblique inversée : écrivez-en deux", "a backslash: write two"),
    "character '\\t'": Text("une tabulation : décalez avec des espaces", "a tab: indent with spaces"),
    "llegal character": Text("un caractère interdit", "a character that is not allowed"),
    "invalid character": Text("un caractère interdit", "a character that is not allowed"),
    "Cannot ": Text("une clé ou une table écrite deux fois", "a key or a table written twice"),
    "uplicate": Text("une clé écrite deux fois", "a key written twice"),
    "Invalid date": Text("une date qui n’existe pas", "a date that there is not"),
    "out of range": Text("une date qui n’existe pas", "a date that there is not"),
    "must be in": Text("une date qui n’existe pas", "a date that there is not"),
    "special characters": Text("un caractère interdit", "a character that is not allowed"),
    "Invalid hex": Text("un code de caractère illisible", "a character's code that cannot be read"),
    "Escaped character": Text("un code de caractère illisible", "a character's code that cannot be read"),
    "mapping values are not": Text(
        "un deux-points de trop : mettez le texte entre guillemets", "one colon too many: put the text in quotes"
    ),
    "could not find expected ':'": Text("un deux-points qui manque", "a colon that is missing"),
    "unexpected end of stream": Text("un guillemet qui n’est pas refermé", "a quote that is not closed"),
    "expected <block end>": Text("un décalage qui ne va pas", "an indentation that does not fit"),
    "expected ',' or": Text("une virgule ou un crochet qui manque", "a comma or a bracket that is missing"),
    "expected the node content": Text(
        "un crochet ou une accolade qui n’est pas refermé", "a bracket or brace that is not closed"
    ),
    "an alias": Text("un alias (* ou &)", "an alias (* or &)"),
    "a tag": Text("une étiquette (!)", "a tag (!)"),
    "a key that": Text(
        "une clé qui n’est pas un texte : mettez-la entre guillemets", "a key that is no text: put it in quotes"
    ),
    "a dotted key": Text("une clé à rallonge", "a dotted key of many parts"),
    "nest": Text("trop de niveaux", "too many levels"),
}


def stopped_at(error: Exception, text: str) -> Text:
    """Return where and at what the reader of `text` stopped: the line, what stands there, and why."""
    said = " ".join(str(error).split())
    line, column = _place(error, said, text)
    there = text.splitlines()[line - 1 : line] if line else []
    shown = "".join(c if c.isprintable() else " " for c in "".join(there))[:200].strip()[:80]
    why = _why(error, said, shown)
    if not line:
        end = "end of document" in said
        return Text(fr=f"à la fin du texte, {why.fr}", en=f"at the end of the text, {why.en}") if end else why
    return Text(
        fr=f"ligne {line}, colonne {column}, {why.fr}{f' : « {shown} »' if shown else ''}",
        en=f"line {line}, column {column}, {why.en}{f': “{shown}”' if shown else ''}",
    )


def _place(error: Exception, said: str, text: str) -> tuple[int, int]:
    """Return line and column from 1; zeros where the reader does not say."""
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark):
        return mark.line + 1, mark.column + 1
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        return before.count("\n") + 1, len(before) - before.rfind("\n")
    found = _AT.search(said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _why(error: Exception, said: str, shown: str) -> Text:
    if isinstance(error, RecursionError):
        return _SAID["nest"]
    bare = (error.problem if isinstance(error, yaml.MarkedYAMLError) else None) or said
    if "Expected newline" in bare and _LIKE_A_DATE.search(shown):
        return _DATE
    found = next((text for part, text in _SAID.items() if part in bare), None)
    return found or Text(bare[:200], bare[:200])
