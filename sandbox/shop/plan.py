"""What shop is asked for: how many customers, over which months, by which chance."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from sandbox.errors import ShopError

LAST_DAY = date(2025, 12, 31)
DAY_SECONDS = 86_400
MOST_CUSTOMERS = 5_000_000
MOST_MONTHS = 120
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Plan:
    """The arguments of a synthetic shop; the same plan gives the same bytes.

    Args:
        customers: The number of customer accounts.
        months: The length of the history, which ends with LAST_DAY.
        seed: The number that all chance derives from.
        is_textbook: Whether customers buy as models say, with known parameters.

    Raises:
        ShopError: An argument is out of its range.
    """

    customers: int
    months: int
    seed: int
    is_textbook: bool = False

    def __post_init__(self) -> None:
        """Check the arguments."""
        _check("customers", self.customers, 1, MOST_CUSTOMERS)
        _check("months", self.months, 1, MOST_MONTHS)
        _check("seed", self.seed, 0, 2**63 - 1)

    @property
    def first_day(self) -> date:
        """The first day of the history, the first of a month."""
        months = LAST_DAY.year * MONTHS_A_YEAR + LAST_DAY.month - self.months
        return date(months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1, 1)

    @property
    def days(self) -> int:
        """The number of days of the history."""
        return (LAST_DAY - self.first_day).days + 1

    @property
    def seconds(self) -> int:
        """The number of seconds of the history."""
        return self.days * DAY_SECONDS

    def chance(self, purpose: str) -> np.random.Generator:
        """Return a source of random numbers that serves one purpose alone."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])


def _check(name: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        what = f"The number of {name} is {value}."
        if name == "seed":
            what = f"The seed is {value}."
        raise ShopError(what, f"Give a number from {lowest} to {highest}.")
