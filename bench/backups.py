"""A backup taken while entries come in, restored beside the installation: all that was acknowledged before is there."""

import os
import shutil
import subprocess
import sys

import httpx
from faults import Site
from reading import opened
from services import Web, free_port
from sqlalchemy.engine import make_url
from visitors import Outcome, request, wait_for
from world import empty

from contests.journal.receipt import parse_receipt, verify_receipt


def backed_up(site: Site) -> None:
    """Back up, restore, serve, and hold the restored journals against what was acknowledged before."""
    number = len(list(site.folder.glob("backup*"))) + 1
    before = [one for one in site.visitors.ledger.outcomes if one.said == "acknowledged"]
    out = site.folder / f"backup{number}"
    words = [sys.executable, "-m", "contests", "backup", str(out)]
    done = subprocess.run(words, env=_with_tools(site), capture_output=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        site.auditor.wrong.append(f"backup: {done.stdout.decode()} {done.stderr.decode()}"[:1000])
        return
    variables = site.webs[0].variables | {"CONTESTS_DATABASE": _restored(site, number)}
    web = Web(f"restored{number}", free_port(), variables, site.folder)
    web.start()
    try:
        wait_for(web.answers, 90)
        _hold(site, web, before)
        _goes_on(site, web)
    finally:
        web.stop()


def _with_tools(site: Site) -> dict[str, str]:
    variables = site.webs[0].variables
    if site.postgres is None:
        return variables
    return variables | {"PATH": f"{site.postgres.bin}{os.pathsep}{variables['PATH']}"}


def _restored(site: Site, number: int) -> str:
    """Put the backup in another place and return its address."""
    out = site.folder / f"backup{number}"
    if site.postgres is None:
        place = site.folder / f"elsewhere{number}"
        place.mkdir()
        shutil.copyfile(out, place / "contests.db")
        return f"sqlite:///{place / 'contests.db'}"
    address = empty(site.database, site.folder, f"restored{number}")
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    words = [str(site.postgres.bin / "pg_restore"), "--no-owner", f"--dbname={plain}", str(out)]
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603 - of the wheel
    return address


def _hold(site: Site, web: Web, before: list[Outcome]) -> None:
    site.auditor.check(site.webs[0])
    for slug, journal in site.auditor.journals.items():
        copy = opened(slug, web.address)
        copy.catch_up(web.address)
        site.auditor.wrong += [f"backup: {text}" for text in copy.wrong]
        if copy.vkey != journal.vkey or copy.roots != journal.roots[: len(copy.roots)]:
            site.auditor.wrong.append(f"backup: {slug} is not the beginning of the journal")
        for one in before:
            receipt = parse_receipt(one.receipt) if one.slug == slug else None
            if receipt and copy.records[receipt.index : receipt.index + 1] != [receipt.record]:
                site.auditor.wrong.append(f"backup: {one.person}, acknowledged before, is not there")


def _goes_on(site: Site, web: Web) -> None:
    """The restored installation takes an entry."""
    slug, journal = next(iter(site.auditor.journals.items()))
    body = request(slug, "restored", 0.0).partition(b"\r\n\r\n")[2]
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = httpx.post(f"{web.address}/c/{slug}", content=body, headers=kind, timeout=60)
    if answer.status_code != 303:
        site.auditor.wrong.append(f"backup: the restored installation answers {answer.status_code}")
    else:
        verify_receipt(parse_receipt(answer.content), journal.verifier)
