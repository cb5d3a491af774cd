"""My data, erasure and the staff's side of them over HTTP: who sees what, what goes, what is handed out."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from visitor import Open, Site

from contests.codec import minute
from contests.flows import erase, moderate
from contests.flows.enter import Accepted
from contests.flows.opt_ins import COLUMNS
from contests.papers.sheet import safe
from contests.store import draws, entries, views
from contests.worker import Reach, tick

NEWS = {"id": "news", "kind": "consent", "purpose": "marketing", "retention_days": 365, "required": False,
        "label": {"fr": "Je veux la lettre", "en": "I want the letter"}}  # fmt: skip
FIELDS: list[dict[str, Any]] = [
    {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180},
    {"id": "last_name", "kind": "last-name", "purpose": "publication", "retention_days": 180},
    {"id": "town", "kind": "town", "purpose": "publication", "retention_days": 180},
    NEWS,
]
RULES = [{"kind": "minimum-age"}, {"kind": "residence", "countries": ["FR"]}]
GIVEN = {"last_name": "Quiltmann", "town": "Lyon", "news": "on"}
CHANGES = [
    ("/staff/c/sim/entrants/{entrant}/data", {"do": "erase", "note": "By mail."}),
    ("/staff/c/sim/entrants/{entrant}/data", {"do": "access", "note": "By mail."}),
    ("/staff/c/sim/entrants/{entrant}/data", {"do": "consent", "note": "By mail."}),
]
PAGES = ["/staff/c/sim/data", "/staff/c/sim/data/fr.html", "/staff/c/sim/data/en.pdf"]


@pytest.fixture
def place(open_site: Open) -> Site:
    return open_site(fields=FIELDS, rules=RULES, publication="surname-county")


def enter(site: Site, *names: str, **changes: str) -> dict[str, Accepted]:
    site.sim.enter(*names, **GIVEN | changes)
    return site.sim.receipts


def link(receipt: Accepted) -> str:
    return f"/c/sim/receipt/{receipt.token}"


def lines(site: Site, csrf: str) -> list[dict[str, str]]:
    """Export the opt-ins and read them."""
    answer = site.client.post("/staff/c/sim/opt-ins", data={"csrf": csrf})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = csv.DictReader(io.StringIO(answer.text))
    assert tuple(found.fieldnames or ()) == COLUMNS
    return list(found)


def test_the_holder_of_the_link_sees_and_takes_away_all_that_is_held(place: Site) -> None:
    mine, other = enter(place, "zora", "bob")["zora"], place.sim.receipts["bob"]
    page = place.client.get(link(mine) + "/data?lang=en")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    for shown in ("zora@people.example", "Quiltmann", "I want the letter", mine.entrant):
        assert shown in page.text
    assert other.entrant not in page.text
    assert "bob@" not in page.text
    answer = place.client.get(link(mine) + "/data.json")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    told = json.loads(answer.content)
    assert told["entries"][0]["answers"]["last_name"] == "Quiltmann"
    assert [mail["kind"] for mail in told["mails"]] == ["received"]
    assert {name for name, end in told["kept_until"].items() if end} == {"news"}
    assert told["kept_until"]["news"] == told["consents"][0]["kept_until"]


@pytest.mark.parametrize("path", ["data", "data.json"])
def test_a_wrong_link_shows_nothing(place: Site, path: str) -> None:
    enter(place, "zora")
    assert place.client.get(f"/c/sim/receipt/{'0' * 48}/{path}").status_code == 404


@pytest.mark.parametrize("do", ["erase", "consent"])
def test_another_site_cannot_ask_for_erasure(place: Site, do: str) -> None:
    mine = enter(place, "zora")["zora"]
    headers = {"sec-fetch-site": "cross-site"}
    assert place.client.post(f"{link(mine)}/{do}", data={"sure": "1"}, headers=headers).status_code == 403
    assert "zora@people.example" in place.client.get(link(mine) + "/data").text


def test_erasure_is_asked_for_twice_and_then_ends_every_link(place: Site) -> None:
    mine = enter(place, "zora")["zora"]
    refused = place.client.post(link(mine) + "/erase?lang=en", data={})
    assert refused.status_code == 422
    assert "Tick the box" in refused.text
    assert place.sim.state().counts["withdrawn"] == 0
    done = place.client.post(link(mine) + "/erase?lang=en", data={"sure": "1"}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/c/sim/erased?lang=en")
    assert place.sim.state().counts["withdrawn"] == 1
    assert "Your data are erased" in place.client.get("/c/sim/erased?lang=en").text
    for path in ("", "/data", "/data.json", "/proof"):
        assert place.client.get(link(mine) + path).status_code == 404
    with place.sim.store.read() as tx:
        assert not views.mails(tx, wanted="zora@people.example")


def test_the_name_of_a_winner_who_asks_for_erasure_leaves_the_results(place: Site) -> None:
    enter(place, *"abcdefgh")
    place.sim.freeze()
    place.sim.draw()
    place.sim.advance()
    csrf = place.sign_in()
    with place.sim.store.read() as tx:
        award = draws.awards(tx, place.sim.id)[0]
    place.client.post("/staff/c/sim/awards", data={"csrf": csrf, "do": "confirm", "unit": award.unit, "note": "x"})
    assert "Quiltmann" in place.client.get("/c/sim/results").text
    winner = next(receipt for receipt in place.sim.receipts.values() if receipt.entrant == award.entrant)
    done = place.client.post(link(winner) + "/erase?lang=en", data={"sure": "1"})
    assert "You asked for erasure on" in done.text
    assert "Quiltmann" not in place.client.get("/c/sim/results").text
    assert place.client.get(link(winner)).status_code == 200
    assert place.sim.verify().passed
    seen = {name: place.client.get(link(r) + "?lang=en").text for name, r in place.sim.receipts.items()}
    loser = next(place.sim.receipts[name] for name, text in seen.items() if "Not drawn this time" in text)
    gone = place.client.post(link(loser) + "/erase", data={"sure": "1"}, follow_redirects=False)
    assert gone.headers["location"].startswith("/c/sim/erased")


def test_consent_is_taken_back_without_leaving_the_draw(place: Site) -> None:
    mine = enter(place, "zora")["zora"]
    page = place.client.post(link(mine) + "/consent?lang=en").text
    assert "I want the letter" not in page
    assert "Take my consent back" not in page
    csrf = place.sign_in()
    assert lines(place, csrf) == []
    assert place.sim.state().counts["withdrawn"] == 0


@pytest.mark.parametrize("path", PAGES)
def test_the_sheet_is_for_managers_and_legal_only(place: Site, path: str) -> None:
    assert place.client.get(path, follow_redirects=False).status_code == 303
    for role in ("legal", "manager"):
        place.sign_in(role)
        answer = place.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        place.client.cookies.clear()


@pytest.mark.parametrize(("path", "form"), CHANGES)
def test_only_a_manager_with_a_token_serves_a_request(place: Site, path: str, form: dict[str, str]) -> None:
    mine = enter(place, "zora")["zora"]
    path = path.format(entrant=mine.entrant)
    assert place.client.post(path, data=form, follow_redirects=False).status_code == 303
    csrf = place.sign_in("legal")
    assert place.client.post(path, data=form | {"csrf": csrf}).status_code == 403
    place.client.cookies.clear()
    csrf = place.sign_in()
    assert place.client.post(path, data=form).status_code == 403
    refused = place.client.post(path, data=form | {"csrf": csrf, "note": " "})
    assert refused.status_code == 422
    assert "zora@people.example" in place.client.get(link(mine) + "/data").text
    answer = place.client.post(path, data=form | {"csrf": csrf})
    assert answer.status_code == 200
    with place.sim.store.read() as tx:
        acts = views.actions(tx, place.sim.id)
    assert [(act.verb, act.detail) for act in acts] == [(form["do"], f"{mine.entrant}: By mail.")]


def test_the_sheet_says_the_dates_by_which_the_worker_deletes(place: Site) -> None:
    enter(place, *"abcdefgh")
    place.sign_in()
    planned = place.client.get("/staff/c/sim/data?lang=en").text
    assert "dates are worked out from the announced draw" in planned
    place.sim.freeze()
    place.sim.draw()
    place.sim.advance()
    with place.sim.store.read() as tx:
        since = views.draw_head(tx, place.sim.id).drawn_at  # type: ignore[union-attr]
    assert since
    tick(place.sim.house, Reach(), place.sim.now)
    place.client.cookies.clear()
    place.sign_in()
    page = place.client.get("/staff/c/sim/data?lang=en").text
    due = since + timedelta(days=180)
    assert f"{due.day} {due:%B %Y}" in page
    assert "Nothing was deleted so far" in page
    place.sim.go(due)
    while tick(place.sim.house, Reach(), place.sim.now):
        pass
    place.client.cookies.clear()
    place.sign_in()
    after = place.client.get("/staff/c/sim/data?lang=en").text
    assert "Deletions made" in after
    assert "Period over" in after


def test_the_opt_ins_are_those_who_ticked_and_stand_with_their_proof(place: Site) -> None:
    enter(place, "zora", "bob", "carl", "dora")
    place.sim.enter("emil", last_name="Quiltmann", town="Lyon")
    moderate.withdraw(place.sim.house, place.sim.id, place.sim.receipts["bob"].token, place.sim.now)
    erase.erase(place.sim.house, place.sim.id, place.sim.receipts["carl"].entrant, place.sim.now)
    moderate.exclude(place.sim.house, place.sim.id, place.sim.receipts["dora"].entrant, reason="automation", note="x",
                     evidence=("", b""), staff_name="C", now=place.sim.now)  # fmt: skip
    csrf = place.sign_in("legal")
    found = lines(place, csrf)
    assert [line["address"] for line in found] == ["zora@people.example"]
    with place.sim.store.read() as tx:
        digest = views.paper(tx, place.sim.id, 1, "fr").digest  # type: ignore[union-attr]
        acts = [(act.verb, act.staff, act.detail) for act in views.actions(tx, place.sim.id)]
    line = found[0]
    assert (line["text_shown"], line["language"], line["rules_version"]) == ("Je veux la lettre", "fr", "1")
    assert (line["rules_sha256"], line["channel"], line["address_confirmed"]) == (digest, "page", "no")
    assert line["ticked_at"][:16] == minute(place.sim.now)[:16]
    assert ("opt-ins", "Legal", "1") in acts


def test_with_double_opt_in_only_a_confirmed_address_is_exported_with_both_times(open_site: Open) -> None:
    site = open_site(fields=FIELDS, rules=[*RULES, {"kind": "confirmed-email"}])
    enter(site, "zora", "bob")
    sent = site.sim.now
    csrf = site.sign_in()
    assert lines(site, csrf) == []
    with site.sim.store.read() as tx:
        body = views.mails(tx, wanted="zora@people.example")[0].body
    site.sim.go(timedelta(minutes=90))
    path = re.search(r"/c/sim/confirm/\w+", body)
    assert path
    site.client.post(path[0])
    (line,) = lines(site, csrf)
    assert (line["address"], line["address_confirmed"]) == ("zora@people.example", "yes")
    assert line["ticked_at"][:16] == minute(sent)[:16]
    assert line["confirmed_at"][:16] == minute(site.sim.now)[:16]


def test_the_staff_say_who_clicked_and_who_took_their_consent_back(place: Site) -> None:
    enter(place, "zora", "bob")
    place.sign_in("legal")
    page = place.client.get("/staff/c/sim/data?lang=en").text
    assert "2 held" in page
    assert "/contacts" not in page, "the legal department changes no data"
    place.sim.go(timedelta(days=30))
    csrf = place.sign_in()
    day = place.sim.now.date().isoformat()
    sent = {"csrf": csrf, "do": "contact", "on": day}
    file = {"file": ("clicks.csv", b"email;clicks\nzora@people.example;3\nnobody@people.example;1\n", "text/csv")}
    told = place.client.post("/staff/c/sim/contacts?lang=en", data=sent, files=file).text
    assert "1 consents found, 1 changed; 1 people of the list are not known here" in told
    ends = {line["address"][:4]: line["expires_at"] for line in lines(place, csrf)}
    assert ends["zora"] > ends["bob@"]
    refused = place.client.post(
        "/staff/c/sim/contacts", data=sent | {"on": "2031-01-01", "people": "bob@people.example"}
    )
    assert refused.status_code == 422
    assert "nobody@" not in refused.text
    assert ">bob@people.example</textarea>" in refused.text
    assert 'name="on" value="2031-01-01"' in refused.text
    unread = {
        "csrf": csrf,
        "do": "contact",
        "on": day,
        "people": "zora@people.example\nc@@people.example\nd@people..example",
    }
    told = place.client.post("/staff/c/sim/contacts?lang=en", data=unread).text
    assert "2 addresses cannot be read:" in told
    assert "c@@people.example, d@people..example" in told
    back = {"csrf": csrf, "do": "withdrawn", "people": "bob@people.example"}
    assert place.client.post("/staff/c/sim/contacts", data=back).status_code == 200
    assert [line["address"] for line in lines(place, csrf)] == ["zora@people.example"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_the_export_is_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    assert safe("zora@people.example") == "zora@people.example"


def test_an_erased_person_is_no_longer_named_in_the_staff_lists(place: Site) -> None:
    mine = enter(place, "zora")["zora"]
    csrf = place.sign_in()
    path = f"/staff/c/sim/entrants/{mine.entrant}"
    place.client.post(f"{path}/data", data={"csrf": csrf, "do": "erase", "note": "By mail."})
    search = {"csrf": csrf, "q": "zora"}
    answers = [place.client.get(page) for page in (path, "/staff/c/sim/entries", "/staff/c/sim/legal")]
    for answer in [*answers, place.client.post("/staff/c/sim/entries", data=search)]:
        assert answer.status_code == 200
        assert "zora@" not in answer.text
        assert "Quiltmann" not in answer.text
    with place.sim.store.read() as tx:
        assert entries.entrant(tx, mine.entrant).erased_at  # type: ignore[union-attr]
