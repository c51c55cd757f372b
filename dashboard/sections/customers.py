"""Who the customers are: value and RFM segments, and how people move between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.sections.groups import few
from dashboard.words import count, month, percent

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.marts import Marts

SEGMENTS = [
    "Champions",
    "Loyal Customers",
    "Potential Loyalists",
    "New Customers",
    "Promising",
    "Needs Attention",
    "About To Sleep",
    "At Risk",
    "Cannot Lose",
    "Hibernating",
    "Lost",
    "Never Ordered",
]
_MOVES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75)
_APART, _MANY = 12, 30
_DIFFERS = 105


def section(marts: Marts) -> Section:
    """Who the best are, who slips away, and what sets them apart."""
    return Section(
        name="customers",
        title="Customers",
        question="Who are the best customers, and who is slipping away?",
        figures=(
            _rfm(marts),
            _value(marts),
            _profile(marts),
            _migration(marts),
        ),
    )


def in_order(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows from the best segment to the lost ones."""
    place = rows[column].map({name: at for at, name in enumerate(SEGMENTS)})
    return (
        rows.assign(place=place)
        .sort_values("place", kind="stable")
        .drop(columns="place")
    )


def _rfm(marts: Marts) -> Figure:
    rows = in_order(
        marts.ask(
            "select rfm_segment, customers, customer_share, net_revenue, revenue_share,"
            " average_value, average_orders, recommended_action from rfm_segments"
        ),
        "rfm_segment",
    )
    there = rows[rows["customers"] > 0]
    top = there.sort_values("revenue_share", ascending=False).head(1)
    title = "There are no customers yet"
    if len(top) and rows["net_revenue"].sum() > 0:
        best = top.iloc[0]
        title = (
            f"{best['rfm_segment']} are {percent(best['customer_share'])} of the "
            f"customers and bring {percent(best['revenue_share'])} of the net revenue"
        )
    return Figure(
        name="rfm_segments",
        mart="rfm_segments",
        title=title,
        rows=rows,
        notes=few(there, "rfm_segment", "customers", "customer"),
        draw=None
        if there.empty
        else lambda canvas: forms.pairs(
            canvas,
            there,
            "rfm_segment",
            [
                Measure("customer_share", "of customers"),
                Measure("revenue_share", "of net revenue"),
            ],
            title="share",
            tip=["rfm_segment", "customers", "customer_share", "revenue_share"],
        ),
    )


def _value(marts: Marts) -> Figure:
    rows = marts.ask(
        "select value_segment, lower_bound, upper_bound, customers, net_revenue,"
        " revenue_share, average_value from value_segments"
    )
    rows = rows.iloc[
        rows["value_segment"]
        .map({"high": 0, "mid": 1, "low": 2})
        .argsort(kind="stable")
    ]
    buyers = rows["customers"].sum()
    best = rows[(rows["value_segment"] == "high") & (rows["customers"] > 0)]
    title = "Too few buyers differ in value to tell segments apart"
    if len(best) and rows["net_revenue"].sum() > 0:
        title = (
            f"The most valuable {percent(best['customers'].iloc[0] / buyers)} of the "
            f"buyers bring {percent(best['revenue_share'].iloc[0])} of the net revenue"
        )
    return Figure(
        name="value_segments",
        mart="value_segments",
        title=title,
        rows=rows,
        draw=None
        if not buyers
        else lambda canvas: forms.bars(
            canvas,
            rows,
            "value_segment",
            Measure("revenue_share", "share of net revenue"),
            emphasis=["high"],
            tip=["value_segment", "customers", "net_revenue", "average_value"],
        ),
    )


def _profile(marts: Marts) -> Figure:
    rows = marts.ask(
        "select attribute, attribute_value, customers, customer_share, affinity_index"
        " from value_segment_profile where value_segment = 'high' and customers > 0"
        " order by affinity_index desc nulls last, attribute, attribute_value"
    )
    rows["trait"] = [
        f"{attribute.replace('_', ' ')}: {value}"
        for attribute, value in zip(
            rows["attribute"], rows["attribute_value"], strict=True
        )
    ]
    most_often = rows["customers"].max() if len(rows) else 0
    large = rows[rows["customers"] >= min(_MANY, most_often / 10)]
    apart = large.iloc[(large["affinity_index"] - 100).abs().argsort()[::-1]].head(
        _APART
    )
    apart = apart.sort_values("affinity_index", ascending=False)
    title = "Nothing sets the most valuable buyers apart yet"
    if len(apart) and apart["affinity_index"].iloc[0] >= _DIFFERS:
        most = apart.iloc[0]
        title = (
            f"Among the most valuable buyers “{most['trait']}” is "
            f"{most['affinity_index'] / 100:.1f} times as frequent as among all buyers"
        )
    return Figure(
        name="high_value_profile",
        mart="value_segment_profile",
        title=title,
        rows=rows[["trait", "customers", "customer_share", "affinity_index"]],
        notes=(
            (
                f"100: as frequent as among all buyers. The chart has the {_APART} "
                "traits that differ most and that enough of these buyers share."
            ),
        )
        if len(apart)
        else (),
        draw=None
        if apart.empty
        else lambda canvas: forms.pairs(
            canvas,
            apart,
            "trait",
            [Measure("affinity_index", "affinity index")],
            title="affinity index",
            reference=100,
            tip=["trait", "customers", "customer_share", "affinity_index"],
        ),
    )


def _migration(marts: Marts) -> Figure:
    rows = marts.ask(
        "select month, from_segment, to_segment, customers, customers_before,"
        " share_of_from from segment_migration where month ="
        " (select max(month) from segment_migration where is_complete)"
    )
    rows = in_order(in_order(rows, "to_segment"), "from_segment")
    title = "No month has ended with customers in segments yet"
    if len(rows):
        place = {name: at for at, name in enumerate(SEGMENTS)}
        old, new = rows["from_segment"].map(place), rows["to_segment"].map(place)
        up, down = (
            int(rows.loc[mask, "customers"].sum()) for mask in (new < old, new > old)
        )
        when = month(rows["month"].iloc[0])
        better = "more move up than down" if up > down else "more move down than up"
        if up == down:
            better = "as many move up as down"
        title = (
            f"In {when} {better}: {count(up, 'customer')} to a better segment, "
            f"{down:,} to a worse one"
        )
    return Figure(
        name="segment_migration",
        mart="segment_migration",
        title=title,
        rows=rows,
        notes=(
            "A row is a segment at the month's begin; better means further up in it.",
        )
        if len(rows)
        else (),
        draw=None
        if rows.empty
        else lambda canvas: forms.matrix(
            canvas,
            rows,
            "to_segment",
            "from_segment",
            Measure("share_of_from"),
            _MOVES,
            orders=(SEGMENTS, SEGMENTS),
            across_title="to",
            tip=["from_segment", "to_segment", "customers", "share_of_from"],
        ),
    )
