"""When customers order: each at his own pace, until he leaves.

After each order a customer leaves with a probability of his own, or orders again after
an exponential time (the BG/NBD model of Fader, Hardie and Lee, 2005, with customers of
several kinds in place of its beta and gamma mixtures), on the season's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.shop.market import CHANNELS, COUNTRIES, KINDS
from sandbox.shop.products import CATEGORIES
from sandbox.shop.season import Season

if TYPE_CHECKING:
    from sandbox.shop.customers import Customers
    from sandbox.shop.plan import Plan

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SOON_SHARE, SOON_DAYS, LATER_DAYS = 0.45, 0.25, 24.0
BARGAIN_DROPOUT = 1.18
LEAST_DROPOUT, MOST_DROPOUT = 0.012, 0.92
PACE_SHAPE = 3.0
MOST_REPEATS = 150
SIGNUP_TO_ORDER_SECONDS = 120


@dataclass(frozen=True)
class Purchases:
    """All orders in the order of time; arrays have one entry per order.

    customer: position among the customers. second: seconds since the history began.
    repeat: 0 for a customer's first order, 1 for the next. until: the second of his
    next order, or the end of the history. is_farewell: he left after this one.
    """

    customer: Integers
    second: Integers
    repeat: Integers
    until: Integers
    is_farewell: Flags


def make_purchases(plan: Plan, customers: Customers) -> Purchases:
    """Let all customers order until they leave or the history ends."""
    chance = plan.chance("purchases")
    season = Season(plan)
    everyone = np.arange(len(customers.signup))
    wanted = _orders_wanted(chance, customers)
    customer = np.repeat(everyone, wanted)
    starts = np.cumsum(wanted) - wanted
    repeat = np.arange(len(customer)) - starts[customer]
    gap = (
        chance.standard_exponential(len(customer))
        * _gap_days(chance, customers)[customer]
    )
    ordering = wanted > 0
    gap[starts[ordering]] = _first_delay(chance, customers)[ordering]
    elapsed = np.cumsum(gap)
    before = np.zeros(len(everyone))
    before[ordering] = elapsed[starts[ordering]] - gap[starts[ordering]]
    clock = elapsed - before[customer] + season.at(customers.signup)[customer]
    is_farewell = (repeat == wanted[customer] - 1) & (repeat < MOST_REPEATS)
    until = np.append(clock[1:], season.length)
    until[is_farewell] = season.length
    happens = clock < season.length
    earliest = customers.signup + SIGNUP_TO_ORDER_SECONDS * ~customers.is_guest
    second = np.maximum(season.seconds(clock[happens]), earliest[customer[happens]])
    # the next order waits for the customer's signup, too
    until = season.seconds(np.minimum(until[happens], season.length))
    by_time = np.lexsort((repeat[happens], customer[happens], second))
    return Purchases(
        customer=customer[happens][by_time],
        second=second[by_time],
        repeat=repeat[happens][by_time],
        until=np.maximum(until, second)[by_time],
        is_farewell=is_farewell[happens][by_time],
    )


def _orders_wanted(chance: np.random.Generator, customers: Customers) -> Integers:
    """Draw how often each would order, given endless time; 0 for those who never do."""
    size = len(customers.signup)
    buying = np.array([each.buying for each in CHANNELS])[customers.channel]
    dropout = (
        np.array([each.dropout for each in KINDS])[customers.kind]
        * np.array([each.dropout for each in CHANNELS])[customers.channel]
        * np.array([each.dropout for each in COUNTRIES])[customers.country]
        * np.array([each.dropout for each in CATEGORIES])[customers.favourite]
        * np.where(customers.seeks_bargains, BARGAIN_DROPOUT, 1.0)
    ).clip(LEAST_DROPOUT, MOST_DROPOUT)
    stays = chance.standard_exponential(size) / -np.log1p(-dropout)
    repeats = np.minimum(np.floor(stays), MOST_REPEATS).astype(np.int64)
    orders = np.where(chance.random(size) < buying, 1 + repeats, 0)
    return np.where(customers.is_guest, 1, orders)


def _gap_days(chance: np.random.Generator, customers: Customers) -> Floats:
    """Draw each customer's average days between orders."""
    pace = (
        np.array([each.pace for each in CHANNELS])[customers.channel]
        * np.array([each.pace for each in CATEGORIES])[customers.favourite]
        * chance.standard_gamma(PACE_SHAPE, len(customers.signup)).clip(0.3)
        / PACE_SHAPE
    )
    gap_days: Floats = np.array([each.gap_days for each in KINDS])[customers.kind]
    mean_gap: Floats = gap_days / pace
    return mean_gap


def _first_delay(chance: np.random.Generator, customers: Customers) -> Floats:
    """Draw the days from signup to the first order: soon for many; none for guests."""
    size = len(customers.signup)
    mean = np.where(chance.random(size) < SOON_SHARE, SOON_DAYS, LATER_DAYS)
    delay = chance.standard_exponential(size) * mean
    return np.where(customers.is_guest, 0.0, delay)
