"""Settings from the environment, prefix `CONTESTS_`; every one is in docs/reference/settings.md."""

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from contests.audit.stamp import roots_of
from contests.errors import Malformed, Text
from contests.flows.heads import file_of
from contests.flows.house import House
from contests.flows.mirror import Mirror
from contests.flows.platforms import LISTS, RENEWERS, SOURCES, Platforms
from contests.flows.stamp import Authority
from contests.flows.vault import vault_of
from contests.flows.witness import Server
from contests.journal.cosignature import parse_witness
from contests.journal.note import is_name
from contests.senders import smtp
from contests.senders.shelf import Folder, open_bucket
from contests.sources.web import open_client
from contests.store.installation import secret
from contests.store.keyring import SHORTEST_KEY, Keyring
from contests.store.session import Store

PREFIX = "CONTESTS_"
STAFF_PASSWORD = "CONTESTS_STAFF_PASSWORD"  # noqa: S105 - the name of the variable that `contests staff` reads
FROM_FILE = "_FILE"
ENDPOINT = "AWS_ENDPOINT_URL"  # of another object store than Amazon's
_HIDDEN = frozenset({"database", "keys", "metrics", "secret", "smtp", "vault"})  # they may hold a password
_LIMIT = Meta(pattern=r"^[0-9]{1,7}/(second|minute|hour|day)$(?!\n)")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One installation's settings."""

    url: Annotated[str, Meta(description="Public address of the site, without a slash at the end.")] = (
        "http://127.0.0.1:8000"
    )
    name: Annotated[
        str,
        Meta(
            description="Name that begins the origins of the journals; default: the host of the address. Never change it."
        ),
    ] = ""
    database: Annotated[
        str,
        Meta(
            pattern=r"^(sqlite:///|postgresql(\+psycopg)?://)",
            description="`sqlite:///path` or `postgresql://user:password@host/name`.",
        ),
    ] = "sqlite:///var/contests.db"
    host: Annotated[str, Meta(description="Address the server listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port the server listens on.")] = 8000
    secret: Annotated[
        str, Meta(description="Key of the proof-of-work challenges; default: made once and kept in the database.")
    ] = ""
    relays: Annotated[str, Meta(description="drand relays, separated by commas; several, of different people.")] = (
        "https://api.drand.sh,https://api2.drand.sh,https://api3.drand.sh,https://drand.cloudflare.com"
    )
    stamps: Annotated[
        str,
        Meta(
            description="Time-stamp authorities (RFC 3161), separated by commas: an address, then, after a space, the PEM file of its root certificates when its tokens bring none."
        ),
    ] = ""
    witnesses: Annotated[
        str,
        Meta(
            description="Witnesses of the register (C2SP tlog-witness), separated by commas: a vkey, a space, an address."
        ),
    ] = ""
    smtp: Annotated[
        str,
        Meta(
            description="`smtp://`, `smtps://` or `smtp+tls://` address of the mail server; empty: mail stays in the outbox."
        ),
    ] = ""
    mail_from: Annotated[str, Meta(description="Sender of the mails.")] = "contests@localhost"
    proof_cost: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="PBKDF2 rounds of one try of the proof of work; a browser makes 300 to 900 tries.",
        ),
    ] = 1000
    limit_device: Annotated[
        str, _LIMIT, Meta(description="Posts from one address with one kind of browser; an office has few kinds.")
    ] = "120/minute"
    limit_address: Annotated[str, _LIMIT, Meta(description="Posts from one address, all browsers together.")] = (
        "1200/minute"
    )
    limit_burst: Annotated[
        str, _LIMIT, Meta(description="Entries from one network beyond which the next ones are marked for review.")
    ] = "20/minute"
    limit_sign_in: Annotated[
        int, Meta(ge=1, le=1000, description="Failed sign-ins in fifteen minutes, for an account or an address.")
    ] = 8
    second_step: Annotated[
        bool,
        Meta(
            description="Everybody of the staff has to have a second sign-in step, a code or a passkey; until then only *My account* opens."
        ),
    ] = False
    too_fast: Annotated[
        int,
        Meta(
            ge=0,
            le=60,
            description="Seconds between the challenge and the form under which an entry is marked for review.",
        ),
    ] = 2
    four_eyes: Annotated[
        str,
        Meta(
            pattern=r"^((publish|amend|exclude|ceremony|release)(, *(publish|amend|exclude|ceremony|release))*)?$(?!\n)",
            description="Acts that one person prepares and another releases, separated by commas: `publish`, `amend`, `exclude`, `release` (of a prize), `ceremony` (always so, listed or not).",
        ),
    ] = ""
    forwarded_from: Annotated[
        str, Meta(description="Addresses of reverse proxies whose `X-Forwarded-For` is believed, separated by commas.")
    ] = ""
    keys: Annotated[
        str,
        Meta(
            description="Keys that close the journals' signing keys in the database: random texts of 32 characters or more, separated by spaces or line ends; the first, which closes, is refused below that; every one opens. Empty: they are kept as they are."
        ),
    ] = ""
    heads: Annotated[
        str,
        Meta(
            description="File in which this machine keeps the journals' heads, to notice a database restored from an older backup; default: beside a SQLite database, none for PostgreSQL."
        ),
    ] = ""
    vault: Annotated[
        str,
        Meta(
            description="Key with which access tokens of platforms are encrypted: a random text of 32 characters or more, kept apart from the database. Without it no token is kept."
        ),
    ] = ""
    meta_secret: Annotated[
        str,
        Meta(
            description="App secret of your app at Meta: it signs what Instagram and Facebook send to /hooks/meta. Empty: nothing is taken."
        ),
    ] = ""
    meta_verify: Annotated[
        str, Meta(description="The verify token that you give Meta together with the address /hooks/meta: any text.")
    ] = ""
    jetstream: Annotated[
        str,
        Meta(
            pattern=r"^(|wss?://[!-~]{1,500})$(?!\n)",
            description="Address of a Jetstream server (wss://…/subscribe): replies under your Bluesky posts then come in within a second. Empty: sweeps alone find them.",
        ),
    ] = ""
    log: Annotated[
        str,
        Meta(
            pattern=r"^(text|json)$(?!\n)",
            description="Form of the log lines on standard error: `text`, or `json`, one object a line.",
        ),
    ] = "text"
    log_requests: Annotated[
        bool,
        Meta(
            description="Log every answer: method, route, status, milliseconds. Never an address of somebody's own page."
        ),
    ] = False
    metrics: Annotated[
        str,
        Meta(
            description="Token with which Prometheus reads /metrics (`Authorization: Bearer …`). Empty: there is no such page."
        ),
    ] = ""
    traces: Annotated[
        str,
        Meta(
            pattern=r"^(|https?://[!-~]{1,500})$(?!\n)",
            description="Address that takes traces (OTLP over HTTP, …/v1/traces); needs contests[telemetry]. Empty: none are made.",
        ),
    ] = ""
    drain: Annotated[
        int,
        Meta(
            ge=0,
            le=300,
            description="Seconds for which /ready says no before a web process that was told to stop stops taking requests.",
        ),
    ] = 0
    publish: Annotated[
        str,
        Meta(
            pattern=r"^(|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]{0,200})?|(?![a-z0-9]+:)[^\n]{1,500})$(?!\n)",
            description="Where the worker puts the public files for others to serve: a folder, or `s3://bucket/prefix` (keys in the usual `AWS_*` variables). Empty: the application alone serves them.",
        ),
    ] = ""
    mailbox: Annotated[
        bool, Meta(description="Show the outbox at /mailbox. For demonstrations only: it shows every mail.")
    ] = False

    @property
    def installation(self) -> str:
        """The name that begins the origins."""
        return self.name or (urlsplit(self.url).netloc or "localhost")

    @property
    def relay_list(self) -> tuple[str, ...]:
        """The relays, one by one."""
        return tuple(relay.strip() for relay in self.relays.split(",") if relay.strip())

    @property
    def keyring(self) -> Keyring:
        """What closes the signing keys."""
        return Keyring(tuple(self.keys.split()))

    @property
    def second_person(self) -> frozenset[str]:
        """The acts that need a second person."""
        return frozenset(act.strip() for act in self.four_eyes.split(",") if act.strip())


def authorities(settings: Settings) -> tuple[Authority, ...]:
    """Return the time-stamp authorities. Raises Malformed for a file of certificates that cannot be read."""
    found = []
    for item in filter(None, (item.strip() for item in settings.stamps.split(","))):
        url, _, path = item.partition(" ")
        if urlsplit(url).scheme not in {"http", "https"}:
            raise _wrong(f"{PREFIX}STAMPS", "An http or https address was expected.", url)
        try:
            roots = Path(path.strip()).read_bytes() if path.strip() else b""
            roots_of(roots)
        except (OSError, Malformed) as error:
            raise _wrong(f"{PREFIX}STAMPS", "A file of certificates in PEM was expected.", path) from error
        found.append(Authority(url, roots))
    return tuple(found)


def witness_servers(settings: Settings) -> tuple[Server, ...]:
    """Return the witnesses. Raises Malformed for a key that is none."""
    found = []
    for item in filter(None, (item.strip() for item in settings.witnesses.split(","))):
        vkey, _, url = item.partition(" ")
        if urlsplit(url.strip()).scheme not in {"http", "https"}:
            raise _wrong(f"{PREFIX}WITNESSES", "A vkey, a space, an http or https address were expected.", item)
        found.append(Server(parse_witness(vkey), url.strip()))
    return tuple(found)


def mirror_of(settings: Settings, endpoint: str, now: datetime) -> Mirror | None:
    """Return where static files go, None without; `endpoint` is that of AWS_ENDPOINT_URL. Raises Refused where it cannot be."""
    if not settings.publish:
        return None
    if settings.publish.startswith("s3://"):
        parts = urlsplit(settings.publish)
        return Mirror(open_bucket(parts.netloc, parts.path.strip("/"), endpoint))
    folder = Folder(Path(settings.publish).absolute())
    folder.tidy(now)
    return Mirror(folder)


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; `CONTESTS_X_FILE` names a file that holds the value of `CONTESTS_X`.

    Raises Malformed with the variable's name, for unknown ones too.
    """
    variables = os.environ if environment is None else environment
    known = {field.name: field for field in msgspec.structs.fields(Settings)}
    raw: dict[str, str] = {}
    for variable, given in variables.items():
        if variable.startswith(PREFIX) and variable != STAFF_PASSWORD:
            name, value = variable.removeprefix(PREFIX).lower(), given
            if variable.endswith(FROM_FILE):
                name, value = name.removesuffix(FROM_FILE.lower()), _file(variable, given)
            if name in raw:
                raise _wrong(variable, f"One of {PREFIX}{name.upper()} and {PREFIX}{name.upper()}{FROM_FILE}.", "both")
            if name not in known:
                # The value is not repeated: a misspelt name may well hold a password.
                raise _wrong(variable, f"One of: {', '.join(PREFIX + n.upper() for n in known)}.", "an unknown name")
            raw[name] = value
    try:
        settings = msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        where = str(error).rpartition("$.")[2].rstrip("`")
        found = "a value that is not repeated here" if where in _HIDDEN else raw.get(where, "")
        raise _wrong(f"{PREFIX}{where.upper()}", str(error), found) from error
    # Nothing stretches them, so that a password would not do. A former key, which only opens, may be what it was.
    for name, keys in (("keys", settings.keys.split()[:1]), ("vault", [settings.vault] if settings.vault else [])):
        if any(len(key) < SHORTEST_KEY for key in keys):
            raise _wrong(
                f"{PREFIX}{name.upper()}",
                f"A random text of {SHORTEST_KEY} characters or more (openssl rand -hex 32).",
                "a shorter one",
            )
    if not is_name(settings.installation):
        raise _wrong(f"{PREFIX}NAME", "A name without spaces and plus signs.", settings.installation)
    return settings


def _file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(variable, "A file that can be read.", f"{path}: {type(error).__name__}") from error


def _wrong(where: str, expected: str, found: str) -> Malformed:
    todo = Text(fr="Voir docs/reference/settings.md.", en="See docs/reference/settings.md.")
    return Malformed("setting-wrong", Text(fr=expected, en=expected), todo, found=found[:80], where=where)


def open_house(settings: Settings) -> House:
    """Return what the flows are handed: the store, the names, chance from the system."""
    made = system_house(Store(settings.database, settings.keyring), settings.installation, settings.url.rstrip("/"))
    return msgspec.structs.replace(made, four_eyes=settings.second_person)


def mail_server(settings: Settings) -> smtp.Server | None:
    """Return where mail is handed over; None where no server is set. Raises Malformed."""
    return smtp.parse_server(settings.smtp, settings.mail_from) if settings.smtp else None


def heads_of(settings: Settings, house: House) -> Path | None:
    """Return the file of the journals' heads."""
    return file_of(settings.heads, house.store)


def system_house(store: Store, name: str, url: str) -> House:
    """Return a house whose chance comes from the system."""
    return House(store, name, url, secrets.token_bytes)


def platforms_of(settings: Settings) -> Platforms:
    """Return what it takes to ask platforms."""
    return Platforms(vault_of(settings.vault), open_client(), SOURCES, RENEWERS, LISTS)


def proof_key(settings: Settings, house: House) -> str:
    """Return the key of the proof-of-work challenges."""
    if settings.secret:
        return settings.secret
    with house.store.write() as tx:
        return secret(tx, "proof", house.chance(32).hex())
