"""The doctor: look at the outside now, and judge the whole installation."""

from collections.abc import Sequence
from datetime import datetime
from ssl import SSLCertVerificationError

import msgspec

from contests.beacons.probe import certificate_until, look_at_relays
from contests.draw.beacon import QUICKNET
from contests.errors import Text
from contests.flows.condition import Facts, Finding, Probe, Process, judge, look
from contests.flows.house import House
from contests.senders import smtp

SELF = "doctor:"


def look_outside(house: House, relays: Sequence[str], mail: smtp.Server | None, now: datetime) -> Probe:
    """Ask relays, mail server and the site's own address how they are."""
    seen = look_at_relays(relays)
    newest = max((relay.newest for relay in seen if relay.newest), default=None)
    until, wrong, away = None, "", ""
    try:
        until = certificate_until(house.url)
    except SSLCertVerificationError as error:
        wrong = error.verify_message
    except (OSError, ValueError) as error:
        away = type(error).__name__
    return Probe(
        at=now,
        relays={relay.url: relay.fault for relay in seen},
        ahead=None if newest is None else ahead_of(now, newest, QUICKNET.period),
        mail=None if mail is None else smtp.fault(mail),
        certificate=until,
        certificate_fault=wrong,
        site_fault=away,
    )


def ahead_of(now: datetime, newest: datetime, period: float) -> float:
    """Return how many seconds a clock is ahead of the beacon's (negative: behind): its newest round is up to `period` old."""
    age = (now - newest).total_seconds()
    return min(age, 0.0) if age < period else age - period


def examine(house: House, relays: Sequence[str], mail: smtp.Server | None, now: datetime) -> list[Finding]:
    """Look at everything at once, database and outside; return what was found, the worst first."""
    probe = look_outside(house, relays, mail, now)
    try:
        seen = look(house, now, sends=mail is not None)
    except Exception as error:  # noqa: BLE001 - whatever the driver raises is what the doctor is for
        return [_away(type(error).__name__)]
    own = Process(SELF, now, Facts(probe=probe))
    return judge(msgspec.structs.replace(seen, processes=(*seen.processes, own)))


def _away(fault: str) -> Finding:
    return Finding(
        "bad", "database-away",
        Text(f"La base de données ne répond pas, ou n’est pas la nôtre : {fault}.", f"The database does not answer, or is none of ours: {fault}."),
        Text("Vérifiez CONTESTS_DATABASE ; pour une base neuve, lancez « contests migrate ».",
             "Check CONTESTS_DATABASE; for a new database run “contests migrate”."),
    )  # fmt: skip
