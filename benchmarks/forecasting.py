"""How long a forecast of many customers takes, and what it needs.

    .venv/bin/python -m benchmarks.forecasting [--customers 1000000]

On a server of its own: customers are simulated, put where dbt would have put them, and
`forecast fit` reads, fits, judges, forecasts and writes them; `forecast score` does
without fitting purchases. Times are wall clock, memory is that of the program and not
of the server.
"""

import os
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Annotated

import numpy as np
import psycopg2
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import run
from benchmarks.simulated_customers import fill, simulate
from sandbox.environment import led_to
from sandbox.server import Server

# r, alpha (days), a, b: half of the customers come back, as in many shops
TRUTH = (0.6, 45.0, 0.9, 2.5)


def main(
    customers: Annotated[int, typer.Option(help="How many.")] = 1_000_000,
    days: Annotated[int, typer.Option(help="Of history.")] = 1_095,
) -> None:
    """Measure, and print a table."""
    console = Console()
    chance = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "server")
        server.up()
        try:
            environment = led_to(server.environment(), os.environ)
            purchases = simulate("MBG/NBD", TRUTH, customers, days, chance)
            with closing(
                psycopg2.connect(
                    host=environment["PGHOST"],
                    port=environment["PGPORT"],
                    user=environment["PGUSER"],
                    password=environment["PGPASSWORD"],
                    dbname=environment["PGDATABASE"],
                )
            ) as connection:
                fill(connection, purchases, chance, history_days=days)
            title = f"{customers:,} customers, {len(purchases):,} purchases"
            del purchases
            table = Table(title=title, title_justify="left")
            for name in ("command", "seconds", "megabytes"):
                table.add_column(name, justify="left" if name == "command" else "right")
            for command in ("fit", "score"):
                taken = run(environment, "forecast", command)
                table.add_row(
                    f"forecast {command}",
                    f"{taken.seconds:.1f}",
                    f"{taken.megabytes:,.0f}",
                )
        finally:
            server.delete()
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
