"""Which channels bring value, and at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.sections.groups import among, few, large, main_groups, named
from dashboard.words import count, decimal, percent

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.marts import Marts

_MONTHS = 24
_LINES = 6
_TINY = 0.005
_SHARES = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1)
_REGIONS = 8


def section(marts: Marts) -> Section:
    """Value, order values, regions and acquisition costs of channels."""
    return Section(
        name="channels",
        title="Channels",
        question=(
            "Which channel brings value, where does it sell, and what does it cost?"
        ),
        figures=(
            _value(marts),
            _order_value(marts),
            _monthly(marts),
            _regions(marts),
            _cost(marts),
        ),
    )


def _value(marts: Marts) -> Figure:
    rows = _performance(marts)
    drawn, notes = main_groups(rows, "customers", "channel")
    drawn = drawn.sort_values("net_revenue_per_customer", ascending=False)
    title = "There are no customers yet"
    told = large(named(drawn, "channel"), "customers")
    if len(told) > 1:
        best, least = told.iloc[0], told.iloc[-1]
        title = among(
            notes,
            "channels",
            f"A customer from {best['channel']} has brought "
            f"{decimal(best['net_revenue_per_customer'], 2)}, one from "
            f"{least['channel']} {decimal(least['net_revenue_per_customer'], 2)}",
        )
    elif len(drawn):
        average = rows["net_revenue"].sum() / rows["customers"].sum()
        title = f"A customer has brought {decimal(average, 2)} on average"
    return Figure(
        name="channel_value",
        mart="channel_performance",
        title=title,
        rows=rows[
            [
                "channel",
                "customers",
                "buyers",
                "net_revenue_per_customer",
                "net_revenue_per_buyer",
                "orders_per_buyer",
                "order_conversion_rate",
            ]
        ],
        notes=(*notes, *few(drawn, "channel", "customers", "customer")),
        draw=None
        if drawn.empty
        else lambda canvas: forms.bars(
            canvas,
            drawn,
            "channel",
            Measure("net_revenue_per_customer", "net revenue per customer"),
            tip=["channel", "customers", "net_revenue_per_customer"],
        ),
    )


def _order_value(marts: Marts) -> Figure:
    rows = _performance(marts)
    sold = rows.dropna(subset=["average_order_value"])
    drawn, notes = main_groups(sold, "orders", "channel")
    drawn = drawn.sort_values("average_order_value", ascending=False)
    title = "No channel has an order yet"
    told = large(named(drawn, "channel"), "orders")
    if len(told) > 1:
        best, least = told.iloc[0], told.iloc[-1]
        title = among(
            notes,
            "channels",
            f"An average order is worth {decimal(best['average_order_value'], 2)} from "
            f"{best['channel']}, {decimal(least['average_order_value'], 2)} from "
            f"{least['channel']}",
        )
    elif len(drawn):
        average = sold["revenue"].sum() / sold["orders"].sum()
        title = f"An average order is worth {decimal(average, 2)}"
    return Figure(
        name="channel_aov",
        mart="channel_performance",
        title=title,
        rows=rows[
            ["channel", "orders", "revenue", "revenue_share", "average_order_value"]
        ],
        notes=notes,
        draw=None
        if drawn.empty
        else lambda canvas: forms.bars(
            canvas,
            drawn,
            "channel",
            Measure("average_order_value", "average order value"),
            tip=[
                "channel",
                "orders",
                "revenue",
                "revenue_share",
                "average_order_value",
            ],
        ),
    )


def _performance(marts: Marts) -> pd.DataFrame:
    return marts.ask(
        "select channel, customers, buyers, orders, revenue, revenue_share,"
        " net_revenue, average_order_value, net_revenue_per_customer,"
        " net_revenue_per_buyer, orders_per_buyer, order_conversion_rate"
        " from channel_performance"
        " order by revenue desc, channel"
    )


def _largest(rows: pd.DataFrame, size: str) -> list[str]:
    """The channels that have a line, largest first."""
    sizes = rows.groupby("channel", sort=True)[size].sum().sort_values(ascending=False)
    sizes = sizes[sizes >= _TINY * sizes.sum()]
    return list(sizes.head(_LINES).index)


def _monthly(marts: Marts) -> Figure:
    rows = marts.ask(
        "select channel, order_month, orders, revenue, average_order_value, is_complete"
        " from channel_aov_monthly where order_month >"
        " (select max(order_month) from channel_aov_monthly)"
        f" - interval '{_MONTHS} months' order by order_month, channel"
    )
    channels = _largest(rows, "orders")
    whole = rows[rows["is_complete"] & rows["channel"].isin(channels)]
    whole = whole.iloc[whole["channel"].map(channels.index).argsort(kind="stable")]
    notes = (
        (f"The chart has the {count(len(channels), 'channel')} with most orders.",)
        if rows["channel"].nunique() > len(channels)
        else ()
    )
    title = "No month has ended yet"
    if len(whole):
        last = whole[whole["order_month"] == whole["order_month"].max()]
        last = last.dropna(subset=["average_order_value"])
        best = last.sort_values("average_order_value", ascending=False).head(1)
        title = "Orders of the last whole month, by channel"
        if len(best):
            title = (
                f"In {best['order_month'].iloc[0]:%B %Y} {best['channel'].iloc[0]} "
                f"had the highest average order value{' of these' if notes else ''}: "
                f"{decimal(best['average_order_value'].iloc[0], 2)}"
            )
    return Figure(
        name="channel_aov_monthly",
        mart="channel_aov_monthly",
        title=title,
        rows=rows.iloc[::-1],
        notes=notes,
        is_wide=True,
        draw=None
        if whole.empty
        else lambda canvas: forms.lines(
            canvas,
            whole,
            "order_month",
            [Measure("average_order_value")],
            title="average order value",
            series="channel",
            starts_at_zero=False,
        ),
    )


def _regions(marts: Marts) -> Figure:
    rows = marts.ask(
        "select channel, region, buyers, orders, revenue, revenue_share,"
        " average_order_value from channel_region_revenue"
        " order by revenue desc, channel, region"
    )
    channels = _largest(rows, "revenue")
    sizes = rows.groupby("region")["revenue"].sum().sort_values(ascending=False)
    regions = list(sizes[sizes >= _TINY * sizes.sum()].head(_REGIONS).index)
    seen = rows[rows["channel"].isin(channels) & rows["region"].isin(regions)]
    title = "No order counts yet"
    if len(rows):
        top = rows.iloc[0]
        names = [name for name in (top["channel"], top["region"]) if name != "unknown"]
        title = "Neither the channel nor the region of most revenue is known"
        if names:
            title = (
                f"{' in '.join(names)} brings most: "
                f"{percent(top['revenue_share'])} of the revenue"
            )
    return Figure(
        name="channel_regions",
        mart="channel_region_revenue",
        title=title,
        rows=rows,
        notes=("The chart has the largest channels and regions.",)
        if len(seen) < len(rows)
        else (),
        draw=None
        if seen.empty
        else lambda canvas: forms.matrix(
            canvas,
            seen,
            "channel",
            "region",
            Measure("revenue_share"),
            _SHARES,
            orders=(channels, regions),
            tip=["channel", "region", "orders", "revenue", "average_order_value"],
        ),
    )


def _cost(marts: Marts) -> Figure:
    rows = marts.ask(
        "select channel, month, spend, new_customers, acquisition_cost,"
        " value_per_customer_90d, value_per_customer_365d, value_to_cost_ratio,"
        " payback_days, is_complete from channel_unit_economics where month >"
        " (select max(month) from channel_unit_economics)"
        f" - interval '{_MONTHS} months' and spend > 0 order by month, channel"
    )
    channels = _largest(rows, "spend")
    whole = rows[rows["is_complete"] & rows["channel"].isin(channels)]
    whole = whole.iloc[whole["channel"].map(channels.index).argsort(kind="stable")]
    known = whole.dropna(subset=["acquisition_cost"])
    title = "No spend is known: the export has no marketing_spend"
    if len(known):
        last = known[known["month"] == known["month"].max()]
        last = last.sort_values("acquisition_cost", ascending=False)
        dear = last.iloc[0]
        title = (
            f"A new customer from {dear['channel']} cost "
            f"{decimal(dear['acquisition_cost'], 2)} in {dear['month']:%B %Y}"
        )
        if len(last) > 1:
            cheap = last.iloc[-1]
            title += (
                f", one from {cheap['channel']} {decimal(cheap['acquisition_cost'], 2)}"
            )
    elif len(rows):
        title = "The spend has brought no new customer yet"
    return Figure(
        name="acquisition_cost",
        mart="channel_unit_economics",
        title=title,
        rows=rows.iloc[::-1],
        draw=None
        if known.empty
        else lambda canvas: forms.lines(
            canvas,
            known,
            "month",
            [Measure("acquisition_cost")],
            title="spend per new customer",
            series="channel",
        ),
    )
