r"""A Shopify-shaped export from its files to the marts: how long, and is it right?

    .venv/bin/python -m benchmarks.shopify [--customers 25000]

A synthetic shop of about four orders per customer is written as Shopify's admin exports
it, loaded by `--source shopify`, and built and tested by dbt, on a server of its own.
The marts' headline figures stand beside those that plain Python adds up from the same
files. The exit code is 1 if any differs.
"""

import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import connect, run
from benchmarks.shopify_export import write_export
from benchmarks.shopify_figures import Figures, figures_of
from sandbox.environment import led_to
from sandbox.server import Server

FIGURES = """
    select
        (select count(*) from marts.orders),
        (select coalesce(sum(revenue), 0) from marts.orders),
        (select coalesce(sum(net_revenue), 0) from marts.orders),
        (select count(*) from marts.customers where orders > 0),
        (select count(*) from marts.customers where orders > 1),
        (select count(*) from marts.order_items),
        (select coalesce(sum(quantity), 0) from marts.order_items),
        (select coalesce(cast(max(order_date) as text), '') from marts.orders)
"""


def main(
    customers: Annotated[int, typer.Option(help="About 4 orders each.")] = 25_000,
) -> None:
    """Measure, compare, and print two tables."""
    console = Console()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Server(folder / "server")
        server.up()
        try:
            environment = led_to(server.environment(), os.environ)
            seconds, expected = _through(environment, folder, customers)
            connection = connect(environment)
            found = figures_of_marts(connection)
            connection.close()
        finally:
            server.delete()
    steps = Table(title=f"{customers:,} customers", title_justify="left")
    steps.add_column("step")
    steps.add_column("seconds", justify="right")
    for step, taken in seconds.items():
        steps.add_row(step, f"{taken:.1f}")
    console.print(steps)
    compared = Table(title="the marts and the files", title_justify="left")
    for title in ("figure", "files", "marts", "differs"):
        compared.add_column(title, justify="left" if title == "figure" else "right")
    for figure, value in asdict(expected).items():
        held = asdict(found)[figure]
        mark = "" if held == value else "yes"
        compared.add_row(figure, _shown(value), _shown(held), mark)
    console.print(compared)
    if found != expected:
        raise typer.Exit(1)


def figures_of_marts(connection: Connection) -> Figures:
    """The marts' headline figures."""
    with connection.cursor() as cursor:
        cursor.execute(FIGURES)
        return Figures(*cursor.fetchall()[0])


def _through(
    environment: dict[str, str], folder: Path, customers: int
) -> tuple[dict[str, float], Figures]:
    """Write, load and build; the seconds of each, and what the files say."""
    shop, exports = folder / "shop", folder / "exports"
    seconds = {}
    begin = time.perf_counter()

    def lap(step: str) -> None:
        nonlocal begin
        seconds[step] = time.perf_counter() - begin
        begin = time.perf_counter()

    run(
        *(environment, "sandbox", "generate"),
        *("--customers", str(customers), "--out", str(shop)),
    )
    files = write_export(shop, exports)
    lap("write the export")
    expected = figures_of(exports / "customers_export.csv", files)
    lap("add it up in Python")
    mapping = str(exports / "mapping.yml")
    run(environment, "loader", "load", str(exports), "--mapping", mapping)
    lap("loader load")
    build = ("build", "--vars", "source: shopify", "--target-path", f"{folder}/target")
    run(environment, "dbt", "--quiet", *build, "--log-path", f"{folder}/logs")
    lap("dbt build with tests")
    return seconds, expected


def _shown(value: object) -> str:
    return value if isinstance(value, str) else f"{value:,}"


if __name__ == "__main__":
    typer.run(main)
