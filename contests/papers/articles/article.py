"""The shape of an article, and where each rule's sentence goes."""

from collections.abc import Callable

import msgspec

from contests.campaign.definition import Campaign
from contests.errors import Text
from contests.papers.tree import Block
from contests.papers.voice import Voice
from contests.rules.accepts_rules import AcceptsRules
from contests.rules.excluded_people import ExcludedPeople
from contests.rules.minimum_age import MinimumAge
from contests.rules.opening_hours import OpeningHours
from contests.rules.parent_agrees import ParentAgrees
from contests.rules.residence import Residence


def always(_campaign: Campaign) -> bool:
    """Say that the article has something to say of every campaign."""
    return True


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article: its key (the same in every language), its heading, and who writes it."""

    key: str
    heading: Text
    write: Callable[[Voice], tuple[Block, ...]]
    applies: Callable[[Campaign], bool] = always

    @property
    def anchor(self) -> str:
        """The name that an address ends with: `#article-draw`."""
        return anchor_of(self.key)


def anchor_of(key: str) -> str:
    """Return the anchor of the article with that key; the prefix keeps clear of a page's own ids."""
    return f"article-{key}"


PLACES = {
    AcceptsRules.tag(): "acceptance",
    OpeningHours.tag(): "period",
    MinimumAge.tag(): "participants",
    ParentAgrees.tag(): "participants",
    Residence.tag(): "participants",
    ExcludedPeople.tag(): "participants",
}


def rule_sentences(voice: Voice, key: str) -> tuple[str, ...]:
    """Return the sentences of the rules that belong to an article.

    A rule that no article claims is said under “How to enter”, so that none is ever silent.
    """
    return tuple(voice.say(rule.sentence()) for rule in voice.campaign.rules if PLACES.get(rule.tag(), "entry") == key)
