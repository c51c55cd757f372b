"""The purchases that the published fits are of: 2,357 customers of CDNOW."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

CALIBRATION_END = date(1997, 9, 30)
HOLDOUT_DAYS = 39 * 7


def read(path: Path) -> pd.DataFrame:
    """A row per customer and purchase day: customer, day, value."""
    records = pd.read_csv(
        path,
        sep=r"\s+",
        header=None,
        names=["master", "customer", "day", "units", "value"],
        dtype={"customer": "str", "day": "str"},
    )
    records["day"] = pd.to_datetime(records["day"], format="%Y%m%d")
    return records.groupby(["customer", "day"])["value"].sum().reset_index()


def summarise(purchases: pd.DataFrame, end: date, holdout_days: int) -> pd.DataFrame:
    """A row per customer: frequency, recency, age, average and purchases after."""
    cutoff = pd.Timestamp(end)
    known = purchases[purchases["day"] <= cutoff].copy()
    known["first"] = known.groupby("customer")["day"].transform("min")
    days = known.groupby("customer")["day"].agg(["min", "max", "count"])
    repeats = known[known["day"] > known["first"]]
    after = purchases["day"] - cutoff
    held_out = purchases[(after.dt.days > 0) & (after.dt.days <= holdout_days)]
    bought = held_out.groupby("customer").size()
    return pd.DataFrame(
        {
            "frequency": days["count"] - 1,
            "recency": (days["max"] - days["min"]).dt.days,
            "age": (cutoff - days["min"]).dt.days,
            "average": repeats.groupby("customer")["value"].mean(),
            "after": bought.reindex(days.index, fill_value=0).astype(np.int64),
        },
        index=days.index,
    )
