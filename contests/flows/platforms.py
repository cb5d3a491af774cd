"""What it takes to ask platforms: the sources there are, a way out, and the vault with their tokens."""

from collections.abc import Callable, Mapping

import httpx
import msgspec

from contests.comment import Post, Site
from contests.flows.vault import Vault
from contests.sources import bluesky, facebook, instagram, mastodon, reddit, x, youtube
from contests.sources.source import People, Source

Lists = Callable[[httpx.Client, Post, str, str], People]
"""A page of who did something with a post, as a source gives it."""


class Platforms(msgspec.Struct, frozen=True):
    """Handed to the flows that list comments, as the house is."""

    vault: Vault
    client: httpx.Client
    sources: Mapping[Site, Source]
    renewers: Mapping[Site, Callable[[httpx.Client, str], str]] = {}
    lists: Mapping[Site, Mapping[str, Lists]] = {}


# Platforms whose tokens end after a while, and can be had anew with the one in hand.
RENEWERS: dict[Site, Callable[[httpx.Client, str], str]] = {"instagram": instagram.renewed}
# Who liked, reposted and follows, where a platform tells of everybody (contests/rules/bonus.py).
LISTS: dict[Site, Mapping[str, Lists]] = {
    module.SITE: {"like": module.likers, "repost": module.reposters, "follow": module.followers}
    for module in (bluesky, mastodon)
}
SOURCES: dict[Site, Source] = {
    module.SITE: module for module in (bluesky, facebook, instagram, mastodon, reddit, x, youtube)
}
