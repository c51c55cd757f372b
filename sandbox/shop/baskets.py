"""What lies in the baskets: products that go together, quantities, prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.shop.columns import Table, decimals, identifiers, numbers
from sandbox.shop.customers import draw
from sandbox.shop.market import CHANNELS, COUNTRIES
from sandbox.shop.plan import DAY_SECONDS
from sandbox.shop.products import (
    CATEGORIES,
    CATEGORY_OF,
    PARTNER_OF,
    PRICE_CENTS,
    products_in,
)
from sandbox.shop.terms import PAR

if TYPE_CHECKING:
    from sandbox.shop.customers import Customers
    from sandbox.shop.plan import Plan
    from sandbox.shop.purchases import Purchases
    from sandbox.shop.terms import Terms

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MORE_LINES = (0.60, 0.48, 0.40, 0.33)
FAVOURITE_SHARE = 0.62
PARTNER_SHARE, SAME_CATEGORY_SHARE = 0.42, 0.28
QUANTITY_SHARES = [0.74, 0.19, 0.05, 0.02]
PRICE_RISE_DAYS, PRICE_RISE_PERCENT = 365, 4
NO_PRODUCT = -1


@dataclass(frozen=True)
class Baskets:
    """The lines of all orders, by order; arrays have one entry per line.

    order: position among the orders. line: from 1. price: cents in the order's
    currency.
    """

    order: Integers
    line: Integers
    product: Integers
    quantity: Integers
    price: Integers

    def totals(self, orders: int) -> Integers:
        """Add the lines up, in cents, shape (orders,)."""
        amounts = self.quantity * self.price
        return np.bincount(self.order, amounts, minlength=orders).astype(np.int64)


def make_baskets(
    plan: Plan, customers: Customers, purchases: Purchases, terms: Terms
) -> Baskets:
    """Fill the basket of each order."""
    chance = plan.chance("baskets")
    chosen = _choose_products(chance, customers, purchases)
    is_line = chosen != NO_PRODUCT
    order, _ = np.nonzero(is_line)
    line = np.cumsum(is_line, axis=1)[is_line]
    product = chosen[is_line].astype(np.int64)
    years = purchases.second // (PRICE_RISE_DAYS * DAY_SECONDS)
    rise = 100 + PRICE_RISE_PERCENT * years[order]
    dollars = PRICE_CENTS[product] * rise // 100
    return Baskets(
        order=order,
        line=line,
        product=product,
        quantity=1 + draw(chance, QUANTITY_SHARES, len(order)),
        price=dollars * PAR // terms.rate[order],
    )


def _choose_products(
    chance: np.random.Generator, customers: Customers, purchases: Purchases
) -> npt.NDArray[np.int8]:
    """Choose distinct products, shape (orders, most lines), NO_PRODUCT in gaps."""
    who = purchases.customer
    size = len(who)
    appetite = (
        np.array([each.basket for each in CHANNELS])[customers.channel]
        * np.array([each.basket for each in COUNTRIES])[customers.country]
    )[who]
    shares = [each.share for each in CATEGORIES]
    favourite = customers.favourite[who]
    loved = chance.random(size) < FAVOURITE_SHARE
    category = np.where(loved, favourite, draw(chance, shares, size))
    chosen = np.full((size, 1 + len(MORE_LINES)), NO_PRODUCT, np.int8)
    chosen[:, 0] = _from_category(chance, category)
    rows = np.arange(size)
    for place, likely in enumerate(MORE_LINES, start=1):
        rows = rows[chance.random(len(rows)) < likely * appetite[rows]]
        last = chosen[rows, 0].astype(np.int64)
        chosen[rows, place] = _next_product(chance, last, shares)
    for place in range(1, chosen.shape[1]):
        for earlier in range(place):
            again = chosen[:, place] == chosen[:, earlier]
            chosen[again, place] = NO_PRODUCT
    return chosen


def _next_product(
    chance: np.random.Generator, first: Integers, shares: list[float]
) -> Integers:
    """Choose what joins a product: its partner, one of its category, or any."""
    size = len(first)
    mood = chance.random(size)
    near = mood < PARTNER_SHARE + SAME_CATEGORY_SHARE
    category = np.where(near, CATEGORY_OF[first], draw(chance, shares, size))
    other = _from_category(chance, category)
    partner = PARTNER_OF[first]
    with_partner = (mood < PARTNER_SHARE) & (partner != NO_PRODUCT)
    return np.where(with_partner, partner, other)


def _from_category(chance: np.random.Generator, category: Integers) -> Integers:
    """Draw a product of each category, popular ones more often."""
    luck = chance.random(len(category))
    product = np.zeros(len(category), np.int64)
    for number in range(len(CATEGORIES)):
        members = products_in(number)
        popularity = np.cumsum(1 / np.arange(2, len(members) + 2))
        here = category == number
        place = np.searchsorted(popularity / popularity[-1], luck[here], side="right")
        product[here] = members[np.minimum(place, len(members) - 1)]
    return product


def order_items_table(baskets: Baskets) -> Table:
    """Write down the lines of all orders."""

    def columns(part: slice) -> dict[str, object]:
        return {
            "order_id": identifiers("O", baskets.order[part] + 1),
            "line_number": numbers(baskets.line[part]),
            "product_id": identifiers("A", baskets.product[part] + 1),
            "quantity": numbers(baskets.quantity[part]),
            "unit_price": decimals(baskets.price[part]),
        }

    return Table("order_items", len(baskets.order), columns)
