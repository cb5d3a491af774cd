"""The landing page and the files out of memory: fresh within a second, nobody's values in anybody else's page."""

import asyncio
import gzip
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from simulator import DEFINITION
from visitor import Open, Site

from contests.store import campaigns, views
from contests.store.session import Tx
from contests.web import desk as desks
from contests.web import render
from contests.web.ready import Gap, Ready, Shelf, encodings, packed

PHONE = "Mozilla/5.0 (Linux; Android 14; K) Chrome/126.0 Mobile"
CHANNELS = [{"id": "tv", "title": {"fr": "Télévision", "en": "Television"}}]
SHOP = "https://shop.example"


@pytest.fixture
def rendering(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is rendered from now on."""
    found: list[str] = []
    usual = render.rendered

    def noted(template: str, *arguments: Any, **named: Any) -> str:
        found.append(template)
        return usual(template, *arguments, **named)

    for module in ("render", "pages.entry", "pages.embed"):
        monkeypatch.setattr(f"contests.web.{module}.rendered", noted)
    return found


def next_second(site: Site) -> None:
    """Let what is known of campaigns be more than a second old."""
    own = site.client.app.state.desk
    own._places = {slug: (at - desks.FRESH_FOR, place) for slug, (at, place) in own._places.items()}


def looks(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the looks at the database from now on."""
    found: list[int] = []
    store, usual = site.sim.house.store, site.sim.house.store.read

    def read() -> Any:
        found.append(1)
        return usual()

    monkeypatch.setattr(store, "read", read)
    return found


def test_a_page_that_many_ask_for_is_rendered_once_and_looked_up_once(
    open_site: Open, rendering: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = open_site(channels=CHANNELS)
    looked = looks(site, monkeypatch)
    for n in range(30):
        assert site.client.get("/c/sim?via=tv", headers={"user-agent": f"{PHONE} {n}"}).status_code == 200
    assert rendering == ["campaign/landing.html"]
    assert len(looked) <= 3, "a slow machine may take more than one second for all"
    next_second(site)
    assert site.client.get("/c/sim?via=tv").status_code == 200
    assert rendering == ["campaign/landing.html"], "the campaign is looked at again, and is the same"


def test_a_second_after_an_amendment_the_page_tells_it(open_site: Open) -> None:
    site = open_site(opens_at="2026-12-01T08:00:00")
    before = site.client.get("/c/sim?lang=en")
    assert "The rules have changed" not in before.text
    assert 'value="1"' in before.text
    more = [DEFINITION["prizes"][0] | {"title": {"fr": "Deux vélos", "en": "Two bicycles"}}, DEFINITION["prizes"][1]]
    site.sim.amend(prizes=more)
    next_second(site)
    after = site.client.get("/c/sim?lang=en", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert "The rules have changed" in after.text
    assert "Two bicycles" in after.text


def test_the_page_opens_and_closes_by_the_clock_at_once(open_site: Open) -> None:
    site = open_site()
    closes = site.sim.campaign.closes_at
    assert '<form class="stack" method="post"' in site.client.get("/c/sim").text
    site.sim.go(closes - timedelta(seconds=1))
    assert '<form class="stack" method="post"' in site.client.get("/c/sim").text
    site.sim.go(closes)
    assert '<form class="stack" method="post"' not in site.client.get("/c/sim").text
    site.sim.go(site.sim.campaign.opens_at - timedelta(seconds=1))
    assert "pas encore ouvert" in site.client.get("/c/sim").text


def test_the_stage_is_seen_a_second_after_the_worker_moved_it(site: Site) -> None:
    site.enter("alice")
    assert 'class="badge' not in site.client.get("/c/sim").text
    site.sim.freeze()
    site.sim.draw()
    next_second(site)
    assert 'class="badge' in site.client.get("/c/sim").text


def test_a_picture_is_seen_a_second_after_it_is_there(open_site: Open) -> None:
    site = open_site(prizes=[DEFINITION["prizes"][0] | {"image": "bike.png"}, DEFINITION["prizes"][1]])
    assert "/media/bike.png" not in site.client.get("/c/sim").text
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
    with site.sim.store.write() as tx:
        campaigns.put_media(tx, site.sim.id, "bike.png", "image/png", png)
    next_second(site)
    assert "/media/bike.png" in site.client.get("/c/sim").text


def test_a_picture_is_read_once_a_second_and_only_one_that_is_there(
    open_site: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = open_site()
    read: list[str] = []
    look = views.media

    def noted(tx: Tx, campaign: str, name: str) -> Any:
        read.append(name)
        return look(tx, campaign, name)

    monkeypatch.setattr(views, "media", noted)
    assert site.client.get("/c/sim/media/bike.png").status_code == 404
    for body in (b"\x89PNG\r\n\x1a\n first", b"\x89PNG\r\n\x1a\n second"):
        with site.sim.store.write() as tx:
            campaigns.put_media(tx, site.sim.id, "bike.png", "image/png", body)
        next_second(site)
        site.sim.now += timedelta(seconds=1)
        answers = [site.client.get("/c/sim/media/bike.png") for _ in range(3)]
        assert [(answer.status_code, answer.content) for answer in answers] == [(200, body)] * 3
        assert answers[0].headers["content-type"] == "image/png"
        known = {"if-none-match": answers[0].headers["etag"]}
        assert site.client.get("/c/sim/media/bike.png", headers=known).status_code == 304
    assert site.client.get("/c/sim/media/other.png").status_code == 404
    assert read == ["bike.png", "bike.png"]


def test_languages_channels_and_frames_are_kept_apart(open_site: Open) -> None:
    site = open_site(channels=CHANNELS, embed=[SHOP])
    for _ in range(2):
        assert '<html lang="fr">' in site.client.get("/c/sim?lang=fr").text
        assert '<html lang="en">' in site.client.get("/c/sim", headers={"accept-language": "en"}).text
        assert 'name="via"' not in site.client.get("/c/sim").text
        assert 'name="via" value="tv"' in site.client.get("/c/sim?via=tv").text
        framed, plain = site.client.get("/c/sim/embed?via=tv"), site.client.get("/c/sim")
        assert 'class="framed' in framed.text
        assert 'name="via" value="tv"' in framed.text
        assert 'class="framed' not in plain.text
        assert f"frame-ancestors {SHOP}" in framed.headers["content-security-policy"]
        assert framed.headers["cache-control"] == "no-store"
        assert "etag" not in framed.headers
        assert "frame-ancestors 'none'" in plain.headers["content-security-policy"]
        assert plain.headers["x-frame-options"] == "DENY"


def test_what_one_visitor_sends_is_in_nobody_elses_page(open_site: Open, rendering: list[str]) -> None:
    site = open_site(channels=CHANNELS)
    asked = "/c/sim?ref=abc123&via=tv&lang=fr"
    assert 'name="ref" value="abc123"' in site.client.get(asked).text
    refused = site.client.post("/c/sim", data={"email": "zoe@private.example", "ref": "abc123", "via": "tv"})
    assert refused.status_code == 422
    assert refused.headers["cache-control"] == "no-store"
    assert "content-encoding" not in refused.headers
    for path in ("/c/sim", "/c/sim?via=tv", "/c/sim?ref=other", "/c/sim?ref=other&via=tv"):
        text = site.client.get(path).text
        assert "abc123" not in text
        assert "zoe@private.example" not in text
        assert "\ufdd0" not in text
    evil = site.client.get('/c/sim?ref="><script>x')
    assert 'name="ref" value="&#34;&gt;&lt;script&gt;x"' in evil.text
    assert rendering.count("campaign/landing.html") == 5, "four to keep, one refusal"


def test_a_refusal_keeps_the_channel_and_whoever_sent_the_visitor(open_site: Open) -> None:
    site = open_site(channels=CHANNELS)
    refused = site.client.post("/c/sim", data={"email": "x", "ref": "abc123", "via": "tv"})
    assert 'name="ref" value="abc123"' in refused.text
    assert 'name="via" value="tv"' in refused.text


def test_many_codes_and_made_up_channels_take_no_memory(site: Site) -> None:
    for n in range(60):
        site.client.get(f"/c/sim?ref=code{n}")
        site.client.get(f"/c/sim?via=made-up-{n}")
        site.client.get(f"/c/sim?other={n}")
    assert len(site.client.app.state.desk.pages) == 2


def test_a_name_that_leads_nowhere_is_not_kept(site: Site) -> None:
    for n in range(5):
        assert site.client.get(f"/c/nowhere-{n}").status_code == 404
    own = site.client.app.state.desk
    assert (len(own.pages), own._looking) == (0, {})


def test_a_campaign_is_there_as_soon_as_it_is_published(open_site: Open) -> None:
    site = open_site()
    assert site.client.get("/c/later").status_code == 404
    with site.sim.store.write() as tx:
        tx.connection().exec_driver_sql("UPDATE campaign SET slug = 'later' WHERE slug = 'sim'")
    assert site.client.get("/c/later").status_code == 200


def test_visits_are_counted_one_by_one(open_site: Open) -> None:
    site = open_site(channels=CHANNELS)
    for path in ("/c/sim", "/c/sim", "/c/sim?ref=abc", "/c/sim?via=tv"):
        site.client.get(path, headers={"user-agent": PHONE})
    site.client.get("/c/sim", headers={"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"})
    site.client.get("/c/sim", headers={"user-agent": "WhatsApp/2.23"})
    site.client.get("/c/sim", headers={"user-agent": PHONE, "sec-purpose": "prefetch;prerender"})
    site.client.head("/c/sim", headers={"user-agent": PHONE})
    waiting = site.client.app.state.counts._waiting
    assert {key[2]: count for key, count in waiting.items()} == {"page": 3, "tv": 1}


def test_whoever_has_the_page_is_told_so_in_a_few_bytes(site: Site) -> None:
    first = site.client.get("/c/sim")
    again = site.client.get("/c/sim", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary", "content-security-policy"):
        assert again.headers[name] == first.headers[name]
    other = site.client.get("/c/sim?lang=en", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200
    for tags in ('"no"', first.headers["etag"][:-3] + '"'):
        assert site.client.get("/c/sim", headers={"if-none-match": tags}).status_code == 200
    several = f'"no", {first.headers["etag"]}'
    assert site.client.get("/c/sim", headers={"if-none-match": several}).status_code == 304


@pytest.mark.parametrize("path", ["/c/sim", "/c/sim?ref=abc", "/static/app.css", "/static/enter.js?v=1"])
def test_whoever_can_unpack_gets_fewer_bytes_of_the_same(site: Site, path: str) -> None:
    plain = site.client.get(path, headers={"accept-encoding": "identity"})
    small = site.client.get(path, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == plain.content
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) * 0.6
    for answer in (plain, small):
        assert "accept-encoding" in answer.headers["vary"].lower()


def test_files_come_smallest_and_pages_with_tokens_uncompressed(site: Site) -> None:
    every = {"accept-encoding": "gzip, deflate, br, zstd"}
    with site.client.stream("GET", "/static/app.css", headers=every) as answer:
        assert answer.headers["content-encoding"] == "br"
    site.sign_in()
    answer = site.client.get("/staff", headers=every)
    assert 'name="csrf"' in answer.text
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("name", ["nothing.css", "app.css.br", "..%2fapp.py", "%2e%2e", ".", "app.css%00", "a/app.css"])
def test_only_built_files_are_served(site: Site, name: str) -> None:
    assert site.client.get(f"/static/{name}").status_code == 404


def test_a_file_says_its_kind_and_that_it_stays(site: Site) -> None:
    answer = site.client.get("/static/app.js?v=1")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = site.client.get("/static/app.js?v=1", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"] == answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("accepted", "found"),
    [(b"gzip, deflate, br", {b"gzip", b"deflate", b"br"}), (b"GZIP;q=0.5", {b"gzip"}), (b"gzip;q=0, br", {b"br"}),
     (b"gzip; q=0.000", set()), (b"", {b""}), (b"identity", {b"identity"})],
)  # fmt: skip
def test_what_a_browser_refuses_is_not_sent(accepted: bytes, found: set[bytes]) -> None:
    assert encodings(accepted) == found


@pytest.mark.parametrize("value", [b"", b"abc123", b"&#34;" * 16, b"x" * 65_535])
def test_a_page_with_a_filled_gap_unpacks_to_the_page(value: bytes) -> None:
    before, after = b"<p>before</p>" * 99, b"<p>after</p>" * 99
    plain, small = Gap(before, after).filled(value)
    assert plain == before + value + after
    assert gzip.decompress(small) == plain
    assert len(small) < 200 + len(value)


def test_packed_is_never_longer_than_plain() -> None:
    assert gzip.decompress(packed(b"x" * 99)["gzip"]) == b"x" * 99
    assert Ready(b"x", {}, packed(b"x"))._packed == []


def test_a_shelf_makes_a_thing_once_for_all_who_wait_and_keeps_no_failure() -> None:
    made: list[str] = []

    def make(said: str) -> Any:
        made.append(said)
        if said == "fails":
            raise ValueError(said)
        return said

    async def ask() -> None:
        shelf = Shelf(most=3)
        assert await asyncio.gather(*(shelf.take("a", 1, lambda: make("one")) for _ in range(20))) == ["one"] * 20
        assert await shelf.take("a", 1, lambda: make("again")) == "one"
        assert await shelf.take("a", 2, lambda: make("two")) == "two"
        with pytest.raises(ValueError, match="fails"):
            await shelf.take("b", 1, lambda: make("fails"))
        assert await shelf.take("b", 1, lambda: make("mended")) == "mended"
        for n in range(10):
            await shelf.take(n, 1, lambda: make("more"))
        assert len(shelf) == 3

    asyncio.run(ask())
    assert made == ["one", "two", "fails", "mended"] + ["more"] * 10


def weight(client: TestClient[Any], path: str) -> int:
    """Return the bytes of a body as they go over the wire to a phone."""
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        return sum(len(part) for part in answer.iter_raw())


def test_page_styles_and_scripts_weigh_less_than_30_kb_even_without_brotli(site: Site) -> None:
    html = site.client.get("/c/sim").text
    asked = ["/c/sim", "/c/sim/brand.css", *(p for p in html.split('"') if p.startswith("/static/"))]
    assert len(asked) == 5, asked
    sizes = {path: weight(site.client, path) for path in asked}
    assert sum(sizes.values()) < 30_000, sizes
