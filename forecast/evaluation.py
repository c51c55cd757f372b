"""How good probabilities are, once it is known what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from forecast.classifier import Labels, brier

if TYPE_CHECKING:
    from forecast.features import Floats

# how many standard errors a difference must have: chance alone does it once in 40 times
CLEAR = 2.0


@dataclass(frozen=True)
class Evaluation:
    """What a model said of customers, and what they did.

    Attributes:
        model: what was judged.
        customers: how many.
        predicted: the sum of their probabilities.
        actual: how many of them did it.
        auc: the chance that of two customers, one of whom did it, the model ranks them
            rightly; 0.5 is guessing.
        brier: the mean squared error of the probabilities; 0 is perfect.
        deciles: decile (1 = the least probable), customers, predicted, actual. Equal
            probabilities share a decile, so that some may be missing.
    """

    model: str
    customers: int
    predicted: float
    actual: int
    auc: float
    brier: float
    deciles: pd.DataFrame


def evaluate(model: str, probabilities: Floats, labels: Labels) -> Evaluation:
    """Judge probabilities by labels of both kinds, each of shape (customers,)."""
    ranks = pd.Series(probabilities).rank(method="min").to_numpy() - 1
    shares = ranks / max(len(ranks) - 1, 1)
    judged = pd.DataFrame(
        {
            "decile": np.minimum(1 + np.floor(10 * shares).astype(int), 10),
            "predicted": probabilities,
            "actual": labels.astype(int),
        }
    )
    deciles = judged.groupby("decile", as_index=False).agg(
        customers=("actual", "size"),
        predicted=("predicted", "sum"),
        actual=("actual", "sum"),
    )
    return Evaluation(
        model=model,
        customers=len(labels),
        predicted=float(probabilities.sum()),
        actual=int(labels.sum()),
        auc=float(roc_auc_score(labels, probabilities)),
        brier=brier(probabilities, labels),
        deciles=deciles,
    )


def is_clearly_better(ours: Floats, theirs: Floats, labels: Labels | Floats) -> bool:
    """Whether our squared errors are smaller by more than chance explains.

    A paired comparison (Diebold and Mariano 1995): the mean difference against its
    standard error.
    """
    gain = (theirs - labels) ** 2 - (ours - labels) ** 2
    error = np.std(gain) / np.sqrt(len(gain))
    return bool(np.mean(gain) > CLEAR * error)
