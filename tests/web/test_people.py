"""The people of an installation: invited, given roles, deactivated; the last owner stays."""

import re
from datetime import timedelta
from typing import Any

import pytest
from visitor import PASSWORD, Site

from contests.flows.sign_in import add_staff
from contests.store import organisers, outbox, staff, views
from contests.store.tables import FIRST

BOB = "bob@new.example"
SAID = "a sentence of my own"


def post(site: Site, csrf: str, path: str = "/staff/people", **form: str) -> Any:
    """Post a form with its token."""
    return site.client.post(path, data={"csrf": csrf, **form}, follow_redirects=False)


def invite(site: Site, csrf: str, email: str = BOB, role: str = "moderator") -> str:
    """Invite somebody; return the path of the link that was mailed."""
    answer = post(site, csrf, do="invite", email=email, role=role, language="fr")
    assert answer.status_code == 303, answer.text
    with site.sim.store.read() as tx:
        body = views.mails(tx, wanted=email)[-1].body
    found = re.search(r"https?://[^/]+(/staff/invitation/\w+)", body)
    assert found
    return found[1]


def acts(site: Site) -> list[str]:
    """Return the verbs of the acts on accounts, the latest first."""
    with site.sim.store.read() as tx:
        return [row.verb for row in views.account_actions(tx, FIRST, 100)]


def identity(site: Site, email: str) -> str:
    """Return somebody's id."""
    with site.sim.store.read() as tx:
        row = staff.by_email(tx, email)
    assert row is not None
    return row.id


def role_of(site: Site, email: str) -> str:
    """Return somebody's role, `gone` once deactivated."""
    with site.sim.store.read() as tx:
        row = next(member for member in organisers.members(tx, FIRST) if member.email == email)
    return "gone" if row.left_at else row.role


def test_somebody_invited_chooses_a_password_and_is_in_once(site: Site) -> None:
    csrf = site.sign_in("owner")
    link = invite(site, csrf)
    assert BOB in site.client.get("/staff/people").text
    site.client.cookies.clear()
    page = site.client.get(link).text
    assert BOB in page
    assert "Owner vous invite" in page
    for wrong in ({"name": "", "password": SAID}, {"name": "Bob", "password": "short"}):
        answer = site.client.post(link, data=wrong)
        assert answer.status_code == 422
        assert wrong["name"] in answer.text
    answer = site.client.post(link, data={"name": " Bob  Martin ", "password": SAID}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert "Bob Martin" in site.client.get("/staff").text
    assert role_of(site, BOB) == "moderator"
    assert site.client.get(link).status_code == 404
    assert site.client.post(link, data={"name": "Eve", "password": SAID}).status_code == 404
    assert {"account-joined", "account-invited"} <= set(acts(site))


@pytest.mark.parametrize("how", ["late", "cancelled", "invited again", "made up"])
def test_a_link_that_is_no_longer_an_invitation_opens_nothing(site: Site, how: str) -> None:
    csrf = site.sign_in("owner")
    link = invite(site, csrf)
    if how == "late":
        site.sim.go(timedelta(days=7))
    elif how == "cancelled":
        found = re.search(r'name="invitation" value="(\w+)"', site.client.get("/staff/people").text)
        assert found
        assert post(site, csrf, do="cancel", invitation=found[1]).status_code == 303
    elif how == "invited again":
        site.sim.go(timedelta(minutes=1))
        assert post(site, csrf, do="invite", email=BOB, role="owner", language="en").status_code == 303
    else:
        link = "/staff/invitation/" + "0" * 64
    site.client.cookies.clear()
    assert site.client.get(link).status_code == 404
    assert site.client.post(link, data={"name": "Bob", "password": SAID}).status_code == 404
    with site.sim.store.read() as tx:
        assert staff.by_email(tx, BOB) is None


def test_the_store_keeps_no_link_that_opens_an_account(site: Site) -> None:
    """The token itself stands in the mail only, and the mail's text goes once it is sent."""
    csrf = site.sign_in("owner")
    token = invite(site, csrf).rpartition("/")[2]
    with site.sim.store.read() as tx:
        assert staff.invitation(tx, token) is None
        assert len(staff.invitations(tx, FIRST)) == 1
        mail = views.mails(tx, wanted=BOB)[0]
    assert token in mail.body
    with site.sim.store.write() as tx:
        outbox.sent(tx, mail.id, site.sim.now)
    with site.sim.store.read() as tx:
        assert views.mails(tx, wanted=BOB)[0].body == ""


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"email": "nobody", "role": "legal", "language": "fr"}, "email"),
        ({"email": "owner@staff.example", "role": "legal", "language": "fr"}, "email"),
        ({"email": BOB, "role": "observer", "language": "fr"}, "role"),
        ({"email": BOB, "role": "god", "language": "fr"}, "role"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_and_kept_in_the_form(
    site: Site, form: dict[str, str], where: str
) -> None:
    csrf = site.sign_in("owner")
    answer = post(site, csrf, do="invite", **form)
    assert answer.status_code == 422
    assert f'href="#{where}' in answer.text
    assert form["email"] in answer.text


def test_a_new_role_counts_from_the_next_page_on(site: Site) -> None:
    add_staff(site.sim.house, "boss@staff.example", name="Boss", role="owner", password=PASSWORD, now=site.sim.now)
    site.sign_in("manager")
    theirs = dict(site.client.cookies)
    assert site.client.get("/staff/new").status_code == 200
    csrf = site.sign_in("owner")
    assert post(site, csrf, do="role", person=identity(site, "manager@staff.example"), role="legal").status_code == 303
    site.client.cookies.clear()
    site.client.cookies.update(theirs)
    assert site.client.get("/staff/new").status_code == 403
    assert site.client.get("/staff/c/sim/legal.zip").status_code == 200
    assert "account-role" in acts(site)


def test_who_is_deactivated_is_out_at_once_and_stays_out_until_invited_again(site: Site) -> None:
    site.sign_in("manager")
    theirs = dict(site.client.cookies)
    csrf = site.sign_in("owner")
    email = "manager@staff.example"
    assert post(site, csrf, do="deactivate", person=identity(site, email)).status_code == 303
    mine = dict(site.client.cookies)
    site.client.cookies.clear()
    site.client.cookies.update(theirs)
    assert site.client.get("/staff", follow_redirects=False).status_code == 303
    right = {"email": email, "password": PASSWORD}
    assert site.client.post("/staff/sign-in", data=right, follow_redirects=False).status_code == 422
    site.client.cookies.clear()
    site.client.cookies.update(mine)
    link = invite(site, csrf, email, "legal")
    site.client.cookies.clear()
    answer = site.client.post(link, data={"name": "Manager", "password": SAID}, follow_redirects=False)
    assert answer.status_code == 303
    assert role_of(site, email) == "legal"


@pytest.mark.parametrize("step", [{"do": "role", "role": "manager"}, {"do": "deactivate"}])
def test_the_last_owner_stays(site: Site, step: dict[str, str]) -> None:
    csrf = site.sign_in("owner")
    answer = post(site, csrf, person=identity(site, "owner@staff.example"), **step)
    assert answer.status_code == 422
    assert "propriétaire" in answer.text
    assert role_of(site, "owner@staff.example") == "owner"
    add_staff(site.sim.house, "boss@staff.example", name="Boss", role="owner", password=PASSWORD, now=site.sim.now)
    answer = post(site, csrf, person=identity(site, "owner@staff.example"), **step)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert role_of(site, "owner@staff.example") != "owner"


def test_the_page_of_people_tells_what_happened_in_both_languages(site: Site) -> None:
    csrf = site.sign_in("owner")
    invite(site, csrf)
    post(site, csrf, do="observer", **{
        "observer-email": "o@office.example", "observer-name": "Me Dupont", "campaign": "sim", "last": "2026-12-24",
        "observer-language": "fr",
    })  # fmt: skip
    french, english = (site.client.get(f"/staff/people?lang={language}").text for language in ("fr", "en"))
    assert f"Invitation envoyée à {BOB}" in french
    assert f"Invitation sent to {BOB}: moderator." in english
    assert "Observer’s link given to Me Dupont, for “sim”, until 2026-12-24." in english
    assert "Me Dupont" in french
    found = re.search(r'name="observer" value="(\w+)"', french)
    assert found
    post(site, csrf, do="end-observer", observer=found[1])
    assert not re.search(r'name="observer" value="', site.client.get("/staff/people").text)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"observer-name": " "}, "observer-name"),
        ({"observer-email": "x"}, "observer-email"),
        ({"last": ""}, "last"),
        ({"last": "2026-11-30"}, "last"),
        ({"last": "2028-12-24"}, "last"),
    ],
)
def test_an_observer_needs_a_name_an_address_and_a_day_to_come(site: Site, change: dict[str, str], where: str) -> None:
    csrf = site.sign_in("owner")
    form = {
        "observer-email": "o@office.example", "observer-name": "Me Dupont", "campaign": "sim", "last": "2026-12-24",
        "observer-language": "fr",
    }  # fmt: skip
    answer = post(site, csrf, do="observer", **form | change)
    assert answer.status_code == 422
    assert f'id="{where}-error"' in answer.text
