"""Customers who behave alike, found by k-means and named in plain words.

What counts is how long ago the last order was, how many orders, how much money and how
many visits, each as a standardised logarithm. Silhouettes (Rousseeuw 1987) choose how
many groups there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin, silhouette_score
from threadpoolctl import threadpool_limits

from forecast.features import numbers

if TYPE_CHECKING:
    from forecast.features import Floats

SEED = 20
MOST_SEGMENTS = 8
# centres are found among so many customers, and silhouettes compare all pairs of fewer
MOST_TO_CLUSTER = 10_000
MOST_TO_COMPARE = 4_000
STARTS = 5
# of a logarithm: where customers differ by less than a quarter, they hardly differ
LEAST_SPREAD = 0.25
# standard deviations from the middle of all centres at which one deserves a word
MARKED = 0.5

# each with what a low or a high centre is called, and the unit of its number
MEASURES = {
    "days_since_last_order": ("recent", "long silent", "days silent"),
    "orders": ("few orders", "frequent", "orders"),
    "net_revenue": ("low value", "high value", "in value"),
    "sessions": ("few visits", "many visits", "visits"),
}
# lows for which there is a plainer word, where the centre is below the number
PLAINER = {"orders": (1.5, "one order"), "sessions": (0.5, "no visits")}
AVERAGE = "average"
ALL_ALIKE = "all alike"


@dataclass(frozen=True)
class Behaviour:
    """The segments, and who is in which.

    Attributes:
        customers: customer_id, forecast_segment, sorted by customer_id.
        segments: forecast_segment, customers, and the centre as days_since_last_order,
            orders, net_revenue, sessions (in 120 days); the highest value first.
        silhouette: how well segments stand apart, from -1 to 1; NaN where there is one.
    """

    customers: pd.DataFrame
    segments: pd.DataFrame
    silhouette: float


def find_behaviour(features: pd.DataFrame) -> Behaviour:
    """Segments of customers as known on one day, the same for any order of rows.

    Args:
        features: one customer or more: customer_id, days_since_last_order, orders,
            net_revenue, sessions_last_30d, sessions_prior_90d_per_30d; a missing number
            counts as 0.

    Raises:
        KeyError: a column is missing.
    """
    features = features.sort_values("customer_id", ignore_index=True)
    logs = np.log1p(_measured(features))
    middle, spread = logs.mean(axis=0), np.maximum(logs.std(axis=0), LEAST_SPREAD)
    points = (logs - middle) / spread
    with threadpool_limits(1):
        centres, silhouette = _cluster(points)
    levels = np.expm1(middle + spread * centres)
    order = np.lexsort((*levels.T, -levels[:, list(MEASURES).index("net_revenue")]))
    centres, levels = centres[order], levels[order]

    names = np.array(_names(centres, levels), dtype=object)
    segment = pairwise_distances_argmin(points, centres)
    segments = pd.DataFrame(levels, columns=list(MEASURES))
    segments.insert(0, "forecast_segment", names)
    segments.insert(1, "customers", np.bincount(segment, minlength=len(names)))
    return Behaviour(
        customers=pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "forecast_segment": names[segment],
            }
        ),
        segments=segments,
        silhouette=silhouette,
    )


def _measured(features: pd.DataFrame) -> Floats:
    """The measures, shape (customers, measures), none below 0."""
    last, prior = (
        numbers(features[name])
        for name in ("sessions_last_30d", "sessions_prior_90d_per_30d")
    )
    shop = [numbers(features[name]) for name in list(MEASURES)[:-1]]
    measured = np.nan_to_num(np.column_stack([*shop, last + 3 * prior]))
    return np.asarray(np.maximum(measured, 0.0))


def _cluster(points: Floats) -> tuple[Floats, float]:
    """The centres that stand apart best, shape (segments, measures), and how well."""
    mixed = np.random.default_rng(SEED).permutation(len(points))
    some = points[mixed[:MOST_TO_CLUSTER]]
    few = some[:MOST_TO_COMPARE]
    most = min(MOST_SEGMENTS, len(few) - 1, len(np.unique(few, axis=0)))
    best = some.mean(axis=0, keepdims=True), float("nan")
    for count in range(2, most + 1):
        model = KMeans(count, n_init=STARTS, random_state=SEED).fit(some)
        found = model.predict(few)
        if np.ptp(found) == 0:
            continue
        silhouette = float(silhouette_score(few, found))
        if np.isnan(best[1]) or silhouette > best[1]:
            best = model.cluster_centers_, silhouette
    return best


def _names(centres: Floats, levels: Floats) -> list[str]:
    """A name of its own for each segment, by its standardised centre and its levels."""
    if len(centres) == 1:
        return [ALL_ALIKE]
    # against the middle of the segments: that of customers lies in the largest one
    apart = centres - centres.mean(axis=0)
    words = pd.Series([_words(*segment) for segment in zip(apart, levels, strict=True)])
    for _, alike in words.groupby(words):
        if len(alike) > 1:
            # where those of one name differ most, a number tells them apart
            measure = int(np.ptp(centres[alike.index], axis=0).argmax())
            unit = list(MEASURES.values())[measure][-1]
            for row in alike.index:
                words[row] += f", about {_round(levels[row, measure])} {unit}"
    again = words.groupby(words).cumcount()
    return [
        f"{name} ({more + 1})" if more else name
        for name, more in zip(words, again, strict=True)
    ]


def _words(centre: Floats, level: Floats) -> str:
    """What is marked about one segment."""
    words = []
    for (measure, (low, high, _)), at, number in zip(
        MEASURES.items(), centre, level, strict=True
    ):
        below, plainer = PLAINER.get(measure, (0.0, low))
        if at >= MARKED:
            words.append(high)
        elif at <= -MARKED:
            words.append(plainer if number < below else low)
    return ", ".join(words) or AVERAGE


def _round(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"  # noqa: PLR2004
