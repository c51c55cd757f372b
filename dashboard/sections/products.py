"""What segments buy, where they live, and what goes together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.sections.customers import SEGMENTS
from dashboard.sections.groups import FEW, among, few, main_groups
from dashboard.words import count, decimal

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.marts import Marts

_INDEX = (60, 80, 95, 105, 120, 150)
_COLUMNS = 8
_PAIRS = 12
_TOO_FEW = 10
_DIFFERS = 105


def section(marts: Marts) -> Section:
    """Categories and regions of segments, product pairs, first categories."""
    return Section(
        name="products",
        title="Products and places",
        question="What do segments buy, where do they live, and what goes together?",
        figures=(
            _categories(marts),
            _regions(marts),
            _pairs(marts),
            _first_categories(marts),
        ),
    )


def _categories(marts: Marts) -> Figure:
    rows = marts.ask(
        "select rfm_segment, category, orders, revenue, revenue_share, revenue_rank,"
        " affinity_index from segment_product_affinity"
        " order by rfm_segment, revenue desc, category"
    )
    return _affinity(
        rows,
        "segment_categories",
        "segment_product_affinity",
        "category",
        "orders",
        "No order has lines with products",
        "Of what “{}” spend, {:.1f} times the usual share goes to {}",
    )


def _regions(marts: Marts) -> Figure:
    rows = marts.ask(
        "select rfm_segment, region, customers, customer_share, net_revenue,"
        " affinity_index from segment_geography"
        " order by rfm_segment, customers desc, region"
    )
    return _affinity(
        rows,
        "segment_regions",
        "segment_geography",
        "region",
        "customers",
        "There are no customers yet",
        "Of “{}”, {:.1f} times the usual share live in {}",
    )


def _affinity(
    rows: pd.DataFrame,
    name: str,
    mart: str,
    column: str,
    size: str,
    nothing: str,
    finding: str,
) -> Figure:
    """Segments against categories or regions, coloured by the affinity index."""
    sizes = rows.groupby(column)[size].sum().sort_values(ascending=False, kind="stable")
    across = list(sizes[sizes >= 0.005 * sizes.sum()].head(_COLUMNS).index)
    seen = rows[rows[column].isin(across)].dropna(subset=["affinity_index"])
    # what is not known is no place and no product
    seen = seen.assign(is_small=seen[size] < _TOO_FEW)
    enough = seen[(seen[size] >= FEW) & (seen[column] != "unknown")]
    title = nothing
    if len(enough):
        most = enough.sort_values(
            "affinity_index", ascending=False, kind="stable"
        ).iloc[0]
        title = "No segment differs much from everyone"
        if most["affinity_index"] >= _DIFFERS:
            title = finding.format(
                most["rfm_segment"], most["affinity_index"] / 100, most[column]
            )
    elif len(seen):
        title = f"Too few {size} to tell segments apart"
    return Figure(
        name=name,
        mart=mart,
        title=title,
        rows=rows,
        notes=(
            *(("100 is everyone's share.",) if len(seen) else ()),
            *(
                (f"The chart has the {count(len(across), column)} with most {size}.",)
                if len(sizes) > len(across)
                else ()
            ),
        ),
        draw=None
        if seen.empty
        else lambda canvas: forms.matrix(
            canvas,
            seen,
            column,
            "rfm_segment",
            Measure("affinity_index"),
            _INDEX,
            orders=(across, SEGMENTS),
            doubt=("is_small", f"under {_TOO_FEW} {size}"),
            tip=["rfm_segment", column, size, "affinity_index"],
        ),
    )


def _pairs(marts: Marts) -> Figure:
    rows = marts.ask(
        "select product_a, product_b, orders_together, support, confidence_a_to_b, "
        "confidence_b_to_a, lift from product_pairs order by lift desc, "
        f"orders_together desc, product_a, product_b limit {_PAIRS}"
    )
    rows["pair"] = [
        f"{first} + {second}"
        for first, second in zip(rows["product_a"], rows["product_b"], strict=True)
    ]
    title = "No two products are in enough orders together"
    if len(rows):
        best = rows.iloc[0]
        title = (
            f"{best['product_a']} and {best['product_b']} are bought together "
            f"{best['lift']:.1f} times as often as chance would have it"
        )
    return Figure(
        name="product_pairs",
        mart="product_pairs",
        title=title,
        rows=rows.drop(columns="pair"),
        draw=None
        if rows.empty
        else lambda canvas: forms.bars(
            canvas,
            rows,
            "pair",
            Measure("lift", "lift (1: chance)"),
            tip=["product_a", "product_b", "orders_together", "lift"],
        ),
    )


def _first_categories(marts: Marts) -> Figure:
    rows = marts.ask(
        "select category, new_customers, mature_customers_180d,"
        " net_revenue_per_customer_180d, mature_customers_90d, repeat_rate_90d,"
        " repeat_rate_90d_low, repeat_rate_90d_high from first_category_value"
        " order by net_revenue_per_customer_180d desc nulls last, category"
    )
    known = rows.dropna(subset=["net_revenue_per_customer_180d"])
    drawn, notes = main_groups(known, "mature_customers_180d", "category")
    drawn = drawn.sort_values("net_revenue_per_customer_180d", ascending=False)
    title = "No first order with products is 180 days old yet"
    if set(drawn["category"]) == {"unknown"}:
        title = "What customers first bought is not known: the export has no products"
    elif len(drawn):
        best = drawn.iloc[0]
        title = among(
            notes,
            "categories",
            f"Customers who begin with {best['category']} bring most in 180 days: "
            f"{decimal(best['net_revenue_per_customer_180d'], 2)} each",
        )
    return Figure(
        name="first_categories",
        mart="first_category_value",
        title=title,
        rows=rows,
        notes=(*notes, *few(drawn, "category", "mature_customers_180d", "customer")),
        draw=None
        if drawn.empty
        else lambda canvas: forms.bars(
            canvas,
            drawn,
            "category",
            Measure("net_revenue_per_customer_180d", "net revenue in 180 days"),
            tip=["category", "new_customers", "net_revenue_per_customer_180d"],
        ),
    )
