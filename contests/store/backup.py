"""A consistent copy of the database while it is in use."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from contests.errors import Refused, Text
from contests.store.session import Store


def backup(store: Store, out: Path) -> int:
    """Write a copy to `out` and return its size in bytes. Raises Refused.

    SQLite: a database file, by SQLite's own online backup. PostgreSQL: a `pg_dump` archive.
    """
    if out.exists():
        raise _refused(f"{out} exists", Text(fr="Choisissez un autre nom.", en="Choose another name."))
    partial = out.with_name(f"{out.name}.part")
    if store.sqlite:
        source = sqlite3.connect(f"file:{store.url.database}?mode=ro", uri=True)
        target = sqlite3.connect(partial)
        try:
            source.backup(target, pages=4096)
        finally:
            source.close()
            target.close()
    else:
        _dump(store, partial)
    partial.replace(out)
    return out.stat().st_size


def _dump(store: Store, out: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise _refused("no pg_dump", Text(fr="Installez les outils de PostgreSQL.", en="Install PostgreSQL’s tools."))
    url = store.url.set(drivername="postgresql", password=None)
    done = subprocess.run(  # noqa: S603 - the found program, no shell
        [program, "--format=custom", f"--file={out}", url.render_as_string(hide_password=False)],
        env={"PGPASSWORD": store.url.password or "", **os.environ},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise _refused(done.stderr.decode(errors="replace")[:300], Text(fr="Voir le message.", en="See the message."))


def _refused(found: str, todo: Text) -> Refused:
    return Refused(
        "backup-refused",
        Text(fr="Une sauvegarde possible était attendue.", en="A backup that can be made was expected."),
        todo,
        found=found,
    )
