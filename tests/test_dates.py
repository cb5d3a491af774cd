"""Days and instants as people read them."""

from datetime import UTC, date, datetime

import pytest

from contests.dates import day_of, said, when

FIRST, SECOND = datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "language", "words"),
    [
        (FIRST, "fr", "mardi 1er décembre 2026 à 09:00"),
        (SECOND, "fr", "mercredi 2 décembre 2026 à 09:00"),
        (FIRST, "en", "Tuesday 1 December 2026 at 09:00"),
    ],
)
def test_an_instant_is_read_in_its_time_zone_and_a_first_is_le_premier(at: datetime, language: str, words: str) -> None:
    assert when(at, "Europe/Paris", language) == words
    assert said(at, "Europe/Paris", language) == f"{words} (Europe/Paris)"


def test_a_day_and_a_pattern_of_ones_own_know_the_first_too() -> None:
    assert day_of(date(2027, 1, 1), "fr") == "1er janvier 2027"
    assert day_of(date(2027, 1, 21), "fr") == "21 janvier 2027"
    assert day_of(date(2027, 1, 1), "en") == "1 January 2027"
    assert when(FIRST, "UTC", "fr", "d MMM y, HH:mm") == "1er déc. 2026, 08:00"
