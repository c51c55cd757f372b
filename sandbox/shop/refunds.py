"""What is paid back: in part, in full, and now and then more than was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.shop.columns import Table, decimals, identifiers, moments
from sandbox.shop.orders import CANCELLED, PENDING, RETURNED
from sandbox.shop.plan import DAY_SECONDS

if TYPE_CHECKING:
    from sandbox.shop.orders import Orders
    from sandbox.shop.plan import Plan
    from sandbox.shop.purchases import Purchases

Integers = npt.NDArray[np.int64]

PART_SHARE, CANCELLED_PAID_SHARE, GOODWILL_SHARE = 0.035, 0.4, 0.002
LEAST_PART, MOST_PART = 0.15, 0.85
FIRST_DAYS, MEAN_DAYS = 1.5, 9.0
LATE_SHARE, LATE_DAYS = 0.05, 120.0
GOODWILL_CENTS = 1500


def refunds_table(plan: Plan, purchases: Purchases, orders: Orders) -> Table:
    """Draw the refunds and write them down, by time."""
    chance = plan.chance("refunds")
    size = len(orders.revenue)
    in_full = orders.status == RETURNED
    in_full |= (orders.status == CANCELLED) & (
        chance.random(size) < CANCELLED_PAID_SHARE
    )
    open_ones = in_full | (orders.status == PENDING)
    in_part = ~open_ones & (chance.random(size) < PART_SHARE)
    goodwill = ~open_ones & ~in_part & (chance.random(size) < GOODWILL_SHARE)
    order = np.flatnonzero(in_full | in_part | goodwill)
    share = chance.uniform(LEAST_PART, MOST_PART, len(order))
    part = np.maximum(1, (orders.revenue[order] * share).astype(np.int64))
    amount = np.where(in_part[order], part, orders.revenue[order])
    amount += np.where(goodwill[order], orders.shipping[order] + GOODWILL_CENTS, 0)
    second = purchases.second[order] + _delay_seconds(chance, len(order))
    by_time = np.argsort(second, kind="stable")
    kept = by_time[second[by_time] < plan.seconds]
    order, amount, second = order[kept], amount[kept], second[kept]

    def columns(rows: slice) -> dict[str, object]:
        return {
            "refund_id": identifiers("R", np.arange(len(order))[rows] + 1),
            "order_id": identifiers("O", order[rows] + 1),
            "refunded_at": moments(plan.first_day, second[rows]),
            "amount": decimals(amount[rows]),
        }

    return Table("refunds", len(order), columns)


def _delay_seconds(chance: np.random.Generator, size: int) -> Integers:
    """Draw the time from order to refund; few come months later."""
    mean = np.where(chance.random(size) < LATE_SHARE, LATE_DAYS, MEAN_DAYS)
    delay_days = FIRST_DAYS + chance.standard_exponential(size) * mean
    return (delay_days * DAY_SECONDS).astype(np.int64)
