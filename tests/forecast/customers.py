"""Customers whose probability of falling silent is known, as it made their labels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

CHANNELS = ("ads", "email", "organic", "social")
LONG_SILENCE = 60


def customers(count: int, seed: int) -> pd.DataFrame:
    """Features of that many customers, as independent of each other as they can be."""
    chance = np.random.default_rng(seed)
    orders = chance.geometric(0.4, count)
    recency = np.ceil(chance.lognormal(3.7, 1.0, count))
    gaps = np.where(orders > 1, chance.lognormal(3.4, 0.6, count), np.nan)
    value = chance.lognormal(4.0, 0.5, count).round(2)
    prior = chance.poisson(6.0, count) / 3
    last = chance.poisson(2.0, count).astype(float)
    seconds = np.where(last + prior > 0, chance.lognormal(4.5, 0.5, count), np.nan)
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:07d}" for number in range(count)],
            "days_since_last_order": recency,
            "orders": orders,
            "average_order_value": value,
            "net_revenue": (value * orders).round(2),
            "average_gap_days": gaps,
            "promo_share": chance.binomial(orders, 0.2) / orders,
            "channel": chance.choice(CHANNELS, count),
            "sessions_last_30d": last,
            "sessions_prior_90d_per_30d": prior,
            "average_session_seconds": seconds,
            "days_observed": recency + np.nan_to_num(gaps) * (orders - 1),
        }
    )


def by_recency(features: pd.DataFrame) -> Floats:
    """The truth of a shop where nothing but the last order matters."""
    return _sigmoid(1.2 * (np.log1p(features["days_since_last_order"]) - 3.7))


def by_recency_and_visits(features: pd.DataFrame) -> Floats:
    """The truth of a shop where visits tell as much as the last order does."""
    return _sigmoid(
        1.2 * (np.log1p(features["days_since_last_order"]) - 3.7)
        - 2.5 * (np.log1p(features["sessions_last_30d"]) - 1.0)
    )


def by_visits_of_the_silent(features: pd.DataFrame) -> Floats:
    """The truth of a shop where visits tell something after a long silence alone."""
    silent = features["days_since_last_order"] > LONG_SILENCE
    gone = silent & (features["sessions_last_30d"] < 2)
    return np.where(gone, 0.9, 0.2)


def labelled(features: pd.DataFrame, truth: Floats, seed: int) -> pd.DataFrame:
    """With labels drawn by the true probabilities of no order."""
    drawn = np.random.default_rng(seed).random(len(features)) >= truth
    return features.assign(has_order_in_holdout=drawn)


def _sigmoid(log_odds: pd.Series) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float64)


def one(**changes: object) -> pd.DataFrame:
    """A customer like the typical one but for the changes."""
    return pd.DataFrame(
        [
            {
                "customer_id": "C1",
                "days_since_last_order": 35.0,
                "orders": 3,
                "average_order_value": 50.0,
                "net_revenue": 150.0,
                "average_gap_days": 30.0,
                "promo_share": 0.0,
                "channel": "email",
                "sessions_last_30d": 2.0,
                "sessions_prior_90d_per_30d": 2.0,
                "average_session_seconds": 90.0,
                "days_observed": 95.0,
            }
            | changes
        ]
    )
