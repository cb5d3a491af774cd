"""Where files are put for others to serve: a folder, or a bucket of an object store that speaks S3.

A file is there whole or not at all, under its name; what is being written cannot be seen.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

import msgspec

from contests.errors import Refused, Text, Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Store

AT_ONCE = 16
PARTIAL = ".partial"  # the folder for what is being written; nothing refers to it
LEFT_OVER = timedelta(hours=1)  # after which a partial file is one that a killed process left
ANSWER = timedelta(seconds=60)
_RETRY = timedelta(seconds=30)


class File(msgspec.Struct, frozen=True):
    """A file: its path below the shelf, its bytes, and the headers it is served with (by a bucket; a folder has none)."""

    path: str
    data: bytes
    kind: str
    cache: str


class Large(msgspec.Struct, frozen=True):
    """A file that is not held in memory; `data` stands at its beginning."""

    path: str
    data: IO[bytes]
    kind: str
    cache: str
    disposition: str


class Found(msgspec.Struct, frozen=True):
    """What was read: the bytes, and what the shelf calls this version of them (a folder has no name for it)."""

    data: bytes
    version: str = ""


class Shelf(Protocol):
    """Where files are put. Every method raises Unavailable when the place cannot be reached or refuses."""

    def read(self, path: str) -> Found | None:
        """Return a small file; None where there is none."""

    def has(self, path: str) -> bool:
        """Say whether there is such a file."""

    def put(self, file: File | Large) -> None:
        """Write a file, in place of any other."""

    def swap(self, file: File, before: Found | None) -> bool:
        """Write a file if what is there is still `before`; return whether it was."""

    def remove(self, path: str) -> None:
        """Delete a file, if it is there."""


def put_all(shelf: Shelf, files: Iterable[File]) -> None:
    """Write files, several at once, in any order; return when all are there. Raises Unavailable."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(shelf.put, files):
            pass


def _away(path: str, error: Exception) -> Unavailable:
    # The sentence of an object store repeats addresses, key ids and what was signed: its kind is enough.
    return Unavailable(
        "shelf-away",
        Text(fr="L’endroit nommé par CONTESTS_PUBLISH était attendu accessible en écriture.",
             en="The place that CONTESTS_PUBLISH names was expected to be there and to be writable."),
        Text(fr="Un nouvel essai suivra ; vérifiez l’endroit, l’espace et les droits.",
             en="It is tried again; check the place, its space and its rights."),
        found=f"{path}: {type(error).__name__}",
    )  # fmt: skip


class Folder:
    """A folder of this machine, or one that is mounted."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _at(self, path: str) -> Path:
        if any(step in {"", ".", "..", PARTIAL} for step in path.split("/")):
            raise ValueError(f"not a path of ours: {path}")
        return self.root / path

    def read(self, path: str) -> Found | None:
        """Return a small file; None where there is none."""
        with _watched(path):
            try:
                return Found(self._at(path).read_bytes())
            except FileNotFoundError:
                return None

    def has(self, path: str) -> bool:
        """Say whether there is such a file."""
        with _watched(path):
            return self._at(path).is_file()

    def put(self, file: File | Large) -> None:
        """Write a file beside, to the disk, and give it its name."""
        with _watched(file.path):
            target, partial = self._at(file.path), self.root / PARTIAL / secrets.token_hex(16)
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.parent.mkdir(exist_ok=True)
            try:
                with partial.open("xb") as out:
                    if isinstance(file, Large):
                        shutil.copyfileobj(file.data, out, 1 << 20)
                    else:
                        out.write(file.data)
                    out.flush()
                    os.fsync(out.fileno())  # a name without its bytes would be a broken file after a power cut
                partial.replace(target)
            except OSError:
                partial.unlink(missing_ok=True)
                raise

    def swap(self, file: File, before: Found | None) -> bool:
        """Write a file if what is there is still `before`; of two processes one waits for the other."""
        with _watched(file.path):
            parent = self._at(file.path).parent
            parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(parent, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                same = self.read(file.path) == before
                if same:
                    self.put(file)
            finally:
                os.close(handle)
        return same

    def remove(self, path: str) -> None:
        """Delete a file, and its folder where it was the last one in it."""
        with _watched(path):
            target = self._at(path)
            target.unlink(missing_ok=True)
            with suppress(OSError):  # not empty, or gone
                target.parent.rmdir()

    def tidy(self, now: datetime) -> None:
        """Delete what killed processes left half written long ago. Raises Unavailable where the folder cannot be made."""
        with _watched(str(self.root)):
            (self.root / PARTIAL).mkdir(parents=True, exist_ok=True)
            for left in (self.root / PARTIAL).iterdir():
                if left.stat().st_mtime < (now - LEFT_OVER).timestamp():
                    left.unlink(missing_ok=True)


@contextmanager
def _watched(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _away(path, error) from None


class Bucket:
    """A bucket that speaks S3, through obstore; keys, region and endpoint come from the usual AWS_* variables."""

    def __init__(self, store: "S3Store") -> None:
        import obstore

        self._store, self._obs = store, obstore

    @contextmanager
    def _watched(self, path: str) -> Iterator[None]:
        try:
            yield
        except (self._obs.exceptions.BaseError, OSError) as error:
            raise _away(path, error) from None

    def read(self, path: str) -> Found | None:
        """Return a small file; None where there is none."""
        with self._watched(path):
            try:
                got = self._obs.get(self._store, path)
                return Found(bytes(got.bytes()), got.meta["e_tag"] or "")
            except FileNotFoundError:
                return None

    def has(self, path: str) -> bool:
        """Say whether there is such a file."""
        with self._watched(path):
            try:
                self._obs.head(self._store, path)
            except FileNotFoundError:
                return False
        return True

    def put(self, file: File | Large) -> None:
        """Write a file; a large one in parts."""
        headers = {"Content-Type": file.kind, "Cache-Control": file.cache}
        if isinstance(file, Large):
            headers["Content-Disposition"] = file.disposition
        with self._watched(file.path):
            self._obs.put(self._store, file.path, file.data, attributes=headers)

    def swap(self, file: File, before: Found | None) -> bool:
        """Write a file if what is there is still `before`; a store without conditional writes writes it in any case."""
        with self._watched(file.path):
            try:
                self._obs.put(
                    self._store, file.path, file.data,
                    attributes={"Content-Type": file.kind, "Cache-Control": file.cache},
                    mode={"e_tag": before.version} if before else "create",
                )  # fmt: skip
            except (self._obs.exceptions.PreconditionError, self._obs.exceptions.AlreadyExistsError):
                return False
            except NotImplementedError:  # AWS_CONDITIONAL_PUT=disabled
                self.put(file)
        return True

    def remove(self, path: str) -> None:
        """Delete a file, if it is there."""
        with self._watched(path):
            try:
                self._obs.delete(self._store, path)
            except FileNotFoundError:
                return


def open_bucket(name: str, prefix: str, endpoint: str) -> Bucket:
    """Return a bucket; `endpoint` is that of another store than Amazon's, or empty. Raises Refused without obstore."""
    try:
        from obstore.store import S3Store
    except ImportError as error:
        raise Refused(
            "s3-missing",
            Text(fr="Le paquet obstore était attendu : CONTESTS_PUBLISH nomme un bucket S3.",
                 en="The package obstore was expected: CONTESTS_PUBLISH names an S3 bucket."),
            Text(fr='Installez-le : pip install "contests[s3]".', en='Install it: pip install "contests[s3]".'),
        ) from error  # fmt: skip
    return Bucket(
        S3Store(
            name,
            prefix=prefix or None,
            disable_bulk_delete=True,  # not every store has it
            client_options={"timeout": ANSWER, "allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": 2, "retry_timeout": _RETRY},
        )
    )
