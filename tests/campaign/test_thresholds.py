"""Tax thresholds are dated rows: held against country, currency, value and the day a prize is handed over."""

from datetime import date
from decimal import Decimal

import pytest

from contests.campaign.thresholds import passed, read_thresholds, thresholds

IN_2026, IN_2025 = date(2026, 12, 24), date(2025, 12, 31)


@pytest.mark.parametrize(
    ("country", "value", "currency", "day", "found"),
    [
        ("US", "2000.00", "USD", IN_2026, [("2000.00", True)]),
        ("US", "1999.99", "USD", IN_2026, []),
        ("US", "1999.99", "USD", IN_2025, [("600.00", True)]),
        ("US", "599.99", "USD", IN_2025, []),
        ("US", "1.00", "EUR", IN_2026, [("2000.00", False)]),
        ("US", "2000.00", "USD", date(2026, 1, 1), [("2000.00", True)]),
        ("ES", "300.00", "EUR", IN_2026, [("300.00", True)]),
        ("ES", "299.99", "EUR", IN_2026, []),
        ("FR", "9999.00", "EUR", IN_2026, []),
        ("", "9999.00", "EUR", IN_2026, []),
    ],
)
def test_a_prize_is_held_against_the_rows_of_its_country_and_day(
    country: str, value: str, currency: str, day: date, found: list[tuple[str, bool]]
) -> None:
    assert [(p.row.above, p.sure) for p in passed(country, Decimal(value), currency, day)] == found


def test_prizes_of_a_year_count_together_only_where_the_row_says_so() -> None:
    year = Decimal("2400.00")
    assert len(passed("US", Decimal("1200.00"), "USD", IN_2026, year)) == 1
    assert passed("ES", Decimal("120.00"), "EUR", IN_2026, year) == ()


def test_every_row_has_its_date_and_source_and_both_languages() -> None:
    assert {row.country for row in thresholds()} == {"US", "ES"}
    for row in thresholds():
        assert row.source
        assert row.date.year >= 2026
        assert row.fr.endswith(".")
        assert row.en.endswith(".")


ROW = """[[threshold]]
country = "US"
above = "1.00"
currency = "USD"
date = 2026-01-01
source = "x"
fr = "x"
en = "x"
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ROW.replace("1.00", "2000"), "above"),
        (ROW + "below = 1", "below"),
        (ROW + "from = 2026-01-02\nuntil = 2026-01-01", "until"),
        (ROW.replace('source = "x"\n', ""), "source"),
    ],
)
def test_a_file_that_is_not_right_is_refused(text: str, why: str) -> None:
    assert read_thresholds(ROW)
    with pytest.raises(ValueError, match=why):
        read_thresholds(text)
