"""What the headers of a table of comments mean, by their words and never by their place or the file's name."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from contests.comment import Site
from contests.entry import fold
from contests.errors import Malformed, Text
from contests.sources.unreadable import refuse

Field = Literal[
    "", "id", "handle", "name", "author", "at", "clock", "text", "link", "profile", "parent", "number", "sub"
]
# Best first: of two columns that say the same, the one named more exactly is read.
_TITLES: dict[Field, tuple[str, ...]] = {
    "id": ("comment id", "commentid", "id commentaire", "id du commentaire", "identifiant du commentaire", "id"),
    "handle": ("username", "user name", "ownerusername", "handle", "pseudo", "pseudonyme", "nom d utilisateur", "compte",
               "account", "utilisateur", "author", "auteur", "authordisplayname", "author display name"),
    "name": ("name", "name click to view profile", "display name", "full name", "nom", "nom affiche"),
    "author": ("profile id", "user id", "userid", "channel id", "author channel id", "authorchannelid", "author id",
               "owner id", "ownerid", "account id", "profil id", "id profil", "id du profil", "id utilisateur",
               "id du compte", "id de la chaine"),
    "at": ("published at", "publishedat", "created at", "createdat", "timestamp", "date et heure", "date heure",
           "date time", "datetime", "publie le", "date", "time", "heure"),
    "text": ("commentaire", "comment", "comment text", "texte du commentaire", "texte", "text", "textdisplay", "message",
             "contenu"),
    "link": ("comment url", "comment link", "commenturl", "permalink", "view source", "lien du commentaire", "link", "url",
             "lien"),
    "profile": ("profile url", "profile link", "author url", "author channel url", "channel url", "lien du profil",
                "url du profil"),
    "parent": ("parent id", "parentid", "parent comment id", "in reply to", "reply to", "en reponse a"),
    "number": ("no", "numero", "row", "ligne"),
    "sub": ("subid", "sub id"),
}  # fmt: skip
_HOSTS: dict[str, Site] = {
    "instagram.com": "instagram", "facebook.com": "facebook", "fb.com": "facebook", "fb.watch": "facebook",
    "youtube.com": "youtube", "youtu.be": "youtube", "x.com": "x", "twitter.com": "x", "bsky.app": "bluesky",
    "reddit.com": "reddit", "redd.it": "reddit", "tiktok.com": "other", "linkedin.com": "other", "twitch.tv": "other",
}  # fmt: skip
_URL = re.compile(r"https?://[^\s\"'<>]{1,500}", re.IGNORECASE)
_NEEDED = Text(
    fr="Renommez les en-têtes : « pseudo » (ou « id profil »), « commentaire », et si possible « date », « id », « lien ».",
    en="Rename the headers: “username” (or “profile id”), “comment”, and if possible “date”, “id”, “link”.",
)


class Columns(tuple[Field, ...]):
    """What each column holds, in the table's order; empty for those that are not read."""

    __slots__ = ()

    @property
    def known(self) -> frozenset[Field]:
        """The fields that have a column."""
        return frozenset(field for field in self if field)


def recognised(titles: Sequence[str]) -> Columns | None:
    """Return what each title means; None where they are no header of comments (an author and a text are needed)."""
    folded = [fold(title) for title in titles]
    places: dict[Field, int] = {}
    for field, words in _TITLES.items():
        ranked = [(words.index(word), place) for place, word in enumerate(folded) if word in words]
        if ranked:
            places[field] = min(ranked)[1]
    if "text" not in places or not places.keys() & {"handle", "name", "author"}:
        return None
    if "at" in places and (clock := next((i for i, w in enumerate(folded) if w in {"heure", "time"}), -1)) >= 0:
        places |= {"clock": clock} if clock != places["at"] else {}
    fields: list[Field] = [""] * len(folded)
    for field, place in places.items():
        fields[place] = field
    if is_export(titles):
        _number(fields, folded)
    return Columns(fields)


def _number(fields: list[Field], folded: Sequence[str]) -> None:
    """Mark the columns in which this exporter numbers comments and their replies: no ids of the platform."""
    if folded[0] in {"", "id"} and fields[0] in {"", "id"}:
        fields[0] = "number"
        if len(folded) > 1 and folded[1] in {"", "subid"}:
            fields[1] = "sub"


def is_export(titles: Sequence[str]) -> bool:
    """Return whether the header is one of ExportComments, of 2020 to 2025."""
    folded = [fold(title) for title in titles]
    words = set(folded)
    return bool(
        words & {"name click to view profile", "view source", "subid"}
        or ({"profile id", "comment url"} <= words and folded[0] in {"", "id"})
        or (folded[:2] == ["", ""] and {"name", "comment"} <= words)
    )


def site_of(titles: Sequence[str]) -> Site | None:
    """Return the platform that the titles alone tell."""
    words = {fold(title) for title in titles}
    if {"ishearted", "ispinned"} <= words or words & {"channel id", "author channel id", "authorchannelid"}:
        return "youtube"
    return None


def site_in(cells: Iterable[str]) -> Site | None:
    """Return the platform that most of the links in cells lead to; None where none is known or two are level."""
    found = Counter(
        site for cell in cells for match in _URL.finditer(cell[:2000]) if (site := _site_at(match[0])) is not None
    ).most_common(2)
    if not found or (len(found) == 2 and found[0][1] == found[1][1]):
        return None
    return found[0][0]


def _site_at(url: str) -> Site | None:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return None
    while host:
        if host in _HOSTS:
            return _HOSTS[host]
        host = host.partition(".")[2]
    return None


def is_link(cell: str) -> bool:
    """Return whether a cell is an address on the web and nothing else."""
    return cell[:4].lower() == "http" and _URL.fullmatch(cell) is not None


def ids_in_link(site: Site, link: str) -> tuple[str, str]:
    """Return the id of the comment that a link opens and of the one it answers; empty what it does not tell."""
    try:
        parts = urlsplit(link)
        asked = parse_qs(parts.query)
    except ValueError:
        return "", ""
    if site == "facebook":
        top, reply = asked.get("comment_id", [""])[0], asked.get("reply_comment_id", [""])[0]
        return (reply, top) if reply else (top, "")
    if site == "youtube":
        # A reply's id begins with that of the comment it answers.
        found = asked.get("lc", [""])[0]
        return found, found.partition(".")[0] if "." in found else ""
    if site == "instagram" and (steps := re.search(r"/c/(\d+)(?:/r/(\d+))?", parts.path)):
        return (steps[2], steps[1]) if steps[2] else (steps[1], "")
    return "", ""


def author_in_link(site: Site, link: str) -> tuple[str, str]:
    """Return the id and the handle of the person whose profile a link opens; empty what it does not tell."""
    try:
        parts = urlsplit(link)
        asked = parse_qs(parts.query)
    except ValueError:
        return "", ""
    steps = [step for step in parts.path.split("/") if step]
    if site == "youtube" and len(steps) == 2 and steps[0] == "channel":
        return steps[1], ""
    if site == "facebook" and steps == ["profile.php"]:
        return asked.get("id", [""])[0], ""
    if site in {"instagram", "x"} and len(steps) == 1 and _site_at(link) == site:
        return "", steps[0]
    return "", ""


def check_titles(titles: Sequence[str]) -> None:
    """Refuse tables that are known and hold no comments under a post. Raises Malformed."""
    words = {fold(title) for title in titles}
    shown = ", ".join(title for title in titles if title.strip())[:200]
    posts = {"post id", "identifiant de publication", "identifiant de la publication", "id de la publication"}
    published = {"publish time", "heure de publication", "date de publication"}
    if words & posts and words & published:
        raise refuse("posts-not-comments", "Des commentaires étaient attendus.", "Comments were expected.", shown,
                     todo=Text(fr="Meta Business Suite n’exporte que les publications : utilisez un export des commentaires.",
                               en="Meta Business Suite exports posts only: use an export of the comments."))  # fmt: skip
    takeout = {"comment create timestamp", "horodatage de creation du commentaire", "comment creation timestamp"}
    if words & takeout or {"channel id", "video id", "comment text"} <= words:
        raise own_comments(titles)


def own_comments(titles: Sequence[str]) -> Malformed:
    """Return the refusal of comments that an account wrote, where those it received are wanted."""
    shown = ", ".join(title for title in titles if title.strip())[:200]
    return refuse("own-comments", "Les commentaires reçus sous une publication étaient attendus.",
                  "The comments received under a post were expected.", shown,
                  todo=Text(fr="Google Takeout donne les commentaires que le compte a écrits : relevez la vidéo "
                               "elle-même, ou utilisez un export de ses commentaires.",
                            en="Google Takeout gives the comments that the account wrote: read the video itself, "
                               "or use an export of its comments."))  # fmt: skip


def unknown(titles: Sequence[str]) -> Malformed:
    """Return the refusal of a table whose headers are not known."""
    shown = ", ".join(title.strip() for title in titles if title.strip())[:300]
    return refuse("columns-unknown", "Une ligne d’en-têtes avec un auteur et un texte était attendue.",
                  "A line of headers with an author and a text was expected.", shown or "no header", todo=_NEEDED)  # fmt: skip


def check_twice(titles: Sequence[str], columns: Columns) -> None:
    """Refuse a table that has two columns of one name, of those that are read. Raises Malformed."""
    counted = Counter(fold(title) for title in titles)
    twice = [
        title
        for title, field in zip(titles, columns, strict=True)
        if field and fold(title) and counted[fold(title)] > 1
    ]
    if twice:
        raise refuse("column-twice", "Chaque colonne une seule fois était attendue.", "Each column once was expected.",
                     ", ".join(twice)[:200])  # fmt: skip
