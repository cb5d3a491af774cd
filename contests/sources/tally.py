"""What a pass through a file counts, and what follows for the contest: caveats, each with a code, in both languages."""

from array import array
from datetime import datetime

import msgspec

from contests.codec import canonical, digest
from contests.comment import Comment
from contests.errors import Text
from contests.sources.unreadable import refuse
from contests.sources.wall_time import Moment

MOST_SHOWN = 20
FREE_PLAN = 100
MOST_TIMES = 100_000
MOST_WITHOUT_ID = 2_000_000
_MANY, _FEW = 20, 3


class Caveat(msgspec.Struct, frozen=True):
    """Something that a file leaves unknown: a stable code, and what it means."""

    code: str
    text: Text


class Problem(msgspec.Struct, frozen=True):
    """A row that could not be read: its line (in JSON: its place in the list, from 1), and why."""

    line: int
    code: str
    text: Text


class Tally:
    """Counts one pass. Complete once the comments were read to their end; `digest` is the SHA-256 of the file."""

    def __init__(self) -> None:
        self.rows = self.comments = self.replies = self.unread = 0
        self.problems: list[Problem] = []
        self.without_id = self.by_handle = self.by_name = 0
        self.timed = self.zoneless = self.days = self.times_unread = 0
        self.replies_missing = self.utf8 = self.windows = 0
        self.unclear_order = False
        self.digest = ""
        self._times: set[datetime] = set()
        self._sampled = 0
        self._repeats = _Repeats()

    @property
    def distinct_times(self) -> int:
        """How many distinct times the first hundred thousand rows have."""
        return len(self._times)

    def problem(self, line: int, code: str, fr: str, en: str) -> Problem:
        """Count a row that could not be read; the first twenty are kept."""
        found = Problem(line, code, Text(fr=fr, en=en))
        self.unread += 1
        if len(self.problems) < MOST_SHOWN:
            self.problems.append(found)
        return found

    def time(self, moment: Moment | None, *, written: bool) -> None:
        """Count a time that was read, or one that was written and could not be."""
        if moment is None:
            self.times_unread += written
            return
        self.timed += 1
        self.zoneless += not moment.zoned
        self.days += moment.day_only
        if self._sampled < MOST_TIMES:
            self._sampled += 1
            self._times.add(moment.at)

    def comment(self, comment: Comment, wall: str, *, by_name: bool = False) -> Comment:
        """Count a comment; give it an id of its own where the file has none."""
        self.comments += 1
        self.replies += bool(comment.parent)
        self.by_handle += comment.author.by_handle
        self.by_name += by_name
        if comment.id:
            return comment
        self.without_id += 1
        found = digest(canonical([comment.author.key, wall, comment.text]))
        seen = self._repeats.count(int(found[:16], 16))
        return msgspec.structs.replace(comment, id=f"~{found[:32]}" + (f"-{seen}" if seen > 1 else ""))

    def caveats(self) -> tuple[Caveat, ...]:
        """Return what the file leaves unknown."""
        found = (
            (self.rows == FREE_PLAN, "cut-at-100"),
            (bool(self.replies_missing), "replies-missing"),
            (bool(self.without_id), "no-comment-ids"),
            (bool(self.by_handle), "no-account-ids"),
            (bool(self.by_name), "names-only"),
            (bool(self.comments) and not self.timed, "no-times"),
            (bool(self.zoneless), "no-zone"),
            (self.unclear_order and bool(self.zoneless), "day-or-month"),
            (self._sampled >= _MANY and len(self._times) * _FEW <= self._sampled, "rounded-times"),
            (bool(self.days), "days-only"),
            (bool(self.times_unread), "times-unread"),
            (bool(self.utf8 and self.windows), "mixed-encoding"),
            (bool(self.unread), "rows-unread"),
        )
        facts = {"distinct": len(self._times), "sampled": self._sampled} | {
            name: value for name, value in vars(self).items() if isinstance(value, int)
        }
        return tuple(Caveat(code, _SAYS[code].fill(**facts)) for holds, code in found if holds)


class _Repeats:
    """How often each of a great many 64-bit numbers came: eight bytes a number, at most half of the places taken."""

    def __init__(self) -> None:
        self._places, self._taken = array("Q", bytes(8 * 1024)), 0
        self._more: dict[int, int] = {}

    def count(self, number: int) -> int:
        """Count a number and return how often it came. Raises Malformed past two million."""
        number = number or 1
        place = self._place(self._places, number)
        if self._places[place]:
            self._more[number] = self._more.get(number, 1) + 1
            return self._more[number]
        if self._taken == MOST_WITHOUT_ID:
            raise refuse(
                "too-many-without-ids", "Au plus deux millions de commentaires sans identifiant étaient attendus.",
                "At most two million comments without ids were expected.", f"more than {MOST_WITHOUT_ID}",
                todo=Text(fr="Exportez les commentaires avec leurs identifiants.", en="Export the comments with their ids."),
            )  # fmt: skip
        self._places[place] = number
        self._taken += 1
        if self._taken * 2 > len(self._places):
            self._grow()
        return 1

    @staticmethod
    def _place(places: "array[int]", number: int) -> int:
        mask = len(places) - 1
        place = number & mask
        while places[place] not in {0, number}:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        larger = array("Q", bytes(16 * len(self._places)))
        for number in self._places:
            if number:
                larger[self._place(larger, number)] = number
        self._places = larger


_SAYS = {
    "cut-at-100": Text(
        fr="Exactement 100 lignes : c’est la coupe des offres gratuites. Il en manque sans doute ; comparez avec le "
        "nombre de commentaires que la plateforme affiche.",
        en="Exactly 100 rows: that is where free plans cut. Some are probably missing; compare with the number of "
        "comments that the platform shows.",
    ),
    "replies-missing": Text(
        fr="{replies_missing} réponses annoncées par la plateforme ne sont pas dans le fichier.",
        en="{replies_missing} replies that the platform announces are not in the file.",
    ),
    "no-comment-ids": Text(
        fr="{without_id} commentaires sans identifiant : un commentaire modifié compte comme un autre commentaire, et "
        "ce fichier ne se rapproche pas de ce que la plateforme donne.",
        en="{without_id} comments without ids: an edited comment counts as another one, and this file cannot be matched "
        "with what the platform gives.",
    ),
    "no-account-ids": Text(
        fr="{by_handle} commentaires dont l’auteur n’est connu que par son pseudo : un compte renommé compte comme une "
        "autre personne, et n’est jamais réuni à un compte connu par son identifiant.",
        en="{by_handle} comments whose author is known by handle only: a renamed account counts as somebody else, and is "
        "never merged with an account known by its id.",
    ),
    "names-only": Text(
        fr="{by_name} commentaires dont l’auteur n’est connu que par son nom affiché : deux homonymes comptent comme une "
        "seule personne. Préférez un export qui donne les pseudos ou les identifiants.",
        en="{by_name} comments whose author is known by display name only: two people of one name count as one. Prefer an "
        "export that gives handles or ids.",
    ),
    "no-times": Text(
        fr="Aucune heure de commentaire : l’ouverture et la clôture ne peuvent pas être vérifiées d’après ce fichier.",
        en="No times of comments: opening and closing cannot be checked by this file.",
    ),
    "no-zone": Text(
        fr="{zoneless} heures sans fuseau horaire : elles sont lues dans le fuseau de la campagne.",
        en="{zoneless} times without a time zone: they are read in the campaign's zone.",
    ),
    "day-or-month": Text(
        fr="Rien ne dit si le jour ou le mois vient d’abord dans les dates : le jour est lu d’abord.",
        en="Nothing tells whether the day or the month comes first in the dates: the day is read first.",
    ),
    "rounded-times": Text(
        fr="{distinct} heures différentes pour {sampled} commentaires : elles sont arrondies, et une heure de clôture ne "
        "peut pas être appliquée.",
        en="{distinct} different times for {sampled} comments: they are rounded, and a closing time cannot be applied.",
    ),
    "days-only": Text(
        fr="{days} dates sans heure, lues comme le début du jour : une heure de clôture ne peut pas être appliquée ce "
        "jour-là.",
        en="{days} dates without a time, read as the start of the day: a closing time within that day cannot be applied.",
    ),
    "times-unread": Text(
        fr="Heures illisibles, donc commentaires sans heure : {times_unread}.",
        en="Times that could not be read, so that their comments have none: {times_unread}.",
    ),
    "mixed-encoding": Text(
        fr="Deux encodages dans un fichier : {windows} lignes ont été lues en Windows-1252, les autres en UTF-8.",
        en="Two encodings in one file: {windows} lines were read as Windows-1252, the others as UTF-8.",
    ),
    "rows-unread": Text(
        fr="Lignes illisibles, sans commentaire : {unread}.",
        en="Rows that could not be read and gave no comment: {unread}.",
    ),
}
