"""Log lines: text for people, or one JSON object a line for programs. Request and campaign are named, no person ever is."""

import logging
import re
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

request: ContextVar[Any] = ContextVar("request", default=None)
"""The request that is being answered: its ASGI scope, with `state["request"]` as its id."""
_SLUG = re.compile(r"/c/([a-z0-9-]{1,60})(?:/|$)")
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Lines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and where known request, campaign, fault, numbers."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
            **named(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


class Plain(logging.Formatter):
    """A line for people; the request's id at its end."""

    def __init__(self) -> None:
        super().__init__(_TEXT, "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime  # whatever the machine's zone is

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the line without a trace."""
        said = named()
        return super().formatMessage(record) + (f" [{said['request']}]" if said else "")


def named() -> dict[str, str]:
    """Return the id of the request that is being answered, and the slug of its campaign."""
    scope = request.get()
    if scope is None:
        return {}
    found = _SLUG.search(scope.get("path", ""))
    return {"request": scope["state"].get("request", "")} | ({"campaign": found[1]} if found else {})


def set_up(form: str) -> None:
    """Send log lines to standard error, in the form `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines() if form == "json" else Plain())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for loud in ("httpx", "httpcore", "alembic"):
        # They log addresses and steps that say nothing here.
        logging.getLogger(loud).setLevel(logging.WARNING)


def form_now() -> str:
    """Return the form that was set up, for a child process."""
    return "json" if any(isinstance(handler.formatter, Lines) for handler in logging.getLogger().handlers) else "text"
