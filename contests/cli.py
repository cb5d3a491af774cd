"""The command line. Exit codes: 0 done, 1 refused or failed, 2 misuse (verify: 2 is "not a bundle")."""

import argparse
import getpass
import io
import json
import logging
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import contests
from contests import logs
from contests.errors import Refused, Text

if TYPE_CHECKING:
    from contests.flows.house import House
    from contests.settings import Settings
    from contests.spreadsheet import Done

OK, REFUSED, MISUSE = 0, 1, 2
MOST_PRINTED = 200  # places of a draw that are named one by one
GRACE = 10  # seconds that requests under way have to end


def _language(arguments: argparse.Namespace) -> str:
    return arguments.lang or ("fr" if os.environ.get("LANG", "").startswith("fr") else "en")


def _verify(arguments: argparse.Namespace) -> int:
    from contests.audit.bundle import Bundle
    from contests.audit.selected import read_identities
    from contests.audit.verify import verify

    language = _language(arguments)
    try:
        identities = None
        if arguments.identities:
            with arguments.identities.open("rb") as legal:
                identities = read_identities(legal)
        with arguments.bundle.open("rb") as file:
            verdict = verify(Bundle(file), identities)
    except (Refused, OSError) as error:
        said = error.sentence(language) if isinstance(error, Refused) else _said(error)
        if arguments.json:
            print(json.dumps({"verdict": "not-a-bundle", "detail": said}, ensure_ascii=False))
        else:
            print(said, file=sys.stderr)
        return MISUSE
    if arguments.json:
        print(json.dumps(verdict.to_dict(language), ensure_ascii=False))
    else:
        print(verdict.text(language))
    return OK if verdict.passed else REFUSED


def _said(error: Exception) -> str:
    """Say what the system says of a file; of anything else what it is."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {(error.strerror or type(error).__name__).lower()}"
    return f"{type(error).__name__}: {error}"


def _draw(arguments: argparse.Namespace) -> int:
    from contests.campaign.definition import Source
    from contests.settings import load
    from contests.spreadsheet import Job, draw_spreadsheet, system_clock

    language = _language(arguments)
    source: Source | None = "rehearsal" if arguments.rehearsal else arguments.source

    def say(text: Text) -> None:
        print(text(language), file=sys.stderr)

    def values(person: int, campaign: Any) -> dict[str, str]:  # noqa: ANN401 - a Campaign, not imported here
        print(f"— {'Personne' if language == 'fr' else 'Person'} {person}", file=sys.stderr)
        found = {}
        for value in campaign.draw.values:
            print(f"{campaign.say(value.label, language)}: ", end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                raise EOFError
            found[value.name] = line.rstrip("\n")
        return found

    relays = tuple(arguments.relay) or load().relay_list
    for relay in relays:
        if urlsplit(relay).scheme not in {"http", "https"} or not urlsplit(relay).hostname:
            raise Refused(
                "relay-address",
                Text(fr="L’adresse d’un relais était attendue, comme https://api.drand.sh.",
                     en="The address of a relay was expected, such as https://api.drand.sh."),
                Text(fr="Corrigez --relay ou CONTESTS_RELAYS.", en="Mend --relay or CONTESTS_RELAYS."), found=relay[:200],
            )  # fmt: skip
    job = Job(
        definition=arguments.campaign, entries=arguments.entries, out=arguments.out, source=source, relays=relays,
        values=values, legal=arguments.legal or arguments.out.parent / f"{arguments.out.stem}-legal.zip", patience=arguments.patience, operator=_operator(),
    )  # fmt: skip
    done = draw_spreadsheet(job, secrets.token_bytes, system_clock, time.sleep, say)
    if arguments.json:
        body = {
            "bundle": str(arguments.out),
            "legal": str(job.legal),
            "drawn": [{"rank": place.rank, "prize": place.unit, "line": place.line} for place in done.drawn],
            "entries": done.imported.accepted,
            "declined": [
                {"line": line, "reason": reason, "detail": text(language)}
                for line, reason, text in done.imported.declined
            ],
            "vouched": list(done.imported.vouched),
            "entrants": done.people,
            **done.verdict.to_dict(language),
        }
        print(json.dumps(body, ensure_ascii=False))
    else:
        print(done.verdict.text(language))
        print(f"\n{_drawn(done, arguments.entries.name, language)}")
        kept = Text(fr="données personnelles : qui a été tiré ; à garder, à ne pas publier",
                    en="personal data: who was drawn; keep it, do not publish it")  # fmt: skip
        print(f"\n{job.legal} ({kept(language)})\n{arguments.out}")
    return OK if done.verdict.passed else REFUSED


def _drawn(done: "Done", name: str, language: str) -> str:
    """Say who was drawn by the lines of the file: no name is printed."""
    head = Text(fr="Tirage, par ligne de {name} :", en="Drawn, by line of {name}:").fill(name=name)
    line, more = (
        Text(fr="ligne {line}", en="line {line}"),
        Text(fr="… et {n} autres (--json)", en="… and {n} more (--json)"),
    )
    prizes = [place for place in done.drawn if place.unit]
    told = [
        f"  {line(language, line=place.line)} — {done.campaign.say(done.campaign.prize_of(place.unit).title, language)} ({place.unit})"
        for place in prizes[:MOST_PRINTED]
    ]
    if (rest := len(prizes) - MOST_PRINTED) > 0:
        told.append(f"  {more(language, n=rest)}")
    if others := [str(place.line) for place in done.drawn if not place.unit]:
        named = ", ".join(others[:MOST_PRINTED]) + (", …" if len(others) > MOST_PRINTED else "")
        told.append(
            Text(fr="  Suppléants, dans l’ordre : lignes {named}", en="  Alternates, in order: lines {named}")(
                language, named=named
            )
        )
    if (none := len(done.campaign.units) - len(prizes)) > 0:
        told.append(
            Text(
                fr="  Lots sans gagnant, faute de participants : {n}",
                en="  Prizes without a winner, for want of entrants: {n}",
            )(language, n=none)
        )
    return "\n".join([head(language), *told])


def _operator() -> str:
    """Return who runs this command; a container may have a user without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def _check(arguments: argparse.Namespace) -> int:
    from contests.campaign.lint import blocks, lint
    from contests.campaign.parse import form_of, parse

    language = _language(arguments)
    campaign = parse(arguments.campaign.read_bytes(), form_of(arguments.campaign.name))
    remarks = lint(campaign, datetime.now(UTC))
    if arguments.json:
        found = [
            {"level": r.level, "code": r.code, "path": r.path, "detail": r.text(language), "law": r.law}
            for r in remarks
        ]
        print(json.dumps({"digest": campaign.digest(), "remarks": found}, ensure_ascii=False))
    else:
        for remark in remarks:
            print(
                f"{remark.level:6} {remark.path}: {remark.text(language)}" + (f" [{remark.law}]" if remark.law else "")
            )
        print(f"SHA-256 {campaign.digest()}")
    return REFUSED if blocks(remarks) else OK


def _schema(_arguments: argparse.Namespace) -> int:
    from contests.campaign.schema import campaign_schema

    print(json.dumps(campaign_schema(), indent=2, ensure_ascii=False))
    return OK


def _migrate(_arguments: argparse.Namespace) -> int:
    from contests.settings import load, open_house
    from contests.store.migrate import revisions, upgrade

    house = open_house(load())
    upgrade(house.store)
    print(f"database at revision {revisions(house.store)[0]}")
    return OK


def _backup(arguments: argparse.Namespace) -> int:
    from contests.settings import load, open_house
    from contests.store.backup import backup

    try:
        size = backup(open_house(load()).store, arguments.out)
    except sqlite3.OperationalError as error:
        print(f"CONTESTS_DATABASE: {error}", file=sys.stderr)
        return REFUSED
    print(f"{arguments.out}: {size} bytes")
    return OK


def _keys(_arguments: argparse.Namespace) -> int:
    from contests.settings import load, open_house
    from contests.store import journals

    house = open_house(load())
    with house.store.write() as tx:
        changed = journals.close_keys(tx)
    print(f"{changed} signing keys " + ("closed under the first key" if house.store.keyring.keys else "kept open"))
    return OK


def _doctor(arguments: argparse.Namespace) -> int:
    from contests.flows.doctor import examine
    from contests.settings import load, mail_server, open_house

    language = _language(arguments)
    settings = load()
    house = open_house(settings)
    found = examine(house, settings.relay_list, mail_server(settings), datetime.now(UTC))
    if arguments.json:
        rows = [{"level": f.level, "code": f.code, "detail": f.text(language), "todo": f.todo(language)} for f in found]
        print(json.dumps({"findings": rows}, ensure_ascii=False))
    else:
        marks = {"bad": "✗", "odd": "!", "good": "✓"}
        for finding in found:
            print(f"{marks[finding.level]} {finding.text(language)}")
            if todo := finding.todo(language):
                print(f"  → {todo}")
    return REFUSED if any(finding.level == "bad" for finding in found) else OK


def _restored(arguments: argparse.Namespace) -> int:
    from contests.flows.heads import go_on, held_journals, watch_heads
    from contests.settings import heads_of, load, open_house

    settings = load()
    house = open_house(settings)
    # Whoever has just restored asks before anything has started.
    watch_heads(house, heads_of(settings, house), roots=True)
    with house.store.read() as tx:
        held = held_journals(tx)
    for journal in held:
        print(f"{journal.slug or 'register'}: {journal.why}")
    if not arguments.go_on:
        print(f"journals held back: {len(held)}")
        return REFUSED if held else OK
    done = go_on(house, heads_of(settings, house), by=arguments.by, reason=arguments.reason, now=datetime.now(UTC))
    print(f"journals that go on from what the database has: {len(done)}")
    return OK


def _staff(arguments: argparse.Namespace) -> int:
    from contests.flows.sign_in import add_staff, entrust, usual
    from contests.settings import STAFF_PASSWORD, load, open_house
    from contests.store.migrate import upgrade

    house = open_house(load())
    upgrade(house.store)
    password = os.environ.get(STAFF_PASSWORD) or (
        getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    name, role = usual(house, arguments.email, arguments.organiser)
    role = arguments.role or role
    add_staff(
        house, arguments.email, name=arguments.name or name, role=role, password=password,
        language=_language(arguments), now=datetime.now(UTC), second_factor=not arguments.without_second_factor,
        organiser=arguments.organiser,
    )  # fmt: skip
    if arguments.installation:
        entrust(house, arguments.email, datetime.now(UTC))
    print(f"{arguments.email}: {role}")
    return OK


def _opened(settings: "Settings") -> "House":
    """Open an installation that is to write: migrated, with its register, and held against what was seen of its journals."""
    from contests.flows.heads import watch_heads
    from contests.flows.register import open_register
    from contests.settings import heads_of, open_house
    from contests.store.migrate import upgrade

    house = open_house(settings)
    upgrade(house.store)
    open_register(house)
    watch_heads(house, heads_of(settings, house), roots=True)
    return house


def _worker(arguments: argparse.Namespace) -> int:
    from contests.settings import (
        ENDPOINT,
        authorities,
        heads_of,
        load,
        mail_server,
        mirror_of,
        platforms_of,
        witness_servers,
    )
    from contests.worker import Reach, run

    settings = load()
    logs.set_up(settings.log)
    mirror = mirror_of(settings, os.environ.get(ENDPOINT, ""), datetime.now(UTC))
    house = _opened(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if arguments.parent:
        threading.Thread(target=_end_with, args=(arguments.parent, stop), daemon=True).start()
    run(
        house,
        Reach(
            settings.relay_list,
            mail_server(settings),
            authorities(settings),
            witness_servers(settings),
            platforms_of(settings),
            settings.jetstream,
            heads_of(settings, house),
            mirror,
        ),
        stop,
    )
    house.store.close()
    return OK


def _witness(arguments: argparse.Namespace) -> int:
    import uvicorn

    from contests.journal.cosignature import Cosigner
    from contests.journal.note import parse_vkey
    from contests.witness import Memory, create_witness, key_file

    logs.set_up("text")
    cosigner = Cosigner(arguments.name, key_file(arguments.key, secrets.token_bytes))
    followed = tuple(parse_vkey(vkey) for vkey in arguments.log)
    print(cosigner.witness, flush=True)
    memory = Memory(arguments.state)
    try:
        app = create_witness(memory, followed, cosigner, lambda: datetime.now(UTC))
        uvicorn.run(app, host=arguments.host, port=arguments.port, access_log=False, log_config=None)
    finally:
        memory.close()
    return OK


def _verify_receipt(arguments: argparse.Namespace) -> int:
    from contests.audit.bundle import Bundle
    from contests.audit.honour import honour, within
    from contests.beacons.journal import read_journal
    from contests.journal.note import parse_vkey
    from contests.journal.receipt import parse_receipt

    language = _language(arguments)
    given = Path(arguments.vkey)
    vkey = given.read_bytes().decode(errors="replace") if given.is_file() else arguments.vkey
    receipt, verifier = parse_receipt(arguments.receipt.read_bytes()), parse_vkey(vkey)
    if not arguments.journal:
        found = honour(receipt, verifier, None)
    elif arguments.journal.startswith(("http://", "https://")):
        found = honour(receipt, verifier, read_journal(arguments.journal))
    else:
        with Path(arguments.journal).open("rb") as file:
            found = honour(receipt, verifier, within(Bundle(file)))
    if arguments.json:
        print(json.dumps(found.to_dict(language), ensure_ascii=False))
    else:
        print(found.text(language))
    return OK if found.honoured else REFUSED


def _end_with(parent: int, stop: threading.Event) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    stop.set()


def _serve(arguments: argparse.Namespace) -> int:
    from contests.settings import ENDPOINT, load, mirror_of
    from contests.web.app import create_app
    from contests.web.memory import settle_memory
    from contests.web.serving import serve
    from contests.web.writer import Writer

    settings = load()
    logs.set_up(settings.log)
    if not arguments.no_worker:
        mirror_of(
            settings, os.environ.get(ENDPOINT, ""), datetime.now(UTC)
        )  # refused here, not again and again by the worker
    house = _opened(settings)
    stop = threading.Event()
    # uvicorn raises the signal again when it has stopped; without this the process would die before the worker does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(OK))
    keeper = None if arguments.no_worker else threading.Thread(target=_keep_worker, args=(stop,), daemon=True)
    if keeper:
        keeper.start()
    try:
        app = create_app(house, settings, writer=Writer(house))
        settle_memory()
        serve(
            app,
            drain=settings.drain,
            host=arguments.host or settings.host,
            port=settings.port if arguments.port is None else arguments.port,
            access_log=False,
            log_config=None,
            proxy_headers=bool(settings.forwarded_from),
            forwarded_allow_ips=settings.forwarded_from or None,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    finally:
        stop.set()
        if keeper:
            keeper.join(15)
        house.store.close()
    return OK


def _keep_worker(stop: threading.Event) -> None:
    """Run the worker in a process of its own, so that a draw of a million does not hold up the pages; restart it."""
    while not stop.is_set():
        child = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "contests", "worker", "--parent", str(os.getpid())]
        )
        while child.poll() is None and not stop.wait(0.5):
            pass
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
            return
        logging.getLogger("contests").error("the worker ended with %s; starting it again", child.returncode)
        stop.wait(2)


def _seconds(text: str) -> float:
    found = float(text)
    if not 0 <= found < 10**7:
        raise ValueError(text)
    return found


def _staff_arguments(staff: argparse.ArgumentParser) -> None:
    staff.add_argument("email")
    staff.add_argument("--role", choices=("owner", "manager", "moderator", "legal"))
    staff.add_argument("--name")
    staff.add_argument("--organiser", default="", metavar="NAME", help="where there are several")
    staff.add_argument("--installation", action="store_true", help="may also make organisers; the first account may")
    staff.add_argument(
        "--without-second-factor", action="store_true", help="also switch off the codes asked for at sign-in"
    )


def _upkeep(command: Any) -> None:  # noqa: ANN401 - makes one command
    command("migrate", _migrate, "Bring the database up to date.")
    command("doctor", _doctor, "Look at an installation, and say what to mend.", json_too=True)
    command("keys", _keys, "Close every signing key under the first of CONTESTS_KEYS: rotation.")
    restored = command(
        "restored", _restored,
        "Show the journals that are held back because the database is older than what this machine has seen, and let them go on.",
    )  # fmt: skip
    restored.add_argument("--go-on", action="store_true", help="let them go on from what the database has")
    restored.add_argument("--by", default="", metavar="NAME", help="who decides; required with --go-on")
    restored.add_argument("--reason", default="", metavar="TEXT", help="why; required with --go-on")
    backup = command("backup", _backup, "Write a consistent copy of the database.")
    backup.add_argument("out", type=Path, metavar="FILE")


def parser() -> argparse.ArgumentParser:
    """Return the parser; docs/reference/cli.md is held against it."""
    top = argparse.ArgumentParser(prog="contests", description="Contest campaigns with a draw that anyone can check.")
    top.add_argument("--version", action="version", version=f"contests {contests.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str, *, json_too: bool = False) -> argparse.ArgumentParser:  # noqa: ANN401
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        made.add_argument("--lang", choices=("fr", "en"), help="language of what is printed; default from LANG")
        if json_too:
            made.add_argument("--json", action="store_true", help="print one JSON object")
        return made

    draw = command("draw", _draw, "Draw from a definition and a spreadsheet, and write the proof.", json_too=True)
    draw.add_argument("campaign", type=Path, metavar="CAMPAIGN.toml")
    draw.add_argument("--entries", type=Path, required=True, metavar="PEOPLE.csv")
    draw.add_argument("--out", type=Path, required=True, metavar="BUNDLE.zip")
    draw.add_argument(
        "--legal", type=Path, metavar="LEGAL.zip", help="where the file of identities goes; default: beside the proof"
    )
    chance = draw.add_mutually_exclusive_group()
    chance.add_argument(
        "--source", choices=("drand", "ceremony"), help="where chance comes from; default: what the definition says"
    )
    chance.add_argument("--rehearsal", action="store_true", help="draw now, worth nothing")
    draw.add_argument("--relay", action="append", default=[], metavar="URL", help="a drand relay; repeatable")
    draw.add_argument(
        "--patience", type=_seconds, default=900.0, metavar="SECONDS", help="how long to wait for a late beacon"
    )
    verify = command("verify", _verify, "Check a proof, offline.", json_too=True)
    verify.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    verify.add_argument("--identities", type=Path, metavar="LEGAL.zip", help="also check the identities")
    check = command("check", _check, "Say what the linter thinks of a definition.", json_too=True)
    check.add_argument("campaign", type=Path, metavar="CAMPAIGN.toml")
    command("schema", _schema, "Print the JSON Schema of a definition.")
    serve = command("serve", _serve, "Run the web server, and the worker beside it.")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    serve.add_argument("--no-worker", action="store_true", help="another process runs the worker")
    worker = command("worker", _worker, "Run the worker alone.")
    worker.add_argument("--parent", type=int, metavar="PID", help="end when this process has ended")
    _upkeep(command)
    witness = command("witness", _witness, "Run a small witness of other people's registers (C2SP tlog-witness).")
    witness.add_argument("--name", required=True, help="the witness's name, as it stands in its vkey")
    witness.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="its private key; made when it is not there"
    )
    witness.add_argument("--state", type=Path, required=True, metavar="FILE", help="where it keeps the last heads")
    witness.add_argument("--log", action="append", default=[], metavar="VKEY", help="a register it follows; repeatable")
    witness.add_argument("--host", default="127.0.0.1")
    witness.add_argument("--port", type=int, default=8010)
    receipt = command(
        "verify-receipt", _verify_receipt, "Say whether a journal still honours a receipt.", json_too=True
    )
    receipt.add_argument("receipt", type=Path, metavar="FILE")
    receipt.add_argument("--vkey", required=True, metavar="VKEY", help="the journal's key, or a file that holds it")
    receipt.add_argument(
        "--journal",
        metavar="URL|BUNDLE.zip",
        help="also look the record up in today's journal: its address, or a bundle",
    )
    staff = command("staff", _staff, "Add a member of staff, or set a new password (read from standard input).")
    _staff_arguments(staff)
    return top


class _Outlet(io.FileIO):
    """Where a command writes. Whoever stops reading (`| head`) stops no draw, and changes no verdict's exit code.

    `fault`: what else went wrong, as a full disk; nothing more is written then.
    """

    fault: OSError | None = None

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - whatever has bytes
        try:
            return super().write(data) if not self.fault else memoryview(data).nbytes
        except BrokenPipeError:
            return memoryview(data).nbytes
        except OSError as error:
            self.fault = error
            return memoryview(data).nbytes


@contextmanager
def _outlets() -> Iterator[None]:
    """Write through outlets, which a reader that went away, or a console that has no ✓, cannot break."""
    before, outlets = (sys.stdout, sys.stderr), list[_Outlet]()

    def outlet(stream: Any) -> Any:  # noqa: ANN401 - a test's own streams are left as they are
        if stream not in {sys.__stdout__, sys.__stderr__}:
            return stream
        outlets.append(_Outlet(stream.fileno(), "w", closefd=False))
        lines = stream.line_buffering or stream is sys.__stderr__
        out = io.BufferedWriter(outlets[-1])
        return io.TextIOWrapper(out, encoding=stream.encoding, errors="replace", line_buffering=lines)

    sys.stdout, sys.stderr = map(outlet, before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before
    if fault := next((each.fault for each in outlets if each.fault), None):
        print(f"contests: {(fault.strerror or type(fault).__name__).lower()}", file=sys.stderr)
        raise SystemExit(MISUSE)


@_outlets()
def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except Refused as refused:
        said = refused.sentence(_language(arguments))
        if getattr(arguments, "json", False):
            print(json.dumps({"refused": refused.code, "detail": said}, ensure_ascii=False))
        else:
            print(said, file=sys.stderr)
        return REFUSED
    except OSError as error:
        if getattr(arguments, "json", False):
            print(json.dumps({"refused": "unreadable", "detail": _said(error)}, ensure_ascii=False))
        else:
            print(_said(error), file=sys.stderr)
        return MISUSE
    except KeyboardInterrupt:
        return REFUSED
