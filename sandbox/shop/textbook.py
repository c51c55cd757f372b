"""A shop whose customers buy as the models of the forecast say, and nothing else.

Its true parameters are known, so that a fit can be held against them. Purchases follow
MBG/NBD (Batislam, Denizel and Filiztekin 2007, Intl. Journal of Research in Marketing
24:201), their values Gamma-Gamma (Fader and Hardie 2013). There are no seasons, guests,
cancelled orders, refunds or promotions: each would be something that the models do not
know of. Customers and orders are its only tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sandbox.shop.customers import Customers, customers_table, draw
from sandbox.shop.market import CHANNELS, COUNTRIES
from sandbox.shop.orders import COMPLETED, Orders, orders_table
from sandbox.shop.plan import DAY_SECONDS
from sandbox.shop.purchases import Purchases
from sandbox.shop.terms import NO_CODE, PAR, Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.shop.columns import Table
    from sandbox.shop.plan import Plan

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# a rate that is almost 0 gives a time beyond all ages
LEAST_RATE = 1e-12


@dataclass(frozen=True)
class Buying:
    """How often customers buy, and until when: the parameters of MBG/NBD.

    r, alpha: shape, and rate in days, of the gamma distribution of customers' purchases
    a day. a, b: of the beta distribution of their probabilities to leave for good after
    a purchase.
    """

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class Spending:
    """What customers pay: the parameters of Gamma-Gamma.

    p: shape of the gamma distribution of a customer's purchases. q, gamma: shape, and
    rate in money, of that of the customers' own rates.
    """

    p: float
    q: float
    gamma: float


BUYING = Buying(r=0.8, alpha=90.0, a=0.9, b=2.5)
SPENDING = Spending(p=6.0, q=4.0, gamma=15.0)


def true_parameters() -> list[dict[str, Any]]:
    """Give the parameters as the manifest holds them, a row for each."""
    units = {"alpha": "days", "gamma": "money"}
    return [
        {
            "model": model,
            "parameter": name,
            "value": value,
            "unit": units.get(name, ""),
        }
        for model, parameters in (("MBG/NBD", BUYING), ("Gamma-Gamma", SPENDING))
        for name, value in vars(parameters).items()
    ]


def make_textbook_tables(plan: Plan) -> Iterator[Table]:
    """Make the tables customers and orders."""
    signup = _signups(plan)
    customers = _customers(plan, signup)
    yield customers_table(plan, customers)
    chance = plan.chance("textbook purchases")
    age = (plan.seconds - signup) / DAY_SECONDS
    customer, time, repeat = buy(BUYING, age, chance, leaves_at_once=True)
    second = signup[customer] + (time * DAY_SECONDS).astype(np.int64)
    by_time = np.lexsort((repeat, customer, second))
    size = len(customer)
    purchases = Purchases(
        customer=customer[by_time],
        second=second[by_time],
        repeat=repeat[by_time],
        # web sessions would ask for these
        until=np.full(size, plan.seconds),
        is_farewell=np.zeros(size, np.bool_),
    )
    terms = Terms(code=np.full(size, NO_CODE), rate=np.full(size, PAR))
    yield orders_table(plan, customers, purchases, terms, _orders(plan, purchases))


def buy(
    buying: Buying,
    age: Floats | Integers,
    chance: np.random.Generator,
    *,
    leaves_at_once: bool,
) -> tuple[Integers, Floats, Integers]:
    """Let customers buy: whose each purchase is, when, and how many came before.

    Args:
        buying: The parameters.
        age: Days from each customer's first purchase to the end, shape (customers,).
        chance: Decides.
        leaves_at_once: Whether customers may leave after their first purchase (MBG/NBD)
            or after the second at the earliest (BG/NBD).

    Returns:
        Customers by position; days since their first purchase, which is one of these;
        and 0 for the first purchase, 1 for the next.
    """
    rate = np.maximum(chance.gamma(buying.r, 1 / buying.alpha, len(age)), LEAST_RATE)
    leaving = chance.beta(buying.a, buying.b, len(age))
    who, time = np.arange(len(age)), np.zeros(len(age))
    found = [(who, time)]
    while len(who):
        if leaves_at_once or len(found) > 1:
            stays = chance.random(len(who)) >= leaving[who]
            who, time = who[stays], time[stays]
        time = time + chance.standard_exponential(len(who)) / rate[who]
        happens = time < age[who]
        who, time = who[happens], time[happens]
        found.append((who, time))
    repeat = np.repeat(np.arange(len(found)), [len(each) for each, _ in found])
    customer, when = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return customer, when, repeat


def spend(
    spending: Spending, customer: Integers, chance: np.random.Generator
) -> Floats:
    """Draw the value of purchases, shape (purchases,), given whose they are."""
    customers = int(customer.max(initial=0)) + 1
    rate = chance.gamma(spending.q, 1 / spending.gamma, customers)
    values: Floats = chance.gamma(spending.p, 1 / rate[customer])
    return values


def _signups(plan: Plan) -> Integers:
    """Draw when customers sign up, which they do to buy at once; in order."""
    chance = plan.chance("textbook signups")
    return np.sort(chance.integers(0, plan.seconds, plan.customers))


def _customers(plan: Plan, signup: Integers) -> Customers:
    chance = plan.chance("textbook customers")
    size = plan.customers
    return Customers(
        accounts=size,
        signup=signup,
        person=np.arange(size),
        channel=draw(chance, [each.share for each in CHANNELS], size),
        country=draw(chance, [each.share for each in COUNTRIES], size),
        kind=np.zeros(size, np.int64),
        favourite=np.zeros(size, np.int64),
        seeks_bargains=np.zeros(size, np.bool_),
    )


def _orders(plan: Plan, purchases: Purchases) -> Orders:
    """Every order is completed, and worth what its customer spends."""
    size = len(purchases.customer)
    value = spend(SPENDING, purchases.customer, plan.chance("textbook values"))
    nothing = np.zeros(size, np.int64)
    return Orders(
        status=np.full(size, COMPLETED),
        status_known=np.ones(size, np.bool_),
        is_first=purchases.repeat == 0,
        revenue=np.maximum(np.rint(value * 100).astype(np.int64), 1),
        discount=nothing,
        shipping=nothing,
        tax=nothing,
    )
