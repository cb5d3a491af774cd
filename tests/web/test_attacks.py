"""What strangers try on every web application, tried on every address of this one."""

import importlib
import json
import logging
import pkgutil
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import regex
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from outside import serving
from simulator import Make
from visitor import PASSWORD, Open, Site
from web.test_prizes import drawn, link
from web.test_roles import DOORS, filled, routes, session_of

import contests
from contests.codec import canonical
from contests.errors import Refused
from contests.flows import attend, password
from contests.flows.preview import share
from contests.settings import Settings, platforms_of
from contests.store import views
from contests.web.app import create_app
from contests.web.guards import same_site

ROOT = Path(contests.__file__).parent.parent
EVIL = "evil.example"
SECRET = "https://contests.example"
# Papers that stand alone carry their style in themselves; it is allowed by its digest.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=.?application/json)|<[^>]+\s(?:on[a-z]+|style)\s*=|javascript:", re.IGNORECASE
)
ELSEWHERE = re.compile(
    r"<(?:script|img|link|iframe|source|form|embed|object)\b[^>]*\b(?:src|href|action|data)=[\"']?(?:https?:)?//",
    re.IGNORECASE,
)
# What may be kept by a cache that many people share: nothing in it is about one person.
SHARED = re.compile(
    r"^(/|/verify|/schema.*|/static/.*|/journal.*|/s/x|/c/sim(/(rules|rules/1/fr(/pdf)?|results|verify|certificate(\.png)?|picture\S*|brand\.css|journal.*"
    r"|qr\.svg|draws/.*|live|media/.*|card\S*|minutes/.*|amendments.*|preview.*))?)$"
)  # fmt: skip


def every_get(app: Any) -> list[str]:
    """Return the path of every page of the application, its parameters still open."""
    found = {route.path for route in app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods}
    return sorted(found - {"/c/{slug:str}/live/events"})


@pytest.fixture
def lived(open_site: Open) -> Site:
    """A contest that was drawn, with a winner's link, a receipt, a draft, a picture; a manager is signed in."""
    site = drawn(open_site, embed=["https://brand.example"])
    csrf = session_of(site.sim, "owner")
    site.client.cookies.set("contests_session", csrf[0], path="/staff")
    return site


def addresses(site: Site) -> list[str]:
    """Return an address of each page, with links that open something where there are any."""
    receipt = site.sim.receipts["a"]
    values = {"/c/{slug:str}/claim": link(site).rpartition("/")[2], "/c/{slug:str}": receipt.token}
    made = []
    for route in every_get(site.client.app):
        token = next((value for start, value in values.items() if route.startswith(start)), "0")
        given = {
            "token": token,
            "version": "1",
            "language": "fr",
            "number": "1",
            "draw": "final",
            "mail": "1",
            "code": "0",
            "path": "checkpoint",
        }
        path = re.sub(r"\{\w+:path\}", "app.css", route)
        for name, value in given.items():
            path = re.sub(rf"\{{{name}:\w+\}}", value, path)
        made.append(filled(path, receipt.entrant) if "{" in path else path)
    return made


def directives(policy: str) -> dict[str, list[str]]:
    """Return a content security policy taken apart."""
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


def test_every_answer_has_its_policy_and_none_lets_strange_or_inline_code_run(lived: Site) -> None:
    opened = 0
    for path in addresses(lived):
        answer = lived.client.get(path, follow_redirects=False)
        opened += answer.status_code == 200
        assert answer.status_code < 500, path
        policies = answer.headers.get_list("content-security-policy")
        assert len(policies) == 1, path
        said = directives(policies[0])
        assert said["default-src"] == ["'none'"], path
        assert said.get("base-uri") == ["'none'"] or "sandbox" in said, path
        framed = (
            ["https://brand.example"]
            if "/embed" in path
            else ["'self'"]
            if re.search("/(preview|rules)$", path) and "/staff/" in path
            else ["'none'"]
        )
        assert said["frame-ancestors"] == (framed if answer.status_code == 200 else said["frame-ancestors"]), path
        for name, sources in said.items():
            hosts = [
                source
                for source in sources
                if not re.fullmatch(r"'(none|self)'|'(sha256|nonce)-[\w+/=-]+'|data:", source)
            ]
            assert not hosts or name == "frame-ancestors", (path, name)
            assert "data:" not in sources or name == "img-src", (path, name)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
        kind = answer.headers.get("content-type", "")
        assert kind or not answer.content, path
        assert not kind.startswith("text/") or "charset=utf-8" in kind.lower(), (path, kind)
        if kind.startswith("text/html"):
            assert not INLINE.search(answer.text), path
            assert not ELSEWHERE.search(answer.text.replace(lived.sim.house.url, "")), path
            styles = re.findall(r"<style[^>]*>", answer.text)
            assert styles in ([], ["<style>"]), path
            assert not styles or any(source.startswith("'sha256-") for source in said["style-src"]), path
    assert opened > 60


def test_a_papers_own_style_is_allowed_by_its_digest_and_no_other(lived: Site) -> None:
    import base64
    import hashlib

    answer = lived.client.get("/c/sim/rules/1/fr")
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert directives(answer.headers["content-security-policy"])["style-src"] == [f"'sha256-{digest}'"]


def test_no_cache_keeps_what_is_about_one_person(lived: Site) -> None:
    shared = 0
    for path in addresses(lived):
        answer = lived.client.get(path, follow_redirects=False)
        kept = answer.headers.get_list("cache-control")
        assert len(kept) == 1, path
        if "no-store" in kept[0]:
            continue
        shared += 1
        assert SHARED.match(path), (path, kept)
        assert "set-cookie" not in answer.headers, path
        for personal in ("@people.example", lived.sim.receipts["a"].token, "/staff/sign-out"):
            assert personal not in answer.text, path
    assert shared > 10


@pytest.mark.parametrize(
    "path", ["/static/none.js?v=1", "/static/none.js", "/static/../app.py", "/none", "/staff", "/c/none"]
)
def test_no_error_and_no_redirect_is_kept(site: Site, path: str) -> None:
    answer = site.client.get(path, follow_redirects=False)
    assert answer.status_code >= 300
    assert answer.headers.get_list("cache-control") == ["no-store"]


def test_a_page_in_two_languages_says_so_to_caches(lived: Site) -> None:
    for path in ("/", "/c/sim", "/c/sim/rules", "/c/sim/results", "/c/sim/verify", "/c/sim/live", "/c/none"):
        assert "accept-language" in lived.client.get(path).headers.get("vary", "").lower(), path


POISON = {
    "host": EVIL, "x-forwarded-host": EVIL, "x-forwarded-server": EVIL, "forwarded": f"host={EVIL};proto=http",
    "x-original-url": f"//{EVIL}/", "x-rewrite-url": f"//{EVIL}/", "x-forwarded-proto": "gopher", "x-forwarded-prefix": f"//{EVIL}",
    "referer": f"https://{EVIL}/",
}  # fmt: skip


def test_a_host_that_somebody_makes_up_is_in_no_answer(lived: Site) -> None:
    for path in addresses(lived):
        if path.endswith("/observe"):
            continue  # it says for the record which host was asked, and is kept by no cache
        answer = lived.client.get(path, headers=POISON, follow_redirects=False)
        assert EVIL not in answer.text, path
        assert not any(EVIL in value or "gopher" in value for value in answer.headers.values()), path


def test_a_host_that_somebody_makes_up_is_in_no_mail(open_site: Open) -> None:
    site = open_site()
    site.client.post("/c/sim", data={"email": "a@people.example", "country": "FR", "rules": "1"}, headers=POISON)
    csrf = site.sign_in("owner")
    form = {"csrf": csrf, "do": "invite", "email": "b@staff.example", "role": "legal", "language": "fr"}
    headers = {name: value for name, value in POISON.items() if name != "host"}
    site.client.post("/staff/people", data=form, headers=headers)
    with site.sim.store.read() as tx:
        mails = views.mails(tx)
    assert len(mails) == 2
    for mail in mails:
        assert EVIL not in mail.body + mail.subject
        assert "http://testserver.local/" in mail.body


WITHIN = sorted(path for method, path in DOORS if method == "POST")


def test_every_change_by_staff_asks_where_it_comes_from_and_for_the_forms_token(lived: Site) -> None:
    _, csrf = session_of(lived.sim, "owner")
    cookie, csrf = session_of(lived.sim, "owner")
    lived.client.cookies.clear()
    lived.client.cookies.set("contests_session", cookie, path="/staff")
    changes = [path for method, path in routes(lived.client.app) if method != "GET"]
    assert len(changes) > 35
    entrant = lived.sim.receipts["a"].entrant
    for path in changes:
        where = filled(path, entrant)
        for headers in (
            {"origin": f"https://{EVIL}"},
            {"origin": "http://[::1"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
        ):
            answer = lived.client.post(where, data={"csrf": csrf}, headers=headers, follow_redirects=False)
            assert answer.status_code == 403, (path, headers)
        if path not in WITHIN and path != "/staff/installation":
            for token in ({}, {"csrf": csrf[::-1]}):
                answer = lived.client.post(where, data=token, follow_redirects=False)
                assert answer.status_code in {403, 404}, path


def test_no_change_is_made_by_an_address_that_is_only_opened(lived: Site) -> None:
    """Whatever changes something is a POST with the guard; no handler takes both."""
    for route in lived.client.app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                changing = handler.http_methods - {"GET", "HEAD", "OPTIONS"}
                assert not (changing and handler.http_methods & {"GET", "HEAD"}), route.path
                if changing and route.path.startswith("/staff"):
                    assert same_site in (handler.guards or ()), route.path


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT"])
def test_other_methods_are_refused(site: Site, method: str) -> None:
    for path in ("/", "/c/sim", "/staff", "/health"):
        assert site.client.request(method, path).status_code == 405, path


BACK = [
    f"https://{EVIL}", f"//{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}", f"/staff/../..//{EVIL}", f"/staff@{EVIL}", f"/staff\r\nlocation: https://{EVIL}",
    f"javascript:alert(1)//{EVIL}", f"/staff/%2e%2e//{EVIL}", f"\t//{EVIL}", f"/%09/{EVIL}",
]  # fmt: skip


@pytest.mark.parametrize("back", BACK)
def test_nothing_leads_to_another_site(site: Site, back: str) -> None:
    import httpx

    csrf = site.sign_in()
    answer = site.client.post(
        "/staff/language", data={"csrf": csrf, "language": "fr", "back": back}, follow_redirects=False
    )
    assert answer.status_code == 303
    assert len(answer.headers.get_list("location")) == 1
    led = httpx.URL("https://contests.example/staff/language").join(answer.headers["location"])
    assert (led.scheme, led.host) == ("https", "contests.example")
    for query in ("next", "back", "url", "lang", "via", "return_to"):
        for path in ("/", "/c/sim", "/staff", "/staff/sign-in", "/c/sim/sent"):
            assert EVIL not in site.client.get(path, params={query: back}, follow_redirects=False).headers.get(
                "location", ""
            )
    assert EVIL not in site.client.get(f"//{EVIL}/%2e%2e", follow_redirects=False).headers.get("location", "")


@pytest.fixture
def secure(simulate: Make) -> Iterator[Site]:
    """A site whose address is secure."""
    sim = simulate()
    sim.house = type(sim.house)(sim.store, "sim.example", SECRET, sim.house.chance)
    app = create_app(sim.house, Settings(proof_cost=1), lambda: sim.now)
    client: TestClient[Any]
    with TestClient(app, base_url=SECRET, raise_server_exceptions=False) as client:
        yield Site(sim, client)


def test_cookies_are_for_this_host_secure_and_out_of_reach_of_scripts(secure: Site) -> None:
    secure.sign_in()
    again = secure.client.post(
        "/staff/sign-in", data={"email": "manager@staff.example", "password": PASSWORD}, follow_redirects=False
    )
    asked = secure.client.post("/staff/sign-in/passkey/options")
    left = secure.client.post("/staff/sign-out", data={"csrf": token_of(secure)}, follow_redirects=False)
    for answer, name, site in ((again, "session", "lax"), (asked, "passkey", "strict"), (left, "session", "lax")):
        [cookie] = answer.headers.get_list("set-cookie")
        said = cookie.lower().split("; ")
        assert said[0].startswith(f"__host-contests_{name}=")
        assert {"httponly", "secure", "path=/", f"samesite={site}"} <= set(said)
        assert not any(part.startswith("domain") for part in said)
    assert secure.client.get("/staff", follow_redirects=False).status_code == 303


def token_of(site: Site) -> str:
    """Return the token of the forms of whoever is signed in."""
    found = re.search(r'name="csrf" value="(\w+)"', site.client.get("/staff").text)
    assert found
    return found[1]


def test_a_cookie_that_another_host_of_the_domain_may_have_set_opens_nothing(secure: Site) -> None:
    cookie, _ = session_of(secure.sim, "manager")
    secure.client.cookies.set("contests_session", cookie)
    assert secure.client.get("/staff", follow_redirects=False).status_code == 303
    secure.client.cookies.clear()
    secure.client.cookies.set("__Host-contests_session", cookie)
    assert secure.client.get("/staff", follow_redirects=False).status_code == 200


def test_a_secure_address_stays_secure(secure: Site) -> None:
    for path in ("/", "/c/sim", "/none", "/static/app.css", "/staff"):
        said = secure.client.get(path, follow_redirects=False).headers.get_list("strict-transport-security")
        assert said == ["max-age=31536000"], path


def test_an_address_that_is_not_secure_does_not_claim_to_be(site: Site) -> None:
    assert "strict-transport-security" not in site.client.get("/").headers


def test_a_session_is_another_one_each_time_and_not_what_was_sent(site: Site) -> None:
    site.client.cookies.set("contests_session", "f" * 64, path="/staff")
    site.sign_in()
    form = {"email": "manager@staff.example", "password": PASSWORD}
    given = [
        site.client.post("/staff/sign-in", data=form, follow_redirects=False).headers["set-cookie"] for _ in range(2)
    ]
    values = {re.split("[=;]", cookie)[1] for cookie in given}
    assert len(values) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", value) and value != "f" * 64 for value in values)


class Counting:
    """Passwords, and how many were compared."""

    def __init__(self, real: Any) -> None:
        self.real, self.compared = real, 0

    def verify(self, *words: str) -> bool:
        self.compared += 1
        return bool(self.real.verify(*words))

    def hash(self, word: str) -> str:
        return str(self.real.hash(word))


def test_an_unknown_account_costs_and_says_what_a_wrong_password_does(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.sign_in()
    site.client.cookies.clear()
    counting = Counting(password._hasher)
    monkeypatch.setattr(password, "_hasher", counting)
    answers = []
    for email in ("manager@staff.example", "nobody@staff.example"):
        for typed in ("wrong", "x" * 5000):
            before = counting.compared
            answer = site.client.post("/staff/sign-in", data={"email": email, "password": typed})
            assert counting.compared == before + 1
            answers.append((answer.status_code, answer.text.replace(email, ""), sorted(answer.headers)))
    assert all(answer == answers[0] for answer in answers)


def test_a_password_counts_to_its_last_letter(site: Site) -> None:
    from contests.flows.sign_in import add_staff

    longest = ("green lanterns over the river " * 40)[: password.LONGEST_PASSWORD]
    made: dict[str, Any] = {"name": "A", "role": "legal", "now": site.sim.now}
    add_staff(site.sim.house, "long@staff.example", password=longest, **made)
    for typed, status in ((longest + "b", 422), (longest, 303)):
        form = {"email": "long@staff.example", "password": typed}
        assert site.client.post("/staff/sign-in", data=form, follow_redirects=False).status_code == status
    with pytest.raises(Refused):
        add_staff(site.sim.house, "long@staff.example", password=longest + "b", **made)


def test_entries_and_receipts_cannot_be_counted_through(lived: Site) -> None:
    """Addresses of entries are drawn by lot; a wrong one is answered like any other."""
    lived.client.cookies.clear()
    token = lived.sim.receipts["a"].token
    bodies = set()
    for wrong in (
        "0",
        "1",
        "4",
        token[:-1],
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token.upper() + "x",
        "0" * len(token),
    ):
        for kind in ("receipt", "confirm", "claim"):
            answer = lived.client.get(f"/c/sim/{kind}/{wrong}")
            assert answer.status_code == 404, (kind, wrong)
            bodies.add((kind, answer.text))
    assert len({text for _, text in bodies}) <= 3
    secrets = {receipt.token[8:] for receipt in lived.sim.receipts.values()}
    assert all(len(secret) == 40 for secret in secrets)
    assert len(secrets) == 4


@pytest.mark.parametrize(
    "body",
    [
        b'{"email": "a@people.example", "email": "b@people.example", "country": "FR", "rules": "1"}',
        b'{"email": "a@people.example", "country": NaN}',
        b'{"email": "a@people.example", "country": 1e999}',
        b'{"email": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"email": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"email": {"a": "b"}}',
        b"null",
    ],
)
def test_json_that_two_programs_may_read_in_two_ways_is_refused(site: Site, body: bytes) -> None:
    answer = site.client.post("/c/sim", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/problem+json")


NAMES = [
    {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180},
    {"id": "first_name", "kind": "first-name", "purpose": "publication", "retention_days": 180},
]


def send(site: Site, raw: dict[str, str]) -> int:
    """Enter by JSON that is ASCII, as half characters can only be sent; return the status."""
    data = json.dumps(raw).encode()
    return site.client.post("/c/sim", content=data, headers={"content-type": "application/json"}).status_code


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\u202e", "\u2066", "\u200b", "\ufeff", "\x1b[31m", "\r\nBcc: x"])
def test_half_characters_and_signs_that_deceive_get_nowhere(open_site: Open, odd: str) -> None:
    site = open_site(fields=NAMES)
    raw = site.form("alice") | {"first_name": f"Zo{odd}e", "via": odd, "ref": odd}
    assert send(site, raw) in {201, 422}
    for field in ("email", "country", "rules", "altcha", "website", "lang"):
        assert send(site, raw | {field: odd}) in {201, 202, 422}, field
    site.sign_in()
    page = site.client.get("/staff/c/sim/entries").text
    assert odd.replace("\r\n", "") == "Bcc: x" or odd[0] not in page


@pytest.mark.parametrize(
    "same",
    [
        "ALICE@people.example",
        "alice@PEOPLE.example",
        "\uff41\uff4c\uff49\uff43\uff45@people.example",
        "al\u0131ce@people.example",
        "alice@people\u3002example",
    ],
)
def test_one_mailbox_written_in_another_way_is_no_second_person(site: Site, same: str) -> None:
    assert site.enter("alice").status_code == 303
    answer = site.enter("alice", email=same)
    # A letter that only looks alike is another mailbox: nobody else is kept out by it.
    assert answer.status_code == (303 if "\u0131" in same else 422)


TRICKS = "{{ 9**9 }} {% raw %} ${9**9} #{9**9} {title} {link} {0.__class__} %(link)s %s <b>&amp;"


def test_nothing_that_was_typed_is_taken_for_a_template(open_site: Open) -> None:
    tricked = {"fr": TRICKS, "en": TRICKS}
    site = open_site(title=tricked, summary=tricked, fields=NAMES)
    site.client.post(
        "/c/sim", data={"email": "a@people.example", "country": "FR", "rules": "1", "first_name": TRICKS[:60]}
    )
    site.enter("bob", first_name=TRICKS[:60])
    site.sign_in()
    shown = 0
    for path in (
        "/",
        "/c/sim",
        "/c/sim/rules",
        "/c/sim/rules/1/fr",
        "/staff",
        "/staff/c/sim",
        "/staff/c/sim/entries",
        "/staff/c/sim/legal",
    ):
        page = site.client.get(path).text
        shown += "{{ 9**9 }}" in page
        assert "387420489" not in page, path
        assert "<b>&amp;" not in page, path
    assert shown >= 6
    with site.sim.store.read() as tx:
        mails = views.mails(tx)
    assert mails
    for mail in mails:
        said = (mail.subject + mail.body).replace("\u00a0", " ").replace("\u202f", " ")
        assert "{{ 9**9 }} {% raw %} ${9**9} #{9**9} {title} {link}" in said
        assert "387420489" not in said


def test_no_name_adds_a_header_or_a_line_to_a_mail(site: Site) -> None:
    from contests.senders.smtp import compose

    csrf = site.sign_in("owner")
    form = {"csrf": csrf, "do": "invite", "email": "b@staff.example", "role": "owner", "language": "fr"}
    site.client.post("/staff/people", data=form)
    with site.sim.store.read() as tx:
        token = re.search(r"/staff/invitation/(\w+)", views.mails(tx)[0].body)
    assert token
    site.client.cookies.clear()
    joined = {"name": "Eve\r\nBcc: all@people.example\u2028To: x", "password": PASSWORD}
    site.client.post(f"/staff/invitation/{token[1]}", data=joined)
    form |= {"csrf": token_of(site), "email": "c@staff.example"}
    site.client.post("/staff/people", data=form)
    with site.sim.store.read() as tx:
        mails = [mail for mail in views.mails(tx) if mail.recipient == "c@staff.example"]
    assert len(mails) == 1
    message = compose("us@contests.example", mails[0].recipient, mails[0].subject, mails[0].body)
    assert [name for name in message if name.lower() in {"bcc", "to", "cc"}] == ["To"]
    assert not re.search(r"^(Bcc|To):", mails[0].body, re.MULTILINE)
    for odd in (
        "c@staff.example\r\nBcc: d@staff.example",
        "c@staff.example, d@staff.example",
        "<c@staff.example>",
        "c@staff.example\x00",
    ):
        before = len(mails_of(site))
        site.client.post("/staff/people", data=form | {"email": odd})
        for mail in mails_of(site)[: len(mails_of(site)) - before]:
            assert re.fullmatch(r"[\w.]+@[\w.]+", mail.recipient), odd


def mails_of(site: Site) -> list[Any]:
    with site.sim.store.read() as tx:
        return list(views.mails(tx))


def patterns() -> Iterator[tuple[str, Any]]:
    """Yield every regular expression that a module of ours keeps, with its name."""
    for found in pkgutil.walk_packages(contests.__path__, "contests."):
        if found.name == "contests.__main__":
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            for part in value if isinstance(value, tuple | list) else [value]:
                for one in part if isinstance(part, tuple | list) else [part]:
                    if isinstance(one, re.Pattern | regex.Pattern):
                        yield f"{found.name}.{name}", one


STARTS = [
    "a", " ", "1", ".", "a.", "-", "\\", '"', "=", "#a", "@a", "<", "a=", "_x0041_", "\n", "/a", "\u0301", "1 ", "a1", ", ",
    "é", "e ", "{", "[",
]  # fmt: skip
BOMBS = [start * (2000 // len(start)) + end for start in STARTS for end in ("!", "")]


def test_no_pattern_takes_long_for_any_text() -> None:
    """Two thousand letters each: a pattern that goes back and forth for them takes minutes, or never ends."""
    seen = 0
    for name, pattern in patterns():
        seen += 1
        for bomb in BOMBS:
            text: Any = bomb.encode() if isinstance(pattern.pattern, bytes) else bomb
            began = time.process_time()
            pattern.fullmatch(text)
            pattern.search(text)
            assert time.process_time() - began < 1, (name, bomb[:12])
    assert seen > 60


def test_what_organisers_and_posts_name_is_asked_from_outside_only() -> None:
    """The one client that platforms, posts and alerts are asked with goes by what the name stands for, and nowhere else."""
    with platforms_of(Settings()).client as client:
        for inside in (
            "https://127.0.0.1:9/",
            "https://localhost:9/",
            "https://[::1]:9/",
            "https://2130706433:9/",
            "https://0:9/",
            "http://0x7f.1:9/",
        ):
            assert attend._call(client, inside, {}) == "ConnectError"
        assert not client.follow_redirects
        assert not client.trust_env


def test_a_link_shows_a_draft_to_whoever_has_it_and_nobody_else(site: Site) -> None:
    from datetime import timedelta

    csrf = site.sign_in()
    text = canonical(site.sim.definition_data | {"slug": "other"}).decode()
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": text})
    with site.sim.store.read() as tx:
        from contests.store import campaigns

        row = campaigns.by_slug(tx, "other")
    last = (site.sim.now + timedelta(days=2)).date()
    token = share(site.sim.house, row.id, note="", last=last, staff_name="A", now=site.sim.now)
    site.client.cookies.clear()
    for path in ("", "/rules", "/brand.css"):
        answer = site.client.get(f"/preview/{token}{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), path
        assert site.client.get(f"/preview/{token[:-1]}{path}").status_code == 404


def test_what_is_refused_is_logged_without_a_word_that_was_sent(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.sign_in("legal")
    with caplog.at_level(logging.WARNING, "contests"):
        site.client.post("/staff/c/sim/void%0aFORGED?alice@people.example", data={"reason": "secret"})
        site.client.post("/staff/c/sim/void", data={"csrf": "x", "reason": "secret"})
    assert [record.getMessage() for record in caplog.records] == ["POST /staff/c/{slug}/void: refused with 403"]


def test_no_script_of_ours_keeps_anything_or_makes_markup_of_text() -> None:
    forbidden = re.compile(
        r"localStorage|sessionStorage|indexedDB|document\.cookie|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|\.(inner|outer)HTML\s*=[^=]|srcdoc"
    )
    scripts = list((ROOT / "frontend" / "src").rglob("*.js"))
    assert len(scripts) > 20
    for script in scripts:
        assert not forbidden.search(script.read_text()), script.name


@pytest.mark.parametrize("script", ["frame.js", "embed.js"])
def test_a_message_from_another_window_counts_only_from_whom_it_is_expected(script: str) -> None:
    text = (ROOT / "frontend" / "src" / script).read_text()
    listening = text.partition('addEventListener("message"')[2]
    assert re.search(r"event\.origin\b", listening)
    assert not re.search(r"""postMessage\([^;]*["']\*["']\)""", text)


def test_no_module_runs_what_it_reads() -> None:
    import ast

    forbidden = {
        "eval",
        "exec",
        "compile",
        "__import__",
        "pickle.loads",
        "pickle.load",
        "marshal.loads",
        "os.system",
        "os.popen",
    }
    for path in (ROOT / "contests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in forbidden, f"{path.name}:{node.lineno}"
                shell = [word.value for word in node.keywords if word.arg == "shell"]
                assert not shell, f"{path.name}:{node.lineno}"


def test_password_fields_are_masked_and_help_password_managers() -> None:
    seen = 0
    for path in (ROOT / "templates").rglob("*.html"):
        for field in re.findall(r"<input[^>]*name=\"(?:[a-z-]*password|old)\"[^>]*>", path.read_text()):
            seen += 1
            assert 'type="password"' in field, path.name
            assert re.search(r'autocomplete="(current|new)-password"', field), path.name
        assert "onpaste" not in path.read_text()
    assert seen >= 6


def test_the_way_out_is_on_every_page_of_staff(lived: Site) -> None:
    seen = 0
    for path in addresses(lived):
        answer = lived.client.get(path, follow_redirects=False)
        own = path == "/staff" or (path.startswith("/staff/") and path.count("/") < 5 and "sign-in" not in path)
        shown = answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
        if own and shown and not re.search(r"/(preview|rules|invitation/\w+|observe/\w+)$", path):
            seen += 1
            assert 'action="/staff/sign-out"' in answer.text, path
    assert seen > 15


@pytest.mark.parametrize("folder", ["/static", "/static/", "/static/%2e%2e/", "/.git/config", "/.env", "/static/.git"])
def test_no_folder_is_listed(site: Site, folder: str) -> None:
    answer = site.client.get(folder, follow_redirects=False)
    assert answer.status_code == 404
    assert "app.css</a>" not in answer.text


HIDDEN = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
AMBIGUOUS = [
    "content-length: {long}\r\ntransfer-encoding: chunked",
    "transfer-encoding: chunked\r\ncontent-length: {long}",
    "content-length: 5\r\ncontent-length: {long}",
    "content-length: 5\r\ncontent-length: 5",
    "content-length: 5, {long}",
    "content-length: +5",
    "content-length: 0x5",
    "transfer-encoding : chunked",
    "transfer-encoding: chunked, identity",
    "transfer-encoding: xchunked",
    "transfer-encoding:\x0bchunked",
    "transfer-encoding:\r\n chunked\r\ncontent-length: 5",
]


def answers_to(port: int, sent: str) -> list[bytes]:
    """Send bytes over a connection of their own; return the statuses that came back until it was closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(sent.encode("latin-1"))
        got = b""
        while data := wire.recv(1 << 16):
            got += data
    return re.findall(rb"HTTP/1\.1 (\d+)", got)


def test_a_request_of_two_lengths_hides_no_second_one(simulate: Make) -> None:
    sim = simulate()
    with serving(create_app(sim.house, Settings(proof_cost=1), lambda: sim.now)) as address:
        port = int(address.rpartition(":")[2])
        assert answers_to(port, HIDDEN.replace("host: x", "host: x\r\nconnection: close")) == [b"200"]
        for lengths in AMBIGUOUS:
            head = f"POST /c/sim HTTP/1.1\r\nhost: x\r\n{lengths.format(long=len(HIDDEN) + 5)}\r\n\r\n"
            assert answers_to(port, f"{head}0\r\n\r\n{HIDDEN}") == [b"400"], lengths
        head = "POST /c/sim HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        for chunk in ("0\n\n", "-1\r\n\r\n", "0x0\r\n\r\n"):
            assert answers_to(port, head + chunk + HIDDEN) == [b"400"], chunk
