"""What an amendment means for entrants: a table of cases, and no key of a definition without a judgement."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from campaign.samples import VALID, Bend, Raw, bent, drop, put, write
from hypothesis import given
from hypothesis import strategies as st

from contests.campaign.amendment import (
    Effect,
    against,
    amendment,
    fixed,
    is_judged,
    is_slip,
    reason_in,
    reason_line,
    release_of,
)
from contests.campaign.changes import KINDS, NAMED, differences
from contests.campaign.definition import Campaign
from contests.campaign.parse import parse
from contests.campaign.schema import campaign_schema

NOW = datetime(2026, 12, 2, tzinfo=UTC)
BEFORE = datetime(2026, 11, 2, tzinfo=UTC)
FILED = [{"country": "US", "authority": "Florida", "date": "2026-10-01", "number": "7"}]
HAT = {"id": "hat", "title": {"fr": "Chapeau", "en": "Hat"}, "unit_value": "9.00"}
CLAUSE = {"id": "own", "title": {"fr": "Titre", "en": "Title"}, "text": {"fr": "Texte", "en": "Text"}}
COST = {"kind": "postage", "what": {"fr": "un timbre", "en": "a stamp"}}


def read(bend: Bend = lambda _: None) -> Campaign:
    return parse(write(bent(bend), "json"), "json")


def place(kind: str, of: Raw = VALID) -> int:
    return next(n for n, rule in enumerate(of["rules"]) if rule["kind"] == kind)


def add(path: str, item: Any) -> Bend:
    def bend(raw: Raw) -> None:
        raw.setdefault(path, [])
        raw[path] = [*raw[path], item]

    return bend


def add_required(raw: Raw) -> None:
    raw["fields"][3]["required"] = True


CASES: dict[str, tuple[Bend, str, Effect]] = {
    "another address": (put("slug", "other"), "slug", "fixed"),
    "another zone": (put("timezone", "Europe/London"), "timezone", "fixed"),
    "a language less": (put("languages", ["fr"]), "languages", "fixed"),
    "languages in another order": (put("languages", ["en", "fr"]), "languages", "harmless"),
    "the opening, once past": (put("opens_at", "2026-12-03T09:00:00"), "opens_at", "fixed"),
    "a later closing": (put("closes_at", "2026-12-21T08:00:00"), "closes_at", "against"),
    "a later freeze": (put("freezes_at", "2026-12-21T11:00:00"), "freezes_at", "against"),
    "a later draw": (put("draws_at", "2026-12-22T12:00:00"), "draws_at", "against"),
    "another title": (put("title.fr", "Autre jeu"), "title.fr", "harmless"),
    "another contact": (put("organiser.contact", "b@organiser.example"), "organiser.contact", "harmless"),
    "another organiser": (put("organiser.name", "Bob SA"), "organiser.name", "against"),
    "the organiser’s name, mended": (put("organiser.name", "Alicce SARL"), "organiser.name", "harmless"),
    "a prize more": (add("prizes", HAT), "prizes.hat", "favour"),
    "a prize less": (drop("prizes[0]"), "prizes.bike", "against"),
    "fewer units": (put("prizes[1].quantity", 2), "prizes.mug.quantity", "against"),
    "more units": (put("prizes[1].quantity", 4), "prizes.mug.quantity", "favour"),
    "a lesser value": (put("prizes[0].unit_value", "498.99"), "prizes.bike.unit_value", "against"),
    "a greater value": (put("prizes[0].unit_value", "499.01"), "prizes.bike.unit_value", "favour"),
    "another currency": (put("prizes[0].currency", "USD"), "prizes.bike.currency", "against"),
    "another thing": (put("prizes[0].title.fr", "Un vélo d’enfant"), "prizes.bike.title.fr", "against"),
    "a slip of the pen": (put("prizes[0].title.fr", "Un velo !"), "prizes.bike.title.fr", "harmless"),
    "a question removed": (drop("fields[2]"), "fields.last_name", "fixed"),
    "a question for another purpose": (put("fields[0].purpose", "entry"), "fields.email.purpose", "fixed"),
    "data kept longer": (put("fields[0].retention_days", 91), "fields.email.retention_days", "against"),
    "data kept for less time": (put("fields[0].retention_days", 89), "fields.email.retention_days", "favour"),
    "an option less": (put("fields[3].options", ["S"]), "fields.size.options", "against"),
    "an option more": (put("fields[3].options", ["S", "M", "L"]), "fields.size.options", "favour"),
    "a question that must be answered": (add_required, "fields.size.required", "against"),
    "older people only": (put(f"rules[{place('minimum-age')}].years", 21), "rules.minimum-age.years", "against"),
    "no age any more": (drop(f"rules[{place('minimum-age')}]"), "rules.minimum-age", "favour"),
    "a country less": (put(f"rules[{place('residence')}].countries", ["FR"]), "rules.residence.countries", "against"),
    "a rule more": (add("rules", {"kind": "disposable-email"}), "rules.disposable-email", "against"),
    "another right answer": (put(f"rules[{place('closed-question')}].tolerance", 2), "rules.closed-question.tolerance", "fixed"),
    "a bonus": (add("bonuses", {"kind": "second-channel"}), "bonuses.second-channel", "against"),
    "fewer alternates": (put("alternates", 1), "alternates", "against"),
    "more alternates": (put("alternates", 3), "alternates", "favour"),
    "another way to lose": (add("forfeits", {"code": "x", "reason": {"fr": "X", "en": "X"}}), "forfeits.x", "against"),
    "another source of chance": (put("draw.source", "rehearsal"), "draw.source", "fixed"),
    "winners named in full": (put("publication", "surname-county"), "publication", "against"),
    "winners not named": (put("publication", "none"), "publication", "favour"),
    "entering costs": (put("terms", {"cost": COST}), "terms.cost", "against"),
    "a mediator": (put("terms", {"mediator": "M"}), "terms.mediator", "harmless"),
    "faster delivery is promised": (put("terms", {"delivery_days": 10}), "terms.delivery_days", "favour"),
    "a clause": (put("clauses", [CLAUSE]), "clauses.own", "against"),
    "another colour": (put("brand.colour", "#000000"), "brand.colour", "harmless"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_judged(name: str) -> None:
    bend, path, effect = CASES[name]
    found = {change.difference.path: change for change in amendment(read(), read(bend), NOW, entered=True)}
    assert path in found
    assert found[path].effect == effect
    if effect in {"against", "fixed"}:
        assert found[path].why.fr.endswith(".")
        assert found[path].why.en.endswith(".")


def test_what_entries_rest_on_is_fixed_once_somebody_has_entered() -> None:
    after = read(put("fields[0].purpose", "entry"))
    for entered, effect in ((True, "fixed"), (False, "against")):
        assert [change.effect for change in amendment(read(), after, NOW, entered=entered)] == [effect]


def test_before_the_opening_it_may_still_move() -> None:
    after = read(put("opens_at", "2026-12-03T09:00:00"))
    assert [change.effect for change in amendment(read(), after, BEFORE, entered=False)] == ["against"]


def test_a_filing_freezes_what_may_hurt_where_the_law_says_so() -> None:
    def filed(more: Bend) -> Campaign:
        def bend(raw: Raw) -> None:
            raw["rules"][place("residence", raw)]["countries"] = ["US"]
            raw["terms"] = {"filings": FILED}
            more(raw)

        return read(bend)

    for path, value, effect in (
        ("closes_at", "2026-12-21T08:00:00", "fixed"),
        ("prizes[0].unit_value", "1.00", "fixed"),
        ("title.fr", "Autre jeu", "harmless"),
        ("prizes[1].quantity", 5, "favour"),
    ):
        found = amendment(filed(lambda _: None), filed(put(path, value)), NOW, entered=True)
        assert [change.effect for change in found] == [effect], path
    said = fixed(amendment(filed(lambda _: None), filed(put("closes_at", "2026-12-21T08:00:00")), NOW, entered=True))
    assert "États-Unis" in said[0].why.fr
    assert "United States" in said[0].why.en


def test_the_gravest_comes_first() -> None:
    def bend(raw: Raw) -> None:
        raw |= {"title": {"fr": "Autre", "en": "Other"}, "slug": "x", "alternates": 9}
        raw["prizes"][0]["unit_value"] = "1.00"

    effects = [change.effect for change in amendment(read(), read(bend), NOW, entered=True)]
    assert list(dict.fromkeys(effects)) == ["fixed", "against", "favour", "harmless"]


def test_every_key_of_a_definition_is_judged() -> None:
    """A key that is added later makes this fail until somebody has thought about it."""
    definitions = campaign_schema()["$defs"]
    seen: list[str] = []

    def walk(shape: dict[str, Any], path: str) -> None:
        if "$ref" in shape:
            table = definitions[shape["$ref"].rpartition("/")[2]]
            for key, inner in table["properties"].items():
                walk(inner, f"{path}.{key}".lstrip("."))
        elif "anyOf" in shape:
            for option in shape["anyOf"]:
                if option.get("type") != "null":
                    walk(option, path)
        elif shape.get("type") == "array" and path in NAMED:
            items = shape["items"]
            for option in items.get("anyOf", [items]):
                name = option["$ref"].rpartition("/")[2] if path in KINDS else ""
                kind = definitions[name]["properties"]["kind"]["enum"][0] if name else "*"
                seen.append(f"{path}.{kind}")
                walk(option, f"{path}.{kind}")
        elif shape.get("type") == "object":
            seen.append(f"{path}.fr")
        else:
            seen.append(path)

    walk({"$ref": "#/$defs/Campaign"}, "")
    assert len(seen) > 80
    names = {f"{path}.*.{key}" for path, key in NAMED.items()}
    forgotten = [path for path in seen if not is_judged(path) and path not in names and not path.endswith(".kind")]
    assert forgotten == []


def test_nothing_differs_from_itself_and_what_moved_is_not_what_changed() -> None:
    assert differences(read(), read()) == ()

    def turned(raw: Raw) -> None:
        raw["prizes"].reverse()

    assert [found.shape for found in differences(read(), read(turned))] == ["prizes"]


def test_a_release_is_for_these_changes_and_this_version_only() -> None:
    one = amendment(read(), read(put("alternates", 1)), NOW, entered=True)
    other = amendment(read(), read(put("alternates", 0)), NOW, entered=True)
    harmless = amendment(
        read(), read(lambda raw: raw.update(alternates=1, title={"fr": "A", "en": "B"})), NOW, entered=True
    )
    assert len({release_of(one, 2), release_of(other, 2), release_of(one, 3)}) == 3
    assert release_of(one, 2) == release_of(harmless, 2)
    assert len(against(harmless)) == 1


@pytest.mark.parametrize(("old", "new", "slip"), [
    ("Un vélo", "Un velo", True), ("bicylce", "bicycle", False), ("bicyle", "bicycle", True), ("Vélo.", "Vélo !", True),
    ("500 €", "50 €", False), ("10,50", "10.50", True), ("5 €", "5 $", False), ("10 %", "10 €", False), ("now", "not", False),
    ("transport inclus", "transport exclus", False), ("sans frais", "avec frais", False), ("a prize", "no prize", False),
    ("une nuit", "une nuitée", False), (None, "x", False), ("x", None, False), ("1 nuit", "2 nuits", False),
])  # fmt: skip
def test_a_slip_of_the_pen_is_told_from_other_words(old: str | None, new: str | None, slip: bool) -> None:  # noqa: FBT001 - a table
    assert is_slip(old, new) is slip


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_slip_never_changes_a_figure(old: str, new: str) -> None:
    if is_slip(old, new):
        digits = [[c for c in text if c.isascii() and c.isdigit()] for text in (old, new)]
        assert digits[0] == digits[1]
    assert is_slip(old, new) == is_slip(new, old)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_reason_has_a_line_a_language(french: str, english: str) -> None:
    line = reason_line({"fr": f"a{french}", "en": f"b{english}"}, ("en", "fr"))
    assert line.count("\n") == 1
    assert reason_in(line, ("en", "fr"), "fr") == " ".join(f"a{french}".split())
    assert reason_in(line, ("en", "fr"), "en") == " ".join(f"b{english}".split())
    assert reason_in("one reason", ("en", "fr"), "fr") == "one reason"


def test_the_samples_are_left_as_they_are() -> None:
    before = deepcopy(VALID)
    read(put("slug", "x"))
    assert before == VALID
