"""Posts and posters: within each platform's limit, with all that has to be said, made from the definition alone."""

import zlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.campaign.definition import Campaign
from contests.campaign.lint import lint
from contests.campaign.parse import parse
from contests.campaign.starts import begin
from contests.errors import Language
from contests.papers.poster import poster_pdf
from contests.papers.posts import Platform, platforms, write_post
from contests.papers.qr import qr_png
from contests.papers.rules_text import compile_rules
from contests.papers.terms import short_terms
from contests.rules.unique_code import UniqueCode

EXAMPLES = Path(__file__).parents[2] / "examples"
NOEL = parse((EXAMPLES / "noel-lumiere.toml").read_bytes(), "toml")
CAMPUS = parse((EXAMPLES / "rentree-campus.toml").read_bytes(), "toml")
LINK = "https://contests.example/c/noel-lumiere?via=instagram"
BY_ID = {platform.id: platform for platform in platforms()}
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = st.text(st.sampled_from("aé €…🎄 \u202f-"), min_size=1, max_size=300).filter(lambda text: text.strip() != "")


def of(identity: str) -> Platform:
    return BY_ID[identity]


def test_every_platform_has_a_dated_and_sourced_row() -> None:
    assert set(BY_ID) == {"instagram", "facebook", "x", "linkedin", "tiktok"}
    assert all(platform.source and platform.date.year >= 2026 for platform in platforms())


@pytest.mark.parametrize("platform", platforms(), ids=lambda platform: platform.id)
@pytest.mark.parametrize(("campaign", "language"), [(NOEL, "fr"), (CAMPUS, "fr"), (CAMPUS, "en")])
def test_a_post_says_what_who_until_when_what_for_by_whom_and_where(
    platform: Platform, campaign: Campaign, language: Language
) -> None:
    post = write_post(campaign, language, platform, LINK)
    terms = short_terms(campaign, language)
    for said in (terms.title, terms.who, terms.closes, terms.prizes[0], terms.organiser, LINK):
        assert said in post.text
    assert post.length == platform.length(post.text) <= platform.most


@pytest.mark.parametrize("platform", platforms(), ids=lambda platform: platform.id)
def test_a_platform_is_released_where_it_asks_for_it_and_only_there(platform: Platform) -> None:
    said = write_post(NOEL, "fr", platform, LINK).text
    assert (f"dégage {platform.name} de toute responsabilité" in said) == platform.release
    assert platform.release == (platform.id in {"instagram", "facebook"})


def test_a_comment_contest_invites_to_comment_and_says_that_nothing_rests_on_it() -> None:
    text = begin("comment", slug="x", title="Racontez", languages=["fr", "en"], organiser=None, now=NOW)
    campaign = parse(text.encode(), "toml")
    for platform in platforms():
        said = write_post(campaign, "fr", platform, LINK).text
        invited = platform.id in {"instagram", "facebook"}
        assert ("commenter" in said) == invited
        assert ("Ce n’est pas nécessaire et ne change rien aux chances" in said) == invited
    assert not [one for one in lint(campaign, NOW) if one.path.startswith("channels")]
    assert "It is not needed to enter and does not change the chances" in str(compile_rules(campaign, "en", 1))


@given(title=WORDS, organiser=WORDS, prize=WORDS, count=st.integers(1, 40), platform=st.sampled_from(platforms()))
def test_no_post_is_longer_than_its_platform_takes(
    title: str, organiser: str, prize: str, count: int, platform: Platform
) -> None:
    replace = msgspec.structs.replace
    prizes = tuple(replace(NOEL.prizes[0], id=f"p{n}", title={"fr": prize}, quantity=n + 1) for n in range(count))
    own = replace(NOEL.organiser, name=organiser)
    campaign = replace(NOEL, title={"fr": title * 5}, summary={"fr": title * 9}, organiser=own, prizes=prizes)
    post = write_post(campaign, "fr", platform, LINK)
    assert post.length <= platform.most
    assert LINK in post.text
    assert short_terms(campaign, "fr").closes in post.text


def test_x_counts_a_link_as_23_and_heavy_signs_twice() -> None:
    x = of("x")
    assert x.length("https://contests.example/a/very/long/address") == 23
    assert x.length("été") == 3
    assert x.length("€…") == 4
    assert of("linkedin").length("🎄") == 2


def test_free_of_charge_is_not_promised_where_a_code_is_asked() -> None:
    coded = msgspec.structs.replace(NOEL, rules=(*NOEL.rules, UniqueCode()))
    assert "sans obligation d’achat" in short_terms(NOEL, "fr").free
    assert short_terms(coded, "fr").free == ""


def poster(campaign: Campaign, language: Language = "fr", **changes: bytes) -> bytes:
    return poster_pdf(
        campaign, language, "a4", site="https://contests.example/c/noel", link=LINK, at=campaign.opens_at, **changes
    )


def test_a_poster_has_the_same_bytes_each_time_and_shows_the_logo() -> None:
    logo = (EXAMPLES / "media" / "logo.png").read_bytes()
    assert poster(NOEL, logo=logo) == poster(NOEL, logo=logo) != poster(NOEL)


def test_a_very_long_campaign_still_has_a_poster() -> None:
    replace = msgspec.structs.replace
    long = replace(NOEL, title={"fr": "Grand jeu " * 300}, summary={"fr": "W" * 4000}, prizes=NOEL.prizes * 60)
    assert poster(long).startswith(b"%PDF-")


def test_the_squares_of_a_png_code_are_whole() -> None:
    data = qr_png(LINK, 4)
    width = int.from_bytes(data[16:20], "big")
    assert width % 4 == 0
    chunks, at = b"", 8
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        chunks += data[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    # Every pixel is black or white: whatever filter a line has, its bytes are then few.
    assert set(zlib.decompress(chunks)) <= {0, 1, 2, 3, 4, 255}
