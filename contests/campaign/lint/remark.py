"""One remark of the linter."""

from typing import Literal

import msgspec

from contests.errors import Text

Level = Literal["block", "warn", "record"]


class Remark(msgspec.Struct, frozen=True):
    """One remark of the linter; the law is for the lawyer's eyes."""

    level: Level
    code: str
    path: str
    text: Text
    law: str = ""
