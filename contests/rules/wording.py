"""Text as people write it: the form in which it is compared, its hashtags, whom it names, how long it is.

The yardstick for hashtags and mentions is what the public conformance cases of twitter-text expect. Every pattern reads
a text once: repetitions are possessive, and a find begins only where one can begin.
"""

import unicodedata

import regex

from contests.comment import Site

# Nobody sees these: joiners, variation selectors, marks of direction (Unicode's Default_Ignorable_Code_Point).
_UNSEEN = regex.compile(r"\p{DI}++")
# Sorting marks costs the square of their number; 30 in a row are Unicode's own limit (UAX #15, stream-safe text).
_PILED = regex.compile(r"([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]++")
_MARKS = regex.compile(r"\p{M}")
_ACCENTS = regex.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]++")
# Letters that carry something which does not come off by itself.
_WHOLE = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ħ": "h"}

_GAP = r"\s\u200b\u2060\ufeff"
_ADDRESS = regex.compile(
    # Where a scheme, “www.” or a domain with a slash begins; scripts without spaces end it by their own punctuation.
    rf"""(?<![\w@＠#＃.-])(?:https?+://|www\.|[\w-]++(?:\.[\w-]++)++/)[^{_GAP}<>"\u3000-\u303f\uff00-\uffef]*+""",
    regex.IGNORECASE,
)
_TAG = (
    r"[\p{L}\p{M}\p{Nd}_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7]"
)
_HASHTAGS = regex.compile(rf"(?<!{_TAG}|&)(?:[#＃]{_TAG}++)++(?!://)")
# Marks of emoji that would pass for accents of a letter: a hashtag ends before them.
_EMOJI = str.maketrans(dict.fromkeys("\ufe0e\ufe0f\u20e3", "\ufffc"))
_HAS_LETTER = regex.compile(r"[\p{L}\p{M}]")

# What stands before an “@” that belongs to an e-mail address, or to nothing. Scripts without spaces may stand there.
_STUCK = r"(?<![\p{Latin}\p{Greek}\p{Cyrillic}\p{Nd}\u0300-\u036f_!\#$%&*@＠])"
_END = r"(?![@＠\p{Latin}\u0300-\u036f]|://)"
_NAME = r"[A-Za-z0-9_]++"
_DOTTED = r"[A-Za-z0-9_]++(?:[.-][A-Za-z0-9_]++)*+"
_HOST = r"[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+(?:\.[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+)++"
_ELSEWHERE = regex.compile(rf"{_STUCK}[@＠]({_DOTTED}(?:[@＠]{_HOST})?+){_END}")
_MENTIONS: dict[Site, regex.Pattern[str]] = {
    # X lets a name follow a bare “RT”.
    "x": regex.compile(rf"(?:{_STUCK}|(?<=(?<![\w+~.-])rt))[@＠]({_NAME}){_END}", regex.IGNORECASE),
    "bluesky": regex.compile(rf"{_STUCK}[@＠]({_DOTTED}){_END}"),
    "facebook": regex.compile(rf"{_STUCK}[@＠]({_DOTTED}){_END}"),
    "instagram": regex.compile(rf"{_STUCK}[@＠]({_DOTTED}){_END}"),
    "reddit": regex.compile(r"(?<![\w/])/?u/([A-Za-z0-9_-]++)", regex.IGNORECASE),
    # YouTube's handles may be in any script.
    "youtube": regex.compile(
        rf"{_STUCK}[@＠]([\p{{L}}\p{{M}}\p{{N}}_]++(?:[.\xb7-][\p{{L}}\p{{M}}\p{{N}}_]++)*+)(?![@＠]|://)"
    ),
}


def key(text: str, *, accents: bool = True) -> str:
    """Return the form under which texts are compared: case, width and what nobody sees aside (NFKC → casefold → NFKC).

    Without `accents`, é is e and œ is oe. Look-alikes of other scripts stay different, and so do İ and i, as Unicode
    has it (with accents). More than 30 marks on one letter are cut.
    """
    if text.isascii():
        return text.lower()
    folded = _once(text, accents=accents)
    # What marks fold to may compose anew.
    while _MARKS.search(folded) and (again := _once(folded, accents=accents)) != folded:
        folded = again
    return folded


def _once(text: str, *, accents: bool) -> str:
    text = _PILED.sub(r"\1", _UNSEEN.sub("", text))
    text = unicodedata.normalize("NFKC", text).casefold()
    if not accents:
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
        for letter, bare in _WHOLE.items():
            text = text.replace(letter, bare)
    return unicodedata.normalize("NFKC", text)


def hashtags(text: str) -> tuple[str, ...]:
    """Return the hashtags of a text in order, as typed, without “#” or “＃”. None is of digits alone, none in an address.

    Two that touch (`#a#b`) are two.
    """
    found = []
    for run in _HASHTAGS.findall(without_addresses(text).translate(_EMOJI)):
        found += [tag for tag in run.replace("＃", "#").split("#") if _HAS_LETTER.search(tag)]
    return tuple(found)


def without_hashtags(text: str) -> str:
    """Return a text with a space in the place of every hashtag."""
    return _HASHTAGS.sub(" ", text)


def mentions(text: str, site: Site = "other") -> tuple[str, ...]:
    """Return the handles that a text names in order, as typed, without the mark: `alice`, `xo._claire._`, `bob@some.host`.

    `site` says what a handle looks like: a host only at Mastodon and elsewhere, no dot on X, `u/name` on Reddit.
    What stands in an e-mail address or an address of the web is none.
    """
    return tuple(_MENTIONS.get(site, _ELSEWHERE).findall(without_addresses(text)))


def without_addresses(text: str) -> str:
    """Return a text with a space in the place of every address of the web."""
    return _ADDRESS.sub(" ", text)


def without_mentions(text: str, site: Site = "other") -> str:
    """Return a text with a space in the place of every address of the web and every handle that it names."""
    return _MENTIONS.get(site, _ELSEWHERE).sub(" ", without_addresses(text))


# Pairs of regional indicators are flags; the pattern for clusters counts back through a whole run of them.
_FLAGS = regex.compile("[\U0001f1e6-\U0001f1ff]{2}")


def length(text: str) -> int:
    """Return how many characters a person counts: grapheme clusters (UAX #29) that can be seen, and the spaces between."""
    clusters = regex.findall(r"\X", _FLAGS.sub("x", text.strip()))
    if not _UNSEEN.search(text):
        return len(clusters)
    return sum(1 for cluster in clusters if cluster[0] < "\xad" or not _UNSEEN.match(cluster))
