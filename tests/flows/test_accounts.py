"""Accounts on both databases, when two things happen at once."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib.util import find_spec, module_from_spec

import pytest
from argon2 import Type, extract_parameters
from pyotp import TOTP
from simulator import Make, Simulator

from contests.errors import Refused
from contests.flows import account, people, second_factor, sign_in
from contests.flows.roles import Person
from contests.flows.sign_in import SignedIn
from contests.store import organisers, staff, views
from contests.store.tables import FIRST

PASSWORD = "correct-horse-battery"


def hire(sim: Simulator, name: str, role: str) -> Person:
    """Make an account from the command line."""
    email = f"{name.lower()}@staff.example"
    sign_in.add_staff(sim.house, email, name=name, role=role, password=PASSWORD, now=sim.now)
    with sim.store.read() as tx:
        row = staff.by_email(tx, email)
    assert row is not None
    return Person(row.id, name, role, "fr", email)


def enter(sim: Simulator, person: Person) -> SignedIn:
    """Type the right password."""
    found = sign_in.sign_in(sim.house, person.email, PASSWORD, address="x", browser="", limit=9, now=sim.now)
    assert found is not None
    return found


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Run steps at the same time; return what each gave, a refusal included."""
    found: list[object] = []
    gate = threading.Barrier(len(steps))

    def run(step: Callable[[], object]) -> None:
        gate.wait()
        try:
            found.append(step())
        except Refused as refused:
            found.append(refused)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_two_owners_who_remove_each_other_leave_one(simulate_on: Make) -> None:
    sim = simulate_on()
    olga, oscar = hire(sim, "Olga", "owner"), hire(sim, "Oscar", "owner")
    found = at_once(
        lambda: people.change_role(sim.house, olga, oscar.id, "legal", sim.now),
        lambda: people.deactivate(sim.house, oscar, olga.id, sim.now),
    )
    assert sorted(isinstance(one, Refused) for one in found) == [False, True]
    with sim.store.read() as tx:
        assert len(organisers.lock_owners(tx, FIRST)) == 1


def test_the_command_line_cannot_take_the_last_owner_away_either(simulate_on: Make) -> None:
    sim = simulate_on()
    hire(sim, "Olga", "owner")
    with pytest.raises(Refused, match="There must always be an owner"):
        hire(sim, "Olga", "manager")
    hire(sim, "Oscar", "owner")
    hire(sim, "Olga", "manager")


def test_an_invitation_taken_up_twice_at_once_makes_one_account(simulate_on: Make) -> None:
    sim = simulate_on()
    people.invite(sim.house, hire(sim, "Olga", "owner"), "bob@new.example", "legal", "fr", sim.now)
    with sim.store.read() as tx:
        link = re.search(r"invitation/(\w+)", views.mails(tx, wanted="bob@new.example")[0].body)
    assert link
    token = link[1]
    found = at_once(*[
        lambda name=name: people.join(sim.house, token, name=name, typed=PASSWORD, browser="", now=sim.now)
        for name in ("Bob", "Eve")
    ])  # fmt: skip
    assert sorted(isinstance(one, Refused) for one in found) == [False, True]
    with sim.store.read() as tx:
        assert staff.invitations(tx, FIRST) == []
        assert len(organisers.members(tx, FIRST)) == 2


def test_an_account_that_comes_back_has_what_the_invitation_gives_and_no_more(simulate_on: Make) -> None:
    sim = simulate_on()
    olga, oscar = hire(sim, "Olga", "owner"), hire(sim, "Oscar", "owner")
    people.deactivate(sim.house, oscar, olga.id, sim.now)
    people.invite(sim.house, oscar, olga.email, "legal", "fr", sim.now)
    with sim.store.read() as tx:
        link = re.search(r"invitation/(\w+)", views.mails(tx, wanted=olga.email)[0].body)
    assert link
    back = people.join(sim.house, link[1], name="Olga", typed=PASSWORD, browser="", now=sim.now)
    found = sign_in.who(sim.house, back.cookie, sim.now)
    assert found is not None
    assert (found[0].role, found[0].may("organisers")) == ("legal", False)


def test_one_code_given_twice_at_once_opens_one_session(simulate_on: Make) -> None:
    sim = simulate_on()
    claire = hire(sim, "Claire", "manager")
    secret = second_factor.new_secret(sim.house)
    codes = second_factor.turn_on(
        sim.house, claire.id, secret, TOTP(secret).at(sim.now), PASSWORD, session="", address="", limit=8, now=sim.now
    )
    sim.go(timedelta(minutes=1))
    for code in (TOTP(secret).at(sim.now), codes[0]):
        halves = [enter(sim, claire), enter(sim, claire)]
        assert all(half.half for half in halves)
        found = at_once(*[
            lambda half=half, code=code: sign_in.give_code(
                sim.house, half.cookie, code, address="x", browser="", limit=9, now=sim.now
            )
            for half in halves
        ])  # fmt: skip
        assert sorted(one is None for one in found) == [False, True]


def test_a_new_password_from_the_command_line_ends_sessions_and_can_take_the_second_step_off(simulate_on: Make) -> None:
    sim = simulate_on()
    claire = hire(sim, "Claire", "manager")
    cookie = enter(sim, claire).cookie
    secret = second_factor.new_secret(sim.house)
    second_factor.turn_on(
        sim.house, claire.id, secret, TOTP(secret).at(sim.now), PASSWORD, session="", address="", limit=8, now=sim.now
    )
    hire(sim, "Claire", "manager")
    assert sign_in.who(sim.house, cookie, sim.now) is None
    assert enter(sim, claire).half
    sign_in.add_staff(
        sim.house, claire.email, name="Claire", role="manager", password=PASSWORD, now=sim.now, second_factor=False
    )
    assert not enter(sim, claire).half
    with sim.store.read() as tx:
        assert staff.recovery_left(tx, claire.id) == 0


def test_sessions_that_have_expired_are_forgotten_at_the_next_sign_in(simulate_on: Make) -> None:
    sim = simulate_on()
    claire = hire(sim, "Claire", "manager")
    old = enter(sim, claire).cookie
    sim.go(timedelta(hours=13))
    assert account.sessions(sim.house, claire.id, sim.now) == []
    enter(sim, claire)
    sim.go(timedelta(hours=-13))
    assert sign_in.who(sim.house, old, sim.now) is None


def test_a_password_is_kept_as_a_digest_that_is_slow_to_guess() -> None:
    found = find_spec("contests.flows.password")
    assert found is not None
    assert found.loader is not None
    as_shipped = module_from_spec(found)  # not the one whose digests are quick in tests
    found.loader.exec_module(as_shipped)
    for digest in (as_shipped.hashed(PASSWORD), as_shipped._NOBODY):
        kept = extract_parameters(digest)
        assert kept.type is Type.ID
        assert kept.memory_cost >= 19 * 1024  # KiB; the least that OWASP asks for
        assert kept.time_cost >= 2
