"""The command `forecast`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from forecast import fitting
from forecast.database import Build, Warehouse, open_warehouse
from forecast.errors import DataRefusedError, ForecastError
from forecast.report import print_report
from forecast.schemas import prefix_of_target
from forecast.steps import steps

INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="What customers will be worth and who is slipping away, proved on past time.",
)
# output that goes to a file or a pipe is not folded to the width of a terminal
out = Console(emoji=False, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, emoji=False)

PrefixOption = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="What the schemas' names begin with, such as dev_ana_.",
        show_default="as DBT_TARGET says",
    ),
]
RateOption = Annotated[
    float,
    typer.Option(min=0, max=10, help="Of future revenue, a year: 0.1 for 10 %."),
]


@app.command()
def fit(discount_rate: RateOption = 0.0, schema_prefix: PrefixOption = None) -> None:
    """Fit the models, test them on time held out, and forecast each customer."""
    _run(
        schema_prefix,
        lambda warehouse, build, on_step: fitting.fit(
            warehouse, build, discount_rate, on_step
        ),
    )


@app.command()
def score(
    discount_rate: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=10,
            help="Of future revenue, a year: 0.1 for 10 %.",
            show_default="that of the fit",
        ),
    ] = None,
    schema_prefix: PrefixOption = None,
) -> None:
    """Forecast the customers of this build with the parameters of the last fit."""
    _run(
        schema_prefix,
        lambda warehouse, build, on_step: fitting.score(
            warehouse, build, discount_rate, on_step
        ),
    )


@app.command()
def report(schema_prefix: PrefixOption = None) -> None:
    """Print parameters, errors on time held out, and what is shown and why."""
    with messages(), _warehouse(schema_prefix) as warehouse:
        build = warehouse.build()
        print_report(
            out,
            build,
            warehouse.stored("accuracy", build.source),
            warehouse.stored("parameters", build.source),
        )


@contextmanager
def _warehouse(prefix: str | None) -> Iterator[Warehouse]:
    """The warehouse in the schemas with a prefix, or in those of dbt's target."""
    if prefix is None:
        prefix = prefix_of_target(os.environ)
    with open_warehouse(prefix) as warehouse:
        yield warehouse


def _run(
    prefix: str | None,
    make: Callable[[Warehouse, Build, Callable[[str], None]], fitting.Forecast],
) -> None:
    """Make a forecast, write it, and say what came of it."""
    with messages(), _warehouse(prefix) as warehouse, steps(err) as on_step:
        build = warehouse.build()
        made = make(warehouse, build, on_step)
        on_step("Writing forecasts")
        warehouse.write(
            build,
            {
                "customer_forecasts": made.customers,
                "accuracy": made.accuracy,
                "parameters": made.parameters,
            },
        )
        if made.refusal:
            raise DataRefusedError(f"{made.refusal} This is recorded for the marts.")
        verdicts = made.accuracy[made.accuracy["model"].isin(fitting.JUDGED)]
        verdicts = verdicts[verdicts["decile"] == 0]
        out.print(
            f"{len(made.customers):,} customers of {build.source} are forecast as of "
            f"{build.as_of_date}.",
            highlight=False,
        )
        for model, verdict in zip(verdicts["model"], verdicts["verdict"], strict=True):
            out.print(
                f"{model}: {verdict}", markup=False, highlight=False, soft_wrap=True
            )
        out.print(
            "The marts show it once they are built again: make forecast builds them, "
            "or make build.",
            highlight=False,
        )


@contextmanager
def messages() -> Iterator[None]:
    """Turn the forecast's errors into a message and an exit code."""
    try:
        yield
    except ForecastError as error:
        err.print(
            str(error), style="red", markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        err.print("Interrupted: nothing was changed.", style="red")
        raise typer.Exit(INTERRUPTED) from error
