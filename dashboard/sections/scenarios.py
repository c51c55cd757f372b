"""What acting would earn, under assumptions that the reader can move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.words import count, is_missing, percent

if TYPE_CHECKING:
    from dashboard.marts import Marts

_ASSUMED = "A scenario, no forecast: it rests on seeds/campaign_assumptions.csv."


def section(marts: Marts) -> Section:
    """Win-back and welcome series."""
    return Section(
        name="scenarios",
        title="What would it earn?",
        question="Would winning customers back, or welcoming new ones better, pay off?",
        figures=(_winback(marts), _welcome(marts)),
    )


def _winback(marts: Marts) -> Figure:
    rows = marts.ask(
        "select success_rate, targeted_customers, customers_won_back, campaign_cost,"
        " gross_profit, net_profit, return_on_investment, break_even_success_rate"
        " from winback_scenarios order by success_rate"
    )
    targets = rows["targeted_customers"].max() if len(rows) else 0
    title = "Nobody is to be won back"
    if len(rows) and targets:
        rate = rows["break_even_success_rate"].iloc[0]
        title = f"Writing to {count(targets, 'customer')} who may be lost "
        title += (
            "cannot pay off"
            if is_missing(rate)
            else f"pays off if {percent(rate, 1)} order again"
        )
    return Figure(
        name="winback",
        mart="winback_scenarios",
        title=title,
        rows=rows,
        notes=(_ASSUMED,),
        slider="success_rate" if targets else "",
        draw=None
        if not targets
        else lambda canvas: forms.lines(
            canvas,
            rows,
            "success_rate",
            [Measure("net_profit")],
            title="net profit of the campaign",
            along_title="of those written to order again",
            reference=0,
        ),
    )


def _welcome(marts: Marts) -> Figure:
    rows = marts.ask(
        "select relative_improvement, base_rate, improved_rate, "
        "new_customers_per_month, added_customers_per_month, "
        "incentive_cost_per_month, net_value_per_month, net_value_per_year from "
        "welcome_series_scenarios order by relative_improvement"
    )
    known = rows.dropna(subset=["net_value_per_year"])
    title = "No repeat rate is known yet that a welcome series could improve"
    if len(known):
        pays = known[known["net_value_per_year"] > 0]
        title = "A welcome series would not pay off within the improvements looked at"
        if len(pays):
            least = pays.iloc[0]
            title = (
                "A welcome series would pay off if it improved the repeat rate of "
                f"{percent(least['base_rate'])} by "
                f"{percent(least['relative_improvement'])}"
            )
            if len(pays) < len(known):
                short = known[known["net_value_per_year"] <= 0].iloc[-1]
                title += f"; {percent(short['relative_improvement'])} would not do"
    return Figure(
        name="welcome_series",
        mart="welcome_series_scenarios",
        title=title,
        rows=rows,
        notes=(_ASSUMED,),
        slider="relative_improvement" if len(known) else "",
        draw=None
        if known.empty
        else lambda canvas: forms.lines(
            canvas,
            known,
            "relative_improvement",
            [Measure("net_value_per_year")],
            title="net value a year",
            along_title="improvement of the repeat rate",
            reference=0,
        ),
    )
