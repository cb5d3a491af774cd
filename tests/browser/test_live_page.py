"""The live draw in a real browser: by the stream, by questions where it is cut, calm on request, and again."""

from collections.abc import Callable
from typing import Any

import pytest
from browser.installation import Site
from browser.scenes import World
from browser.test_accessibility import against
from playwright.sync_api import BrowserContext, Page, Route, expect

from contests.store import campaigns

Windows = Callable[..., BrowserContext]


@pytest.fixture
def show(open_site: Callable[..., Site]) -> tuple[Site, Callable[[], None]]:
    """A frozen rehearsal, and a way to let its draw happen."""
    site = open_site()
    world = World(site)
    world.publish("show", -5.6, draw={"source": "rehearsal"})
    world.people("show", *[f"person{n}" for n in range(15)])
    world.stage("show", "frozen")

    def draw() -> None:
        with site.house.store.read() as tx:
            at = campaigns.stand(campaigns.by_slug(tx, "show")).draws_at
        site.go(max(at, site.clock.now))

    return site, draw


def open_page(contexts: Windows, site: Site, path: str = "/c/show/live", **options: Any) -> tuple[Page, list[str]]:
    """Open a page in a window of its own; return it with what its console says."""
    page = contexts(base_url=site.url, **options).new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if "Content Security" in line.text else None)
    page.goto(path)
    return page, said


def watch(page: Page) -> None:
    """Wait for the whole of the live draw: steps one after another, no sign of a replay."""
    expect(page.locator("#live")).to_have_attribute("data-playing", "yes")
    expect(page.locator("#again")).to_be_hidden()
    expect(page.locator("#pool")).to_be_visible()
    expect(page.locator("#ranks")).to_be_hidden()
    page.get_by_role("button", name="Étape suivante").click()
    expect(page.locator("#chance")).to_be_visible()
    expect(page.locator("#said")).to_have_text("La valeur aléatoire est connue.")
    for _ in range(4):
        page.get_by_role("button", name="Étape suivante").click()
    expect(page.locator("#said")).to_contain_text("Rang 2")
    expect(page.get_by_text("Un vélo de ville assemblé à Lyon")).to_be_visible()
    expect(page.locator("#live .board .prize:visible")).to_have_count(2)
    page.get_by_role("button", name="Tout afficher").click()
    expect(page.locator("#live")).to_have_attribute("data-playing", "no")
    expect(page.locator("#live ol.prizes >> nth=0").locator(".prize:visible")).to_have_count(5)


def test_the_draw_shows_itself_by_the_stream(contexts: Windows, show: tuple[Site, Callable[[], None]]) -> None:
    site, draw = show
    page, said = open_page(contexts, site)
    expect(page.get_by_text("Cette page suit le tirage d’elle-même.")).to_be_visible()
    expect(page.get_by_role("heading", name="La liste est définitive")).to_be_visible()
    assert against(page, []) == []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    draw()
    watch(page)
    assert not [url for url in asked if url.endswith("state.json")], "nobody asks where the stream speaks"
    expect(page.locator("#again")).to_be_hidden()
    expect(page.get_by_text("Répétition : ce tirage est sans valeur")).to_be_visible()
    for width in (360, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert against(page, []) == []
    assert said == []


def test_where_the_stream_is_blocked_the_page_asks(contexts: Windows, show: tuple[Site, Callable[[], None]]) -> None:
    site, draw = show
    context = contexts(base_url=site.url)
    context.route("**/live/events", lambda route: route.abort())
    page = context.new_page()
    page.goto("/c/show/live")
    expect(page.get_by_text("Liaison directe coupée")).to_be_visible()
    draw()
    watch(page)


def test_a_stream_that_stays_silent_counts_as_blocked(contexts: Windows, show: tuple[Site, Callable[[], None]]) -> None:
    site, draw = show
    context = contexts(base_url=site.url)

    def swallow(route: Route) -> None:
        """Never answer, as a proxy that gathers answers."""

    context.route("**/live/events", swallow)
    page = context.new_page()
    page.goto("/c/show/live")
    expect(page.get_by_text("Liaison directe coupée")).to_be_visible()
    draw()
    expect(page.locator("#live")).to_have_attribute("data-over", "yes")


def test_a_late_visitor_gets_a_replay_that_says_so(contexts: Windows, show: tuple[Site, Callable[[], None]]) -> None:
    site, draw = show
    draw()
    page, said = open_page(contexts, site)
    expect(page.locator("#again")).to_have_text("Rediffusion")
    expect(page.get_by_text("Ceci est une rediffusion")).to_be_visible()
    expect(page.locator(".hero time")).to_contain_text("(Europe/Paris)")
    expect(page.locator("#live ol.prizes >> nth=0").locator(".prize:visible")).to_have_count(5)
    expect(page.locator("#alternates .prize").first).to_be_hidden()
    page.get_by_text("montrer les suppléants à la fin").click()
    page.get_by_role("button", name="Revoir le tirage").press("Enter")
    expect(page.locator("#again")).to_be_visible()
    pause = page.locator("#pause")
    expect(pause).to_be_focused()
    pause.press("Enter")
    expect(pause).to_have_text("Reprendre")
    shown = page.locator("#live [data-step]:visible").count()
    page.wait_for_timeout(4500)
    assert page.locator("#live [data-step]:visible").count() == shown, "a pause is a pause"
    for _ in range(20):
        if page.locator("#next").is_visible():
            page.locator("#next").click()
    expect(page.locator("#alternates .prize").last).to_be_visible()
    expect(page.locator("#live")).to_have_attribute("data-playing", "no")
    assert said == []


def test_the_address_can_ask_for_the_replay(contexts: Windows, show: tuple[Site, Callable[[], None]]) -> None:
    site, draw = show
    draw()
    page, _ = open_page(contexts, site, "/c/show/live?lang=en#replay")
    expect(page.locator("#live")).to_have_attribute("data-playing", "yes")
    expect(page.locator("#again")).to_have_text("Replay")


def test_nothing_moves_where_calm_is_asked_for(contexts: Windows, show: tuple[Site, Callable[[], None]]) -> None:
    site, draw = show
    calm, _ = open_page(contexts, site, reduced_motion="reduce")
    lively, _ = open_page(contexts, site, reduced_motion="no-preference")
    expect(lively.locator(".until")).to_contain_text("s")
    assert lively.locator(".until > span").count() == calm.locator(".until > span").count() + 1, "no seconds run"
    draw()
    for page, moves in ((calm, False), (lively, True)):
        expect(page.locator("#live")).to_have_attribute("data-playing", "yes")
        page.locator("#next").click()
        assert page.locator(".fresh").count() == (2 if moves else 0)
        animations = page.evaluate("document.getAnimations().filter(a => a.animationName === 'arrive').length")
        assert (animations > 0) is moves


def test_without_scripts_the_page_tells_everything(contexts: Windows, show: tuple[Site, Callable[[], None]]) -> None:
    site, draw = show
    page, _ = open_page(contexts, site, java_script_enabled=False)
    expect(page.get_by_role("link", name="Recharger pour voir l’état le plus récent")).to_be_visible()
    draw()
    page.wait_for_timeout(1200)
    page.get_by_role("link", name="Recharger pour voir l’état le plus récent").click()
    expect(page.get_by_text("Rediffusion", exact=True)).to_be_visible()
    expect(page.get_by_text("Un vélo de ville assemblé à Lyon")).to_be_visible()
    expect(page.locator("#controls")).to_be_hidden()
