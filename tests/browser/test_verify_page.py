"""The page that checks a draw, in a real Chromium: bundles, receipts, forgeries, and no network at all."""

import json
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from browser import scenes
from browser.installation import Site
from browser.test_accessibility import broken
from browser.test_journey import watch
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from contests.audit.bundle import open_bytes
from contests.audit.verify import verify
from contests.journal.checkpoint import Checkpoint
from contests.journal.merkle import EMPTY_ROOT, leaf_hash, root_of
from contests.journal.note import Signer
from contests.journal.receipt import Receipt
from contests.store import draws, journals
from contests.web.pages.entry import check_link

Windows = Callable[..., BrowserContext]
CROWD = [f"person{n}" for n in range(300)]


@pytest.fixture(scope="module")
def world(site: Site) -> scenes.World:
    """One contest that was drawn, one whose list is frozen, one that is open; more entries than a tile holds."""
    made = scenes.World(site)
    made.publish("drawn", -8, draw={"source": "rehearsal"})
    made.publish("frozen", -5.6)
    made.publish("open", -2)
    for slug, crowd in (("drawn", CROWD), ("frozen", CROWD[:5]), ("open", CROWD[:5])):
        made.people(slug, *crowd)
    made.stage("drawn", "drawn")
    made.stage("frozen", "frozen")
    return made


@pytest.fixture
def page(contexts: Windows, world: scenes.World) -> Iterator[Page]:
    """A phone. Nothing it asks for is elsewhere, and its console complains of nothing."""
    made = contexts(viewport={"width": 360, "height": 780}).new_page()
    asked, complaints = watch(made)
    yield made
    assert [url for url in asked if not url.startswith((world.site.url, "data:", f"blob:{world.site.url}"))] == []
    assert complaints == []


def outcomes(page: Page) -> dict[int, str]:
    """Return step → outcome, as the page shows them."""
    expect(page.locator("#answer .verdict > li")).to_have_count(15)
    read = """lines => lines.map(line => [parseInt(line.querySelector('.num').textContent), line.className])"""
    names = {"passed": "passed", "failed": "failed", "unchecked": "not-checked"}
    return {step: names[name] for step, name in page.locator("#answer .verdict > li").evaluate_all(read)}


def bundle(page: Page, slug: str) -> bytes:
    return page.request.get(f"/c/{slug}/bundle.zip").body()


def file(name: str, data: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="application/zip", buffer=data)


def judged(data: bytes) -> dict[int, str]:
    """Return step → outcome, as the command line has them."""
    with open_bytes(data) as opened:
        findings: Any = verify(opened).to_dict("fr")["findings"]
    return {found["step"]: found["outcome"] for found in findings}


def changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """Return the bundle with a change in one file."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            text = before.read(info)
            assert info.filename != name or old in text
            after.writestr(info, text.replace(old, new, 1) if info.filename == name else text)
    return out.getvalue()


def check_text(page: Page, text: str) -> None:
    page.get_by_label("Le texte du reçu").fill(text)
    page.get_by_role("button", name="Vérifier mon reçu").click()


def expect_heading(page: Page, text: str) -> None:
    """The answer's heading has the focus, and is said to those who do not see it."""
    heading = page.locator("#answer-title")
    expect(heading).to_contain_text(text)
    expect(heading).to_be_focused()
    expect(page.locator("#told")).to_contain_text(text)


def test_one_button_checks_the_whole_draw_step_by_step_as_the_command_line_does(page: Page) -> None:
    page.goto("/c/drawn/verify")
    page.get_by_role("button", name="Vérifier tout le tirage").click()
    expect_heading(page, "Tout est conforme")
    assert outcomes(page) == judged(bundle(page, "drawn"))
    expect(page.locator("#answer .level.rehearsal")).to_contain_text("Ce tirage ne vaut rien")
    expect(page.locator("#answer")).to_contain_text("Qu’un lot a été remis")
    assert not broken(page)


def test_a_file_and_an_address_give_the_same_verdict(page: Page) -> None:
    page.goto("/verify?lang=en")
    page.locator("#file").set_input_files(file("drawn.zip", bundle(page, "drawn")))
    expect_heading(page, "Everything holds")
    found = outcomes(page)
    page.get_by_label("Address of a proof").fill("/c/drawn/bundle.zip")
    page.get_by_role("button", name="Check this address").click()
    expect(page.locator("#answer .facts")).to_contain_text("/c/drawn/bundle.zip")
    assert outcomes(page) == found


def test_a_dropped_file_is_checked(page: Page) -> None:
    page.goto("/verify")
    drop = """async (address) => {
      const blob = await (await fetch(address)).blob();
      const moved = new DataTransfer();
      moved.items.add(new File([blob], 'dropped.zip'));
      const options = { dataTransfer: moved, bubbles: true, cancelable: true };
      document.querySelector('h1').dispatchEvent(new DragEvent('drop', options));
    }"""
    page.evaluate(drop, "/c/drawn/bundle.zip")
    expect_heading(page, "Tout est conforme")
    expect(page.locator("#answer .facts")).to_contain_text("dropped.zip")


def test_a_changed_file_and_what_is_no_bundle_are_told(page: Page) -> None:
    page.goto("/verify")
    data = bundle(page, "drawn")
    with zipfile.ZipFile(BytesIO(data)) as opened:
        pool = next(name for name in opened.namelist() if name.endswith("pool.csv"))
    data = changed(data, pool, b",1\n", b",2\n")
    page.locator("#file").set_input_files(file("bent.zip", data))
    expect_heading(page, "Quelque chose ne va pas")
    found = outcomes(page)
    assert (found[1], found[7], found[2]) == ("failed", "failed", "passed")
    assert not broken(page)
    page.locator("#file").set_input_files(file("text.zip", b"this is a text"))
    expect_heading(page, "Ce n’est pas un dossier de preuve")


def test_another_site_is_refused_with_the_way_round(page: Page) -> None:
    page.goto("/verify")
    page.get_by_label("Adresse d’une preuve").fill("https://elsewhere.example/bundle.zip")
    page.get_by_role("button", name="Vérifier cette adresse").click()
    expect_heading(page, "Cette adresse est sur un autre site")


def test_receipts_are_honoured_and_tell_what_the_draw_made_of_them(page: Page, world: scenes.World) -> None:
    with world.house.store.read() as tx:
        row = draws.get(tx, world.ids["drawn"])
    assert row is not None
    ranked = row.ranking.decode()
    winner = next(r for r in world.receipts["drawn"] if r.entrant == ranked.splitlines()[1].split(",")[2])
    loser = next(r for r in world.receipts["drawn"] if r.entrant not in ranked)
    page.goto("/c/drawn/verify")
    for accepted, said in ((winner, "Vous faites partie des personnes tirées"), (loser, "Vous ne faites pas partie")):
        check_text(page, accepted.receipt.text())
        expect_heading(page, f"au numéro {accepted.receipt.index}")
        expect(page.locator("#answer")).to_contain_text("Il prolonge sans coupure")
        expect(page.locator("#answer")).to_contain_text(said)
        expect(page.locator("#answer")).to_contain_text("1 chance sur 300")
    assert ranked.splitlines()[5].split(",")[1] in page.locator("#answer").inner_text()
    assert not broken(page)


def test_before_the_draw_a_receipt_tells_what_is_known(page: Page, world: scenes.World) -> None:
    page.goto("/verify")
    for slug, said in (("open", "La liste n’est pas encore figée"), ("frozen", "Le hasard n’a pas encore parlé")):
        receipt = world.receipts[slug][1].receipt.text().encode()
        page.locator("#file").set_input_files(file("receipt.tlog-proof", receipt))
        expect(page.locator("#answer")).to_contain_text(said)


def test_a_qr_code_is_checked_on_arrival_and_is_called_no_evidence(page: Page, world: scenes.World) -> None:
    receipt = world.receipts["drawn"][280].receipt
    page.goto(check_link("/c/drawn", receipt))
    expect_heading(page, f"au numéro {receipt.index}")
    expect(page.locator("#answer")).to_contain_text("Un code QR n’est pas une preuve")
    page.goto(check_link("/c/drawn", Receipt(b"{}", receipt.index, (), b"")))
    expect_heading(page, "Le journal n’honore pas ce reçu")
    expect(page.locator("#answer")).to_contain_text("lui seul est une preuve")
    expect(page.get_by_role("button", name="Enregistrer la pièce")).to_have_count(0)


def signed(world: scenes.World, size: int, root: bytes) -> bytes:
    """Sign a head with the journal's own key, as a cheating organiser could."""
    with world.house.store.read() as tx:
        head = journals.head(tx, world.ids["open"])
    return Checkpoint(head.origin, size, root).sign(Signer(head.origin, head.key))


def test_a_journal_that_does_not_honour_a_receipt_gives_evidence_to_keep(page: Page, world: scenes.World) -> None:
    record = world.receipts["open"][0].receipt.record.replace(b'"tickets":1', b'"tickets":9')
    lost = Receipt(record, 0, (), signed(world, 1, root_of([leaf_hash(record)])))
    gone = Receipt(record, 0, (EMPTY_ROOT,), signed(world, 2, root_of([leaf_hash(record), EMPTY_ROOT])))
    long = [leaf_hash(record)] * 4096
    path = tuple(root_of(long[:length]) for length in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048))
    shrunk = Receipt(record, 0, path, signed(world, 4096, root_of(long)))
    page.goto("/c/open/verify")
    for receipt, said in ((lost, "plus à sa place"), (gone, "plus à sa place"), (shrunk, "plus court")):
        check_text(page, receipt.text())
        expect(page.locator("#answer .note.bad")).to_contain_text(said)
        expect_heading(page, "Le journal n’honore pas ce reçu")
    expect(page.locator("#answer")).to_contain_text("jeux@ateliers.example")
    expect(page.locator("#answer")).to_contain_text("commissaire de justice")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Enregistrer la pièce").click()
    kept = Path(saved.value.path()).read_text(encoding="utf-8")
    assert shrunk.text().strip() in kept
    assert page.request.get("/c/open/journal/checkpoint").text() in kept
    assert not broken(page)


def test_a_rewritten_journal_is_seen(page: Page, world: scenes.World) -> None:
    """The record is where it was, but the journal that the receipt saw was another one."""
    with world.house.store.read() as tx:
        records = journals.records(tx, world.ids["open"], 0, 2)
    other = [leaf_hash(b"{}"), leaf_hash(records[1])]
    receipt = Receipt(records[1], 1, (other[0],), signed(world, 2, root_of(other)))
    page.goto("/c/open/verify")
    check_text(page, receipt.text())
    expect(page.locator("#answer .note.bad")).to_contain_text("il a été réécrit")


def test_a_forged_receipt_fails(page: Page, world: scenes.World) -> None:
    text = world.receipts["open"][0].receipt.text()
    page.goto("/c/open/verify")
    for forged, said in (
        (text.replace("\nindex 1\n", "\nindex 2\n"), "ne mène pas à la racine"),
        (text.replace(text.splitlines()[-1][-20:], "AAAAAAAAAAAAAAAAAAA="), "pas celle de la clé"),
    ):
        assert forged != text
        check_text(page, forged)
        expect(page.locator("#answer .note.bad")).to_contain_text(said)
        expect_heading(page, "Le journal n’honore pas ce reçu")
    check_text(page, "hello")
    expect_heading(page, "Ce n’est pas un reçu")


def test_without_network_an_open_page_goes_on_checking_files(contexts: Windows, world: scenes.World) -> None:
    window = contexts()
    page = window.new_page()
    page.goto("/verify", wait_until="networkidle")
    data = bundle(page, "drawn")
    window.set_offline(True)
    page.locator("#file").set_input_files(file("drawn.zip", data))
    expect_heading(page, "Tout est conforme")
    page.get_by_label("Adresse d’une preuve").fill("/c/drawn/bundle.zip")
    page.get_by_role("button", name="Vérifier cette adresse").click()
    expect_heading(page, "Le dossier n’a pas pu être téléchargé")
    check_text(page, world.receipts["drawn"][0].receipt.text())
    expect_heading(page, "Le journal n’a pas pu être lu")
    expect(page.locator("#answer .note")).to_contain_text("le site ne répond pas")


def test_without_network_a_contest_s_page_says_what_a_receipt_is_worth_by_itself(
    contexts: Windows, world: scenes.World
) -> None:
    window = contexts()
    page = window.new_page()
    page.goto("/c/drawn/verify", wait_until="networkidle")
    window.set_offline(True)
    text = world.receipts["drawn"][0].receipt.text()
    check_text(page, text)
    expect_heading(page, "Votre reçu est authentique")
    expect(page.locator("#answer .note.good")).to_contain_text("la signature du journal de ce jeu")
    check_text(page, text.replace(text.splitlines()[-1][-20:], "AAAAAAAAAAAAAAAAAAA="))
    expect_heading(page, "Le journal n’honore pas ce reçu")
    expect(page.locator("#answer .note.bad")).to_contain_text("pas celle de la clé")


def test_work_can_be_stopped_and_begun_again(page: Page) -> None:
    page.goto("/c/drawn/verify")
    data = bundle(page, "drawn")
    page.route("**/bundle.zip", lambda _: None)
    page.get_by_role("button", name="Vérifier tout le tirage").click()
    page.get_by_role("button", name="Arrêter").click()
    expect(page.locator("#work")).to_be_hidden()
    expect(page.locator("#told")).to_have_text("Vérification arrêtée.")
    page.locator("#file").set_input_files(file("drawn.zip", data))
    expect_heading(page, "Tout est conforme")


def test_the_page_is_worked_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/c/drawn/verify")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "all":
            break
    page.keyboard.press("Enter")
    expect_heading(page, "Tout est conforme")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Enregistrer ce verdict").press("Enter")
    assert json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))["verdict"] == "passed"


def test_without_javascript_the_page_says_how_to_check(contexts: Windows, world: scenes.World) -> None:
    page = contexts(java_script_enabled=False).new_page()
    for path in ("/verify", "/c/drawn/verify"):
        page.goto(path)
        assert "python3 verify.py bundle.zip" in page.content()
        expect(page.locator("#verify")).to_be_hidden()


@pytest.mark.parametrize("path", ["/verify", "/verify?lang=en", "/c/drawn/verify", "/c/open/verify?lang=en"])
def test_the_page_has_nothing_against_it(page: Page, path: str) -> None:
    page.goto(path)
    for summary in page.locator("summary").all():
        summary.click()
    page.evaluate("document.getElementById('work').hidden = false")
    assert not broken(page)
