"""The condition of an installation: what is seen, what it means, what to do. One judgement for the doctor, the page and the alarm."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from contests.errors import Text
from contests.flows import freeze, heads
from contests.flows.house import House
from contests.store import beats, campaigns, journals, migrate, outbox
from contests.store.keyring import SHORTEST_KEY
from contests.store.session import Tx
from contests.store.tables import BeatRow, CampaignRow

ALIVE = timedelta(seconds=90)
BEFORE = timedelta(hours=24)
LATE = timedelta(minutes=5)
STUCK = timedelta(minutes=15)
HANGS = timedelta(minutes=10)  # freezing ten million entries takes four
REGISTERED = timedelta(hours=3)
CLOCK_ODD, CLOCK_WRONG = timedelta(seconds=10), timedelta(seconds=40)
DISK_LOW, DISK_FULL = 2 * 2**30, 300 * 2**20
EXPIRES_SOON, EXPIRES_NOW = timedelta(days=14), timedelta(days=2)
PROBED = timedelta(hours=1)
Level = Literal["good", "odd", "bad"]


class Probe(msgspec.Struct, frozen=True):
    """What the worker saw of the outside.

    `relays`: each one's fault, empty for none. `ahead`: seconds by which this clock is ahead of drand's. `mail`: the
    server's fault; None: not looked at. `certificate`: when the site's ends; `site_fault`: why it could not be asked.
    """

    at: datetime | None = None
    relays: dict[str, str] = {}
    ahead: float | None = None
    mail: str | None = None
    certificate: datetime | None = None
    certificate_fault: str = ""
    site_fault: str = ""


class Facts(msgspec.Struct, frozen=True):
    """What a process tells with its heartbeat. `turned`: when a worker last ended a turn through all that is due."""

    version: str = ""
    started: datetime | None = None
    turned: datetime | None = None
    failing: dict[str, str] = {}
    probe: Probe = Probe()


class Process(msgspec.Struct, frozen=True):
    """A process that was heard of."""

    name: str
    at: datetime
    facts: Facts

    @property
    def kind(self) -> str:
        """Worker or web."""
        return self.name.partition(":")[0]


class Draw(msgspec.Struct, frozen=True):
    """A campaign on its way to its draw."""

    id: str
    organiser: str
    slug: str
    stage: str
    next_at: datetime
    draws_at: datetime
    source: str
    empty: bool = False


class Look(msgspec.Struct, frozen=True):
    """All that is judged."""

    now: datetime
    url: str
    sqlite: bool
    revision: str | None
    newest: str | None
    processes: tuple[Process, ...]
    mails: outbox.Waiting
    held: tuple[heads.Held, ...]
    keys: tuple[str, ...]
    open_keys: int
    lost_keys: int
    draws: tuple[Draw, ...]
    registered: datetime | None
    free: int | None
    sends: bool = True

    @property
    def worker(self) -> Process | None:
        """The worker heard of last."""
        return next((process for process in self.processes if process.kind == "worker"), None)

    @property
    def turned(self) -> datetime | None:
        """When a worker last ended a turn, or began its first; a worker of the release before does not tell."""
        told = (process.facts.turned for process in self.processes if process.kind == "worker")
        return max((at for at in told if at), default=None)

    @property
    def probe(self) -> Probe:
        """The newest look at the outside."""
        seen = [process.facts.probe for process in self.processes if process.facts.probe.at]
        return max(seen, key=lambda probe: probe.at or self.now, default=Probe())

    @property
    def soon(self) -> bool:
        """Whether a draw, or a step towards one, is due within a day."""
        return any(draw.next_at <= self.now + BEFORE for draw in self.draws)


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at. `campaign` is that of a finding about one draw; `todo` is empty where all is well."""

    level: Level
    code: str
    text: Text
    todo: Text = Text("", "")
    campaign: str = ""
    organiser: str = ""


def look(house: House, now: datetime, *, sends: bool = True) -> Look:
    """Read everything that is judged. `sends` says whether a mail server is set. Raises what the database's driver raises."""
    revision, newest = migrate.revisions(house.store)
    with house.store.read() as tx:
        running = campaigns.upcoming(tx)
        return Look(
            now=now,
            url=house.url,
            sqlite=house.store.sqlite,
            revision=revision,
            newest=newest,
            processes=tuple(_process(row) for row in beats.beats(tx)),
            mails=outbox.waiting(tx, now),
            held=tuple(heads.held_journals(tx)),
            keys=house.store.keyring.keys,
            open_keys=journals.plain_keys(tx),
            lost_keys=journals.lost_keys(tx),
            draws=tuple(draw for row in running if (draw := _draw(tx, row, now)) is not None),
            registered=min((row.registered_at for row in running if row.registered_at), default=None),
            free=_free(house),
            sends=sends,
        )


def _process(row: BeatRow) -> Process:
    return Process(row.name, row.at, msgspec.json.decode(row.facts or b"{}", type=Facts))


def _draw(tx: Tx, row: CampaignRow, now: datetime) -> Draw | None:
    next_at = {"open": row.closes_at, "closed": row.freezes_at, "frozen": row.draws_at}[row.stage]
    if next_at is None or row.draws_at is None:
        return None
    source = campaigns.stand(row).definition.draw.source
    empty = freeze.is_empty(tx, row, now)
    return Draw(row.id, row.organiser, row.slug, row.stage, next_at, row.draws_at, source, empty)


def _free(house: House) -> int | None:
    """Return the bytes left where a SQLite database lies; a server's disk is the server's."""
    if not house.store.sqlite or not house.store.url.database:
        return None
    return shutil.disk_usage(Path(house.store.url.database).parent).free


def judge(seen: Look) -> list[Finding]:
    """Return what was found, the worst first."""
    found = [
        *_database(seen), *_worker(seen), *_draws(seen), *_clock(seen), *_relays(seen), *_mail(seen), *_keys(seen),
        *_disk(seen), *_site(seen),
    ]  # fmt: skip
    order: Mapping[Level, int] = {"bad": 0, "odd": 1, "good": 2}
    return sorted(found, key=lambda finding: order[finding.level])


def _database(seen: Look) -> Iterator[Finding]:
    if (seen.revision or "") < (seen.newest or ""):
        yield Finding(
            "bad", "database-revision",
            Text(f"La base est à la révision {seen.revision}, ce programme attend {seen.newest}.",
                 f"The database is at revision {seen.revision}, this program expects {seen.newest}."),
            Text("Lancez « contests migrate ».", "Run “contests migrate”."),
        )  # fmt: skip
    else:
        yield Finding(
            "good",
            "database",
            Text(f"Base de données : révision {seen.revision}.", f"Database: revision {seen.revision}."),
        )
    for journal in seen.held:
        name = journal.slug or "register"
        yield Finding(
            "bad", "journal-held",
            Text(f"Le journal de « {name} » est plus ancien que ce qui a été vu, et ne reçoit rien : {journal.why}.",
                 f"The journal of “{name}” is older than what was seen, and takes nothing: {journal.why}."),
            Text("Restaurez une sauvegarde plus récente ; sinon, décidez avec « contests restored ».",
                 "Restore a newer backup; otherwise decide with “contests restored”."),
        )  # fmt: skip


def _worker(seen: Look) -> Iterator[Finding]:
    worker = seen.worker
    if worker is None or worker.at < seen.now - ALIVE:
        since = "" if worker is None else f" {worker.at:%Y-%m-%d %H:%M:%S} UTC"
        yield Finding(
            "bad", "worker-gone",
            Text(f"Aucun « worker » ne donne signe de vie{f' depuis{since}' if since else ''}.",
                 f"No worker gives a sign of life{f' since{since}' if since else ''}."),
            Text("Démarrez-le (« contests worker », ou « contests serve » sans --no-worker) : lui seul clôt, tire et envoie.",
                 "Start it (“contests worker”, or “contests serve” without --no-worker): it alone closes, draws and sends."),
        )  # fmt: skip
        return
    if seen.turned and seen.turned < seen.now - HANGS:
        yield Finding(
            "bad" if seen.soon else "odd", "worker-hangs",
            Text(f"Le « worker » vit, mais n’a rien terminé depuis {seen.turned:%Y-%m-%d %H:%M} UTC.",
                 f"The worker is alive, but has ended no turn since {seen.turned:%Y-%m-%d %H:%M} UTC."),
            Text("Le journal du programme dit ce qu’il faisait. Redémarrez-le : il reprend où il en était.",
                 "The program’s log says what it was at. Start it again: it goes on where it was."),
        )  # fmt: skip
    else:
        yield Finding("good", "worker", Text("Le « worker » travaille.", "The worker works."))
    for step, fault in sorted(worker.facts.failing.items()):
        yield Finding(
            "bad" if seen.soon else "odd", "step-failing",
            Text(f"Une étape échoue : {step} ({fault}).", f"A step fails: {step} ({fault})."),
            Text("Le journal du programme dit pourquoi ; l’étape est réessayée sans cesse.",
                 "The program’s log says why; the step is tried again and again."),
        )  # fmt: skip


def _draws(seen: Look) -> Iterator[Finding]:
    steps = {
        "open": Text("la clôture", "the closing"), "closed": Text("le gel de la liste", "the freeze"),
        "frozen": Text("le tirage", "the draw"),
    }  # fmt: skip
    for draw in seen.draws:
        step = steps[draw.stage]
        if draw.empty:
            yield Finding(
                "bad", "draw-empty",
                Text(f"« {draw.slug} » : personne ne participe, il n’y a rien à tirer.", f"“{draw.slug}”: nobody takes part, there is nothing to draw."),
                Text("Annulez le jeu sur sa page, avec un motif public.", "Void the contest on its page, with a public reason."),
                draw.id, draw.organiser,
            )  # fmt: skip
        elif draw.next_at + LATE < seen.now:
            typed = draw.stage == "frozen" and draw.source == "ceremony"
            yield Finding(
                "bad", "draw-late",
                Text(f"« {draw.slug} » : {step.fr} devait avoir lieu le {draw.next_at:%Y-%m-%d %H:%M} UTC.",
                     f"“{draw.slug}”: {step.en} was due on {draw.next_at:%Y-%m-%d %H:%M} UTC."),
                Text("Les deux personnes doivent saisir le hasard de la cérémonie.", "Two people have to type the ceremony’s values.")
                if typed else
                Text("Les autres lignes de cette page disent ce qui le retient.", "The other lines of this page say what holds it up."),
                draw.id, draw.organiser,
            )  # fmt: skip
        elif draw.next_at <= seen.now + BEFORE:
            yield Finding(
                "good", "draw-soon",
                Text(f"« {draw.slug} » : {step.fr} a lieu le {draw.next_at:%Y-%m-%d %H:%M} UTC.",
                     f"“{draw.slug}”: {step.en} takes place on {draw.next_at:%Y-%m-%d %H:%M} UTC."),
                campaign=draw.id, organiser=draw.organiser,
            )  # fmt: skip
    if seen.registered and seen.registered < seen.now - REGISTERED:
        yield Finding(
            "odd", "register-late",
            Text("Une tête de journal n’est plus inscrite au registre depuis des heures.", "A journal’s head has not been registered for hours."),
            Text("Le journal du programme dit pourquoi.", "The program’s log says why."),
        )  # fmt: skip


def _clock(seen: Look) -> Iterator[Finding]:
    if seen.probe.ahead is None:
        return
    off = timedelta(seconds=abs(seen.probe.ahead))
    said = f"{seen.probe.ahead:+.0f} s"
    if off <= CLOCK_ODD:
        yield Finding("good", "clock", Text("L’horloge est à l’heure.", "The clock is right."))
        return
    yield Finding(
        "bad" if off > CLOCK_WRONG else "odd", "clock-off",
        Text(f"L’horloge s’écarte de celle de drand : {said}.", f"The clock is off from drand’s: {said}."),
        Text("Réglez-la (NTP) : elle décide qui participe à temps.", "Set it right (NTP): it decides who enters in time."),
    )  # fmt: skip


def _relays(seen: Look) -> Iterator[Finding]:
    probe = seen.probe
    down = sorted(url for url, fault in probe.relays.items() if fault)
    if not probe.relays:
        return
    if not down:
        yield Finding(
            "good",
            "relays",
            Text(f"{len(probe.relays)} relais de drand répondent.", f"{len(probe.relays)} drand relays answer."),
        )
        return
    needed = any(draw.source == "drand" and draw.draws_at <= seen.now + BEFORE for draw in seen.draws)
    all_down = len(down) == len(probe.relays)
    yield Finding(
        "bad" if all_down and needed else "odd", "relays-down",
        Text(f"{len(down)} des {len(probe.relays)} relais de drand ne répondent pas : {', '.join(down)}.",
             f"{len(down)} of {len(probe.relays)} drand relays do not answer: {', '.join(down)}."),
        Text("Vérifiez le réseau de ce serveur, ou ajoutez des relais (CONTESTS_RELAYS) : le tirage attend son hasard, aucun autre ne peut servir.",
             "Check this server’s network, or add relays (CONTESTS_RELAYS): the draw waits for its chance, no other may be used."),
    )  # fmt: skip


def _mail(seen: Look) -> Iterator[Finding]:
    if not seen.sends:
        yield Finding(
            "odd", "mail-unset",
            Text("Aucun serveur de messagerie n’est défini : les messages restent dans la boîte d’envoi.",
                 "No mail server is set: mails stay in the outbox."),
            Text("Définissez CONTESTS_SMTP.", "Set CONTESTS_SMTP."),
        )  # fmt: skip
        return
    if seen.probe.mail:
        yield Finding(
            "bad", "mail-down",
            Text(f"Le serveur de messagerie ne répond pas : {seen.probe.mail}.", f"The mail server does not answer: {seen.probe.mail}."),
            Text("Vérifiez CONTESTS_SMTP : confirmations et annonces aux gagnants attendent.",
                 "Check CONTESTS_SMTP: confirmations and winners’ messages wait."),
        )  # fmt: skip
    if seen.mails.since and seen.mails.since < seen.now - STUCK:
        yield Finding(
            "odd", "mail-late",
            Text(f"{seen.mails.count} messages attendent depuis {seen.mails.since:%Y-%m-%d %H:%M} UTC.",
                 f"{seen.mails.count} mails wait since {seen.mails.since:%Y-%m-%d %H:%M} UTC."),
            Text("Si le serveur de messagerie répond, ils partent d’eux-mêmes.", "Where the mail server answers, they leave by themselves."),
        )  # fmt: skip
    elif not seen.probe.mail:
        yield Finding(
            "good", "mail", Text(f"Messages en attente : {seen.mails.count}.", f"Mails waiting: {seen.mails.count}.")
        )
    if seen.mails.given_up:
        yield Finding(
            "odd", "mail-given-up",
            Text(f"Messages abandonnés après de nombreux essais : {seen.mails.given_up}.",
                 f"Mails given up after many tries: {seen.mails.given_up}."),
            Text("La page de chaque jeu les nomme ; joignez ces personnes autrement.", "Each contest’s page names them; reach those people in another way."),
        )  # fmt: skip


def _keys(seen: Look) -> Iterator[Finding]:
    if seen.lost_keys:
        yield Finding(
            "bad", "keys-lost",
            Text(f"Clés de signature chiffrées sous une clé qui n’est pas dans CONTESTS_KEYS : {seen.lost_keys}. Leurs journaux ne s’écrivent plus.",
                 f"Signing keys closed under a key that is not in CONTESTS_KEYS: {seen.lost_keys}. Their journals cannot be written."),
            Text("Remettez la clé d’avant dans la liste, puis lancez « contests keys ».",
                 "Put the former key back on the list, then run “contests keys”."),
        )  # fmt: skip
    elif not seen.keys:
        yield Finding(
            "odd", "keys-open",
            Text("Les clés de signature sont en clair dans la base.", "The signing keys lie open in the database."),
            Text("Définissez CONTESTS_KEYS (au moins 32 caractères tirés au hasard, gardés à part), puis lancez « contests keys ».",
                 "Set CONTESTS_KEYS (32 random characters or more, kept apart), then run “contests keys”."),
        )  # fmt: skip
    elif seen.open_keys:
        yield Finding(
            "odd", "keys-old",
            Text(f"Clés de signature qui ne sont pas sous la première clé : {seen.open_keys}.",
                 f"Signing keys that are not under the first key: {seen.open_keys}."),
            Text("Lancez « contests keys ».", "Run “contests keys”."),
        )  # fmt: skip
    elif min(map(len, seen.keys)) < SHORTEST_KEY:
        yield Finding(
            "odd", "keys-short",
            Text(f"Une clé de CONTESTS_KEYS a moins de {SHORTEST_KEY} caractères.", f"A key of CONTESTS_KEYS has fewer than {SHORTEST_KEY} characters."),
            Text("Ôtez-la dès que plus rien n’est chiffré sous elle.", "Take it off as soon as nothing is closed under it."),
        )  # fmt: skip
    else:
        yield Finding("good", "keys", Text("Les clés de signature sont chiffrées.", "The signing keys are closed."))


def _disk(seen: Look) -> Iterator[Finding]:
    if seen.free is None:
        return
    number = f"{seen.free / 2**30:.1f}"
    left = Text(f"{number.replace('.', ',')}\u00a0Go", f"{number} GB")
    if seen.free >= DISK_LOW:
        yield Finding("good", "disk", Text(f"Place sur le disque : {left.fr}.", f"Room on the disk: {left.en}."))
        return
    yield Finding(
        "bad" if seen.free < DISK_FULL else "odd", "disk-low",
        Text(f"Le disque est presque plein : il reste {left.fr}.", f"The disk is nearly full: {left.en} left."),
        Text("Faites de la place : sans elle, plus aucune participation n’est enregistrée.", "Make room: without it no entry is recorded."),
    )  # fmt: skip


def _site(seen: Look) -> Iterator[Finding]:
    if not seen.url.startswith("https://"):
        yield Finding(
            "odd", "site-plain",
            Text(f"L’adresse publique n’est pas en https : {seen.url}.", f"The public address is not https: {seen.url}."),
            Text("Placez un serveur mandataire avec un certificat devant, et corrigez CONTESTS_URL.",
                 "Put a reverse proxy with a certificate in front, and mend CONTESTS_URL."),
        )  # fmt: skip
        return
    if seen.probe.certificate_fault:
        yield Finding(
            "bad", "certificate-fault",
            Text(f"Le certificat du site n’est pas valable : {seen.probe.certificate_fault}.", f"The site’s certificate does not hold: {seen.probe.certificate_fault}."),
            Text("Vérifiez-le sur le serveur mandataire.", "Check it on the reverse proxy."),
        )  # fmt: skip
    if seen.probe.site_fault:
        yield Finding(
            "odd", "site-away",
            Text(f"Le site ne répond pas à cette machine, {seen.url} : {seen.probe.site_fault}.", f"The site does not answer this machine, {seen.url}: {seen.probe.site_fault}."),
            Text("Ouvrez-le d’un autre réseau. S’il s’y affiche, tout va bien : seul son certificat n’a pas pu être regardé d’ici.",
                 "Open it from another network. Where it shows, all is well: only its certificate could not be looked at from here."),
        )  # fmt: skip
    if (until := seen.probe.certificate) is None:
        return
    left = until - seen.now
    if left > EXPIRES_SOON:
        yield Finding(
            "good",
            "certificate",
            Text(f"Certificat valable jusqu’au {until:%Y-%m-%d}.", f"Certificate valid until {until:%Y-%m-%d}."),
        )
        return
    yield Finding(
        "bad" if left < EXPIRES_NOW else "odd", "certificate-ends",
        Text(f"Le certificat du site expire le {until:%Y-%m-%d %H:%M} UTC.", f"The site’s certificate ends on {until:%Y-%m-%d %H:%M} UTC."),
        Text("Renouvelez-le sur le serveur mandataire.", "Renew it on the reverse proxy."),
    )  # fmt: skip


def beat(house: House, name: str, facts: Facts, now: datetime) -> None:
    """Say that a process is alive, and what it knows."""
    with house.store.write() as tx:
        beats.beat(tx, name[:80], now, msgspec.json.encode(facts).decode())


def end_beat(house: House, name: str) -> None:
    """Say that a process ends."""
    with house.store.write() as tx:
        beats.end(tx, name[:80])


def alive(tx: Tx, now: datetime) -> bool:
    """Say whether a worker was heard of lately."""
    return any(row.name.startswith("worker:") and row.at >= now - ALIVE for row in beats.beats(tx))
