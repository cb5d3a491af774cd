"""One's own account: password, sessions, and the second step of signing in."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from pyotp import TOTP
from visitor import PASSWORD, Open, Site

from contests.flows.second_factor import STEP, step_of
from contests.settings import Settings
from contests.store import staff, views
from contests.store.tables import FIRST
from contests.web.agents import browser_words

EMAIL = "manager@staff.example"
NEW = "quite another sentence"


def post(site: Site, path: str, csrf: str = "", **form: str) -> Any:
    """Post a form."""
    return site.client.post(path, data={"csrf": csrf, **form}, follow_redirects=False)


def enter(site: Site, password: str = PASSWORD, agent: str = "") -> Any:
    """Type address and password on a browser of its own."""
    site.client.cookies.clear()
    return site.client.post(
        "/staff/sign-in", data={"email": EMAIL, "password": password}, headers={"user-agent": agent},
        follow_redirects=False,
    )  # fmt: skip


def token(site: Site) -> str:
    """Return the form token of the session."""
    found = re.search(r'name="csrf" value="(\w+)"', site.client.get("/staff").text)
    assert found
    return found[1]


def acts(site: Site) -> list[str]:
    """Return the verbs of the acts on accounts, the latest first."""
    with site.sim.store.read() as tx:
        return [row.verb for row in views.account_actions(tx, FIRST, 100)]


def switch_on(site: Site, csrf: str) -> tuple[TOTP, list[str]]:
    """Set the second step up; return the application's half of it and the recovery codes."""
    page = site.client.get("/staff/me/second-factor").text
    found = re.search(r'name="secret" value="(\w+)"', page)
    assert found
    assert "data:image/svg+xml" in page
    made = TOTP(found[1])
    answer = post(
        site,
        "/staff/me/second-factor",
        csrf,
        do="on",
        secret=found[1],
        code=made.at(site.sim.now),
        **{"factor-password": PASSWORD},
    )
    assert answer.status_code == 200
    codes = re.findall(r'<li class="mono">([\w-]+)</li>', answer.text)
    assert len(set(codes)) == 10
    return made, codes


def test_a_new_password_asks_for_the_old_one_and_ends_the_other_sessions(site: Site) -> None:
    site.sign_in()
    other = dict(site.client.cookies)
    enter(site)
    csrf = token(site)
    for old, new, where in (("wrong", NEW, "old"), (PASSWORD, "short", "password")):
        answer = post(site, "/staff/me", csrf, do="password", old=old, password=new)
        assert answer.status_code == 422
        assert f'id="{where}-error"' in answer.text
    assert post(site, "/staff/me", csrf, do="password", old=PASSWORD, password=NEW).status_code == 303
    assert site.client.get("/staff/me").status_code == 200
    site.client.cookies.clear()
    site.client.cookies.update(other)
    assert site.client.get("/staff", follow_redirects=False).status_code == 303
    assert enter(site).status_code == 422
    assert enter(site, NEW).status_code == 303
    assert "account-password" in acts(site)


def test_guesses_of_the_old_password_are_throttled(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, limit_sign_in=3))
    csrf = site.sign_in()
    for _ in range(3):
        assert post(site, "/staff/me", csrf, do="password", old="wrong", password=NEW).status_code == 422
    assert post(site, "/staff/me", csrf, do="password", old=PASSWORD, password=NEW).status_code == 422
    assert "account-throttled" in acts(site)
    site.sim.go(timedelta(minutes=16))
    assert post(site, "/staff/me", csrf, do="password", old=PASSWORD, password=NEW).status_code == 303


def test_sessions_are_listed_with_their_browser_and_ended_one_by_one(site: Site) -> None:
    site.sign_in()
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    enter(site, agent=firefox)
    other = dict(site.client.cookies)
    site.sim.go(timedelta(minutes=10))
    enter(site, agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19 Safari/604.1")
    page = site.client.get("/staff/me").text
    assert "Firefox, Linux" in page
    assert "Safari, iPhone" in page
    assert "testclient" not in page
    ends = re.findall(r'name="session" value="(\w+)"', page)
    assert len(ends) == 2
    with site.sim.store.read() as tx:
        row = next(s for s in staff.sessions(tx, person(site), site.sim.now) if s.browser == "Firefox, Linux")
    csrf = token(site)
    assert post(site, "/staff/me", csrf, do="end", session=row.token).status_code == 303
    assert site.client.get("/staff/me").text.count('name="session"') == 1
    assert post(site, "/staff/me", csrf, do="end-others").status_code == 303
    assert site.client.get("/staff/me").text.count('name="session"') == 0
    site.client.cookies.clear()
    site.client.cookies.update(other)
    assert site.client.get("/staff", follow_redirects=False).status_code == 303


def person(site: Site) -> str:
    """Return the manager's id."""
    with site.sim.store.read() as tx:
        row = staff.by_email(tx, EMAIL)
    assert row is not None
    return row.id


def test_nobody_ends_somebody_elses_session(site: Site) -> None:
    site.sign_in("legal")
    theirs = dict(site.client.cookies)
    with site.sim.store.read() as tx:
        row = staff.by_email(tx, "legal@staff.example")
        assert row is not None
        named = staff.sessions(tx, row.id, site.sim.now)[0].token
    csrf = site.sign_in()
    post(site, "/staff/me", csrf, do="end", session=named)
    site.client.cookies.clear()
    site.client.cookies.update(theirs)
    assert site.client.get("/staff", follow_redirects=False).status_code == 200


def test_a_session_remembers_when_it_was_last_seen(site: Site) -> None:
    site.sign_in()
    first = site.sim.now
    site.sim.go(timedelta(hours=2))
    site.client.get("/staff")
    with site.sim.store.read() as tx:
        session = staff.sessions(tx, person(site), site.sim.now)[0]
        row = staff.get(tx, person(site))
    assert (session.started_at, session.seen_at) == (first, site.sim.now)
    assert row is not None
    assert row.seen_at == site.sim.now


def test_with_a_second_step_the_password_alone_opens_nothing(site: Site) -> None:
    made, _ = switch_on(site, site.sign_in())
    site.sim.go(timedelta(minutes=5))
    answer = enter(site)
    assert answer.headers["location"] == "/staff/sign-in/code"
    assert site.client.get("/staff", follow_redirects=False).status_code == 303
    assert site.client.get("/staff/me", follow_redirects=False).status_code == 303
    assert site.client.get("/staff/sign-in/code").status_code == 200
    assert post(site, "/staff/sign-in/code", code="000000").status_code == 422
    half = site.client.cookies["contests_session"]
    answer = post(site, "/staff/sign-in/code", code=made.at(site.sim.now))
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert site.client.cookies["contests_session"] != half
    assert site.client.get("/staff").status_code == 200
    assert acts(site)[0] == "account-signed-in-after"


def test_a_code_opens_once(site: Site) -> None:
    made, _ = switch_on(site, site.sign_in())
    used = made.at(site.sim.now)
    enter(site)
    assert post(site, "/staff/sign-in/code", code=used).status_code == 422
    site.sim.go(timedelta(seconds=STEP))
    code = made.at(site.sim.now)
    assert post(site, "/staff/sign-in/code", code=f" {code[:3]} {code[3:]} ").status_code == 303
    enter(site)
    assert post(site, "/staff/sign-in/code", code=code).status_code == 422
    site.sim.go(timedelta(seconds=STEP))
    assert post(site, "/staff/sign-in/code", code=code).status_code == 422
    assert post(site, "/staff/sign-in/code", code=made.at(site.sim.now)).status_code == 303


def test_a_recovery_code_opens_once_and_is_told(site: Site) -> None:
    _, codes = switch_on(site, site.sign_in())
    enter(site)
    assert post(site, "/staff/sign-in/code", code=codes[3].upper()).status_code == 303
    assert "account-recovery-used" in acts(site)
    assert "Il reste 9 codes" in site.client.get("/staff/me").text
    enter(site)
    assert post(site, "/staff/sign-in/code", code=codes[3]).status_code == 422
    assert post(site, "/staff/sign-in/code", code=codes[4]).status_code == 303


def test_codes_are_throttled_like_passwords_and_the_half_session_ends_by_itself(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, limit_sign_in=3))
    made, _ = switch_on(site, site.sign_in())
    enter(site)
    for _ in range(3):
        assert post(site, "/staff/sign-in/code", code="123456").status_code == 422
    site.sim.go(timedelta(minutes=1))
    assert post(site, "/staff/sign-in/code", code=made.at(site.sim.now)).status_code == 429
    assert enter(site).status_code == 429
    assert "account-throttled" in acts(site)
    site.sim.go(timedelta(minutes=16))
    enter(site)
    site.sim.go(timedelta(minutes=11))
    answer = post(site, "/staff/sign-in/code", code=made.at(site.sim.now))
    assert answer.headers["location"] == "/staff/sign-in"


def test_the_second_step_is_on_only_once_a_code_confirms_it_and_off_for_the_password(site: Site) -> None:
    csrf = site.sign_in()
    for secret, code in (("A" * 32, "000000"), ("short", "000000"), ("A" * 32, "")):
        answer = post(site, "/staff/me/second-factor", csrf, do="on", secret=secret, code=code)
        assert answer.status_code == 422
    assert enter(site).headers["location"] == "/staff"
    csrf = token(site)
    switch_on(site, csrf)
    assert post(site, "/staff/me/second-factor", csrf, do="on", secret="A" * 32,
                code=TOTP("A" * 32).at(site.sim.now)).status_code == 422  # fmt: skip
    answer = post(site, "/staff/me/second-factor", csrf, do="off", **{"factor-password": "wrong"})
    assert answer.status_code == 422
    assert post(site, "/staff/me/second-factor", csrf, do="off", **{"factor-password": PASSWORD}).status_code == 303
    assert enter(site).headers["location"] == "/staff"
    assert {"account-factor-on", "account-factor-off"} <= set(acts(site))


def test_a_session_by_the_password_alone_ends_when_a_second_step_begins(site: Site) -> None:
    site.sign_in()
    thief = dict(site.client.cookies)
    enter(site)
    switch_on(site, token(site))
    assert site.client.get("/staff", follow_redirects=False).status_code == 200, "who switched it on goes on"
    site.client.cookies.clear()
    site.client.cookies.update(thief)
    assert site.client.get("/staff", follow_redirects=False).headers["location"] == "/staff/sign-in"


def test_a_stolen_session_switches_no_second_step_on(site: Site) -> None:
    csrf = site.sign_in()
    made = TOTP("A" * 32)
    sent = {"do": "on", "secret": "A" * 32, "code": made.at(site.sim.now)}
    for typed in ("", "wrong"):
        answer = post(site, "/staff/me/second-factor", csrf, **sent, **{"factor-password": typed})
        assert answer.status_code == 422
        assert 'id="factor-password-error"' in answer.text
    assert "account-factor-on" not in acts(site)


def test_where_everybody_needs_a_second_step_nothing_else_opens_without(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, second_step=True))
    site.sign_in()
    for path in ("/staff", "/staff/c/sim/entries", "/staff/people", "/staff/organisers"):
        answer = site.client.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/me/second-factor")
    answer = site.client.get("/staff", headers={"accept": "application/json"}, follow_redirects=False)
    assert answer.status_code == 403
    page = site.client.get("/staff/me/second-factor").text
    assert "/staff/me#passkeys" in page
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    switch_on(site, found[1])
    assert site.client.get("/staff", follow_redirects=False).status_code == 200
    assert "/staff/me#passkeys" not in site.client.get("/staff/me").text


@pytest.mark.parametrize(
    "typed",
    [
        "password1234",
        "motdepasse2026",
        "azertyuiop12",
        "manager@staff.example",
        "Manager2026!!",
        "aaaaaaaaaaaaaaaa",
        "concoursconcours",
        "Azerty123456!",
        "sim.example-sim.example",
    ],
)
def test_a_password_that_is_soon_guessed_is_refused(site: Site, typed: str) -> None:
    csrf = site.sign_in()
    answer = post(site, "/staff/me", csrf, do="password", old=PASSWORD, password=typed)
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text


def test_an_old_digest_is_made_anew_at_the_next_sign_in(site: Site) -> None:
    site.sign_in()
    weak = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    with site.sim.store.write() as tx:
        row = staff.by_email(tx, EMAIL)
        assert row is not None
        row.password = weak
        staff.add(tx, row)
    assert enter(site, "wrong").status_code == 422
    with site.sim.store.read() as tx:
        assert staff.by_email(tx, EMAIL).password == weak  # type: ignore[union-attr]
    assert enter(site).status_code == 303
    with site.sim.store.read() as tx:
        assert staff.by_email(tx, EMAIL).password != weak  # type: ignore[union-attr]
    assert enter(site).status_code == 303


def test_the_store_keeps_no_recovery_code(site: Site) -> None:
    _, codes = switch_on(site, site.sign_in())
    with site.sim.store.read() as tx:
        for code in codes:
            assert not staff.use_recovery(tx, person(site), code)
            assert not staff.use_recovery(tx, person(site), code.replace("-", "").upper())


@given(
    secret=st.binary(min_size=20, max_size=20), step=st.integers(10, 2**32), used=st.integers(-3, 3), drift=st.integers(-3, 3)
)  # fmt: skip
def test_a_code_counts_within_a_step_of_its_time_and_only_after_the_last_one_used(
    secret: bytes, step: int, used: int, drift: int
) -> None:
    written = base64.b32encode(secret).decode()
    code = TOTP(written).generate_otp(step + drift)
    now = datetime.fromtimestamp(step * STEP, UTC)
    near = {n: TOTP(written).generate_otp(step + n) for n in (-1, 0, 1)}
    found = step_of(written, code, now, step + used)
    assert (found is not None) == any(n > used and said == code for n, said in near.items())
    assert found is None or found > step + used


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605 Version/19 Safari/605", "Safari, macOS"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_short_words(agent: str, words: str) -> None:
    assert browser_words(agent) == words
