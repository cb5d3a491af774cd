"""No page breaks a rule of axe-core (WCAG 2.2 AA and its best practices), light or dark, on a phone or a desk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from browser import scenes
from browser.installation import PASSWORD, Site
from playwright.sync_api import Browser, BrowserContext, Page, Route
from pyotp import TOTP

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST, SIZES = ["color-contrast"], ["target-size", "scrollable-region-focusable"]
# Width, colours, and the rules that this look can change; the first look is held against all of them.
LOOKS: list[tuple[int, Literal["light", "dark"], list[str]]] = [
    (360, "light", []),
    (360, "dark", CONTRAST),
    (1280, "dark", CONTRAST),
    (1280, "light", CONTRAST + SIZES),
]
SCENES = [
    "home",
    "mailbox",
    "landing soon",
    "landing open",
    "landing mailed",
    "landing priced",
    "rules priced",
    "rules file priced",
    "staff overview priced",
    "landing closed",
    "landing frozen",
    "landing drawn",
    "landing past",
    "landing void",
    "landing in English",
    "landing commented",
    "rules commented",
    "comments asked",
    "comments asked in English",
    "staff comments",
    "staff comments declined",
    "staff comments to look at",
    "staff figures of comments",
    "staff replies of comments",
    "rules",
    "rules file",
    "results quiet",
    "results frozen",
    "results drawn",
    "results past",
    "results void",
    "results in English",
    "journal",
    "live soon",
    "live beacon",
    "live frozen",
    "live drawn",
    "live void",
    "observe quiet",
    "observe beacon",
    "observe drawn",
    "certificate open",
    "certificate beacon",
    "certificate drawn",
    "certificate void",
    "minutes",
    "minutes annulled",
    "minutes file",
    "sent",
    "confirm",
    "receipt",
    "receipt excluded",
    "receipt to tie",
    "receipt with a code",
    "receipt withdrawn",
    "receipt winner",
    "receipt not drawn",
    "parent",
    "parent agreed",
    "waiting",
    "staff awards minors",
    "my data",
    "my data winner",
    "my data asked",
    "my data not drawn",
    "erased",
    "claim offered",
    "claim recorded",
    "claim confirmed",
    "landing amended",
    "amendment",
    "confirm amended",
    "staff amend",
    "not found",
    "sign-in",
    "invitation",
    "invitation in English",
    "observer",
    "staff people",
    "staff people in English",
    "staff organisers",
    "staff installation",
    "staff status",
    "staff me",
    "staff second factor",
    "staff waiting",
    "staff all waiting",
    "staff queue",
    "staff queue drawn",
    "staff home",
    "staff new",
    "staff draft clean",
    "staff draft blocked",
    "staff start",
    "staff edit essentials",
    "staff edit prizes",
    "staff edit people",
    "staff edit form",
    "staff edit comments",
    "staff edit draw",
    "staff text",
    "staff draft warned",
    "staff preview",
    "staff overview soon",
    "staff overview open",
    "staff overview closed",
    "staff overview drawn",
    "staff overview void",
    "staff overview quiet",
    "staff overview in English",
    "staff legal in English",
    "staff entries",
    "staff entries none",
    "staff entrant",
    "staff entrant excluded",
    "staff entrant frozen",
    "staff figures",
    "staff figures quiet",
    "staff figures in English",
    "staff replies open",
    "staff replies drawn",
    "staff calendar",
    "staff awards before",
    "staff awards ceremony",
    "staff awards",
    "staff legal",
    "staff legal quiet",
    "embed",
    "embed sent",
    "embed done",
    "staff channels",
    "staff channels framed",
    "staff try",
    "staff try draft",
    "staff rehearse",
    "staff winner to check",
    "staff winner sent",
    "staff winner to send",
    "staff notices",
    "staff closing",
    "staff minutes",
    "staff minutes before",
    "series",
    "landing of a series",
    "shared preview",
    "shared rules",
    "staff series",
    "staff series start",
    "staff series carry",
    "staff look",
    "staff text editor",
    "staff data",
    "staff data planned",
]
RUN = """async ([tags, rules]) => {
  const runOnly = rules.length ? { type: 'rule', values: rules } : { type: 'tag', values: tags };
  const { violations } = await axe.run(document, { runOnly, preload: !rules.length, resultTypes: ['violations'] });
  const found = violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | '));
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [...found, `the page scrolls sideways by ${scrollWidth - clientWidth}px`] : found;
}"""


@pytest.fixture(scope="module")
def addresses(site: Site) -> dict[str, str]:
    """The address of every scene."""
    return scenes.build(site)


def opened(browser: Browser, site: Site) -> BrowserContext:
    """Open a window in whose every page and frame axe-core is there."""
    context = browser.new_context(base_url=site.url, locale="fr-FR", reduced_motion="reduce")
    context.add_init_script(path=str(AXE))
    return context


@pytest.fixture(scope="module")
def window(browser: Browser, site: Site) -> Iterator[Page]:
    """One window, signed in as the owner, who sees all there is; nothing moves in it."""
    context = opened(browser, site)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto("/staff/sign-in")
    page.fill("#email", "olga@staff.example")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/staff")
    yield page
    context.close()


def against(page: Page, rules: list[str]) -> list[str]:
    """Return what axe-core has against the page as it stands: by these rules, or by all."""
    for frame in page.frames:
        if frame.evaluate("typeof axe === 'undefined'"):  # a window that was opened elsewhere
            frame.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN, [TAGS, rules])
    return found


def broken(page: Page) -> str:
    """Return what is against the page at each look: all rules once, then those that depend on size and colour."""
    found: list[str] = []
    size, colours = 0, ""
    for width, scheme, rules in LOOKS:
        if width != size:
            page.set_viewport_size({"width": width, "height": 820})
        if scheme != colours:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        size, colours = width, scheme
        found += [f"{width} {scheme}: {line}" for line in against(page, rules)]
    return "\n".join(found)


def test_the_check_finds_what_is_wrong(window: Page, site: Site) -> None:
    window.goto("/mailbox")
    window.evaluate("""() => {
      const wide = Object.assign(document.createElement('p'), { textContent: 'too wide, too pale' });
      Object.assign(wide.style, { width: '2000px', color: '#777', background: '#888' });
      document.querySelector('main').append(wide, document.createElement('img'));
    }""")
    found = broken(window)
    for width, scheme, _ in LOOKS:
        assert f"{width} {scheme}: color-contrast: <p" in found
        assert f"{width} {scheme}: the page scrolls sideways by" in found
    assert "360 light: image-alt: <img>" in found


def test_every_scene_is_looked_at(addresses: dict[str, str]) -> None:
    forgotten = set(SCENES) - set(addresses)
    assert forgotten == set()


@pytest.mark.parametrize("scene", SCENES)
def test_a_page_has_nothing_against_it(window: Page, addresses: dict[str, str], scene: str) -> None:
    window.goto(addresses[scene])
    assert not broken(window)


def test_an_empty_front_page_has_nothing_against_it(window: Page, open_site: Callable[..., Site]) -> None:
    empty = open_site()
    window.goto(f"{empty.url}/")
    assert window.get_by_text("Aucun jeu pour l’instant").is_visible()
    assert not broken(window)
    window.goto(f"{empty.url}/mailbox")
    assert not broken(window)


def test_a_form_with_errors_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    for slug in ("open", "mailed"):
        window.goto(f"/c/{slug}")
        window.evaluate("document.querySelector('form[data-challenge]').submit()")
        window.wait_for_selector(".errors")
        assert not broken(window)


def test_a_form_in_use_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    window.goto("/c/open")
    window.fill("#email", "zoe@laboiteauxlettresdesgens.example")
    window.wait_for_selector("altcha-widget [data-state=verified]")
    assert not broken(window)


def test_a_declined_confirmation_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    window.goto(addresses["confirm again"])
    window.get_by_role("button", name="Confirmer ma participation").click()
    window.wait_for_selector("h1:has-text('Votre participation n’a pas été enregistrée')")
    assert not broken(window)


def test_a_declined_entry_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    window.goto("/c/mailed")
    _fill(
        window, {"email": "refused@laboiteauxlettresdesgens.example", "first_name": "A", "last_name": "B", "town": "C"}
    )
    window.fill("#birth_date", "2025-01-01")
    window.click("label[for=answer-2]")
    window.evaluate("document.querySelector('form[data-challenge]').submit()")
    window.wait_for_selector(".errors")
    assert not broken(window)


def _fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        page.fill(f"#{name}", value)
    page.select_option("#country", "FR")
    page.click("label[for=rules]")


def test_an_unanswered_claim_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    window.goto(addresses["claim offered"])
    window.fill("#message", "Après 18 h, merci.")
    window.get_by_role("button", name="Envoyer ma réponse").click()
    window.wait_for_selector(".errors")
    assert window.input_value("#message") == "Après 18 h, merci."
    assert not broken(window)


def test_a_refused_sign_in_has_nothing_against_it(window: Page, site: Site) -> None:
    window.goto("/staff/sign-in")
    window.fill("#email", "nobody@staff.example")
    window.fill("#password", "wrong")
    window.click("main button")
    window.wait_for_selector(".errors")
    assert window.input_value("#email") == "nobody@staff.example"
    assert not broken(window)


def test_an_unreadable_definition_has_nothing_against_it(window: Page, site: Site) -> None:
    window.goto("/staff/new")
    window.fill("#text", "slug = ")
    window.click("main form .button")
    window.wait_for_selector(".errors")
    assert window.input_value("#text") == "slug = "
    assert not broken(window)


def test_a_refused_exclusion_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    window.goto(addresses["staff entrant"])
    window.click("label[for=reason-abuse]")
    window.evaluate("document.querySelector('#evidence').form.submit()")
    window.wait_for_selector(".errors")
    assert window.is_checked("#reason-abuse")
    assert not broken(window)


def test_a_tried_case_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    window.goto(addresses["staff try"])
    window.fill("#case-at", "")
    window.get_by_role("button", name="Interroger les règles").click()
    window.wait_for_selector(".errors")
    assert not broken(window)
    window.fill("#case-at", "2030-01-01T10:00")
    window.get_by_role("button", name="Interroger les règles").click()
    window.wait_for_selector(".verdict")
    assert not broken(window)


def test_a_finished_rehearsal_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    window.goto(addresses["staff rehearse"])
    window.get_by_role("button", name="Répéter maintenant").click()
    window.wait_for_selector(".verdict", timeout=60_000)
    assert not broken(window)


def test_a_dialog_has_nothing_against_it(window: Page, addresses: dict[str, str]) -> None:
    window.goto("/staff/c/clean")
    window.get_by_role("button", name="Publier").click()
    window.wait_for_selector("dialog[open]")
    assert not broken(window)


@pytest.mark.parametrize("status", [400, 413, 429])
def test_a_refusal_of_the_server_has_nothing_against_it(
    window: Page, addresses: dict[str, str], open_site: Callable[..., Site], status: int
) -> None:
    body = {400: "\xff%ff=%", 413: "a=" + "x" * 300_000, 429: "a=b"}[status]

    def send(route: Route) -> None:
        headers: dict[str, Any] = {"content-type": "application/x-www-form-urlencoded"}
        if status == 400:
            headers = {"content-type": "multipart/form-data"}
        route.continue_(method="POST", post_data=body, headers={**route.request.headers, **headers})

    url = "/c/open"
    if status == 429:
        strict = open_site(limit_device="1/minute")
        scenes.World(strict).publish("open", -1)
        url = f"{strict.url}/c/open"
    window.route("**/c/open", send)
    try:
        answer = window.goto(url)
        if status == 429:
            answer = window.goto(url)
    finally:
        window.unroute("**/c/open")
    assert answer is not None
    assert answer.status == status
    assert not broken(window)


def test_the_second_step_has_nothing_against_it(browser: Browser, window: Page, site: Site) -> None:
    """Set up, refused once, its recovery codes, asked for at the next sign-in, refused once."""
    window.goto("/staff/me/second-factor")
    window.fill("#code", "000000")
    window.fill("#factor-password", PASSWORD)
    window.click("main button")
    window.wait_for_selector(".errors")
    assert not broken(window)
    secret = window.input_value("input[name=secret]")
    window.fill("#code", TOTP(secret).at(site.clock.now))
    window.fill("#factor-password", PASSWORD)
    window.click("main button")
    window.wait_for_selector(".codes")
    assert not broken(window)
    window.goto("/staff/me")
    assert not broken(window)
    context = opened(browser, site)
    other = context.new_page()
    other.goto("/staff/sign-in")
    other.fill("#email", "olga@staff.example")
    other.fill("#password", PASSWORD)
    other.click("main button")
    other.wait_for_url("**/staff/sign-in/code")
    assert not broken(other)
    other.fill("#code", "000000")
    other.click("main button")
    other.wait_for_selector(".errors")
    assert not broken(other)
    context.close()
    window.goto("/staff/me")
    window.click("#second ~ details > summary")
    window.fill("#factor-password", PASSWORD)
    window.click("#second ~ details button")
    window.wait_for_selector("a[href='/staff/me/second-factor']")


def test_a_page_for_observers_has_nothing_against_it(browser: Browser, addresses: dict[str, str], site: Site) -> None:
    context = opened(browser, site)
    page = context.new_page()
    page.goto(addresses["observer"])
    page.click("main button")
    page.wait_for_url("**/staff/c/open")
    assert not broken(page)
    page.goto("/staff/c/open/legal")
    assert not broken(page)
    context.close()
