"""Figures, files, calendar and replies over HTTP: what is counted, who may take what, and what is said when."""

import csv
import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from visitor import Open, Site

from contests.papers.replies import Facts, replies
from contests.store import figures, views
from contests.web.counts import is_bot

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
CHANNELS = [{"id": "poster", "title": {"fr": "Affiche", "en": "Poster"}}]


def counted(site: Site) -> dict[tuple[str, str, str], int]:
    """Write what waits; return the counters by what, channel and language."""
    site.client.app.state.counts.write()
    with site.sim.store.read() as tx:
        rows = figures.visits(tx, site.sim.id)
    assert len({row.hour for row in rows}) <= 1
    return {(row.what, row.channel, row.language): row.count for row in rows}


def test_visits_are_counted_by_channel_and_language_and_nothing_else_is_kept(open_site: Open) -> None:
    site = open_site(channels=CHANNELS)
    site.sim.go(timedelta(hours=2))
    for path in ("/c/sim", "/c/sim?via=poster&lang=en", "/c/sim?via=poster&lang=en", "/c/sim?via=unknown"):
        answer = site.client.get(path, headers={"user-agent": PHONE, "accept-language": "fr"})
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "public, max-age=30"
    expected = {("visit", "page", "fr"): 2, ("visit", "poster", "en"): 2}
    assert counted(site) == expected
    assert counted(site) == expected  # what was written is not written again


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"user-agent": "facebookexternalhit/1.1"},
        {"user-agent": "WhatsApp/2.23.20.0"},
        {"user-agent": "curl/8.5.0"},
        {"user-agent": ""},
        {"user-agent": PHONE, "sec-purpose": "prefetch;prerender"},
        {"user-agent": PHONE, "purpose": "prefetch"},
    ],
)
def test_programs_and_pages_fetched_ahead_are_no_visits(site: Site, headers: dict[str, str]) -> None:
    assert site.client.get("/c/sim", headers=headers).status_code == 200
    assert counted(site) == {}
    assert site.client.head("/c/sim", headers={"user-agent": PHONE}).status_code == 200
    assert counted(site) == {}


@pytest.mark.parametrize("inside", ["[Pinterest/iOS]", "Instagram 300.0", "FBAN/FBIOS", "musical_ly_30"])
def test_browsers_inside_of_social_applications_are_people(inside: str) -> None:
    assert not is_bot(f"{PHONE} {inside}")


def test_a_form_begun_and_one_sent_back_are_counted(open_site: Open) -> None:
    site = open_site(channels=CHANNELS)
    site.sim.go(timedelta(hours=2))
    site.client.get("/c/sim/challenge?via=poster&lang=en")
    site.client.get("/c/sim/challenge?via=poster&lang=en&again=1")
    assert site.client.post("/c/sim", data={"email": "", "via": "poster", "lang": "en"}).status_code == 422
    assert counted(site) == {("begun", "poster", "en"): 1, ("mended", "poster", "en"): 1}


def test_a_store_that_is_away_costs_no_page_and_no_count(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OSError

    site.client.get("/c/sim?lang=fr")
    with monkeypatch.context() as patched:
        patched.setattr("contests.web.counts.note_visits", away)
        assert counted(site) == {}
        assert site.client.get("/c/sim?lang=fr").status_code == 200
    assert counted(site) == {("visit", "page", "fr"): 2}


def test_the_figures_page_tells_what_happened(open_site: Open) -> None:
    site = open_site(channels=CHANNELS, bonuses=[{"kind": "referral", "tickets": 1, "cap": 5}])
    site.sim.go(timedelta(hours=2))
    for _ in range(10):
        site.client.get("/c/sim?via=poster&lang=fr", headers={"user-agent": PHONE})
    counted(site)
    site.sim.enter("alice", "bob", via="poster")
    site.sim.enter("alice")
    site.sign_in()
    page = site.client.get("/staff/c/sim/figures?lang=en").text
    shown = dict(re.findall(r"<strong>([^<]+)</strong><span>([^<]+)</span>", page))
    by_name = {name: value for value, name in shown.items()}
    assert by_name["visits"] == "10"
    assert "Poster" in page
    assert "20" in page.partition("entries for 100 visits")[0][-60:]
    assert "<svg" in page
    assert "style=" not in page
    assert site.client.get("/staff/c/sim/figures?with=sim").status_code == 200
    for odd in ("'", "nothing", "%00"):
        assert site.client.get(f"/staff/c/sim/figures?with={odd}").status_code == 200


def test_the_figures_file_names_nobody(open_site: Open) -> None:
    site = open_site()
    site.sim.enter("alice")
    site.sign_in()
    answer = site.client.get("/staff/c/sim/figures.csv?lang=en")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["whole", "in the journal", "", "1"] in lines
    assert ["country", "France", "0", "1"] in lines
    assert "alice" not in answer.text


def test_another_campaign_is_compared_by_day_since_its_opening(site: Site) -> None:
    from contests.codec import canonical
    from contests.flows import publish
    from contests.flows.acknowledge import acknowledge_all

    text = canonical(site.sim.definition_data | {"slug": "before"}).decode()
    before = publish.draft(site.sim.house, text, "json", site.sim.now)
    acknowledge_all(site.sim.house, before, reason="A test.", staff_name="Tester", now=site.sim.now)
    publish.publish(site.sim.house, before, site.sim.now)
    site.sim.go(timedelta(hours=2))
    site.sim.enter("alice")
    site.sign_in()
    page = site.client.get("/staff/c/sim/figures?lang=en&with=before").text
    rows = re.findall(r'<th scope="row">1</th><td class="num">(\d)</td><td class="num">(\d)</td>', page)
    assert rows == [("1", "0")]


def take(site: Site, csrf: str, kind: str) -> bytes:
    """Take the entries as a file."""
    answer = site.client.post("/staff/c/sim/entries-file?lang=en", data={"csrf": csrf, "do": kind})
    assert answer.status_code == 200
    return answer.content


FIELDS = [
    {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180},
    {"id": "first_name", "kind": "first-name", "purpose": "publication", "retention_days": 180},
]


def test_an_export_holds_every_entry_and_is_noted(open_site: Open) -> None:
    site = open_site(fields=FIELDS)
    site.sim.go(timedelta(hours=2))
    site.sim.enter("alice", first_name="=HYPERLINK(1)")
    site.sim.enter("bob", first_name="Bob")
    csrf = site.sign_in("legal")
    lines = list(csv.DictReader(io.StringIO(take(site, csrf, "csv").decode("utf-8-sig"))))
    assert [line["E-mail address"] for line in lines] == ["alice@people.example", "bob@people.example"]
    assert lines[0]["First name"] == "'=HYPERLINK(1)"
    assert lines[1]["Received on (Europe/Paris)"] == "2026-12-01 11:00:00"
    assert lines[1]["State"] == "counts"
    page = site.client.get("/staff/c/sim/figures").text
    assert "CSV, 2" in page
    assert ">Legal<" in page


def test_a_workbook_holds_texts_and_never_a_formula(open_site: Open) -> None:
    site = open_site(fields=FIELDS)
    site.sim.go(timedelta(hours=2))
    site.sim.enter("alice", first_name="=1+1")
    csrf = site.sign_in()
    with zipfile.ZipFile(io.BytesIO(take(site, csrf, "xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert 't="inlineStr"><is><t>=1+1</t>' in sheet


def test_nobody_takes_the_entries_without_signing_in_or_without_the_token(site: Site) -> None:
    assert site.client.post("/staff/c/sim/entries-file", data={}, follow_redirects=False).status_code == 303
    site.sign_in()
    assert site.client.post("/staff/c/sim/entries-file", data={"do": "csv"}).status_code == 403
    with site.sim.store.read() as tx:
        assert figures.exports(tx, site.sim.id) == []


@pytest.mark.parametrize(
    "path", ["/staff/c/sim/figures", "/staff/c/sim/figures.csv", "/staff/c/sim/replies", "/staff/calendar"]
)
def test_nobody_reads_these_pages_without_signing_in(site: Site, path: str) -> None:
    assert site.client.get(path, follow_redirects=False).headers["location"] == "/staff/sign-in"
    site.sign_in("legal")
    assert site.client.get(path).status_code == 200


def address(site: Site, csrf: str) -> str:
    """Make a calendar address; return its path."""
    found = re.search(r"/staff/calendar/\w+\.ics", site.client.post("/staff/calendar", data={"csrf": csrf}).text)
    assert found
    return found[0]


def test_the_calendar_holds_the_dates_of_all_campaigns_in_utc(site: Site) -> None:
    path = address(site, site.sign_in())
    site.client.cookies.clear()
    answer = site.client.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert answer.content.endswith(b"END:VCALENDAR\r\n")
    found = icalendar.Calendar.from_ical(answer.content)
    starts = {
        str(e["uid"]).split(".")[1].partition("@")[0]: e.to_ical().decode().partition("DTSTART:")[2].partition("\r")[0]
        for e in found.walk("VEVENT")
    }
    assert starts == {
        "opens": "20261201T080000Z", "closes": "20261208T080000Z", "freezes": "20261208T090000Z", "draws": "20261208T110000Z",
    }  # fmt: skip


def test_a_calendar_keeps_its_names_and_tells_when_offers_lapse_without_naming_anybody(site: Site) -> None:
    path = address(site, site.sign_in())
    before = {str(e["uid"]) for e in icalendar.Calendar.from_ical(site.client.get(path).content).walk("VEVENT")}
    site.sim.enter(*"abcdef")
    site.sim.freeze()
    site.sim.draw()
    site.sim.advance()
    data = site.client.get(path).content
    after = {str(e["uid"]) for e in icalendar.Calendar.from_ical(data).walk("VEVENT")}
    assert before < after
    assert len(after - before) == 1
    assert b"people.example" not in data


def test_a_new_address_ends_the_one_before_and_only_a_digest_is_kept(site: Site) -> None:
    csrf = site.sign_in()
    first, second = address(site, csrf), address(site, csrf)
    assert site.client.get(first).status_code == 404
    assert site.client.get(second).status_code == 200
    secret = second.rpartition("/")[2].removesuffix(".ics")
    assert secret not in site.client.get("/staff/calendar").text
    with site.sim.store.read() as tx:
        assert figures.calendar_of(tx, secret) is None
    for odd in (
        "/staff/calendar/x.ics",
        "/staff/calendar/.ics",
        f"/staff/calendar/{secret}",
        "/staff/calendar/%00.ics",
    ):
        assert site.client.get(odd).status_code == 404


def said(site: Site) -> str:
    """Return every reply that is on the page."""
    page = site.client.get("/staff/c/sim/replies").text
    return " ".join(re.findall(r"<textarea[^>]*>([^<]*)</textarea>", page))


def test_replies_say_only_what_is_true_by_then(open_site: Open) -> None:
    site = open_site()
    site.sim.enter(*"abcdef")
    site.sign_in()
    site.sim.go(timedelta(hours=2))
    before = said(site)
    assert "SHA-256" not in before
    assert "Nobody yet" in before
    site.sim.freeze()
    site.sign_in()
    frozen = said(site)
    with site.sim.store.read() as tx:
        row = views.draw_head(tx, site.sim.id)
    assert row
    assert f"SHA-256 digest is {row.digest}" in frozen
    assert "Nobody yet" in frozen
    site.sim.draw()
    drawn = said(site)
    assert "Nobody yet" not in drawn
    assert "provisional" in drawn


@pytest.mark.parametrize("stage", ["soon", "open", "closed", "frozen", "drawn", "settled", "void"])
@pytest.mark.parametrize("source", ["drand", "ceremony", "rehearsal"])
def test_no_reply_announces_a_gain_and_every_link_of_each_leads_somewhere(
    open_site: Open, stage: str, source: str
) -> None:
    import msgspec

    site = open_site()
    definition = site.sim.campaign
    drawn = {"drand": {}, "ceremony": {"officer": "Maître {Alice}"}, "rehearsal": {}}[source]
    definition = msgspec.structs.replace(
        definition, draw=msgspec.structs.replace(definition.draw, source=source, **drawn)
    )
    facts = Facts(
        definition=definition, stage=stage, base="http://testserver.local/c/sim", freezes_at=definition.freezes_at,
        draws_at=definition.draws_at, pool="ab" * 32, round=7, entrants=3,
    )  # fmt: skip
    for reply in replies(facts):
        for text in reply.answer.values():
            assert not re.search(r"vous avez gagné|you have won|félicitations|congratulations", text, re.IGNORECASE)
            assert ("ab" * 32 in text) <= (stage in {"frozen", "drawn", "settled"})
            assert "{" not in text.replace("{Alice}", "")
        for link in reply.link.values():
            assert site.client.get(link).status_code == 200
