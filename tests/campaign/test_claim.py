"""What a winner is asked follows from the prize; what is typed is read whole, every error named."""

import tomllib
from pathlib import Path

import msgspec
import pytest
from campaign.samples import bent, put, write
from hypothesis import given
from hypothesis import strategies as st

from contests.campaign.claim import address_lines, documents_of, questions_of, read_claim
from contests.campaign.definition import Campaign
from contests.campaign.files import LARGEST, kind_of_file
from contests.campaign.parse import parse
from contests.errors import Refused

AGE = {"id": "age", "title": {"fr": "Preuve d’âge", "en": "Proof of age"}}
HOME = {"id": "home", "title": {"fr": "Domicile", "en": "Home"}, "prizes": ["bike"]}
TYPED = {
    "conditions": "yes", "name": " Zoé  Petit ", "street": "12 rue X", "postcode": "69004", "town": "Lyon", "country": "FR",
    "phone": "+33 6 12 34 56 78",
}  # fmt: skip


def campaign(*needs: str) -> Campaign:
    raw = bent(put("prizes[0].claim", list(needs)))
    return parse(write(raw | {"awards": {"documents": [AGE, HOME]}}, "json"), "json")


@pytest.mark.parametrize(
    ("needs", "names"),
    [
        ((), []),
        (("country",), ["country"]),
        (("phone",), ["phone"]),
        (("postal-address",), ["name", "street", "more", "postcode", "town", "country"]),
        (("postal-address", "country", "phone"), ["name", "street", "more", "postcode", "town", "country", "phone"]),
    ],
)
def test_each_prize_asks_what_it_declares_and_nothing_twice(needs: tuple[str, ...], names: list[str]) -> None:
    told = campaign(*needs)
    assert [question.name for question in questions_of(told, "bike")] == names
    assert questions_of(told, "mug-2") == ()


def test_documents_are_asked_for_the_prizes_they_name() -> None:
    told = campaign()
    assert [document.id for document in documents_of(told, "bike")] == ["age", "home"]
    assert [document.id for document in documents_of(told, "mug-1")] == ["age"]


def test_a_good_answer_is_kept_without_what_was_left_empty() -> None:
    read = read_claim(campaign("postal-address", "phone"), "bike", TYPED | {"more": " "})
    assert read.errors == {}
    assert read.answers == TYPED | {"name": "Zoé Petit", "message": ""}
    assert address_lines(read.answers, "fr") == ("Zoé Petit", "12 rue X", "69004 Lyon", "France")
    assert address_lines({"conditions": "yes"}, "fr") == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [("street", ""), ("name", "x" * 201), ("country", "BE"), ("country", ""), ("phone", "call me"), ("conditions", "")],
)
def test_what_is_wrong_is_named_and_what_was_typed_is_kept(name: str, value: str) -> None:
    read = read_claim(campaign("postal-address", "phone"), "bike", TYPED | {name: value, "message": "Hello\x00"})
    assert list(read.errors) == [name]
    assert read.values[name] == value
    assert read.values["message"] == "Hello"


@given(st.dictionaries(st.sampled_from(sorted(TYPED)), st.text(max_size=300), max_size=8))
def test_whatever_is_typed_is_read_without_a_crash_and_an_answer_is_never_silent(raw: dict[str, str]) -> None:
    told = CAMPAIGN
    read = read_claim(told, "bike", raw)
    assert bool(read.errors) or all(read.answers.get(q.name) for q in questions_of(told, "bike") if q.required)
    assert "\x00" not in "".join(read.values.values())


CAMPAIGN = campaign("postal-address", "phone")


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"%PDF-1.4", "application/pdf"), (b"\x89PNG\r\n\x1a\n.", "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg")],
)
def test_a_file_is_what_its_first_bytes_say(data: bytes, kind: str) -> None:
    assert kind_of_file(data) == kind
    with pytest.raises(Refused):
        kind_of_file(data + bytes(LARGEST))
    with pytest.raises(Refused):
        kind_of_file(b" " + data)


def test_a_definition_that_says_nothing_of_winners_keeps_its_digest() -> None:
    told = parse(write(bent(lambda _: None), "json"), "json")
    assert "awards" not in msgspec.json.decode(told.bytes())
    assert all("claim" not in prize for prize in msgspec.json.decode(told.bytes())["prizes"])


def test_the_how_to_shows_a_definition_that_can_be_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto" / "prizes.md").read_text(encoding="utf-8")
    shown = tomllib.loads(page.partition("```toml\n")[2].partition("```")[0])
    raw = bent(lambda _: None)
    raw["prizes"][0] |= shown["prizes"][0]
    told = parse(write(raw | {"awards": shown["awards"], "terms": shown["terms"]}, "json"), "json")
    assert told.prizes[0].needs == ("postal-address", "phone")
    assert (told.aftermath.lapse, told.aftermath.remind_days, told.aftermath.unpublish_days) == ("proposed", 2, 365)
    assert [document.id for document in documents_of(told, "bike")] == ["age"]
    assert documents_of(told, "mug-1") == ()
    assert told.law.delivery_days == 30
