"""What is known of simulated customers."""

from __future__ import annotations

import pandas as pd


def summarise(purchases: pd.DataFrame, holdout_days: float = 0) -> pd.DataFrame:
    """A row per customer: frequency, recency, age and after, exact in time."""
    age = purchases["age"] - holdout_days
    known = purchases[purchases["time"] <= age]
    by_customer = known.groupby("customer")["time"]
    later = purchases[purchases["time"] > age].groupby("customer").size()
    frequency = by_customer.size() - 1
    return pd.DataFrame(
        {
            "frequency": frequency,
            "recency": by_customer.max(),
            "age": known.groupby("customer")["age"].first() - holdout_days,
            "after": later.reindex(frequency.index, fill_value=0),
        }
    )
