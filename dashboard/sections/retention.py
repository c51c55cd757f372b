"""Who comes back, how soon, and whether the shop wins more than it loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.sections.groups import among, few, main_groups, named
from dashboard.words import count, percent

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.marts import Marts

_MONTHS = 24
_GAPS = 10
_QUARTER, _YEAR = 90, 365
_CHANNELS = 5
_RATE = "repeat_rate"
_ENDS = ("repeat_rate_low", "repeat_rate_high")


def section(marts: Marts) -> Section:
    """Repeat purchases, the way to the second order, growth and churn."""
    return Section(
        name="retention",
        title="Retention",
        question=(
            "Who orders again, how soon, and does the shop lose more than it wins?"
        ),
        figures=(
            _repeat(marts),
            _repeat_by_channel(marts),
            _survival(marts),
            _gaps(marts),
            _growth(marts),
            _churn(marts),
        ),
    )


def _usual(windows: pd.Series[int]) -> int:
    """The window nearest to a quarter of a year; 0 where there is none."""
    return min(set(windows), key=lambda days: (abs(days - _QUARTER), days), default=0)


def _repeat(marts: Marts) -> Figure:
    rows = marts.ask(
        "select window_days, mature_buyers, repeat_buyers, repeat_rate, "
        "repeat_rate_low, repeat_rate_high, buyers, unadjusted_repeat_rate from "
        "repeat_purchase_rates where channel = 'all' order by window_days"
    )
    known = rows.dropna(subset=[_RATE]).assign(
        window=lambda frame: [count(days, "day") for days in frame["window_days"]]
    )
    title = "No buyer has had the time to order again yet"
    if len(known):
        rate = known[known["window_days"] == _usual(known["window_days"])].iloc[0]
        title = (
            f"{percent(rate[_RATE])} of the buyers order again within {rate['window']}"
        )
    return Figure(
        name="repeat_rates",
        mart="repeat_purchase_rates",
        title=title,
        rows=rows,
        notes=(
            *(
                (
                    (
                        "The hollow point is the rate that many publish: it counts "
                        "buyers who still have time to return."
                    ),
                )
                if len(known)
                else ()
            ),
            *few(known, "window", "mature_buyers", "buyer"),
        ),
        draw=None
        if known.empty
        else lambda canvas: forms.intervals(
            canvas,
            known,
            "window",
            Measure(_RATE, "order again within the window"),
            _ENDS,
            beside=Measure("unadjusted_repeat_rate"),
            tip=["window", "repeat_buyers", "mature_buyers", _RATE, *_ENDS],
        ),
    )


def _repeat_by_channel(marts: Marts) -> Figure:
    every = marts.ask(
        "select window_days, channel, mature_buyers, repeat_buyers, repeat_rate,"
        " repeat_rate_low, repeat_rate_high from repeat_purchase_rates"
        " where channel <> 'all' order by repeat_rate desc nulls last, channel"
    )
    window = _usual(every["window_days"])
    rows = every[every["window_days"] == window]
    known, notes = main_groups(rows.dropna(subset=[_RATE]), "mature_buyers", "channel")
    known = known.sort_values(_RATE, ascending=False, kind="stable")
    title = "No channel's buyers have had the time to order again yet"
    told = named(known, "channel")
    within = f"within {count(window, 'day')}"
    if len(told) > 1 and told[_RATE].iloc[0] > told[_RATE].iloc[-1]:
        best, least = told.iloc[0], told.iloc[-1]
        apart = best[_ENDS[0]] > least[_ENDS[1]]
        title = among(
            notes,
            "channels",
            f"Buyers from {best['channel']} return most ({percent(best[_RATE])} "
            f"{within}), those from {least['channel']} least "
            f"({percent(least[_RATE])})",
        )
        if not apart:
            title += ", but chance alone could explain that"
    elif len(known):
        rate = rows["repeat_buyers"].sum() / rows["mature_buyers"].sum()
        title = f"{percent(rate)} of the buyers return {within}"
    return Figure(
        name="repeat_rates_by_channel",
        mart="repeat_purchase_rates",
        title=title,
        rows=rows,
        notes=(*notes, *few(known, "channel", "mature_buyers", "buyer")),
        draw=None
        if known.empty
        else lambda canvas: forms.intervals(
            canvas,
            known,
            "channel",
            Measure(_RATE, f"order again {within}"),
            _ENDS,
            tip=["channel", "repeat_buyers", "mature_buyers", _RATE, *_ENDS],
        ),
    )


def _survival(marts: Marts) -> Figure:
    rows = marts.ask(
        "select channel, days_since_first_order, at_risk, second_orders,"
        " repeat_probability from second_order_survival"
        f" where days_since_first_order <= {_YEAR}"
        " and (channel = 'all' or channel in (select channel from channel_performance"
        f" order by buyers desc, channel limit {_CHANNELS}))"
        " order by channel <> 'all', channel, days_since_first_order"
    )
    # the curve is flat between second orders: days without one add nothing to see
    everyone = rows[rows["channel"] == "all"]
    title = "Nobody has ordered a second time yet"
    reached = everyone[everyone["repeat_probability"] >= 0.5]  # noqa: PLR2004 half
    if len(reached):
        title = (
            "Half of the buyers order a second time within "
            f"{count(reached['days_since_first_order'].iloc[0], 'day')}"
        )
    elif len(everyone) and everyone["repeat_probability"].max() > 0:
        last = everyone.iloc[-1]
        title = (
            f"{percent(last['repeat_probability'])} of the buyers order a second time "
            f"within {count(last['days_since_first_order'], 'day')}"
        )
    return Figure(
        name="second_order_survival",
        mart="second_order_survival",
        title=title,
        rows=everyone,
        notes=(
            (
                "Buyers who have not had the time are counted for as long as they had. "
                f"The numbers are of all; the chart also has the {_CHANNELS} largest "
                "channels."
            ),
        )
        if len(everyone)
        else (),
        draw=None
        if everyone.empty
        else lambda canvas: forms.lines(
            canvas,
            rows[
                (rows["days_since_first_order"] % 7 == 0) | (rows["second_orders"] > 0)
            ]
            if len(rows) < _YEAR
            else rows[rows["days_since_first_order"] % 7 == 0],
            "days_since_first_order",
            [Measure("repeat_probability")],
            title="have ordered a second time",
            along_title="days since the first order",
            series="channel",
        ),
    )


def _gaps(marts: Marts) -> Figure:
    rows = marts.ask(
        "select order_number, gaps, p25_days, median_days, p75_days, p90_days"
        f" from order_gaps where order_number <= {_GAPS} order by order_number"
    )
    title = "Nobody has ordered a second time yet"
    if len(rows):
        title = (
            "The second order usually comes "
            f"{count(rows['median_days'].iloc[0], 'day')} after the first"
        )
        if len(rows) > 1:
            title += (
                f"; by order {rows['order_number'].iloc[-1]} it is "
                f"{count(rows['median_days'].iloc[-1], 'day')}"
            )
    return Figure(
        name="order_gaps",
        mart="order_gaps",
        title=title,
        rows=rows,
        notes=few(
            rows.assign(order=rows["order_number"].map("order {}".format)),
            "order",
            "gaps",
            "gap",
        ),
        draw=None
        if rows.empty
        else lambda canvas: forms.pairs(
            canvas,
            rows.assign(order=rows["order_number"].map("order {}".format)),
            "order",
            [
                Measure("p25_days", "a quarter"),
                Measure("median_days", "half"),
                Measure("p75_days", "three quarters"),
            ],
            title="days since the order before",
            tip=["order_number", "gaps", "p25_days", "median_days", "p75_days"],
        ),
    )


def _growth(marts: Marts) -> Figure:
    rows = marts.ask(
        "select * from (select month, new_customers, retained_customers,"
        " reactivated_customers, lapsed_customers, active_customers, quick_ratio,"
        " is_complete from customer_growth order by month desc"
        f" limit {_MONTHS}) as months order by month"
    )
    whole = rows[rows["is_complete"]]
    title = "No month has ended yet"
    if len(whole):
        last = whole.iloc[-1]
        won = last["new_customers"] + last["reactivated_customers"]
        title = (
            f"In {last['month']:%B %Y} the shop won {count(won, 'customer')}, new or "
            f"back again, and lost {last['lapsed_customers']:,}"
        )
    return Figure(
        name="customer_growth",
        mart="customer_growth",
        title=title,
        rows=rows,
        is_wide=True,
        notes=("The last month is not over yet.",)
        if len(rows) and not rows["is_complete"].iloc[-1]
        else (),
        draw=None
        if rows.empty
        else lambda canvas: forms.columns(
            canvas,
            rows,
            "month",
            [
                Measure("retained_customers", "stayed"),
                Measure("reactivated_customers", "came back"),
                Measure("new_customers", "new"),
            ],
            below=Measure("lapsed_customers", "lapsed"),
            title="customers",
        ),
    )


def _churn(marts: Marts) -> Figure:
    rows = marts.ask(
        "select cohort_year, customers, active_customers, churned_customers, "
        "churn_rate, churn_rate_low, churn_rate_high from churn_by_cohort order by "
        "cohort_year"
    )
    known = rows.dropna(subset=["churn_rate"])
    title = "No customer has been with the shop long enough to have left it"
    if len(known):
        people, gone = (int(known[c].sum()) for c in ("customers", "churned_customers"))
        title = (
            f"{percent(gone / people)} of the customers who could have left by now "
            f"have churned: {gone:,} of {people:,}"
        )
    return Figure(
        name="churn_by_cohort",
        mart="churn_by_cohort",
        title=title,
        rows=rows,
        notes=few(known, "cohort_year", "customers", "customer"),
        draw=None
        if known.empty
        else lambda canvas: forms.intervals(
            canvas,
            known,
            "cohort_year",
            Measure("churn_rate", "churned, by year of the first order"),
            ("churn_rate_low", "churn_rate_high"),
            tip=["cohort_year", "customers", "churned_customers", "churn_rate"],
        ),
    )
