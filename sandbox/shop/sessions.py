"""Visits to the shop's web site, by customers and by nobody in particular.

Who will come back looks around between orders; who has left fades away in a few weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sandbox.shop.columns import Table, booleans, choices, identifiers, moments, numbers
from sandbox.shop.customers import customer_ids, draw
from sandbox.shop.market import CHANNELS
from sandbox.shop.plan import DAY_SECONDS

if TYPE_CHECKING:
    from sandbox.shop.customers import Customers
    from sandbox.shop.plan import Plan
    from sandbox.shop.purchases import Purchases

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NOBODY = -1
SOURCES = (*(channel.name for channel in CHANNELS), "direct")
DIRECT, EMAIL = len(CHANNELS), 3
STRANGER_SHARES = [0.36, 0.21, 0.22, 0.01, 0.03, 0.04, 0.13]
TRACKED_SHARE, RECOGNISED_SHARE = 0.86, 0.95
CHECKOUT_SECONDS = 90, 2400
EVE_VISITS, EVE_DAYS = 0.32, 1.6
BETWEEN_VISITS_A_DAY, BETWEEN_MOST = 0.014, 6.0
FADING_VISITS, FADING_DAYS = 0.7, 14.0
SIGNUP_VISITS, SIGNUP_DAYS = 0.5, 5.0
STRANGER_VISITS, STRANGER_DAYS = 0.30, 4.0
DIRECT_SHARE, EMAIL_SHARE = 0.34, 0.20
MISSING_DURATION, MISSING_PAGES = 0.01, 0.005
PAGE_SECONDS = 38.0


@dataclass(frozen=True)
class Visits:
    """Some visits: who (or NOBODY), when (second of the history), whether he bought."""

    customer: Integers
    second: Integers
    converted: Flags


def web_sessions_table(plan: Plan, customers: Customers, purchases: Purchases) -> Table:
    """Draw the visits and write them down, by time."""
    chance = plan.chance("sessions")
    visits = _together(
        plan,
        customers,
        [
            _checkouts(chance, purchases),
            _eves(chance, purchases),
            _between(chance, purchases),
            _fading(chance, purchases),
            _signups(chance, customers),
            _strangers(chance, purchases),
        ],
    )
    size = len(visits.second)
    source = _sources(chance, customers, visits)
    known = visits.customer != NOBODY
    pages = np.where(visits.converted, 4, 0) + chance.geometric(0.34, size)
    pace = chance.standard_exponential(size) * PAGE_SECONDS
    duration = (pages * pace).astype(np.int64) + 1
    has_duration = chance.random(size) >= MISSING_DURATION
    has_pages = chance.random(size) >= MISSING_PAGES

    def columns(part: slice) -> dict[str, object]:
        return {
            "session_id": identifiers("S", np.arange(size)[part] + 1),
            "customer_id": customer_ids(
                customers, visits.customer[part].clip(0), known[part]
            ),
            "session_date": moments(plan.first_day, visits.second[part]),
            "source": choices(SOURCES, source[part]),
            "page_views": numbers(pages[part], has_pages[part]),
            "converted": booleans(visits.converted[part]),
            "duration_seconds": numbers(duration[part], has_duration[part]),
        }

    return Table("web_sessions", size, columns)


def _together(plan: Plan, customers: Customers, groups: list[Visits]) -> Visits:
    """Join visits by time; those before signup, and guests', are nobody's."""
    customer = np.concatenate([group.customer for group in groups])
    second = np.concatenate([group.second for group in groups])
    converted = np.concatenate([group.converted for group in groups])
    inside = np.flatnonzero((second >= 0) & (second < plan.seconds))
    by_time = inside[np.argsort(second[inside], kind="stable")]
    customer, second = customer[by_time], second[by_time]
    is_known = (customer != NOBODY) & (customer < customers.accounts)
    is_known &= second >= customers.signup[customer]
    return Visits(np.where(is_known, customer, NOBODY), second, converted[by_time])


def _browsing(customer: Integers, second: Integers) -> Visits:
    return Visits(customer, second, np.zeros(len(second), np.bool_))


def _checkouts(chance: np.random.Generator, purchases: Purchases) -> Visits:
    """Draw the visits that end with an order; some orders come without one."""
    tracked = chance.random(len(purchases.second)) < TRACKED_SHARE
    customer, second = purchases.customer[tracked], purchases.second[tracked]
    recognised = chance.random(len(customer)) < RECOGNISED_SHARE
    lasted = chance.integers(*CHECKOUT_SECONDS, len(customer))
    midnight = second // DAY_SECONDS * DAY_SECONDS
    return Visits(
        np.where(recognised, customer, NOBODY),
        np.maximum(second - lasted, midnight),
        np.ones(len(customer), np.bool_),
    )


def _eves(chance: np.random.Generator, purchases: Purchases) -> Visits:
    """Draw the visits in the days before an order."""
    order = _some_of(chance, np.full(len(purchases.second), EVE_VISITS))
    before = _days(chance, len(order), EVE_DAYS)
    return _browsing(purchases.customer[order], purchases.second[order] - before)


def _between(chance: np.random.Generator, purchases: Purchases) -> Visits:
    """Draw the visits between two orders of a customer who stays."""
    gap = purchases.until - purchases.second
    visits = np.minimum(gap / DAY_SECONDS * BETWEEN_VISITS_A_DAY, BETWEEN_MOST)
    order = _some_of(chance, np.where(purchases.is_farewell, 0.0, visits))
    after = (chance.random(len(order)) * gap[order]).astype(np.int64)
    return _browsing(purchases.customer[order], purchases.second[order] + after)


def _fading(chance: np.random.Generator, purchases: Purchases) -> Visits:
    """Draw the last visits of customers who have left."""
    order = _some_of(chance, FADING_VISITS * purchases.is_farewell)
    after = _days(chance, len(order), FADING_DAYS)
    return _browsing(purchases.customer[order], purchases.second[order] + after)


def _signups(chance: np.random.Generator, customers: Customers) -> Visits:
    """Draw the visits around signup, also of those who never order."""
    who = _some_of(chance, np.full(customers.accounts, SIGNUP_VISITS))
    after = _days(chance, len(who), SIGNUP_DAYS)
    return _browsing(who, customers.signup[who] + after)


def _strangers(chance: np.random.Generator, purchases: Purchases) -> Visits:
    """Draw anonymous visits, which grow with the shop."""
    order = _some_of(chance, np.full(len(purchases.second), STRANGER_VISITS))
    around = _days(chance, len(order), STRANGER_DAYS)
    direction = chance.integers(0, 2, len(order)) * 2 - 1
    second = purchases.second[order] + direction * around
    return _browsing(np.full(len(order), NOBODY), second)


def _some_of(
    chance: np.random.Generator, mean: npt.NDArray[np.floating[Any]]
) -> Integers:
    """Draw positions, each as often as a Poisson variable of its own mean says."""
    return np.repeat(np.arange(len(mean)), chance.poisson(mean))


def _days(chance: np.random.Generator, size: int, mean: float) -> Integers:
    """Draw exponential times of a mean in days, in seconds."""
    drawn = chance.standard_exponential(size) * (mean * DAY_SECONDS)
    return drawn.astype(np.int64)


def _sources(
    chance: np.random.Generator, customers: Customers, visits: Visits
) -> Integers:
    """Draw where visits come from: at first the customer's channel, later directly."""
    size = len(visits.second)
    mood = chance.random(size)
    own = customers.channel[visits.customer.clip(0)]
    own = np.where(mood < DIRECT_SHARE, DIRECT, own)
    own = np.where(mood > 1 - EMAIL_SHARE, EMAIL, own)
    strange = draw(chance, STRANGER_SHARES, size)
    return np.where(visits.customer == NOBODY, strange, own)
