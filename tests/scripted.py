"""A platform on the loopback that answers by one function, or one answer after the other."""

import contextlib
from collections.abc import Callable, Iterator

import msgspec
from lying_platform import DATE, Asked, Platform, served
from lying_platform import Says as Answer

__all__ = ["DATE", "Answer", "Asked", "Scripted", "scripted"]


class Scripted(Platform):
    """Answers by `reply`, a function of the question."""

    def __init__(self) -> None:
        super().__init__()
        self.reply: Callable[[Asked], Answer] = lambda _: Answer(status=404)

    def say(self, *answers: Answer) -> None:
        """Give these answers one after the other; the last one for ever."""
        left = list(answers)
        self.reply = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        said = self.reply(asked)
        return msgspec.structs.replace(said, headers={"date": DATE, **said.headers})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextlib.contextmanager
def scripted() -> Iterator[Scripted]:
    """Run a platform for as long as it is needed."""
    with served(Scripted()) as platform:
        yield platform
