"""Who will not order in the next 90 days: probability, reason, and proof.

The model learns from one period and proves itself on the next: features are what is
known on a day, labels come from the 90 days after it, and those of the proof are days
that the model has never seen. It is set against a model that knows only how long ago
the last order was, and against the share of customers who fell silent the time before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from forecast.classifier import (
    BLOCK,
    SEED,
    Classifier,
    Labels,
    Method,
    fit_classifier,
)
from forecast.evaluation import Evaluation, evaluate, is_clearly_better
from forecast.features import Encoding, Floats, learn_encoding
from forecast.reasons import LIKE_OTHERS, effects, reasons

HORIZON_DAYS = 90
# days to know customers from, to learn what they did next, and to be judged by
LEAST_HISTORY_DAYS = 3 * HORIZON_DAYS
# ten for each of about ten groups of features (Peduzzi and others 1996)
LEAST_OF_EACH_KIND = 100
# more of them make the model slower, and hardly better
MOST_TO_LEARN_FROM = 50_000
# of a probability to the typical customer's: what is less needs no reason
LEAST_DIFFERENCE = 0.01

CHURN = "churn"
RECENCY_ALONE = "churn by recency alone"
BASE_RATE = "churn by base rate"


@dataclass(frozen=True)
class Refusal:
    """No forecast, and why, in words for the readers of the marts."""

    reason: str


@dataclass(frozen=True)
class ChurnForecast:
    """The forecast and its proof.

    Attributes:
        customers: customer_id, probability_no_order_90d, naive_probability_no_order_90d
            (by the better of the baselines) and reason, sorted by customer_id.
        evaluations: of the model, of recency alone and of the base rate, in that order.
        method: what cross-validation chose.
        beats_naive: whether its Brier score is better than those of both baselines by
            more than chance explains.
        verdict: the same in plain words, with the numbers.
    """

    customers: pd.DataFrame
    evaluations: tuple[Evaluation, ...]
    method: Method
    beats_naive: bool
    verdict: str


def forecast_churn(
    train: pd.DataFrame,
    test: pd.DataFrame,
    score: pd.DataFrame,
    *,
    history_days: int,
    holdout_days: int,
) -> ChurnForecast | Refusal:
    """Learn from `train`, prove it on `test`, learn anew from `test`, forecast `score`.

    Args:
        train: a row per customer as known 180 days ago: customer_id, the columns of
            features.NUMBERS, channel, and has_order_in_holdout, which is about the 90
            days that followed. Rows without this label are left out.
        test: the same 90 days later.
        score: the same of today, without labels.
        history_days: from the shop's first order to today.
        holdout_days: the days that the labels are about.

    Returns:
        The forecast, the same for any order of rows; or why there is none.

    Raises:
        KeyError: a column is missing.
        TypeError, ValueError: the labels are no booleans.
    """
    train, test, score = _labelled(train), _labelled(test), _sorted(score)
    refusal = _refusal(train, test, history_days, holdout_days)
    if refusal:
        return refusal
    # threads would wait for each other for longer than they work on a busy machine
    with threadpool_limits(1):
        return _forecast(train, test, score)


def _forecast(
    train: pd.DataFrame, test: pd.DataFrame, score: pd.DataFrame
) -> ChurnForecast:
    """The forecast from periods that are sorted and large enough."""
    model, by_recency = _fit(train), _fit(train, group="recency")
    labels = _labels(test)
    said = {
        CHURN: model.probabilities(test),
        RECENCY_ALONE: by_recency.probabilities(test),
        BASE_RATE: np.full(len(test), _labels(train).mean()),
    }
    evaluations = tuple(evaluate(name, said[name], labels) for name in said)
    beats_naive = all(
        is_clearly_better(said[CHURN], said[name], labels)
        for name in (RECENCY_ALONE, BASE_RATE)
    )

    model = _fit(test, method=model.classifier.method)
    by_recency = _fit(test, group="recency", method=by_recency.classifier.method)
    customers = model.explained(score)
    if evaluations[1].brier <= evaluations[2].brier:
        customers["naive_probability_no_order_90d"] = by_recency.probabilities(score)
    else:
        customers["naive_probability_no_order_90d"] = labels.mean()
    return ChurnForecast(
        customers=customers,
        evaluations=evaluations,
        method=model.classifier.method,
        beats_naive=beats_naive,
        verdict=_verdict(evaluations, beats_naive=beats_naive),
    )


@dataclass(frozen=True)
class _Model:
    """A classifier of customers by all of their features, or by some."""

    encoding: Encoding
    columns: slice
    classifier: Classifier

    def probabilities(self, features: pd.DataFrame) -> Floats:
        matrix = self.encoding.matrix(features)[:, self.columns]
        return self.classifier.probabilities(self.classifier.scores(matrix))

    def explained(self, features: pd.DataFrame) -> pd.DataFrame:
        """customer_id, probability_no_order_90d and reason, by all the features."""
        blocks = range(0, max(len(features), 1), BLOCK)
        return pd.concat(
            [self._explained(features.iloc[at : at + BLOCK]) for at in blocks],
            ignore_index=True,
        )

    def _explained(self, features: pd.DataFrame) -> pd.DataFrame:
        matrix = self.encoding.matrix(features)
        scores = self.classifier.scores(matrix)
        probabilities = self.classifier.probabilities(scores)
        raised = probabilities - self.probabilities(self.encoding.typical)
        differ = np.abs(raised) >= LEAST_DIFFERENCE
        effect = effects(self.classifier, self.encoding, matrix[differ], scores[differ])
        reason = np.full(len(features), LIKE_OTHERS, dtype=object)
        reason[differ] = reasons(
            features[differ], self.encoding, effect, raised=raised[differ]
        )
        return pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "probability_no_order_90d": probabilities,
                "reason": reason,
            }
        )


def _fit(
    known: pd.DataFrame, *, group: str | None = None, method: Method | None = None
) -> _Model:
    """A model of one group of features or of all, by the method given or the best."""
    if len(known) > MOST_TO_LEARN_FROM:
        some = np.random.default_rng(SEED).choice(
            len(known), MOST_TO_LEARN_FROM, replace=False
        )
        known = known.iloc[np.sort(some)]
    encoding = learn_encoding(known)
    columns = encoding.groups()[group] if group else slice(None)
    matrix, labels = encoding.matrix(known)[:, columns], _labels(known)
    return _Model(encoding, columns, fit_classifier(matrix, labels, method))


def _refusal(
    train: pd.DataFrame, test: pd.DataFrame, history_days: int, holdout_days: int
) -> Refusal | None:
    """Why nothing can be learnt or proved, if so."""
    if history_days < LEAST_HISTORY_DAYS:
        return Refusal(
            f"{history_days} days of history are too few: "
            f"{LEAST_HISTORY_DAYS} are needed, to learn and to be proved."
        )
    if holdout_days != HORIZON_DAYS:
        return Refusal(
            f"Only {holdout_days} days are held out: they cannot prove a forecast of "
            f"{HORIZON_DAYS} days."
        )
    for period, when in ((train, "to learn from"), (test, "to be judged by")):
        silent = int(_labels(period).sum()) if len(period) else 0
        if min(silent, len(period) - silent) < LEAST_OF_EACH_KIND:
            return Refusal(
                f"Of the customers {when}, {silent} did not order again and "
                f"{len(period) - silent} did: {LEAST_OF_EACH_KIND} of each are needed."
            )
    return None


def _verdict(evaluations: tuple[Evaluation, ...], *, beats_naive: bool) -> str:
    model, by_recency, base_rate = evaluations
    clearly = "clearly better" if beats_naive else "not clearly better"
    return (
        f"On {model.customers:,} customers held out, the Brier score {model.brier:.4f} "
        f"is {clearly} than {by_recency.brier:.4f} by recency alone and "
        f"{base_rate.brier:.4f} by the base rate (AUC {model.auc:.3f}, by recency "
        f"alone {by_recency.auc:.3f})."
    )


def _labelled(features: pd.DataFrame) -> pd.DataFrame:
    return _sorted(features[features["has_order_in_holdout"].notna()])


def _sorted(features: pd.DataFrame) -> pd.DataFrame:
    return features.sort_values("customer_id", ignore_index=True)


def _labels(features: pd.DataFrame) -> Labels:
    """Who did not order; text is refused rather than taken for true."""
    return ~features["has_order_in_holdout"].astype("boolean").to_numpy(np.bool_)
