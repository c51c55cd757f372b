"""The ends of every interval are where Wilson's test begins to reject a rate."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.project.conftest import Warehouse

Z_SQUARED = Fraction(NormalDist().inv_cdf(0.975)) ** 2
# the ends are rounded to six decimals; the rest is what binary fractions may add
HALF_A_STEP = Fraction(1, 2_000_000) + Fraction(1, 10**12)

# all rates of up to 40 trials, and of many trials those that are hard to compute
GRID = [
    (successes, trials) for trials in range(1, 41) for successes in range(trials + 1)
]
GRID += [
    (successes, trials)
    for trials in (263, 1_000, 999_999, 10**6)
    for successes in (0, 1, 2, trials // 3, trials // 2, trials - 1, trials)
]

# R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics
# in Medicine 17, 1998, 857-872, table I, method 3
PUBLISHED = {
    (81, 263): ("0.2553", "0.3662"),
    (15, 148): ("0.0624", "0.1605"),
    (0, 20): ("0.0000", "0.1611"),
    (1, 29): ("0.0061", "0.1718"),
}


@pytest.fixture
def interval(warehouse: Warehouse) -> str:
    """Give the query for the interval of each pair of successes and trials."""
    return warehouse.dbt(
        *("compile", "--quiet", "--inline"),
        "select successes, trials,"
        " {{ wilson_low('successes', 'trials') }},"
        " {{ wilson_high('successes', 'trials') }}"
        " from unnest(%s::bigint[], %s::bigint[]) as rates (successes, trials)",
    )


def excess(rate: Fraction, successes: int, trials: int) -> Fraction:
    """Tell how far a rate is from what was seen, beyond what chance explains.

    The square of the distance, less that which Wilson's test allows: positive outside
    the interval, negative inside, computed exactly.
    """
    distance = Fraction(successes, trials) - rate
    return distance**2 - Z_SQUARED * rate * (1 - rate) / trials


def test_the_intervals_end_where_the_test_rejects_and_are_those_published(
    warehouse: Warehouse, interval: str
) -> None:
    asked = [*GRID, *PUBLISHED, (0, 0)]
    values = tuple(list(numbers) for numbers in zip(*asked, strict=True))
    rows = warehouse.database.rows(interval, values)
    found = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    assert set(found) == set(asked)
    assert found.pop((0, 0)) == (None, None)
    for (successes, trials), (low, high) in found.items():
        what = f"{low} to {high} for {successes} of {trials}"
        assert 0 <= low <= Decimal(successes) / trials <= high <= 1, what
        # without a success the interval begins with 0 itself, and the other way round
        assert (low == 0) or successes > 0, what
        assert (high == 1) or successes < trials, what
        for end, outward in ((Fraction(low), -1), (Fraction(high), 1)):
            outside = end + outward * HALF_A_STEP
            inside = end - outward * HALF_A_STEP
            if 0 < outside < 1:
                assert excess(outside, successes, trials) > 0, what
            assert excess(inside, successes, trials) < 0, what
    for asked_for, ends in PUBLISHED.items():
        rounded = tuple(str(round(end, 4)) for end in found[asked_for])
        assert rounded == ends, asked_for
