"""Why a customer's probability is what it is, in plain words.

What a group of features does is found by putting the typical customer's values in its
place and scoring again: the difference of log odds is what this customer owes to it.
For a logistic regression that is exactly the group's share in the sum; for boosted
trees, where features work together, it is the effect of changing this group alone. Log
odds rather than probabilities, for near 0 and 1 no single feature moves a probability.

Of a customer who is more at risk than the typical one, the two groups that raise the
risk most are told; of one who is less, the two that lower it most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.features import Encoding, Floats, Matrix, numbers, refunded_share

if TYPE_CHECKING:
    from forecast.classifier import Classifier

Flags = npt.NDArray[np.bool_]
Sentence = Callable[[pd.DataFrame, pd.DataFrame, Flags], list[str]]

TOLD = 2
# of log odds: what is less is not worth a word
LEAST_EFFECT = 0.05
# the visits of a month are a trend where they differ by such a factor from before
TREND = 1.5
LIKE_OTHERS = "as much at risk as the typical customer"


def effects(
    classifier: Classifier, encoding: Encoding, matrix: Matrix, scores: Floats
) -> pd.DataFrame:
    """What each group adds to a customer's log odds against the typical value.

    One row per row of the matrix and of its scores, one column per group of columns.
    """
    typical = encoding.matrix(encoding.typical)[0]
    found = {}
    for group, columns in encoding.groups().items():
        differs = (matrix[:, columns] != typical[columns]).any(axis=1)
        replaced = matrix[differs]
        replaced[:, columns] = typical[columns]
        found[group] = np.zeros(len(matrix))
        found[group][differs] = scores[differs] - classifier.scores(replaced)
    return pd.DataFrame(found)


def reasons(
    features: pd.DataFrame, encoding: Encoding, effect: pd.DataFrame, *, raised: Floats
) -> list[str]:
    """One text per customer.

    Args:
        features: the customers.
        encoding: knows the typical customer.
        effect: as `effects` gives it, row by row for the features.
        raised: how much higher their probabilities are than the typical customer's.
    """
    groups = list(effect.columns)
    strength = effect.to_numpy() * np.where(raised >= 0, 1.0, -1.0)[:, np.newaxis]
    # a value that a customer does not have is no reason
    strength[
        features["average_session_seconds"].isna(), groups.index("visit_length")
    ] = 0
    order = np.argsort(-strength, axis=1, kind="stable")[:, :TOLD]
    told = np.full(order.shape, "", dtype=object)
    for position, group in enumerate(groups):
        strong = strength[:, position] >= LEAST_EFFECT
        for rank in range(order.shape[1]):
            rows = np.flatnonzero((order[:, rank] == position) & strong)
            told[rows, rank] = SENTENCES[group](
                features.iloc[rows], encoding.typical, raised[rows] >= 0
            )
    return ["; ".join(filter(None, texts)) or LIKE_OTHERS for texts in told]


def _recency(these: pd.DataFrame, typical: pd.DataFrame, _: Flags) -> list[str]:
    usual = f"(usual: {_usual(typical, 'days_since_last_order'):.0f})"
    return [
        f"last order {_count(days, 'day')} ago {usual}"
        for days in numbers(these["days_since_last_order"])
    ]


def _frequency(these: pd.DataFrame, typical: pd.DataFrame, _: Flags) -> list[str]:
    usual = f"usual: {_usual(typical, 'orders'):.0f}"
    if not typical["average_gap_days"].isna().all():
        usual += f", every {_usual(typical, 'average_gap_days'):.0f}"
    gaps = numbers(these["average_gap_days"])
    return [
        f"{_count(orders, 'order')}{_every(gap)} ({usual})"
        for orders, gap in zip(numbers(these["orders"]), gaps, strict=True)
    ]


def _every(gap: float) -> str:
    """The gap between orders, if there is one that makes a day at least."""
    return f", every {_count(gap, 'day')}" if gap >= 1 / 2 else ""


def _basket(these: pd.DataFrame, typical: pd.DataFrame, _: Flags) -> list[str]:
    usual = f"(usual: {_usual(typical, 'average_order_value'):.2f})"
    return [
        f"orders of {value:.2f} on average {usual}"
        for value in numbers(these["average_order_value"])
    ]


def _refunds(these: pd.DataFrame, typical: pd.DataFrame, _: Flags) -> list[str]:
    usual = f"(usual: {refunded_share(typical)[0]:.0%})"
    return [f"{share:.0%} refunded {usual}" for share in refunded_share(these)]


def _promotions(these: pd.DataFrame, typical: pd.DataFrame, _: Flags) -> list[str]:
    usual = f"(usual: {_usual(typical, 'promo_share'):.0%})"
    return [
        f"{share:.0%} of orders with a promotion {usual}"
        for share in numbers(these["promo_share"])
    ]


def _visits(these: pd.DataFrame, typical: pd.DataFrame, raised: Flags) -> list[str]:
    """The trend where it explains the risk, or else the level of four months."""
    usual = f"(usual: {_decimal(float(_monthly_visits(typical)[0]))} a month)"
    before, now = (
        numbers(these[name])
        for name in ("sessions_prior_90d_per_30d", "sessions_last_30d")
    )
    trend = np.where(raised, before > TREND * now, now > TREND * before)
    verb = np.where(raised, "fell", "rose")
    columns = zip(trend, verb, before, now, _monthly_visits(these), strict=True)
    return [
        f"visits {how} from {_decimal(then)} to {_decimal(lately)} a month"
        if is_trend
        else _level(_decimal(level), usual)
        for is_trend, how, then, lately, level in columns
    ]


def _level(level: str, usual: str) -> str:
    return f"{level} visits a month {usual}" if level != "0" else f"no visits {usual}"


def _monthly_visits(these: pd.DataFrame) -> Floats:
    """Visits per 30 days over the last 120."""
    last, prior = (
        numbers(these[name])
        for name in ("sessions_last_30d", "sessions_prior_90d_per_30d")
    )
    return (last + 3 * prior) / 4


def _visit_length(these: pd.DataFrame, typical: pd.DataFrame, _: Flags) -> list[str]:
    usual = f"(usual: {_usual(typical, 'average_session_seconds'):.0f})"
    return [
        f"visits of {_count(seconds, 'second')} {usual}"
        for seconds in numbers(these["average_session_seconds"])
    ]


def _age(these: pd.DataFrame, typical: pd.DataFrame, _: Flags) -> list[str]:
    usual = f"(usual: {_usual(typical, 'days_observed'):.0f})"
    return [
        f"customer for {_count(days, 'day')} {usual}"
        for days in numbers(these["days_observed"])
    ]


def _channel(these: pd.DataFrame, typical: pd.DataFrame, _: Flags) -> list[str]:
    usual = f"(usual: {typical['channel'].iloc[0]})"
    return [
        f"came by {channel} {usual}"
        for channel in these["channel"].astype(object).fillna("an unknown channel")
    ]


def _usual(typical: pd.DataFrame, name: str) -> float:
    return float(typical[name].iloc[0])


def _count(number: float, unit: str) -> str:
    text = f"{number:.0f}"
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"


def _decimal(number: float) -> str:
    text = f"{number:.1f}"
    return "0" if text == "0.0" else text


SENTENCES: dict[str, Sentence] = {
    "recency": _recency,
    "frequency": _frequency,
    "basket": _basket,
    "refunds": _refunds,
    "promotions": _promotions,
    "visits": _visits,
    "visit_length": _visit_length,
    "age": _age,
    "channel": _channel,
}
