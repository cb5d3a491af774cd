"""Figures on both databases, and the pure parts: the tree of referrals, the charts, the cells of a file."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from simulator import Make, Simulator

from contests.flows import moderate
from contests.flows.measure import Figures, measure, note_visits, tree
from contests.papers.charts import Bar, columns, rows, top_of
from contests.papers.sheet import csv_line, safe
from contests.store import entries
from contests.store.figures import Brought

HOUR = timedelta(hours=1)


def told(sim: Simulator) -> Figures:
    """Return the figures now."""
    return measure(sim.house, sim.id, sim.now)


def referral(sim: Simulator, name: str) -> str:
    """Return somebody's referral code."""
    with sim.store.read() as tx:
        person = entries.entrant(tx, sim.receipts[name].entrant)
    assert person is not None
    return person.referral or ""


def test_entries_are_counted_by_state_hour_day_channel_language_country_and_friend(simulate_on: Make) -> None:
    sim = simulate_on(
        bonuses=[{"kind": "referral", "tickets": 1, "cap": 5}],
        channels=[{"id": "poster", "title": {"fr": "Affiche", "en": "Poster"}}],
        rules=[{"kind": "residence", "countries": ["FR", "LU"]}, {"kind": "one-per-person"}],
    )
    sim.go(timedelta(hours=2))
    hour = sim.now.replace(minute=0)
    note_visits(sim.house, {(sim.id, hour, "poster", "fr", "visit"): 3, (sim.id, hour, "page", "en", "begun"): 2})
    note_visits(sim.house, {(sim.id, hour, "poster", "fr", "visit"): 1})
    sim.enter("alice", via="poster")
    sim.enter("bob", ref=referral(sim, "alice"), country="LU")
    sim.go(timedelta(hours=14))  # past midnight in Paris
    sim.enter("charlie", ref=referral(sim, "bob"))
    sim.enter("alice")
    moderate.withdraw(sim.house, sim.id, sim.receipts["alice"].token, sim.now)
    found = told(sim)
    assert (found.visits, found.begun, found.confirmed, found.counting, found.withdrawn) == (4, 2, 3, 2, 1)
    assert found.bonuses == 2
    assert found.turned_away == 1
    assert found.conversion == 0.75
    assert [(step.at.day, step.visits, step.entries) for step in found.days] == [(1, 4, 2), (2, 0, 1)]
    assert {step.at.hour: step.entries for step in found.hours if step.entries} == {11: 2, 1: 1}
    assert [(line.name, line.visits, line.entries) for line in found.channels] == [("page", 0, 2), ("poster", 4, 1)]
    assert {line.name: line.entries for line in found.countries} == {"FR": 2, "LU": 1}
    assert (found.friends.people, found.friends.bringers, found.friends.depth) == (2, 2, 2)
    assert [(f.brought, f.beyond) for f in found.friends.most] == [(1, 1), (1, 0)]
    assert found.friends.most[0].entrant == sim.receipts["alice"].entrant


def test_entries_that_wait_are_taken_but_not_confirmed(simulate_on: Make) -> None:
    from contests.flows import enter as entering

    sim = simulate_on(rules=[{"kind": "residence", "countries": ["FR"]}, {"kind": "confirmed-email"}])
    sim.go(timedelta(hours=2))
    entering.enter(sim.house, sim.id, [sim.submission("alice")])
    found = told(sim)
    assert (found.received, found.confirmed, found.pending) == (1, 0, 1)
    assert found.conversion is None


def test_answers_that_were_deleted_are_no_fault(simulate_on: Make) -> None:
    sim = simulate_on(bonuses=[{"kind": "referral", "tickets": 1, "cap": 5}])
    sim.go(timedelta(hours=2))
    sim.enter("alice")
    with sim.store.write() as tx:
        row = entries.of_entrant(tx, sim.receipts["alice"].entrant)[0]
        entries.write_entry(tx, row.number, {"answers": b""})
    assert {line.name: line.entries for line in told(sim).countries} == {"": 1}


def test_the_hour_that_comes_twice_in_autumn_is_two_hours(simulate: Make) -> None:
    sim = simulate(
        opens_at="2026-12-01T09:00:00", closes_at="2027-11-01T00:00:00", freezes_at="2027-11-02T00:00:00", draws_at="2027-11-03T00:00:00"
    )  # fmt: skip
    first = datetime(2027, 10, 31, 0, tzinfo=UTC)  # 02:00 in Paris, and an hour later again
    note_visits(sim.house, {(sim.id, first + n * HOUR, "page", "fr", "visit"): n + 1 for n in range(2)})
    sim.go(first + 2 * HOUR)
    assert [(step.at.hour, step.visits) for step in told(sim).hours[-3:]] == [(2, 1), (2, 2), (3, 0)]


PAIRS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 39)).filter(lambda pair: pair[1] < pair[0]), unique_by=lambda p: p[0]
)


@given(PAIRS)
def test_a_tree_of_referrals_counts_everybody_once(pairs: list[tuple[int, int]]) -> None:
    friends = tree((Brought(number, f"e{number}", by, f"e{by}") for number, by in pairs), most=100)
    assert sum(friend.brought for friend in friends.most) == len(pairs) == friends.people
    children = dict(pairs)

    def ancestors(number: int) -> list[int]:
        return [children[number], *ancestors(children[number])] if number in children else []

    assert friends.depth == max((len(ancestors(number)) for number in children), default=0)
    for friend in friends.most:
        below = sum(int(friend.entrant[1:]) in ancestors(number) for number in children)
        assert friend.brought + friend.beyond == below


NAMES = st.text(max_size=80).filter(
    lambda text: not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text)
)


@given(st.lists(st.tuples(NAMES, st.integers(0, 10**9)), max_size=200))
def test_a_chart_is_well_formed_fits_its_frame_and_says_what_it_is(values: list[tuple[str, int]]) -> None:
    bars = [Bar(name, value, f"{name}: {value}") for name, value in values]
    for svg in (columns("k", "Title <b>", "Told & more", bars, "top"), rows("k", "Title <b>", "Told & more", bars)):
        assert "style=" not in svg
        root = ET.fromstring(svg)  # noqa: S314 - our own
        assert [root[0].text, root[1].text] == ["Title <b>", "Told & more"]
        assert root.attrib["aria-labelledby"] == f"{root[0].attrib['id']} {root[1].attrib['id']}"
        for bar in root.iter("rect"):
            assert 0 <= float(bar.attrib["x"].rstrip("%")) <= 100
            assert float(bar.attrib["width"].rstrip("%")) <= 100.001
            assert float(bar.attrib["y"]) >= 0
            assert float(bar.attrib["y"]) + float(bar.attrib["height"]) <= float(root.attrib["height"]) + 0.01


@given(st.integers(0, 10**9))
def test_a_scale_ends_at_a_round_number_that_is_not_far(most: int) -> None:
    assert max(1, most) <= top_of(most) <= max(1, 2.5 * most)
    assert re.fullmatch("[125]0*", str(top_of(most)))


@given(st.lists(st.text().filter(lambda text: not re.search("[\ud800-\udfff]", text)), min_size=1))
def test_no_text_of_a_file_begins_like_a_formula_and_none_is_lost(texts: list[str]) -> None:
    for language, separator in (("fr", ";"), ("en", ",")):
        line = csv_line(texts, language).decode()  # type: ignore[arg-type]
        cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=separator))
        for cell, text in zip(cells, texts, strict=True):
            assert not re.match(r"\s*[=+\-@＝＋－＠]", cell)
            assert not cell.startswith(("\t", "\r", "\n"))
            assert cell in {text, f"'{text}"}


def test_a_number_is_no_text() -> None:
    assert csv_line([-1, "-1"], "en") == b'-1,"\'-1"\r\n'
    assert safe("Zoé") == "Zoé"
