"""A calibrated probability of an event, from the model that cross-validation prefers.

Candidates are a logistic regression and gradient boosted trees, each calibrated by a
logistic curve (Platt 1999) or by isotonic regression (Zadrozny and Elkan 2002). The
calibration is learnt from scores of customers whom the scoring model has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

if TYPE_CHECKING:
    from forecast.features import Floats, Matrix

Labels = npt.NDArray[np.bool_]
Estimator = Any  # scikit-learn has no types

SEED = 20
FOLDS = 5
# rows scored at a time: bounds the memory
BLOCK = 100_000
LEAST_IN_STEP = 100
# nobody's behaviour is certain, whatever a curve says
LEAST_PROBABILITY = 0.001


@dataclass(frozen=True)
class Method:
    """How scores are made, and how they become probabilities."""

    model: str
    calibration: str

    def __str__(self) -> str:
        """The method in words."""
        return f"{self.model}, {self.calibration} calibration"


@dataclass(frozen=True)
class Classifier:
    """A fitted model with its calibration."""

    method: Method
    model: Estimator
    calibration: Estimator

    def scores(self, matrix: Matrix) -> Floats:
        """The log odds before calibration, shape (rows,)."""
        if not len(matrix):
            return np.empty(0)
        blocks = range(0, len(matrix), BLOCK)
        return np.concatenate(
            [self.model.decision_function(matrix[at : at + BLOCK]) for at in blocks]
        )

    def probabilities(self, scores: Floats) -> Floats:
        """The calibrated probabilities of scores, shape (rows,); never decreasing."""
        return _calibrated(self.calibration, scores)


def fit_classifier(
    matrix: Matrix, labels: Labels, method: Method | None = None
) -> Classifier:
    """The method fitted to all rows, and calibrated on scores of unseen ones.

    Without a method it is the one of the least Brier score in cross-validation. Both
    kinds of labels must occur at least FOLDS times.
    """
    scores = {
        name: _unseen_scores(name, matrix, labels)
        for name in ([method.model] if method else _MODELS)
    }
    method = method or _best_method(scores, labels)
    model = _MODELS[method.model]().fit(matrix, labels)
    calibration = _CALIBRATIONS[method.calibration]()
    calibration.fit(scores[method.model].reshape(-1, 1), labels)
    return Classifier(method, model, calibration)


def brier(probabilities: Floats, labels: Labels) -> float:
    """The mean squared error of probabilities: 0 is perfect (Brier 1950)."""
    return float(np.mean((probabilities - labels) ** 2))


def _best_method(scores: dict[str, Floats], labels: Labels) -> Method:
    """By the unseen scores of each model."""
    briers = {}
    for model, of_model in scores.items():
        for calibration in _CALIBRATIONS:
            odds = _calibrated_by_others(calibration, of_model, labels)
            briers[Method(model, calibration)] = brier(odds, labels)
    return min(briers, key=lambda method: briers[method])


def _unseen_scores(name: str, matrix: Matrix, labels: Labels) -> Floats:
    """Log odds of each row from a model that was fitted to other rows."""
    model = _MODELS[name]()
    scores: Floats = cross_val_predict(
        model, matrix, labels, cv=_folds(), method="decision_function"
    )
    return scores


def _calibrated_by_others(calibration: str, scores: Floats, labels: Labels) -> Floats:
    """The probability of each row by a calibration that was fitted to other rows."""
    odds = np.empty_like(scores)
    for learnt, judged in _folds().split(scores, labels):
        curve = _CALIBRATIONS[calibration]()
        curve.fit(scores[learnt].reshape(-1, 1), labels[learnt])
        odds[judged] = _calibrated(curve, scores[judged])
    return odds


def _calibrated(curve: Estimator, scores: Floats) -> Floats:
    if not len(scores):
        return scores
    probabilities = curve.predict_proba(scores.reshape(-1, 1))[:, 1]
    return np.asarray(np.clip(probabilities, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))


def _folds() -> StratifiedKFold:
    return StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)


def _logistic() -> Estimator:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def _boosting() -> Estimator:
    return HistGradientBoostingClassifier(
        learning_rate=0.25,
        max_iter=30,
        max_leaf_nodes=8,
        early_stopping=False,
        random_state=SEED,
    )


class _Isotonic:
    """Isotonic regression on rows in steps of many, so that no step is a guess."""

    def fit(self, scores: Floats, labels: Labels) -> None:
        """Learn from scores, shape (rows, 1), and labels."""
        order = np.argsort(scores[:, 0], kind="stable")
        steps = np.array_split(order, max(len(order) // LEAST_IN_STEP, 1))
        self.curve = IsotonicRegression(out_of_bounds="clip").fit(
            [scores[step].mean() for step in steps],
            [labels[step].mean() for step in steps],
            [len(step) for step in steps],
        )

    def predict_proba(self, scores: Floats) -> Floats:
        """The probabilities against and for, as classifiers of scikit-learn do."""
        probability = self.curve.predict(scores[:, 0])
        return np.column_stack([1 - probability, probability])


# the simpler ones first: they win ties
_MODELS = {"logistic regression": _logistic, "gradient boosting": _boosting}
_CALIBRATIONS = {"sigmoid": LogisticRegression, "isotonic": _Isotonic}
