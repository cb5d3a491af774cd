"""Four platforms side by side: each answers what a source answers, and an address is one platform's alone."""

import pytest
from lying_platform import Platform, refused

from contests.sources import bluesky, mastodon, reddit, youtube
from contests.sources.source import Source, recognised

SOURCES: tuple[Source, ...] = (bluesky, mastodon, reddit, youtube)
ADDRESSES = {
    "bluesky": "https://bsky.app/profile/alice.example/post/3kabc",
    "mastodon": "https://social.example/@alice/109",
    "reddit": "https://redd.it/abc12",
    "youtube": "https://youtu.be/dQw4w9WgXcQ",
}


@pytest.mark.parametrize(("site", "address"), ADDRESSES.items())
def test_an_address_is_one_platforms_alone(site: str, address: str) -> None:
    assert [source.SITE for source in SOURCES if source.recognise(address)] == [site]
    found = recognised(SOURCES, f"  {address}\n")
    assert found
    assert (found[0].SITE, found[1].site) == (site, site)


def test_an_address_of_no_platform_is_none() -> None:
    assert recognised(SOURCES, "https://www.example.org/news/1") is None


@pytest.mark.parametrize("source", SOURCES[1:], ids=lambda source: source.SITE)
@pytest.mark.parametrize("token", ["jeton-é", "two words", "line\r\nx-evil: 1"])
def test_what_no_header_carries_is_refused_before_anything_is_asked(
    platform: Platform, source: Source, token: str
) -> None:
    post = source.recognise(ADDRESSES[source.SITE])
    assert post
    with platform.client() as client:
        for job in (lambda: source.page(client, post, token, ""), lambda: source.check(client, post, token)):
            assert refused(job).code == "token-refused"
    assert platform.asked == []
