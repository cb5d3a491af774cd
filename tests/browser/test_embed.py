"""The form in a frame of another site, in a real browser: two origins on the loopback, one of them over TLS."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from browser import scenes
from browser.installation import Site
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, FrameLocator, Page

from contests.campaign.definition import Campaign
from contests.store import campaigns
from contests.web.pages.channels import FRAME_HEIGHT, snippet


def certificate(folder: Path) -> Path:
    """Write a key and a certificate of our own for the loopback."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "loopback.pem"
    file.write_bytes(key.private_bytes(*plain) + made.public_bytes(serialization.Encoding.PEM))
    return file


class Shop:
    """Another site, over TLS; it serves one page."""

    def __init__(self, file: Path) -> None:
        self.page = ""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"<!doctype html><html lang=fr><title>Shop</title><h1>Shop</h1>{shop.page}</html>".encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:  # type: ignore[override, unused-ignore]
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Shop]]:
    """A site that the campaign names, and one that it does not."""
    file = certificate(tmp_path_factory.mktemp("tls"))
    made = Shop(file), Shop(file)
    yield made
    for shop in made:
        shop.close()


@pytest.fixture(scope="module")
def campaign(site: Site, shops: tuple[Shop, Shop]) -> Campaign:
    """An open contest whose form may stand on the first shop's page."""
    world = scenes.World(site)
    identity = world.publish("framed", -2, embed=[shops[0].url])
    with site.house.store.read() as tx:
        found = campaigns.standing(tx, identity).definition
    for shop in shops:
        shop.page = snippet(site.url, found, "fr")
    return found


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of another site, with or without scripts."""
    opened = []

    def go(url: str, *, script: bool = True) -> Page:
        context = browser.new_context(
            locale="fr-FR", ignore_https_errors=True, java_script_enabled=script, viewport={"width": 420, "height": 800}
        )
        context.set_default_timeout(20_000)
        opened.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield go
    for context in opened:
        context.close()


def fill(frame: FrameLocator, email: str) -> None:
    for name, value in {"email": email, "first_name": "Zoé", "last_name": "Petit", "town": "Lyon"}.items():
        frame.locator(f"#{name}").fill(value)
    frame.locator("#country").select_option("FR")
    for name in ("age", "rules"):
        frame.locator(f"label[for={name}]").click()


def height(page: Page) -> float:
    box = page.locator("iframe").bounding_box()
    assert box
    return box["height"]


def test_somebody_enters_within_the_frame_and_the_receipt_opens_outside(
    campaign: Campaign, shops: tuple[Shop, Shop], visit: Callable[..., Page]
) -> None:
    page = visit(shops[0].url)
    frame = page.frame_locator("iframe")
    fill(frame, "zoe@laboiteauxlettresdesgens.example")
    frame.get_by_role("button", name="Envoyer ma participation").click()
    frame.get_by_text("Votre participation est enregistrée").wait_for()
    assert page.url.startswith(shops[0].url)
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Ouvrir mon reçu").click()
    opened.value.wait_for_selector(".receipt")
    assert "/receipt/" in opened.value.url


def test_the_frame_takes_the_height_of_what_is_in_it(
    campaign: Campaign, shops: tuple[Shop, Shop], visit: Callable[..., Page]
) -> None:
    page = visit(shops[0].url)
    page.frame_locator("iframe").locator("#email").wait_for()
    page.wait_for_function(
        f"document.querySelector('iframe').style.height && document.querySelector('iframe').clientHeight !== {FRAME_HEIGHT}"
    )
    inner = page.frames[1]
    assert inner.evaluate("document.documentElement.scrollHeight <= document.documentElement.clientHeight + 1")
    before = height(page)
    inner.evaluate("document.querySelector('form[data-challenge]').submit()")
    page.frame_locator("iframe").locator(".errors").wait_for()
    page.wait_for_function(f"document.querySelector('iframe').clientHeight > {before}")


def test_a_site_that_is_not_named_gets_neither_the_form_nor_its_height(
    campaign: Campaign, shops: tuple[Shop, Shop], visit: Callable[..., Page]
) -> None:
    page = visit(shops[1].url)
    page.wait_for_load_state("load")
    assert page.frame_locator("iframe").locator("#email").count() == 0
    assert height(page) == FRAME_HEIGHT


def test_the_script_takes_no_height_from_anybody_else(
    campaign: Campaign, shops: tuple[Shop, Shop], visit: Callable[..., Page]
) -> None:
    page = visit(shops[0].url)
    page.wait_for_function("document.querySelector('iframe').style.height")
    before = height(page)
    page.evaluate("window.postMessage({contests: 'height', height: 77}, '*')")
    page.wait_for_timeout(200)
    assert height(page) == before


def test_without_scripts_the_frame_keeps_its_height_and_still_takes_entries(
    campaign: Campaign, shops: tuple[Shop, Shop], visit: Callable[..., Page]
) -> None:
    page = visit(shops[0].url, script=False)
    frame = page.frame_locator("iframe")
    fill(frame, "paul@laboiteauxlettresdesgens.example")
    frame.get_by_role("button", name="Envoyer ma participation").click()
    frame.get_by_text("Votre participation n’est pas encore prise en compte").wait_for()
    assert height(page) == FRAME_HEIGHT
