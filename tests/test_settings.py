"""Settings: read from the environment or refused with the variable's name; each has its line in the reference.

A line of the table is `row(field)` below.
"""

import re
import typing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta

from contests.errors import Malformed
from contests.settings import PREFIX, STAFF_PASSWORD, Settings, load, open_house, proof_key
from contests.store.migrate import upgrade

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}
WORDS = {"str": "text", "int": "whole number", "bool": "true or false"}


def metas(name: str) -> tuple[type, list[Meta]]:
    """Return the plain type of a setting and what is written beside it."""
    hint = typing.get_type_hints(Settings, include_extras=True)[name]
    plain, *beside = typing.get_args(hint)
    return plain, [meta for meta in beside if isinstance(meta, Meta)]


def row(name: str) -> str:
    """Return the line of the reference for a setting."""
    plain, beside = metas(name)
    default = FIELDS[name].default
    limits = [f"{meta.ge} to {meta.le}" for meta in beside if meta.ge is not None]
    kind = f"{WORDS[plain.__name__]} ({limits[0]})" if limits else WORDS[plain.__name__]
    if name.startswith("limit_") and not limits:
        kind = "limit"
    shown = (
        {True: "`true`", False: "`false`"}.get(default) if plain is bool else f"`{default}`" if default != "" else "–"
    )
    meaning = next(meta.description for meta in beside if meta.description)
    return f"| `{PREFIX}{name.upper()}` | {kind} | {shown} | {meaning} |"


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_has_its_line_in_the_reference(name: str) -> None:
    assert row(name) in PAGE.splitlines()


def test_no_line_of_the_reference_is_left_over() -> None:
    known = {PREFIX + name.upper() for name in FIELDS}
    assert set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)) == known
    assert set(re.findall(r"CONTESTS_[A-Z_]+", PAGE)) - {PREFIX} == known | {STAFF_PASSWORD}


def test_an_empty_environment_gives_the_defaults() -> None:
    assert load({}) == Settings()
    assert load({"PATH": "/bin", "contests_port": "1"}) == Settings()


def test_settings_are_read_as_their_types() -> None:
    read = load(
        {
            "CONTESTS_PORT": "0",
            "CONTESTS_MAILBOX": "true",
            "CONTESTS_URL": "https://jeux.example",
            "CONTESTS_TOO_FAST": "0",
        }
    )
    assert (read.port, read.mailbox, read.too_fast) == (0, True, 0)
    assert read.installation == "jeux.example"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CONTESTS_PORT", "many"),
        ("CONTESTS_PORT", "65536"),
        ("CONTESTS_PORT", "-1"),
        ("CONTESTS_PORT", ""),
        ("CONTESTS_MAILBOX", "perhaps"),
        ("CONTESTS_LIMIT_DEVICE", "30"),
        ("CONTESTS_LIMIT_DEVICE", "30/week"),
        ("CONTESTS_LIMIT_DEVICE", "30/minute\n"),
        ("CONTESTS_LIMIT_ADDRESS", "-1/day"),
        ("CONTESTS_LIMIT_SIGN_IN", "0"),
        ("CONTESTS_PROOF_COST", "fast"),
        ("CONTESTS_TOO_FAST", "61"),
        ("CONTESTS_FOUR_EYES", "publish,everything"),
        ("CONTESTS_FOUR_EYES", ",publish"),
        ("CONTESTS_LIMIT_BURST", "20"),
        ("CONTESTS_NAME", "two words"),
        ("CONTESTS_NAME", "a+b"),
    ],
)
def test_a_wrong_value_is_refused_with_its_variable_and_what_was_found(variable: str, value: str) -> None:
    with pytest.raises(Malformed) as caught:
        load({variable: value})
    assert caught.value.where == variable
    assert caught.value.found == value
    assert "settings.md" in caught.value.sentence("fr")


def test_a_misspelt_setting_is_refused_without_repeating_its_value() -> None:
    with pytest.raises(Malformed) as caught:
        load({"CONTESTS_SMPT": "smtp://bob:secret@mail.example"})
    assert caught.value.where == "CONTESTS_SMPT"
    assert "CONTESTS_SMTP" in caught.value.sentence("en")
    assert "secret" not in caught.value.sentence("en")


@pytest.mark.parametrize(
    "address", ["postgres://bob:secret@db.example/x", "mysql://bob:secret@db.example/x", "secret.db"]
)
def test_a_database_of_no_known_kind_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(Malformed) as caught:
        load({"CONTESTS_DATABASE": address})
    assert caught.value.where == "CONTESTS_DATABASE"
    assert "secret" not in caught.value.sentence("en")


def test_the_password_of_a_member_of_staff_is_no_setting() -> None:
    assert load({STAFF_PASSWORD: "long enough a password"}) == Settings()


@given(st.dictionaries(st.sampled_from([PREFIX + name.upper() for name in FIELDS]), st.text(max_size=30)))
def test_any_environment_is_read_or_refused(environment: dict[str, str]) -> None:
    try:
        assert isinstance(load(environment), Settings)
    except Malformed as refused:
        assert refused.where.startswith(PREFIX)  # noqa: PT017 - either outcome is right


def test_relays_are_taken_apart_at_commas() -> None:
    assert load({"CONTESTS_RELAYS": " https://a.example, ,https://b.example,"}).relay_list == (
        "https://a.example",
        "https://b.example",
    )
    assert len(Settings().relay_list) >= 3
    assert load({"CONTESTS_RELAYS": ""}).relay_list == ()


def test_the_installation_has_the_name_that_was_given_before_that_of_its_address() -> None:
    assert load({"CONTESTS_NAME": "jeux.example", "CONTESTS_URL": "https://www.example"}).installation == "jeux.example"
    assert load({"CONTESTS_URL": "http://127.0.0.1:8000"}).installation == "127.0.0.1:8000"


def test_the_key_of_the_challenges_is_made_once_and_kept(tmp_path: Path) -> None:
    read = load({"CONTESTS_DATABASE": f"sqlite:///{tmp_path / 'a.db'}", "CONTESTS_URL": "https://jeux.example/"})
    house = open_house(read)
    upgrade(house.store)
    assert house.url == "https://jeux.example"
    assert proof_key(read, house) == proof_key(read, house)
    assert len(bytes.fromhex(proof_key(read, house))) == 32
    assert proof_key(load({"CONTESTS_SECRET": "mine"}), house) == "mine"
    house.store.close()


def test_the_acts_that_need_two_people_reach_the_house_that_flows_are_handed(tmp_path: Path) -> None:
    read = load({"CONTESTS_DATABASE": f"sqlite:///{tmp_path / 'a.db'}", "CONTESTS_FOUR_EYES": "publish, release"})
    house = open_house(read)
    assert house.four_eyes == {"publish", "release"}
    house.store.close()


@pytest.mark.parametrize("name", ["KEYS", "VAULT"])
def test_a_key_that_could_be_a_password_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(Malformed, match=f"CONTESTS_{name}.*32 characters") as error:
        load({f"CONTESTS_{name}": "hunter2-hunter2"})
    assert "hunter2" not in str(error.value)
    assert load({f"CONTESTS_{name}": "0123456789abcdef" * 2 + " former"}) != Settings()


def test_a_value_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("long and random\n")
    assert load({"CONTESTS_SECRET_FILE": str(tmp_path / "secret")}).secret == "long and random"


def test_a_file_that_is_not_there_and_a_value_given_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="CONTESTS_KEYS_FILE"):
        load({"CONTESTS_KEYS_FILE": str(tmp_path / "none")})
    (tmp_path / "keys").write_text("one")
    for order in (("CONTESTS_KEYS", "CONTESTS_KEYS_FILE"), ("CONTESTS_KEYS_FILE", "CONTESTS_KEYS")):
        with pytest.raises(Malformed, match="CONTESTS_KEYS_FILE"):
            load({name: str(tmp_path / "keys") for name in order})
