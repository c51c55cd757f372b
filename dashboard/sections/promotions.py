"""Whether promotions sell, and whether who comes by them comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.sections.groups import few, main_groups
from dashboard.words import count, percent

if TYPE_CHECKING:
    from dashboard.marts import Marts

_NONE = "none"
_RATE = "repeat_rate_90d"
_ENDS = ("repeat_rate_90d_low", "repeat_rate_90d_high")


def section(marts: Marts) -> Section:
    """Revenue with and without promotions, and what becomes of their buyers."""
    return Section(
        name="promotions",
        title="Promotions",
        question="Do promotions work, and do the customers they win come back?",
        figures=(_revenue(marts), _retention(marts), _reuse(marts)),
    )


def _revenue(marts: Marts) -> Figure:
    rows = marts.ask(
        "select promo_code, orders, buyers, revenue, average_order_value, "
        "revenue_share, first_orders, discount_amount from promo_performance order "
        "by revenue desc, promo_code"
    )
    codes = rows[rows["promo_code"] != _NONE]
    drawn, notes = main_groups(codes, "orders", "code")
    title = "No promotion was used"
    if len(codes):
        title = (
            f"{percent(codes['revenue_share'].sum())} of the revenue came with a "
            f"promotion; {codes.iloc[0]['promo_code']} brought most"
        )
    return Figure(
        name="promo_revenue",
        mart="promo_performance",
        title=title,
        rows=rows,
        notes=notes,
        draw=None
        if drawn.empty
        else lambda canvas: forms.bars(
            canvas,
            drawn.sort_values("revenue", ascending=False),
            "promo_code",
            Measure("revenue_share", "share of revenue"),
            tip=["promo_code", "orders", "revenue", "average_order_value"],
        ),
    )


def _retention(marts: Marts) -> Figure:
    rows = marts.ask(
        "select promo_code, buyers, one_time_buyers, never_returned_rate,"
        " mature_buyers_90d, repeat_buyers_90d, repeat_rate_90d, repeat_rate_90d_low,"
        " repeat_rate_90d_high from first_order_promo_retention"
        " order by buyers desc, promo_code"
    )
    drawn, notes = main_groups(rows.dropna(subset=[_RATE]), "mature_buyers_90d", "code")
    drawn = drawn.sort_values(_RATE, ascending=False, kind="stable")
    without = drawn[drawn["promo_code"] == _NONE]
    codes = drawn[drawn["promo_code"] != _NONE]
    title = "No first order used a promotion"
    if (rows["promo_code"] != _NONE).any():
        title = "Nobody won by a promotion has 90 days behind the first order yet"
    if len(codes) and len(without):
        code = codes.sort_values("mature_buyers_90d", ascending=False).iloc[0]
        bare = without.iloc[0]
        apart = code[_ENDS[0]] > bare[_ENDS[1]] or code[_ENDS[1]] < bare[_ENDS[0]]
        title = (
            f"{percent(code[_RATE])} of those won by {code['promo_code']} return "
            f"within 90 days, {percent(bare[_RATE])} of those won without a promotion"
        )
        if not apart:
            title += "; chance alone could explain the difference"
    elif len(codes):
        title = (
            f"{percent(codes[_RATE].iloc[0])} of those won by "
            f"{codes['promo_code'].iloc[0]} return within 90 days"
        )
    return Figure(
        name="promo_retention",
        mart="first_order_promo_retention",
        title=title,
        rows=rows,
        notes=(*notes, *few(drawn, "promo_code", "mature_buyers_90d", "buyer")),
        draw=None
        if drawn.empty
        else lambda canvas: forms.intervals(
            canvas,
            drawn,
            "promo_code",
            Measure(_RATE, "order again within 90 days"),
            _ENDS,
            tip=["promo_code", "repeat_buyers_90d", "mature_buyers_90d", _RATE],
        ),
    )


def _reuse(marts: Marts) -> Figure:
    rows = marts.ask(
        "select promo_code, count(*) as customers, cast(sum(uses) as bigint) as uses,"
        " sum(revenue) as revenue from promo_reuse group by promo_code"
        " order by count(*) desc, promo_code"
    )
    drawn, notes = main_groups(rows, "customers", "code")
    title = "Nobody has used a promotion twice"
    if len(rows):
        title = (
            f"{rows.iloc[0]['promo_code']} is used again and again, by "
            f"{count(rows.iloc[0]['customers'], 'customer')}"
        )
    return Figure(
        name="promo_reuse",
        mart="promo_reuse",
        title=title,
        rows=rows,
        notes=notes,
        draw=None
        if drawn.empty
        else lambda canvas: forms.bars(
            canvas,
            drawn,
            "promo_code",
            Measure("customers", "customers who used it more than once"),
            tip=["promo_code", "customers", "uses", "revenue"],
        ),
    )
