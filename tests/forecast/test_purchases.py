"""How often customers will buy: published fits, simulated truth, and limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.special import hyp2f1

from benchmarks import forecast_of_cdnow
from benchmarks.cdnow import CALIBRATION_END, HOLDOUT_DAYS
from benchmarks.cdnow import summarise as summarise_cdnow
from benchmarks.simulated_customers import simulate
from forecast.errors import FitError
from forecast.purchases import (
    MODELS,
    Model,
    Purchases,
    fit_purchases,
    grouped,
    log_likelihood,
)
from tests.forecast import simulated
from tests.forecast.cdnow import read_cdnow, sample_of_cdnow

if TYPE_CHECKING:
    import pandas as pd

WEEK = 7


def purchases_of(model: Model, *parameters: float) -> Purchases:
    return Purchases(model, np.array(parameters), np.full(4, np.nan), 0.0, 1, 0)


def test_the_published_fit_of_cdnow_is_reproduced_to_three_digits() -> None:
    customers = summarise_cdnow(read_cdnow(), CALIBRATION_END, 0)
    fitted = fit(customers, "BG/NBD")
    r, alpha, a, b = fitted.parameters
    assert len(customers) == 2357
    assert r == pytest.approx(0.243, abs=0.0005)
    assert alpha / WEEK == pytest.approx(4.414, abs=0.0005)
    assert a == pytest.approx(0.793, abs=0.0005)
    assert b == pytest.approx(2.426, abs=0.0005)
    assert fitted.log_likelihood_in(WEEK) == pytest.approx(-9582.4, abs=0.05)


def test_what_cdnows_customers_bought_next_is_forecast_by_their_past() -> None:
    customers = summarise_cdnow(read_cdnow(), CALIBRATION_END, HOLDOUT_DAYS)
    for model in MODELS:
        expected = fit(customers, model).expected_purchases(
            HOLDOUT_DAYS, *history(customers)
        )
        groups = customers.assign(expected=expected).groupby(
            customers["frequency"].clip(upper=7)
        )
        means = groups[["expected", "after"]].mean()
        assert (means["expected"] / means["after"]).between(0.7, 1.1).all()
        assert expected.sum() / customers["after"].sum() > 0.83


def test_the_benchmark_prints_errors_by_repeat_purchases_and_of_everyone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    forecast_of_cdnow.main(sample_of_cdnow())
    said = capsys.readouterr().out
    assert "2,357 customers, 1,882 purchases" in said
    for words in ("MBG/NBD", "BG/NBD", "naive rate", "naive last period", "7+"):
        assert words in said, words
    found = re.search(r"mean absolute error\D+([\d.]+)\D+([\d.]+)\D+([\d.]+)", said)
    assert found
    mbg, bg, naive = map(float, found.groups())
    assert max(mbg, bg) < naive


@pytest.mark.parametrize("model", MODELS)
def test_the_truth_of_a_simulated_shop_is_found_within_its_standard_errors(
    model: Model,
) -> None:
    truth = np.array([0.6, 30.0, 0.9, 2.5])
    purchases = simulate(model, tuple(truth), 20_000, 700, np.random.default_rng(1))
    customers = simulated.summarise(purchases)
    fitted = fit(customers.round({"recency": 0}).astype(int), model)
    off = (fitted.parameters - truth) / fitted.standard_errors
    assert (np.abs(off) < 3).all(), off
    assert (fitted.standard_errors / truth < 0.1).all()


@pytest.mark.parametrize("model", MODELS)
def test_who_was_simulated_buys_as_much_as_expected_of_them(model: Model) -> None:
    truth = (0.6, 30.0, 0.9, 2.5)
    purchases = simulate(model, truth, 50_000, 700, np.random.default_rng(2))
    customers = simulated.summarise(purchases, holdout_days=90)
    expected = purchases_of(model, *truth).expected_purchases(90, *history(customers))
    many = customers["frequency"].clip(upper=5)
    sums = customers.assign(expected=expected).groupby(many)[["expected", "after"]]
    assert sums.sum()["expected"].to_numpy() == pytest.approx(
        sums.sum()["after"].to_numpy(), rel=0.06
    )


@pytest.mark.parametrize("model", MODELS)
def test_new_customers_buy_as_much_as_expected_of_them(model: Model) -> None:
    truth = (0.6, 30.0, 0.9, 2.5)
    purchases = simulate(model, truth, 100_000, 91, np.random.default_rng(3))
    repeats = purchases["time"].gt(0) & purchases["time"].le(90)
    assert purchases_of(model, *truth).expected_of_new(90) == pytest.approx(
        repeats.sum() / 100_000, rel=0.03
    )


def test_the_closed_form_of_the_paper_gives_the_same_expectations() -> None:
    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    x, recent, age, t = np.array([0, 1, 3, 9]), np.array([0, 5, 20, 38]), 39, 39
    form = (
        (a + b + x - 1)
        / (a - 1)
        * (
            1
            - ((alpha + age) / (alpha + age + t)) ** (r + x)
            * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
        )
        / (
            1
            + (x > 0) * a / (b + x - 1) * ((alpha + age) / (alpha + recent)) ** (r + x)
        )
    )
    expected = purchases_of("BG/NBD", r, alpha, a, b).expected_purchases(
        t, x, recent, np.full(4, age)
    )
    assert expected == pytest.approx(form, rel=1e-9)


def test_whoever_bought_once_is_alive_for_one_model_and_in_doubt_for_the_other() -> (
    None
):
    once = np.array([0]), np.array([0]), np.array([900])
    parameters = (0.6, 30.0, 0.9, 2.5)
    assert purchases_of("BG/NBD", *parameters).probability_alive(*once) == 1
    assert purchases_of("MBG/NBD", *parameters).probability_alive(*once) < 0.6


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize(
    "parameters", [(0.2, 30.0, 0.8, 2.4), (3.0, 2.0, 0.05, 0.1), (0.5, 400.0, 9.0, 60)]
)
def test_derivatives_are_those_of_the_likelihood(
    parameters: tuple[float, ...], extra: int
) -> None:
    frequency = np.array([0, 0, 0, 1, 4, 30])
    recency = np.array([0, 0, 0, 9, 300, 330])
    known = grouped(frequency, recency, np.array([0, 400, 400, 400, 301, 900]))

    def value(at: np.ndarray) -> float:
        return log_likelihood(at, known, extra)[0]

    at = np.array(parameters)
    derivatives = log_likelihood(at, known, extra)[1]
    assert derivatives == pytest.approx(approx_fprime(at, value, 1e-7 * at), rel=1e-4)


def test_customers_who_did_the_same_are_counted_once() -> None:
    frequency, recency, age = np.array([[1, 5, 9], [0, 0, 3], [1, 5, 9], [1, 5, 8]]).T
    known = grouped(frequency, recency, age)
    columns = [known.frequency, known.recency, known.age, known.counts]
    assert np.column_stack(columns).tolist() == [
        [0, 0, 3, 1],
        [1, 5, 8, 1],
        [1, 5, 9, 2],
    ]


@pytest.mark.parametrize("model", MODELS)
def test_the_order_of_customers_changes_no_digit(model: Model) -> None:
    purchases = simulate(
        model, (0.6, 30.0, 0.9, 2.5), 1_000, 400, np.random.default_rng(4)
    )
    customers = simulated.summarise(purchases).astype(int)
    one, other = (fit(part, model) for part in (customers, customers[::-1]))
    assert one.parameters.tolist() == other.parameters.tolist()


def test_a_shop_where_nobody_ever_leaves_is_refused() -> None:
    chance = np.random.default_rng(5)
    frequency = chance.poisson(9, 800)
    recency = np.where(frequency > 0, 350, 0)
    with pytest.raises(FitError, match="does not suit"):
        fit_purchases("BG/NBD", frequency, recency, np.full(800, 350))


histories = st.integers(0, 5000).flatmap(
    lambda age: st.tuples(st.integers(0, 5000), st.integers(0, age), st.just(age)).map(
        lambda one: (one[0], one[1] if one[0] else 0, one[2])
    )
)
positive = st.floats(0.005, 1e4)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(MODELS), st.tuples(*[positive] * 4), histories, st.floats(0, 4000)
)
def test_no_history_is_too_strange_for_a_number(
    model: Model,
    parameters: tuple[float, ...],
    past: tuple[int, int, int],
    days: float,
) -> None:
    fitted = purchases_of(model, *parameters)
    one = tuple(np.array([part]) for part in past)
    alive = fitted.probability_alive(*one)[0]
    none, some, more = (
        fitted.expected_purchases(time, *one)[0] for time in (0, days, 2 * days + 1)
    )
    assert 0 <= alive <= 1
    assert none == 0
    assert 0 <= some <= more < np.inf


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(MODELS), st.integers(1, 50), st.integers(1, 900))
def test_the_longer_ago_the_last_purchase_the_less_likely_somebody_is_there(
    model: Model, frequency: int, age: int
) -> None:
    recency = np.arange(age + 1)
    alive = purchases_of(model, 0.6, 30.0, 0.9, 2.5).probability_alive(
        np.full(age + 1, frequency), recency, np.full(age + 1, age)
    )
    assert (np.diff(alive) > 0).all()


def fit(customers: pd.DataFrame, model: Model) -> Purchases:
    return fit_purchases(model, *history(customers))


def history(customers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    frequency, recency, age = (
        customers[name].to_numpy() for name in ("frequency", "recency", "age")
    )
    return frequency, recency, age
