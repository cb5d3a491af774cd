"""The definition as text: completion from the schema, remarks at their line, by keyboard, under the page's own policy."""

import re
from collections.abc import Iterator

import pytest
from browser.installation import PASSWORD, Site
from playwright.sync_api import Browser, Page, expect

from contests.flows import drafting
from contests.flows.roles import Person


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """The text of a fresh draft, in a window that notes what its policy refuses."""
    context = browser.new_context(base_url=site.url, locale="fr-FR")
    made = context.new_page()
    made.set_default_timeout(20_000)
    refused: list[str] = []
    made.on("console", lambda said: refused.append(said.text) if "Security Policy" in said.text else None)
    made.goto("/staff/sign-in")
    made.fill("#email", "claire@staff.example")
    made.fill("#password", PASSWORD)
    made.click("main button")
    made.wait_for_url("**/staff")
    slug = drafting.start(site.house, "draw", "Un jeu", "fr", Person("c" * 32, "Claire", "manager", "fr"), site.clock())
    made.goto(f"/staff/c/{slug}/text")
    yield made
    assert refused == []
    context.close()


def test_keys_and_values_are_completed_and_errors_stand_at_their_line(page: Page) -> None:
    content = page.locator(".cm-content")
    expect(content).to_be_visible()
    assert page.locator("textarea#text").is_hidden()
    expect(content).to_have_accessible_name("Texte de la définition (TOML)")
    assert page.evaluate("getComputedStyle(document.querySelector('.cm-gutters')).display") == "flex", (
        "its style is let in"
    )

    # What the template left open is said at its line: the organiser's name.
    marks = page.locator(".cm-lint-marker-error")
    expect(marks.first).to_be_visible()

    content.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("no")
    option = page.get_by_role("option", name="notice_minutes")
    expect(option).to_have_count(0)  # the table has that key already
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("off")
    expect(page.get_by_role("option", name="officer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Control+Space")
    expect(page.get_by_role("option", name="officer")).to_be_visible()
    page.wait_for_timeout(150)  # a list that has just come up takes no Enter, lest it was meant for the text
    page.keyboard.press("Enter")
    page.keyboard.type('"Me Anne Martin"\n[[rules]]\nkind = ')
    page.keyboard.press("Control+Space")
    expect(page.get_by_role("option", name="residence")).to_be_visible()
    page.keyboard.type("one-per-d")
    expect(page.get_by_role("option").first).to_have_accessible_name("one-per-day")
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    text = page.locator("textarea#text").input_value()
    assert 'officer = "Me Anne Martin"\n[[rules]]\nkind = "one-per-day"' in text

    page.keyboard.type("\nnonsense = 1")
    page.keyboard.press("Escape")
    line = page.locator("textarea#text").input_value().count("\n") + 1
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)  # what cannot be read is said alone
    expect(page.locator(".cm-lintRange-error")).to_have_text("nonsense = 1")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Enregistrer et contrôler")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".errors")).to_contain_text(f"Ligne {line}")
    expect(page.locator(".cm-activeLine")).to_have_text("nonsense = 1")


def test_without_the_script_the_plain_text_box_is_there(browser: Browser, site: Site, page: Page) -> None:
    context = browser.new_context(
        base_url=site.url, locale="fr-FR", java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(page.url)
    box = plain.get_by_label("Texte de la définition")
    expect(box).to_be_visible()
    box.fill(box.input_value().replace("alternates = 5", "alternates = 7"))
    plain.get_by_role("button", name="Enregistrer et contrôler").click()
    plain.wait_for_url(re.compile(r"/staff/c/[\w-]+$"))
    plain.goto(page.url)
    assert "alternates = 7" in plain.get_by_label("Texte de la définition").input_value()
    context.close()
