"""What purchases are worth: the published fit, simulated truth, and limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from benchmarks.cdnow import CALIBRATION_END, summarise
from forecast.errors import FitError
from forecast.values import (
    Values,
    correlation,
    discounted,
    fit_values,
    log_likelihood,
    spending,
)
from tests.forecast.cdnow import read_cdnow

CDNOW = Values(np.array([6.25, 3.74, 15.44]), np.full(3, np.nan), 0.0, 946)


def test_the_published_fit_of_cdnow_is_reproduced_to_three_digits() -> None:
    customers = summarise(read_cdnow(), CALIBRATION_END, 0)
    fitted = fit_values(
        customers["frequency"].to_numpy(), customers["average"].to_numpy()
    )
    p, q, gamma = fitted.parameters
    assert fitted.customers == 946
    assert p == pytest.approx(6.25, abs=0.005)
    assert q == pytest.approx(3.74, abs=0.005)
    assert gamma == pytest.approx(15.44, abs=0.005)


def test_the_truth_of_a_simulated_shop_is_found_within_its_standard_errors() -> None:
    truth = np.array([4.0, 5.0, 40.0])
    frequency, average = simulated_values(truth, 20_000)
    fitted = fit_values(frequency, average)
    off = (fitted.parameters - truth) / fitted.standard_errors
    assert (np.abs(off) < 3).all(), off
    assert (fitted.standard_errors / truth < 0.1).all()
    assert correlation(frequency, average) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("rate", [1e-3, 25_000.0, 1e7])
def test_another_currency_gives_the_same_fit_in_other_money(rate: float) -> None:
    frequency, average = simulated_values(np.array([4.0, 5.0, 40.0]), 2_000)
    ours, other = fit_values(frequency, average), fit_values(frequency, rate * average)
    units = np.array([1, 1, rate])
    assert other.parameters == pytest.approx(ours.parameters * units, rel=1e-4)
    assert other.standard_errors == pytest.approx(
        ours.standard_errors * units, rel=1e-4
    )
    assert other.log_likelihood == pytest.approx(
        ours.log_likelihood - np.log(rate) * ours.customers
    )


def test_an_average_counts_the_more_the_more_purchases_it_is_of() -> None:
    nobody, few, many = CDNOW.expected_value(
        np.array([0, 1, 200]), np.array([np.nan, 100.0, 100.0])
    )
    assert nobody == pytest.approx(CDNOW.mean)
    assert nobody < few < many
    assert many == pytest.approx(100, rel=0.01)


def test_derivatives_are_those_of_the_likelihood() -> None:
    known = spending(np.array([1, 1, 7, 90]), np.array([0.5, 30.0, 44.0, 1000.0]))

    def value(at: np.ndarray) -> float:
        return log_likelihood(at, known)[0]

    at = np.array([2.0, 3.5, 20.0])
    derivatives = log_likelihood(at, known)[1]
    assert derivatives == pytest.approx(approx_fprime(at, value, 1e-7 * at), rel=1e-4)


def test_too_few_repeat_purchases_are_refused() -> None:
    with pytest.raises(FitError, match="29 customers bought again"):
        fit_values(np.repeat([0, 1], [99, 29]), np.repeat([np.nan, 5.0], [99, 29]))


def test_a_shop_with_one_price_is_refused() -> None:
    with pytest.raises(FitError, match="does not suit"):
        fit_values(np.arange(100) % 5 + 1, np.full(100, 20.0))


def test_a_correlation_of_what_never_varies_is_not_a_number() -> None:
    assert np.isnan(correlation(np.array([1, 1]), np.array([2.0, 3.0])))
    alike = correlation(np.array([0, 1, 2]), np.array([9.0, 3.0, 4.0]))
    assert alike == pytest.approx(1)


def test_a_rate_of_zero_discounts_nothing_and_another_by_when_purchases_come() -> None:
    def steady(days: float) -> np.ndarray:
        return np.array([days / 365])

    assert discounted(steady, 365, 0.0)[0] == 1
    # the integral of 1.1 ** -t over a year
    assert discounted(steady, 365, 0.1)[0] == pytest.approx(
        (1 - 1 / 1.1) / np.log(1.1), rel=1e-4
    )


def simulated_values(
    parameters: np.ndarray, customers: int
) -> tuple[np.ndarray, np.ndarray]:
    p, q, gamma = parameters
    chance = np.random.default_rng(6)
    frequency = chance.integers(1, 9, customers)
    scale = chance.gamma(q, 1 / gamma, customers)
    return frequency, chance.gamma(p * frequency, 1 / scale) / frequency
