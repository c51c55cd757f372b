"""Revenue over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.words import change, count, decimal, percent

if TYPE_CHECKING:
    from dashboard.marts import Marts

_DAYS_SHOWN, _DAYS_ON_A_PHONE = 731, 183
_WEEKS = 28


def section(marts: Marts) -> Section:
    """How revenue runs."""
    return Section(
        name="revenue",
        title="Revenue",
        question="How does revenue run, and how much do days differ?",
        figures=(_days(marts), _customer_age(marts)),
    )


def _days(marts: Marts) -> Figure:
    rows = marts.ask(
        "select * from (select date_day, orders, revenue, net_revenue,"
        " revenue_7d_average, revenue_28d_average from daily_revenue"
        f" order by date_day desc limit {_DAYS_SHOWN}) as days order by date_day"
    )
    averages = rows["revenue_28d_average"].dropna()
    if rows.empty:
        title = "No order counts yet"
    elif len(averages) > _WEEKS:
        now, before = averages.iloc[-1], averages.iloc[-1 - _WEEKS]
        title = (
            f"A day brings {decimal(now, 2)} on average of the last {_WEEKS} days, "
            f"{change(now, before)} {_WEEKS} days earlier"
        )
    else:
        title = f"{count(len(rows), 'day')} of revenue so far"
    without = int((rows["orders"] == 0).sum())
    notes = (
        (
            (
                f"{count(without, 'day')} shown had no order; they count as 0 in the "
                "averages."
            ),
        )
        if without
        else ()
    )
    return Figure(
        name="revenue_by_day",
        mart="daily_revenue",
        title=title,
        rows=rows.iloc[::-1],
        is_wide=True,
        notes=notes,
        draw=None
        if averages.empty
        else lambda canvas: forms.lines(
            canvas,
            rows.tail(_DAYS_ON_A_PHONE) if canvas.is_narrow else rows,
            "date_day",
            [
                Measure("revenue_7d_average", "7-day average"),
                Measure("revenue_28d_average", "28-day average"),
            ],
            title="revenue a day",
            height=260,
        ),
    )


def _customer_age(marts: Marts) -> Figure:
    rows = marts.ask(
        "select days_since_first_order, net_revenue, revenue_share,"
        " cumulative_revenue_share from revenue_by_customer_age"
        " order by days_since_first_order"
    )
    first = rows[rows["days_since_first_order"] == 0]
    title = "No revenue yet"
    if len(first):
        share = first["cumulative_revenue_share"].iloc[0]
        title = (
            f"{percent(share)} of the net revenue came on the day of a customer's "
            "first order, the rest later"
            if share != 1
            else "All net revenue came on the day of a customer's first order"
        )
    # beyond this the page's table would be longer than anyone reads
    shown = rows[rows["days_since_first_order"] <= 365]  # noqa: PLR2004 a year
    return Figure(
        name="revenue_by_customer_age",
        mart="revenue_by_customer_age",
        title=title,
        rows=shown,
        is_wide=True,
        notes=("The first year after the first order is shown.",)
        if len(shown) < len(rows)
        else (),
        draw=None
        if shown.empty
        else lambda canvas: forms.lines(
            canvas,
            shown,
            "days_since_first_order",
            [Measure("cumulative_revenue_share", "share of net revenue so far")],
            title="share of net revenue so far",
            along_title="days since the first order",
            height=200,
        ),
    )
