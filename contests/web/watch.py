"""Each web process says that it is alive; where no worker does, it raises the alarm in the worker's place."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime

import contests
from contests.flows import alarm, condition, mailing
from contests.flows.house import House
from contests.senders import smtp

log = logging.getLogger("contests.watch")
PAUSE = 30.0  # seconds


class Watch:
    """One for each application. `stopping` is set when the process was told to end: it is not ready any more."""

    def __init__(self, house: House, mail: smtp.Server | None, clock: Callable[[], datetime]) -> None:
        self._house, self._mail, self._clock = house, mail, clock
        self._name, self._started = f"web:{socket.gethostname()[:40]}:{os.getpid()}", clock()
        self.stopping = False

    def once(self) -> None:
        """Give a sign of life, and look for the worker's."""
        now = self._clock()
        condition.beat(self._house, self._name, condition.Facts(contests.__version__, self._started), now)
        seen = condition.look(self._house, now, sends=self._mail is not None)
        if seen.worker is not None and seen.worker.at >= now - condition.ALIVE:
            return
        if now - self._started >= condition.ALIVE and alarm.raise_alarm(self._house, seen):
            mailing.send_due(self._house, self._mail, now, alarm.KIND)

    async def keep(self) -> None:
        """Do so again and again until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.once)
            except Exception as error:  # noqa: BLE001 - watching must never stop a page
                log.warning("no sign of life could be given (%s)", type(error).__name__)
            await asyncio.sleep(PAUSE)

    def end(self) -> None:
        """Take the sign of life back."""
        try:
            condition.end_beat(self._house, self._name)
        except Exception as error:  # noqa: BLE001 - it is forgotten by itself
            log.warning("the end could not be told (%s)", type(error).__name__)
