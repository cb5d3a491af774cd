"""Amendments over HTTP: prepared on the editor's pages, released, published, told at the door and to the public."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flows.test_pictures import picture
from simulator import DEFINITION
from visitor import Open, Site

from contests.codec import canonical
from contests.errors import StageRefused
from contests.flows import amend, drafting, publish, settle
from contests.flows.house import token_digest
from contests.flows.sign_in import start_session
from contests.store import amendments, campaigns, organisers, staff, views
from contests.store.tables import MembershipRow, StaffRow

REASONS = {"reason_fr": "Le fournisseur a doublé la mise.", "reason_en": "The supplier doubled the stake."}
MORE = {"prizes": [DEFINITION["prizes"][0], DEFINITION["prizes"][1] | {"quantity": 5}]}
LESS = {"prizes": [DEFINITION["prizes"][0] | {"unit_value": "400.00"}, DEFINITION["prizes"][1]]}
HOURS = {"opens_at": "2026-12-01T08:00:00"}


@pytest.fixture
def site(open_site: Open) -> Site:
    return open_site(**HOURS)


def sign_in(site: Site, role: str = "manager") -> str:
    """Start a session without the password that costs a second; return the form's token."""
    sim = site.sim
    with sim.store.write() as tx:
        row = staff.by_email(tx, f"{role}@staff.example")
        if row is None:
            row = StaffRow(id=sim.house.chance(16).hex(), email=f"{role}@staff.example", name=role.title(), password="")
            staff.add(tx, row)
            place = organisers.first(tx, sim.house.name, sim.now)
            organisers.put_member(tx, MembershipRow(staff=row.id, organiser=place, role=role))
        made = start_session(tx, sim.house, row.id, browser="", now=sim.now, until=sim.now + timedelta(hours=1))
    with sim.store.read() as tx:
        found = staff.session(tx, token_digest(made.cookie), sim.now)
    assert found is not None
    site.client.cookies.clear()
    site.client.cookies.set("contests_session", made.cookie, path="/staff")
    return found.csrf


def post(site: Site, csrf: str, where: str = "", **form: str) -> Any:
    return site.client.post(f"/staff/c/sim/amend{where}", data={"csrf": csrf, **form}, follow_redirects=False)


def written(site: Site, **changes: Any) -> None:
    """Write the text of the amendment that is being prepared."""
    with site.sim.store.read() as tx:
        mark = drafting.mark_of(amend.working(tx, site.sim.id))
    text = canonical(DEFINITION | HOURS | changes).decode()
    drafting.save_text(site.sim.house, site.sim.id, text, "json", mark, "Claire", site.sim.now)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\w+)"', page)
    assert found, name
    return found[1]


def in_force(site: Site, csrf: str, **changes: Any) -> None:
    """Prepare and publish an amendment."""
    post(site, csrf, do="begin")
    written(site, **changes)
    page = site.client.get("/staff/c/sim/amend").text
    answer = post(site, csrf, do="publish", mark=hidden(page, "mark"), **REASONS)
    assert answer.status_code == 303, answer.text


def test_an_amendment_is_written_on_the_pages_of_a_draft(site: Site) -> None:
    csrf = sign_in(site)
    assert site.client.get("/staff/c/sim/edit/prizes", follow_redirects=False).status_code == 302
    assert post(site, csrf, do="begin").headers["location"] == "/staff/c/sim/edit/essentials"
    page = site.client.get("/staff/c/sim/edit/draw").text
    assert 'href="/staff/c/sim/amend"' in page
    sent = {"csrf": csrf, "mark": hidden(page, "mark"), "alternates": "9", "do": ""}
    saved = site.client.post("/staff/c/sim/edit/draw", data=sent, follow_redirects=False)
    assert saved.headers["location"] == "/staff/c/sim/amend"
    text = site.client.get("/staff/c/sim/text").text
    assert "alternates = 9" in text
    sent = {"csrf": csrf, "mark": hidden(text, "mark"), "text": "not toml ="}
    assert site.client.post("/staff/c/sim/text", data=sent).status_code == 422
    review = site.client.get("/staff/c/sim/amend").text
    assert re.search(r"<del>.*3.*</del> <ins>.*9.*</ins>", review)
    assert "/edit/draw" in review
    assert site.sim.campaign.alternates == 3, "what is published stays until the amendment is"
    assert post(site, csrf, do="discard").status_code == 303
    with site.sim.store.read() as tx:
        assert amendments.working(tx, site.sim.id) is None


def test_a_picture_goes_with_an_amendment_and_none_that_is_shown_is_replaced(site: Site) -> None:
    csrf = sign_in(site)
    with pytest.raises(StageRefused):
        publish.add_picture(site.sim.house, site.sim.id, "old.png", picture("PNG"))
    with site.sim.store.write() as tx:
        campaigns.put_media(tx, site.sim.id, "old.png", "image/png", picture("PNG"))
    post(site, csrf, do="begin")
    bike, mug = DEFINITION["prizes"]
    written(site, prizes=[bike | {"image": "new.png"}, mug | {"image": "old.png"}])
    page = site.client.get("/staff/c/sim/amend?lang=en").text
    assert '<span class="mono">new.png</span>' in page
    assert '<span class="mono">old.png</span>' not in page
    for name in ("old.png", "other.png"):
        refused = upload(site, csrf, name, picture("PNG", (9, 9)))
        assert refused.status_code == 422
        assert "new.png" in refused.text
    assert upload(site, csrf, "new.png", b"<svg>").status_code == 422
    assert upload(site, csrf, "new.png", picture("PNG")).status_code == 303
    assert 'id="pictures"' not in site.client.get("/staff/c/sim/amend").text
    with site.sim.store.read() as tx:
        assert views.media_names(tx, site.sim.id) == {"old.png", "new.png"}


def upload(site: Site, csrf: str, name: str, data: bytes) -> Any:
    return site.client.post(
        "/staff/c/sim/amend?lang=en", data={"csrf": csrf, "do": "picture"}, files={"file": (name, data)},
        follow_redirects=False,
    )  # fmt: skip


def test_a_manager_cannot_release_and_the_legal_department_cannot_publish(site: Site) -> None:
    csrf = sign_in(site)
    post(site, csrf, do="begin")
    written(site, **LESS)
    page = site.client.get("/staff/c/sim/amend?lang=en").text
    assert "it waits for the legal department" in page
    assert "Release these changes" not in page
    assert "disabled>Publish amendment no. 1" in page
    refused = post(site, csrf, do="publish", mark=hidden(page, "mark"), **REASONS)
    assert refused.status_code == 422
    assert REASONS["reason_fr"] in refused.text, "what was typed is kept"
    legal = sign_in(site, "legal")
    assert "un avenant attend l’accord du service juridique" in site.client.get("/staff").text
    page = site.client.get("/staff/c/sim/amend?lang=en").text
    assert "Publish amendment" not in page
    seen = hidden(page, "seen")
    short = post(site, legal, "/release", seen=seen, release_reason="no")
    assert short.status_code == 422
    assert 'id="release_reason-error"' in short.text
    done = post(site, legal, "/release", seen=seen, release_reason="Faillite du fournisseur, pièces au dossier.")
    assert done.status_code == 303
    csrf = sign_in(site)
    assert "l’avenant a reçu l’accord" in site.client.get("/staff").text
    page = site.client.get("/staff/c/sim/amend?lang=en").text
    assert "Released by Legal" in page
    assert post(site, csrf, do="publish", mark=hidden(page, "mark"), **REASONS).status_code == 303
    assert site.sim.campaign.prizes[0].unit_value == "400.00"
    assert "Faillite" not in site.client.get("/c/sim/amendments/1").text, "a release is kept, not published"
    assert "Faillite" in site.client.get("/staff/c/sim/legal").text


def test_a_reason_that_is_missing_is_asked_at_its_field(site: Site) -> None:
    csrf = sign_in(site)
    post(site, csrf, do="begin")
    written(site, **MORE)
    page = site.client.get("/staff/c/sim/amend").text
    refused = post(site, csrf, do="publish", mark=hidden(page, "mark"), reason_fr=REASONS["reason_fr"], reason_en="")
    assert refused.status_code == 422
    assert 'id="reason_en-error"' in refused.text
    assert REASONS["reason_fr"] in refused.text
    assert site.sim.state().size == 1


def test_warnings_are_acknowledged_as_before_a_publication(site: Site) -> None:
    csrf = sign_in(site)
    post(site, csrf, do="begin")
    clause = {"id": "own", "title": {"fr": "Lots", "en": "P"}, "text": {"fr": "Texte.", "en": "Text."}}
    written(site, clauses=[clause])
    page = site.client.get("/staff/c/sim/amend").text
    remark = re.search(r'name="remark" value="(\w{64})"', page)
    assert remark
    assert post(site, csrf, do="acknowledge", remark=remark[1], reason="").status_code == 422
    assert post(site, csrf, do="acknowledge", remark=remark[1], reason="Rien de contraire.").status_code == 303
    with site.sim.store.read() as tx:
        assert "Rien de contraire." in [row.reason for row in campaigns.acknowledged(tx, site.sim.id).values()]


def test_the_public_reads_what_changed_and_where(site: Site) -> None:
    csrf = sign_in(site)
    assert "amendments/1" not in site.client.get("/c/sim").text
    in_force(site, csrf, **MORE)
    site.sim.now = site.sim.now.replace(second=3)
    site.client.app.state.desk.place("sim", fresh=True)
    for path in ("/c/sim?lang=en", "/c/sim/rules?lang=en"):
        page = site.client.get(path).text
        assert "The rules have changed" in page
        assert REASONS["reason_en"] in page
        assert 'href="/c/sim/amendments/1?lang=en"' in page
    french = site.client.get("/c/sim/amendments/1?lang=fr").text
    assert REASONS["reason_fr"] in french
    assert "Lot «\u00a0Tasse\u00a0», Combien" in french
    assert "</span>2<" in french
    assert "</span>5<" in french
    assert "[retiré" in french
    assert "/c/sim/rules/1/fr" in french
    for missing in ("0", "2", "99999999999"):
        assert site.client.get(f"/c/sim/amendments/{missing}").status_code == 404
    journal = site.client.get("/c/sim/journal?lang=en").text
    assert REASONS["reason_en"] in journal
    assert REASONS["reason_fr"] not in journal
    site.sim.close()
    site.client.app.state.desk.place("sim", fresh=True)
    assert "The rules have changed" not in site.client.get("/c/sim?lang=en").text
    sign_in(site)
    assert "no more" in site.client.get("/staff/c/sim/amend?lang=en").text


def test_a_form_of_the_earlier_version_comes_back_with_its_answers(site: Site) -> None:
    csrf = sign_in(site)
    site.client.get("/c/sim")
    form = site.form("alice")
    in_force(site, csrf, **MORE)
    answer = site.client.post("/c/sim?lang=en", data=form | {"lang": "en"}, follow_redirects=False)
    assert answer.status_code == 422
    assert 'value="alice@people.example"' in answer.text
    assert 'name="rules" value="2"' in answer.text
    assert "The rules have changed" in answer.text
    assert "The rules changed after the page was opened" in answer.text
    assert site.enter("alice", rules="2").status_code == 303
    with site.sim.store.read() as tx:
        entry = views.entries(tx, site.sim.id, wanted="alice", marked=False, before=None)[0][0]
    assert entry.version == 2


def test_who_confirms_after_an_amendment_accepts_the_new_rules_first(site: Site) -> None:
    site.client.post("/c/sim", data={"email": "bob@people.example", "country": "FR", "rules": "1"})
    with site.sim.store.read() as tx:
        link = re.search(r"/c/sim/confirm/\w+", views.mails(tx)[0].body)
    assert link
    assert 'name="rules"' not in site.client.get(link[0]).text
    in_force(site, sign_in(site), **MORE)
    assert 'name="rules" value="2"' in site.client.get(link[0]).text
    again = site.client.post(link[0], follow_redirects=False)
    assert again.status_code == 409
    assert 'name="rules" value="2"' in again.text
    done = site.client.post(link[0], data={"rules": "2"}, follow_redirects=False)
    assert done.status_code == 303
    assert "/receipt/" in done.headers["location"]


def test_right_answers_are_not_on_the_page_of_an_amendment(open_site: Open) -> None:
    question = {
        "kind": "closed-question",
        "question": {"fr": "Combien ?", "en": "How many?"},
        "answers": ["soixante-douze"],
    }
    rules = [*DEFINITION["rules"], question]
    site = open_site(**HOURS, rules=rules)
    csrf = sign_in(site)
    post(site, csrf, do="begin")
    written(site, rules=[*DEFINITION["rules"], question | {"answers": ["quatre-vingts"]}])
    sign_in(site, "moderator")
    page = site.client.get("/staff/c/sim/amend").text
    assert "quatre-vingts" not in page
    assert "soixante-douze" not in page


def test_what_an_organiser_typed_is_never_markup(site: Site) -> None:
    csrf = sign_in(site)
    evil = "<script>alert(1)</script>"
    in_force(site, csrf, summary={"fr": f"Un lot {evil}", "en": "One prize."})
    page = site.client.get("/c/sim/amendments/1?lang=fr").text
    assert evil not in page
    assert "&lt;script&gt;" in page


def test_an_amendment_publishes_no_more_of_who_entered_before_it(open_site: Open) -> None:
    kinds = {"first_name": "first-name", "last_name": "last-name", "town": "town"}
    fields = [*DEFINITION["fields"]]
    fields += [{"id": i, "kind": kind, "purpose": "publication", "retention_days": 180} for i, kind in kinds.items()]
    site = open_site(**HOURS, publication="initials", fields=fields)
    sim = site.sim
    sim.enter("alice", first_name="Zoe", last_name="Quilt", town="Nantes")
    sim.amend(publication="surname-county")
    sim.enter("bob", first_name="Max", last_name="Yarn", town="Brest")
    sim.freeze()
    sim.draw()
    sim.advance()
    for unit in ("bike", "mug-1"):
        settle.confirm_award(sim.house, sim.id, unit, staff_name="Claire", note="Vu.", now=sim.now)
    page = site.client.get("/c/sim/results").text
    assert "Yarn, Brest" in page
    assert "Z. Q." in page
    assert "Quilt" not in page


def test_a_frame_tells_of_an_amendment_and_gives_the_form_back(open_site: Open) -> None:
    site = open_site(**HOURS, embed=["https://shop.example"])
    form = site.form("alice")
    site.sim.amend(**MORE)
    answer = site.client.post("/c/sim/embed?lang=en", data=form | {"lang": "en"}, follow_redirects=False)
    assert answer.status_code == 422
    assert 'value="alice@people.example"' in answer.text
    assert 'name="rules" value="2"' in answer.text
    assert "The rules have changed" in answer.text
