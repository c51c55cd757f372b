"""Maximum likelihood over positive parameters, with standard errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from forecast.errors import FitError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
# log-likelihood of all customers, and its derivatives by the parameters
Likelihood = Callable[[Floats], tuple[float, Floats]]

# logarithms of parameters stay between these: beyond, one of them explains nothing
LEAST, MOST = -5.5, 14.0
# per customer, by the logarithms of the parameters
LARGEST_GRADIENT = 1e-4
STEP = 1e-4


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is highest.

    Attributes:
        parameters: shape (parameters,).
        standard_errors: by the curvature there, in logarithms of the parameters, and
            from there by the delta method.
        log_likelihood: of all customers together.
    """

    parameters: Floats
    standard_errors: Floats
    log_likelihood: float


def maximise(
    likelihood: Likelihood, starts: Sequence[Floats], customers: int, what: str
) -> Maximum:
    """The highest likelihood that is reached from the best of the starts.

    Args:
        likelihood: gives the log-likelihood and its derivatives, shape (parameters,).
        starts: parameters to begin from.
        customers: how many the likelihood is of.
        what: the model, for messages.

    Raises:
        FitError: there is no maximum inside of the bounds.
    """

    def descent(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, derivatives = likelihood(parameters)
        return -value / customers, -derivatives * parameters / customers

    # threads would wait for each other for longer than they work
    with threadpool_limits(1):
        best = min(np.log(starts), key=lambda start: descent(start)[0])
        found = minimize(
            descent,
            best,
            jac=True,
            method="L-BFGS-B",
            bounds=[(LEAST, MOST)] * len(best),
            options={"ftol": 1e-12, "gtol": 1e-7, "maxiter": 1000},
        )
        logs = np.asarray(found.x, float)
        curvature = _curvature(descent, logs) * customers
    if (
        not np.isfinite(found.fun)
        or logs.min() < LEAST + STEP
        or logs.max() > MOST - STEP
    ):
        raise FitError(
            f"{what} does not suit these customers: a parameter runs away "
            f"({', '.join(f'{value:.3g}' for value in np.exp(logs))})."
        )
    if np.abs(found.jac).max() > LARGEST_GRADIENT:
        raise FitError(
            f"{what} does not suit these customers: the search for its parameters "
            f"ended with '{found.message}'."
        )
    if np.linalg.eigvalsh(curvature).min() <= 0:
        raise FitError(
            f"{what} does not suit these customers: its parameters cannot be told "
            "apart."
        )
    parameters = np.exp(logs)
    return Maximum(
        parameters=parameters,
        standard_errors=parameters * np.sqrt(np.diag(np.linalg.inv(curvature))),
        log_likelihood=-float(found.fun) * customers,
    )


def _curvature(descent: Likelihood, logs: Floats) -> Floats:
    """Second derivatives, from differences of the first ones."""
    rows = [
        (descent(logs + step)[1] - descent(logs - step)[1]) / (2 * STEP)
        for step in STEP * np.eye(len(logs))
    ]
    return (np.array(rows) + np.array(rows).T) / 2
