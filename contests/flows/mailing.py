"""Send what lies in the outbox: each mail is leased first, so that two processes do not send the same one."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from aiosmtplib import SMTPException

from contests.flows.house import House
from contests.flows.notify import attachment
from contests.senders import smtp
from contests.store import outbox
from contests.store.tables import OutboxRow

log = logging.getLogger("contests.worker")
LEASE = timedelta(minutes=2)


def send_due(
    house: House, server: smtp.Server | None, now: datetime, kind: str = "", go_on: Callable[[], bool] = lambda: True
) -> int:
    """Send what is due, of one kind or of all; return how many mails were handed over.

    Where the server is slow the rest waits until the lease is over. `go_on` is asked before each mail.
    """
    if server is None:
        return 0
    with house.store.write() as tx:
        rows = outbox.due(tx, now, kind=kind)
        outbox.lease(tx, rows, now + LEASE)
    until = time.monotonic() + LEASE.total_seconds() / 2
    due = (row for row in rows if time.monotonic() < until and go_on())
    return asyncio.run(_send(house, server, due, now)) if rows else 0


async def _send(house: House, server: smtp.Server, rows: Iterable[OutboxRow], now: datetime) -> int:
    sent, counter = 0, smtp.Counter(server)
    for row in rows:
        try:
            with house.store.read() as tx:
                attached = attachment(tx, row)
            message = smtp.compose(server.sender, row.recipient, row.subject, row.body, attached)
            await counter.send(message)
        except (SMTPException, OSError, ValueError) as error:
            # The reason is kept without the address, which servers like to repeat.
            reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
            log.warning("mail %s not sent: %s", row.id, reason)
            with house.store.write() as tx:
                outbox.failed(tx, row.id, row.attempts, reason, now)
        else:
            sent += 1
            with house.store.write() as tx:
                outbox.sent(tx, row.id, now)
    await counter.close()
    return sent
