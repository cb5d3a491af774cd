"""A minor enters, a parent answers: the pages on the way, without a script."""

import re
from typing import Any

import pytest
from simulator import Simulator
from visitor import Open, Site

from contests.flows import authorise
from contests.store import draws, views

AGES: list[dict[str, Any]] = [
    {"kind": "residence", "countries": ["FR"]},
    {"kind": "minimum-age", "years": 11, "by": "birth-date"},
    {"kind": "parent-agrees", "by": "birth-date"},
]
BORN = "2013-05-01"


@pytest.fixture
def site(open_site: Open) -> Site:
    return open_site(rules=AGES)


def link(sim: Simulator, recipient: str, room: str) -> str:
    """Return the path of the latest link of a kind that was mailed to somebody."""
    with sim.store.read() as tx:
        found = [re.search(rf"/c/sim/{room}/\w+", mail.body) for mail in views.mails(tx, wanted=recipient)]
    return next(path[0] for path in found if path)


def wait(site: Site, name: str = "kim") -> tuple[str, str]:
    """Enter as a minor and confirm; return the paths of the minor's and of the parent's page."""
    answer = site.enter(name, birth_date=BORN, parent_email=f"{name}-mum@family.example")
    assert answer.headers["location"].startswith("/c/sim/sent")
    own = link(site.sim, f"{name}@people.example", "confirm")
    answer = site.client.post(own, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].partition("?")[0] == own.replace("confirm", "waiting")
    return own.replace("confirm", "waiting"), link(site.sim, f"{name}-mum@family.example", "parent")


def test_the_parents_address_is_asked_only_of_a_minor_in_a_second_step_that_keeps_what_was_typed(site: Site) -> None:
    assert "parent_email" not in site.client.get("/c/sim").text
    answer = site.enter("kim", birth_date=BORN)
    assert answer.status_code == 422
    assert 'type="email" id="parent_email" name="parent_email"' in answer.text
    assert 'value="kim@people.example"' in answer.text
    assert f'value="{BORN}"' in answer.text
    assert "un parent ou tuteur doit donner son accord" in answer.text
    grown = site.enter("ann", birth_date="1990-01-01")
    assert grown.status_code == 303
    assert "/receipt/" in grown.headers["location"]


def test_by_json_the_error_names_the_field_to_send(site: Site) -> None:
    sent = {**site.form("kim", birth_date=BORN)}
    answer = site.client.post("/c/sim", json=sent)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["parent_email"]


def test_the_page_says_what_it_is_what_is_kept_and_until_when(site: Site) -> None:
    _, parent = wait(site)
    page = site.client.get(f"{parent}?lang=en").text
    for said in ("k…@people.example", "Alice SARL", "30 days after the draw", "3 prizes", "dpo@organiser.example"):
        assert said in page
    assert "kim@people.example" not in page
    assert "no-store" in site.client.get(parent).headers["cache-control"]


def test_opening_the_link_answers_nothing_and_agreeing_needs_the_box(site: Site) -> None:
    waiting, parent = wait(site)
    for _ in range(3):
        site.client.get(parent)
    assert site.client.post(parent, data={"do": "agree"}).status_code == 422
    assert "n’est pas encore prise en compte" in site.client.get(waiting).text
    assert not site.sim.state().standing()[0]


def test_both_answers_look_the_same(site: Site) -> None:
    _, parent = wait(site)
    buttons = re.findall(r'<button class="([^"]+)" name="do" value="(agree|refuse)">', site.client.get(parent).text)
    assert {do for _, do in buttons} == {"agree", "refuse"}
    assert len({kind for kind, _ in buttons}) == 1


def test_once_the_parent_agrees_the_minor_gets_a_receipt(site: Site) -> None:
    waiting, parent = wait(site)
    answer = site.client.post(f"{parent}?lang=en", data={"do": "agree", "sure": "1"})
    assert "You agreed" in answer.text
    assert "The entry counts." in answer.text
    assert "Votre participation est enregistrée" in site.client.get(waiting).text
    receipt = link(site.sim, "kim@people.example", "receipt")
    assert site.client.get(receipt).status_code == 200
    assert "kim-mum@family.example" in site.client.get(f"{receipt}/data").text
    assert site.client.get(f"{receipt}/data.json").json()["parents"][0]["state"] == "agreed"
    again = site.client.get(waiting.replace("waiting", "confirm"), follow_redirects=False)
    assert again.headers["location"].startswith(waiting)
    site.client.post(f"{receipt}/withdraw")
    assert "The entry no longer counts" in site.client.get(f"{parent}?lang=en").text


def test_a_child_too_young_to_consent_alone_is_told_that_the_box_was_not_kept(open_site: Open) -> None:
    news = {"id": "news", "kind": "consent", "required": False, "purpose": "marketing", "retention_days": 9,
            "label": {"fr": "La lettre", "en": "The letter"}}  # fmt: skip
    email = {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180}
    site = open_site(rules=AGES, fields=[email, news])
    assert "(France: 15) this consent is not kept" in site.client.get("/c/sim?lang=en").text
    site.enter("kim", birth_date=BORN, parent_email="mum@family.example", news="on")
    site.client.post(link(site.sim, "kim@people.example", "confirm"))
    site.client.post(link(site.sim, "mum@family.example", "parent"), data={"do": "agree", "sure": "1"})
    page = site.client.get(link(site.sim, "kim@people.example", "receipt") + "/data?lang=en").text
    assert "one consents alone from the age of 15 on" in page
    assert "Take my consent back" not in page


def test_a_refusal_needs_no_box_and_tells_the_minor(site: Site) -> None:
    waiting, parent = wait(site)
    assert "Vous avez refusé" in site.client.post(parent, data={"do": "refuse"}).text
    assert "n’a pas donné son accord" in site.client.get(waiting).text
    assert "Vous avez refusé" in site.client.post(parent, data={"do": "agree", "sure": "1"}).text


def test_silence_is_told_to_both_after_the_closing(site: Site) -> None:
    waiting, parent = wait(site)
    site.sim.close()
    assert "n’a pas répondu" in site.client.get(waiting).text
    assert "Le délai de réponse est passé" in site.client.get(parent).text
    assert "Le délai de réponse est passé" in site.client.post(parent, data={"do": "agree", "sure": "1"}).text


def test_an_agreement_is_taken_back_on_the_same_page(site: Site) -> None:
    _, parent = wait(site)
    site.client.post(parent, data={"do": "agree", "sure": "1"})
    assert site.client.post(parent, data={"do": "back"}).status_code == 422
    gone = site.client.post(parent, data={"do": "back", "sure": "1"}, follow_redirects=False)
    assert gone.headers["location"].startswith("/c/sim/erased")
    assert site.client.get(parent).status_code == 404
    assert not site.sim.state().standing()[0]


def test_an_agreement_taken_back_after_the_draw_says_what_stays(site: Site) -> None:
    _, parent = wait(site)
    site.client.post(parent, data={"do": "agree", "sure": "1"})
    site.sim.freeze()
    site.sim.draw()
    site.sim.advance()
    answer = site.client.post(parent, data={"do": "back", "sure": "1"}, follow_redirects=False)
    assert "/erased" not in answer.headers["location"], "it is not all erased"
    for _ in range(2):
        told = site.client.get(parent).text.replace("\N{NO-BREAK SPACE}", " ")
        assert "Vous avez repris votre accord" in told
        assert "La liste était déjà figée" in told
        assert 'value="back"' not in told


def test_a_link_of_nobody_is_not_found(site: Site) -> None:
    _, parent = wait(site)
    for room in ("parent", "waiting"):
        assert site.client.get(f"/c/sim/{room}/{'0' * 40}").status_code == 404
        assert site.client.get(f"/c/sim/{room}/{parent.rpartition('/')[2][:-1]}").status_code == 404


def test_another_site_cannot_answer_for_a_parent(site: Site) -> None:
    _, parent = wait(site)
    answer = site.client.post(parent, data={"do": "refuse"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "Cet enfant" in site.client.get(parent).text


def test_the_staff_note_the_signed_authorisation_before_they_confirm(site: Site) -> None:
    for name in "abc":
        _, parent = wait(site, name)
        site.client.post(parent, data={"do": "agree", "sure": "1"})
    site.sim.freeze()
    site.sim.draw()
    site.sim.advance()
    csrf = site.sign_in()
    with site.sim.store.read() as tx:
        unit = draws.awards(tx, site.sim.id)[0].unit
    post = {"csrf": csrf, "unit": unit, "note": "Identity seen."}
    refused = site.client.post("/staff/c/sim/awards", data=post | {"do": "confirm"})
    assert refused.status_code == 422
    assert "autorisation signée" in refused.text
    today = site.sim.now.date().isoformat()
    page = site.client.post("/staff/c/sim/awards", data=post | {"do": "authorise", "seen_on": today}).text
    assert "a été vue le 8 décembre 2026 par Manager" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert site.client.post("/staff/c/sim/awards", data=post | {"do": "confirm"}).status_code == 200
    with site.sim.store.read() as tx:
        assert draws.award(tx, site.sim.id, unit).state == "confirmed"  # type: ignore[union-attr]
        assert authorise.minors_of(tx, site.sim.id, draws.awards(tx, site.sim.id), site.sim.now)[unit] is not None


def test_the_rules_text_says_how_minors_take_part(site: Site) -> None:
    page = site.client.get("/c/sim/rules?lang=en").text
    for said in ("Entrants under 18", "signed authorisation of a parent", "30 days after the draw", "deleted at once"):
        assert said in page.replace("\N{NO-BREAK SPACE}", " ")


def test_a_case_is_tried_with_and_without_the_parents_answer(site: Site) -> None:
    csrf = site.sign_in()
    case = {"csrf": csrf, "email": "kim@people.example", "country": "FR", "birth_date": BORN, "rules": "1",
            "parent_email": "mum@family.example", "case-at": "2026-12-02T10:00", "case-confirmed": "on", "case-checked": "on"}  # fmt: skip
    assert "En attente" in site.client.post("/staff/c/sim/try", data=case).text
    agreed = site.client.post("/staff/c/sim/try", data=case | {"case-parent": "agreed"}).text
    assert "Acceptée" in agreed
    assert (
        "n’a pas donné son accord" in site.client.post("/staff/c/sim/try", data=case | {"case-parent": "refused"}).text
    )
