"""Two organisers in one installation: an owner of one tries every door with everything that is the other's."""

import json
import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any, NamedTuple

import pytest
from argon2 import PasswordHasher
from simulator import DEFINITION
from sqlmodel import SQLModel, select
from visitor import PASSWORD, Open, Site
from web.test_roles import ALLOWED

from contests.codec import canonical
from contests.flows import calendar, organisers, password, people, publish
from contests.flows.acknowledge import acknowledge_all
from contests.flows.enter import Accepted
from contests.flows.house import token_digest
from contests.flows.roles import Person
from contests.flows.sign_in import add_staff
from contests.store import organisers as kept
from contests.store import staff, views
from contests.store.tables import FIRST, ActionRow, CampaignRow, EntryRow, MembershipRow, StaffRow

ALPHA, BETA = "olga@alpha.example", "bruno@beta.example"
DOOR = sorted(line for line in ALLOWED if "{slug:str}" in line[1])
OPEN_PAGES = sorted(
    path for method, path in ALLOWED if method == "GET" and path not in {"/staff/installation", "/staff/status"}
)
# What a request of one's own may change: one's own session and when one was seen.
ONES_OWN = {"session", "attempt"}


class Two(NamedTuple):
    """A site with two organisers, Beta's owner signed in; `theirs` names what is Alpha's."""

    site: Site
    csrf: str
    beta: str
    theirs: dict[str, str]


@pytest.fixture
def two(open_site: Open, monkeypatch: pytest.MonkeyPatch) -> Two:
    """Alpha has a published contest and a draft, entrants, evidence, people, an invitation, an observer, a calendar."""
    # A digest that costs little says the same.
    monkeypatch.setattr(password, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    site = open_site(
        slug="alpha-secret", title={"fr": "Le jeu d’Alpha", "en": "Alpha’s contest"},
        organiser=dict(DEFINITION["organiser"], name="Alpha SAS", contact="hello@alpha.example"),
    )  # fmt: skip
    sim, house, now = site.sim, site.sim.house, site.sim.now
    add_staff(house, ALPHA, name="Olga Alpha", role="owner", password=PASSWORD, now=now)
    with sim.store.read() as tx:
        olga = staff.by_email(tx, ALPHA)
    assert olga is not None
    by = Person(olga.id, olga.name, "owner", "fr", ALPHA, installation=True)
    organisers.rename(house, by, FIRST, "Maison Alpha", now)
    entered = sim.enter("alice")[0]
    assert isinstance(entered, Accepted)
    publish.draft(house, canonical(DEFINITION | {"slug": "alpha-draft"}).decode(), "json", now)
    people.invite(house, by, "invited@alpha.example", "legal", "fr", now)
    people.invite_observer(
        house, by, email="officer@alpha.example", name="Maître Alpha", slug="alpha-secret",
        last=date.fromordinal(now.date().toordinal() + 9), language="fr", now=now,
    )  # fmt: skip
    site.client.post("/staff/sign-in", data={"email": ALPHA, "password": PASSWORD})
    found = re.search(r'name="csrf" value="(\w+)"', site.client.get("/staff").text)
    assert found
    site.client.post(
        f"/staff/c/alpha-secret/entrants/{entered.entrant}",
        data={"csrf": found[1], "do": "exclude", "reason": "false-data", "note": "Alpha says so."},
        files={"evidence": ("alpha.txt", b"evidence of alpha")},
    )
    site.client.cookies.clear()
    maker = Person("f" * 32, "Ines", "owner", "fr", installation=True)
    beta = organisers.make(house, maker, name="Maison Beta", email=BETA, language="fr", now=now)
    own = publish.draft(house, canonical(DEFINITION | {"slug": "beta-own"}).decode(), "json", now, beta)
    acknowledge_all(house, own, reason="A test.", staff_name="Bruno", now=now)
    publish.publish(house, own, now)
    csrf = come_in(site)
    return Two(site, csrf, beta, theirs(site, entered.entrant))


def come_in(site: Site) -> str:
    """Let Beta's first owner take up the invitation; return the form's token."""
    with site.sim.store.read() as tx:
        link = re.search(r"/staff/invitation/\w+", views.mails(tx, wanted=BETA)[0].body)
    assert link
    answer = site.client.post(link[0], data={"name": "Bruno Beta", "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303
    found = re.search(r'name="csrf" value="(\w+)"', site.client.get("/staff").text)
    assert found
    return found[1]


def theirs(site: Site, entrant: str) -> dict[str, str]:
    """Return the names and ids of what is Alpha's."""
    with site.sim.store.read() as tx:
        evidence = tx.exec(select(ActionRow).where(ActionRow.evidence_name != "")).one()
        entry = tx.exec(select(EntryRow)).one()
        olga = tx.exec(select(StaffRow).where(StaffRow.email == ALPHA)).one()
        invited, observer = staff.invitations(tx, FIRST)[0], staff.observers(tx, FIRST, site.sim.now)[0]
        session = staff.sessions(tx, olga.id, site.sim.now)[0]
        ids = [row.id for row in tx.exec(select(CampaignRow).where(CampaignRow.organiser == FIRST))]
    return {
        "entrant": entrant, "action": evidence.id, "entry": entry.id, "person": olga.id, "invitation": invited.token,
        "observer": observer.id, "session": session.token, "campaign": ids[0], "draft": ids[1], "organiser": FIRST,
    }  # fmt: skip


def filled(path: str, two: Two, slug: str) -> str:
    """Return a path with Alpha's ids and a slug of its own."""
    values = {
        "name": "x.png",
        "section": "prizes",
        "unit": "bike",
        "document": "age",
        "token": "0",
        **two.theirs,
        "slug": slug,
    }
    return re.sub(r"\{(\w+):\w+\}", lambda found: values.get(found[1], "0"), path)


def everything(site: Site) -> dict[str, list[Any]]:
    """Return all that the database holds, but for what a request of one's own may change."""
    with site.sim.store.read() as tx:
        return {
            name: sorted(map(repr, tx.connection().execute(table.select())))
            for name, table in SQLModel.metadata.tables.items()
            if name not in ONES_OWN
        }


def test_what_is_anothers_is_just_as_if_it_were_not_there(two: Two) -> None:
    """The table of all staff routes: 404, word for word as for a campaign that does not exist; nothing changes."""
    assert len(DOOR) > 30
    before = everything(two.site)
    for slug, (method, path) in product(("alpha-secret", "alpha-draft"), DOOR):
        form = {"csrf": two.csrf, "do": "publish", "reason": "x", "note": "x", "entrant": two.theirs["entrant"]}
        data = form if method == "POST" else None
        found = two.site.client.request(method, filled(path, two, slug), data=data, follow_redirects=False)
        missing = two.site.client.request(method, filled(path, two, "nowhere"), data=data, follow_redirects=False)
        assert (found.status_code, missing.status_code) == (404, 404), (method, path)
        assert found.text.replace(slug, "nowhere") == missing.text
    assert everything(two.site) == before


def test_ids_of_another_lead_nowhere_behind_a_campaign_of_ones_own(two: Two) -> None:
    before = everything(two.site)
    for path in ("entrants/{entrant:str}", "evidence/{action:str}"):
        asked = filled(f"/staff/c/{{slug:str}}/{path}", two, "beta-own")
        assert two.site.client.get(asked).status_code == 404
    for path in ("entrants/{entrant:str}", "entrants/{entrant:str}/data"):
        asked = filled(f"/staff/c/{{slug:str}}/{path}", two, "beta-own")
        for do in ("exclude", "reinstate", "erase", "withdraw"):
            form = {"csrf": two.csrf, "do": do, "reason": "false-data", "note": "x", "entry": two.theirs["entry"]}
            two.site.client.post(asked, data=form, follow_redirects=False)
    assert everything(two.site) == before


FORMS: list[tuple[str, dict[str, str]]] = [
    ("/staff/people", {"do": "role", "person": "person", "role": "=legal"}),
    ("/staff/people", {"do": "deactivate", "person": "person"}),
    ("/staff/people", {"do": "cancel", "invitation": "invitation"}),
    ("/staff/people", {"do": "end-observer", "observer": "observer"}),
    ("/staff/people", {"do": "=observer", "campaign": "=alpha-secret", "observer-email": "=a@b.example",
                       "observer-name": "=B", "last": "=2026-12-09", "observer-language": "=fr"}),
    ("/staff/organisers", {"do": "switch", "organiser": "organiser"}),
    ("/staff/organisers", {"do": "accept", "invitation": "invitation"}),
    ("/staff/installation", {"do": "rename", "organiser": "organiser", "name": "=Mine"}),
    ("/staff/me", {"do": "end", "session": "session"}),
]  # fmt: skip


def test_a_form_with_anothers_ids_changes_nothing(two: Two) -> None:
    before = everything(two.site)
    for path, form in FORMS:
        sent = {
            key: value[1:] if value.startswith("=") else two.theirs.get(value, value) for key, value in form.items()
        }
        answer = two.site.client.post(path, data={"csrf": two.csrf, **sent}, follow_redirects=False)
        assert answer.status_code in {303, 403, 404}, (path, form)
        assert everything(two.site) == before, (path, form)
    with two.site.sim.store.read() as tx:
        assert staff.sessions(tx, two.theirs["person"], two.site.sim.now)
        assert [row.organiser for row in staff.sessions(tx, bruno(two), two.site.sim.now)] == [two.beta]


def bruno(two: Two) -> str:
    """Return the id of Beta's owner."""
    with two.site.sim.store.read() as tx:
        return kept.members(tx, two.beta)[0].id


def pages(two: Two) -> Iterator[tuple[str, str]]:
    """Yield every page of Beta's, with its text."""
    for path in OPEN_PAGES:
        asked = filled(path, two, "beta-own")
        if "{" in path.replace("{slug:str}", ""):
            continue
        for address in (f"{asked}?lang=en", f"{asked}?with=alpha-secret"):
            yield address, two.site.client.get(address).text
    secret = calendar.renew(two.site.sim.house, bruno(two), two.beta)
    yield "calendar", two.site.client.get(f"/staff/calendar/{secret}.ics").text


def test_no_page_of_one_names_the_other(two: Two) -> None:
    """Neither a list, nor a file, nor a choice in a form holds a name, a slug, a title or an id of Alpha's."""
    secrets = {"alpha", "alice@people", *two.theirs.values()}
    seen = 0
    for address, text in pages(two):
        seen += 1
        own = re.sub(r"\?with=alpha-secret|alpha-secret&", "", text.replace(address, ""))
        for secret in secrets:
            assert secret.lower() not in own.lower(), (address, secret)
    assert seen > 40


def test_a_draft_begun_by_one_learns_nothing_from_the_other_and_takes_nothing_over(two: Two) -> None:
    answer = two.site.client.post(
        "/staff/start", data={"csrf": two.csrf, "start": "draw", "title": "Un jeu", "languages": "fr"},
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 303
    with two.site.sim.store.read() as tx:
        begun = next(row for row in views.everything(tx, two.beta) if row.slug == "un-jeu")
    assert "alpha" not in begun.draft.lower()
    before = everything(two.site)
    for slug in ("alpha-draft", "alpha-secret"):
        text = canonical(DEFINITION | {"slug": slug, "title": {"fr": "Pris", "en": "Taken"}}).decode()
        answer = two.site.client.post("/staff/new", data={"csrf": two.csrf, "form": "json", "text": text})
        assert answer.status_code == 422
    assert everything(two.site) == before


def test_who_belongs_to_both_sees_one_at_a_time_with_the_role_there(two: Two) -> None:
    site, house, now = two.site, two.site.sim.house, two.site.sim.now
    olga = Person(two.theirs["person"], "Olga Alpha", "owner", "fr", ALPHA)
    people.invite(house, olga, BETA, "moderator", "fr", now)
    page = site.client.get("/staff/organisers").text
    token = re.search(r'name="invitation" value="(\w+)"', page)
    assert token
    assert "Maison Alpha" in page
    assert site.client.get("/staff/c/alpha-secret").status_code == 404
    joined = {"csrf": two.csrf, "do": "accept", "invitation": token[1]}
    assert site.client.post("/staff/organisers", data=joined, follow_redirects=False).status_code == 303
    assert site.client.get("/staff/c/alpha-secret").status_code == 200
    assert site.client.get("/staff/c/beta-own").status_code == 404
    assert site.client.get("/staff/people").status_code == 403
    found = re.search(r'name="csrf" value="(\w+)"', site.client.get("/staff").text)
    assert found
    # A form of a page left open would act on the wrong organiser: its token is gone.
    assert found[1] != two.csrf
    stale = {"csrf": two.csrf, "do": "switch", "organiser": two.beta}
    assert site.client.post("/staff/organisers", data=stale).status_code == 403
    back = {"csrf": found[1], "do": "switch", "organiser": two.beta}
    assert site.client.post("/staff/organisers", data=back, follow_redirects=False).status_code == 303
    assert site.client.get("/staff/people").status_code == 200
    people.deactivate(house, olga, bruno(two), now)
    assert site.client.get("/staff/people").status_code == 200
    assert "Maison Alpha" not in site.client.get("/staff").text


def test_an_invitation_gives_no_new_password_to_an_account_that_is_there(two: Two) -> None:
    """Whoever holds the link but cannot sign in gets nowhere near what the account opens elsewhere."""
    site, house, now = two.site, two.site.sim.house, two.site.sim.now
    someone = Person("0" * 32, "Bruno Beta", "owner", "fr", BETA, organiser=two.beta)
    people.invite(house, someone, ALPHA, "legal", "fr", now)
    with site.sim.store.read() as tx:
        link = re.search(r"/staff/invitation/\w+", views.mails(tx, wanted=ALPHA)[-1].body)
    assert link
    site.client.cookies.clear()
    page = site.client.get(link[0]).text
    assert 'name="password"' not in page
    assert "/staff/organisers" in page
    before = everything(site)
    answer = site.client.post(link[0], data={"name": "Eve", "password": "a password of my own"})
    assert answer.status_code == 422
    assert everything(site) == before
    signed = site.client.post("/staff/sign-in", data={"email": ALPHA, "password": PASSWORD}, follow_redirects=False)
    assert signed.headers["location"] == "/staff/organisers"


def test_an_invitation_to_a_member_notes_the_role_that_they_keep(two: Two) -> None:
    site, now = two.site, two.site.sim.now
    owner = Person(two.theirs["person"], "Olga Alpha", "owner", "fr", ALPHA)
    me = Person(bruno(two), "Bruno Beta", "owner", "fr", BETA, organiser=two.beta)
    people.invite(site.sim.house, owner, BETA, "legal", "fr", now)
    with site.sim.store.write() as tx:
        # Whoever looks after the machine made them a member meanwhile: `contests staff`.
        kept.put_member(tx, MembershipRow(staff=me.id, organiser=FIRST, role="moderator"))
        token = kept.waiting(tx, BETA, now)[0][0].token
        session = staff.sessions(tx, me.id, now)[0].token
    organisers.accept(site.sim.house, me, session, token, now)
    with site.sim.store.read() as tx:
        noted = next(row.detail for row in views.account_actions(tx, FIRST, 50) if row.verb == "account-joined")
    assert json.loads(noted) == {"role": "moderator"}


def test_acts_on_an_account_are_told_to_all_it_belongs_to_and_the_rest_to_one(two: Two) -> None:
    site, now = two.site, two.site.sim.now
    with site.sim.store.read() as tx:
        verbs = [row.verb for row in views.account_actions(tx, two.beta, 50)]
        told = [row.staff for row in views.account_actions(tx, FIRST, 50)]
    assert set(verbs) == {"account-joined", "account-invited", "account-organiser-made"}
    assert "Bruno Beta" not in told
    both = Person(two.theirs["person"], "Olga Alpha", "owner", "fr", ALPHA)
    people.invite(site.sim.house, both, BETA, "legal", "fr", now)
    me = Person(bruno(two), "Bruno Beta", "owner", "fr", BETA, organiser=two.beta)
    with site.sim.store.read() as tx:
        token = kept.waiting(tx, BETA, now)[0][0].token
        session = staff.sessions(tx, me.id, now)[0].token
    organisers.accept(site.sim.house, me, session, token, now)
    add = {"csrf": "", "do": "password", "old": PASSWORD, "password": "another long password"}
    found = re.search(r'name="csrf" value="(\w+)"', site.client.get("/staff").text)
    assert found
    assert site.client.post("/staff/me", data=add | {"csrf": found[1]}, follow_redirects=False).status_code == 303
    with site.sim.store.read() as tx:
        for organiser in (FIRST, two.beta):
            assert "account-password" in {row.verb for row in views.account_actions(tx, organiser, 50)}


def test_only_who_looks_after_the_installation_makes_organisers_and_then_cannot_look_inside(two: Two) -> None:
    site, now = two.site, two.site.sim.now
    assert site.client.get("/staff/installation").status_code == 403
    site.client.cookies.clear()
    site.client.post("/staff/sign-in", data={"email": ALPHA, "password": PASSWORD})
    page = site.client.get("/staff/installation").text
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    assert "Maison Beta" in page
    assert site.client.get("/staff/c/beta-own").status_code == 404
    make = {"csrf": found[1], "do": "make", "email": "g@gamma.example", "language": "fr"}
    for name, status in (("Maison Gamma", 303), ("maison gamma", 422), (" ", 422)):
        answer = site.client.post("/staff/installation", data=make | {"name": name}, follow_redirects=False)
        assert answer.status_code == status
    appoint = {"csrf": found[1], "do": "appoint", "organiser": two.beta, "email": ALPHA, "language": "fr"}
    assert site.client.post("/staff/installation", data=appoint).status_code == 422
    with site.sim.store.read() as tx:
        gamma = kept.by_name(tx, "Maison Gamma")
        assert gamma is not None
        assert [row.email for row in staff.invitations(tx, gamma.id)] == ["g@gamma.example"]
        assert kept.waiting(tx, ALPHA, now) == []


def test_a_calendar_holds_one_organisers_dates_and_ends_with_the_place(two: Two) -> None:
    house = two.site.sim.house
    secret = calendar.renew(house, bruno(two), two.beta)
    feed = calendar.calendar(house, secret, two.site.sim.now)
    assert feed is not None
    assert b"beta-own" in feed
    assert b"alpha" not in feed
    assert calendar.calendar(house, token_digest(secret), two.site.sim.now) is None
    with two.site.sim.store.write() as tx:
        place = kept.lock_member(tx, two.beta, bruno(two))
        assert place is not None
        place.left_at = two.site.sim.now
        kept.put_member(tx, place)
    assert calendar.calendar(house, secret, two.site.sim.now) is None
