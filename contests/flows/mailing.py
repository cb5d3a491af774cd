"""Send what lies in the outbox: each mail is leased first, so that two processes do not send the same one."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from aiosmtplib import SMTPException

from contests.flows.house import House
from contests.flows.notify import attachment
from contests.senders import smtp
from contests.store import outbox
from contests.store.tables import OutboxRow

log = logging.getLogger("contests.worker")
LEASE = timedelta(minutes=2)


def send_due(house: House, server: smtp.Server | None, now: datetime, kind: str = "") -> int:
    """Send what is due, of one kind or of all; return how many mails were handed over."""
    if server is None:
        return 0
    with house.store.write() as tx:
        rows = outbox.due(tx, now, kind=kind)
        outbox.lease(tx, rows, now + LEASE)
    return asyncio.run(_send(house, server, rows, now)) if rows else 0


async def _send(house: House, server: smtp.Server, rows: Sequence[OutboxRow], now: datetime) -> int:
    sent = 0
    for row in rows:
        try:
            with house.store.read() as tx:
                attached = attachment(tx, row)
            message = smtp.compose(server.sender, row.recipient, row.subject, row.body, attached)
            await smtp.send(server, message)
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
    return sent
