"""Our fit of CDNOW's customers beside that of pymc-marketing.

    python -m venv rival && rival/bin/pip install pymc-marketing
    .venv/bin/python -m benchmarks.forecast_beside_pymc CDNOW_sample.txt \
        --rival rival/bin/python

Both fit BG/NBD on the first 39 weeks and forecast the next 39. pymc-marketing's fit is
the maximum of the posterior with its default priors, and its seconds include compiling;
ours is the maximum of the likelihood, with standard errors. Sizes are those of numpy
and scipy, and of all that pymc-marketing brings with it.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.cdnow import CALIBRATION_END, HOLDOUT_DAYS, read, summarise
from forecast.purchases import PARAMETERS, fit_purchases

WEEK = 7
# what our models of purchases import
OURS = ("numpy", "scipy", "threadpoolctl")


def main(
    path: Annotated[Path, typer.Argument(help="The sample of CDNOW.")],
    rival: Annotated[Path, typer.Option(help="A Python that has pymc-marketing.")],
) -> None:
    """Measure, and print a table."""
    customers = summarise(read(path), CALIBRATION_END, HOLDOUT_DAYS)
    frequency, recency, age = (
        customers[name].to_numpy() for name in ("frequency", "recency", "age")
    )
    actual = customers["after"].to_numpy(dtype=float)

    begin = time.perf_counter()
    fitted = fit_purchases("BG/NBD", frequency, recency, age)
    seconds = time.perf_counter() - begin
    r, alpha, a, b = fitted.parameters
    expected = fitted.expected_purchases(HOLDOUT_DAYS, frequency, recency, age)

    found = _rival(rival, customers)
    title = f"{len(customers):,} customers, {actual.sum():,.0f} purchases to forecast"
    table = Table(title=title, title_justify="left")
    for name in ("", "ours", "pymc-marketing"):
        table.add_column(name, justify="right" if name else "left")
    pairs = zip(PARAMETERS, (r, alpha / WEEK, a, b), found["parameters"], strict=True)
    for name, ours, theirs in pairs:
        unit = " (weeks)" if name == "alpha" else ""
        table.add_row(name + unit, f"{ours:.3f}", f"{theirs:.3f}")
    forecasts = expected, np.array(found["expected"])
    for name, measure in (
        ("forecast", lambda said: f"{said.sum():,.0f}"),
        ("mean squared error", lambda said: f"{np.mean((said - actual) ** 2):.3f}"),
        ("mean absolute error", lambda said: f"{np.mean(abs(said - actual)):.3f}"),
    ):
        table.add_row(name, *map(measure, forecasts))
    table.add_row("seconds of the fit", f"{seconds:.2f}", f"{found['seconds']:.1f}")
    sizes = _megabytes(Path(sys.executable), OURS), _megabytes(rival, ("",))
    table.add_row("megabytes installed for it", *(f"{size:,.0f}" for size in sizes))
    Console().print(table)


def _rival(python: Path, customers: pd.DataFrame) -> dict[str, list[float]]:
    """What pymc_map.py finds."""
    data = pd.DataFrame(
        {
            "customer_id": customers.index,
            "frequency": customers["frequency"].to_numpy(),
            "recency": customers["recency"].to_numpy() / WEEK,
            "T": customers["age"].to_numpy() / WEEK,
        }
    )
    program = Path(__file__).with_name("pymc_map.py")
    with tempfile.TemporaryDirectory() as folder:
        summary, answer = Path(folder) / "customers.csv", Path(folder) / "found.json"
        data.to_csv(summary, index=False)
        command = [*map(str, (python, program, summary, HOLDOUT_DAYS, answer))]
        # its bar of progress would stand in the middle of the table
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found: dict[str, list[float]] = json.loads(answer.read_text("utf-8"))
    return found


def _megabytes(python: Path, packages: tuple[str, ...]) -> float:
    """The files of packages, by the beginnings of their names, beside a Python."""
    files = (
        path
        for package in packages
        for folder in python.parent.parent.glob(f"lib/*/site-packages/{package}*")
        for path in (folder, *folder.rglob("*"))
    )
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


if __name__ == "__main__":
    typer.run(main)
