"""Words that announce a gain, in French and English (legal FR8, DE2): who promises a prize may have to deliver it.

Texts are compared without accents, case, apostrophes, punctuation and signs that nobody sees.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from contests.errors import Text

Level = Literal["gain", "cheer"]
# What announces a gain wherever it stands; what does so in a mail to somebody who was drawn.
PATTERNS: tuple[tuple[Level, str], ...] = (
    ("gain", r"vous (avez|venez de|allez)( \w+)? (gagn|remport|decroch)\w+"),
    ("gain", r"vous (gagnez|remportez)"),
    ("gain", r"vous (etes|serez)( \w+)? (le|la|l|les|un|une|notre|nos|des|parmi les)( (grand|heureu)\w*)? (gagnant|laureat|vainqueur)\w*"),
    ("gain", r"vous faites partie d\w+( \w+)? (gagnant|laureat)\w*"),
    ("gain", r"gagn\w+ a (coup sur|tous les coups)|(100 ?%|tou(s|te|tes)) gagnant\w*"),
    ("gain", r"(you|you have|you ve|youve)( (?!not\b)\w+)? won"),
    ("gain", r"you (will )?win"),
    ("gain", r"(you are|you re|youre)( \w+)? (a|the|our|one of( the| our)?)( (lucky|grand|happy))? winners?"),
    ("gain", r"(everybody|everyone) wins|guaranteed (win|prize)"),
    ("cheer", r"felicitations?|bravo|congratulations?|congrats"),
    ("cheer", r"(votre|le|ce) (lot|cadeau|prix|gain) (est a vous|vous attend|vous est (acquis|attribue|reserve))"),
    ("cheer", r"(your|the) (prize|gift|win) is (yours|waiting|reserved)|is yours"),
    ("cheer", r"(recuperez|retirez) votre (lot|cadeau|prix|gain)|(claim|collect) your (prize|gift|win|reward)"),
    ("cheer", r"(l |le |la )?heureu(x|se) (gagnant|elu)e?|lucky winner"),
    ("cheer", r"tu (as|viens de) gagn\w+|tu es (le|la|l)( \w+)? gagnante?"),
)  # fmt: skip
_COMPILED = tuple((level, re.compile(rf"\b(?:{pattern})\b")) for level, pattern in PATTERNS)
_GAP = re.compile(r"[^a-z0-9%]+")
FIRST_LINES = 3
CONDITION = {
    "fr": (re.compile(r"\bprovisoire\b"), re.compile(r"\bsous reserve\b")),
    "en": (re.compile(r"\bprovisional\b"), re.compile(r"\bsubject to\b")),
}
ANNOUNCES = Text(
    fr="Ce texte annonce un gain : « {words} ». Avant la confirmation rien n’est gagné ; l’annoncer peut obliger à le verser.",
    en="This text announces a gain: “{words}”. Nothing is won before the confirmation; who announces it may have to pay it.",
)
UNCONDITIONAL = Text(
    fr="Les premières lignes doivent dire que le résultat est provisoire, sous réserve de vérification.",
    en="The first lines must say that the result is provisional, subject to checks.",
)


def plain(text: str) -> str:
    """Return what is compared: letters a to z, digits and %, one space between words."""
    shown = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in {"Mn", "Cf"})
    return _GAP.sub(" ", shown.replace("œ", "oe").casefold()).strip()


def announces(text: str, level: Level = "cheer") -> str:
    """Return the words of `text` that announce a gain, as they are compared; empty when there are none.

    `gain`: only what announces one wherever it stands.
    """
    compared = plain(text)
    found = (pattern.search(compared) for kind, pattern in _COMPILED if kind == "gain" or level == "cheer")
    return next((match[0] for match in found if match), "")


def lint_notice(kind: str, subject: str, body: str, language: str) -> Iterator[Text]:
    """Yield what is against sending a mail before the confirmation. What follows it may announce the prize."""
    if kind not in BEFORE_CONFIRMATION:
        return
    if words := announces(f"{subject}\n{body}"):
        yield ANNOUNCES.fill(words=words)
    if kind in OF_AN_OFFER:
        lines = [line for line in body.splitlines() if line.strip()][:FIRST_LINES]
        first = plain(" ".join(lines))
        if not all(pattern.search(first) for pattern in CONDITION[language]):
            yield UNCONDITIONAL


OF_AN_OFFER = frozenset({"offer", "reminder"})
BEFORE_CONFIRMATION = OF_AN_OFFER | {"confirm", "received", "forfeited"}
