"""Fit BG/NBD with pymc-marketing, which lives in an environment of its own.

    python pymc_map.py CUSTOMERS.csv DAYS

Reads customer_id, frequency, recency and T in weeks; prints parameters, what is expected
of each customer in so many days, and the seconds of the fit, as JSON.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd
from pymc_marketing.clv import BetaGeoModel

DAYS_OF_WEEK = 7


def main(customers: Path, days: int) -> None:
    """Fit and print."""
    data = pd.read_csv(customers)
    begin = time.perf_counter()
    model = BetaGeoModel(data=data)
    fitted = model.fit(method="map")
    seconds = time.perf_counter() - begin
    posterior = (fitted or model.idata).posterior
    expected = model.expected_purchases(data, future_t=days / DAYS_OF_WEEK)
    names = ("r", "alpha", "a", "b")
    found = {
        "parameters": [float(posterior[name].mean()) for name in names],
        "expected": expected.mean(("chain", "draw")).to_numpy().tolist(),
        "seconds": seconds,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
