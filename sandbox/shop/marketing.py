"""What the shop spends on its paid channels, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sandbox.shop.columns import Table, choices, days, decimals
from sandbox.shop.customers import GROWTH
from sandbox.shop.market import CHANNELS
from sandbox.shop.season import Season

if TYPE_CHECKING:
    from sandbox.shop.plan import Plan

LEAST_EFFORT, MOST_EFFORT = 0.75, 1.25
YEARLY_RISE = 1.06
YEAR_DAYS = 365
CENTS = 100


def marketing_spend_table(plan: Plan) -> Table:
    """Draw the spend: what the customers expected of a day and channel cost.

    Clicks become dearer year by year; a day's spend varies by a quarter.
    """
    chance = plan.chance("marketing")
    paid = [each for each in CHANNELS if each.cost]
    share = np.array([each.share for each in paid])
    cost = np.array([each.cost for each in paid])
    expected = Season(plan, GROWTH).daily() / plan.days * plan.customers
    rise = YEARLY_RISE ** (np.arange(plan.days) / YEAR_DAYS)
    effort = chance.uniform(LEAST_EFFORT, MOST_EFFORT, (plan.days, len(paid)))
    spend = np.outer(expected * rise, share * cost) * effort
    cents = np.rint(spend * CENTS).astype(np.int64).ravel()
    first_day = np.datetime64(plan.first_day, "D")

    def columns(part: slice) -> dict[str, object]:
        day, channel = np.divmod(np.arange(len(cents))[part], len(paid))
        return {
            "spend_date": days(first_day + day),
            "channel": choices([each.name for each in paid], channel),
            "spend": decimals(cents[part]),
        }

    return Table("marketing_spend", len(cents), columns)
