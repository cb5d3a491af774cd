"""A mail server on the loopback for tests: what it was handed, and to whom."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from contests.senders.smtp import Server


class Office:
    """A mail server's memory; `refuse` makes it answer with an error."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.sent_to: list[str] = []
        self.refuse = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - the library's signature
        """Take or refuse a message."""
        if self.refuse:
            return self.refuse
        assert isinstance(envelope.content, bytes)
        self.sent_to += envelope.rcpt_tos
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def open_office() -> Iterator[tuple[Office, Server]]:
    """Serve on a free port; give the memory and where it listens."""
    handler = Office()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, Server("smtp", "127.0.0.1", port, "Jeux <jeux@organiser.example>")
    controller.stop()
