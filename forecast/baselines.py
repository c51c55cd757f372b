"""Forecasts without a model, which any model must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from forecast.likelihood import Floats

NAIVE_RATE = "naive rate"
NAIVE_LAST_PERIOD = "naive last period"


@dataclass(frozen=True)
class Prediction:
    """What is expected of each customer, shape (customers,): purchases and revenue."""

    orders: Floats
    value: Floats


def naive_rate(customers: pd.DataFrame, days: int) -> Prediction:
    """Customers go on as often as they have come back, for what they have paid.

    Repeat purchases per day since the first purchase. Counting the first purchase too
    would be a straw man: whoever bought yesterday, and only then, would do so daily.

    Args:
        customers: frequency, age_days and total_value, as int_purchases_summarised.
        days: how far to look.
    """
    frequency = customers["frequency"].to_numpy()
    rate = frequency / np.maximum(customers["age_days"].to_numpy(), 1)
    mean = customers["total_value"].to_numpy() / (frequency + 1)
    return Prediction(orders=rate * days, value=rate * days * mean)


def naive_last_period(customers: pd.DataFrame) -> Prediction:
    """Customers do what they did in the last period, as long as the one ahead.

    Args:
        customers: purchases_last_period and value_last_period.
    """
    return Prediction(
        orders=customers["purchases_last_period"].to_numpy(dtype=float),
        value=customers["value_last_period"].to_numpy(dtype=float),
    )
