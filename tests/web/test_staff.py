"""The staff's room over HTTP: who may come in, what they may change, what a lawyer reads."""

import io
import json
import re
import zipfile
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flows.test_pictures import picture
from litestar.testing import TestClient
from simulator import DEFINITION
from visitor import PASSWORD, Open, Site

from contests.audit.bundle import open_bytes
from contests.audit.selected import read_identities
from contests.audit.verify import verify
from contests.codec import canonical
from contests.errors import StageRefused
from contests.flows.acknowledge import acknowledge, acknowledge_all
from contests.flows.enter import Accepted
from contests.flows.pictures import kind_of
from contests.flows.settle import advance
from contests.flows.sign_in import IDLE
from contests.settings import Settings
from contests.store import campaigns, draws, views

CHANGES = [
    ("/staff/new", {"form": "json", "text": "{}"}),
    ("/staff/c/sim/draft", {"do": "publish"}),
    ("/staff/c/sim/draft", {"do": "acknowledge", "remark": "0", "reason": "x"}),
    ("/staff/c/sim/entrants/{entrant}", {"do": "exclude", "reason": "false-data", "note": "x"}),
    ("/staff/c/sim/entrants/{entrant}", {"do": "reinstate", "note": "x"}),
    ("/staff/c/sim/awards", {"do": "confirm", "unit": "bike", "note": "x"}),
    ("/staff/c/sim/awards", {"do": "forfeit", "unit": "bike", "reason": "no-answer", "note": "x"}),
    ("/staff/c/sim/awards", {"do": "ceremony"}),
    ("/staff/c/sim/void", {"reason": "x"}),
]
READS = [
    "/staff",
    "/staff/c/sim",
    "/staff/c/sim/entries",
    "/staff/c/sim/awards",
    "/staff/c/sim/legal",
    "/staff/c/sim/legal.zip",
    "/staff/c/sim/minutes",
]


def entrant_of(site: Site, name: str) -> str:
    """Let somebody enter; return the pseudonym."""
    result = site.sim.enter(name)[0]
    assert isinstance(result, Accepted)
    return result.entrant


def definition(**changes: Any) -> str:
    """Return a definition as JSON text."""
    return canonical(DEFINITION | {"slug": "other"} | changes).decode()


@pytest.mark.parametrize("path", [*READS, "/staff/new"])
def test_nobody_reads_the_staff_pages_without_signing_in(site: Site, path: str) -> None:
    answer = site.client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")


@pytest.mark.parametrize(("path", "form"), CHANGES)
def test_nobody_changes_anything_without_signing_in_or_as_legal(site: Site, path: str, form: dict[str, str]) -> None:
    entrant = entrant_of(site, "alice")
    path = path.format(entrant=entrant)
    size = site.sim.state().size
    assert site.client.post(path, data=form, follow_redirects=False).status_code == 303
    csrf = site.sign_in("legal")
    assert site.client.post(path, data=form | {"csrf": csrf}, follow_redirects=False).status_code == 403
    assert site.sim.state().size == size


@pytest.mark.parametrize("path", READS)
def test_the_legal_role_reads_everything(site: Site, path: str) -> None:
    entrant_of(site, "alice")
    site.sign_in("legal")
    assert site.client.get(path).status_code == 200


@pytest.mark.parametrize(("path", "form"), CHANGES)
def test_a_form_without_its_token_changes_nothing(site: Site, path: str, form: dict[str, str]) -> None:
    entrant = entrant_of(site, "alice")
    site.sign_in()
    size = site.sim.state().size
    for token in ({}, {"csrf": ""}, {"csrf": "é" * 64}):
        answer = site.client.post(path.format(entrant=entrant), data=form | token, follow_redirects=False)
        assert answer.status_code == 403
    assert site.sim.state().size == size


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_another_site_cannot_ask_for_a_change(site: Site, headers: dict[str, str]) -> None:
    csrf = site.sign_in()
    answer = site.client.post("/staff/c/sim/void", data={"csrf": csrf, "reason": "x"}, headers=headers)
    assert answer.status_code == 403
    assert site.sim.stage == "open"


def test_wrong_passwords_are_throttled_by_account_and_said_alike(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, limit_sign_in=3))
    site.sign_in()
    site.client.cookies.clear()
    wrong = {"email": "manager@staff.example", "password": "wrong"}
    unknown = site.client.post("/staff/sign-in", data={"email": "nobody@staff.example", "password": "wrong"})
    known = site.client.post("/staff/sign-in", data=wrong)
    assert unknown.status_code == known.status_code == 422
    for _ in range(3):
        last = site.client.post("/staff/sign-in", data=wrong)
    assert last.status_code == 429
    right = {"email": "manager@staff.example", "password": PASSWORD}
    assert site.client.post("/staff/sign-in", data=right).status_code == 429
    site.sim.go(timedelta(minutes=16))
    assert site.client.post("/staff/sign-in", data=right, follow_redirects=False).status_code == 303


def test_a_session_ends_when_told_and_by_itself(site: Site) -> None:
    csrf = site.sign_in()
    cookie = site.client.cookies["contests_session"]
    site.client.post("/staff/sign-out", data={"csrf": csrf})
    site.client.cookies.set("contests_session", cookie, path="/staff")
    assert site.client.get("/staff", follow_redirects=False).status_code == 303
    site.client.cookies.clear()
    site.sign_in()
    for _ in range(5):
        site.sim.go(timedelta(hours=2))
        assert site.client.get("/staff", follow_redirects=False).status_code == 200
    site.sim.go(timedelta(hours=2, minutes=1))
    assert site.client.get("/staff", follow_redirects=False).status_code == 303


def test_a_session_that_nobody_uses_ends(site: Site) -> None:
    site.sign_in()
    site.sim.go(IDLE)
    assert site.client.get("/staff", follow_redirects=False).status_code == 303


def test_a_definition_is_pasted_linted_previewed_and_published(site: Site) -> None:
    csrf = site.sign_in()
    form = {"csrf": csrf, "form": "json", "text": definition(alternates=0)}
    answer = site.client.post("/staff/new", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/staff/c/other"
    page = site.client.get("/staff/c/other").text
    assert "suppléants" in page
    preview = site.client.get("/staff/c/other/preview")
    assert preview.status_code == 200
    assert "frame-ancestors 'self'" in preview.headers["content-security-policy"]
    assert site.client.get("/c/other").status_code == 404
    remarks = re.findall(r'name="remark" value="(\w+)"', page)
    assert len(remarks) == 4
    for number, remark in enumerate(remarks):
        form = {"csrf": csrf, "do": "acknowledge", "remark": remark, "reason": f"Reason {number}."}
        assert site.client.post("/staff/c/other/draft", data=form, follow_redirects=False).status_code == 303
    page = site.client.get("/staff/c/other?lang=en").text
    assert "Acknowledged by Manager on" in page
    assert "Reason 3." in page
    answer = site.client.post("/staff/c/other/draft", data={"csrf": csrf, "do": "publish"}, follow_redirects=False)
    assert answer.status_code == 303
    assert site.client.get("/c/other").status_code == 200
    legal = site.client.get("/staff/c/other/legal?lang=en").text
    assert legal.index("Warnings acknowledged before publication") < legal.index("What happened")
    assert "Without alternates a refused prize is lost" in legal
    assert legal.count("Manager</span>") >= 4
    assert "Reason 0." in legal


def test_a_warning_that_nobody_acknowledged_stops_the_publication(site: Site) -> None:
    csrf = site.sign_in()
    text = definition(alternates=0)
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": text})
    before = site.client.get("/staff/c/other?lang=fr").text
    assert re.search(r"<button[^>]* disabled[^>]*>Publier", before)
    *most, last = re.findall(r'name="remark" value="(\w+)"', before)
    for remark in most:
        form = {"csrf": csrf, "do": "acknowledge", "remark": remark, "reason": "Accepté."}
        site.client.post("/staff/c/other/draft", data=form)
    answer = site.client.post("/staff/c/other/draft?lang=fr", data={"csrf": csrf, "do": "publish"})
    assert answer.status_code == 422
    assert "Donnez une raison sous chaque avertissement" in answer.text
    assert site.client.get("/c/other").status_code == 404
    form = {"csrf": csrf, "do": "acknowledge", "remark": last, "reason": "Accepté."}
    site.client.post("/staff/c/other/draft", data=form)
    assert not re.search(r"<button[^>]* disabled[^>]*>Publier", site.client.get("/staff/c/other?lang=fr").text)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_an_acknowledgement_without_a_reason_is_refused_beside_its_field_and_kept(site: Site, reason: str) -> None:
    csrf = site.sign_in()
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": definition()})
    remark = re.findall(r'name="remark" value="(\w+)"', site.client.get("/staff/c/other").text)[1]
    form = {"csrf": csrf, "do": "acknowledge", "remark": remark, "reason": reason}
    answer = site.client.post("/staff/c/other/draft?lang=en", data=form)
    assert answer.status_code == 422
    field = f"reason-{remark[:12]}"
    assert f'aria-describedby="remark-{remark[:12]} {field}-error" aria-invalid="true"' in answer.text
    said = "A reason was expected" if not reason.strip() else "At most 2000 characters were expected"
    assert re.search(rf'<p class="error" id="{field}-error">[^<]*{said}', answer.text)
    assert f'value="{reason}"' in answer.text
    assert "Acknowledged by" not in answer.text


def test_an_acknowledgement_is_for_the_draft_as_it_stands(site: Site) -> None:
    csrf = site.sign_in()
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": definition(alternates=0)})
    remarks = re.findall(r'name="remark" value="(\w+)"', site.client.get("/staff/c/other").text)
    mark = re.search(r'name="mark" value="(\w+)"', site.client.get("/staff/c/other/text").text)
    assert mark
    site.client.post("/staff/c/other/text", data={"csrf": csrf, "mark": mark[1], "text": definition()})
    form = {"csrf": csrf, "do": "acknowledge", "remark": remarks[0], "reason": "Accepted."}
    known = re.findall(r'name="remark" value="(\w+)"', site.client.get("/staff/c/other").text)
    (gone,) = set(remarks) - set(known)
    answer = site.client.post("/staff/c/other/draft?lang=en", data=form | {"remark": gone})
    assert answer.status_code == 422
    assert "The definition has changed since" in answer.text
    assert site.client.post("/staff/c/other/draft", data=form | {"remark": known[0]}).status_code == 200


def test_a_published_campaign_takes_no_acknowledgement_and_a_first_one_stays(site: Site) -> None:
    csrf = site.sign_in()
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": definition()})
    remark = re.findall(r'name="remark" value="(\w+)"', site.client.get("/staff/c/other").text)[0]
    for reason in ("First.", "Second."):
        form = {"csrf": csrf, "do": "acknowledge", "remark": remark, "reason": reason}
        site.client.post("/staff/c/other/draft", data=form)
    page = site.client.get("/staff/c/other").text
    assert "First." in page
    assert "Second." not in page
    house, now = site.sim.house, site.sim.now
    with pytest.raises(StageRefused):
        acknowledge(house, site.sim.id, remark, reason="Late.", staff_name="Manager", now=now)
    with pytest.raises(StageRefused):
        acknowledge_all(house, site.sim.id, reason="Late.", staff_name="Manager", now=now)


def test_a_draft_that_is_thrown_away_takes_its_acknowledgements_with_it(site: Site) -> None:
    csrf = site.sign_in()
    for _ in range(2):
        site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": definition()})
        with site.sim.store.read() as tx:
            identity = campaigns.by_slug(tx, "other").id
            assert campaigns.acknowledged(tx, identity) == {}
        acknowledge_all(site.sim.house, identity, reason="Accepted.", staff_name="Manager", now=site.sim.now)
        with site.sim.store.read() as tx:
            assert len(campaigns.acknowledged(tx, identity)) == 3
        site.client.post("/staff/c/other/draft", data={"csrf": csrf, "do": "discard"})
        with site.sim.store.read() as tx:
            assert campaigns.acknowledged(tx, identity) == {}


def test_what_must_be_seen_first_is_on_the_contest_page(open_site: Open) -> None:
    law = {
        "cost": {"kind": "postage", "what": {"fr": "un timbre", "en": "a stamp"}}, "themes": ["alcohol"],
        "paid_partnership": {"fr": "Alice est payée", "en": "Alice is paid"},
    }  # fmt: skip
    rules = [{"kind": "residence", "countries": ["FR"]}, {"kind": "minimum-age"}]
    page = open_site(terms=law, rules=rules).client.get("/c/sim?lang=en").text
    assert "Entry by stamped mail: a stamp." in page
    assert "Advertising – paid partnership: Alice is paid." in page
    assert "Alcohol abuse is dangerous" in page
    assert "Free, without any purchase" not in page


def test_a_contest_that_is_free_says_so_on_its_page(site: Site) -> None:
    page = site.client.get("/c/sim?lang=en").text
    assert "Free, without any purchase" in page
    assert "Advertising" not in page


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "JSON"),
        ('{"slug": 1}', "slug"),
        (definition(closes_at="soon"), "closes_at"),
        (definition(draw={"source": "dice"}), "draw.source"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_path_and_kept_in_the_form(site: Site, text: str, named: str) -> None:
    csrf = site.sign_in()
    answer = site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": text})
    assert answer.status_code == 422
    assert named in answer.text
    assert "<textarea" in answer.text


@pytest.mark.parametrize("step", ["/staff/new", "/staff/c/other/draft", "/staff/c/sim/entrants/{entrant}"])
def test_a_text_where_a_file_is_due_is_no_fault_of_ours(site: Site, step: str) -> None:
    entrant = entrant_of(site, "alice")
    csrf = site.sign_in()
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": definition()})
    form = {"csrf": csrf, "do": "picture", "file": "abc", "evidence": "abc", "reason": "abuse", "text": "{"}
    answer = site.client.post(step.format(entrant=entrant), data=form, follow_redirects=False)
    assert answer.status_code in {303, 422}


def test_what_blocks_cannot_be_published(site: Site) -> None:
    csrf = site.sign_in()
    text = definition(rules=[{"kind": "residence", "countries": ["BE"]}])
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": text})
    answer = site.client.post("/staff/c/other/draft", data={"csrf": csrf, "do": "publish"})
    assert answer.status_code == 422
    assert "Belgique" in answer.text
    assert site.client.get("/c/other").status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("bike.png", picture("PNG"), 303),
        ("bike.webp", picture("WEBP"), 303),
        ("x" * 76 + ".png", picture("PNG"), 303),
        ("x" * 77 + ".png", picture("PNG"), 422),
        ("bike.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100, 422),
        ("bike.png", b"<svg onload=alert(1)>", 422),
        ("bike.jpg", b"\x89PNG\r\n\x1a\n", 422),
        ("bike.svg", b"<svg/>", 422),
        ("bike.png", b"\x89PNG\r\n\x1a\n" + b"0" * (3 << 20), 422),
    ],
)
def test_only_pictures_of_their_kind_and_size_are_kept(site: Site, name: str, data: bytes, status: int) -> None:
    csrf = site.sign_in()
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": definition()})
    answer = site.client.post(
        "/staff/c/other/draft",
        data={"csrf": csrf, "do": "picture"},
        files={"file": (name, data)},
        follow_redirects=False,
    )
    assert answer.status_code == status
    shown = site.client.get(f"/staff/c/other/media/{name}")
    assert shown.status_code == (200 if status == 303 else 404)
    if status == 303:
        assert kind_of(shown.content) == kind_of(data)
        assert shown.content != data, "what is shown is drawn anew"


def test_an_exclusion_is_journaled_with_its_clause_and_told_with_its_evidence(site: Site) -> None:
    entrant = entrant_of(site, "alice")
    csrf = site.sign_in()
    answer = site.client.post(
        f"/staff/c/sim/entrants/{entrant}",
        data={"csrf": csrf, "do": "exclude", "reason": "conflict-of-interest", "note": "Works for the agency."},
        files={"evidence": ("..\\../x\\contract.html", b"<script>alert(1)</script>")},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    records = [json.loads(line) for line in zipped(site, "journal/records.jsonl").splitlines()]
    excluded = next(r for r in records if r["kind"] == "entry.excluded")
    assert excluded["reason"] == "conflict-of-interest"
    assert re.fullmatch(r"\d+(\.\d+)?", excluded["clause"])
    assert b"Works for" not in zipped(site, "journal/records.jsonl")
    site.sign_in("legal")
    page = site.client.get("/staff/c/sim/legal").text
    assert "Works for the agency." in page
    assert "Manager" in page
    found = re.search(r'href="(/staff/c/sim/evidence/\w+)"', page)
    assert found
    evidence = site.client.get(found[1])
    assert evidence.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(evidence.content)).namelist() == ["contract.html"]


def zipped(site: Site, name: str) -> bytes:
    """Return a file of the public bundle."""
    with open_bytes(site.client.get("/c/sim/bundle.zip").content) as bundle:
        return bundle.read(name)


def test_the_whole_room_from_draw_to_settlement(site: Site) -> None:
    site.sim.enter(*[f"p{n}" for n in range(12)])
    site.sim.freeze()
    site.sim.draw()
    advance(site.sim.house, site.sim.id, site.sim.now)
    csrf = site.sign_in()
    with site.sim.store.read() as tx:
        mail = next(m for m in views.mails(tx) if m.kind == "offer")
        before = {row.unit: row.entrant for row in draws.awards(tx, site.sim.id)}
    link = re.search(r"/c/sim/claim/\w+", mail.body)
    assert link
    assert site.client.get(link[0]).status_code == 200
    assert site.client.post(link[0], data={"message": "Merci"}, follow_redirects=False).status_code == 422
    answer = site.client.post(link[0], data={"conditions": "yes", "message": "Merci <b>"}, follow_redirects=False)
    assert answer.status_code == 303
    page = site.client.get("/staff/c/sim/awards").text
    assert "Merci &lt;b&gt;" in page
    for unit in ("bike", "mug-1"):
        site.client.post("/staff/c/sim/awards", data={"csrf": csrf, "do": "confirm", "unit": unit, "note": "Seen."})
    site.client.post(
        "/staff/c/sim/awards",
        data={"csrf": csrf, "do": "forfeit", "unit": "mug-2", "reason": "not-eligible", "note": "Under age."},
    )
    with site.sim.store.read() as tx:
        after = {row.unit: row.entrant for row in draws.awards(tx, site.sim.id)}
    assert after["bike"] == before["bike"]
    assert after["mug-2"] != before["mug-2"]
    site.client.post("/staff/c/sim/awards", data={"csrf": csrf, "do": "confirm", "unit": "mug-2", "note": "Seen."})
    assert site.sim.stage == "settled"
    identities = read_identities(io.BytesIO(site.client.get("/staff/c/sim/legal.zip").content))
    with open_bytes(site.client.get("/c/sim/bundle.zip").content) as bundle:
        assert verify(bundle, identities).passed
    assert site.client.get("/c/sim/results").status_code == 200


@pytest.mark.parametrize(
    ("reason", "said"), [("  ", "A public reason was expected"), ("Réseau. " * 300, "At most 2000 characters")]
)
def test_a_reason_that_voids_nothing_is_kept_and_said_to_be_wrong(site: Site, reason: str, said: str) -> None:
    csrf = site.sign_in()
    told = site.client.post("/staff/c/sim/void?lang=en", data={"csrf": csrf, "reason": reason})
    assert (told.status_code, site.sim.stage) == (422, "open")
    assert said in told.text
    assert "<details open><summary>Void the campaign" in told.text
    assert f'maxlength="2000">{reason}</textarea>' in told.text


@pytest.mark.parametrize("path", [
    "/staff/c/sim/awards", "/staff/c/sim/minutes", "/staff/c/sim/queue", "/staff/c/sim/waiting", "/staff/c/sim/draft",
    "/staff/c/sim/comments", "/staff/c/sim/amend", "/staff/c/sim/entrants/{entrant}", "/staff/c/sim/entrants/{entrant}/data",
    "/staff/c/sim/awards/bike", "/staff/c/sim/contacts", "/staff/me", "/staff/people", "/staff/installation",
])  # fmt: skip
def test_a_button_that_a_page_does_not_have_does_nothing(site: Site, path: str) -> None:
    receipts = site.sim.enter(*[f"p{n}" for n in range(12)])
    site.sim.freeze()
    site.sim.draw()
    advance(site.sim.house, site.sim.id, site.sim.now)
    before = site.sim.bundle()
    first = receipts[0]
    assert isinstance(first, Accepted)
    csrf = site.sign_in(
        "owner"
        if path.count("/") == 2
        else "legal"
        if "minutes" in path or "data" in path or "contacts" in path
        else "manager"
    )
    sent = {"csrf": csrf, "unit": "mug-2", "reason": "not-eligible", "note": "x", "title": "x", "all": "1"}
    for do in ("", "open-the-help", "Confirm"):
        told = site.client.post(path.format(entrant=first.entrant), data=sent | {"do": do})
        assert told.status_code in {403, 409, 422}, told.text[:300]
        assert told.status_code == 403 or "bouton" in told.text or "button" in told.text
    assert site.sim.bundle() == before


def test_a_contest_that_nobody_entered_says_so_on_its_page_once_its_list_is_due(site: Site) -> None:
    site.sim.close()
    site.sign_in()
    assert "nothing to draw" not in site.client.get("/staff/c/sim?lang=en").text
    site.sim.go(site.sim.campaign.freezes_at)
    told = site.client.get("/staff/c/sim?lang=en").text
    assert "Nobody takes part, there is nothing to draw." in told
    assert "the button is at the end of this page" in told
    assert "List frozen on" not in told, "no countdown to what does not come"
    site.sign_in("moderator")
    assert "Somebody with that right has to void the campaign." in site.client.get("/staff/c/sim?lang=en").text


def test_a_draft_is_thrown_away_not_voided(site: Site) -> None:
    csrf = site.sign_in()
    site.client.post("/staff/new", data={"csrf": csrf, "form": "json", "text": definition()})
    told = site.client.post("/staff/c/other/void?lang=en", data={"csrf": csrf, "reason": "A mistake."})
    assert told.status_code == 409
    assert "Found: a draft." in told.text
    assert "Trouvé : à l’état de brouillon." in site.client.post(
        "/staff/c/other/void", data={"csrf": csrf, "reason": "x"}
    ).text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize("do", ["acknowledge", "discard", "picture", "codes"])
def test_what_is_done_to_drafts_is_refused_for_a_published_campaign(site: Site, do: str) -> None:
    csrf = site.sign_in()
    sent = {"csrf": csrf, "do": do, "remark": "0" * 64, "reason": "x", "list": "A"}
    told = site.client.post("/staff/c/sim/draft?lang=en", data=sent)
    assert told.status_code == 409
    assert "A campaign that is a draft was expected" in told.text
    twice = site.client.post("/staff/c/sim/draft", data={"csrf": csrf, "do": "publish"}, follow_redirects=False)
    assert (twice.status_code, twice.headers["location"]) == (303, "/staff/c/sim")


def test_what_was_typed_about_a_prize_is_kept_where_it_is_refused(site: Site) -> None:
    site.sim.enter(*[f"p{n}" for n in range(12)])
    site.sim.freeze()
    site.sim.draw()
    advance(site.sim.house, site.sim.id, site.sim.now)
    csrf = site.sign_in()
    sent = {"csrf": csrf, "do": "forfeit", "unit": "mug-2", "reason": "of-my-own", "note": "Under age <b>."}
    told = site.client.post("/staff/c/sim/awards", data=sent)
    assert told.status_code == 422
    assert re.search(r'<details open>.{0,2000}id="n-mug-2"[^>]*>Under age &lt;b&gt;\.</textarea>', told.text, re.DOTALL)
    assert told.text.count("Under age") == told.text.count("<details open>") == 1


def test_the_values_of_a_ceremony_are_kept_where_they_are_refused(open_site: Open) -> None:
    values = [{"name": f"die {n}", "label": {"fr": f"Dé {n}", "en": f"Die {n}"}} for n in (1, 2)]
    site = open_site(draw={"source": "ceremony", "values": values})
    site.sim.enter(*[f"p{n}" for n in range(12)])
    site.sim.freeze()
    site.sim.go(site.sim.campaign.draws_at)
    csrf = site.sign_in()
    told = site.client.post(
        "/staff/c/sim/awards", data={"csrf": csrf, "do": "ceremony", "value:die 1": "6", "value:die 2": ""}
    )
    assert told.status_code == 422
    assert 'name="value:die 1" value="6"' in told.text


@pytest.mark.parametrize("do", ["exclude", "reinstate"])
def test_a_note_about_an_entrant_is_kept_where_it_is_refused(site: Site, do: str) -> None:
    (alice,) = site.sim.enter("alice")
    assert isinstance(alice, Accepted)
    sent = {"csrf": site.sign_in(), "do": do, "reason": "of-my-own", "note": "Vingt envois."}
    told = site.client.post(f"/staff/c/sim/entrants/{alice.entrant}", data=sent)
    assert told.status_code == 422
    assert ">Vingt envois.</textarea>" in told.text


def test_a_program_that_may_not_come_in_is_told_as_a_program(site: Site) -> None:
    told = site.client.post(
        "/staff/sign-in", data={"email": "x@y.example", "password": "wrong"}, headers={"accept": "application/json"}
    )
    assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")
    assert site.client.post("/staff/sign-in", json={"email": "x@y.example", "password": "x"}).status_code == 415
    assert told.json()["detail"] == "Adresse ou mot de passe inconnu."


def test_the_language_of_a_member_of_staff_is_kept(site: Site) -> None:
    csrf = site.sign_in()
    assert '<html lang="fr">' in site.client.get("/staff").text
    for back in ("/staff/c/sim", "https://evil.example", "//evil.example"):
        answer = site.client.post(
            "/staff/language", data={"csrf": csrf, "language": "en", "back": back}, follow_redirects=False
        )
        assert answer.headers["location"].startswith("/staff")
    assert '<html lang="en">' in site.client.get("/staff").text


def test_a_page_that_is_not_there_is_missing_in_the_language_of_the_member_of_staff(site: Site) -> None:
    csrf = site.sign_in()
    for language in ("en", "fr"):
        site.client.post("/staff/language", data={"csrf": csrf, "language": language, "back": "/staff"})
        other = {"accept-language": "fr" if language == "en" else "en"}
        missing = site.client.get("/staff/c/nope", headers=other)
        assert missing.status_code == 404
        assert f'<html lang="{language}">' in missing.text


def test_a_search_with_wildcards_and_quotes_is_only_a_search(site: Site) -> None:
    entrant_of(site, "alice")
    csrf = site.sign_in()

    def search(wanted: str) -> Any:
        return site.client.post("/staff/c/sim/entries", data={"csrf": csrf, "q": wanted})

    for wanted in ("%", "_", "'; DROP TABLE entry; --", "alice", "é", "x" * 500):
        assert search(wanted).status_code == 200
    assert "alice@people.example" in search("ALICE").text
    assert "alice@people.example" not in search("%").text


def test_who_is_searched_for_stands_in_no_address(site: Site) -> None:
    entrant_of(site, "alice")
    csrf = site.sign_in()
    assert "alice@people.example" in site.client.get("/staff/c/sim/entries", params={"q": "bob"}).text, "not read there"
    found = site.client.post("/staff/c/sim/entries", data={"csrf": csrf, "q": "alice"})
    assert found.history[0].status_code == 303, "going back asks nobody to send it again"
    assert "alice" not in str(found.url)
    assert not re.search(r'(href|action)="[^"]*alice', found.text)
    again = site.client.get(str(found.url)).text
    assert "alice@people.example" in again
    assert 'value="alice"' in again
    back = '<a class="button plain" href="/staff/c/sim/entries">'
    assert back in again
    assert back not in site.client.get("/staff/c/sim/entries").text


def test_an_address_of_a_search_is_read_in_its_own_session_only(site: Site) -> None:
    entrant_of(site, "alice")
    entrant_of(site, "bob")
    search = site.client.post("/staff/c/sim/entries", data={"csrf": site.sign_in(), "q": "alice"})
    assert "bob@people.example" not in search.text
    site.sign_in()
    elsewhere = site.client.get(str(search.url)).text
    assert 'value="alice"' not in elsewhere
    assert "bob@people.example" in elsewhere, "the whole list"


def test_a_long_search_goes_on_page_by_page(site: Site) -> None:
    names = [f"zoe{number:02d}" for number in range(60)]
    site.sim.enter(*names, "bob")
    first = site.client.post("/staff/c/sim/entries", data={"csrf": site.sign_in(), "q": "zoe"}).text
    before = re.search(r'href="([^"]+before=[^"]+)"', first)
    assert before
    second = site.client.get(unescape(before[1])).text
    shown = re.findall(r"zoe\d\d(?=@)", first + second)
    assert sorted(set(shown)) == names
    assert "before=" not in second


def test_two_installations_do_not_share_sessions(open_site: Open, tmp_path: Any) -> None:
    site = open_site()
    site.sign_in()
    stranger: TestClient[Any] = TestClient(site.client.app)
    stranger.cookies.set("contests_session", "0" * 64, path="/staff")
    assert stranger.get("/staff", follow_redirects=False).status_code == 303


def test_a_pasted_definition_replaces_no_draft_that_is_there(site: Site) -> None:
    csrf = site.sign_in()
    sent = {"csrf": csrf, "text": definition(slug="mien"), "form": "json"}
    assert site.client.post("/staff/new", data=sent, follow_redirects=False).status_code == 303
    other = {"csrf": csrf, "text": definition(slug="mien", title={"fr": "Un autre"}), "form": "json"}
    told = site.client.post("/staff/new", data=other)
    assert told.status_code == 422
    assert "Un autre" in told.text, "what was pasted is kept"
    assert "Un autre" not in site.client.get("/staff/c/mien").text


def test_the_legal_department_reads_what_left_no_record(site: Site) -> None:
    site.sim.enter("alice")
    csrf = site.sign_in()
    sent = {"csrf": csrf, "do": "access", "note": "Her letter of today."}
    entrant = site.sim.receipts["alice"].entrant
    assert site.client.post(f"/staff/c/sim/entrants/{entrant}/data", data=sent).status_code == 200
    site.sign_in("legal")
    page = site.client.get("/staff/c/sim/legal?lang=en").text
    assert "A copy of the data was given to the person" in page
    assert "Her letter of today." in page


def test_the_language_is_changed_on_a_page_that_a_refusal_showed(site: Site) -> None:
    csrf = site.sign_in()
    refused = site.client.post("/staff/c/sim/void", data={"csrf": csrf, "reason": ""})
    back = re.search(r'name="back" value="([^"]+)"', refused.text)
    assert back
    sent = {"csrf": csrf, "language": "en", "back": back[1]}
    assert site.client.post("/staff/language", data=sent).status_code == 200
