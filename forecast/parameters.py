"""Parameters of models as rows of a table, and back.

A row has model, parameter, value, standard_error (NaN without) and unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast import purchases, values
from forecast.gate import PURCHASES

if TYPE_CHECKING:
    from forecast.evaluation import Evaluation
    from forecast.likelihood import Floats
    from forecast.purchases import Model, Purchases
    from forecast.values import Values

WEEK = 7
DISCOUNT_RATE = "discount rate"
USED = "is used"
LOG_LIKELIHOOD = "log-likelihood"
CUSTOMERS = "customers"
REPEAT_PURCHASES = "repeat purchases"
COLUMNS = ["model", "parameter", "value", "standard_error", "unit"]
NOTHING = pd.DataFrame({name: [] for name in COLUMNS})


def of_purchases(fitted: Purchases) -> pd.DataFrame:
    """Parameters in days, as they are used, and what depends on the unit in weeks."""
    pairs = zip(fitted.parameters, fitted.standard_errors, strict=True)
    units = {"alpha": "days"}
    rows: list[tuple[str, float, float, str]] = [
        (name, value, error, units.get(name, ""))
        for name, (value, error) in zip(purchases.PARAMETERS, pairs, strict=True)
    ]
    name, alpha, error, _ = rows[1]
    rows += [
        (name, alpha / WEEK, error / WEEK, "weeks"),
        (LOG_LIKELIHOOD, fitted.log_likelihood, np.nan, "time in days"),
        (LOG_LIKELIHOOD, fitted.log_likelihood_in(WEEK), np.nan, "time in weeks"),
        (CUSTOMERS, fitted.customers, np.nan, "customers"),
        (REPEAT_PURCHASES, fitted.repeat_purchases, np.nan, "purchase days"),
    ]
    return _rows(fitted.model, rows)


def of_values(fitted: Values, correlation: float) -> pd.DataFrame:
    """Parameters, and the correlation that the model takes to be 0."""
    pairs = zip(fitted.parameters, fitted.standard_errors, strict=True)
    units = {"gamma": "money"}
    rows: list[tuple[str, float, float, str]] = [
        (name, value, error, units.get(name, ""))
        for name, (value, error) in zip(values.PARAMETERS, pairs, strict=True)
    ]
    rows += [
        (LOG_LIKELIHOOD, fitted.log_likelihood, np.nan, ""),
        (CUSTOMERS, fitted.customers, np.nan, "customers"),
        ("correlation of frequency and value", correlation, np.nan, ""),
    ]
    return _rows(values.MODEL, rows)


def of_choice(chosen: Model, errors: dict[Model, float]) -> pd.DataFrame:
    """Which model of purchases is used, and the errors in the period of the choice."""
    return pd.concat(
        [
            _rows(model, [("mean squared error in the choice", error, np.nan, "")])
            for model, error in errors.items()
        ]
        + [_rows(chosen, [(USED, 1.0, np.nan, "yes")])]
    )


def of_evaluation(evaluation: Evaluation) -> pd.DataFrame:
    """How good probabilities were."""
    return _rows(
        evaluation.model,
        [
            ("held-out AUC", evaluation.auc, np.nan, ""),
            ("held-out Brier score", evaluation.brier, np.nan, ""),
        ],
    )


def with_discount_rate(rows: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Rows with this discount rate and no other."""
    others = rows[rows["parameter"] != DISCOUNT_RATE]
    own = _rows(PURCHASES, [(DISCOUNT_RATE, rate, np.nan, "a year")])
    return pd.concat([others, own], ignore_index=True)


def models(rows: pd.DataFrame) -> tuple[Purchases, Values] | None:
    """The models that customers were forecast with; None where none was fitted."""
    used = set(rows.loc[rows["parameter"] == USED, "model"])
    chosen = next((model for model in purchases.MODELS if model in used), None)
    if chosen is None:
        return None
    # weeks are for readers
    in_days = rows[~rows["unit"].isin(["weeks", "time in weeks"])]
    number, error = (
        {
            (str(model), str(parameter)): float(value)
            for model, parameter, value in zip(
                in_days["model"],
                in_days["parameter"],
                in_days[column].astype(float),
                strict=True,
            )
        }
        for column in ("value", "standard_error")
    )

    def read(model: str, names: tuple[str, ...]) -> tuple[Floats, Floats]:
        return (
            np.array([number[model, name] for name in names]),
            np.array([error[model, name] for name in names]),
        )

    return (
        purchases.Purchases(
            chosen,
            *read(chosen, purchases.PARAMETERS),
            number[chosen, LOG_LIKELIHOOD],
            int(number[chosen, CUSTOMERS]),
            int(number[chosen, REPEAT_PURCHASES]),
        ),
        values.Values(
            *read(values.MODEL, values.PARAMETERS),
            number[values.MODEL, LOG_LIKELIHOOD],
            int(number[values.MODEL, CUSTOMERS]),
        ),
    )


def discount_rate(rows: pd.DataFrame) -> float:
    """The annual rate that was used; 0 where none was."""
    found = rows.loc[rows["parameter"] == DISCOUNT_RATE, "value"]
    return float(found.iloc[0]) if len(found) else 0.0


def _rows(model: str, rows: list[tuple[str, float, float, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS[1:])
    frame.insert(0, "model", model)
    return frame
