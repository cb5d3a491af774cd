"""Handlers that read the store run in a thread, so that one slow look does not hold up the others."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def threaded(handler: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Return the handler as a coroutine.

    Litestar's own `sync_to_thread` wraps a handler twice where one path has several methods (2.25).
    """

    @functools.wraps(handler)
    async def run(*arguments: P.args, **named: P.kwargs) -> R:
        return await asyncio.to_thread(handler, *arguments, **named)

    return run
