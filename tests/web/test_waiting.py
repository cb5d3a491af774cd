"""The list of what waits for a second person: prepared on one page, released on another, by somebody else."""

import io
import re
import zipfile
from typing import Any

from simulator import DEFINITION
from visitor import Open, Site

from contests.codec import canonical
from contests.flows import amend, drafting, settle
from contests.flows.acknowledge import acknowledge_all
from contests.flows.enter import Accepted
from contests.settings import Settings
from contests.store import campaigns

STRICT = Settings(proof_cost=1, four_eyes="publish,exclude,release,ceremony")


def post(site: Site, csrf: str, path: str, **form: str) -> Any:
    return site.client.post(path, data={"csrf": csrf, **form}, follow_redirects=False)


def switch(site: Site, role: str) -> str:
    """Sign in as somebody else."""
    site.client.cookies.clear()
    return site.sign_in(role)


def proposal(page: str) -> str:
    found = re.search(r'name="proposal" value="(\w+)"', page)
    assert found
    return found[1]


def test_an_exclusion_goes_through_two_accounts_on_the_pages(open_site: Open) -> None:
    site = open_site(STRICT)
    result = site.sim.enter("alice", "bob")[0]
    assert isinstance(result, Accepted)
    csrf = site.sign_in("moderator")
    note = "Three a second, from one browser."
    form = {"csrf": csrf, "do": "exclude", "reason": "automation", "note": note}
    path, files = f"/staff/c/sim/entrants/{result.entrant}", {"evidence": ("log.txt", b"three a second")}
    answer = site.client.post(path, data=form, files=files, follow_redirects=False)
    assert answer.headers["location"] == "/staff/c/sim/waiting"
    page = site.client.get("/staff/c/sim/waiting?lang=en").text
    assert note in page
    assert "alice@people.example" in page
    assert "All entries of these people leave the draw" in page
    assert "somebody else has to release it" in page
    wanted = proposal(page)
    answer = post(site, csrf, "/staff/c/sim/waiting?lang=en", do="release", proposal=wanted)
    assert answer.status_code == 422
    assert "Somebody other than the person who prepared" in answer.text
    csrf = switch(site, "manager")
    assert "waits for a second person" in site.client.get("/staff?lang=en").text
    assert "Exclude from the draw" in site.client.get("/staff/waiting?lang=en").text
    file = site.client.get(f"/staff/c/sim/waiting/{proposal(page)}").content
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        assert packed.read("log.txt") == b"three a second"
    answer = post(site, csrf, "/staff/c/sim/waiting", do="release", proposal=proposal(page))
    assert answer.status_code == 303
    page = site.client.get("/staff/c/sim/waiting?lang=en").text
    assert note not in page
    assert site.client.get(f"/staff/c/sim/waiting/{wanted}").status_code == 404
    assert "Released" in page
    assert "Moderator &amp; Manager" in site.client.get("/staff/c/sim/legal?lang=en").text
    assert "waits for a second person" not in site.client.get("/staff?lang=en").text


def test_a_refusal_without_a_reason_stands_beside_its_field(open_site: Open) -> None:
    site = open_site(STRICT)
    result = site.sim.enter("alice")[0]
    assert isinstance(result, Accepted)
    csrf = site.sign_in("moderator")
    post(site, csrf, f"/staff/c/sim/entrants/{result.entrant}", do="exclude", reason="abuse", note="x")
    csrf = switch(site, "manager")
    wanted = proposal(site.client.get("/staff/c/sim/waiting").text)
    answer = post(site, csrf, "/staff/c/sim/waiting?lang=en", do="refuse", proposal=wanted, reason=" ")
    assert answer.status_code == 422
    assert re.search(rf'<p class="error" id="reason-{wanted}-error">A reason was expected', answer.text)
    assert post(site, csrf, "/staff/c/sim/waiting", do="refuse", proposal=wanted, reason="A school.").status_code == 303
    assert "A school." in site.client.get("/staff/c/sim/waiting").text
    assert site.sim.state().counts["excluded"] == 0


def test_a_draft_is_published_by_a_second_manager_and_never_by_a_moderator(open_site: Open) -> None:
    site = open_site(STRICT)
    csrf = site.sign_in("manager")
    site.client.post(
        "/staff/new", data={"csrf": csrf, "form": "json", "text": canonical(DEFINITION | {"slug": "other"}).decode()}
    )
    with site.sim.store.read() as tx:
        other = campaigns.by_slug(tx, "other").id
    acknowledge_all(site.sim.house, other, reason="A simulation.", staff_name="Claire", now=site.sim.now)
    answer = post(site, csrf, "/staff/c/other/draft", do="publish")
    assert answer.headers["location"] == "/staff/c/other/waiting"
    assert "Publishing was prepared by Manager" in site.client.get("/staff/c/other?lang=en").text
    page = site.client.get("/staff/c/other/waiting?lang=en").text
    assert "Read the draft" in page
    assert "Tuesday 8 December 2026 at 12:00" in page
    wanted = proposal(page)
    csrf = switch(site, "moderator")
    answer = post(site, csrf, "/staff/c/other/waiting?lang=en", do="release", proposal=wanted)
    assert answer.status_code == 422
    assert "A role that may do this act" in answer.text
    assert site.client.get("/c/other").status_code == 404
    csrf = switch(site, "owner")
    assert post(site, csrf, "/staff/c/other/waiting", do="release", proposal=wanted).status_code == 303
    assert site.client.get("/c/other").status_code == 200
    assert "Manager &amp; Owner" in site.client.get("/staff/c/other/legal").text


def test_a_prize_goes_out_once_a_second_person_has_released_it(open_site: Open) -> None:
    site = open_site(STRICT)
    site.sim.enter(*"abcd")
    site.sim.draw_all()
    csrf = site.sign_in("manager")
    answer = post(site, csrf, "/staff/c/sim/awards", do="confirm", unit="bike", note="Identity seen.")
    assert answer.headers["location"] == "/staff/c/sim/waiting"
    assert site.client.get("/staff/c/sim/awards?lang=en").text.count("Waits for a second person") == 1
    page = site.client.get("/staff/c/sim/waiting?lang=en").text
    assert "Identity seen." in page
    assert "Bike" in page
    csrf = switch(site, "owner")
    post(site, csrf, "/staff/c/sim/waiting", do="release", proposal=proposal(page))
    assert site.sim.state().units["bike"].state == "confirmed"


def test_who_releases_an_amendment_reads_its_public_reason_first(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, four_eyes="amend"))
    sim = site.sim
    amend.begin(sim.house, sim.id, "Claire", sim.now)
    with sim.store.read() as tx:
        copy = amend.working(tx, sim.id)
    text = copy.draft.replace("Simulated contest", "Simulated game")
    drafting.save_text(sim.house, sim.id, text, "json", drafting.mark_of(copy), "Claire", sim.now)
    csrf = site.sign_in("manager")
    mark = re.search(r'name="mark" value="(\w+)"', site.client.get("/staff/c/sim/amend").text)
    assert mark
    given = {"do": "publish", "mark": mark[1], "reason_fr": "Une faute de frappe.", "reason_en": "A slip of the pen."}
    assert post(site, csrf, "/staff/c/sim/amend", **given).headers["location"] == "/staff/c/sim/waiting"
    switch(site, "owner")
    page = site.client.get("/staff/c/sim/waiting?lang=en").text
    assert "Une faute de frappe." in page
    assert "A slip of the pen." in page
    assert "Publishing was prepared by Manager" in site.client.get("/staff/c/sim/amend?lang=en").text


def test_a_release_that_no_longer_fits_names_nobody_else(open_site: Open) -> None:
    site = open_site(STRICT)
    site.sim.enter(*"abcd")
    site.sim.draw_all()
    csrf = site.sign_in("manager")
    post(site, csrf, "/staff/c/sim/awards", do="confirm", unit="bike", note="Identity seen.")
    page = site.client.get("/staff/c/sim/waiting").text
    assert "@people.example" in page
    reason = site.sim.campaign.forfeits[0].code
    settle.forfeit_award(
        site.sim.house, site.sim.id, "bike", reason=reason, staff_name="Zoé", note="No answer.", now=site.sim.now
    )
    assert "@people.example" not in site.client.get("/staff/c/sim/waiting").text


def test_the_list_says_who_typed_the_values_of_a_ceremony_and_never_which(open_site: Open) -> None:
    values = [{"name": "die", "label": {"fr": "Dé", "en": "Die"}}]
    site = open_site(draw={"source": "ceremony", "officer": "Maître Martin, Lyon", "values": values})
    site.sim.enter("alice", "bob")
    site.sim.freeze()
    site.sim.go(site.sim.campaign.draws_at)
    csrf = site.sign_in("manager")
    post(site, csrf, "/staff/c/sim/awards", do="ceremony", **{"value:die": "quatre-vingts"})
    for path in ("/staff/c/sim/waiting", "/staff/waiting"):
        page = site.client.get(path).text
        assert "Valeurs de la cérémonie" in page
        assert "quatre-vingts" not in page
    assert "Saisies par Manager" in site.client.get("/staff/c/sim/waiting").text
