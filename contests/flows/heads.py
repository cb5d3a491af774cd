"""Notice a database that was restored from an older backup: what this machine has seen lies in a file beside it.

Such a database would write other records at places that have records already, under the same key. Its journals are
held back until somebody decides.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from contests.errors import Malformed, Refused, Text
from contests.flows import act
from contests.flows.house import House
from contests.journal.merkle import range_root
from contests.store import campaigns, journals
from contests.store.journals import Standing
from contests.store.session import Store, Tx

log = logging.getLogger("contests.heads")


class Seen(msgspec.Struct, frozen=True):
    """A journal's head as it was once: records, and the root over them in hex."""

    size: int
    root: str


class Held(msgspec.Struct, frozen=True):
    """A journal that takes nothing: its campaign's slug (empty for the register), why, and how many records it has."""

    journal: str
    slug: str
    why: str
    size: int


def file_of(setting: str, store: Store) -> Path | None:
    """Return the file of heads: the one of the settings, else one beside a SQLite database; none for a server's."""
    if setting:
        return Path(setting)
    return Path(f"{store.url.database}.heads") if store.sqlite and store.url.database else None


def read_heads(path: Path | None) -> dict[str, Seen]:
    """Return what was seen. Raises Malformed for a file that is none of ours."""
    if path is None or not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Seen])
    except (OSError, msgspec.DecodeError) as error:
        raise Malformed(
            "heads-unread",
            Text(fr="Le fichier des têtes de journaux (CONTESTS_HEADS) était attendu intact.",
                 en="The file of journal heads (CONTESTS_HEADS) was expected intact."),
            Text(fr="Remettez-le depuis une sauvegarde ; s’il est perdu, supprimez-le : rien n’est alors comparé.",
                 en="Put it back from a backup; where it is lost, delete it: nothing is compared then."),
            found=f"{path}: {type(error).__name__}",
        ) from error  # fmt: skip


@contextmanager
def _alone(path: Path) -> Iterator[dict[str, Seen]]:
    """Give what was seen, while no other process, in another container under the same number perhaps, changes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield read_heads(path)


def watch_heads(house: House, path: Path | None, *, roots: bool = False) -> int:
    """Hold back every journal that is older than what was seen, or another; keep the heads of all others.

    With `roots` also those that have grown since are compared, by their tiles; that is for the start of a process.
    Returns how many were newly held back.
    """
    if path is None:
        return 0
    with _alone(path) as seen:  # read before the database: a head is written there first
        with house.store.read() as tx:
            now = {name_of(head): head for head in journals.heads(tx)}
            held = {journal.journal for journal in held_journals(tx)}
            wrong = {
                head.id: why
                for name, head in now.items()
                if name in seen and head.id not in held and (why := _what_is_wrong(tx, seen[name], head, roots=roots))
            }
        if wrong:
            for journal, why in wrong.items():
                log.error("journal %s takes nothing any more: %s; see `contests restored`", journal, why)
            with house.store.write() as tx:
                journals.hold(tx, wrong)
        fresh = {name: Seen(head.size, head.root) for name, head in now.items() if head.id not in held | wrong.keys()}
        _keep(path, seen, seen | fresh)
        return len(wrong)


def name_of(head: Standing) -> str:
    """Return the name of a journal in the file: another installation's register has another key."""
    return f"{head.id}/{head.signer}"


def _what_is_wrong(tx: Tx, known: Seen, now: Standing, *, roots: bool) -> str:
    if now.size < known.size:
        return f"{known.size} records were seen, the database has {now.size}"
    same = now.size > known.size or now.root == known.root
    if roots and 0 < known.size < now.size:
        same = known.root == range_root(0, known.size, journals.stored_subtree(tx, now.id)).hex()
    return "" if same else f"the first {known.size} records are not those that were seen"


def _keep(path: Path, before: dict[str, Seen], heads: dict[str, Seen]) -> None:
    if heads == before:
        return
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with partial.open("wb") as file:
        file.write(msgspec.json.encode(heads))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def held_journals(tx: Tx) -> list[Held]:
    """Return the journals that take nothing."""
    return [Held(row.id, campaigns.slug_of(tx, row.id), row.held, row.size) for row in journals.held(tx)]


def go_on(house: House, path: Path | None, *, by: str, reason: str, now: datetime) -> list[Held]:
    """Let every held journal go on from what the database has; noted with each campaign. Raises Refused without a name or reason."""
    if not by.strip() or not reason.strip():
        raise Refused(
            "reason-needed",
            Text(fr="Un nom et une raison étaient attendus.", en="A name and a reason were expected."),
            Text(fr="Dites qui décide, et pourquoi.", en="Say who decides, and why."),
        )
    with house.store.write() as tx:
        held = held_journals(tx)
        for journal in held:
            if journal.slug:
                act.note(
                    tx,
                    house,
                    journal.journal,
                    now,
                    by.strip()[:120],
                    "journal-went-on",
                    f"{journal.why}. {reason.strip()[:1000]}",
                )
        journals.let_go(tx)
    if path is not None:
        gone = {journal.journal for journal in held}
        with _alone(path) as seen:
            _keep(path, seen, {name: head for name, head in seen.items() if name.partition("/")[0] not in gone})
    return held
