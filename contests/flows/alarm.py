"""Raise the alarm by mail when a draw is in danger, before it is late: to who looks after the installation, and to owners."""

from collections.abc import Sequence
from datetime import datetime

from contests.codec import digest
from contests.errors import Language, Text
from contests.flows.condition import Finding, Look, judge
from contests.flows.house import House
from contests.store import organisers, outbox
from contests.store.organisers import Reader

KIND = "alarm"
SUBJECT = Text("Un tirage est en danger : {first}", "A draw is in danger: {first}")
HEAD = Text(
    "Bonjour,\n\nDes tirages sont en cours sur {url}, et ceci les menace :",
    "Hello,\n\nDraws are under way on {url}, and this threatens them:",
)
TAIL = Text(
    "La page de l’installation dit la suite : {url}/staff/status\nCe message revient deux fois par jour tant que cela dure.",
    "The installation’s page tells more: {url}/staff/status\nThis message comes again twice a day as long as it lasts.",
)


def raise_alarm(house: House, seen: Look) -> int:
    """Write to everybody concerned what is bad while draws are under way; return how many mails were written.

    The same trouble is told twice a day; another one at once.
    """
    bad = [finding for finding in judge(seen) if finding.level == "bad"]
    if not bad or not seen.draws:
        return 0
    with house.store.write() as tx:
        told: dict[Reader, list[Finding]] = dict.fromkeys(organisers.keepers(tx), bad)
        for organiser in sorted({draw.organiser for draw in seen.draws}):
            own = [finding for finding in bad if finding.organiser in {"", organiser}]
            for reader in organisers.owners(tx, organiser):
                told.setdefault(reader, own)
        mails = [_mail(house, reader, found, seen.now) for reader, found in told.items() if found]
        before = outbox.count(tx, KIND)
        outbox.put(tx, mails)
        return outbox.count(tx, KIND) - before


def _mail(house: House, reader: Reader, found: Sequence[Finding], now: datetime) -> outbox.Mail:
    language: Language = "fr" if reader.language == "fr" else "en"
    what = digest(" ".join(sorted(f"{finding.code} {finding.campaign}" for finding in found)).encode())[:16]
    lines = [f"– {finding.text(language)}\n  {finding.todo(language)}" for finding in found]
    body = [HEAD(language).format(url=house.url), *lines, TAIL(language).format(url=house.url)]
    return {
        "campaign": "",
        "kind": KIND,
        "once": f"{KIND}:{what}:{reader.id}:{now:%Y%m%d%p}",
        "recipient": reader.email,
        "subject": SUBJECT(language).format(first=found[0].text(language))[:200],
        "body": "\n\n".join(body) + "\n",
        "place": None,
        "due_at": now,
        "attempts": 0,
        "error": "",
    }
