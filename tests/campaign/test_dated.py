"""Dated data: each row whole, and nothing half-written is read."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from contests.campaign import dated
from contests.campaign.definition import Action, Platform
from contests.campaign.notices import ACTIONS
from contests.errors import LANGUAGES

DATA = Path(dated.__file__).parent / "data"
COUNTRIES = (DATA / "countries.toml").read_text(encoding="utf-8")
AGES = (DATA / "consent_ages.toml").read_text(encoding="utf-8")
PLATFORMS = (DATA / "platforms.toml").read_text(encoding="utf-8")
FRANCE = COUNTRIES[COUNTRIES.index("[[country]]") : COUNTRIES.index("[[country]]", COUNTRIES.index("[[country]]") + 1)]
X = 'id = "x"\nname = "X"\ndate = 2026-11-01\n'


def test_every_country_of_the_area_has_an_age_of_consent_of_its_own_between_13_and_16() -> None:
    ages = dated.consent_ages()
    known = {row.code: row.years for row in ages.country}
    assert set(dated.countries().eea.codes) <= set(known)
    assert set(known.values()) <= {13, 14, 15, 16}
    assert (known["FR"], known["DE"], known["BE"], known["ES"]) == (15, 16, 13, 14)
    assert ages.row("FR").years == 15
    assert ages.row("CH").years == ages.others.years == 16
    assert ages.row("").years == 16


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('code = "FR"', 'code = "DE"'),
        ('code = "FR"', 'code = "France"'),
        ("years = 15", "years = 150"),
        ("years = 15", 'years = "15"'),
        ("date = 2026-11-22", ""),
        ('source = "Loi Informatique', 'origin = "Loi Informatique'),
    ],
)
def test_a_malformed_age_is_not_read(old: str, new: str) -> None:
    assert dated.read_consent_ages(AGES) == dated.consent_ages()
    row = next(part for part in AGES.split("\n\n") if 'code = "FR"' in part)
    assert old in row
    with pytest.raises((ValueError, msgspec.ValidationError)):
        dated.read_consent_ages(AGES.replace(row, row.replace(old, new)))


def test_every_platform_and_every_action_of_a_definition_is_known() -> None:
    assert {row.id for row in dated.platforms().platform} == set(get_args(Platform))
    assert set(ACTIONS) == set(get_args(Action))


def test_the_platforms_that_the_field_asks_a_release_of_get_one() -> None:
    for name in ("facebook", "instagram", "tumblr", "youtube"):
        assert dated.platforms().row(name).release


def test_every_sentence_of_the_data_ends() -> None:
    for row in dated.countries().country:
        assert row.fr.endswith(".")
        assert row.en.endswith(".")
    for platform in dated.platforms().platform:
        for text in (platform.clause, platform.caution):
            for language in LANGUAGES:
                assert text is None or text(language).endswith(".")


def test_belgium_italy_portugal_and_poland_are_closed() -> None:
    closed = {row.code for row in dated.countries().country if row.status == "block"}
    assert closed == {"BE", "IT", "PT", "PL"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('code = "FR"', 'code = "fr"'),
        ('code = "FR"', 'code = "DE"'),
        ('code = "FR"', ""),
        ('status = "allow"', 'status = "perhaps"'),
        ("date = 2026-11-01", ""),
        ("date = 2026-11-01", 'date = "in autumn"'),
        ('status = "allow"', 'status = "allow"\ndelivery_days = 0'),
        ('status = "allow"', 'status = "allow"\ndelivery_day = 30'),
        ('status = "allow"', 'status = "allow"\nfiling_above = "5000.00"'),
        ('status = "allow"', 'status = "allow"\nfiling_above = "5000"\nfiling_currency = "USD"'),
        ('source = "Loi', 'source = ""\nsources = "Loi'),
    ],
)
def test_a_malformed_row_of_a_country_is_not_read(old: str, new: str) -> None:
    assert dated.read_countries(COUNTRIES) == dated.countries()
    assert old in FRANCE
    with pytest.raises((ValueError, msgspec.ValidationError)):
        dated.read_countries(COUNTRIES.replace(FRANCE, FRANCE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "x"', 'id = "twitter"'),
        ('id = "x"', 'id = "tumblr"'),
        ("date = 2026-11-01\n", ""),
        ('name = "X"', 'name = ""'),
        ('name = "X"', 'name = "X"\nlimit = 3'),
        ('name = "X"', 'name = "X"\nminimum_age = 0'),
        ('name = "X"', 'name = "X"\nprize_below = "500.00"'),
    ],
)
def test_a_malformed_row_of_a_platform_is_not_read(old: str, new: str) -> None:
    assert dated.read_platforms(PLATFORMS) == dated.platforms()
    assert X in PLATFORMS
    with pytest.raises((ValueError, msgspec.ValidationError)):
        dated.read_platforms(PLATFORMS.replace(X, X.replace(old, new)))


@pytest.mark.parametrize("wrong", ["beg", "repost"])
def test_an_action_is_known_and_stands_in_one_list(wrong: str) -> None:
    text = PLATFORMS.replace(
        'forbidden = ["post-often"]\ndoubtful = ["repost"]', f'forbidden = ["{wrong}"]\ndoubtful = ["repost"]'
    )
    assert text != PLATFORMS
    with pytest.raises((ValueError, msgspec.ValidationError)):
        dated.read_platforms(text)


def test_a_platform_without_a_row_is_an_error() -> None:
    with pytest.raises(KeyError):
        dated.platforms().row("myspace")
