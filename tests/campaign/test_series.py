"""A series: one text becomes a campaign for each day or week; what is common is carried over, what is own is not."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contests.campaign.carry import OWN, carry, changes, name_series
from contests.campaign.definition import Reveal
from contests.campaign.editor.answers import GAP, document
from contests.campaign.lint import lint
from contests.campaign.parse import parse
from contests.campaign.series import MOST, Plan, PrizeLine, Step, read_prizes, unfold, windows
from contests.campaign.starts import SERIES, STEPS, begin
from contests.errors import Malformed

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
# Clocks that move at three, at two, at midnight (forwards and back), by half an hour, and never.
ZONES = ("Europe/Paris", "America/New_York", "America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut",
         "Australia/Lord_Howe", "America/Asuncion", "Asia/Kolkata", "UTC")  # fmt: skip
BASE = {
    start.id: begin(start.id, slug="noel", title="Noël", languages=["fr", "en"], organiser=None, now=NOW)
    for start in SERIES
}
FOLDER = Path(__file__).parents[2] / "examples"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml"))] + list(BASE.values())
steps = st.sampled_from(["day", "week"])


def plan(step: Step = "day", first: date = date(2026, 12, 1), number: int = 24, **more: object) -> Plan:
    return Plan(key="noel", step=step, first=first, number=number, **more)  # type: ignore[arg-type]


@given(st.sampled_from(ZONES), steps, st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(2, MOST))
@example("America/Havana", "day", date(2026, 10, 25), 14)
@example("America/Santiago", "day", date(2026, 8, 30), 14)
@settings(max_examples=30)
def test_windows_tile_the_period_without_gap_or_overlap(zone: str, step: Step, first: date, number: int) -> None:
    found = windows(plan(step, first, number), ZoneInfo(zone))
    assert len(found) == number
    assert all(one.closes_at == after.opens_at for one, after in pairwise(found))
    for n, one in enumerate(found):
        assert one.opens_at < one.closes_at < one.freezes_at < one.draws_at
        assert one.draws_at - one.freezes_at >= timedelta(minutes=60), "the list is public before chance speaks"
        local = one.opens_at.astimezone(ZoneInfo(zone))
        assert local.date() == first + timedelta(days=n * (1 if step == "day" else 7))
        assert (one.opens_at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < local.date(), (
            "its first second"
        )


@given(st.sampled_from(ZONES), steps, st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(2, 6))
@example("America/Havana", "day", date(2026, 10, 31), 3)
@example("America/Santiago", "day", date(2026, 9, 5), 3)
@settings(max_examples=25)
def test_what_is_unfolded_is_read_back_as_it_was_planned(zone: str, step: Step, first: date, number: int) -> None:
    text = BASE["advent"].replace("Europe/Paris", zone)
    wanted = plan(step, first, number)
    made = [parse(one.encode(), "toml") for one in unfold(text, wanted)]
    for one, window in zip(made, windows(wanted, ZoneInfo(zone)), strict=True):
        assert (one.opens_at, one.closes_at) == (window.opens_at, window.closes_at)
        assert (one.freezes_at, one.draws_at) == (window.freezes_at, window.draws_at)
    assert len({one.slug for one in made}) == number
    assert [one.slug for one in made] == sorted(one.slug for one in made), "a list by name is in the order of the days"
    assert [one.one_of.place for one in made if one.one_of] == list(range(1, number + 1))


@pytest.mark.parametrize("start", [start.id for start in SERIES])
def test_a_filled_start_unfolds_into_campaigns_that_may_be_published(start: str) -> None:
    organiser = parse(TEXTS[0].encode(), "toml").organiser
    told = {name: getattr(organiser, name) for name in organiser.__struct_fields__}
    text = begin(start, slug="x", title="Noël", languages=["fr"], organiser=told, now=NOW)
    lines = tuple(PrizeLine({"fr": f"Lot {n}"}, f"{n}.50", n) for n in range(1, 5))
    made = [parse(one.encode(), "toml") for one in unfold(text, plan(STEPS[start], number=4, prizes=lines))]
    for n, one in enumerate(made, 1):
        assert [remark.code for remark in lint(one, NOW) if remark.level == "block"] == []
        assert one.prizes[0].title == {"fr": f"Lot {n}"}
        assert (one.prizes[0].unit_value, one.prizes[0].quantity) == (f"{n}.50", n)
        assert one.title["fr"] == f"Noël – {'jour' if start == 'advent' else 'semaine'} {n}"
        assert one.one_of is not None
        assert (one.one_of.key, one.one_of.of, one.one_of.title) == ("noel", 4, {"fr": "Noël"})


def test_one_line_is_the_prize_of_each_and_none_leaves_a_gap() -> None:
    same = unfold(BASE["advent"], plan(number=3, prizes=(PrizeLine({"fr": "Un thé"}, "9.00"),)))
    assert [parse(one.encode(), "toml").prizes[0].title for one in same] == [{"fr": "Un thé", "en": GAP["en"]}] * 3
    assert parse(unfold(BASE["advent"], plan(number=2))[1].encode(), "toml").prizes[0].title["fr"] == GAP["fr"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Un thé ; 9", [({"fr": "Un thé"}, "9.00", 1)]),
        ("Un thé\t9,50 €\t3\tA tea\n\nUn vélo\t1 290", [({"fr": "Un thé", "en": "A tea"}, "9.50", 3), ({"fr": "Un vélo"}, "1290.00", 1)]),
    ],
)  # fmt: skip
def test_prizes_are_read_as_typed_or_pasted(text: str, found: list[tuple[dict[str, str], str, int]]) -> None:
    assert [(p.title, p.value, p.quantity) for p in read_prizes(text, 2, ["fr", "en"])] == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Un thé", "Line 1"),
        ("Un thé ; 9\nUn vélo ; gratuit", "Line 2"),
        ("Un thé ; NaN", "Line 1"),
        ("Un thé ; -3", "Line 1"),
        ("; 9", "Line 1"),
        ("Un thé ; 9 ; 0", "Line 1"),
        ("Un thé ; 9 ; 1 ; A tea ; more", "Line 1"),
        ("a;1\nb;2\nc;3", "there are 3"),
    ],
)
def test_a_line_that_is_no_prize_is_named(text: str, says: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_prizes(text, 2, ["fr"])
    assert says in caught.value.expected.en
    assert caught.value.where == "prizes"


@pytest.mark.parametrize(("number", "where"), [(1, "number"), (MOST + 1, "number")])
def test_a_series_has_a_reasonable_number(number: int, where: str) -> None:
    with pytest.raises(Malformed) as caught:
        unfold(BASE["weekly"], plan(number=number))
    assert caught.value.where == where


@given(st.data())
@settings(max_examples=25)
def test_what_is_carried_is_alike_and_what_is_own_stays(data: st.DataObject) -> None:
    source, target = (data.draw(st.sampled_from(TEXTS + list(unfold(BASE["advent"], plan(number=3))))) for _ in "ab")
    keys = data.draw(
        st.lists(st.sampled_from(sorted(changes(source, "toml", target, "toml")) or ["rules"]), unique=True)
    )
    made = carry(source, "toml", target, "toml", [*keys, *OWN])
    ours, before, after = (document(text, "toml").unwrap() for text in (source, target, made))
    for key in {*ours, *before, *after}:
        if key == "series" and key in keys and key in ours and key in before:
            assert after[key] == ours[key] | {"place": before[key]["place"]}
        elif key in keys:
            assert after.get(key) == ours.get(key)
        else:
            assert after.get(key) == before.get(key)
    assert not set(changes(source, "toml", made, "toml")) & set(keys)


def test_a_change_says_what_was_and_what_becomes() -> None:
    one, two = unfold(BASE["advent"], plan(number=2))
    assert changes(one, "toml", two, "toml") == {}, "dates, prizes, title, address and place are each one's own"
    mended = one.replace('contact = "contact@example.invalid"', 'contact = "jeux@velos.example"').replace(
        "years = 18", "years = 16"
    )
    found = changes(mended, "toml", two, "toml")
    assert {key: [(c.path, c.before, c.after) for c in told] for key, told in found.items()} == {
        "organiser": [("organiser.contact", "contact@example.invalid", "jeux@velos.example")],
        "rules": [("rules[0].years", "18", "16")],
    }


def test_a_place_that_the_series_does_not_have_blocks() -> None:
    text = unfold(BASE["advent"], plan(number=2))[1]
    codes = {one.code for one in lint(parse(text.replace("of = 2", "of = 1").encode(), "toml"), NOW)}
    assert "series-place" in codes
    assert "series-place" not in {one.code for one in lint(parse(text.encode(), "toml"), NOW)}


@pytest.mark.parametrize("reveal", ["at-once", "on-the-day"])
def test_naming_a_series_moves_nothing_else(reveal: Reveal) -> None:
    before = unfold(BASE["advent"], plan(number=2, reveal="on-the-day"))[1]
    after = name_series(before, "toml", {"fr": "Autre"}, reveal)
    told, raw = parse(after.encode(), "toml").one_of, document(before, "toml").unwrap()
    assert told is not None
    assert (told.title["fr"], told.reveal, told.place) == ("Autre", reveal, 2)
    assert {key: value for key, value in document(after, "toml").unwrap().items() if key != "series"} == {
        key: value for key, value in raw.items() if key != "series"
    }
    assert name_series(after, "toml", {"fr": "Autre"}, reveal) == after
