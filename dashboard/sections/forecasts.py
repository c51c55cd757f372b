"""What customers will be worth, and how far that can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.words import count, money, percent

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.marts import Marts

_NOT_MADE = "No forecast of these data was made yet: make forecast makes it"
_BANDS = ["high", "medium", "low"]


def section(marts: Marts) -> Section:
    """Forecast value and churn risk, beside the test on time held out."""
    accuracy = marts.ask(
        "select model, decile, customers, predicted_orders, actual_orders,"
        " predicted_value, actual_value, error, beats_naive, is_published, verdict"
        " from forecast_accuracy order by model, decile"
    )
    return Section(
        name="forecasts",
        title="Forecasts",
        question=(
            "What will customers be worth, who will fall silent, and is that reliable?"
        ),
        figures=(
            _worth(marts, accuracy),
            _silent(marts, accuracy),
            _calibration(accuracy, "purchases"),
            _calibration(accuracy, "churn"),
        ),
    )


def _verdict(accuracy: pd.DataFrame, model: str) -> tuple[str, ...]:
    rows = accuracy[(accuracy["model"] == model) & (accuracy["decile"] == 0)]
    return tuple(str(verdict) for verdict in rows["verdict"].dropna())


def _worth(marts: Marts, accuracy: pd.DataFrame) -> Figure:
    rows = marts.ask(
        "select forecast_segment, customers, expected_orders_90d,"
        " expected_value_365d, historic_value"
        " from forecast_segments where is_published"
        " order by expected_value_365d desc, forecast_segment"
    )
    verdict = _verdict(accuracy, "purchases")
    title = "No forecast of orders is shown, for the reason below"
    if len(rows):
        title = (
            "Customers are likely to bring "
            f"{money(rows['expected_value_365d'].sum())} in the next 365 days, if all "
            "goes on as before"
        )
    elif not verdict:
        title = _NOT_MADE
    return Figure(
        name="forecast_value",
        mart="forecast_segments",
        title=title,
        rows=rows,
        notes=verdict,
        draw=None
        if rows.empty
        else lambda canvas: forms.bars(
            canvas,
            rows,
            "forecast_segment",
            Measure("expected_value_365d", "expected value in 365 days"),
            tip=["forecast_segment", "customers", "expected_value_365d"],
        ),
    )


def _silent(marts: Marts, accuracy: pd.DataFrame) -> Figure:
    rows = marts.ask(
        "select risk_band, customers, slipping_customers from churn_risk_bands"
    )
    rows = rows.iloc[rows["risk_band"].map(_BANDS.index).argsort(kind="stable")]
    verdict = _verdict(accuracy, "churn")
    title = "No churn risks are shown, for the reason below"
    if len(rows):
        high = rows.loc[rows["risk_band"] == "high", "customers"].sum()
        title = (
            f"{count(high, 'customer')} of {rows['customers'].sum():,} are at high "
            "risk of no order in the next 90 days"
        )
    elif not verdict:
        title = _NOT_MADE
    return Figure(
        name="churn_risk",
        mart="churn_risk_bands",
        title=title,
        rows=rows,
        notes=verdict,
        draw=None
        if rows.empty
        else lambda canvas: forms.bars(
            canvas,
            rows,
            "risk_band",
            Measure("customers", "customers"),
            emphasis=["high"],
            tip=["risk_band", "customers", "slipping_customers"],
        ),
    )


def _calibration(accuracy: pd.DataFrame, model: str) -> Figure:
    rows = accuracy[(accuracy["model"] == model) & (accuracy["decile"] > 0)]
    whole = accuracy[(accuracy["model"] == model) & (accuracy["decile"] == 0)]
    what = "orders" if model == "purchases" else "customers without an order"
    # a model, and the naive ways that it had to beat
    family = ("purchases", "naive") if model == "purchases" else ("churn",)
    title = f"How good the forecast of {what} is, is not known"
    if len(rows) and len(whole):
        total = whole.iloc[0]
        off = total["predicted_orders"] / total["actual_orders"] - 1
        direction = "too many" if off > 0 else "too few"
        title = (
            f"On time held out, {percent(abs(off))} {direction} {what} were forecast"
            if total["actual_orders"]
            else f"On time held out, there were no {what}"
        )
    return Figure(
        name=f"calibration_{model}",
        mart="forecast_accuracy",
        title=title,
        rows=accuracy[accuracy["model"].str.startswith(family)].dropna(
            axis="columns", how="all"
        ),
        notes=(
            (
                "Tenth 1 are the customers with the highest forecasts. Tenths whose "
                "forecasts are equal are put together."
            ),
        )
        if len(rows)
        else (),
        draw=None
        if rows.empty
        else lambda canvas: forms.pairs(
            canvas,
            rows.assign(tenth=rows["decile"].map("tenth {}".format)),
            "tenth",
            [
                Measure("predicted_orders", "forecast"),
                Measure("actual_orders", "came"),
            ],
            title=what,
            tip=["tenth", "customers", "predicted_orders", "actual_orders"],
        ),
    )
