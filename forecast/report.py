"""What `forecast report` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from forecast.fitting import JUDGED

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from forecast.database import Build


def print_report(
    console: Console, build: Build, accuracy: pd.DataFrame, parameters: pd.DataFrame
) -> None:
    """Print parameters, errors, calibration and verdicts.

    Args:
        console: where to.
        build: the data that are there now.
        accuracy: the stored rows of the source.
        parameters: the same.
    """
    if accuracy.empty:
        console.print(f"No forecast of {build.source} was made: run forecast fit.")
        return
    first = accuracy.iloc[0]
    console.print(
        f"Forecast of {build.source} as of {first['as_of_date']}, "
        f"fitted {first['fitted_at']:%Y-%m-%d %H:%M} (UTC)",
        highlight=False,
    )
    if first["fingerprint"] != build.fingerprint:
        console.print(
            "The data have changed since: run forecast fit, or forecast score.",
            highlight=False,
        )
    if len(parameters):
        _print(
            console,
            "Parameters",
            parameters[["model", "parameter", "value", "standard_error", "unit"]],
        )
    everyone = accuracy[(accuracy["decile"] == 0) & accuracy["customers"].notna()]
    numbers = ["predicted_orders", "actual_orders", "predicted_value", "actual_value"]
    columns = ["model", "customers", *numbers, "error"]
    if len(everyone):
        _print(console, "On time held out", everyone[columns])
    for model in JUDGED:
        rows = accuracy[(accuracy["model"] == model) & (accuracy["decile"] > 0)]
        if len(rows):
            title = f"Calibration of {model}, by decile of its predictions"
            _print(console, title, rows.sort_values("decile")[["decile", *columns[1:]]])
    console.print(
        "Orders are purchase days; for churn, customers without an order. The error is "
        "the mean squared one per customer; for churn, the Brier score.",
        highlight=False,
    )
    for model in JUDGED:
        verdicts = accuracy[(accuracy["model"] == model) & (accuracy["decile"] == 0)]
        for verdict in verdicts["verdict"]:
            console.print(
                f"{model}: {verdict}", markup=False, highlight=False, soft_wrap=True
            )


def _print(console: Console, title: str, rows: pd.DataFrame) -> None:
    table = Table(title=title, title_justify="left")
    for name in rows:
        is_text = rows[name].map(lambda value: isinstance(value, str)).any()
        table.add_column(
            str(name).replace("_", " "), justify="left" if is_text else "right"
        )
    for row in rows.itertuples(index=False):
        table.add_row(*map(_text, row))
    console.print(table)


def _text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 only NaN differs from itself
        return ""
    if not isinstance(value, int | float):
        return str(value)
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 1_000 else f"{value:.4g}"  # noqa: PLR2004
