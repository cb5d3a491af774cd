"""Channels over HTTP: addresses, codes, posters and posts that staff may take along."""

import re
from html import unescape

import pytest
from visitor import Open, Site

CHANNELS = [{"id": "instagram", "title": {"fr": "Notre Instagram", "en": "Our Instagram"}}]


@pytest.fixture
def channels(open_site: Open) -> Site:
    """A site with one channel, its manager signed in."""
    site = open_site(channels=CHANNELS)
    site.sign_in()
    return site


def test_each_channel_and_the_bare_link_have_an_address_to_copy(channels: Site) -> None:
    page = channels.client.get("/staff/c/sim/channels").text
    found = re.findall(r'<input class="mono" id="link-\d" value="([^"]+)" readonly>', page)
    assert found == ["http://testserver.local/c/sim", "http://testserver.local/c/sim?via=instagram"]


def test_a_post_for_a_network_carries_the_link_of_the_channel_named_after_it(channels: Site) -> None:
    page = unescape(channels.client.get("/staff/c/sim/channels?lang=en").text)
    posts = dict(re.findall(r'<textarea id="(post-\S+)"[^>]*>(.*?)</textarea>', page, flags=re.DOTALL))
    assert "?via=instagram" in posts["post-instagram-fr"]
    assert "?via" not in posts["post-linkedin-en"]
    assert "Jeu simulé" in posts["post-x-fr"]
    assert "Simulated contest" in posts["post-x-en"]


@pytest.mark.parametrize(
    ("name", "kind", "magic"),
    [
        ("qr.svg", "image/svg+xml", b"<?xml"),
        ("qr.png", "image/png", b"\x89PNG"),
        ("poster-a4-fr.pdf", "application/pdf", b"%PDF-"),
        ("poster-a3-en.pdf", "application/pdf", b"%PDF-"),
    ],
)
def test_a_file_of_a_channel_is_saved_under_its_name_with_the_same_bytes_each_time(
    channels: Site, name: str, kind: str, magic: bytes
) -> None:
    first, again = (channels.client.get(f"/staff/c/sim/channels/{name}?via=instagram") for _ in range(2))
    assert first.headers["content-type"].partition(";")[0] == kind
    assert first.content.startswith(magic)
    assert first.content == again.content
    assert first.headers["content-disposition"] == f'attachment; filename="sim-instagram-{name}"'
    assert first.content != channels.client.get(f"/staff/c/sim/channels/{name}").content


@pytest.mark.parametrize("name", ["qr.svg?via=nowhere", "poster-a5-fr.pdf", "poster-a4-de.pdf", "qr.gif"])
def test_a_file_that_is_not_offered_is_not_found(channels: Site, name: str) -> None:
    assert channels.client.get(f"/staff/c/sim/channels/{name}").status_code == 404


def test_nobody_reads_the_channels_without_signing_in(open_site: Open) -> None:
    site = open_site(channels=CHANNELS)
    for path in ("/staff/c/sim/channels", "/staff/c/sim/channels/qr.png"):
        answer = site.client.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")


def test_a_logo_that_cannot_be_drawn_leaves_the_organisers_name_on_the_poster(open_site: Open) -> None:
    from contests.store import campaigns

    site = open_site(brand={"logo": "logo.png"})
    site.sign_in()
    with site.sim.store.write() as tx:
        campaigns.put_media(tx, site.sim.id, "logo.png", "image/png", b"\x89PNG\r\n\x1a\nbroken")
    answer = site.client.get("/staff/c/sim/channels/poster-a4-fr.pdf")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
