"""Whether a forecast of purchases is good enough to be shown.

A model says what customers will do in time that it has not seen; so do two naive ways.
Errors are mean squared errors per customer: what is forecast is a mean, which is what
makes squared errors smallest. Absolute errors are smallest for the median, which is no
purchase at all for most customers: they would prefer 'nobody buys' to any model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.baselines import (
    NAIVE_LAST_PERIOD,
    NAIVE_RATE,
    Prediction,
    naive_last_period,
    naive_rate,
)

if TYPE_CHECKING:
    from forecast.likelihood import Floats, Integers

PURCHASES = "purchases"
LEAST_BUYERS = 500
LEAST_HISTORY_DAYS = 180
LEAST_PURCHASES = 3
DECILES = 10


@dataclass(frozen=True)
class Judgement:
    """How far forecasts were right, and whether to show those of the model.

    Attributes:
        accuracy: model, decile (1: the highest predictions; 0: everyone), customers,
            predicted_orders, actual_orders, predicted_value, actual_value, error (mean
            squared, of orders), beats_naive, is_published, verdict.
        measures: model, parameter, value, standard_error, unit.
        beats_naive: whether the model did.
        verdict: the same in words, with the numbers.
    """

    accuracy: pd.DataFrame
    measures: pd.DataFrame
    beats_naive: bool
    verdict: str


def thinness(frequency: Integers, history_days: int) -> str | None:
    """Why customers are too few, or known for too short, for any forecast; or None.

    Args:
        frequency: repeat purchases, shape (customers,).
        history_days: from the shop's first order to the last day known.
    """
    if len(frequency) < LEAST_BUYERS:
        return (
            f"Too few buyers to forecast: {len(frequency)}, at least {LEAST_BUYERS} "
            "are needed."
        )
    if history_days < LEAST_HISTORY_DAYS:
        return (
            f"Too short a history to forecast: {history_days} days, at least "
            f"{LEAST_HISTORY_DAYS} are needed."
        )
    if frequency.max() + 1 < LEAST_PURCHASES:
        return (
            f"No customer has bought on {LEAST_PURCHASES} days: nothing tells how "
            "often they come back."
        )
    return None


def refused(model: str, reason: str) -> pd.DataFrame:
    """The accuracy of a model that gives no forecast: its verdict, and no number."""
    return pd.DataFrame(
        {
            "model": [model],
            "decile": [0],
            "beats_naive": [False],
            "is_published": [False],
            "verdict": [reason],
        }
    )


def judge(customers: pd.DataFrame, prediction: Prediction, days: int) -> Judgement:
    """Set the model's predictions of held-out days, and the naive ones, against truth.

    Args:
        customers: one row per customer as int_purchases_summarised has them, with
            holdout_purchases and holdout_value.
        prediction: what the model says of them.
        days: how many are held out.
    """
    actual = Prediction(
        customers["holdout_purchases"].to_numpy(dtype=float),
        customers["holdout_value"].to_numpy(dtype=float),
    )
    predictions = {
        PURCHASES: prediction,
        NAIVE_RATE: naive_rate(customers, days),
        NAIVE_LAST_PERIOD: naive_last_period(customers),
    }
    errors = {
        name: (squared(each.orders, actual.orders), squared(each.value, actual.value))
        for name, each in predictions.items()
    }
    beats = all(
        ours < naive
        for name in (NAIVE_RATE, NAIVE_LAST_PERIOD)
        for ours, naive in zip(errors[PURCHASES], errors[name], strict=True)
    )
    verdict = _verdict(errors, beats=beats, days=days, customers=len(customers))
    accuracy = pd.concat(
        [_accuracy(name, each, actual) for name, each in predictions.items()],
        ignore_index=True,
    )
    is_model = accuracy["model"] == PURCHASES
    return Judgement(
        accuracy=accuracy.assign(
            beats_naive=is_model & beats,
            is_published=is_model & beats,
            verdict=np.where(is_model, verdict, "A naive way, to compare with."),
        ),
        measures=pd.concat(
            [_measures(name, each, actual) for name, each in predictions.items()],
            ignore_index=True,
        ),
        beats_naive=beats,
        verdict=verdict,
    )


def squared(predicted: Floats, actual: Floats) -> float:
    """The mean squared error per customer."""
    return float(np.mean((predicted - actual) ** 2))


def gini(predicted: Floats, actual: Floats) -> float:
    """How well predictions rank customers: 1 as they turned out, 0 by chance.

    The normalised Gini coefficient: the area between the Lorenz curve of what customers
    did, by their predictions, and equality, as a share of the area by what they did.
    Customers of the same prediction count as if each had done what all did on average.
    NaN where nobody did anything.
    """
    if not actual.any():
        return float("nan")
    unique, place = np.unique(predicted, return_inverse=True)
    mean = np.bincount(place, actual) / np.bincount(place)
    perfect = _gini(np.sort(actual))
    by_prediction = _gini(mean[np.sort(place)])
    return by_prediction / perfect if len(unique) > 1 and perfect else 0.0


def deciles(predicted: Floats) -> Integers:
    """The decile of each customer, 1 for the highest predictions; equals share one."""
    ranks = pd.Series(-predicted).rank(method="min").to_numpy() - 1
    return np.asarray(1 + DECILES * ranks // max(len(ranks), 1), np.int64)


def _gini(ascending: Floats) -> float:
    """The Gini coefficient of amounts in the order given."""
    curve = np.cumsum(ascending) / ascending.sum()
    return float(1 - 2 * curve.mean() + 1 / len(curve))


def _accuracy(model: str, prediction: Prediction, actual: Prediction) -> pd.DataFrame:
    customers = pd.DataFrame(
        {
            "decile": deciles(prediction.orders),
            "customers": 1,
            "predicted_orders": prediction.orders,
            "actual_orders": actual.orders,
            "predicted_value": prediction.value,
            "actual_value": actual.value,
            "error": (prediction.orders - actual.orders) ** 2,
        }
    )
    by_decile = customers.groupby("decile", as_index=False).sum()
    everyone = customers.assign(decile=0).groupby("decile", as_index=False).sum()
    rows = pd.concat([everyone, by_decile], ignore_index=True)
    rows["error"] /= rows["customers"]
    rows.insert(0, "model", model)
    return rows


def _measures(model: str, prediction: Prediction, actual: Prediction) -> pd.DataFrame:
    differences = np.abs(prediction.orders - actual.orders)
    values = {
        ("held-out mean squared error", "orders squared"): squared(
            prediction.orders, actual.orders
        ),
        ("held-out mean absolute error", "orders"): float(differences.mean()),
        ("held-out total error", "share of orders"): _share(
            prediction.orders, actual.orders
        ),
        ("held-out total error of value", "share of revenue"): _share(
            prediction.value, actual.value
        ),
        ("held-out Gini of orders", "share of the perfect one"): gini(
            prediction.orders, actual.orders
        ),
        ("held-out Gini of value", "share of the perfect one"): gini(
            prediction.value, actual.value
        ),
    }
    return pd.DataFrame(
        {
            "model": model,
            "parameter": [parameter for parameter, _ in values],
            "value": list(values.values()),
            "standard_error": np.nan,
            "unit": [unit for _, unit in values],
        }
    )


def _share(predicted: Floats, actual: Floats) -> float:
    """How much more is predicted than there was, as a share of that; NaN of nothing."""
    total = float(actual.sum())
    return float(predicted.sum()) / total - 1 if total else float("nan")


def _verdict(
    errors: dict[str, tuple[float, float]], *, beats: bool, days: int, customers: int
) -> str:
    orders, revenue = (
        f"{errors[PURCHASES][place]:,.4g} "
        f"({NAIVE_RATE} {errors[NAIVE_RATE][place]:,.4g}, "
        f"{NAIVE_LAST_PERIOD} {errors[NAIVE_LAST_PERIOD][place]:,.4g})"
        for place in range(2)
    )
    numbers = (
        f"of {customers:,} customers in {days} days held out, the mean squared error "
        f"of orders is {orders}, of revenue {revenue}."
    )
    if beats:
        return f"Better than both naive ways: {numbers}"
    return f"Not better than both naive ways, so not shown: {numbers}"
