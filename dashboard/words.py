"""Numbers and dates in words, the same in titles, tables and charts."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

_PERCENT_ENDS = ("_rate", "_share", "_low", "_high", "_return")
_PERCENT_NAMES = {
    "survival",
    "support",
    "relative_difference",
    "relative_improvement",
    "share_of_from",
    "share_of_conversions",
    "return_on_investment",
    "break_even_success_rate",
    "repeat_rate_90d",
    "confidence_a_to_b",
    "confidence_b_to_a",
}
_MONTHS = {"month", "order_month", "cohort_month"}
_SMALL = 100
_FINER = (0.1, 0.001)
_SAME = 0.005
MINUS = "\N{MINUS SIGN}"
BLANK = "\N{NO-BREAK SPACE}"


def is_missing(value: object) -> bool:
    """Whether a value is none: None, NaN or NA."""
    return value is None or value is pd.NA or value != value  # noqa: PLR0124 NaN


def is_percent(column: str) -> bool:
    """Whether a column of the marts holds fractions that are read as percent."""
    return (
        column.endswith(_PERCENT_ENDS)
        or column.startswith("probability_")
        or column.endswith("_probability")
        or column in _PERCENT_NAMES
    )


def shown(column: str, value: object) -> str:
    """A value as the page's tables show it, by the column that it is of."""
    if is_missing(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value:{_date_format(column, value)}}"
    if isinstance(value, float):
        return percent(value, 1) if is_percent(column) else decimal(value, 2)
    if isinstance(value, Integral) and not column.endswith("_year"):
        return _signed(f"{int(value):,}")
    return str(value)


def _date_format(column: str, value: date) -> str:
    if isinstance(value, datetime):
        return "%Y-%m-%d %H:%M"
    return "%Y-%m" if column in _MONTHS else "%Y-%m-%d"


def percent(fraction: float, digits: int | None = None) -> str:
    """A fraction in percent: 0.123 is '12 %'; small ones have more digits."""
    if digits is None:
        digits = sum(0 < abs(float(fraction)) < bound for bound in _FINER)
    return f"{decimal(Decimal(repr(float(fraction))) * 100, digits)}{BLANK}%"


def decimal(value: float | Decimal, digits: int) -> str:
    """A number with so many digits behind the point, halves rounded away from 0."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return _signed(f"{rounded:,}")


def money(value: float) -> str:
    """An amount: with cents below 100, else rounded."""
    return decimal(value, 2 if abs(value) < _SMALL else 0)


def count(number: float, noun: str) -> str:
    """A number and what is counted: '1 order', '2 orders', '3 categories'."""
    if number == 1:
        return f"1 {noun}"
    many = f"{noun[:-1]}ies" if re.search("[^aeiou]y$", noun) else f"{noun}s"
    return f"{number:,.0f} {many}"


def month(day: date) -> str:
    """A month: 'March 2024'."""
    return f"{day:%B %Y}"


def change(now: float, before: float) -> str:
    """How much more or less one number is than another: '12 % more than'.

    Below half a percent they are 'about the same as'; where there was nothing before,
    no percentage can say it: 'after nothing', or 'none either'.
    """
    if now == 0 and before == 0:
        return "none either"
    if is_missing(now) or is_missing(before) or before <= 0:
        return "after nothing"
    relative = now / before - 1
    if abs(relative) < _SAME:
        return "about the same as"
    return f"{percent(abs(relative))} {'more' if relative > 0 else 'less'} than"


def listed(names: Iterable[str]) -> str:
    """Names as a sentence has them: 'a', 'a and b', 'a, b and c'."""
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def label(column: str) -> str:
    """A column's name as a heading: 'Net revenue'."""
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:]


def _signed(number: str) -> str:
    return number.replace("-", MINUS)
