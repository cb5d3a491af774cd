"""Mail over SMTP: `smtp://host:25`, `smtps://user:password@host:465`, `smtp+tls://…:587` for STARTTLS."""

import asyncio
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from contests.errors import Malformed, Text

SCHEMES = {"smtp": 25, "smtps": 465, "smtp+tls": 587}


class Server(msgspec.Struct, frozen=True):
    """Where mail is handed over, and the address it comes from."""

    scheme: str
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""


def parse_server(url: str, sender: str) -> Server:
    """Read a server's address. Raises Malformed."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise Malformed(
            "smtp-address",
            Text(fr="smtp://, smtps:// ou smtp+tls:// et un hôte étaient attendus.",
                 en="smtp://, smtps:// or smtp+tls:// and a host were expected."),
            Text(fr="Corrigez CONTESTS_SMTP.", en="Mend CONTESTS_SMTP."),
            found=parts.scheme,
        )  # fmt: skip
    return Server(
        parts.scheme,
        parts.hostname,
        parts.port or SCHEMES[parts.scheme],
        sender,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def compose(
    sender: str, recipient: str, subject: str, body: str, attachment: tuple[str, bytes] | None = None
) -> EmailMessage:
    """Return the message, with a text file (name, bytes) or without.

    A line end in a header is refused by the library, not sent.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">") or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    if attachment:
        name, data = attachment
        # As bytes, so in base64: a mail server that changes line ends would break what was signed.
        message.add_attachment(data, maintype="text", subtype="plain", params={"charset": "utf-8"}, filename=name)
    return message


class Counter:
    """A connection to the server over which one message goes after another; opened at the first, and again after a fault."""

    def __init__(self, server: Server) -> None:
        self._client = _client(server, 20)

    async def send(self, message: EmailMessage) -> None:
        """Hand one message over. Raises aiosmtplib.SMTPException, OSError, TimeoutError."""
        if not self._client.is_connected:
            await self._client.connect()
        try:
            await self._client.send_message(message)
        except BaseException:
            self._client.close()  # a server may want a new beginning after a refusal
            raise

    async def close(self) -> None:
        """Take leave."""
        try:
            if self._client.is_connected:
                await self._client.quit()
        except (aiosmtplib.SMTPException, OSError):
            self._client.close()


def fault(server: Server) -> str:
    """Sign in and leave without a message; return what was wrong, empty for nothing."""
    try:
        asyncio.run(_greet(server))
    except (aiosmtplib.SMTPException, OSError) as error:
        return f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
    return ""


async def _greet(server: Server) -> None:
    async with _client(server, 10) as client:
        await client.noop()


def _client(server: Server, patience: float) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host, port=server.port, username=server.user or None, password=server.password or None,
        use_tls=server.scheme == "smtps", start_tls=server.scheme == "smtp+tls", timeout=patience,
    )  # fmt: skip
