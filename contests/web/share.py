"""Once a second, tell the other processes of the installation who came often, and hear it from them."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime

from contests.flows.house import House
from contests.flows.often import exchange
from contests.web.limits import Limits

log = logging.getLogger("contests.limits")
PAUSE = 1.0  # seconds


class Sharing:
    """One for each application. SQLite has one web process: nobody is told."""

    def __init__(self, house: House, limits: Limits, clock: Callable[[], datetime]) -> None:
        self._house, self._limits, self._clock = house, limits, clock
        self._process = secrets.token_hex(8)

    def once(self) -> None:
        """Tell and hear; what cannot be told now is told at the next turn."""
        now = self._clock().timestamp()
        counts = {name: counter.often(now) for name, counter in self._limits.each()}
        try:
            told = exchange(self._house, self._process, counts)
        except Exception as error:  # noqa: BLE001 - each process then keeps its own limits
            log.warning("limits could not be shared (%s)", type(error).__name__)
            return
        for name, counter in self._limits.each():
            counter.hear(counts[name][0], told[name])

    async def keep(self) -> None:
        """Do so again and again until cancelled."""
        while not self._house.store.sqlite:
            await asyncio.sleep(PAUSE)
            await asyncio.to_thread(self.once)
