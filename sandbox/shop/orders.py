"""The orders as the shop exports them: amounts, currency, status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.shop.columns import (
    Table,
    booleans,
    choices,
    decimals,
    identifiers,
    moments,
)
from sandbox.shop.customers import customer_ids
from sandbox.shop.market import COUNTRIES
from sandbox.shop.plan import DAY_SECONDS
from sandbox.shop.terms import (
    CODES,
    DISCOUNTS,
    NO_CODE,
    PAR,
    RATE_SCALE,
    SHIPPING,
)

if TYPE_CHECKING:
    from sandbox.shop.baskets import Baskets
    from sandbox.shop.customers import Customers
    from sandbox.shop.plan import Plan
    from sandbox.shop.purchases import Purchases
    from sandbox.shop.terms import Terms

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

STATUSES = ("completed", "shipped", "pending", "cancelled", "returned")
COMPLETED, SHIPPED, PENDING, CANCELLED, RETURNED = range(5)
PENDING_DAYS, PENDING_SHARE = 2, 0.55
SHIPPED_DAYS, SHIPPED_SHARE = 9, 0.80
CANCELLED_SHARE, RETURNED_SHARE, LEFT_PENDING_SHARE = 0.035, 0.022, 0.003
MISSING_STATUS = 0.003
FREE_SHIPPING_CENTS, SHIPPING_CENTS = 5000, 495


@dataclass(frozen=True)
class Orders:
    """What is known of each order; arrays have one entry per order.

    status: position in STATUSES. Amounts are cents in the order's currency.
    """

    status: Integers
    status_known: Flags
    is_first: Flags
    revenue: Integers
    discount: Integers
    shipping: Integers
    tax: Integers


def make_orders(
    plan: Plan,
    customers: Customers,
    purchases: Purchases,
    terms: Terms,
    baskets: Baskets,
) -> Orders:
    """Add up the orders and settle what became of them."""
    chance = plan.chance("orders")
    size = len(purchases.customer)
    goods = baskets.totals(size)
    percent = np.where(terms.code == NO_CODE, 0, DISCOUNTS[terms.code])
    discount = (goods * percent + 50) // 100
    revenue = goods - discount
    tax_rate = np.array([each.tax for each in COUNTRIES])[customers.country]
    is_free = (revenue >= FREE_SHIPPING_CENTS) | (terms.code == SHIPPING)
    status = _statuses(plan, chance, purchases)
    status_known = chance.random(size) >= MISSING_STATUS
    counts = ~status_known | ~np.isin(status, (CANCELLED, PENDING))
    return Orders(
        status=status,
        status_known=status_known,
        is_first=_first_orders(customers.person[purchases.customer], counts),
        revenue=revenue,
        discount=discount,
        shipping=np.where(is_free, 0, SHIPPING_CENTS),
        tax=(revenue * tax_rate[purchases.customer] + 500) // 1000,
    )


def _statuses(
    plan: Plan, chance: np.random.Generator, purchases: Purchases
) -> Integers:
    """Draw the statuses: the latest orders are still pending or on their way."""
    age_days = (plan.seconds - purchases.second) / DAY_SECONDS
    luck = chance.random(len(age_days))
    status = np.full(len(age_days), COMPLETED)
    status[(age_days < SHIPPED_DAYS) & (luck < SHIPPED_SHARE)] = SHIPPED
    status[(age_days < PENDING_DAYS) & (luck < PENDING_SHARE)] = PENDING
    fate = chance.random(len(age_days))
    has_arrived = status == COMPLETED
    status[has_arrived & (fate < LEFT_PENDING_SHARE + RETURNED_SHARE)] = RETURNED
    status[has_arrived & (fate < LEFT_PENDING_SHARE)] = PENDING
    status[fate > 1 - CANCELLED_SHARE] = CANCELLED
    return status


def _first_orders(person: Integers, counts: Flags) -> Flags:
    """Mark each person's earliest order that counts; orders come by time."""
    counted = np.flatnonzero(counts)
    _, firsts = np.unique(person[counted], return_index=True)
    is_first = np.zeros(len(person), np.bool_)
    is_first[counted[firsts]] = True
    return is_first


def orders_table(
    plan: Plan,
    customers: Customers,
    purchases: Purchases,
    terms: Terms,
    orders: Orders,
) -> Table:
    """Write down the orders, by time, with increasing ids."""
    size = len(purchases.customer)

    def columns(part: slice) -> dict[str, object]:
        code = terms.code[part]
        return {
            "order_id": identifiers("O", np.arange(size)[part] + 1),
            "customer_id": customer_ids(customers, purchases.customer[part]),
            "order_date": moments(plan.first_day, purchases.second[part]),
            "revenue": decimals(orders.revenue[part]),
            "promo_used": choices(CODES, code, code != NO_CODE),
            "is_first_order": booleans(orders.is_first[part]),
            "status": choices(STATUSES, orders.status[part], orders.status_known[part]),
            "currency": choices(("USD", "EUR"), (terms.rate[part] != PAR) * 1),
            "exchange_rate": decimals(terms.rate[part], RATE_SCALE),
            "discount_amount": decimals(orders.discount[part]),
            "shipping_amount": decimals(orders.shipping[part]),
            "tax_amount": decimals(orders.tax[part]),
        }

    return Table("orders", size, columns)
