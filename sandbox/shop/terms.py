"""The terms of each order: its promotion code and its currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.shop.market import (
    CAMPAIGNS,
    COUNTRIES,
    LOYALTY_CODE,
    LOYALTY_DISCOUNT,
    SHIPPING_CODE,
    WELCOME_CODE,
    WELCOME_DISCOUNT,
)
from sandbox.shop.plan import DAY_SECONDS

if TYPE_CHECKING:
    from sandbox.shop.customers import Customers
    from sandbox.shop.plan import Plan
    from sandbox.shop.purchases import Purchases

Integers = npt.NDArray[np.int64]

CODES = (
    WELCOME_CODE,
    LOYALTY_CODE,
    SHIPPING_CODE,
    *(campaign.code for campaign in CAMPAIGNS),
)
DISCOUNTS = np.array(
    [WELCOME_DISCOUNT, LOYALTY_DISCOUNT, 0, *(each.discount for each in CAMPAIGNS)]
)
WELCOME, LOYALTY, SHIPPING, FIRST_CAMPAIGN = 0, 1, 2, 3
NO_CODE = -1

CAMPAIGN_USE, WELCOME_USE, LOYALTY_USE, SHIPPING_USE = 0.38, 0.24, 0.15, 0.06
BARGAIN_MORE = 0.32
LOYAL_FROM_REPEAT = 5

RATE_SCALE = 4
PAR = 10**RATE_SCALE
EURO_RATE, EURO_SWING, EURO_MONTHS = 1.085, 0.045, 9.0
MONTH_DAYS = 30


@dataclass(frozen=True)
class Terms:
    """Terms of all orders; arrays have one entry per order.

    code: position in CODES or NO_CODE. rate: US dollars for one unit of the order's
    currency, times PAR.
    """

    code: Integers
    rate: Integers


def make_terms(plan: Plan, customers: Customers, purchases: Purchases) -> Terms:
    """Choose code and currency of all orders."""
    return Terms(
        code=_codes(plan, customers, purchases),
        rate=_exchange_rates(customers, purchases),
    )


def _codes(plan: Plan, customers: Customers, purchases: Purchases) -> Integers:
    chance = plan.chance("promotions")
    size = len(purchases.customer)
    more = BARGAIN_MORE * customers.seeks_bargains[purchases.customer]
    code = np.full(size, NO_CODE)
    code[chance.random(size) < SHIPPING_USE] = SHIPPING
    loyal = purchases.repeat >= LOYAL_FROM_REPEAT
    code[loyal & (chance.random(size) < LOYALTY_USE)] = LOYALTY
    campaign = _campaign_of_day(plan)[purchases.second // DAY_SECONDS]
    uses_campaign = chance.random(size) < CAMPAIGN_USE + more
    code = np.where(uses_campaign & (campaign != NO_CODE), campaign, code)
    first = purchases.repeat == 0
    code[first & (chance.random(size) < WELCOME_USE + more)] = WELCOME
    return code


def _campaign_of_day(plan: Plan) -> Integers:
    days = [plan.first_day + timedelta(days=number) for number in range(plan.days)]
    return np.array(
        [
            next(
                (
                    FIRST_CAMPAIGN + number
                    for number, campaign in enumerate(CAMPAIGNS)
                    if campaign.includes(day)
                ),
                NO_CODE,
            )
            for day in days
        ]
    )


def _exchange_rates(customers: Customers, purchases: Purchases) -> Integers:
    euro = np.array([each.is_euro for each in COUNTRIES])[customers.country]
    month = purchases.second // (MONTH_DAYS * DAY_SECONDS)
    swing = np.sin(np.arange(month.max(initial=0) + 1) / EURO_MONTHS * 2 * np.pi)
    rates: Integers = np.rint((EURO_RATE + EURO_SWING * swing) * PAR).astype(np.int64)
    return np.where(euro[purchases.customer], rates[month], PAR)
