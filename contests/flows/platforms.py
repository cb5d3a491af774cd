"""What it takes to ask platforms: the sources there are, a way out, and the vault with their tokens."""

from collections.abc import Callable, Mapping

import httpx
import msgspec

from contests.comment import Site
from contests.flows.vault import Vault
from contests.sources import bluesky, facebook, instagram, mastodon, reddit, x, youtube
from contests.sources.source import Source


class Platforms(msgspec.Struct, frozen=True):
    """Handed to the flows that list comments, as the house is."""

    vault: Vault
    client: httpx.Client
    sources: Mapping[Site, Source]
    renewers: Mapping[Site, Callable[[httpx.Client, str], str]] = {}


# Platforms whose tokens end after a while, and can be had anew with the one in hand.
RENEWERS: dict[Site, Callable[[httpx.Client, str], str]] = {"instagram": instagram.renewed}
SOURCES: dict[Site, Source] = {
    module.SITE: module for module in (bluesky, facebook, instagram, mastodon, reddit, x, youtube)
}
