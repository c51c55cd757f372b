"""What is known of a customer on a day, as numbers that a classifier can take.

Columns come in groups: a group is what one sentence can be about, such as how often
somebody visits. The typical customer has the middle value of each column and the
commonest channel, and misses what most customers miss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

NUMBERS = (
    "days_since_last_order",
    "orders",
    "average_order_value",
    "net_revenue",
    "average_gap_days",
    "promo_share",
    "sessions_last_30d",
    "sessions_prior_90d_per_30d",
    "average_session_seconds",
    "days_observed",
)
# a channel with fewer of the customers than this is one of the others
LEAST_CHANNEL_SHARE = 0.01


@dataclass(frozen=True)
class Encoding:
    """How customers become rows of a matrix, as learnt from those of one period.

    Attributes:
        typical: the typical customer: one row, with columns as the features have them.
        fills: what stands for a missing number, by column.
        channels: those with a column of their own, sorted.
    """

    typical: pd.DataFrame
    fills: dict[str, float]
    channels: tuple[str, ...]

    def matrix(self, features: pd.DataFrame) -> Matrix:
        """One row per customer in the order given, without any missing value."""
        parts = self._parts(features).values()
        return np.column_stack([column for part in parts for column in part])

    def groups(self) -> dict[str, slice]:
        """Which columns of the matrix belong to which group."""
        slices, start = {}, 0
        for group, columns in self._parts(self.typical).items():
            slices[group] = slice(start, start + len(columns))
            start += len(columns)
        return slices

    def _parts(self, features: pd.DataFrame) -> dict[str, list[Matrix]]:
        """The columns of each group: the same ones for any features.

        Days, counts and money go in as logarithms: a factor between two customers means
        the same at any size, and a weighted sum can say 'silent for three times the
        usual gap'.
        """

        def number(name: str) -> Matrix:
            values = numbers(features[name])
            return np.where(np.isnan(values), self.fills[name], values).astype("f4")

        def log(name: str) -> Matrix:
            return np.log1p(np.maximum(number(name), 0))

        def missing(name: str) -> Matrix:
            return np.isnan(numbers(features[name])).astype(np.float32)

        def among(channel: str) -> Matrix:
            return np.asarray(channels == channel, np.float32)

        channels = features["channel"].astype(object)
        return {
            "recency": [log("days_since_last_order")],
            "frequency": [
                log("orders"),
                log("average_gap_days"),
                missing("average_gap_days"),
            ],
            "basket": [log("average_order_value")],
            "refunds": [refunded_share(features).astype(np.float32)],
            "promotions": [number("promo_share")],
            "visits": [
                log("sessions_last_30d"),
                log("sessions_prior_90d_per_30d"),
                missing("average_session_seconds"),
            ],
            "visit_length": [log("average_session_seconds")],
            "age": [log("days_observed")],
            "channel": [among(channel) for channel in self.channels],
        }


def learn_encoding(features: pd.DataFrame) -> Encoding:
    """The encoding that fits a period's customers, of whom there is at least one."""
    known = features[list(NUMBERS)].astype(float)
    # a middle value that somebody has: half an order would be no use in a sentence
    middle = known.quantile(0.5, interpolation="lower")
    typical = middle.mask(known.isna().mean() > 1 / 2).to_frame().T
    # three medians apart would make up a refund that is nobody's
    typical["net_revenue"] = (
        typical["orders"]
        * typical["average_order_value"]
        * (1 - np.median(refunded_share(known)))
    )
    counts = features["channel"].dropna().astype(str).value_counts()
    channels = sorted(counts.index[counts >= LEAST_CHANNEL_SHARE * len(features)])
    typical["channel"] = max(channels, key=lambda name: counts[name], default="")
    return Encoding(
        typical=typical,
        fills={str(name): value for name, value in middle.fillna(0.0).items()},
        channels=tuple(channels),
    )


def numbers(column: pd.Series) -> Floats:
    """A column as an array, with NaN for what is missing."""
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def refunded_share(features: pd.DataFrame) -> Floats:
    """The share of what was ordered that was paid back, between 0 and 1.

    Orders, their average value and net revenue say one thing twice but for refunds:
    only what the third of them adds is worth a column.
    """
    ordered = numbers(features["orders"]) * numbers(features["average_order_value"])
    refunded = ordered - numbers(features["net_revenue"])
    share = np.divide(refunded, ordered, np.zeros_like(ordered), where=ordered > 0)
    return np.asarray(np.clip(np.nan_to_num(share), 0.0, 1.0))
