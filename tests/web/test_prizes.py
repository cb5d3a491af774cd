"""From the offer into the winner's hands over HTTP: the winner's link, the staff's file, the messages, the report."""

import re
from datetime import timedelta
from typing import Any

import pytest
from simulator import DEFINITION
from visitor import Open, Site, drawn_with_names
from web.test_roles import session_of

from contests.errors import StageRefused
from contests.flows import deliver, moderate, naming, settle
from contests.store import campaigns, draws, handovers, outbox, views

AGE = {"id": "age", "title": {"fr": "une preuve d’âge", "en": "proof of age"}}
PRIZES = [
    {"id": "bike", "title": {"fr": "Vélo", "en": "Bike"}, "unit_value": "2500.00", "currency": "USD",
     "claim": ["postal-address", "phone"]},
]  # fmt: skip
ADULTS = [{"kind": "residence", "countries": ["FR", "US"]}, {"kind": "minimum-age"}]
TYPED = {
    "conditions": "yes", "name": "Zoe Quilt", "street": "12 Main Street", "postcode": "10001", "town": "New York",
    "country": "US", "phone": "+1 212 555 0100", "message": "Thank you <b>all</b>",
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n a picture"


def drawn(open_site: Open, **changes: Any) -> Site:
    """Return a site with one bicycle drawn and offered."""
    site = open_site(**{"prizes": PRIZES, "rules": ADULTS, "awards": {"documents": [AGE]}, **changes})
    site.sim.enter(*"abcd")
    site.sim.freeze()
    site.sim.draw()
    site.sim.advance()
    return site


def link(site: Site, unit: str = "bike") -> str:
    """Return the path of the holder's own link."""
    with site.sim.store.read() as tx:
        award = draws.award(tx, site.sim.id, unit)
        assert award is not None
        mail = handovers.mail_of(tx, f"offer:{award.entrant}:{unit}")
    assert mail is not None
    found = re.search(r"/c/sim/claim/\w+", mail.body)
    assert found
    return found[0]


def confirm(site: Site, unit: str = "bike") -> None:
    settle.confirm_award(site.sim.house, site.sim.id, unit, staff_name="Claire", note="Seen.", now=site.sim.now)


def sign_in(site: Site, role: str = "manager") -> str:
    """Begin a session without the slow hash of a password; return the form's token."""
    cookie, csrf = session_of(site.sim, role)
    site.client.cookies.clear()
    site.client.cookies.set("contests_session", cookie, path="/staff")
    return csrf


def holder(site: Site, unit: str = "bike") -> str:
    with site.sim.store.read() as tx:
        award = draws.award(tx, site.sim.id, unit)
    assert award is not None
    return award.entrant


def test_a_winner_answers_shows_and_says_that_the_prize_came(open_site: Open) -> None:
    site = drawn(open_site)
    path, web = link(site), site.client
    page = web.get(f"{path}?lang=en").text
    assert "Provisional result, subject to checks" in page
    assert 'name="street"' in page
    assert "proof of age" in page
    wrong = web.post(f"{path}?lang=en", data=TYPED | {"street": "", "country": "FR"})
    assert wrong.status_code == 422
    assert 'href="#street"' in wrong.text
    assert 'value="12 Main Street"' not in wrong.text
    assert 'value="New York"' in wrong.text
    assert web.post(path, data=TYPED, follow_redirects=False).status_code == 303
    refused = web.post(f"{path}/document/age?lang=en", files={"file": ("x.png", b"<svg>")})
    assert refused.status_code == 422
    assert "JPEG" in refused.text
    for _ in range(2):
        assert (
            web.post(f"{path}/document/age", files={"file": ("x.png", PNG)}, follow_redirects=False).status_code == 303
        )
    assert "Waits for a look" in web.get(f"{path}?lang=en").text
    csrf = sign_in(site)
    room = "/staff/c/sim/awards/bike"
    page = web.get(f"{room}?lang=en").text
    for said in (
        "12 Main Street",
        "10001 New York",
        "United States",
        "+1 212 555 0100",
        "Thank you &lt;b&gt;",
        "1099-MISC",
    ):
        assert said in page
    shown = web.post(f"{room}/documents/age", data={"csrf": csrf})
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    web.post("/staff/c/sim/awards", data={"csrf": csrf, "do": "confirm", "unit": "bike", "note": "x"})
    assert site.sim.state().units["bike"].state == "offered"
    web.post(room, data={"csrf": csrf, "do": "seen", "document": "age"})
    assert web.post(f"{room}/documents/age", data={"csrf": csrf}).status_code == 404
    web.post("/staff/c/sim/awards", data={"csrf": csrf, "do": "confirm", "unit": "bike", "note": "x"})
    assert site.sim.state().units["bike"].state == "confirmed"
    bad = web.post(
        f"{room}?lang=en", data={"csrf": csrf, "do": "sent", "on": "2026-12-08", "carrier": "", "tracking": "Q1"}
    )
    assert bad.status_code == 422
    assert 'value="Q1"' in bad.text
    sent = {"csrf": csrf, "do": "sent", "on": "2026-12-08", "carrier": "UPS", "tracking": "Q1", "value": "2 400"}
    assert web.post(room, data=sent, follow_redirects=False).status_code == 303
    page = web.get(f"{path}?lang=en").text
    assert "UPS" in page
    assert "Q1" in page
    assert web.post(f"{path}/hand", follow_redirects=False).status_code == 303
    with site.sim.store.read() as tx:
        way = handovers.get(tx, site.sim.id, "bike", holder(site))
    assert way is not None
    assert (way.value, way.received_at, way.received_by) == ("2400.00", site.sim.now, "")
    assert "Done: the prize is in hand" in web.get(f"{room}?lang=en").text


def test_the_file_of_a_winner_is_not_for_everybodys_eyes(open_site: Open) -> None:
    site = drawn(open_site)
    site.client.post(link(site), data=TYPED)
    sign_in(site, "moderator")
    assert site.client.get("/staff/c/sim/awards/bike").status_code == 403
    assert "12 Main Street" not in site.client.get("/staff/c/sim/awards").text
    for public in ("/c/sim/results", "/c/sim/journal", "/c/sim/live", "/c/sim/certificate"):
        assert "Main Street" not in site.client.get(public).text
    assert b"Main Street" not in site.sim.bundle()


def test_only_the_holders_own_link_opens_anything_and_from_this_site_only(open_site: Open) -> None:
    site = drawn(open_site)
    assert site.client.get(f"/c/sim/claim/{'0' * 40}").status_code == 404
    for path in ("", "/hand", "/name", "/document/age"):
        address = f"/c/sim/claim/{'0' * 40}{path}"
        files = {"file": ("x.png", PNG)} if "document" in path else None
        assert site.client.post(address, data=TYPED, files=files, follow_redirects=False).status_code == 404
        if path:
            headers = {"sec-fetch-site": "cross-site"}
            assert site.client.post(link(site) + path, data={"level": "none"}, headers=headers).status_code == 403


PUBLIC = ("/c/sim/results", "/c/sim/certificate")


def live_mark(site: Site) -> tuple[object, ...]:
    """Return what makes the live page, which looks once a second, say something else."""
    with site.sim.store.read() as tx:
        return naming.mark(tx, campaigns.standing(tx, site.sim.id), site.sim.now)


def test_a_winner_who_objects_is_no_longer_named_and_the_journal_is_untouched(open_site: Open) -> None:
    site = drawn_with_names(open_site)
    confirm(site)
    size, seen = site.sim.state().size, live_mark(site)
    assert all("Z. Q." in site.client.get(path).text for path in PUBLIC)
    assert site.client.post(f"{link(site)}/name", data={"level": "none"}, follow_redirects=False).status_code == 303
    assert not any("Z. Q." in site.client.get(path).text for path in (*PUBLIC, "/c/sim/live"))
    assert live_mark(site) != seen
    assert site.client.post(f"{link(site)}/name", data={"level": "surname-county"}).status_code == 422
    site.client.post(f"{link(site)}/name", data={"level": ""})
    assert "Z. Q." in site.client.get("/c/sim/results").text
    csrf = sign_in(site)
    room, form = "/staff/c/sim/awards/bike", {"csrf": csrf, "do": "name", "level": "none"}
    assert site.client.post(room, data=form).status_code == 422
    site.client.post(room, data=form | {"note": "By telephone, on the 9th."})
    assert "Z. Q." not in site.client.get("/c/sim/results").text
    assert "Z. Q." not in site.client.get("/staff/c/sim/awards").text
    assert site.sim.state().size == size


def test_names_are_taken_down_at_their_time(open_site: Open) -> None:
    fields = [{"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180}]
    for kind in ("first-name", "last-name"):
        fields += [{"id": kind.replace("-", "_"), "kind": kind, "purpose": "publication", "retention_days": 180}]
    site = open_site(publication="initials", fields=fields, awards={"unpublish_days": 90})
    site.sim.enter(*"ab", first_name="Zoe", last_name="Quilt")
    site.sim.freeze()
    site.sim.draw()
    site.sim.advance()
    confirm(site)
    drawn_at = site.sim.now
    site.sim.go(timedelta(days=90) - timedelta(minutes=1))
    assert "Z. Q." in re.findall(r"<td>(.*?)<br>", site.client.get("/c/sim/results").text)
    site.sim.go(drawn_at + timedelta(days=90))
    assert re.findall(r"<td>(.*?)<br>", site.client.get("/c/sim/results").text) == []


def test_no_word_of_a_gain_gets_into_a_message_before_the_confirmation(open_site: Open) -> None:
    site = open_site()
    csrf = sign_in(site)
    for text in ("Vous avez gagné !", "Félicitations 🎉", "VOUS AVEZ\nREMPORTÉ le vélo"):
        form = {"csrf": csrf, "language": "fr", "text": text}
        answer = site.client.post("/staff/c/sim/notices", data=form | {"kind": "offer"})
        assert answer.status_code == 422
        assert text.partition("\n")[0] in answer.text
        assert "annonce un gain" in answer.text
    site.client.post("/staff/c/sim/notices", data=form | {"kind": "confirmed"})
    with site.sim.store.read() as tx:
        assert set(handovers.words(tx, site.sim.id)) == {("confirmed", "fr")}


def test_what_staff_add_is_sent_as_it_is_shown(open_site: Open) -> None:
    site = open_site(organiser=DEFINITION["organiser"] | {"name": "Bravo SARL"})
    csrf = sign_in(site)
    added = "Passez nous voir {link} <b>à Lyon</b>."
    site.client.post("/staff/c/sim/notices", data={"csrf": csrf, "kind": "offer", "language": "fr", "text": added})
    page = site.client.get("/staff/c/sim/notices?lang=fr").text
    assert "Passez nous voir {link} &lt;b&gt;" in page
    for kind, language in (("received", "fr"), ("offer", "de"), ("nothing", "fr")):
        form = {"csrf": csrf, "kind": kind, "language": language, "text": "x"}
        assert site.client.post("/staff/c/sim/notices", data=form).status_code == 422
    site.sim.enter("alice")
    site.sim.freeze()
    site.sim.draw()
    site.sim.advance()
    with site.sim.store.read() as tx:
        mail = next(mail for mail in views.mails(tx) if mail.kind == "offer")
    assert mail.body.count(added) == 1
    assert mail.body.index("sous réserve") < mail.body.index(added)


def test_the_desk_says_what_waits_and_what_is_late(open_site: Open) -> None:
    site = drawn(open_site, awards={}, terms={"delivery_days": 3})
    confirm(site)
    sign_in(site)
    home = site.client.get("/staff?lang=en").text
    assert "To do" in home
    assert "Send a prize" in home
    assert "was due" not in home
    site.sim.go(timedelta(days=3))
    sign_in(site, "owner")
    late = site.client.get("/staff?lang=en").text
    assert "was due" in late
    assert 'class="block"' in home
    assert 'class="block"' in late
    settle_the_rest(site)
    assert "To do" not in site.client.get("/staff?lang=en").text


def settle_the_rest(site: Site) -> None:
    """Hand the bicycle over."""
    proof = ("slip.pdf", b"%PDF-1.7")
    deliver.note_received(
        site.sim.house, site.sim.id, "bike", note="", proof=proof, staff_name="Claire", now=site.sim.now
    )


def test_costs_and_lessons_stand_in_the_report_and_in_its_files(open_site: Open) -> None:
    site = drawn(open_site)
    csrf = sign_in(site)
    room = "/staff/c/sim/closing"
    form = {"csrf": csrf, "mark": closing_mark(site), "postage": "1 049,5 €", "good": "The <i>film</i>."}
    wrong = site.client.post(f"{room}?lang=en", data=form | {"other": "a lot"})
    assert wrong.status_code == 422
    assert 'href="#other"' in wrong.text
    assert 'value="a lot"' in wrong.text
    assert site.client.post(room, data=form, follow_redirects=False).status_code == 303
    page = site.client.get(f"{room}?lang=en").text
    assert "1,049.50" in page
    assert "The &lt;i&gt;film" in page
    file = site.client.get(f"{room}/fr.html")
    assert "1\u202f049,50" in file.text
    assert "attachment" in file.headers["content-disposition"]
    assert site.client.get(f"{room}/en.pdf").content.startswith(b"%PDF-")
    for name in ("de.html", "fr.doc", "fr"):
        assert site.client.get(f"{room}/{name}").status_code == 404
    assert "people.example" not in page + file.text


def closing_mark(site: Site) -> str:
    found = re.search(r'name="mark" value="(\w+)"', site.client.get("/staff/c/sim/closing").text)
    assert found
    return found[1]


def test_a_stale_closing_report_replaces_nobody_elses(open_site: Open) -> None:
    site = drawn(open_site)
    room, form = "/staff/c/sim/closing?lang=en", {"csrf": sign_in(site), "mark": closing_mark(site)}
    assert site.client.post(room, data=form | {"good": "Theirs."}, follow_redirects=False).status_code == 303
    stale = site.client.post(room, data=form | {"good": "Mine.", "postage": "12"})
    assert stale.status_code == 409
    assert "somebody changed it meanwhile" in stale.text
    assert ">Mine.</textarea>" in stale.text, "what was typed is kept"
    assert "Theirs." in stale.text, "what stands is shown"
    mark = re.findall(r'name="mark" value="(\w+)"', stale.text)[0]
    again = form | {"good": "Mine.", "mark": mark}
    assert site.client.post(room, data=again, follow_redirects=False).status_code == 303
    assert "Theirs." not in site.client.get(room).text


def test_the_link_to_a_prize_that_went_on_says_so(open_site: Open) -> None:
    site = drawn(open_site)
    path = link(site)
    sent = {"csrf": sign_in(site), "do": "forfeit", "unit": "bike", "reason": "not-eligible", "note": "Under age."}
    done = site.client.post("/staff/c/sim/awards", data=sent, follow_redirects=False)
    assert done.headers["location"] == "/staff/c/sim/awards#u-bike", "the prize is what one sees next"
    assert 'id="u-bike"' in site.client.get("/staff/c/sim/awards").text
    gone = site.client.get(f"{path}?lang=en")
    assert gone.status_code == 404
    assert "the prize then goes to the next alternate" in gone.text


@pytest.mark.parametrize("typed", ["-5", "(12)", "١٢,٣٤", "9" * 5000, "1.2.3", "1e3", "12,345", "²"])
def test_an_amount_that_is_none_is_refused_and_nothing_typed_is_lost(open_site: Open, typed: str) -> None:
    site = drawn(open_site)
    sent = {"csrf": sign_in(site), "prizes": typed, "good": "The film."}
    refused = site.client.post("/staff/c/sim/closing", data=sent)
    assert refused.status_code == 422
    assert "The film." in refused.text


@pytest.mark.parametrize("on", ["2026-W50-3", "20261209", "9 décembre"])
def test_the_day_of_a_sending_is_a_day_of_the_calendar(open_site: Open, on: str) -> None:
    site = drawn(open_site, awards={})
    confirm(site)
    csrf = sign_in(site)
    sent = {"csrf": csrf, "do": "sent", "on": on, "carrier": "Poste", "value": "5"}
    assert site.client.post("/staff/c/sim/awards/bike", data=sent).status_code == 422


def test_a_voided_contest_takes_no_answer_to_an_offer(open_site: Open) -> None:
    site = drawn(open_site)
    path = link(site)
    moderate.void(site.sim.house, site.sim.id, reason="The prize burnt.", staff_name="C", now=site.sim.now)
    page = site.client.get(f"{path}?lang=en")
    assert "The contest was voided" in page.text
    assert "<form" not in page.text
    refused = site.client.post(
        path, data={"conditions": "yes", "name": "A", "street": "B", "postcode": "1", "town": "C"}
    )
    assert refused.status_code in {409, 422}
    with site.sim.store.read() as tx:
        assert {award.state for award in draws.awards(tx, site.sim.id)} == {"offered"}
    with pytest.raises(StageRefused):
        settle.claim(site.sim.house, site.sim.id, path.rpartition("/")[2], {}, site.sim.now)


def test_a_prize_that_was_confirmed_by_somebody_else_says_so_in_words(open_site: Open) -> None:
    site = drawn(open_site, awards={}, prizes=DEFINITION["prizes"])
    confirm(site)
    told = site.client.post(
        "/staff/c/sim/awards", data={"csrf": sign_in(site), "do": "confirm", "unit": "bike", "note": "Seen."}
    )
    assert told.status_code == 422
    for word in ("Un lot accepté ou proposé était attendu", "confirmé"):
        assert word in told.text


def test_what_was_told_is_on_the_file_word_for_word_and_without_an_address_in_the_log(
    open_site: Open, caplog: Any
) -> None:
    site = drawn(open_site)
    sign_in(site)
    with site.sim.store.read() as tx:
        told = handovers.notices(tx, site.sim.id, "bike")[0]
    assert told.mail is not None
    page = site.client.get("/staff/c/sim/awards/bike?lang=en").text
    assert told.noted.digest in page
    assert "in the outbox" in page
    with site.sim.store.write() as tx:
        outbox.sent(tx, told.mail.id, site.sim.now)
    assert "in the outbox" not in site.client.get("/staff/c/sim/awards/bike?lang=en").text
    assert "people.example" not in caplog.text


def test_a_file_of_no_unit_is_not_there(open_site: Open) -> None:
    site = drawn(open_site)
    csrf = sign_in(site)
    for unit in ("car", "bike-9", "%00"):
        assert site.client.get(f"/staff/c/sim/awards/{unit}").status_code == 404
        assert site.client.post(f"/staff/c/sim/awards/{unit}", data={"csrf": csrf, "do": "seen"}).status_code == 404
