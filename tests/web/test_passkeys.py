"""The pages of passkeys: offered where browsers make them, told without JavaScript, guarded like the rest."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from simulator import Make
from soft_key import SoftKey
from visitor import PASSWORD, Site

from contests.settings import Settings
from contests.web.app import create_app

ORIGIN = "https://testserver.local"


@pytest.fixture
def secure(simulate: Make) -> Iterator[Site]:
    """A site over HTTPS."""
    sim = simulate()
    sim.house = msgspec.structs.replace(sim.house, url=ORIGIN)
    app = create_app(sim.house, Settings(proof_cost=1), lambda: sim.now)
    client: TestClient[Any] = TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)
    with client:
        yield Site(sim, client)


def add(site: Site, csrf: str, key: SoftKey) -> Any:
    """Make a passkey on the page of one's own account."""
    form = {"csrf": csrf, "passkey-name": "Mon téléphone", "passkey-password": PASSWORD}
    options = site.client.post("/staff/me/passkeys/options", data=form)
    assert options.status_code == 200, options.text
    answer = key.make(options.json(), ORIGIN)
    return site.client.post(
        "/staff/me/passkeys", data=form | {"do": "add", "credential": answer}, follow_redirects=False
    )  # fmt: skip


def test_a_passkey_is_added_listed_used_and_removed(secure: Site) -> None:
    csrf, key = secure.sign_in(), SoftKey()
    shown = add(secure, csrf, key)
    assert shown.status_code == 200
    assert len(re.findall(r'<li class="mono">', shown.text)) == 10
    page = secure.client.get("/staff/me").text
    assert "Mon téléphone" in page
    assert "Jamais utilisée" in page
    secure.client.cookies.clear()
    page = secure.client.get("/staff/sign-in").text
    assert re.search(r"<form[^>]*data-passkey[^>]* hidden>", page)
    assert "sans JavaScript" in re.sub(r"\s+", " ", page) or "JavaScript" in page
    options = secure.client.post("/staff/sign-in/passkey/options").json()
    sent = {"credential": key.use(options, ORIGIN)}
    asked = dict(secure.client.cookies)
    answer = secure.client.post("/staff/sign-in/passkey", data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    page = secure.client.get("/staff/me").text
    assert "Dernière utilisation" in page
    secure.client.cookies.clear()
    secure.client.cookies.update(asked)
    assert secure.client.post("/staff/sign-in/passkey", data=sent).status_code == 422
    secure.client.cookies.clear()
    csrf = back(secure, key)
    remove = {"csrf": csrf, "do": "remove", "passkey": json.loads(sent["credential"])["id"], "remove-password": "no"}
    assert secure.client.post("/staff/me/passkeys", data=remove).status_code == 422
    remove["remove-password"] = PASSWORD
    assert "La clé d’accès est retirée" in secure.client.post("/staff/me/passkeys", data=remove).text


def back(site: Site, key: SoftKey) -> str:
    """Come in by the password, then the passkey; return the form's token."""
    sent = {"email": "manager@staff.example", "password": PASSWORD}
    half = site.client.post("/staff/sign-in", data=sent, follow_redirects=False)
    assert half.headers["location"] == "/staff/sign-in/code"
    page = site.client.get("/staff/sign-in/code").text
    assert "data-passkey" in page
    assert "codes de secours" in page
    options = site.client.post("/staff/sign-in/passkey/options").json()
    assert len(options["allowCredentials"]) == 1
    answer = site.client.post(
        "/staff/sign-in/passkey", data={"credential": key.use(options, ORIGIN)}, follow_redirects=False
    )  # fmt: skip
    assert answer.headers["location"] == "/staff"
    found = re.search(r'name="csrf" value="(\w+)"', site.client.get("/staff/me").text)
    assert found
    return found[1]


def test_a_passkey_is_not_made_without_password_token_or_own_site(secure: Site) -> None:
    csrf = secure.sign_in()
    wrong = secure.client.post("/staff/me/passkeys/options", data={"csrf": csrf, "passkey-password": "no"})
    assert wrong.status_code == 422
    assert "mot de passe" in wrong.json()["error"]
    assert secure.client.post("/staff/me/passkeys/options", data={"passkey-password": PASSWORD}).status_code == 403
    cross = {"sec-fetch-site": "cross-site"}
    for path in ("/staff/me/passkeys/options", "/staff/sign-in/passkey/options", "/staff/sign-in/passkey"):
        assert secure.client.post(path, data={"csrf": csrf}, headers=cross).status_code == 403
    empty = {"csrf": csrf, "do": "add", "passkey-name": "x", "credential": "{}"}
    assert secure.client.post("/staff/me/passkeys", data=empty).status_code == 422


def test_where_browsers_make_no_passkeys_none_are_offered(site: Site) -> None:
    site.sign_in()
    assert "data-passkey" not in site.client.get("/staff/me").text
    assert "data-passkey" not in site.client.get("/staff/sign-in").text
    assert site.client.post("/staff/sign-in/passkey/options").status_code == 422
