"""When people buy: hours, weekdays, months, campaigns, and one day of outage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.shop.market import CAMPAIGNS, DIP, DIP_DAYS
from sandbox.shop.plan import DAY_SECONDS

if TYPE_CHECKING:
    from sandbox.shop.plan import Plan

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

HOURS = (
    1,
    1,
    1,
    1,
    1,
    2,
    4,
    7,
    9,
    10,
    11,
    11,
    12,
    11,
    10,
    10,
    11,
    12,
    14,
    17,
    18,
    14,
    8,
)
HOUR_WEIGHTS = np.array([2, *HOURS], np.float64) / (2 + sum(HOURS))
HOUR_SECONDS = 3600
WEEKDAYS = (1.06, 1.00, 0.98, 0.97, 0.91, 0.94, 1.14)
MONTHS = (0.92, 0.90, 0.96, 0.98, 1.00, 0.97, 0.92, 0.91, 0.99, 1.04, 1.26, 1.30)
AFTER_CHRISTMAS = date(2000, 12, 23)
QUIET = 0.62
OUTAGE = (2, 11)


class Season:
    """The shop's own clock, which runs faster when people buy more.

    A process that is even on this clock has the seasons on the calendar, and a campaign
    pulls demand forward: what it brings is missing afterwards.

    Args:
        plan: The shop's plan.
        growth: How many times busier the last day is than the first.
    """

    def __init__(self, plan: Plan, growth: float = 1.0) -> None:
        """Add up the busyness of all hours."""
        days = [plan.first_day + timedelta(days=n) for n in range(plan.days)]
        trend = growth ** (np.arange(plan.days) / plan.days)
        busyness = np.array([day_weight(day) for day in days]) * trend
        hourly = np.outer(busyness, HOUR_WEIGHTS).ravel()
        self.length = float(plan.days)
        total = np.concatenate([[0.0], np.cumsum(hourly)])
        self._clock: Floats = (total * (self.length / total[-1])).astype(np.float64)
        self._seconds: Floats = np.arange(0.0, len(total) * HOUR_SECONDS, HOUR_SECONDS)

    def at(self, seconds: Integers) -> Floats:
        """Read the clock, in average days, at seconds since the history began."""
        return np.interp(seconds.astype(np.float64), self._seconds, self._clock)

    def seconds(self, clock: Floats) -> Integers:
        """Return the seconds since the history began at which the clock shows this."""
        found = np.interp(clock, self._clock, self._seconds)
        return np.floor(found).astype(np.int64)

    def daily(self) -> Floats:
        """Return by how much the clock runs on each day, shape (days,)."""
        midnights = self._clock[:: DAY_SECONDS // HOUR_SECONDS]
        return np.diff(midnights)


def day_weight(day: date) -> float:
    """Return how busy a day is, compared with an average one."""
    if (day.month, day.day) == OUTAGE:
        return 0.0
    weight = MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]
    if (day.month, day.day) > (AFTER_CHRISTMAS.month, AFTER_CHRISTMAS.day):
        weight *= QUIET
    for campaign in CAMPAIGNS:
        if campaign.includes(day):
            weight *= campaign.pull
        end = date(day.year, campaign.month, campaign.last_day)
        if timedelta() < day - end <= timedelta(days=DIP_DAYS):
            weight *= DIP
    return weight
