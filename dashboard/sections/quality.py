"""Whether all is there that should be, and why other reports say something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.words import count, decimal, is_missing, percent

if TYPE_CHECKING:
    from dashboard.marts import Marts


_SEEN = 0.0001


def section(marts: Marts) -> Section:
    """Where the money of the files went, what each table holds, other definitions."""
    return Section(
        name="quality",
        title="Data quality",
        question="Is all there that should be, and why does another report differ?",
        figures=(_reconciliation(marts), _sensitivity(marts), _tables(marts)),
    )


def _reconciliation(marts: Marts) -> Figure:
    rows = marts.ask(
        "select table_name, step, reason, is_balance, rows, revenue, revenue_start,"
        " revenue_end from revenue_reconciliation"
        " where rows <> 0 or revenue <> 0 or is_balance"
        " order by table_name, step_number"
    )
    orders = rows[(rows["table_name"] == "orders") & rows["is_balance"]]
    moved = rows[
        (rows["table_name"] == "orders") & ~rows["is_balance"] & (rows["revenue"] != 0)
    ]
    title = "No order was loaded"
    if len(orders) and orders["revenue"].iloc[0]:
        start, end = orders["revenue"].iloc[0], orders["revenue"].iloc[-1]
        title = (
            f"Of {decimal(start, 2)} in the files of orders {decimal(end, 2)} is left "
            "as net revenue; each cent of the difference has its reason"
        )
    steps = moved.assign(
        why=[
            step if is_missing(reason) else f"{step}: {reason}"
            for step, reason in zip(moved["step"], moved["reason"], strict=True)
        ]
    )
    return Figure(
        name="reconciliation",
        mart="revenue_reconciliation",
        title=title,
        rows=rows.drop(columns="is_balance"),
        is_wide=True,
        draw=None
        if steps.empty
        else lambda canvas: forms.bars(
            canvas,
            steps,
            "why",
            Measure("revenue", "change of revenue"),
            tip=["step", "reason", "rows", "revenue"],
        ),
    )


def _sensitivity(marts: Marts) -> Figure:
    rows = marts.ask(
        "select kpi, variant, value, our_value, difference, relative_difference"
        " from definition_sensitivity where not is_ours"
        " order by abs(relative_difference) desc nulls last, kpi, variant"
    )
    known = rows.dropna(subset=["relative_difference"])
    title = "No order counts yet, whatever the definition"
    if len(known):
        title = "Other definitions would come to the same"
    if len(known) and abs(known["relative_difference"].iloc[0]) >= _SEEN:
        most = known.iloc[0]
        way = "higher" if most["relative_difference"] > 0 else "lower"
        title = (
            f"Defined otherwise ({most['variant']}), {most['kpi']} would be "
            f"{percent(abs(most['relative_difference']))} {way}"
        )
    return Figure(
        name="definitions",
        mart="definition_sensitivity",
        title=title,
        rows=rows,
        is_wide=True,
        draw=None
        if known.empty
        else lambda canvas: forms.bars(
            canvas,
            known.assign(
                definition=[
                    f"{kpi}: {variant}"
                    for kpi, variant in zip(known["kpi"], known["variant"], strict=True)
                ]
            ),
            "definition",
            Measure("relative_difference", "difference from our definition"),
            tip=["kpi", "variant", "value", "our_value"],
        ),
    )


def _tables(marts: Marts) -> Figure:
    rows = marts.ask(
        "select table_name, rows_loaded, rows_rejected, first_date, last_date, orphans,"
        " timeline_faults, loaded_at from source_profile order by table_name"
    )
    rejected = int(rows["rows_rejected"].sum())
    loaded = int(rows["rows_loaded"].sum())
    title = (
        f"{count(loaded, 'record')} loaded, {rejected:,} rejected: loader rejects "
        "shows each with its reason"
        if rejected
        else f"{count(loaded, 'record')} loaded, none rejected"
    )
    return Figure(
        name="tables",
        mart="source_profile",
        title=title,
        rows=rows,
        is_table=True,
        is_wide=True,
    )
