"""Signals: what makes an entry worth a second look. They point; only a person decides, and nobody is left out by them.

Pure: what is stored of an entry in, signals out. Some are about one entry alone; the others are about what several
people have in common, known by a `cluster` that is the same for all of them.
"""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from contests.entry import fold, household
from contests.errors import Text
from contests.rules.disposable_email import is_disposable

SHORTEST_TEXT = 20  # folded characters; shorter answers are alike by nature


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One kind: its words, what it tells and what it does not, and how strongly it points.

    `steps` are (people who have it in common, strength from then on), rising; for a signal of one entry: from 1 on.
    """

    title: Text
    tells: Text
    steps: tuple[tuple[int, int], ...]

    def strength(self, size: int = 1) -> int:
        """Return how strongly it points when `size` people have it in common; 0: not at all."""
        return max((strength for people, strength in self.steps if people <= size), default=0)


SIGNALS: dict[str, Signal] = {
    "trap": Signal(
        title=Text(fr="Champ caché rempli", en="Hidden field filled in"),
        tells=Text(
            fr="Les personnes ne voient pas ce champ ; un programme ou un gestionnaire de mots de passe le remplit.",
            en="People do not see this field; a program or a password manager fills it in.",
        ),
        steps=((1, 5),),
    ),
    "bad-proof": Signal(
        title=Text(fr="Preuve de calcul refusée", en="Proof of work refused"),
        tells=Text(
            fr="Fausse, périmée ou déjà utilisée. Un formulaire laissé ouvert plus de vingt minutes suffit.",
            en="Wrong, too old or used before. A form left open for more than twenty minutes is enough.",
        ),
        steps=((1, 4),),
    ),
    "burst": Signal(
        title=Text(fr="Rafale depuis un réseau", en="Burst from one network"),
        tells=Text(
            fr="Beaucoup d’envois du même réseau en une minute. Une école, un bureau ou un salon font de même. Le réseau n’est pas gardé.",
            en="Many sendings from one network within a minute. A school, an office or a fair do the same. The network is not kept.",
        ),
        steps=((1, 3),),
    ),
    "too-fast": Signal(
        title=Text(fr="Rempli trop vite", en="Filled in too fast"),
        tells=Text(
            fr="Envoyé plus vite que l’on ne lit. Le remplissage automatique d’un navigateur est presque aussi rapide.",
            en="Sent faster than one reads. A browser that fills forms in by itself is almost as fast.",
        ),
        steps=((1, 3),),
    ),
    "same-answers": Signal(
        title=Text(fr="Même texte que d’autres", en="Same text as others"),
        tells=Text(
            fr="Trois personnes au moins ont écrit le même texte, sans compter casse, accents et ponctuation.",
            en="Three people or more wrote the same text, whatever the case, accents and punctuation.",
        ),
        steps=((3, 2), (5, 3), (10, 5)),
    ),
    "same-household": Signal(
        title=Text(fr="Même foyer que d’autres", en="Same household as others"),
        tells=Text(
            fr="Même rue, même numéro, même code postal. Une famille a le droit de participer, sauf clause contraire.",
            en="Same street line and postcode. A family may enter, unless the rules say otherwise.",
        ),
        steps=((2, 1), (4, 2), (8, 4)),
    ),
    "disposable": Signal(
        title=Text(fr="Adresse e-mail jetable", en="Disposable e-mail address"),
        tells=Text(
            fr="Le domaine est sur une liste publique d’adresses jetables. Certains s’en servent pour éviter la publicité.",
            en="The domain is on a public list of throw-away addresses. Some people use them to avoid advertising.",
        ),
        steps=((1, 2),),
    ),
    "none-proof": Signal(
        title=Text(fr="Envoyé sans JavaScript", en="Sent without JavaScript"),
        tells=Text(
            fr="Sans preuve de calcul : l’adresse a été confirmée par un lien. C’est permis ; signal faible, seul.",
            en="Without proof of work: the address was confirmed by a link. That is allowed; a weak sign by itself.",
        ),
        steps=((1, 1),),
    ),
}
SHARED = frozenset({"same-answers", "same-household"})


class Asked(msgspec.Struct, frozen=True):
    """Which answers to compare: the names of the free texts, of the street line and of the postcode (empty: none)."""

    texts: tuple[str, ...] = ()
    street: str = ""
    postcode: str = ""

    @property
    def compares(self) -> bool:
        """Whether there is something to compare."""
        return bool(self.texts or (self.street and self.postcode))


def signals_of(values: Mapping[str, str], domain: str, asked: Asked) -> dict[str, str]:
    """Return what an entry shows by itself: kind → cluster, which is empty for a signal of one entry alone."""
    found = {"disposable": ""} if domain and is_disposable(domain) else {}
    place = household({"street": values.get(asked.street, ""), "postcode": values.get(asked.postcode, "")})
    if place:
        found["same-household"] = _cluster("same-household", place)
    text = "\n".join(fold(values.get(name, "")) for name in asked.texts)
    if len(text.replace("\n", "")) >= SHORTEST_TEXT:
        found["same-answers"] = _cluster("same-answers", text)
    return found


def strength(kind: str, size: int = 1) -> int:
    """Return how strongly a kind points; a mark that is not in the table points weakly."""
    return SIGNALS[kind].strength(size) if kind in SIGNALS else 1


def _cluster(kind: str, text: str) -> str:
    return sha256(f"{kind}\n{text}".encode()).hexdigest()[:32]
