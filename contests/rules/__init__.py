"""The rules: each a small tagged struct and a pure check. `decide` runs them all.

A rule file is found by its `RULE`; nothing else needs to know of it.
"""

import importlib
import pkgutil
from typing import TYPE_CHECKING, Union

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Outcome
from contests.rules.rule import Rule

RULES: dict[str, type[Rule]] = {}
SAYS: dict[str, Text] = {}
for _found in pkgutil.iter_modules(__path__):
    _module = importlib.import_module(f"{__name__}.{_found.name}")
    if hasattr(_module, "RULE"):
        RULES[_module.RULE.tag()] = _module.RULE
        SAYS |= _module.SAYS

PAGE_RULES = {tag: rule for tag, rule in RULES.items() if "page" in rule.judges}
COMMENT_RULES = {tag: rule for tag, rule in RULES.items() if "page" not in rule.judges}

if TYPE_CHECKING:
    AnyRule = Rule
    AnyCommentRule = Rule
else:
    AnyRule = Union[tuple(PAGE_RULES.values())]  # noqa: UP007 - built from what was found
    AnyCommentRule = Union[tuple(COMMENT_RULES.values())]  # noqa: UP007 - likewise


def decide(rules: tuple[Rule, ...], case: Case) -> Outcome:
    """Ask every rule, in the order declared, and return all their decisions."""
    return Outcome(tuple(rule.check(case) for rule in rules))
