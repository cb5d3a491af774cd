"""The guided editor in a real browser, on a phone, by keyboard: from a template to a published contest."""

from collections.abc import Callable

from browser.installation import PASSWORD, Site
from playwright.sync_api import BrowserContext, Page, expect

from contests.flows.sign_in import add_staff

ORGANISER = {
    "Dénomination sociale": "Les Vélos Bleus",
    "Forme juridique et capital": "SAS au capital de 10 000 €",
    "Immatriculation": "RCS Rennes 900 000 001",
    "Adresse du siège": "1 rue du Vélo, 35000 Rennes",
    "Adresse e-mail pour les questions": "jeux@velos.example",
    "Adresse e-mail pour les données personnelles": "dpo@velos.example",
}


def reach(page: Page, label: str) -> None:
    """Go to the field of that label by the tabulator alone."""
    wanted = page.get_by_label(label).first
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(label)


def type_into(page: Page, label: str, text: str) -> None:
    reach(page, label)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_a_community_manager_makes_a_contest_from_a_template_by_keyboard(
    site: Site, contexts: Callable[..., BrowserContext]
) -> None:
    add_staff(site.house, "nina@staff.example", name="Nina", role="manager", password=PASSWORD, now=site.clock())
    page = contexts(base_url=site.url, viewport={"width": 360, "height": 780}).new_page()
    page.goto("/staff/sign-in")
    type_into(page, "Adresse e-mail", "nina@staff.example")
    type_into(page, "Mot de passe", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Campagnes", exact=True)).to_be_visible()
    page.goto("/staff/start")
    type_into(page, "Titre du jeu", "Un vélo bleu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="L’essentiel")).to_be_visible()
    page.goto(page.url.replace("essentials", "organiser"))
    for label, text in ORGANISER.items():
        type_into(page, label, text)
    expect(page.locator("[data-status]")).to_contain_text("Enregistré à")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Les lots")).to_be_visible()
    type_into(page, "Ce qu’on gagne", "Un vélo bleu")
    type_into(page, "Valeur d’un lot", "cher")
    expect(page.locator("[data-status]")).to_contain_text("Pas encore enregistré")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Un montant était attendu")
    expect(page.get_by_label("Ce qu’on gagne")).to_have_value("Un vélo bleu")
    type_into(page, "Valeur d’un lot", "1 049,90")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Qui peut participer")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Vérifier et publier").press("Enter")
    expect(page.get_by_role("button", name="Publier")).to_be_enabled()
    expect(page.locator(".findings .block")).to_have_count(0)
    page.get_by_role("button", name="Publier").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Publier").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Un vélo bleu")
    page.goto("/c/un-velo-bleu")
    expect(page.get_by_text("1 049,90 €")).to_be_visible()
