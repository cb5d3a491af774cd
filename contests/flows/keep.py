"""Keep the frozen list of a spreadsheet's draw beside its proof, so that a draw that is broken off can be taken up.

One file, a zip: the store as it was at the freeze, and what the list was frozen from. It is written once, before anybody
hears of the list, and goes when the proof is there. Nothing that comes later is in it: chance meets the same list however
often the draw is begun.
"""

import fcntl
import os
import zipfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from contests.audit.archive import LARGEST_FILE, Archive
from contests.campaign.definition import Source
from contests.errors import Malformed, Refused, Text
from contests.flows.import_people import Imported
from contests.store.backup import backup
from contests.store.session import Store

FACTS, DATABASE = "frozen.json", "draw.db"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a draw was asked for: the SHA-256 of its definition and of its list, in hex, and the source of chance."""

    definition: str
    entries: str
    source: Source


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """A list that is frozen: what it was made from, its campaign in the store, and what was imported."""

    asked: Asked
    campaign: str
    imported: Imported


class Kept:
    """The file of one draw. Whoever has written or taken it up holds it alone until the context ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def put(self, frozen: Frozen, store: Store, folder: Path) -> None:
        """Write the file, for its owner alone; `folder` is where a copy of the store may lie meanwhile.

        Raises OSError, and Refused where another command was quicker.
        """
        part = self.path.with_name(f"{self.path.name}.part")
        self._file = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        _alone(self._file, self.path)
        copy = folder / "copy.db"
        try:
            if self.path.exists():
                raise _taken(self.path)
            backup(store, copy)
            self._file.truncate(0)  # what a killed command may have left
            with zipfile.ZipFile(self._file, "w") as out:
                out.writestr(FACTS, msgspec.json.encode(frozen))
                out.write(copy, DATABASE)
            self._file.flush()
            os.fsync(self._file.fileno())
            part.replace(self.path)
        finally:
            copy.unlink(missing_ok=True)
            part.unlink(missing_ok=True)

    def take_up(self, asked: Asked, database: Path) -> Frozen | None:
        """Write the kept store to `database` and return its list, or nothing where none is kept.

        Raises Refused for a list that was made from something else, Malformed for a file that is none of ours, OSError.
        """
        try:
            self._file = self.path.open("rb")
        except FileNotFoundError:
            return None
        _alone(self._file, self.path)
        try:
            found = Archive(self._file)
            frozen = msgspec.json.decode(found.read(FACTS, LARGEST_FILE), type=Frozen)
            if frozen.asked == asked:
                with database.open("wb") as out:
                    out.writelines(found.chunks(DATABASE))
        except (Malformed, msgspec.MsgspecError) as error:
            raise Malformed(
                "kept-unread",
                Text(fr="La liste figée d’un tirage en cours était attendue, entière.",
                     en="The frozen list of a draw under way was expected, whole."),
                Text(fr="Choisissez un autre nom pour --out, ou rangez ce fichier ailleurs : rien n’a été tiré.",
                     en="Choose another name for --out, or move that file away: nothing was drawn."),
                found=str(self.path),
            ) from error  # fmt: skip
        if frozen.asked != asked:
            raise _other(frozen.asked, asked, self.path)
        return frozen

    def drop(self) -> None:
        """Delete the file: the proof is written."""
        self.path.unlink(missing_ok=True)


def _alone(file: IO[bytes], path: Path) -> None:
    """Hold the file alone; a file system that knows no locks holds nobody off. Raises Refused."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _taken(path) from None
    except OSError:
        return
    if not os.fstat(file.fileno()).st_nlink:  # the other command has ended meanwhile, and its draw is done
        raise _taken(path)


def _taken(path: Path) -> Refused:
    return Refused(
        "draw-running",
        Text(fr="Une seule commande à la fois était attendue pour ce tirage.", en="One command at a time was expected for this draw."),
        Text(fr="Laissez l’autre finir, ou choisissez un autre nom pour --out.", en="Let the other one end, or choose another name for --out."),
        found=str(path),
    )  # fmt: skip


def _other(frozen: Asked, asked: Asked, path: Path) -> Refused:
    words = {
        "definition": Text(fr="une autre définition", en="another definition"),
        "entries": Text(fr="une autre liste", en="another list"),
        "source": Text(fr="une autre source", en="another source"),
    }
    differing = [words[name] for name in words if getattr(frozen, name) != getattr(asked, name)]
    return Refused(
        "draw-under-way",
        Text(fr="La définition, la liste et la source du tirage en cours étaient attendues : sa liste est figée.",
             en="The definition, the list and the source of the draw under way were expected: its list is frozen."),
        Text(fr="Donnez les mêmes pour l’achever, ou un autre nom à --out pour un autre tirage. Supprimer le fichier, c’est "
                "renoncer à une liste dont l’empreinte est peut-être connue.",
             en="Give the same ones to end it, or another name to --out for another draw. To delete that file is to give up "
                "a list whose digest may be known."),
        where=str(path),
        found=Text(fr=", ".join(word.fr for word in differing), en=", ".join(word.en for word in differing)),
    )  # fmt: skip
