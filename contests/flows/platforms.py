"""What it takes to ask platforms: the sources there are, a way out, and the vault with their tokens."""

from collections.abc import Mapping

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


SOURCES: dict[Site, Source] = {
    module.SITE: module for module in (bluesky, facebook, instagram, mastodon, reddit, x, youtube)
}
