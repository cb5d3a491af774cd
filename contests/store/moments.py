"""Instants as text, so that a database can count by the hour: the two that we know write them differently."""

from typing import Any

from sqlalchemy import ColumnElement, String, cast
from sqlmodel import func

from contests.store.session import Tx


def written(tx: Tx, at: Any, letters: int) -> ColumnElement[str]:  # noqa: ANN401 - a column, or what is made of one
    """Return the first letters of an instant in UTC, as 2026-12-02 10:15 is written: 13 of it are its hour."""
    if tx.get_bind().dialect.name == "sqlite":
        return func.substr(cast(at, String), 1, letters)
    return func.substr(func.to_char(func.timezone("UTC", at), "YYYY-MM-DD HH24:MI"), 1, letters)
