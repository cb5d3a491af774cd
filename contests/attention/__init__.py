"""Attention: what in a comment asks for a person, soon. It points; nothing is hidden, answered or left out by it.

Pure: a text in, kinds and a tone out. The words stand in fr.toml and en.toml beside this file, dated; a comment is read
by both, since people write as they like. Words are coarse: irony, and most of what people mean, they do not see.
"""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Literal

import msgspec
import regex

from contests.comment import Site
from contests.errors import LANGUAGES, Text
from contests.rules.wording import key, without_addresses, without_hashtags, without_mentions

LONGEST = 2000
"""Characters of a comment that are read."""
SHORTEST_SAME = 60
"""Letters and digits from which on two equal texts are no coincidence: “je participe avec plaisir” is said by everybody."""
MANY, WITHIN_MINUTES = 8, 10
"""Comments of one account, in so many minutes, that are a burst."""
SAME_FROM = 3
"""Accounts that wrote the same text, from which on it is worth a look."""
Tone = Literal[-1, 0, 1]


class Kind(msgspec.Struct, frozen=True):
    """What may be found: its name, what it tells and what not, and whether somebody should be told at once."""

    title: Text
    tells: Text
    urgent: bool = False


KINDS: dict[str, Kind] = {
    "complaint": Kind(
        Text(fr="Doute sur l’équité", en="Doubt about fairness"),
        Text(fr="Un mot comme « truqué » ou « arnaque ». C’est parfois une plaisanterie.",
             en="A word such as “rigged” or “scam”. Sometimes it is a joke."),
        urgent=True,
    ),
    "insult": Kind(
        Text(fr="Insulte", en="Insult"),
        Text(fr="Un mot de la liste des insultes. Des amis s’en disent aussi.",
             en="A word of the list of insults. Friends use them too."),
        urgent=True,
    ),
    "question": Kind(
        Text(fr="Question", en="Question"),
        Text(fr="Un point d’interrogation, ou un mot par lequel une question commence.",
             en="A question mark, or a word that questions begin with."),
    ),
    "negative": Kind(
        Text(fr="Ton négatif", en="Negative tone"),
        Text(fr="Plus de mots de déception que de plaisir. L’ironie n’est pas vue.",
             en="More words of disappointment than of pleasure. Irony is not seen."),
        urgent=True,
    ),
    "link": Kind(
        Text(fr="Lien", en="Link"),
        Text(fr="Une adresse du web. Les comptes qui imitent l’organisateur en posent souvent.",
             en="An address of the web. Accounts that pose as the organiser often leave one."),
    ),
    "same-text": Kind(
        Text(fr="Même texte que d’autres", en="Same text as others"),
        Text(fr="Trois comptes au moins ont écrit la même chose, mentions et hashtags mis à part.",
             en="Three accounts or more wrote the same, mentions and hashtags aside."),
    ),
    "burst": Kind(
        Text(fr="Rafale d’un compte", en="Burst of one account"),
        Text(fr="Huit commentaires au moins en dix minutes. Nommer un ami par commentaire y ressemble.",
             en="Eight comments or more within ten minutes. Naming one friend a comment looks alike."),
    ),
}  # fmt: skip
URGENT = tuple(name for name, kind in KINDS.items() if kind.urgent)


class Read(msgspec.Struct, frozen=True):
    """What was found in one comment. `gist` is the same for the same words; empty where the text is short."""

    kinds: tuple[str, ...] = ()
    tone: Tone = 0
    gist: str = ""


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    date: date
    source: str
    insults: tuple[str, ...]
    complaints: tuple[str, ...]
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    negations: tuple[str, ...]
    questions: tuple[str, ...]


Phrase = tuple[str, ...]
_WORD = regex.compile(r"[\p{L}\p{N}]++")
_STRETCHED = regex.compile(r"(\p{L})\1{2,}+")
_QUESTION = regex.compile("[?？؟]")
_ADDRESS = regex.compile(r"https?://|www\.", regex.IGNORECASE)
_GLAD = regex.compile("[❤♥💕💖💗💙💚💛💜🧡🩷😍🥰🤩😻👏👍🎉🥳😊😁🙏🤞🍀💪🔥]")
_CROSS = regex.compile("[😡🤬😠👎💩😤🤮🖕😒🙄]")
_NEAR = 2  # words before one that turn it round


@cache
def _words(name: str) -> frozenset[Phrase]:
    """Return the phrases of one list, of all languages."""
    found: set[Phrase] = set()
    for language in LANGUAGES:
        data = (files(__name__) / f"{language}.toml").read_text(encoding="utf-8")
        own = msgspec.convert(tomllib.loads(data), _List)
        found |= {tuple(_WORD.findall(key(phrase, accents=False))) for phrase in getattr(own, name)}
    return frozenset(found)


@cache
def _longest(name: str) -> int:
    return max(len(phrase) for phrase in _words(name))


@cache
def _firsts(name: str) -> frozenset[str]:
    return frozenset(phrase[0] for phrase in _words(name))


def read(text: str, site: Site = "other") -> Read:
    """Return what a comment asks a person to look at."""
    text = text[:LONGEST]
    bare = without_mentions(text, site)
    words = _WORD.findall(key(bare, accents=False))
    short = [_STRETCHED.sub(r"\1", word) for word in words]
    complaints = _places("complaints", words, short)
    good = _weight("positive", words, short) + len(_GLAD.findall(text))
    bad = _weight("negative", words, short) + 2 * len(complaints) + len(_CROSS.findall(text))
    tone: Tone = 1 if good > bad else -1 if good < bad else 0
    kinds = {
        "complaint": bool(complaints),
        "insult": bool(_places("insults", words, short)),
        "question": bool(_QUESTION.search(bare)) or _asks(words),
        "negative": tone < 0,
        "link": bool(_ADDRESS.search(text)) or without_addresses(text) != text,
    }
    own = _WORD.findall(key(without_hashtags(bare), accents=False)) if "#" in bare or "＃" in bare else words
    gist = sha256(" ".join(own).encode()).hexdigest()[:32] if sum(map(len, own)) >= SHORTEST_SAME else ""
    return Read(tuple(name for name in KINDS if kinds.get(name)), tone, gist)


def _places(name: str, words: Sequence[str], short: Sequence[str]) -> list[tuple[int, int]]:
    """Return where phrases of a list begin and end, the longest first, each word in one phrase alone."""
    known, most, found, at = _words(name), _longest(name), [], 0
    if _firsts(name).isdisjoint(words) and _firsts(name).isdisjoint(short):
        return []
    while at < len(words):
        for size in range(min(most, len(words) - at), 0, -1):
            if tuple(words[at : at + size]) in known or tuple(short[at : at + size]) in known:
                found.append((at, at + size))
                at += size
                break
        else:
            at += 1
    return found


def _weight(name: str, words: Sequence[str], short: Sequence[str]) -> int:
    """Return how many phrases of a list there are, less those that a word before them turns round: “not good”."""
    weight, last = 0, 0
    for start, end in _places(name, words, short):
        before, own = words[max(last, start - _NEAR) : start], words[start:end]
        turned = _firsts("negations")
        weight += 1 if turned.isdisjoint(before) or not turned.isdisjoint(own) else -1
        last = end
    return weight


def _asks(words: Sequence[str]) -> bool:
    """Whether a text begins as questions do."""
    return any(tuple(words[:size]) in _words("questions") for size in range(1, _longest("questions") + 1))
