"""Passkeys in a real browser, with a virtual authenticator: added, used at the door, used after the password."""

from collections.abc import Callable

import pytest
from browser.installation import PASSWORD, Site
from browser.test_accessibility import broken
from playwright.sync_api import BrowserContext, Page, expect


@pytest.fixture(scope="module")
def site(open_site: Callable[..., Site]) -> Site:
    """An installation at a name: browsers make no passkey for a bare IP address."""
    return open_site(host="localhost")


def with_device(page: Page, *, verified: bool = True) -> str:
    """Give the page a telephone that keeps passkeys; return its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verified, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return str(session.send("WebAuthn.addVirtualAuthenticator", {"options": device})["authenticatorId"])


def sign_in(page: Page) -> None:
    """Type address and password."""
    page.goto("/staff/sign-in")
    page.get_by_label("Adresse e-mail").fill("claire@staff.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()


def test_a_passkey_is_added_by_hand_opens_the_door_and_follows_the_password(
    contexts: Callable[..., BrowserContext],
) -> None:
    context = contexts(viewport={"width": 360, "height": 780})
    page = context.new_page()
    with_device(page)
    sign_in(page)
    page.goto("/staff/me")
    page.get_by_text("Ajouter une clé d’accès").first.click()
    page.get_by_label("Nom de la clé d’accès").fill("Mon téléphone")
    page.get_by_label("Votre mot de passe").last.fill("a wrong password")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.get_by_role("alert")).to_contain_text("mot de passe actuel")
    page.get_by_label("Votre mot de passe").last.fill(PASSWORD)
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    page.get_by_role("link", name="Je les ai").click()
    expect(page.get_by_text("Jamais utilisée")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", name="Campagnes", exact=True)).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page)
    expect(page).to_have_url("/staff/sign-in/code")
    assert not broken(page)
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", name="Campagnes", exact=True)).to_be_visible()
    page.goto("/staff/me")
    expect(page.get_by_text("Dernière utilisation")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    assert not broken(page)


def test_a_device_without_the_passkey_is_told_what_else_works(contexts: Callable[..., BrowserContext]) -> None:
    page = contexts().new_page()
    with_device(page, verified=False)
    page.goto("/staff/sign-in")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("alert")).to_contain_text("utilisez votre mot de passe")


def test_without_javascript_the_page_says_what_works(contexts: Callable[..., BrowserContext]) -> None:
    page = contexts(java_script_enabled=False).new_page()
    page.goto("/staff/sign-in")
    expect(page.get_by_role("button", name="Se connecter avec une clé d’accès")).to_be_hidden()
    expect(page.get_by_text("Les clés d’accès demandent JavaScript")).to_be_visible()
