"""Churn of real customers, who have nothing but their orders: CDNOW, 1997 and 1998."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.behaviour import find_behaviour
from forecast.churn import ChurnForecast, forecast_churn

SAMPLE = Path(__file__).parents[3] / "shared/data/cdnow_sample/CDNOW_sample.txt"
TODAY = pd.Timestamp("1998-06-30")

pytestmark = pytest.mark.skipif(not SAMPLE.exists(), reason="needs the CDNOW sample")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    columns = ["master_id", "id", "date", "units", "revenue"]
    read = pd.read_csv(SAMPLE, sep=r"\s+", header=None, names=columns)
    read["date"] = pd.to_datetime(read["date"].astype(str))
    return read[read["revenue"] > 0]


def known(orders: pd.DataFrame, days_ago: int) -> pd.DataFrame:
    """The features of that day, and who ordered in the 90 days after it."""
    cutoff = TODAY - pd.Timedelta(days=days_ago)
    past = orders[orders["date"] <= cutoff].groupby("id")
    first, last = past["date"].min(), past["date"].max()
    count, revenue = past.size(), past["revenue"].sum()
    days = orders["date"].sub(cutoff).dt.days
    return pd.DataFrame(
        {
            "customer_id": count.index.astype(str),
            "days_since_last_order": (cutoff - last).dt.days.to_numpy(),
            "orders": count.to_numpy(),
            "average_order_value": (revenue / count).to_numpy(),
            "net_revenue": revenue.to_numpy(),
            "average_gap_days": ((last - first).dt.days / (count - 1))
            .where(count > 1)
            .to_numpy(),
            "promo_share": 0.0,
            "channel": "unknown",
            "sessions_last_30d": 0,
            "sessions_prior_90d_per_30d": 0.0,
            "average_session_seconds": np.nan,
            "days_observed": (cutoff - first).dt.days.to_numpy(),
            "has_order_in_holdout": count.index.isin(orders["id"][days.between(1, 90)]),
        }
    )


def test_orders_alone_tell_more_than_the_last_one_does(orders: pd.DataFrame) -> None:
    result = forecast_churn(
        *(known(orders, days_ago) for days_ago in (180, 90, 0)),
        history_days=545,
        holdout_days=90,
    )
    assert isinstance(result, ChurnForecast)
    assert result.beats_naive
    model, by_recency, base_rate = result.evaluations
    assert model.customers == 2_349
    assert model.auc == pytest.approx(0.832, abs=0.005)
    assert model.brier == pytest.approx(0.0839, abs=0.001)
    assert by_recency.brier == pytest.approx(0.0889, abs=0.001)
    assert base_rate.brier == pytest.approx(0.1124, abs=0.001)
    assert model.predicted == pytest.approx(model.actual, rel=0.02)


def test_its_customers_are_those_who_returned_and_those_who_did_not(
    orders: pd.DataFrame,
) -> None:
    segments = find_behaviour(known(orders, 0)).segments
    assert segments["forecast_segment"].tolist() == [
        "recent, frequent, high value",
        "long silent, one order, low value",
    ]
