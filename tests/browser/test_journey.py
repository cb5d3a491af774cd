"""Whole journeys through a real browser: a visitor with and without JavaScript, a contest from its definition to its proof."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from browser import scenes
from browser.installation import PASSWORD, Site
from playwright.sync_api import BrowserContext, FilePayload, Page, Request, expect

from contests.audit.bundle import open_bytes
from contests.audit.selected import read_identities
from contests.audit.verify import verify
from contests.codec import parse_json
from contests.journal.note import parse_vkey
from contests.journal.receipt import parse_receipt, verify_receipt

EXAMPLE = Path(__file__).parents[2] / "examples" / "noel-lumiere.toml"
PARIS = ZoneInfo("Europe/Paris")
Windows = Callable[..., BrowserContext]
CEREMONY = """
[draw]
source = "ceremony"
officer = "Maître Alice Morel, commissaire de justice à Lyon"
[[draw.values]]
name = "urn"
label = { fr = "Numéro tiré de l’urne" }
[[draw.values]]
name = "dice"
label = { fr = "Trois dés, de gauche à droite" }
"""


@pytest.fixture(scope="module")
def world(site: Site) -> scenes.World:
    """Two open contests: one takes an entry at once, the other asks for a confirmation by mail."""
    made = scenes.World(site)
    made.publish("direct", -1)
    rules = [
        {"kind": "confirmed-email"},
        {"kind": "residence", "countries": ["FR"]},
        {"kind": "minimum-age", "years": 15},
    ]
    made.publish("mailed", -1, rules=rules)
    return made


def fill(page: Page, email: str, first_name: str = "Zoé") -> None:
    """Fill in the form as a person would, by its labels."""
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Prénom").fill(first_name)
    page.get_by_label("Nom", exact=True).fill("Petit")
    page.get_by_label("Ville").fill("Lyon")
    page.get_by_label("Pays de résidence").select_option("FR")
    for words in ("ans ou plus", "lu le règlement"):
        if page.get_by_text(words).count():
            page.get_by_text(words).click()


def send(page: Page) -> None:
    """Press the button of the form."""
    page.get_by_role("button", name="Envoyer ma participation").click()


def verified(text: bytes, vkey: str) -> int:
    """Return the place that a receipt proves, once it holds."""
    receipt = parse_receipt(text)
    verify_receipt(receipt, parse_vkey(vkey.strip()))
    assert parse_json(receipt.record)["kind"] == "entry.accepted"
    return receipt.index


def download(page: Page, name: str) -> bytes:
    """Follow a link that saves a file; return the file."""
    with page.expect_download() as saved:
        page.get_by_role("link", name=name).first.click()
    return Path(saved.value.path()).read_bytes()


def sign_in(window: BrowserContext, email: str) -> Page:
    """Sign a member of staff in."""
    page = window.new_page()
    page.goto("/staff")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Campagnes", exact=True)).to_be_visible()
    return page


def watch(page: Page) -> tuple[list[str], list[str]]:
    """Keep the addresses that a page asks for, and what its console complains of."""
    asked: list[str] = []
    complaints: list[str] = []

    def on_request(request: Request) -> None:
        asked.append(request.url)

    page.on("request", on_request)
    page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return asked, complaints


def test_an_entrant_with_javascript_is_in_at_once_and_holds_a_receipt_that_verifies(
    contexts: Windows, world: scenes.World
) -> None:
    page = contexts(viewport={"width": 360, "height": 780}).new_page()
    page.goto("/c/direct?via=boutique")
    page.get_by_role("link", name="Je participe").click()
    fill(page, "zoe@laboiteauxlettresdesgens.example")
    expect(page.locator("altcha-widget [data-state=verified]")).to_be_visible()
    send(page)
    expect(page.get_by_role("heading", level=1, name="Vous participez")).to_be_visible()
    place = int(page.locator(".receipt .number").inner_text())
    saved = download(page, "Enregistrer le reçu")
    vkey = page.request.get("/c/direct/journal/vkey").text()
    assert verified(saved, vkey) == place
    page.get_by_text("La preuve elle-même").click()
    assert page.locator("#proof").inner_text().strip() == saved.decode().strip()
    assert not world.site.mails("zoe@laboiteauxlettresdesgens.example")[0].body.count("/confirm/")


def test_a_button_pressed_before_the_proof_is_done_waits_for_it(contexts: Windows, world: scenes.World) -> None:
    page = contexts().new_page()
    page.goto("/c/direct")
    fill(page, "hurry@laboiteauxlettresdesgens.example")
    send(page)
    expect(page.get_by_role("heading", level=1, name="Vous participez")).to_be_visible()


def test_an_entrant_without_javascript_confirms_by_mail(contexts: Windows, world: scenes.World) -> None:
    page = contexts(java_script_enabled=False).new_page()
    page.goto("/c/direct")
    assert "Sans JavaScript, nous vous demanderons de confirmer par e-mail." in page.content()
    fill(page, "noemie@laboiteauxlettresdesgens.example")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Dernière étape : ouvrez votre messagerie")
    link = re.search(r"http\S+/confirm/\w+", world.site.mails("noemie@laboiteauxlettresdesgens.example")[0].body)
    assert link is not None
    page.goto(link[0])
    page.get_by_role("button", name="Confirmer ma participation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous participez")
    place = int(page.locator(".receipt .number").inner_text())
    saved = download(page, "Enregistrer le reçu")
    assert verified(saved, page.request.get("/c/direct/journal/vkey").text()) == place


def test_opening_the_mailed_link_alone_confirms_nothing(contexts: Windows, world: scenes.World) -> None:
    page = contexts().new_page()
    page.goto("/c/mailed")
    fill(page, "scanner@laboiteauxlettresdesgens.example")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dernière étape")
    link = re.search(r"http\S+/confirm/\w+", world.site.mails("scanner@laboiteauxlettresdesgens.example")[0].body)
    assert link is not None
    for _ in range(2):
        page.goto(link[0])
        expect(page.get_by_role("button", name="Confirmer ma participation")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_wrong_input_is_named_and_what_was_typed_stays(
    contexts: Windows, world: scenes.World, *, javascript: bool
) -> None:
    page = contexts(java_script_enabled=javascript).new_page()
    page.goto("/c/direct")
    fill(page, "zoe-at-nowhere", first_name="Éloïse")
    page.get_by_label("Ville").fill("")
    send(page)
    summary = page.get_by_role("alert").filter(has_text="Votre participation n’a pas été enregistrée")
    expect(summary).to_be_visible()
    expect(summary).to_be_focused()
    assert page.title().startswith("À corriger")
    expect(summary.get_by_role("link")).to_have_count(2)
    email, town = page.get_by_label("Adresse e-mail"), page.get_by_label("Ville")
    expect(email).to_have_value("zoe-at-nowhere")
    expect(page.get_by_label("Prénom")).to_have_value("Éloïse")
    expect(page.get_by_label("Pays de résidence")).to_have_value("FR")
    for field in (email, town):
        expect(field).to_have_attribute("aria-invalid", "true")
        told = field.get_attribute("aria-describedby") or ""
        assert page.locator(f"#{told.split()[-1]}").inner_text().strip()
    expect(page.get_by_label("Prénom")).not_to_have_attribute("aria-invalid", "true")
    if javascript:
        summary.get_by_role("link").last.click()
        assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"


def test_what_a_rule_refuses_is_said_beside_its_field(contexts: Windows, world: scenes.World) -> None:
    page = contexts(java_script_enabled=False).new_page()
    page.goto("/c/direct")
    fill(page, "young@laboiteauxlettresdesgens.example")
    page.get_by_text("ans ou plus").click()
    send(page)
    expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", "#age")
    expect(page.locator("#age-error")).to_be_visible()
    expect(page.get_by_label("Ville")).to_have_value("Lyon")


def test_the_form_is_filled_in_and_sent_with_the_keyboard_alone(contexts: Windows, world: scenes.World) -> None:
    page = contexts().new_page()
    page.goto("/c/direct")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    order: list[str] = []
    typed = {
        "email": "keys@laboiteauxlettresdesgens.example",
        "first_name": "Léa",
        "last_name": "Petit",
        "town": "Lyon",
        "country": "Fran",
    }
    for _ in range(40):
        page.keyboard.press("Tab")
        name = str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", f"no ring shows where the keyboard is: {name}"
        order.append(name)
        if name in typed:
            page.keyboard.type(typed[name])
        elif name in {"age", "rules"}:
            page.keyboard.press("Space")
        elif name.startswith("Envoyer"):
            page.keyboard.press("Enter")
            break
    fields = [name for name in order if name in {*typed, "age", "rules"}]
    assert fields == ["email", "first_name", "last_name", "town", "age", "country", "rules"]
    assert "website" not in order
    expect(page.get_by_role("heading", level=1, name="Vous participez")).to_be_visible()


def test_a_dialog_asks_before_an_entrant_leaves_and_gives_the_focus_back(
    contexts: Windows, world: scenes.World
) -> None:
    page = contexts().new_page()
    page.goto("/c/direct")
    fill(page, "leaver@laboiteauxlettresdesgens.example")
    send(page)
    page.get_by_text("Me retirer du jeu").click()
    button = page.get_by_role("button", name="Me retirer", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Continuer à participer")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    dialog.get_by_role("button", name="Me retirer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous avez retiré votre participation")


def test_no_public_page_leaves_its_origin_or_breaks_its_policy(contexts: Windows, world: scenes.World) -> None:
    page = contexts().new_page()
    asked, complaints = watch(page)
    for path in ("/", "/c/direct", "/c/direct?lang=en", "/c/direct/rules", "/c/direct/rules/1/fr", "/c/direct/results",
                 "/c/direct/journal", "/c/direct/sent", "/mailbox", "/staff/sign-in"):  # fmt: skip
        page.goto(path)
    page.goto("/c/direct")
    fill(page, "watcher@laboiteauxlettresdesgens.example")
    send(page)
    expect(page.get_by_role("heading", level=1, name="Vous participez")).to_be_visible()
    assert [url for url in asked if not url.startswith((world.site.url, "data:", f"blob:{world.site.url}"))] == []
    assert any("altcha" in url for url in asked)
    assert complaints == []


def test_the_landing_page_is_light_until_the_form_is_touched(contexts: Windows, world: scenes.World) -> None:
    page = contexts().new_page()
    asked: list[Request] = []

    def note(one: Request) -> None:
        asked.append(one)

    page.on("requestfinished", note)
    page.goto("/c/direct", wait_until="networkidle")
    sizes = {one.url: one.sizes() for one in asked if not one.url.startswith("data:")}
    weights = {url: size["responseHeadersSize"] + size["responseBodySize"] for url, size in sizes.items()}
    assert all(url.startswith(world.site.url) for url in weights), weights
    assert sum(weights.values()) < 30_000, weights
    assert len(weights) <= 5, weights
    assert not any("altcha" in url for url in weights)


def definition(site: Site) -> str:
    """Return the example with times around the present and a ceremony for a draw."""
    now = site.clock.now.astimezone(PARIS)
    text = EXAMPLE.read_text(encoding="utf-8").split("[draw]")[0] + CEREMONY
    text = text.replace("noel-lumiere", "whole").replace("quantity = 10", "quantity = 2")
    for name, at in (("opens_at", now - timedelta(hours=1)), ("closes_at", now + timedelta(days=2)),
                     ("freezes_at", now + timedelta(days=2, hours=3)), ("draws_at", now + timedelta(days=2, hours=4))):  # fmt: skip
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {at.replace(tzinfo=None).isoformat(timespec='seconds')}", text)
    return text


def test_a_contest_runs_from_its_definition_to_a_proof_that_anyone_can_check(
    contexts: Windows, open_site: Callable[..., Site]
) -> None:
    site = open_site()
    claire = sign_in(contexts(base_url=site.url), "claire@staff.example")
    _publish(claire, site)
    _enter(contexts, site, 10)
    _exclude(claire)
    site.go(timedelta(days=2, hours=3))
    claire.goto("/staff/c/whole")
    expect(claire.get_by_role("heading", level=1)).to_have_text(
        "Connexion de l’équipe"
    )  # a session ends after twelve hours
    claire = sign_in(contexts(base_url=site.url), "claire@staff.example")
    claire.goto("/staff/c/whole")
    expect(claire.locator(".badge").first).to_have_text("Liste figée")
    site.go(timedelta(hours=1))
    _ceremony(claire, sign_in(contexts(base_url=site.url), "bob@staff.example"), site)
    _claim(contexts, site)
    _confirm(claire)
    _public_results(contexts, site)
    _legal(sign_in(contexts(base_url=site.url), "alice@staff.example"))


def _publish(page: Page, site: Site) -> None:
    text = definition(site)
    page.get_by_role("link", name="Nouvelle campagne").first.click()
    page.get_by_role("link", name="J’ai un fichier de définition").click()
    page.get_by_label("Ou le texte lui-même").fill(text.replace("[draw]", "[drawn]"))
    page.get_by_role("button", name="Contrôler cette définition").click()
    expect(page.get_by_role("alert")).to_contain_text("drawn")
    page.get_by_label("Ou le texte lui-même").fill(text.replace("alternates = 6", "alternates = 0"))
    page.get_by_role("button", name="Contrôler cette définition").click()
    expect(page.locator(".findings")).to_contain_text("Sans suppléants, un lot refusé est perdu")
    preview = page.frame_locator("iframe")
    expect(preview.get_by_role("heading", level=1)).to_have_text("Le Noël des Ateliers Lumière")
    page.get_by_role("link", name="En texte").click()
    editor = page.locator(".cm-content")  # the plain text box is there until it has loaded
    expect(editor).to_be_visible()
    editor.press("Control+a")
    page.keyboard.insert_text(text)
    page.get_by_role("button", name="Enregistrer et contrôler").click()
    expect(page.get_by_text("Sans suppléants, un lot refusé est perdu")).to_have_count(0)
    page.get_by_role("button", name="Publier").click()
    page.get_by_role("dialog").get_by_role("button", name="Publier").click()
    expect(page.get_by_role("navigation", name="Rubriques de la campagne")).to_be_visible()
    expect(page.locator(".badge").first).to_have_text("Ouvert")


def _enter(contexts: Windows, site: Site, count: int) -> None:
    """Two people enter by the page; the crowd behind them comes as programs do, by JSON and its mailed link."""
    window = contexts(base_url=site.url)
    page = window.new_page()
    for name in ("ines", "hugo"):
        page.goto("/c/whole")
        fill(page, f"{name}@laboiteauxlettresdesgens.example", name.title())
        send(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Dernière étape")
        _follow(page, site, f"{name}@laboiteauxlettresdesgens.example")
    for number in range(count):
        email = f"person{number}@laboiteauxlettresdesgens.example"
        body = {"email": email, "first_name": f"P{number}", "last_name": "Petit", "town": "Lyon", "country": "FR"}
        answer = page.request.post(
            "/c/whole",
            data=json.dumps(body | {"age": True, "rules": "1"}),
            headers={"content-type": "application/json"},
        )
        assert answer.status == 202, answer.text()
        link = re.search(r"/c/whole/confirm/\w+", site.mails(email)[0].body)
        assert link is not None
        assert page.request.post(link[0]).ok


def _follow(page: Page, site: Site, email: str) -> None:
    page.goto("/mailbox?to=" + email)
    page.get_by_role("link", name="/confirm/").first.click()
    page.get_by_role("button", name="Confirmer ma participation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous participez")


def _exclude(page: Page) -> None:
    page.goto("/staff/c/whole/entries")
    page.get_by_role("searchbox").fill("hugo")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="hugo@laboiteauxlettresdesgens.example").click()
    page.get_by_text("Faire participer un programme").click()
    page.get_by_label("Les faits, en une phrase").fill("Vingt envois dans la même seconde.")
    evidence = FilePayload(name="journal.txt", mimeType="text/plain", buffer=b"twenty in a second")
    page.get_by_label("Pièce justificative").set_input_files(evidence)
    page.get_by_role("button", name="Exclure").click()
    expect(page.get_by_role("cell", name="exclue")).to_be_visible()


def _ceremony(claire: Page, bob: Page, site: Site) -> None:
    for page in (claire, bob):
        page.goto("/staff/c/whole/awards")
        page.get_by_label("Numéro tiré de l’urne").fill("17")
        page.get_by_label("Trois dés, de gauche à droite").fill("4 1 6")
        page.get_by_role("button", name="Ce sont les valeurs").click()
    expect(bob.locator(".badge").first).to_have_text("Tirage effectué")
    site.go(timedelta(minutes=1))
    bob.reload()
    expect(bob.get_by_text("Proposé").first).to_be_visible()


def _claim(contexts: Windows, site: Site) -> None:
    """One of the people drawn accepts, by the mailed link."""
    page = contexts(base_url=site.url, java_script_enabled=False).new_page()
    page.goto("/mailbox")
    offer = page.locator("article").filter(has_text="Résultat provisoire du tirage").first
    assert "vous avez gagné" not in offer.inner_text().lower()
    offer.get_by_role("link", name="/claim/").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Résultat provisoire, sous réserve de vérification")
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.get_by_role("alert")).to_contain_text("Cochez la case")
    page.get_by_text("Je remplis les conditions").click()
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.get_by_text("Votre réponse est enregistrée")).to_be_visible()


def _confirm(page: Page) -> None:
    page.goto("/staff/c/whole/awards")
    card = page.locator("article").filter(has_text="Réponse reçue")
    expect(card).to_have_count(1)
    card.get_by_text("Décider").click()
    card.get_by_label("Ce qui a été vérifié").fill("Âge et résidence, sur pièce.")
    card.get_by_role("button", name="Confirmer le lot").click()
    page.get_by_role("dialog").get_by_role("button", name="Confirmer le lot").click()
    expect(page.get_by_text("Confirmé", exact=True)).to_be_visible()


def _public_results(contexts: Windows, site: Site) -> None:
    page = contexts(base_url=site.url).new_page()
    page.goto("/c/whole")
    page.get_by_role("link", name="Résultats et preuve").first.click()
    expect(page.get_by_text("Confirmé", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Tableau des lots").get_by_text("Provisoire")).to_have_count(5)
    with open_bytes(download(page, "Télécharger la preuve")) as bundle:
        verdict = verify(bundle)
    assert verdict.passed, verdict.text("en")


def _legal(page: Page) -> None:
    page.goto("/staff/c/whole/legal")
    expect(page.get_by_text("Les comptes concordent")).to_be_visible()
    expect(page.get_by_text("Vingt envois dans la même seconde.")).to_be_visible()
    saved = download(page, "Dossier juridique")
    with page.expect_download() as file:
        page.get_by_role("link", name="Télécharger la preuve").click()
    proof = Path(file.value.path()).read_bytes()
    with open_bytes(proof) as bundle:
        verdict = verify(bundle, read_identities(io.BytesIO(saved)))
    assert verdict.passed, verdict.text("en")
    _may_change_nothing(page)


def _may_change_nothing(page: Page) -> None:
    pages = ("/staff", "/staff/c/whole", "/staff/c/whole/entries", "/staff/c/whole/awards", "/staff/c/whole/legal")
    token = ""
    for path in pages:
        page.goto(path)
        token = page.locator("input[name=csrf]").first.input_value()
        changing = page.locator(
            "form[method=post]:not([action='/staff/language'], [action='/staff/sign-out'], [role='search'])"
        )
        expect(changing).to_have_count(0)
        expect(page.get_by_role("link", name="Nouvelle campagne")).to_have_count(0)
    page.goto("/staff/c/whole/entries")
    person = page.locator("tbody a").first.get_attribute("href")
    for path in ("/staff/new", "/staff/c/whole/draft", "/staff/c/whole/awards", "/staff/c/whole/void", f"{person}"):
        answer = page.request.post(path, multipart={"csrf": token, "do": "confirm"})
        assert answer.status == 403, path
