"""A series over HTTP: drafts made at once, one answer carried over, all published or none, the calendar day by day."""

import re
from datetime import timedelta
from typing import Any

import pytest
from visitor import Open, Site

from contests.campaign.parse import parse
from contests.settings import Settings
from contests.store import campaigns, views
from contests.store.tables import CampaignRow

PRIZES = "Une bougie ; 24,90\nUn vélo ; 1290\nUne tasse ; 9 ; 2"
FILLED = {"reveal": "on", "first": "2026-12-05", "number": "3", "prizes": PRIZES, "title": "Noël", "languages": "fr"}


class Series:
    """A community manager with a series of three days."""

    def __init__(self, site: Site) -> None:
        self.site, self.sim, self.client, self.csrf = site, site.sim, site.client, site.sign_in()

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **data}, follow_redirects=False)

    def begin(self, start: str = "advent", **changes: str) -> Any:
        return self.post(f"/staff/start/{start}", **(FILLED | changes))

    def rows(self, key: str = "noel") -> list[CampaignRow]:
        with self.sim.store.read() as tx:
            return campaigns.in_series(tx, key)

    def mend(self, slug: str, old: str, new: str) -> None:
        """Change a draft's text."""
        page = self.client.get(f"/staff/c/{slug}/text").text
        mark = re.search(r'name="mark" value="(\w+)"', page)
        assert mark
        text = next(row.draft for row in self.rows() if row.slug == slug)
        assert old in text
        done = self.post(f"/staff/c/{slug}/text", mark=mark[1], text=text.replace(old, new))
        assert done.status_code == 303, done.text

    def acknowledge_all(self) -> None:
        for remark in re.findall(r'name="remark" value="(\w+)"', self.client.get("/staff/s/noel").text):
            assert self.post("/staff/s/noel", do="acknowledge", remark=remark, reason="Vu.").status_code == 303


@pytest.fixture
def series(open_site: Open) -> Series:
    made = Series(open_site())
    assert made.begin().headers["location"] == "/staff/s/noel"
    return made


def test_all_drafts_are_made_at_once_each_with_its_own_day_and_prize(series: Series) -> None:
    made = [parse(row.draft.encode(), "toml") for row in series.rows()]
    assert [one.slug for one in made] == ["noel-1", "noel-2", "noel-3"]
    assert [one.prizes[0].title["fr"] for one in made] == ["Une bougie", "Un vélo", "Une tasse"]
    assert made[2].units == ("lot-1-1", "lot-1-2")
    assert made[0].organiser == series.sim.campaign.organiser, "nobody types it twice"
    assert all(one.one_of and one.one_of.reveal == "on-the-day" for one in made)
    assert 'href="/staff/s/noel"' in series.client.get("/staff").text
    assert series.begin().headers["location"] == "/staff/s/noel-2", "a second series of that title has a key of its own"


def test_a_series_is_prepared_for_a_second_person_where_one_is_wanted(open_site: Open) -> None:
    series = Series(open_site(Settings(proof_cost=1, four_eyes="publish")))
    series.begin()
    series.mend("noel-3", 'title = {fr = "Une tasse"}', 'title = {fr = "[à compléter]"}')
    assert series.post("/staff/s/noel", do="publish").status_code == 422
    assert "noel-1" not in series.client.get("/staff/waiting").text, "one that is refused keeps all from being prepared"
    series.mend("noel-3", 'title = {fr = "[à compléter]"}', 'title = {fr = "Une tasse"}')
    assert series.post("/staff/s/noel", do="publish").headers["location"] == "/staff/waiting"
    waiting = series.client.get("/staff/waiting").text
    assert all(row.slug in waiting for row in series.rows())
    assert {row.stage for row in series.rows()} == {"draft"}


WRONG = (
    ({"title": " "}, "title"),
    ({"number": "1"}, "number"),
    ({"number": "many"}, "number"),
    ({"first": "demain"}, "first"),
    ({"prizes": "Un ; 1\nDeux ; 2"}, "prizes"),
)


def test_an_answer_that_does_not_fit_is_said_at_its_question_and_makes_nothing(series: Series) -> None:
    for changes, where in WRONG:
        refused = series.begin("weekly", **changes)
        assert refused.status_code == 422
        assert f'href="#{where}"' in refused.text
        assert f'id="{where}-error"' in refused.text
        assert "Une bougie" in refused.text or "prizes" in changes, "what was typed is kept"
    assert series.rows("noel-2") == []


def test_one_finding_is_said_once_and_acknowledged_wherever_it_stands(series: Series) -> None:
    for row in series.rows():
        series.mend(row.slug, "alternates = 5", "alternates = 0")
    page = series.client.get("/staff/s/noel").text
    assert page.count('<li class="warn">') == 1
    assert "dans les 3 brouillons" in page
    refused = series.post("/staff/s/noel", do="publish")
    assert refused.status_code == 422
    assert {row.stage for row in series.rows()} == {"draft"}
    assert series.post("/staff/s/noel", do="acknowledge", remark="0", reason="").status_code == 303
    remark = re.findall(r'name="remark" value="(\w+)"', page)[0]
    assert 'aria-invalid="true"' in series.post("/staff/s/noel", do="acknowledge", remark=remark, reason=" ").text
    series.acknowledge_all()
    assert series.post("/staff/s/noel", do="publish").status_code == 303
    assert {row.stage for row in series.rows()} == {"open"}


def test_all_are_published_or_none(series: Series) -> None:
    series.mend("noel-3", 'title = {fr = "Une tasse"}', 'title = {fr = "[à compléter]"}')
    refused = series.post("/staff/s/noel", do="publish")
    assert refused.status_code == 422
    assert "noel-3" in refused.text
    assert {row.stage for row in series.rows()} == {"draft"}
    assert series.client.get("/s/noel").status_code == 404
    with series.sim.store.read() as tx:
        assert campaigns.by_slug(tx, "noel-1").definition == b""


def test_a_number_that_is_missing_is_told_before_all_are_published(series: Series) -> None:
    assert "il manque" not in series.client.get("/staff/s/noel").text
    assert series.post("/staff/c/noel-2/draft", do="discard").status_code == 303
    page = series.client.get("/staff/s/noel?lang=en").text
    assert "The rules announce 3 contests; missing: no. 2." in page


def test_a_common_answer_is_carried_over_and_each_ones_own_stays(series: Series) -> None:
    series.mend("noel-1", "years = 18", "years = 16")
    page = series.client.get("/staff/c/noel-1/carry").text
    assert "Ans révolus" in page
    assert "<del>18</del>" in page
    assert "organiser" not in page.partition("<form")[2].partition("key-")[2]
    mark = re.findall(r'name="mark" value="(\w+)"', page)[0]
    before = [parse(row.draft.encode(), "toml") for row in series.rows()]
    done = series.post("/staff/c/noel-1/carry", mark=mark, **{"key-rules": "on", "key-prizes": "on"})
    assert done.headers["location"] == "/staff/s/noel?carried=2"
    after = [parse(row.draft.encode(), "toml") for row in series.rows()]
    assert {one.rules for one in after} == {after[0].rules}
    for name in ("slug", "title", "prizes", "opens_at", "series"):
        assert [getattr(one, name) for one in after] == [getattr(one, name) for one in before]
    again = series.post("/staff/c/noel-1/carry", mark=mark, **{"key-rules": "on"})
    assert again.status_code == 409, "the comparison that was shown is no longer true"
    ticked = re.findall(r'name="key-(\w+)" value="on" checked', again.text)
    assert set(ticked) <= {"rules"}, "what was ticked stays ticked, and nothing else"


def test_the_series_is_named_in_all_drafts_at_once(series: Series) -> None:
    done = series.post("/staff/s/noel", do="name", **{"title-fr": "Trois jours"})
    assert done.status_code == 303
    made = [parse(row.draft.encode(), "toml").one_of for row in series.rows()]
    assert [(one.title, one.reveal, one.place) for one in made if one] == [
        ({"fr": "Trois jours"}, "at-once", n) for n in (1, 2, 3)
    ]


def test_a_name_that_is_refused_stays_in_its_field(series: Series) -> None:
    told = series.post("/staff/s/noel", do="name", **{"title-fr": "GARDE \u202e"})
    assert told.status_code == 422
    assert 'value="GARDE' in told.text


def test_what_was_uploaded_goes_along(series: Series) -> None:
    series.post("/staff/c/noel-1/draft", do="excluded", list="eve@people.example")
    page = series.client.get("/staff/c/noel-1/carry").text
    mark = re.findall(r'name="mark" value="(\w+)"', page)[0]
    assert series.post("/staff/c/noel-1/carry", mark=mark, goods="on").status_code == 303
    with series.sim.store.read() as tx:
        assert [campaigns.goods(tx, row.id)[1] for row in series.rows()] == [1, 1, 1]


def test_the_calendar_opens_door_by_door(series: Series) -> None:
    assert series.post("/staff/s/noel", do="publish").status_code == 303
    series.client.cookies.clear()
    page = series.client.get("/s/noel").text
    assert page.count('class="door shut"') == 3
    assert "Une bougie" not in page, "a surprise until its day"
    assert "Une bougie" not in series.client.get("/c/noel-1").text
    assert "Une bougie" in series.client.get("/c/noel-1/rules").text, "but never in the rules"
    series.sim.go(timedelta(days=3, hours=15, minutes=30))  # 2026-12-05, past midnight in Paris
    page = series.client.get("/s/noel").text
    assert page.count('class="door shut"') == 2
    assert 'href="/c/noel-1?lang=fr"' in page
    assert "Une bougie" in page
    assert "Un vélo" not in page
    series.sim.go(timedelta(days=1))
    page = series.client.get("/s/noel").text
    assert 'href="/c/noel-1/results?lang=fr"' in page
    assert 'href="/c/noel-2?lang=fr"' in page
    assert series.client.get("/").text.count('href="/s/noel"') == 1, "one card for all"


def test_an_entry_of_one_day_is_in_no_other(series: Series) -> None:
    assert series.post("/staff/s/noel", do="publish").status_code == 303
    series.sim.go(timedelta(days=3, hours=15, minutes=30))
    told = series.site.form("alice", age="on", first_name="Alice", last_name="Martin", lang="fr")
    assert series.client.post("/c/noel-1", data=told, follow_redirects=False).status_code == 303
    assert series.client.post("/c/noel-2", data=told, follow_redirects=False).status_code == 409
    with series.sim.store.read() as tx:
        assert [views.entry_counts(tx, row.id) for row in series.rows()] == [{"pending": 1}, {}, {}]


def test_two_published_campaigns_never_share_a_place(series: Series) -> None:
    series.mend("noel-2", "place = 2", "place = 1")
    refused = series.post("/staff/s/noel", do="publish")
    assert refused.status_code == 422
    assert {row.stage for row in series.rows()} == {"draft"}


def test_a_series_that_is_thrown_away_leaves_nothing(series: Series) -> None:
    assert series.post("/staff/s/noel", do="discard").headers["location"] == "/staff"
    assert series.rows() == []
    assert series.client.get("/staff/s/noel").status_code == 404
