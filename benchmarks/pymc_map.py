"""Fit BG/NBD with pymc-marketing, which lives in an environment of its own.

    python pymc_map.py CUSTOMERS.csv DAYS FOUND.json

Reads customer_id, frequency, recency and T in weeks; writes parameters, what is
expected of each customer in so many days, and the seconds of the fit.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd
from pymc_marketing.clv import BetaGeoModel

DAYS_OF_WEEK = 7


def main(customers: Path, days: int, answer: Path) -> None:
    """Fit, and write what is found."""
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
    answer.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
