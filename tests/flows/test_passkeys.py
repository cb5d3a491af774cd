"""Passkeys: what opens an account, and everything near it that must not."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from flows.test_accounts import PASSWORD, at_once, enter, hire
from pyotp import TOTP
from simulator import Make, Simulator
from soft_key import PRESENT, SoftKey

from contests.errors import Refused
from contests.flows import passkeys, password, people, second_factor, sign_in
from contests.flows.roles import Person
from contests.flows.sign_in import SignedIn
from contests.store import passkeys as kept
from contests.store import staff, views
from contests.store.tables import FIRST

ORIGIN = "https://sim.example"
SESSION = "a session"


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are proved at every turn here; a digest that costs little says the same."""
    monkeypatch.setattr(password, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def asked(sim: Simulator, person: Person, session: str = SESSION) -> dict[str, Any]:
    """Ask for a new passkey; return what the browser gets."""
    told = passkeys.ask_new(sim.house, person, session, PASSWORD, address="x", limit=9, now=sim.now)
    return dict(json.loads(told))


def added(sim: Simulator, person: Person, key: SoftKey | None = None) -> tuple[SoftKey, list[str]]:
    """Add a passkey; return it and the recovery codes that were shown."""
    key = key or SoftKey()
    answer = key.make(asked(sim, person), ORIGIN)
    return key, passkeys.add(sim.house, person, SESSION, "my phone", answer, sim.now)


def challenge(sim: Simulator, half: str = "") -> tuple[str, dict[str, Any]]:
    """Ask to sign in, a second later."""
    sim.go(timedelta(seconds=1))
    cookie, told = passkeys.ask_sign_in(sim.house, half, sim.now)
    return cookie, dict(json.loads(told))


def come(sim: Simulator, cookie: str, answer: str, half: str = "", limit: int = 9) -> SignedIn | None:
    """Answer the challenge."""
    return passkeys.sign_in(
        sim.house, cookie, answer, half=half, address="x", browser="", limit=limit, now=sim.now
    )  # fmt: skip


def acts(sim: Simulator) -> list[str]:
    """Return the verbs of the acts on accounts, the latest first."""
    with sim.store.read() as tx:
        return [row.verb for row in views.account_actions(tx, FIRST, 100)]


def uses(sim: Simulator, person: Person) -> list[int]:
    """Return the counters that are kept."""
    with sim.store.read() as tx:
        return [row.uses for row in kept.of(tx, person.id)]


def test_a_passkey_opens_the_account_by_itself(simulate: Make) -> None:
    sim = simulate()
    claire = hire(sim, "Claire", "manager")
    key, codes = added(sim, claire)
    assert len(codes) == 10
    cookie, options = challenge(sim)
    assert options["rpId"] == "sim.example"
    assert options["userVerification"] == "required"
    assert options.get("allowCredentials", []) == []
    found = come(sim, cookie, key.use(options, ORIGIN))
    assert found is not None
    assert not found.half
    assert sign_in.who(sim.house, found.cookie, sim.now)
    assert uses(sim, claire) == [1]
    assert acts(sim)[0] == "account-signed-in"
    assert "account-passkey-added" in acts(sim)


def test_what_is_asked_of_a_device_is_a_key_it_keeps_and_an_owner_it_knows(simulate: Make) -> None:
    sim = simulate()
    claire = hire(sim, "Claire", "manager")
    options = asked(sim, claire)
    assert options["rp"]["id"] == "sim.example"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    key, _ = added(sim, claire)
    assert [one["id"] for one in asked(sim, claire)["excludeCredentials"]] == [
        json.loads(key.make(options, ORIGIN))["id"]
    ]


def swapped(key: SoftKey, options: dict[str, Any]) -> str:
    """Return the key's answer with another key's signature."""
    answer = json.loads(key.use(options, ORIGIN))
    thief = json.loads(SoftKey(b"thief").use(options, ORIGIN, handle=b"x"))
    answer["response"]["signature"] = thief["response"]["signature"]
    return json.dumps(answer)


WRONG: dict[str, Callable[[SoftKey, dict[str, Any]], str]] = {
    "another origin": lambda key, options: key.use(options, "https://sim.example.evil.example"),
    "another port": lambda key, options: key.use(options, f"{ORIGIN}:8443"),
    "plain http": lambda key, options: key.use(options, "http://sim.example"),
    "another site": lambda key, options: key.use(options, ORIGIN, rp="evil.example"),
    "another challenge": lambda key, options: key.use(options | {"challenge": "AAAA"}, ORIGIN),
    "no finger": lambda key, options: key.use(options, ORIGIN, flags=PRESENT),
    "nobody there": lambda key, options: key.use(options, ORIGIN, flags=0),
    "another account's name": lambda key, options: key.use(options, ORIGIN, handle=b"another"),
    "another key's signature": swapped,
    "a key that was never added": lambda _, options: SoftKey(b"thief").use(options, ORIGIN, handle=b"x"),
    "no answer": lambda *_: "",
    "no JSON": lambda *_: "{",
    "a list": lambda *_: "[]",
    "numbers": lambda *_: '{"id": 1, "rawId": 2, "response": 3}',
}


def test_nothing_that_is_nearly_right_opens_anything(simulate: Make) -> None:
    sim = simulate()
    key, _ = added(sim, hire(sim, "Claire", "manager"))
    for name, wrong in WRONG.items():
        cookie, options = challenge(sim)
        assert come(sim, cookie, wrong(key, options), limit=99) is None, name
        # The challenge is used up by the attempt, even a wrong one that names a key.
        if name == "another origin":
            assert come(sim, cookie, key.use(options, ORIGIN), limit=99) is None
    cookie, options = challenge(sim)
    assert come(sim, cookie, key.use(options, ORIGIN), limit=99) is not None


def test_an_answer_opens_once_and_only_for_who_asked_and_within_five_minutes(simulate: Make) -> None:
    sim = simulate()
    key, _ = added(sim, hire(sim, "Claire", "manager"))
    cookie, options = challenge(sim)
    answer = key.use(options, ORIGIN)
    other, _ = challenge(sim)
    assert come(sim, other, answer) is None
    assert come(sim, "", answer) is None
    assert come(sim, cookie, answer) is not None
    assert come(sim, cookie, answer) is None
    cookie, options = challenge(sim)
    answer = key.use(options, ORIGIN)
    sim.go(passkeys.CHALLENGE_LASTS)
    assert come(sim, cookie, answer) is None


def test_a_name_that_no_database_can_hold_is_a_wrong_answer(simulate_on: Make) -> None:
    sim = simulate_on()
    key = SoftKey()
    for name in ("\x00", "é", "a" * 5000):
        cookie, options = challenge(sim)
        answer = json.loads(key.use(options, ORIGIN, handle=b"x"))
        assert come(sim, cookie, json.dumps(answer | {"id": name})) is None


def test_an_answer_given_twice_at_once_opens_one_session(simulate_on: Make) -> None:
    sim = simulate_on()
    key, _ = added(sim, hire(sim, "Claire", "manager"), SoftKey(counts=False))
    cookie, options = challenge(sim)
    answer = key.use(options, ORIGIN)
    found = at_once(lambda: come(sim, cookie, answer), lambda: come(sim, cookie, answer))
    assert sorted(one is None for one in found) == [False, True]


@pytest.mark.parametrize("later", [4, 5])
def test_a_counter_that_does_not_grow_means_a_copy_and_is_told(simulate: Make, later: int) -> None:
    sim = simulate()
    claire = hire(sim, "Claire", "manager")
    key, _ = added(sim, claire)
    key.uses = 4
    cookie, options = challenge(sim)
    assert come(sim, cookie, key.use(options, ORIGIN)) is not None
    assert uses(sim, claire) == [5]
    key.uses = later - 1  # the copy's counter
    cookie, options = challenge(sim)
    assert come(sim, cookie, key.use(options, ORIGIN)) is None
    assert acts(sim)[0] == "account-passkey-copied"
    assert uses(sim, claire) == [5]


def test_a_device_without_a_counter_goes_on_opening(simulate: Make) -> None:
    sim = simulate()
    key, _ = added(sim, hire(sim, "Claire", "manager"), SoftKey(counts=False))
    for _ in range(2):
        cookie, options = challenge(sim)
        assert come(sim, cookie, key.use(options, ORIGIN)) is not None


MISMADE: dict[str, Callable[[SoftKey, dict[str, Any]], str]] = {
    "another origin": lambda key, options: key.make(options, "https://evil.example"),
    "another site": lambda key, options: key.make(options, ORIGIN, rp="evil.example"),
    "no finger": lambda key, options: key.make(options, ORIGIN, flags=PRESENT),
    "another challenge": lambda key, options: key.make(options | {"challenge": "AAAA"}, ORIGIN),
    "no JSON": lambda *_: "x",
    "a list": lambda *_: "[1]",
}


def test_no_passkey_is_kept_that_was_not_made_for_this_site_now_by_this_session(simulate: Make) -> None:
    sim = simulate()
    claire = hire(sim, "Claire", "manager")

    def refused(answer: str, session: str = SESSION, name: str = "phone") -> None:
        with pytest.raises(Refused, match="passkey"):
            passkeys.add(sim.house, claire, session, name, answer, sim.now)

    for wrong in MISMADE.values():
        refused(wrong(SoftKey(), asked(sim, claire)))
    refused(SoftKey().make(asked(sim, claire), ORIGIN), session="another")
    refused(SoftKey().make(asked(sim, claire), ORIGIN), name="  ")
    options = asked(sim, claire)
    sim.go(passkeys.CHALLENGE_LASTS)
    refused(SoftKey().make(options, ORIGIN))
    assert uses(sim, claire) == []
    key, _ = added(sim, claire)
    refused(key.make(options, ORIGIN))
    with pytest.raises(Refused, match="new passkey"):
        added(sim, claire, key)
    with pytest.raises(Refused, match="password"):
        passkeys.ask_new(sim.house, claire, SESSION, "a wrong password", address="x", limit=9, now=sim.now)


def test_a_removed_passkey_opens_nothing_and_nobody_removes_anothers(simulate: Make) -> None:
    sim = simulate()
    claire, eve = hire(sim, "Claire", "manager"), hire(sim, "Eve", "owner")
    key, _ = added(sim, claire)
    identity = json.loads(key.use({"challenge": "AAAA", "rpId": "x"}, ORIGIN))["id"]

    def remove(person: Person, typed: str = PASSWORD) -> None:
        passkeys.remove(sim.house, person, identity, typed, address="x", limit=9, now=sim.now)

    remove(eve)
    with pytest.raises(Refused, match="password"):
        remove(claire, "a wrong password")
    cookie, options = challenge(sim)
    assert come(sim, cookie, key.use(options, ORIGIN)) is not None
    remove(claire)
    assert "account-passkey-removed" in acts(sim)
    cookie, options = challenge(sim)
    assert come(sim, cookie, key.use(options, ORIGIN)) is None
    assert not enter(sim, claire).half
    with sim.store.read() as tx:
        assert staff.recovery_left(tx, claire.id) == 0


def test_a_passkey_of_an_account_that_is_closed_opens_nothing(simulate: Make) -> None:
    sim = simulate()
    olga, claire = hire(sim, "Olga", "owner"), hire(sim, "Claire", "manager")
    key, _ = added(sim, claire)
    people.deactivate(sim.house, olga, claire.id, sim.now)
    cookie, options = challenge(sim)
    assert come(sim, cookie, key.use(options, ORIGIN)) is None


def test_with_a_passkey_the_password_alone_opens_nothing_and_a_recovery_code_follows_it(simulate: Make) -> None:
    sim = simulate()
    claire = hire(sim, "Claire", "manager")
    key, codes = added(sim, claire)
    half = enter(sim, claire)
    assert half.half
    assert sign_in.who(sim.house, half.cookie, sim.now) is None
    found = sign_in.half_way(sim.house, half.cookie, sim.now)
    assert found is not None
    assert (found.code, found.passkey) == (False, True)

    def give(code: str) -> SignedIn | None:
        return sign_in.give_code(sim.house, half.cookie, code, address="x", browser="", limit=99, now=sim.now)

    # There is no application: no code of six digits opens anything, whatever the empty secret would give.
    for made in ("123456", "000000", ""):
        assert give(made) is None
    cookie, options = challenge(sim, half.cookie)
    assert len(options["allowCredentials"]) == 1
    assert come(sim, cookie, key.use(options, ORIGIN), half.cookie) is not None
    assert sign_in.half_way(sim.house, half.cookie, sim.now) is None
    half = enter(sim, claire)
    assert give(codes[0]) is not None


def test_codes_and_passkeys_stand_beside_each_other(simulate: Make) -> None:
    sim = simulate()
    claire = hire(sim, "Claire", "manager")
    secret = second_factor.new_secret(sim.house)
    second_factor.turn_on(
        sim.house, claire.id, secret, TOTP(secret).at(sim.now), PASSWORD, session="", address="", limit=8, now=sim.now
    )
    key, codes = added(sim, claire)
    assert codes == []  # those of the first step go on
    second_factor.turn_off(sim.house, claire.id, PASSWORD, address="x", limit=9, now=sim.now)
    assert enter(sim, claire).half
    with sim.store.read() as tx:
        assert staff.recovery_left(tx, claire.id) == 10
    sign_in.add_staff(
        sim.house, claire.email, name="Claire", role="manager", password=PASSWORD, now=sim.now, second_factor=False
    )
    assert not enter(sim, claire).half
    cookie, options = challenge(sim)
    assert come(sim, cookie, key.use(options, ORIGIN)) is None


def test_wrong_answers_are_throttled_like_wrong_passwords(simulate: Make) -> None:
    sim = simulate()
    key, _ = added(sim, hire(sim, "Claire", "manager"))
    for _ in range(3):
        cookie, options = challenge(sim)
        assert come(sim, cookie, key.use(options, "https://evil.example"), limit=3) is None
    cookie, options = challenge(sim)
    with pytest.raises(Refused, match="Too many attempts"):
        come(sim, cookie, key.use(options, ORIGIN), limit=3)
    assert "account-throttled" in acts(sim)


@pytest.mark.parametrize(
    ("url", "rp"),
    [
        ("https://jeux.example", "jeux.example"),
        ("https://jeux.example:8443/", "jeux.example"),
        ("http://localhost:8000", "localhost"),
        ("http://jeux.example", None),
        ("https://127.0.0.1", None),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(simulate: Make, url: str, rp: str | None) -> None:
    house = msgspec.structs.replace(simulate().house, url=url)
    found = passkeys.site_of(house)
    assert (found and found.rp_id) == rp
