"""The main job, shown: `make demo`.

A real server, real form posts over HTTP by a few hundred made-up people, the freeze, the draw as a rehearsal,
the proof, the verdict. Then the server stays up with a second campaign open, an answered prize, a calendar being
made, and the addresses of all the rooms.
"""

import argparse
import concurrent.futures
import csv
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import altcha

HERE = Path(__file__).parent
STAFF = ("claire@demo.example", "trois-lampions-verts")
LEGAL = ("leon@demo.example", "trois-lampions-verts")
OWNER = ("olga@demo.example", "trois-lampions-verts")
WITHOUT_SCRIPT = 12  # how many of the people have no JavaScript, and confirm by mail
CHANNELS = ("", "instagram", "boutique")  # where people of the second campaign come from


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Let the demonstration see each 303."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


class Site:
    """A visitor's or a member of staff's browser, in the small."""

    def __init__(self, url: str) -> None:
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(NoRedirect, jar)
        self._opener.addheaders = [
            ("User-Agent", "Mozilla/5.0 (demonstration)")
        ]  # programs are not counted as visitors

    def get(self, path: str) -> bytes:
        """Return a page."""
        return self._ask(urllib.request.Request(self.url + path))[1]  # noqa: S310 - our own server

    def post(self, path: str, form: dict[str, str]) -> tuple[int, bytes, str]:
        """Post a form; return status, body and where it leads."""
        data = urllib.parse.urlencode(form).encode()
        return self._ask(urllib.request.Request(self.url + path, data=data))  # noqa: S310 - our own server

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes, str]:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, answer.read(), ""
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read(), answer.headers.get("location", "")

    def sign_in(self, email: str, password: str) -> str:
        """Sign in; return the token that forms need."""
        self.post("/staff/sign-in", {"email": email, "password": password})
        found = re.search(r'name="csrf" value="(\w+)"', self.get("/staff").decode())
        if not found:
            sys.exit("the demo could not sign in")
        return found[1]


def say(text: str) -> None:
    """Tell what happens."""
    print(text, flush=True)


def bar(done: int, all_: int, what: str) -> None:
    """Draw progress."""
    width = 30 * done // all_
    end = "\n" if done == all_ or not sys.stdout.isatty() else "\r"
    if not sys.stdout.isatty() and done % (all_ // 5):
        return
    print(f"   [{'█' * width}{'·' * (30 - width)}] {done}/{all_} {what}", end=end, flush=True)


def definition(name: str, **changes: Any) -> str:
    """Return an example's definition as JSON, with other dates."""
    data = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    data |= {key: value.isoformat() if isinstance(value, datetime) else value for key, value in changes.items()}
    return json.dumps(data, default=lambda value: value.isoformat())


def publish(site: Site, csrf: str, text: str) -> str:
    """Draft, upload the pictures, publish; return the slug."""
    slug = json.loads(text)["slug"]
    status, body, where = site.post("/staff/new", {"csrf": csrf, "form": "json", "text": text})
    if status != 303:
        sys.exit(f"the definition was refused: {body.decode()[:2000]}")
    for picture in sorted((HERE / "media").glob("*.png")):
        upload(site, f"{where}/draft", picture.name, picture.read_bytes(), csrf=csrf, do="picture")
    page = site.get(where).decode()
    for remark in re.findall(r'name="remark" value="(\w+)"', page):
        why = "A demonstration with made-up people; nothing is really won."
        site.post(f"{where}/draft", {"csrf": csrf, "do": "acknowledge", "remark": remark, "reason": why})
    status, body, _ = site.post(f"{where}/draft", {"csrf": csrf, "do": "publish"})
    if status != 303:
        sys.exit(f"the publication was refused: {re.sub('<[^>]+>', ' ', body.decode())[:2000]}")
    return str(slug)


def upload(visitor: Site, path: str, name: str, content: bytes, **fields: str) -> int:
    """Post a file with its form; return the status."""
    mark = "----demo"
    parts = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    )
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    data = parts.encode() + head.encode() + content + f"\r\n--{mark}--\r\n".encode()
    kind = {"content-type": f"multipart/form-data; boundary={mark}"}
    return visitor._ask(urllib.request.Request(visitor.url + path, data=data, headers=kind))[0]  # noqa: S310, SLF001 - the same file


def enter(url: str, slug: str, person: dict[str, str], *, script: bool, via: str = "") -> int:
    """Fill in the landing page's form as one person, with a solved proof of work or without JavaScript."""
    site = Site(url)
    if via:
        site.get(f"/c/{slug}?via={via}")
    country = {"France": "FR", "Luxembourg": "LU", "Monaco": "MC"}.get(person["Pays"], person["Pays"])
    form = {
        "email": person["E-mail"], "first_name": person["Prénom"], "last_name": person["Nom"], "town": person["Ville"],
        "country": country, "age": "on", "rules": "1", "via": via,
    }  # fmt: skip
    if script:
        challenge = altcha.Challenge.from_dict(json.loads(site.get(f"/c/{slug}/challenge?via={via}")))
        solution = altcha.solve_challenge(challenge)
        if solution is not None:
            form["altcha"] = altcha.Payload(challenge, solution).to_base64()
    return site.post(f"/c/{slug}", form)[0]


def confirm(site: Site, slug: str, person: dict[str, str]) -> int:
    """Open the confirmation link in one person's mail."""
    mailbox = site.get(f"/mailbox?to={urllib.parse.quote(person['E-mail'])}").decode()
    link = re.search(rf"/c/{slug}/confirm/\w+", mailbox)
    return site.post(link[0], {})[0] if link else 404


def wait_for(site: Site, slug: str, words: str, what: str, patience: float = 60) -> None:
    """Wait until a page says so."""
    start = time.monotonic()
    while words not in site.get(f"/c/{slug}/results?lang=fr").decode():
        if time.monotonic() - start > patience:
            sys.exit(f"the demo waited too long for: {what}")
        time.sleep(0.3)


def main_job(url: str, people: list[dict[str, str]], folder: Path) -> str:
    """Run the sample campaign from publication to verdict."""
    staff = Site(url)
    csrf = staff.sign_in(*STAFF)
    now = datetime.now(UTC).replace(microsecond=0)
    closes = now + timedelta(seconds=18)
    say("1. Publish a sample campaign, as a rehearsal (worth nothing: it needs no network)")
    text = definition(
        "noel-lumiere.toml", slug="repetition-lumiere", title={"fr": "Répétition du Noël des Ateliers Lumière"}, opens_at=now - timedelta(minutes=1), closes_at=closes,
        freezes_at=closes, draws_at=closes + timedelta(seconds=1), draw={"source": "rehearsal"},
        rules=[rule for rule in tomllib.loads((HERE / "noel-lumiere.toml").read_text(encoding="utf-8"))["rules"]
               if rule["kind"] != "confirmed-email"],
    )  # fmt: skip
    slug = publish(staff, csrf, text)
    say(f"   {url}/c/{slug}")
    say(f"2. {len(people)} made-up people fill in the form over HTTP, {WITHOUT_SCRIPT} of them without JavaScript")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(enter, url, slug, p, script=i >= WITHOUT_SCRIPT) for i, p in enumerate(people)]
        done = 0
        for job in concurrent.futures.as_completed(jobs):
            done += job.result() == 303
            bar(done, len(people), "posted")
    confirmed = [confirm(Site(url), slug, person) for person in people[:WITHOUT_SCRIPT]].count(303)
    say(f"   {confirmed} confirmed by the link in their mail")
    if (done, confirmed) != (len(people), WITHOUT_SCRIPT):
        sys.exit("not every entry was taken")
    say(f"3. Wait for the closing ({closes.astimezone():%H:%M:%S}); the worker closes, freezes and draws by itself")
    wait_for(staff, slug, "Provisoire", "the draw")
    say("4. Download the proof and check it, offline")
    bundle = folder / f"{slug}.zip"
    bundle.write_bytes(staff.get(f"/c/{slug}/bundle.zip"))
    verdict = subprocess.run([sys.executable, "-m", "contests", "verify", str(bundle), "--lang", "en"], check=False)  # noqa: S603 - ourselves
    if verdict.returncode:
        sys.exit("the proof did not verify")
    say(f"   the file: {bundle}")
    return slug


def second_campaign(url: str) -> str:
    """Publish a campaign that stays open."""
    staff = Site(url)
    csrf = staff.sign_in(*STAFF)
    now = datetime.now(UTC).replace(microsecond=0)
    closes = now + timedelta(days=14)
    return publish(
        staff,
        csrf,
        definition(
            "noel-lumiere.toml", opens_at=now - timedelta(minutes=1), closes_at=closes,
            freezes_at=closes + timedelta(hours=10), draws_at=closes + timedelta(hours=12),
        ),
    )  # fmt: skip


def comment_contest(url: str) -> str:
    """Publish a contest that takes comments, and import a file of them as an export tool gives it; return its slug."""
    staff = Site(url)
    csrf = staff.sign_in(*STAFF)
    now = datetime.now(UTC).replace(microsecond=0)
    said = (HERE / "comments.csv").read_text(encoding="utf-8-sig")
    days = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", said)
    # The file is as old as this example: its comments are moved so that the last one was made a day ago.
    later = now - timedelta(days=1) - datetime.fromisoformat(f"{max(days)}+00:00")
    for day in sorted(set(days), reverse=later > timedelta(0)):
        said = said.replace(day, str(datetime.fromisoformat(day) + later))
    text = definition(
        "noel-lumiere.toml", slug="commentez-la-lumiere", title={"fr": "Commentez la lumière"}, opens_at=now - timedelta(days=12),
        closes_at=now + timedelta(days=7), freezes_at=now + timedelta(days=7, hours=10), draws_at=now + timedelta(days=7, hours=12),
        channels=[{"id": "instagram", "platform": "instagram", "title": {"fr": "Notre Instagram"}}],
        comments={"channels": ["instagram"], "accounts": ["ateliers.lumiere"], "rules": [{"kind": "comment-hashtag", "tags": ["AteliersLumière"]}]},
    )  # fmt: skip
    slug = publish(staff, csrf, text)
    form = {"csrf": csrf, "do": "import", "channel": "instagram", "site": ""}
    if upload(staff, f"/staff/c/{slug}/comments", "comments.csv", said.encode(), **form) != 200:
        sys.exit("the comments were refused")
    return slug


def fill_rooms(url: str, slug: str, rehearsal: str, people: list[dict[str, str]]) -> str:
    """Give the rooms something to show: entries by several channels, an answered prize, a calendar; return its name."""
    for i, person in enumerate(people):
        enter(url, slug, person, script=i % 5 > 0, via=CHANNELS[i % len(CHANNELS)])
        if i % 8:
            confirm(Site(url), slug, person)
    staff = Site(url)
    csrf = staff.sign_in(*STAFF)
    for link in re.findall(rf"/c/{rehearsal}/claim/\w+", staff.get("/mailbox").decode())[:2]:
        home = {
            "name": "Camille Martin",
            "street": "1 rue des Ateliers",
            "postcode": "69001",
            "town": "Lyon",
            "country": "FR",
        }
        staff.post(link, {"conditions": "yes", **home})
    days = {
        "title": "Calendrier de l’Avent",
        "languages": "fr",
        "first": f"{datetime.now(UTC).year + 1}-12-01",
        "number": "24",
    }
    prizes = "\n".join(["Une bougie parfumée ; 24,90", "Un atelier de poterie ; 60", "Un jeu de société ; 35"] * 8)
    status, _, where = staff.post("/staff/start/advent", {"csrf": csrf, "prizes": prizes, "reveal": "on", **days})
    if status != 303:
        sys.exit("the calendar was refused")
    return where.rpartition("/")[2]


def start_server(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start `contests serve` on a database of its own."""
    environment = os.environ | {
        "CONTESTS_URL": f"http://localhost:{port}",
        "CONTESTS_DATABASE": f"sqlite:///{folder / 'demo.db'}",
        "CONTESTS_PORT": str(port),
        "CONTESTS_MAILBOX": "1",
        "CONTESTS_PROOF_COST": "1",
        "CONTESTS_TOO_FAST": "0",
        "CONTESTS_LIMIT_DEVICE": "6000/minute",
        "CONTESTS_LIMIT_ADDRESS": "60000/minute",
        "CONTESTS_LIMIT_BURST": "6000/minute",
    }
    for (email, password), role, name in (
        (OWNER, "owner", "Olga"), (STAFF, "manager", "Claire"), (LEGAL, "legal", "Maître Léon"),
    ):  # fmt: skip
        subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-m", "contests", "staff", email, "--role", role, "--name", name],
            input=password.encode(), env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    log = (folder / "server.log").open("wb")
    return subprocess.Popen([sys.executable, "-m", "contests", "serve"], env=environment, stdout=log, stderr=log)


def tour(slug: str, rehearsal: str, series: str, commented: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the rooms worth a look, by who lives there."""
    room, past = f"/staff/c/{slug}", f"/staff/c/{rehearsal}"
    return [
        ("What people see", [
            ("Landing page", f"/c/{slug}"), ("QR code", f"/c/{slug}/qr.svg"),
            ("Results of the rehearsal", f"/c/{rehearsal}/results"), ("The draw, live or again", f"/c/{rehearsal}/live"),
            ("Check it on one’s own device", f"/c/{rehearsal}/verify"), ("Certificate", f"/c/{rehearsal}/certificate"),
            ("Does my comment count? (hugo.bernard)", f"/c/{commented}/comments"),
            ("Mailbox (every mail of the demo)", "/mailbox"),
        ]),
        ("What the community manager does", [
            ("All campaigns, and what to do", "/staff"), ("Begin from a template", "/staff/start"),
            ("A calendar being made", f"/staff/s/{series}"), ("Figures", f"{room}/figures"),
            ("Comments as entries", f"/staff/c/{commented}/comments"), ("Entries to look at", f"{room}/queue"), ("Links, QR codes, posters, posts", f"{room}/channels"),
            ("Try the rules on somebody made up", f"{room}/try"), ("Replies to what people ask", f"{room}/replies"),
            ("Amend what is published", f"{room}/amend"), ("Prizes until they are in hand", f"{past}/awards"),
            ("Closing report", f"{past}/closing"),
        ]),
        ("What the legal department reads", [
            ("Who did what, under which clause", f"{past}/legal"), ("Minutes", f"{past}/minutes"),
            ("Personal data and its clocks", f"{room}/data"),
        ]),
        ("What the owner looks after", [("People and roles", "/staff/people"), ("One’s account, passkeys", "/staff/me")]),
    ]  # fmt: skip


def main() -> None:
    """Run the demonstration; Ctrl-C ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--once", action="store_true", help="stop after the verdict")
    arguments = parser.parse_args()
    with (HERE / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file, delimiter=";"))
    folder = Path(tempfile.mkdtemp(prefix="contests-demo-"))
    url = f"http://localhost:{arguments.port}"
    with socket.socket() as taken:
        if taken.connect_ex(("127.0.0.1", arguments.port)) == 0:
            sys.exit(
                f"Port {arguments.port} is taken by another program. Stop it, or: make demo PORT={arguments.port + 1}"
            )
    start = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the server goes with the demonstration
    server = start_server(folder, arguments.port)
    try:
        for _ in range(100):
            try:
                Site(url).get("/health")
                break
            except OSError:
                if server.poll() is not None:
                    sys.exit((folder / "server.log").read_text())
                time.sleep(0.1)
        rehearsal = main_job(url, people, folder)
        slug = second_campaign(url)
        say(f"5. A second campaign opens; {len(people[:40])} people come by {len(CHANNELS)} channels")
        series = fill_rooms(url, slug, rehearsal, people[:40])
        say("6. A third one takes comments under a post as entries; a file of them is imported")
        commented = comment_contest(url)
        say(f"\nDone in {time.monotonic() - start:.0f} s.{'' if arguments.once else ' The server stays up.'}")
        for title, rooms in tour(slug, rehearsal, series, commented):
            say(f"\n{title}\n")
            for name, where in rooms:
                say(f"   {name:42} {url}{where}")
        say("\nSign in at /staff, password trois-lampions-verts for all:\n")
        for who, (email, _) in (("Community manager", STAFF), ("Legal department", LEGAL), ("Owner", OWNER)):
            say(f"   {who:42} {email}")
        if not arguments.once:
            say("\nCtrl-C ends it.")
            server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
