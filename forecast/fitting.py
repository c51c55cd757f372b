"""From a build's customers to its forecast: fitted, judged and scored.

Each period's customers are read when they are needed, and forgotten after that: a
million of them take some hundred megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast import parameters as stored
from forecast.baselines import Prediction
from forecast.behaviour import find_behaviour
from forecast.churn import CHURN, Refusal, forecast_churn
from forecast.database import (
    ENGAGEMENT_COLUMNS,
    ENGAGEMENT_TABLE,
    PURCHASE_COLUMNS,
    PURCHASES_TABLE,
)
from forecast.errors import DataRefusedError, FitError, UsageError
from forecast.evaluation import is_clearly_better
from forecast.gate import PURCHASES, judge, refused, squared, thinness
from forecast.purchases import MODELS, Model, Purchases, fit_purchases
from forecast.values import LEAST_REPEATERS, Values, correlation, discounted, fit_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from forecast.database import Build, Period, Warehouse
    from forecast.evaluation import Evaluation
    from forecast.likelihood import Floats, Integers

    # is told what is done next
    OnStep = Callable[[str], None]

QUARTER, YEAR = 90, 365
# the models that are shown or not
JUDGED = (PURCHASES, CHURN)


@dataclass(frozen=True)
class Forecast:
    """What goes into schema forecast: a frame for each of its tables.

    Attributes:
        customers: rows of customer_forecasts.
        accuracy: rows of accuracy.
        parameters: rows of parameters.
        refusal: why customers have no forecast at all; None where they have.
    """

    customers: pd.DataFrame
    accuracy: pd.DataFrame
    parameters: pd.DataFrame
    refusal: str | None = None


@dataclass(frozen=True)
class _Purchases:
    """What models of purchases say: forecasts of customers, and how good they are."""

    customers: pd.DataFrame
    accuracy: pd.DataFrame
    parameters: pd.DataFrame


def fit(
    warehouse: Warehouse, build: Build, discount_rate: float, on_step: OnStep
) -> Forecast:
    """Fit all models on the build's data, judge them on what is held out, and score.

    Raises:
        UsageError, ServerError: the data cannot be read.
    """
    on_step("Reading purchases")
    score = _read_purchases(warehouse, "score")
    thin = thinness(score["frequency"].to_numpy(), build.history_days)
    if thin:
        return _refusal(thin)
    try:
        purchases = _fit_purchases(warehouse, build, score, discount_rate, on_step)
    except FitError as error:
        purchases = _Purchases(
            score[["customer_id"]], refused(PURCHASES, str(error)), stored.NOTHING
        )
    del score
    return _with_behaviour(warehouse, build, purchases, on_step)


def score(
    warehouse: Warehouse, build: Build, discount_rate: float | None, on_step: OnStep
) -> Forecast:
    """Forecast the build's customers with the parameters that were fitted last.

    Purchases keep the verdict of that fit. Churn and behaviour segments have no
    parameters to be stored: they are learnt anew.

    Args:
        warehouse: the data.
        build: of which build they are.
        discount_rate: None means that of the fit.
        on_step: is told what is done next.

    Raises:
        UsageError: nothing was fitted, or the data cannot be read.
        DataRefusedError: the last fit refused the data.
        ServerError: the data cannot be read.
    """
    known = warehouse.stored("parameters", build.source)
    accuracy = warehouse.stored("accuracy", build.source)
    models = stored.models(known)
    if models is None:
        said = accuracy.loc[accuracy["model"] == PURCHASES, "verdict"]
        if len(said):
            raise DataRefusedError(f"The last fit has no parameters: {said.iloc[0]}")
        raise UsageError("Nothing was fitted yet: run forecast fit first.")
    if discount_rate is None:
        discount_rate = stored.discount_rate(known)
    on_step("Reading purchases")
    now = _read_purchases(warehouse, "score")
    of_churn = "^churn"
    purchases = _Purchases(
        customers=_predict(now, *models, discount_rate, on_step),
        accuracy=accuracy[~accuracy["model"].str.contains(of_churn)],
        parameters=stored.with_discount_rate(
            known[~known["model"].str.contains(of_churn)], discount_rate
        ),
    )
    del now
    return _with_behaviour(warehouse, build, purchases, on_step)


def _refusal(reason: str) -> Forecast:
    return Forecast(
        customers=pd.DataFrame({"customer_id": []}),
        accuracy=_dated(
            pd.concat([refused(PURCHASES, reason), refused(CHURN, reason)])
        ),
        parameters=stored.NOTHING,
        refusal=reason,
    )


def _fit_purchases(
    warehouse: Warehouse,
    build: Build,
    score: pd.DataFrame,
    discount_rate: float,
    on_step: OnStep,
) -> _Purchases:
    """Choose a model on the first holdout, judge it on the second, fit it on all."""
    days = build.holdout_days
    on_step("Choosing the model of purchases")
    train = _read_purchases(warehouse, "train")
    repeaters = int((train["frequency"] > 0).sum())
    if repeaters < LEAST_REPEATERS:
        raise FitError(
            f"Too few customers to test a forecast on: {repeaters} had bought again "
            f"{2 * days} days ago, at least {LEAST_REPEATERS} are needed."
        )
    fits = _fit_all(train)
    chosen, errors = _choose(fits, train, days)
    del train

    on_step(f"Testing {chosen} on {days} days held out")
    test = _read_purchases(warehouse, "test")
    model = fit_purchases(chosen, *_history(test), near=fits[chosen])
    values = _fit_values(test)
    orders = model.expected_purchases(days, *_history(test))
    judgement = judge(
        test, Prediction(orders, orders * _order_value(values, test)), days
    )
    del test

    on_step("Fitting all purchases")
    fits = _fit_all(score, fits)
    if chosen not in fits:
        raise FitError(f"{chosen} suited the shop's customers, and does no more.")
    model, values = fits[chosen], _fit_values(score)
    return _Purchases(
        customers=_predict(score, model, values, discount_rate, on_step),
        accuracy=judgement.accuracy,
        parameters=stored.with_discount_rate(
            pd.concat(
                [
                    *[stored.of_purchases(each) for each in fits.values()],
                    stored.of_values(values, correlation(*_spent(score))),
                    stored.of_choice(chosen, errors),
                    judgement.measures,
                ]
            ),
            discount_rate,
        ),
    )


def _fit_all(
    customers: pd.DataFrame, near: dict[Model, Purchases] | None = None
) -> dict[Model, Purchases]:
    """The models that suit customers.

    Raises:
        FitError: none does.
    """
    fits: dict[Model, Purchases] = {}
    said = []
    for name in MODELS:
        try:
            known = (near or {}).get(name)
            fits[name] = fit_purchases(name, *_history(customers), near=known)
        except FitError as error:  # noqa: PERF203 there are two models
            said.append(str(error))
    if not fits:
        raise FitError(" ".join(said))
    return fits


def _choose(
    fits: dict[Model, Purchases], train: pd.DataFrame, days: int
) -> tuple[Model, dict[Model, float]]:
    """The model to use, and the errors of all, on the days that followed.

    MBG/NBD, because it doubts that whoever bought once is still a customer; unless the
    other one is better by more than chance explains.
    """
    actual = train["holdout_purchases"].to_numpy(dtype=float)
    expected = {
        name: fitted.expected_purchases(days, *_history(train))
        for name, fitted in fits.items()
    }
    chosen, *others = expected
    for other in others:
        if is_clearly_better(expected[other], expected[chosen], actual):
            chosen = other
    return chosen, {name: squared(each, actual) for name, each in expected.items()}


def _predict(
    customers: pd.DataFrame,
    model: Purchases,
    values: Values,
    discount_rate: float,
    on_step: OnStep,
) -> pd.DataFrame:
    on_step("Forecasting purchases")
    history = _history(customers)
    worth = _order_value(values, customers)
    year = model.expected_purchases(YEAR, *history)
    discounted_year = (
        discounted(
            lambda days: model.expected_purchases(days, *history), YEAR, discount_rate
        )
        if discount_rate
        else year
    )
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "probability_alive": model.probability_alive(*history),
            "expected_orders_90d": model.expected_purchases(QUARTER, *history),
            "expected_orders_365d": year,
            "expected_order_value": worth,
            "expected_value_365d": worth * discounted_year,
        }
    )


def _with_behaviour(
    warehouse: Warehouse, build: Build, purchases: _Purchases, on_step: OnStep
) -> Forecast:
    """Add churn and segments to what is known of purchases."""
    on_step("Reading what customers did")
    now = _read_engagement(warehouse, "score")
    on_step("Finding segments of behaviour")
    segments = find_behaviour(now).customers
    on_step("Learning who orders no more")
    churn = forecast_churn(
        _read_engagement(warehouse, "train"),
        _read_engagement(warehouse, "test"),
        now,
        history_days=build.history_days,
        holdout_days=build.holdout_days,
    )
    del now
    customers = segments.merge(purchases.customers, on="customer_id", how="left")
    if isinstance(churn, Refusal):
        of_churn = refused(CHURN, churn.reason)
        measures = stored.NOTHING
    else:
        columns = ["customer_id", "probability_no_order_90d", "reason"]
        customers = customers.merge(
            churn.customers[columns], on="customer_id", how="left"
        )
        of_churn = pd.concat([_judged(each) for each in churn.evaluations])
        is_model = of_churn["model"] == CHURN
        of_churn = of_churn.assign(
            beats_naive=is_model & churn.beats_naive,
            is_published=is_model & churn.beats_naive,
            verdict=np.where(is_model, churn.verdict, "Knows less, to compare with."),
        )
        measures = pd.concat([stored.of_evaluation(each) for each in churn.evaluations])
    return Forecast(
        customers=_dated(customers),
        accuracy=_dated(pd.concat([purchases.accuracy, of_churn])),
        parameters=_dated(pd.concat([purchases.parameters, measures])),
    )


def _judged(evaluation: Evaluation) -> pd.DataFrame:
    """Rows of accuracy: predicted and actual customers without an order."""
    rows = evaluation.deciles.rename(
        columns={"predicted": "predicted_orders", "actual": "actual_orders"}
    )
    # theirs begin with the least probable
    rows["decile"] = 11 - rows["decile"]
    everyone = pd.DataFrame(
        {
            "decile": [0],
            "customers": [evaluation.customers],
            "predicted_orders": [evaluation.predicted],
            "actual_orders": [evaluation.actual],
            "error": [evaluation.brier],
        }
    )
    return pd.concat([everyone, rows]).assign(model=evaluation.model)


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of now, but for those that have a date of their own."""
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    if "fitted_at" not in rows:
        return rows.assign(fitted_at=now)
    return rows.assign(fitted_at=rows["fitted_at"].fillna(now))


def _read_purchases(warehouse: Warehouse, period: Period) -> pd.DataFrame:
    columns = PURCHASE_COLUMNS
    if period == "score":
        columns = {"customer_id": "text", **columns}
    return warehouse.read(PURCHASES_TABLE, period, columns)


def _read_engagement(warehouse: Warehouse, period: Period) -> pd.DataFrame:
    features = warehouse.read(ENGAGEMENT_TABLE, period, ENGAGEMENT_COLUMNS)
    label = features["has_order_in_holdout"]
    features["has_order_in_holdout"] = label.eq(1).astype("boolean").mask(label.isna())
    return features


def _history(customers: pd.DataFrame) -> tuple[Integers, Integers, Integers]:
    frequency, recency, age = (
        customers[name].to_numpy() for name in ("frequency", "recency_days", "age_days")
    )
    return frequency, recency, age


def _spent(customers: pd.DataFrame) -> tuple[Integers, Floats]:
    return (
        customers["frequency"].to_numpy(),
        customers["average_purchase_value"].to_numpy(dtype=float),
    )


def _fit_values(customers: pd.DataFrame) -> Values:
    return fit_values(*_spent(customers))


def _order_value(values: Values, customers: pd.DataFrame) -> Floats:
    return values.expected_value(*_spent(customers))
