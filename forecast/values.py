"""What a purchase of each customer is worth.

Gamma-Gamma (Fader and Hardie 2013, 'The Gamma-Gamma model of monetary value'): the
purchases of a customer vary around a mean of their own (gamma, shape p), and those
means vary over customers (inverse gamma; q, gamma). The more purchases are known of a
customer, the more their own mean counts against everybody's. The model takes it that
how much a customer spends has nothing to do with how often: `correlation` tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import digamma, gammaln

from forecast.errors import FitError
from forecast.likelihood import Floats, Integers, maximise

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = "Gamma-Gamma"
PARAMETERS = ("p", "q", "gamma")
LEAST_REPEATERS = 30
DAYS_OF_YEAR = 365
STEPS_OF_YEAR = 12


@dataclass(frozen=True)
class Values:
    """The model with its parameters.

    Attributes:
        parameters: p, q, gamma (in money).
        standard_errors: of these; NaN where they are not known.
        log_likelihood: of the customers that it was fitted on.
        customers: how many they were.
    """

    parameters: Floats
    standard_errors: Floats
    log_likelihood: float
    customers: int

    @property
    def mean(self) -> float:
        """What a purchase of an unknown customer is worth."""
        p, q, gamma = self.parameters
        return float(p * gamma / (q - 1))

    def expected_value(self, frequency: Integers, average: Floats) -> Floats:
        """The value to expect of a customer's next purchase, shape (customers,).

        Equation 5 of Fader and Hardie (2013).

        Args:
            frequency: repeat purchases.
            average: their mean value; NaN where there are none, or none positive: such
                a customer is expected to spend what all do on average.
        """
        p, q, gamma = self.parameters
        known = (frequency > 0) & (average > 0)
        times = np.where(known, frequency, 0)
        total = times * np.where(known, average, 0.0)
        return np.asarray(p * (gamma + total) / (p * times + q - 1))


def fit_values(frequency: Integers, average: Floats) -> Values:
    """The parameters that make what customers spent most likely.

    Args:
        frequency: repeat purchases, shape (customers,).
        average: their mean value; NaN where there are none. Customers without repeat
            purchases, or of whom none has a value, are left out.

    Raises:
        FitError: the model does not suit these customers.
    """
    known = (frequency > 0) & (average > 0)
    if known.sum() < LEAST_REPEATERS:
        raise FitError(
            f"{known.sum()} customers bought again: too few to learn what purchases "
            f"are worth, {LEAST_REPEATERS} are needed."
        )
    # money in units of what is usual, so that no currency is out of bounds
    usual = float(np.median(average[known]))
    spent = spending(frequency[known], average[known] / usual)

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        return log_likelihood(parameters, spent)

    starts = [np.array(start) for start in ((2, 2, 1), (6, 4, 0.5), (1, 10, 5))]
    found = maximise(likelihood, starts, int(known.sum()), MODEL)
    if found.parameters[1] <= 1:
        raise FitError(
            f"{MODEL} does not suit these customers: a few spend so much that the mean "
            "of all is infinite."
        )
    units = np.array([1, 1, usual])
    return Values(
        parameters=found.parameters * units,
        standard_errors=found.standard_errors * units,
        log_likelihood=found.log_likelihood - int(known.sum()) * float(np.log(usual)),
        customers=int(known.sum()),
    )


@dataclass(frozen=True)
class Spending:
    """What customers spent on repeat purchases; arrays of shape (customers,).

    Attributes:
        log_average: logarithm of the mean value of their purchases.
        total: their number times this mean.
        log_total: logarithm of that.
        times: the different numbers of purchases, in order.
        place: the place in them of each customer's number.
    """

    log_average: Floats
    total: Floats
    log_total: Floats
    times: Floats
    place: Integers


def spending(frequency: Integers, average: Floats) -> Spending:
    """Of customers with repeat purchases, above 0, and a mean value above 0."""
    times, place = np.unique(frequency, return_inverse=True)
    total = frequency * average
    return Spending(np.log(average), total, np.log(total), times.astype(float), place)


def log_likelihood(parameters: Floats, known: Spending) -> tuple[float, Floats]:
    """Log-likelihood and its derivatives by p, q and gamma.

    Equation 1a of Fader and Hardie (2013).

    Args:
        parameters: p, q, gamma.
        known: the customers.
    """
    p, q, gamma = parameters
    # what depends on the number of purchases alone is computed once for each
    times, place = known.times, known.place
    customers = np.bincount(place).astype(float)
    log_all = np.log(gamma + known.total)
    of_logs = np.bincount(place, known.log_total - log_all)
    sum_of_logs = float(log_all.sum())
    inverse = np.bincount(place, 1 / (gamma + known.total))
    by_times = gammaln(p * times + q) - gammaln(p * times) - gammaln(q)
    value = (
        customers @ (by_times + q * np.log(gamma))
        + p * times @ of_logs
        - q * sum_of_logs
        - known.log_average.sum()
    )
    up, own = digamma(p * times + q), digamma(p * times)
    derivatives = (
        customers @ (times * (up - own)) + times @ of_logs,
        customers @ (up - digamma(q) + np.log(gamma)) - sum_of_logs,
        customers.sum() * q / gamma - (p * times + q) @ inverse,
    )
    return float(value), np.array(derivatives)


def correlation(frequency: Integers, average: Floats) -> float:
    """Pearson's correlation of repeat purchases and their mean value; NaN without."""
    known = (frequency > 0) & (average > 0)
    pair = frequency[known], average[known]
    if any(len(np.unique(part)) < 2 for part in pair):  # noqa: PLR2004 nothing varies
        return float("nan")
    return float(np.corrcoef(*pair)[0, 1])


def discounted(
    expected: Callable[[float], Floats], days: int, annual_rate: float
) -> Floats:
    """Purchases expected within so many days, each worth less the later it comes.

    The sum over equal steps, twelve in a year, of what is expected in each, discounted
    from the middle of the step; a rate of 0 changes nothing.

    Args:
        expected: gives the purchases to expect within some days, shape (customers,).
        days: how far to look.
        annual_rate: 0.1 means that a purchase in a year is worth 1 / 1.1 of one today.
    """
    if annual_rate == 0:
        return expected(days)
    steps = max(round(STEPS_OF_YEAR * days / DAYS_OF_YEAR), 1)
    before = worth = expected(0.0)
    for start, end in pairwise(np.linspace(0, days, steps + 1).tolist()):
        until = expected(end)
        years = (start + end) / 2 / DAYS_OF_YEAR
        worth = worth + (until - before) / (1 + annual_rate) ** years
        before = until
    return worth
