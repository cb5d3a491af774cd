"""Who may open and send what: one table over every staff route the application has."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from simulator import DEFINITION, Simulator
from visitor import Open, Site

from contests.codec import canonical
from contests.flows.enter import Accepted
from contests.flows.house import token_digest
from contests.flows.people import come_in, invite_observer
from contests.flows.roles import ACCOUNTS, ROLES, Person
from contests.flows.sign_in import SignedIn, start_session
from contests.store import organisers, staff, views
from contests.store.tables import MembershipRow, StaffRow

EVERYBODY = set(ROLES)
READERS = {"owner", "manager", "moderator", "legal"}
LAWYERS = {"owner", "manager", "legal"}
MAKERS = {"owner", "manager"}
# Open to people without a session: their guard is what they type or the link they hold.
DOORS = {
    ("GET", "/staff/sign-in"), ("POST", "/staff/sign-in"),
    ("GET", "/staff/sign-in/code"), ("POST", "/staff/sign-in/code"),
    ("GET", "/staff/invitation/{token:str}"), ("POST", "/staff/invitation/{token:str}"),
    ("GET", "/staff/observe/{token:str}"), ("POST", "/staff/observe/{token:str}"),
    ("GET", "/staff/calendar/{name:str}"),
    ("POST", "/staff/sign-in/passkey"), ("POST", "/staff/sign-in/passkey/options"),
}  # fmt: skip
ALLOWED: dict[tuple[str, str], set[str]] = {
    ("POST", "/staff/sign-out"): EVERYBODY,
    ("POST", "/staff/language"): EVERYBODY,
    ("GET", "/staff/me"): READERS,
    ("POST", "/staff/me"): READERS,
    ("GET", "/staff/me/second-factor"): READERS,
    ("POST", "/staff/me/second-factor"): READERS,
    ("POST", "/staff/me/passkeys"): READERS,
    ("POST", "/staff/me/passkeys/options"): READERS,
    ("GET", "/staff/people"): {"owner"},
    ("POST", "/staff/people"): {"owner"},
    ("GET", "/staff/organisers"): READERS,
    ("POST", "/staff/organisers"): READERS,
    # No role's: whoever looks after the installation, whatever the role.
    ("GET", "/staff/installation"): set(),
    ("POST", "/staff/installation"): set(),
    ("GET", "/staff/status"): set(),
    ("GET", "/staff"): READERS,
    ("GET", "/staff/new"): MAKERS,
    ("POST", "/staff/new"): MAKERS,
    ("GET", "/staff/start"): MAKERS,
    ("POST", "/staff/start"): MAKERS,
    ("GET", "/staff/start/{name:str}"): MAKERS,
    ("POST", "/staff/start/{name:str}"): MAKERS,
    ("GET", "/staff/s/{key:str}"): READERS,
    ("POST", "/staff/s/{key:str}"): MAKERS,
    ("GET", "/staff/s/{key:str}/preview"): READERS,
    ("GET", "/staff/c/{slug:str}/carry"): MAKERS,
    ("POST", "/staff/c/{slug:str}/carry"): MAKERS,
    ("GET", "/staff/c/{slug:str}/edit/{section:str}"): MAKERS,
    ("POST", "/staff/c/{slug:str}/edit/{section:str}"): MAKERS,
    ("GET", "/staff/c/{slug:str}/text"): MAKERS,
    ("POST", "/staff/c/{slug:str}/text"): MAKERS,
    ("POST", "/staff/c/{slug:str}/text/check"): MAKERS,
    ("GET", "/staff/c/{slug:str}"): EVERYBODY,
    ("GET", "/staff/c/{slug:str}/preview"): READERS,
    ("GET", "/staff/c/{slug:str}/rules"): READERS,
    ("GET", "/staff/c/{slug:str}/look"): READERS,
    ("POST", "/staff/c/{slug:str}/look"): MAKERS,
    ("GET", "/staff/c/{slug:str}/media/{name:str}"): READERS,
    ("GET", "/staff/c/{slug:str}/brand.css"): READERS,
    ("POST", "/staff/c/{slug:str}/draft"): MAKERS,
    ("GET", "/staff/c/{slug:str}/entries"): READERS,
    ("POST", "/staff/c/{slug:str}/entries"): READERS,
    ("GET", "/staff/c/{slug:str}/entrants/{entrant:str}"): READERS,
    ("POST", "/staff/c/{slug:str}/entrants/{entrant:str}"): MAKERS | {"moderator"},
    ("GET", "/staff/c/{slug:str}/awards"): READERS,
    ("POST", "/staff/c/{slug:str}/awards"): MAKERS,
    ("GET", "/staff/c/{slug:str}/awards/{unit:str}"): LAWYERS,
    ("POST", "/staff/c/{slug:str}/awards/{unit:str}"): MAKERS,
    ("POST", "/staff/c/{slug:str}/awards/{unit:str}/documents/{document:str}"): LAWYERS,
    ("GET", "/staff/c/{slug:str}/notices"): READERS,
    ("POST", "/staff/c/{slug:str}/notices"): MAKERS,
    ("GET", "/staff/c/{slug:str}/closing"): READERS,
    ("POST", "/staff/c/{slug:str}/closing"): MAKERS,
    ("GET", "/staff/c/{slug:str}/closing/{name:str}"): READERS,
    ("POST", "/staff/c/{slug:str}/void"): MAKERS,
    ("GET", "/staff/c/{slug:str}/amend"): READERS,
    ("POST", "/staff/c/{slug:str}/amend"): MAKERS,
    ("POST", "/staff/c/{slug:str}/amend/release"): {"owner", "legal"},
    ("GET", "/staff/c/{slug:str}/legal"): EVERYBODY,
    ("GET", "/staff/c/{slug:str}/legal.zip"): LAWYERS,
    ("GET", "/staff/c/{slug:str}/evidence/{action:str}"): LAWYERS,
    ("GET", "/staff/c/{slug:str}/channels"): READERS,
    ("GET", "/staff/c/{slug:str}/channels/{name:str}"): READERS,
    ("GET", "/staff/c/{slug:str}/try"): READERS,
    ("POST", "/staff/c/{slug:str}/try"): READERS,
    ("GET", "/staff/c/{slug:str}/rehearse"): READERS,
    ("POST", "/staff/c/{slug:str}/rehearse"): READERS,
    ("GET", "/staff/c/{slug:str}/rehearse/{name:str}"): READERS,
    ("GET", "/staff/c/{slug:str}/figures"): READERS,
    ("GET", "/staff/c/{slug:str}/figures.csv"): READERS,
    ("POST", "/staff/c/{slug:str}/entries-file"): LAWYERS,
    ("GET", "/staff/c/{slug:str}/replies"): READERS,
    ("POST", "/staff/c/{slug:str}/replies"): MAKERS | {"moderator"},
    ("GET", "/staff/calendar"): READERS,
    ("POST", "/staff/calendar"): READERS,
    ("GET", "/staff/c/{slug:str}/data"): LAWYERS,
    ("GET", "/staff/c/{slug:str}/data/{name:str}"): LAWYERS,
    ("POST", "/staff/c/{slug:str}/opt-ins"): LAWYERS,
    ("POST", "/staff/c/{slug:str}/contacts"): MAKERS,
    ("POST", "/staff/c/{slug:str}/entrants/{entrant:str}/data"): MAKERS,
    ("GET", "/staff/waiting"): READERS,
    ("GET", "/staff/c/{slug:str}/waiting/{action:str}"): MAKERS | {"moderator"},
    ("GET", "/staff/c/{slug:str}/comments"): READERS,
    ("POST", "/staff/c/{slug:str}/comments"): MAKERS | {"moderator"},
    ("GET", "/staff/c/{slug:str}/queue"): READERS,
    ("POST", "/staff/c/{slug:str}/queue"): MAKERS | {"moderator"},
    ("POST", "/staff/c/{slug:str}/queue/followers"): MAKERS | {"moderator"},
    ("GET", "/staff/c/{slug:str}/waiting"): READERS,
    ("POST", "/staff/c/{slug:str}/waiting"): MAKERS | {"moderator"},
    ("GET", "/staff/c/{slug:str}/minutes"): LAWYERS,
    ("POST", "/staff/c/{slug:str}/minutes"): LAWYERS,
}
OWNER = Person("0" * 32, "Olga", "owner", "fr")


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Yield method and path of every staff route of the application."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and re.match(r"/staff(/|$)", route.path_format):
            for handler in route.route_handlers:
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield str(method), next(iter(sorted(handler.paths)))


def test_every_staff_route_has_its_line_in_the_table(site: Site) -> None:
    there = set(routes(site.client.app))
    assert len(there) > 30
    assert there == DOORS | set(ALLOWED)


@pytest.mark.parametrize("door", sorted(DOORS | set(ALLOWED)))
def test_only_doors_open_without_a_session(site: Site, door: tuple[str, str]) -> None:
    method, path = door
    answer = site.client.request(method, filled(path, "x"), follow_redirects=False)
    sent_away = answer.headers.get("location") == "/staff/sign-in"
    assert sent_away is (door not in DOORS) or path == "/staff/sign-in/code"
    if door not in DOORS:
        assert answer.status_code == 303


def filled(path: str, entrant: str) -> str:
    """Return a path with its parameters filled in."""
    values = {
        "slug": "sim",
        "entrant": entrant,
        "name": "x.png",
        "action": "0",
        "token": "0",
        "section": "prizes",
        "key": "x",
    }
    values |= {"unit": "bike", "document": "age"}
    return re.sub(r"\{(\w+):\w+\}", lambda found: values[found[1]], path)


def session_of(sim: Simulator, role: str) -> tuple[str, str]:
    """Start a session of somebody with a role; return the cookie and the form's token."""
    if role == "observer":
        made, _ = come_in(sim.house, observer_link(sim), browser="", now=sim.now)
    else:
        made = account(sim, role)
    with sim.store.read() as tx:
        found = staff.session(tx, token_digest(made.cookie), sim.now)
    assert found is not None
    return made.cookie, found.csrf


def account(sim: Simulator, role: str) -> SignedIn:
    """Make an account without a password that would open it, and a session."""
    with sim.store.write() as tx:
        row = staff.by_email(tx, f"{role}@staff.example")
        if row is None:
            row = StaffRow(id=sim.house.chance(16).hex(), email=f"{role}@staff.example", name=role, password="")
            staff.add(tx, row)
            place = organisers.first(tx, sim.house.name, sim.now)
            organisers.put_member(tx, MembershipRow(staff=row.id, organiser=place, role=role))
        return start_session(tx, sim.house, row.id, browser="", now=sim.now, until=sim.now + timedelta(hours=1))


def observer_link(sim: Simulator, slug: str = "sim", days: int = 30) -> str:
    """Send an observer's link; return its token."""
    last = date.fromordinal(sim.now.date().toordinal() + days)
    invite_observer(
        sim.house,
        OWNER,
        email="officer@office.example",
        name="Maître Dupont",
        slug=slug,
        last=last,
        language="fr",
        now=sim.now,
    )
    with sim.store.read() as tx:
        body = views.mails(tx, wanted="officer@office.example")[0].body
    found = re.search(r"/staff/observe/(\w+)", body)
    assert found
    return found[1]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_opens_what_the_table_says_and_nothing_else(site: Site, role: str) -> None:
    result = site.sim.enter("alice")[0]
    assert isinstance(result, Accepted)
    found: dict[tuple[str, str], bool] = {}
    for method, path in ALLOWED:
        cookie, csrf = session_of(site.sim, role)
        site.client.cookies.clear()
        site.client.cookies.set("contests_session", cookie, path="/staff")
        data = {"csrf": csrf} if method == "POST" else None
        answer = site.client.request(method, filled(path, result.entrant), data=data, follow_redirects=False)
        assert answer.status_code != 500
        assert answer.headers.get("location") != "/staff/sign-in" or path == "/staff/sign-out"
        found[method, path] = answer.status_code != 403
    assert {line for line, opened in found.items() if opened} == {
        line for line, roles in ALLOWED.items() if role in roles
    }


def test_an_observer_sees_one_campaign_without_a_name_until_the_last_day(open_site: Open) -> None:
    site = open_site()
    result = site.sim.enter("alice")[0]
    assert isinstance(result, Accepted)
    csrf = site.sign_in("manager")
    note = {"csrf": csrf, "do": "exclude", "reason": "false-data", "note": "Alice Martin is two people."}
    site.client.post(f"/staff/c/sim/entrants/{result.entrant}", data=note)
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": another()})
    site.client.cookies.clear()
    token = observer_link(site.sim, days=1)
    page = site.client.get(f"/staff/observe/{token}").text
    assert "Maître Dupont" in page
    assert site.client.get("/staff/c/sim", follow_redirects=False).status_code == 303
    answer = site.client.post(f"/staff/observe/{token}", follow_redirects=False)
    assert answer.headers["location"] == "/staff/c/sim"
    for path in ("/staff/c/sim", "/staff/c/sim/legal"):
        page = site.client.get(path).text
        for secret in ("alice@", "Alice Martin", "Manager", "legal.zip", "/evidence/", "/entries", "/minutes"):
            assert secret not in page
    assert site.client.get("/staff/c/other").status_code == 403
    site.sim.go(timedelta(days=2))
    assert site.client.get("/staff/c/sim", follow_redirects=False).status_code == 303
    assert site.client.get(f"/staff/observe/{token}").status_code == 404


def another() -> str:
    """Return the definition of another campaign."""
    return canonical(DEFINITION | {"slug": "other"}).decode()


def test_no_template_and_no_page_asks_for_a_role_by_name() -> None:
    """Abilities are asked for, so that a role is changed in one place."""
    root = Path(__file__).parents[2]
    for path in [*(root / "templates").rglob("*.html"), *(root / "contests" / "web").rglob("*.py")]:
        assert not re.search(r"\.role\s*(==|!=|in\b|not in\b)", path.read_text()), path.name


def test_only_accounts_have_the_ability_to_an_account() -> None:
    assert set(ACCOUNTS) == EVERYBODY - {"observer"}
