"""How often customers will buy, and whether they are still customers.

Two models of the same family. A customer buys at random at a rate of their own, gamma
distributed over customers (r, alpha); after a purchase they leave for good with a
probability of their own, beta distributed (a, b).

- BG/NBD (Fader, Hardie and Lee 2005, Marketing Science 24:275): nobody leaves before
  the first repeat purchase, so that whoever bought once is 'alive' with certainty.
- MBG/NBD (Batislam, Denizel and Filiztekin 2007, Intl. Journal of Research in Marketing
  24:201; Hoppe and Wagner 2007, Marketing - Journal of Research and Management 3:75):
  customers may leave after their first purchase as well.

They differ in the number of times that a customer could have left, and in nothing else:
the repeat purchases, or one more. Time is in days, here and in alpha.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import digamma, expit, gammaln

from forecast.likelihood import Floats, Integers, Maximum, maximise

if TYPE_CHECKING:
    import numpy.typing as npt

Model = Literal["BG/NBD", "MBG/NBD"]
MODELS: tuple[Model, ...] = ("MBG/NBD", "BG/NBD")
PARAMETERS = ("r", "alpha", "a", "b")

# half of the range of the quadrature, its points on one side, and weights to leave out
REACH = 7.5
POINTS = 240
NEGLIGIBLE = 1e-20
# a probability of leaving that can be divided by
SMALLEST = 1e-300


@dataclass(frozen=True)
class Purchases:
    """A model with its parameters.

    Attributes:
        model: which of the two.
        parameters: r, alpha (days), a, b.
        standard_errors: of these; NaN where they are not known.
        log_likelihood: of the customers that it was fitted on, time in days.
        customers: how many they were.
        repeat_purchases: what they bought after their first purchases.
    """

    model: Model
    parameters: Floats
    standard_errors: Floats
    log_likelihood: float
    customers: int
    repeat_purchases: int

    def log_likelihood_in(self, days: int) -> float:
        """The log-likelihood had time been measured in units of so many days."""
        return self.log_likelihood + self.repeat_purchases * float(np.log(days))

    def probability_alive(
        self, frequency: Integers, recency: Integers, age: Integers
    ) -> Floats:
        """The probability that customers have not left, shape (customers,).

        Args:
            frequency: repeat purchases.
            recency: days from the first purchase to the last one.
            age: days from the first purchase to now.
        """
        alpha = self.parameters[1]
        times, recent, aged = _floats(frequency, recency, age)
        stayed, left = _two_ways(
            self.parameters,
            _extra(self.model),
            times,
            np.log(alpha + recent),
            np.log(alpha + aged),
        )
        return np.asarray(expit(stayed - left))

    def expected_purchases(
        self, days: float, frequency: Integers, recency: Integers, age: Integers
    ) -> Floats:
        """The purchases to expect in the next days, shape (customers,).

        Those of whoever is still alive depend on frequency and age alone.
        """
        pairs, place = _unique(frequency, age)
        alive = np.empty(len(pairs[0]))
        for times in np.unique(pairs[0]):
            these = pairs[0] == times
            alive[these] = self._expected_of_alive(days, int(times), pairs[1][these])
        return alive[place] * self.probability_alive(frequency, recency, age)

    def expected_of_new(self, days: float) -> float:
        """The repeat purchases to expect of a new customer within so many days."""
        _, _, a, b = self.parameters
        alive = float(self._expected_of_alive(days, 0, np.zeros(1))[0])
        return alive * b / (a + b) if _extra(self.model) else alive

    def _expected_of_alive(self, days: float, times: int, age: Floats) -> Floats:
        """Of customers who have not left, after so many repeat purchases."""
        r, alpha, a, b = self.parameters
        stay = b + times + _extra(self.model)
        return expected_while_alive(days, r + times, alpha + age, a, stay)


def fit_purchases(
    model: Model,
    frequency: Integers,
    recency: Integers,
    age: Integers,
    near: Purchases | None = None,
) -> Purchases:
    """The parameters that make what customers did most likely.

    Args:
        model: which of the two.
        frequency: repeat purchases, shape (customers,).
        recency: days from the first purchase to the last one.
        age: days from the first purchase to now.
        near: a fit of customers like these, to begin from.

    Raises:
        FitError: the model does not suit these customers.
    """
    known = grouped(frequency, recency, age)
    extra, days = _extra(model), max(float(np.mean(age)), 1.0)

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        return log_likelihood(parameters, known, extra)

    starts = [np.array(near.parameters)] if near else []
    starts += [np.array([1, days, 1, 2]), np.array([0.3, days / 4, 0.5, 3])]
    found: Maximum = maximise(likelihood, starts, len(frequency), model)
    return Purchases(
        model=model,
        parameters=found.parameters,
        standard_errors=found.standard_errors,
        log_likelihood=found.log_likelihood,
        customers=len(frequency),
        repeat_purchases=int(frequency.sum()),
    )


@dataclass(frozen=True)
class Histories:
    """What customers did, each history once; arrays of shape (histories,).

    Attributes:
        frequency: repeat purchases.
        recency: days from the first purchase to the last one.
        age: days from the first purchase to now.
        counts: how many customers have this history.
        times: the different frequencies, in order.
        place: the place in them of each history's frequency.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    counts: Floats
    times: Floats
    place: Integers


def grouped(frequency: Integers, recency: Integers, age: Integers) -> Histories:
    """Customers who did the same as one history."""
    rows, customers = _unique(frequency, recency, age)
    times, place = np.unique(rows[0], return_inverse=True)
    counts = np.bincount(customers).astype(float)
    return Histories(rows[0], rows[1], rows[2], counts, times, place)


def log_likelihood(
    parameters: Floats, known: Histories, extra: int
) -> tuple[float, Floats]:
    """Log-likelihood and its derivatives by r, alpha, a and b.

    Equation 6 of Fader, Hardie and Lee (2005), without the constant of each customer's
    history; with one extra chance to leave, equation 8 of Batislam and others (2007).

    Args:
        parameters: r, alpha, a, b.
        known: the customers.
        extra: 1 where customers may leave after the first purchase, or else 0.
    """
    r, alpha, a, b = parameters
    # what depends on the frequency alone is computed once for each
    times, counts = known.times, known.counts
    customers = np.bincount(known.place, counts)
    chances = times + extra
    by_frequency = (
        gammaln(r + times)
        - gammaln(r)
        + r * np.log(alpha)
        + gammaln(a + b)
        - gammaln(a + b + chances)
        + gammaln(b + chances)
        - gammaln(b)
    )
    log_recent, log_aged = np.log(alpha + known.recency), np.log(alpha + known.age)
    stayed, left = _two_ways(parameters, extra, known.frequency, log_recent, log_aged)
    # the logarithm of the sum of both, from what the smaller adds to the larger
    larger, adds = np.maximum(stayed, left), np.exp(-np.abs(left - stayed))
    value = customers @ by_frequency + counts @ (larger + np.log(1 + adds))

    # of customers with such a history, those who left
    lost = counts * np.where(left > stayed, 1.0, adds) / (1 + adds)
    lost_by_frequency = np.bincount(known.place, lost)
    log_time = lost @ log_recent + (counts - lost) @ log_aged
    inverse_time = lost / (alpha + known.recency)
    inverse_time += (counts - lost) / (alpha + known.age)
    both = digamma(a + b) - digamma(a + b + chances)
    derivatives = (
        customers @ (digamma(r + times) - digamma(r) + np.log(alpha)) - log_time,
        customers.sum() * r / alpha - (r + known.frequency) @ inverse_time,
        customers @ both + lost.sum() / a,
        customers @ (both + digamma(b + chances) - digamma(b))
        - lost_by_frequency @ _inverse(b + chances - 1, chances > 0),
    )
    return float(value), np.array(derivatives)


def _two_ways(
    parameters: Floats,
    extra: int,
    frequency: Floats,
    log_recent: Floats,
    log_aged: Floats,
) -> tuple[Floats, Floats]:
    """Log weights of the two ways to such a history: still there, or left since.

    The logarithms are those of alpha + recency and of alpha + age.
    """
    r, _, a, b = parameters
    chances = frequency + extra
    stayed = -(r + frequency) * log_aged
    leave = np.log(a * _inverse(b + chances - 1, chances > 0) + (chances <= 0))
    left = leave - (r + frequency) * log_recent
    return stayed, np.where(chances > 0, left, -np.inf)


def expected_while_alive(
    days: float, rate: float, scales: Floats, a: float, b: float
) -> Floats:
    """Purchases in the next days of customers who are there now, shape (customers,).

    Purchases come at a rate that is gamma distributed (`rate`, `scales`, one for each
    customer); after each the customer leaves with probability p, beta distributed (`a`,
    `b`). With both known they are (1 - exp(-lambda p t)) / p; over lambda that is
    (1 - (1 + p t / scale) ** -rate) / p. Its mean over p has the closed form of
    equation 10 of Fader, Hardie and Lee (2005), a Gauss hypergeometric function, which
    cancels out for long histories and is undefined for a = 1. Here the mean is a sum
    over a grid of log odds of p that grows wider outwards (Takahasi and Mori 1974):
    nothing is subtracted, and 11 digits are right for all that a fit may give.
    """
    grid = np.linspace(-REACH, REACH, 2 * POINTS + 1)
    odds = np.log(a / b) + np.sqrt(1 / a + 1 / b) * np.sinh(grid)
    log_p, log_q = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
    log_weights = a * log_p + b * log_q
    weights = np.exp(log_weights - log_weights.max()) * np.cosh(grid)
    counts = weights > NEGLIGIBLE * weights.max()
    weights, p = weights[counts], np.maximum(np.exp(log_p[counts]), SMALLEST)
    weights /= weights.sum()
    purchases = -np.expm1(-rate * np.log1p(p * (days / scales[:, np.newaxis])))
    return np.asarray(purchases @ (weights / p))


def _extra(model: Model) -> int:
    """Chances to leave beside those after repeat purchases."""
    return 1 if model == "MBG/NBD" else 0


def _inverse(values: Floats, where: npt.NDArray[np.bool_]) -> Floats:
    return np.divide(1.0, values, out=np.zeros_like(values), where=where)


def _floats(*parts: Integers) -> tuple[Floats, ...]:
    return tuple(np.asarray(part, float) for part in parts)


def _unique(*parts: Integers) -> tuple[tuple[Floats, ...], Integers]:
    """The different rows of whole numbers, in order, and which of them each row is."""
    sizes = [int(part.max(initial=0)) + 1 for part in parts]
    packed = np.ravel_multi_index(parts, sizes)
    unique, place = np.unique(packed, return_inverse=True)
    return _floats(*np.unravel_index(unique, sizes)), place
