"""What becomes of the customers of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.sections.groups import few, large
from dashboard.words import count, decimal, percent

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from dashboard.figure import Canvas
    from dashboard.marts import Marts

_COHORTS = 24
_ON_A_PHONE = 12
_RATES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
_LINES = 6
_MONTH = 3
_YOUNG = f"No cohort of the last {_COHORTS} months has a whole month behind it yet"


def section(marts: Marts) -> Section:
    """When cohorts drop off, and what they bring."""
    cohorts = marts.ask(
        "select cohort_month, months_since_first_order, cohort_size, active_customers,"
        " retention_rate, retention_rate_low, retention_rate_high, net_revenue,"
        " cumulative_value_per_customer, is_mature from cohort_retention"
        " where cohort_month > (select max(cohort_month) from cohort_retention)"
        f" - interval '{_COHORTS} months'"
        " order by cohort_month, months_since_first_order"
    )
    return Section(
        name="cohorts",
        title="Cohorts",
        question="When do the customers of a month drop off, and what do they bring?",
        figures=(
            _heatmap(cohorts),
            _curve(marts),
            _cumulative(cohorts),
            _first_orders(marts),
        ),
    )


def _heatmap(cohorts: pd.DataFrame) -> Figure:
    rows = cohorts[cohorts["months_since_first_order"] > 0]
    rows = rows.assign(is_open=~rows["is_mature"])
    mature = rows[rows["is_mature"]]
    title = _YOUNG
    third = mature[mature["months_since_first_order"] == _MONTH]
    third = large(third, "cohort_size")
    if len(third):
        best = third.sort_values("retention_rate", ascending=False).iloc[0]
        least = third.sort_values("retention_rate").iloc[0]
        title = f"Three months on, {percent(least['retention_rate'])} of a cohort order"
        if best["retention_rate"] > least["retention_rate"]:
            title = (
                f"Three months on, {percent(least['retention_rate'])} "
                f"({least['cohort_month']:%B %Y}) to {percent(best['retention_rate'])} "
                f"({best['cohort_month']:%B %Y}) of a cohort order"
            )
    elif len(mature):
        title = "The cohorts are too young to compare their third month"

    def draw(canvas: Canvas) -> alt.TopLevelMixin:
        most = _ON_A_PHONE if canvas.is_narrow else _COHORTS
        last = sorted(set(rows["cohort_month"]))[-most:]
        seen = rows[rows["cohort_month"].isin(last)]
        if canvas.is_narrow:
            seen = seen[seen["months_since_first_order"] <= _ON_A_PHONE]
        return forms.matrix(
            canvas,
            seen,
            "months_since_first_order",
            "cohort_month",
            Measure("retention_rate"),
            _RATES,
            orders=(sorted(set(seen["months_since_first_order"])), last),
            across_title="months since the first order",
            doubt=("is_open", "not over yet"),
            tip=[
                "cohort_month",
                "months_since_first_order",
                "retention_rate",
                "active_customers",
                "cohort_size",
            ],
        )

    small = rows.drop_duplicates("cohort_month").assign(
        cohort=lambda frame: [f"{day:%Y-%m}" for day in frame["cohort_month"]]
    )
    return Figure(
        name="cohort_heatmap",
        mart="cohort_retention",
        title=title,
        rows=cohorts,
        is_wide=True,
        notes=(
            *(
                ("Months that are not over yet are marked; they will still rise.",)
                if (~rows["is_mature"]).any()
                else ()
            ),
            *few(small, "cohort", "cohort_size", "customer"),
        ),
        draw=None if rows.empty else draw,
    )


def _curve(marts: Marts) -> Figure:
    rows = marts.ask(
        "select months_since_first_order, mature_customers, active_customers,"
        " retention_rate, retention_rate_low, retention_rate_high from retention_curve"
        " order by months_since_first_order"
    )
    after = rows[rows["months_since_first_order"] > 0]
    later = large(after, "mature_customers")
    title = "No cohort has a whole month behind it yet"
    if len(later):
        first, last = later.iloc[0], later.iloc[-1]
        title = (
            f"{percent(first['retention_rate'])} order again in the month after "
            "the first"
        )
        if len(later) > 1:
            title += (
                f", {percent(last['retention_rate'])} in month "
                f"{last['months_since_first_order']:.0f}"
            )
    return Figure(
        name="retention_curve",
        mart="retention_curve",
        title=title,
        rows=rows,
        notes=few(
            after.assign(
                month=after["months_since_first_order"].map("month {}".format)
            ),
            "month",
            "mature_customers",
            "customer",
        ),
        draw=None
        if later.empty
        else lambda canvas: forms.lines(
            canvas,
            later,
            "months_since_first_order",
            [Measure("retention_rate")],
            title="retention rate, with 95 % interval",
            along_title="months since the first order",
            band=("retention_rate_low", "retention_rate_high"),
        ),
    )


def _cumulative(cohorts: pd.DataFrame) -> Figure:
    mature = large(cohorts[cohorts["is_mature"]], "cohort_size")
    # the cohorts that a line each can be told apart by, spread over those there are
    months = sorted(set(mature["cohort_month"]))
    lines = min(_LINES, len(months))
    chosen = [
        months[at * (len(months) - 1) // max(1, lines - 1)] for at in range(lines)
    ]
    rows = mature[mature["cohort_month"].isin(chosen)].assign(
        cohort=lambda frame: [f"{day:%Y-%m}" for day in frame["cohort_month"]]
    )
    title = _YOUNG
    if months:
        oldest = mature[mature["cohort_month"] == months[0]].iloc[-1]
        title = (
            f"A customer of {months[0]:%B %Y} has brought "
            f"{decimal(oldest['cumulative_value_per_customer'], 2)} on average after "
            f"{count(oldest['months_since_first_order'], 'month')}"
        )
    return Figure(
        name="cumulative_value",
        mart="cohort_retention",
        title=title,
        rows=mature[
            [
                "cohort_month",
                "months_since_first_order",
                "cohort_size",
                "cumulative_value_per_customer",
            ]
        ],
        notes=(f"{lines} of the {len(months)} cohorts have a line.",)
        if len(months) > lines
        else (),
        draw=None
        if rows.empty
        else lambda canvas: forms.lines(
            canvas,
            rows,
            "months_since_first_order",
            [Measure("cumulative_value_per_customer")],
            title="net revenue so far per customer",
            along_title="months since the first order",
            series="cohort",
        ),
    )


def _first_orders(marts: Marts) -> Figure:
    rows = marts.ask(
        "select cohort_month, new_customers, first_order_revenue_per_customer,"
        " mature_customers_90d, value_per_customer_90d, mature_customers_365d,"
        " value_per_customer_365d, net_revenue_per_customer from cohort_first_orders"
        " order by cohort_month"
    )
    # what only the first of a cohort had the time to bring says nothing of the others
    whole = rows.assign(
        **{
            f"value_per_customer_{days}d": rows[f"value_per_customer_{days}d"].where(
                rows[f"mature_customers_{days}d"] == rows["new_customers"]
            )
            for days in (90, 365)
        }
    )
    known = whole.dropna(subset=["value_per_customer_90d"])
    title = "No cohort has 90 days behind its first orders yet"
    if len(known):
        last = known.iloc[-1]
        title = (
            f"The first order of {last['cohort_month']:%B %Y} was worth "
            f"{decimal(last['first_order_revenue_per_customer'], 2)}; after 90 days a "
            f"customer has brought {decimal(last['value_per_customer_90d'], 2)}"
        )
    notes = (
        (
            (
                "The chart has cohorts all of whose customers had the time; the "
                "numbers of newer ones are of those who had."
            ),
        )
        if len(rows)
        else ()
    )
    return Figure(
        name="cohort_first_orders",
        mart="cohort_first_orders",
        title=title,
        rows=rows,
        notes=notes,
        is_wide=True,
        draw=None
        if rows.empty
        else lambda canvas: forms.lines(
            canvas,
            whole,
            "cohort_month",
            [
                Measure("first_order_revenue_per_customer", "first order"),
                Measure("value_per_customer_90d", "after 90 days"),
                Measure("value_per_customer_365d", "after 365 days"),
            ],
            title="value per customer",
        ),
    )
