"""Headline figures: how the shop is doing now, and against the time before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dashboard.figure import Section, Tile
from dashboard.words import change, count, decimal, is_missing, money, month, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from dashboard.marts import Marts

PERIOD_DAYS = 28


def section(marts: Marts) -> Section:
    """The shop's last four weeks and its last whole month."""
    return Section(
        name="headline",
        title="At a glance",
        question="How is the shop doing, against the time before?",
        tiles=(*_weeks(marts), *_months(marts), *_overall(marts)),
    )


def _weeks(marts: Marts) -> list[Tile]:
    days = marts.ask(
        "select date_day, orders, revenue, net_revenue from daily_revenue"
        f" order by date_day desc limit {2 * PERIOD_DAYS}"
    )
    if len(days) < PERIOD_DAYS:
        return []
    now, before = (
        part[["orders", "revenue", "net_revenue"]].sum()
        for part in (days.iloc[:PERIOD_DAYS], days.iloc[PERIOD_DAYS:])
    )
    period = f"last {PERIOD_DAYS} days"
    is_whole = len(days) == 2 * PERIOD_DAYS
    average, average_before = (
        part["revenue"] / part["orders"] if part["orders"] else float("nan")
        for part in (now, before)
    )
    compared: list[tuple[str, float, float, Callable[[float], str]]] = [
        ("Revenue", now["revenue"], before["revenue"], money),
        ("Net revenue", now["net_revenue"], before["net_revenue"], money),
        ("Orders", now["orders"], before["orders"], "{:,.0f}".format),
        ("Average order value", average, average_before, partial(decimal, digits=2)),
    ]
    return [
        Tile(
            name,
            "none" if is_missing(value) else written(value),
            period,
            f"{change(value, earlier)} in the {PERIOD_DAYS} days before"
            if is_whole
            else "",
        )
        for name, value, earlier, written in compared
    ]


def _months(marts: Marts) -> list[Tile]:
    months = marts.ask(
        "select month, new_customers, active_customers, lapsed_customers, quick_ratio"
        " from customer_growth where is_complete order by month desc limit 2"
    )
    if len(months) == 0:
        return []
    now: Any = months.iloc[0]
    before: Any = months.iloc[1] if len(months) > 1 else None
    tiles = [
        Tile(
            label,
            f"{now[column]:,}",
            month(now["month"]),
            ""
            if before is None
            else f"{change(now[column], before[column])} in {month(before['month'])}",
        )
        for label, column in (
            ("New customers", "new_customers"),
            ("Active customers", "active_customers"),
        )
    ]
    if not is_missing(now["quick_ratio"]):
        tiles.append(
            Tile(
                "Won or won back per customer lost",
                f"{now['quick_ratio']:,.2f}",
                month(now["month"]),
                "active customers grow"
                if now["quick_ratio"] > 1
                else "active customers shrink"
                if now["quick_ratio"] < 1
                else "active customers stay as many",
            )
        )
    return tiles


def _overall(marts: Marts) -> list[Tile]:
    rates = marts.ask(
        "select mature_buyers, repeat_rate, repeat_rate_low, repeat_rate_high"
        " from repeat_purchase_rates where window_days = 90 and channel = 'all'"
    )
    return [
        Tile(
            "Buy again within 90 days",
            percent(rate["repeat_rate"]),
            f"of {count(rate['mature_buyers'], 'buyer')} with 90 days behind them",
            f"95 % interval {_range(rate)}",
        )
        for _, rate in rates.iterrows()
        if not is_missing(rate["repeat_rate"])
    ]


def _range(rate: pd.Series[Any]) -> str:
    return f"{percent(rate['repeat_rate_low'])} to {percent(rate['repeat_rate_high'])}"
