"""The participant's way over HTTP: answers, receipts, refusals, limits."""

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from visitor import Open, Site

from contests.codec import instant
from contests.flows import moderate
from contests.journal.note import parse_vkey
from contests.journal.receipt import parse_receipt, verify_receipt
from contests.settings import Settings
from contests.store import campaigns, views


def errors_of(html: str) -> list[str]:
    """Return the sentences of the error summary."""
    found = re.search(r'class="errors".*?</ul>', html, re.DOTALL)
    return re.findall(r"<a href[^>]*>(.*?)</a>", found[0]) if found else []


def test_a_program_that_sends_a_form_is_answered_as_a_program(site: Site) -> None:
    told = site.client.post("/c/sim", data={"email": "x"}, headers={"accept": "application/json"})
    assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")


def test_a_page_that_may_not_be_embedded_does_not_speak_of_roles(site: Site) -> None:
    told = site.client.get("/c/sim/embed")
    assert told.status_code == 403
    assert "rôle" not in told.text


def test_a_form_post_is_answered_by_a_redirect_that_carries_the_receipt(site: Site) -> None:
    answer = site.enter("alice")
    assert answer.status_code == 303
    vkey = parse_vkey(site.client.get("/c/sim/journal/vkey").text)
    assert verify_receipt(parse_receipt(answer.content), vkey).size == 2
    page = site.client.get(answer.headers["location"])
    assert page.status_code == 200
    assert "c2sp.org/tlog-proof@v1" in page.text
    saved = site.client.get(answer.headers["location"].partition("?")[0] + "/proof")
    verify_receipt(parse_receipt(saved.content), vkey)


def test_json_takes_the_same_fields_and_answers_with_the_receipt(site: Site) -> None:
    answer = site.client.post("/c/sim", json=site.form("alice"))
    assert answer.status_code == 201
    body = answer.json()
    assert body["state"] == "accepted"
    verify_receipt(parse_receipt(body["receipt"].encode()), parse_vkey(site.client.get("/c/sim/journal/vkey").text))
    again = site.client.post("/c/sim", json=site.form("alice"))
    assert again.status_code == 422
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["errors"][0]["code"] == "already-entered"


def test_a_form_with_errors_keeps_the_fields_and_names_each_error(site: Site) -> None:
    answer = site.enter("alice", email="not-an-address", country="DE", rules="")
    assert answer.status_code == 422
    assert 'value="not-an-address"' in answer.text
    assert len(errors_of(answer.text)) == 3, "everything in one go"
    answer = site.enter("alice", country="DE", rules="")
    assert len(errors_of(answer.text)) == 2
    assert '<option value="ZZ"' in answer.text


def test_without_a_proof_of_work_a_link_is_mailed(site: Site) -> None:
    answer = site.enter("alice", altcha="")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/c/sim/sent")
    with site.sim.store.read() as tx:
        mail = views.mails(tx)[0]
    link = re.search(r"/c/sim/confirm/\w+", mail.body)
    assert link
    assert site.client.get(link[0]).status_code == 200
    assert site.sim.state().counts["accepted"] == 0, "opening the link alone, as mail scanners do, confirms nothing"
    assert site.client.post(link[0], follow_redirects=False).status_code == 303
    assert site.sim.state().counts["accepted"] == 1


def test_a_link_opened_after_the_closing_says_so_and_offers_no_form(site: Site) -> None:
    site.enter("alice", altcha="")
    with site.sim.store.read() as tx:
        link = re.search(r"/c/sim/confirm/\w+", views.mails(tx)[0].body)
    assert link
    assert "remplissez à nouveau le formulaire" in site.client.get("/c/sim/confirm/x?lang=fr").text
    site.sim.close()
    for answer in (site.client.get(f"{link[0]}?lang=fr"), site.client.post(f"{link[0]}?lang=fr")):
        assert answer.status_code == 404
        assert "Le jeu est clos depuis le mardi 8 décembre 2026 à 09:00 (Europe/Paris)" in answer.text
        assert "formulaire" not in answer.text


@pytest.mark.parametrize("payload", ["x", "e30=", "{}", "A" * 5000, "eyJjaGFsbGVuZ2UiOjF9"])
def test_a_forged_proof_of_work_is_as_none(site: Site, payload: str) -> None:
    answer = site.enter("alice", altcha=payload)
    assert answer.headers["location"].startswith("/c/sim/sent")


def test_the_hidden_field_and_great_speed_mark_but_never_drop(site: Site) -> None:
    assert site.enter("alice", website="http://spam.example").status_code == 303
    form = site.form("bob")
    site.sim.go(timedelta(seconds=-5))
    assert site.client.post("/c/sim", data=form, follow_redirects=False).status_code == 303
    with site.sim.store.read() as tx:
        marks = {
            person.person: entry.marks
            for entry, person in views.entries(tx, site.sim.id, wanted="", marked=True, before=None)
        }
    assert marks == {"alice@people.example": "trap", "bob@people.example": "too-fast"}


@pytest.mark.parametrize(
    ("when", "code", "date"),
    [(-1, "not-yet-open", "mardi 1er décembre 2026 à 09:00"), (8 * 86400, "closed", "mardi 8 décembre 2026 à 09:00")],
)
def test_outside_the_hours_the_answer_names_the_date_in_the_campaigns_zone(
    site: Site, when: int, code: str, date: str
) -> None:
    form = site.form("alice") | {"altcha": ""}
    site.sim.go(site.sim.campaign.opens_at + timedelta(seconds=when))
    for sent in (form, form | {"country": "DE"}, {"email": "not an address"}):
        answer = site.client.post("/c/sim", data=sent)
        assert answer.status_code == 409
        assert date in answer.text
        assert not errors_of(answer.text), "no field matters while the door is shut"
        problem = site.client.post("/c/sim", json=sent)
        assert problem.status_code == 409
        assert problem.json()["type"] == f"urn:contests:{code}"
        assert len(problem.json()["errors"]) == 1


def test_a_voided_contest_says_so_and_not_that_it_closed_in_days_to_come(site: Site) -> None:
    form = site.form("alice")
    moderate.void(site.sim.house, site.sim.id, reason="The prize burnt.", staff_name="C", now=site.sim.now)
    for sent in (form, {"email": "not an address"}):
        answer = site.client.post("/c/sim", data=sent)
        assert answer.status_code == 409
        assert "Le jeu a été annulé" in answer.text
        assert "clos depuis" not in answer.text
        site.client.app.state.desk._places.clear()  # as after a second


@pytest.mark.parametrize(
    ("name", "kind", "body", "status"),
    [
        ("ten_megabytes", "application/json", b"x" * (10 << 20), 413),
        ("a_huge_field", "application/x-www-form-urlencoded", b"email=" + b"a" * 200_000, 422),
        ("not_json", "application/json", b"{", 422),
        ("duplicate_keys", "application/json", b'{"email":"a","email":"b"}', 422),
        ("a_list", "application/json", b"[]", 422),
        ("nested", "application/json", b'{"email":{"a":1}}', 422),
        ("deeply_nested", "application/json", b"[" * 200_000, 422),
        ("a_float", "application/json", b'{"email":1.5}', 422),
        ("null", "application/json", b'{"email":null}', 422),
        ("lone_surrogate", "application/json", b'{"email":"\\ud800@x.fr"}', 422),
        ("latin_1_json", "application/json", '{"email":"é@x.fr"}'.encode("latin-1"), 422),
        ("plain_text", "text/plain", b"email=a", 415),
        ("no_type", "", b"email=a", 415),
        ("xml", "application/xml", b"<a/>", 415),
        ("broken_multipart", "multipart/form-data; boundary=x", b"--y\r\n", 400),
        ("multipart_without_boundary", "multipart/form-data", b"--y\r\n", 400),
        ("not_utf_8_form", "application/x-www-form-urlencoded", b"email=%ff%fe@x.fr", 422),
        ("empty", "application/x-www-form-urlencoded", b"", 422),
        ("nul", "application/x-www-form-urlencoded", b"email=a%00b@x.fr", 422),
    ],
)
def test_bad_input_is_answered_4xx_and_nothing_is_kept(
    site: Site, name: str, kind: str, body: bytes, status: int
) -> None:
    answer = site.client.post("/c/sim", content=body, headers={"content-type": kind} if kind else {})
    assert answer.status_code == status, answer.text[:300]
    assert "Traceback" not in answer.text
    assert site.sim.state().counts["accepted"] == 0


def test_what_is_too_large_is_told_how_much_may_come(site: Site) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    sent = b"email=" + b"a" * (300 << 10)
    page = site.client.post("/c/sim", content=sent, headers=form)
    assert page.status_code == 413
    assert "256 Ko au plus étaient attendus." in page.text
    problem = site.client.post("/c/sim?lang=en", content=sent, headers=form | {"accept": "application/json"})
    assert problem.json()["detail"] == "At most 256 kB were expected. Send less."


@pytest.mark.parametrize(
    "path",
    [
        "/c/nope",
        "/c/sim/receipt/x",
        "/c/sim/confirm/x",
        "/c/sim/claim/x",
        "/c/sim/draws/final/pool.csv",
        "/c/sim/journal/tile/0/999",
        "/c/sim/media/x.png",
        "/c/sim/rules/9/fr",
        "/mailbox",
        "/nope",
        "/c/../../etc/passwd",
    ],
)
def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(site: Site, path: str) -> None:
    page = site.client.get(path)
    assert page.status_code == 404
    assert "<h1>" in page.text
    problem = site.client.get(path, headers={"accept": "application/json"})
    assert problem.status_code == 404
    assert problem.json()["status"] == 404


def test_one_device_is_slowed_down_and_an_office_is_not(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, limit_device="3/minute", limit_address="1000/minute"))

    def post(device: str) -> int:
        headers = {"user-agent": device}
        return int(site.client.post("/c/sim", data={"email": "x"}, headers=headers, follow_redirects=False).status_code)

    assert [post("one phone") for _ in range(5)] == [422, 422, 422, 429, 429]
    assert [post(f"colleague {n}") for n in range(40)] == [422] * 40


def test_one_address_that_changes_its_name_is_slowed_down_too(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, limit_device="3/minute", limit_address="10/minute"))
    statuses = [
        site.client.post("/c/sim", data={"email": "x"}, headers={"user-agent": f"bot {n}"}).status_code
        for n in range(14)
    ]
    assert statuses == [422] * 10 + [429] * 4
    answer = site.client.post("/c/sim", data={"email": "x"}, headers={"user-agent": "bot"})
    assert "retry-after" in answer.headers


@pytest.mark.parametrize(
    "door", ["/c/sim", "/c/sim/embed", "/c/sim/comments", "/c/sim/receipt/x/tie", "/staff/sign-in/passkey/options"]
)
def test_whatever_can_be_asked_without_end_is_counted(open_site: Open, door: str) -> None:
    site = open_site(Settings(proof_cost=1, limit_device="2/minute"))
    headers = {"origin": "https://contest.example", "host": "contest.example", "sec-fetch-site": "same-origin"}
    found = [site.client.post(door, data={"handle": "x"}, headers=headers).status_code for _ in range(4)]
    assert 429 not in found[:2]
    assert found[2:] == [429] * 2


def test_the_landing_page_may_be_cached_and_sets_no_cookie(site: Site) -> None:
    answer = site.client.get("/c/sim")
    assert answer.headers["cache-control"].startswith("public")
    assert "set-cookie" not in answer.headers
    assert "accept-language" in answer.headers["vary"].lower()


def test_the_language_follows_the_browser_and_the_switch(site: Site) -> None:
    for headers, query, language in (
        ({"accept-language": "en-GB,en;q=0.9"}, "", "en"),
        ({"accept-language": "de;q=0.9,fr;q=0.1"}, "", "fr"),
        ({"accept-language": "en"}, "?lang=fr", "fr"),
        ({"accept-language": "x" * 5000 + ";q=abc"}, "", "fr"),
    ):
        assert f'<html lang="{language}">' in site.client.get(f"/c/sim{query}", headers=headers).text


def test_texts_of_a_definition_cannot_smuggle_html(open_site: Open) -> None:
    evil = "<script>alert(1)</script>"
    site = open_site(title={"fr": evil, "en": evil}, summary={"fr": evil, "en": '"><img src=x>'})
    for path in ("/c/sim", "/c/sim/rules", "/c/sim/results", "/c/sim/journal", "/", "/c/sim/rules/1/fr"):
        text = site.client.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_every_public_address_of_the_contract_answers(site: Site) -> None:
    site.enter("alice")
    site.sim.freeze()
    site.sim.draw()
    for path, kind in {
        "/": "text/html", "/c/sim": "text/html", "/c/sim/rules": "text/html", "/c/sim/results": "text/html",
        "/c/sim/draws/final/pool.csv": "text/csv", "/c/sim/journal/checkpoint": "text/plain",
        "/c/sim/journal/tile/entries/000.p/1": "application/octet-stream", "/c/sim/bundle.zip": "application/zip",
        "/c/sim/qr.svg": "image/svg+xml", "/journal/checkpoint": "text/plain", "/schema": "application/vnd.oai.openapi+json",
        "/health": "application/json", "/schema/campaign.json": "application/schema+json",
    }.items():  # fmt: skip
        answer = site.client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].startswith(kind), path
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_journal_is_a_transparency_log_that_a_stranger_can_follow(site: Site) -> None:
    from contests.journal.checkpoint import open_checkpoint
    from contests.journal.merkle import leaf_hash, root_of
    from contests.journal.tiles import parse_bundle

    site.sim.enter(*[f"p{n}" for n in range(300)])
    vkey = parse_vkey(site.client.get("/c/sim/journal/vkey").text)
    head = open_checkpoint(site.client.get("/c/sim/journal/checkpoint").content, vkey)
    assert head.size == 301
    names = ["000", "001.p/45"]
    records = [
        r for name in names for r in parse_bundle(site.client.get(f"/c/sim/journal/tile/entries/{name}").content)
    ]
    hashes = b"".join(site.client.get(f"/c/sim/journal/tile/0/{name}").content for name in names)
    leaves = [leaf_hash(record) for record in records]
    assert b"".join(leaves) == hashes
    assert root_of(leaves) == head.root
    assert site.client.get("/c/sim/journal/tile/1/000.p/1").content == root_of(leaves[:256])


def test_the_pool_and_its_checkpoint_are_public_before_the_draw(site: Site) -> None:
    site.sim.enter("alice", "bob")
    site.sim.freeze()
    assert "public.json" not in str(zipfile.ZipFile(io.BytesIO(site.sim.bundle())).namelist())
    first = site.sim.now
    assert site.client.get("/c/sim/draws/final/pool.csv").text.startswith("entrant,tickets\n")
    site.sim.go(timedelta(minutes=3))
    assert site.client.get("/c/sim/draws/final/pool.csv").status_code == 200
    served = zipfile.ZipFile(io.BytesIO(site.sim.bundle())).read("draws/final/stamps/public.json")
    assert json.loads(served) == {
        "address": f"{site.sim.house.url}/c/sim/draws/final/pool.csv", "served": instant(first),
    }, "the first time counts"  # fmt: skip
    assert site.sim.verify().passed
    assert site.client.get("/c/sim/draws/final/checkpoint").status_code == 200
    assert site.client.get("/c/sim/draws/final/ranking.csv").status_code == 404


def test_the_receipt_page_tells_what_the_draw_said(site: Site) -> None:
    where = site.enter("alice").headers["location"]
    site.sim.enter(*[f"p{n}" for n in range(30)])
    site.sim.freeze()
    site.sim.draw()
    text = site.client.get(where).text
    state = site.sim.state()
    assert state.completed is not None
    assert re.search(r'class="mono">[0-9a-f]{64}<', text)


def test_no_fault_of_ours_shows_a_trace(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail alice@people.example")

    monkeypatch.setattr(views, "papers", broken)
    answer = site.client.get("/c/sim/rules")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert json.dumps("RuntimeError") is not None


def test_the_rules_are_there_as_a_pdf_that_stays_the_same(site: Site) -> None:
    assert "/c/sim/rules/1/fr/pdf" in site.client.get("/c/sim/rules?lang=fr").text
    first = site.client.get("/c/sim/rules/1/fr/pdf")
    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert first.content.startswith(b"%PDF-")
    assert b"pdfaid:part" in first.content
    assert site.client.get("/c/sim/rules/1/fr/pdf").content == first.content
    with site.sim.store.write() as tx:
        campaigns.keep_pdf(tx, site.sim.id, 1, "fr", b"")
    assert site.client.get("/c/sim/rules/1/fr/pdf").content == first.content, "made again it is the same"
    for path in ("2/fr", "1/de", "0/fr", "1/f%00"):
        assert site.client.get(f"/c/sim/rules/{path}/pdf").status_code == 404
