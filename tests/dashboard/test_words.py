"""Numbers as the page writes them."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.words import change, count, listed, money, percent, shown

SHOWN = [
    ("orders", 1234567, "1,234,567"),
    ("orders", np.int64(-1234), "\N{MINUS SIGN}1,234"),
    ("cohort_year", np.int64(2024), "2024"),
    ("is_mature", np.bool_(1), "yes"),
    ("is_mature", False, "no"),
    ("net_revenue", 1234.5, "1,234.50"),
    # halves as people round them
    ("net_revenue", 0.125, "0.13"),
    ("retention_rate", 0.1235, "12.4\N{NO-BREAK SPACE}%"),
    ("retention_rate", -0.0005, "\N{MINUS SIGN}0.1\N{NO-BREAK SPACE}%"),
    ("order_month", date(2024, 2, 1), "2024-02"),
    ("first_date", date(2024, 2, 1), "2024-02-01"),
    ("loaded_at", datetime(2024, 2, 1, 6, 5, tzinfo=timezone.utc), "2024-02-01 06:05"),
    ("channel", "paid_search", "paid_search"),
    ("net_revenue", None, ""),
    ("net_revenue", float("nan"), ""),
    ("orders", pd.NA, ""),
]


@pytest.mark.parametrize(("column", "value", "text"), SHOWN)
def test_values_are_shown_by_what_they_are(
    column: str,
    value: Any,  # noqa: ANN401 whatever pandas gives
    text: str,
) -> None:
    assert shown(column, value) == text


def test_small_fractions_have_more_digits() -> None:
    said = [percent(value) for value in (0.5, 0.05, 0.0004, 0.0)]
    assert [text[:-2] for text in said] == ["50", "5.0", "0.04", "0"]


def test_changes_are_said_in_words() -> None:
    assert change(112, 100) == "12\N{NO-BREAK SPACE}% more than"
    assert change(50, 100) == "50\N{NO-BREAK SPACE}% less than"
    assert change(100.4, 100) == "about the same as"
    assert change(5, 0) == "after nothing"
    assert change(0, 0) == "none either"


def test_amounts_counts_and_lists() -> None:
    assert [money(99.5), money(1234.5)] == ["99.50", "1,235"]
    assert [count(1, "day"), count(2, "day"), count(0, "category")] == [
        "1 day",
        "2 days",
        "0 categories",
    ]
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
