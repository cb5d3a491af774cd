"""The certificate: what it claims, what it does not, and the picture that goes with a link."""

import re
import struct
from html import unescape
from typing import Any

import pytest
from flows.test_life import CEREMONY
from visitor import Open, Site, drawn_with_names

from contests.audit.verdict import NOT_PROVED
from contests.flows import moderate, settle
from contests.papers.card import HEIGHT, WIDTH, Card, card_png, shortened
from contests.papers.qr import qr_address
from contests.store import draws, views
from contests.store.session import Tx

CARD = Card(
    language="fr",
    title="Le jeu : un vélo à gagner",
    organiser="Ateliers Lumière",
    source="drand",
    level="Tirage par balise publique",
    words="Personne, pas même l’organisateur, ne peut choisir qui gagne.",
    facts="24 participants",
    check="Vérifiez ce tirage",
    link="https://jeux.example/v/jeu",
    short="jeux.example/v/jeu",
    brand="#3730a3",
    on_brand="#ffffff",
)


def metas(site: Site, query: str = "") -> dict[str, str]:
    """Return the page's properties for shared links."""
    text = site.client.get(f"/c/sim/certificate{query}").text
    return {name: unescape(value) for name, value in re.findall(r'<meta property="([^"]+)" content="([^"]*)">', text)}


def size_of(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_the_short_address_leads_to_the_certificate(site: Site) -> None:
    answer = site.client.get("/v/sim", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/c/sim/certificate"
    page = site.client.get("/v/sim")
    assert f"{site.sim.house.url}/v/sim" in page.text
    assert qr_address(f"{site.sim.house.url}/v/sim") in page.text


def test_shared_links_get_words_and_a_picture(site: Site) -> None:
    found = metas(site, "?lang=en")
    assert found["og:title"] == "Simulated contest"
    assert found["og:description"].startswith("Rehearsal – draw on Tuesday 8 December 2026")
    assert found["og:url"] == f"{site.sim.house.url}/c/sim/certificate"
    assert found["og:image"] == f"{site.sim.house.url}/c/sim/certificate.png?lang=en"
    assert (found["og:image:width"], found["og:image:height"]) == (str(WIDTH), str(HEIGHT))
    assert "Simulated contest" in found["og:image:alt"]
    picture = site.client.get("/c/sim/certificate.png?lang=en")
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "public, max-age=300"
    assert size_of(picture.content) == (WIDTH, HEIGHT)
    assert picture.content != site.client.get("/c/sim/certificate.png?lang=fr").content


@pytest.mark.parametrize(
    ("source", "proved", "own"),
    [
        ({"source": "drand"}, "nobody here controls", ""),
        (CEREMONY["draw"], "read before a witness", "that is the witness’s part"),
        ({"source": "rehearsal"}, "", "a rehearsal has no chance in it"),
    ],
)
def test_what_is_proved_depends_on_the_source_and_what_is_not_is_always_said(
    open_site: Open, source: dict[str, Any], proved: str, own: str
) -> None:
    site = open_site(draw=source)
    text = unescape(site.client.get("/c/sim/certificate?lang=en").text)
    assert proved in text
    assert own in text
    assert all(line("en") in text for line in NOT_PROVED)
    assert ("What will be proved" in text) is bool(proved)


def test_the_winners_stand_at_the_published_level_once_confirmed(open_site: Open) -> None:
    site = drawn_with_names(open_site)
    with site.sim.store.read() as tx:
        awards = draws.awards(tx, site.sim.id)
    text = site.client.get("/c/sim/certificate?lang=en").text
    assert all(f"{award.entrant[:8]}…" in text for award in awards)
    assert "Z. Q." not in text
    settle.confirm_award(site.sim.house, site.sim.id, "bike", staff_name="Claire", note="Seen.", now=site.sim.now)
    text = site.client.get("/c/sim/certificate?lang=en").text
    assert text.count("Z. Q.") == 1
    assert "Quilt" not in text
    assert "12:00:00 (Europe/Paris), 11:00:00 UTC" in text
    assert "4 entrants" in metas(site, "?lang=en")["og:description"]


def test_a_voided_contest_proves_nothing(site: Site) -> None:
    site.sim.enter("alice")
    moderate.void(site.sim.house, site.sim.id, reason="No prize.", staff_name="Claire", now=site.sim.now)
    text = site.client.get("/c/sim/certificate?lang=en").text
    assert "The contest was voided" in text
    assert "What will be proved" not in text
    assert "contest voided" in metas(site, "?lang=en")["og:description"]
    assert size_of(site.client.get("/c/sim/certificate.png").content) == (WIDTH, HEIGHT)


def test_the_picture_is_the_same_bytes_each_time() -> None:
    first = card_png(CARD)
    card_png.cache_clear()
    assert card_png(CARD) == first
    assert size_of(first) == (WIDTH, HEIGHT)


@pytest.mark.parametrize(
    "title",
    ["x", "mot " * 200, "X" * 400, "🎄 Noël 🎄", '#eval("1") $x$ *gras* \\u{41} @lien <b>', "\u202eabc\x00", "…" * 50],
)
def test_any_title_makes_a_picture(title: str) -> None:
    import msgspec

    assert size_of(card_png(msgspec.structs.replace(CARD, title=title))) == (WIDTH, HEIGHT)


def test_a_long_title_is_cut_at_a_word() -> None:
    assert shortened("un deux trois", 9) == "un deux…"
    assert shortened("un, deux", 5) == "un…"
    assert shortened("abcdefghij", 4) == "abcd…"
    assert shortened("Noël 🎄 !") == "Noël !"


def test_no_page_of_the_public_reads_the_whole_list(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frozen list may be large; these pages are asked for by crowds."""
    site.sim.enter("alice")
    site.sim.freeze()
    heads = []
    whole = views.draw_head

    def watched(tx: Tx, campaign: str) -> object:
        row = whole(tx, campaign)
        heads.append(row is not None and "pool" not in row.__dict__)
        return row

    monkeypatch.setattr(views, "draw_head", watched)
    for path in ("certificate", "certificate.png", "observe", "live"):
        assert site.client.get(f"/c/sim/{path}").status_code == 200
    assert heads == [True] * 4
