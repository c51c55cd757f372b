"""What CDNOW's customers bought in the 39 weeks after those that models know.

    .venv/bin/python -m benchmarks.forecast_of_cdnow CDNOW_sample.txt

For each number of repeat purchases: what was bought per customer, and by how much each
way to forecast is off on average. Below, of all customers: the total, and the mean
absolute and mean squared error. The naive ways are those of the forecast's gate.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.cdnow import CALIBRATION_END, HOLDOUT_DAYS, read, summarise
from forecast.baselines import (
    NAIVE_LAST_PERIOD,
    NAIVE_RATE,
    naive_last_period,
    naive_rate,
)
from forecast.purchases import MODELS, Purchases, fit_purchases

if TYPE_CHECKING:
    from forecast.likelihood import Floats

SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "cdnow_sample"
MOST_REPEATS = 7


def main(
    path: Annotated[Path, typer.Argument(help="The sample of CDNOW.")] = SAMPLE
    / "CDNOW_sample.txt",
) -> None:
    """Measure, and print a table."""
    known = summarise(read(path), CALIBRATION_END, HOLDOUT_DAYS)
    customers = known.rename(columns={"recency": "recency_days", "age": "age_days"})
    models = [fit_purchases(name, *history(customers)) for name in MODELS]
    forecasts = forecasts_of(customers, models)
    actual = customers["after"].to_numpy(dtype=float)

    title = f"{len(actual):,} customers, {actual.sum():,.0f} purchases in 39 weeks"
    table = Table(title=title, title_justify="left")
    for name in ("repeat purchases", "customers", "bought", *forecasts):
        table.add_column(name, justify="right")
    for name, *numbers in by_repeats(customers, forecasts).itertuples():
        size, bought, *errors = numbers
        said = (f"{error:+.2f}" for error in errors)
        table.add_row(name, f"{size:,.0f}", f"{bought:.2f}", *said)
    table.add_section()
    for measure, each in of_everyone(customers, forecasts).iterrows():
        form = "{:+.1%}" if measure == "total error" else "{:.3f}"
        table.add_row(str(measure), "", "", *map(form.format, each))
    Console(width=120).print(table)


def forecasts_of(
    customers: pd.DataFrame, models: list[Purchases]
) -> dict[str, pd.Series]:
    """What models and naive ways say of each customer's next 39 weeks, by name.

    Args:
        customers: frequency, recency_days, age_days. The 39 weeks that are known make
            one period, so that all their purchases are those of the last period.
        models: fitted ones.
    """
    asked = customers.assign(
        purchases_last_period=customers["frequency"] + 1,
        # of no account here: only purchases are forecast
        value_last_period=0.0,
        total_value=0.0,
    )
    said: dict[str, Floats] = {
        model.model: model.expected_purchases(HOLDOUT_DAYS, *history(customers))
        for model in models
    }
    said[NAIVE_RATE] = naive_rate(asked, HOLDOUT_DAYS).orders
    said[NAIVE_LAST_PERIOD] = naive_last_period(asked).orders
    return {name: pd.Series(each, customers.index) for name, each in said.items()}


def by_repeats(
    customers: pd.DataFrame, forecasts: dict[str, pd.Series]
) -> pd.DataFrame:
    """Customers, mean purchases, and mean errors, by repeat purchases (0 to 7+)."""
    repeats = customers["frequency"].clip(upper=MOST_REPEATS)
    errors = pd.DataFrame(forecasts).sub(customers["after"], axis=0)
    means = errors.groupby(repeats).mean()
    means.insert(0, "customers", customers.groupby(repeats).size())
    means.insert(1, "bought", customers.groupby(repeats)["after"].mean())
    means.index = pd.Index(
        [
            f"{number}+" if number == MOST_REPEATS else str(number)
            for number in means.index
        ]
    )
    return means


def of_everyone(
    customers: pd.DataFrame, forecasts: dict[str, pd.Series]
) -> pd.DataFrame:
    """Errors of all customers, a row each: total, mean absolute and mean squared."""
    actual = customers["after"]
    errors = pd.DataFrame(forecasts).sub(actual, axis=0)
    return pd.DataFrame(
        {
            "total error": errors.sum() / actual.sum(),
            "mean absolute error": errors.abs().mean(),
            "mean squared error": (errors**2).mean(),
        }
    ).T


def history(customers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Repeat purchases, recency and age in days, as models take them."""
    frequency, recency, age = (
        customers[name].to_numpy() for name in ("frequency", "recency_days", "age_days")
    )
    return frequency, recency, age


if __name__ == "__main__":
    typer.run(main)
