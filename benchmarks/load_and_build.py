r"""How long loading and building a shop take, as multiples of a bare `\copy`.

    .venv/bin/python -m benchmarks.load_and_build [--customers 250000] [--runs 3]

All in one run, on a server of its own: the synthetic shop is written, copied by psql
into identical typed tables (the floor, also with primary keys added), loaded by the
loader with everything on, and built and tested by dbt. Times are wall clock; of several
runs the median counts. Compare the ratios, not the seconds, between machines.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import run
from loader.contract import SQL_TYPES, Contract, read_contracts
from sandbox.binaries import find_binaries
from sandbox.environment import led_to
from sandbox.server import Server

PROGRAMS = Path(sys.executable).parent
PROJECT = Path(__file__).parent.parent


def main(
    customers: Annotated[int, typer.Option(help="4 orders each.")] = 250_000,
    runs: Annotated[int, typer.Option(help="How often loads are repeated.")] = 3,
) -> None:
    """Measure, and print a table."""
    console = Console()
    contracts = read_contracts("shop")
    with tempfile.TemporaryDirectory() as folder:
        home, shop = Path(folder) / "server", Path(folder) / "shop"
        server = Server(home)
        server.up()
        try:
            environment = led_to(server.environment(), os.environ)
            options = ["--customers", str(customers), "--out", str(shop)]
            times = {
                "sandbox generate": [
                    _timed(lambda: run(environment, "sandbox", "generate", *options))
                ]
            }
            measured: dict[str, Callable[[], object]] = {
                "psql \\copy": lambda: _copy(environment, shop, contracts, keys=False),
                "psql \\copy, then keys": lambda: _copy(
                    environment, shop, contracts, keys=True
                ),
                "loader load": lambda: run(
                    environment, "loader", "load", str(shop), "--force"
                ),
            }
            for _ in range(runs):
                for name, action in measured.items():
                    times.setdefault(name, []).append(_timed(action))
            build = ["--quiet", "build", "--target-path", f"{folder}/target"]
            build += ["--log-path", f"{folder}/logs"]
            times["dbt build with tests"] = [
                _timed(lambda: run(environment, "dbt", *build))
            ]
        finally:
            server.delete()
        rows = sum(_lines(path) - 1 for path in shop.glob("*.csv"))
        size = sum(path.stat().st_size for path in shop.glob("*.csv")) / 1e6
    _print(console, times, f"{customers:,} customers: {rows:,} rows, {size:,.0f} MB")


def _print(console: Console, times: dict[str, list[float]], title: str) -> None:
    floor = statistics.median(times["psql \\copy"])
    table = Table(title=title, title_justify="left")
    for name in ("step", "seconds", "per copy"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for name, found in times.items():
        seconds = statistics.median(found)
        table.add_row(name, f"{seconds:.1f}", f"{seconds / floor:.2f}")
    console.print(table)


def _timed(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(
            block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")
        )


def _copy(
    environment: dict[str, str],
    shop: Path,
    contracts: dict[str, Contract],
    *,
    keys: bool,
) -> None:
    """The floor: every file into a new typed table, one after another."""
    commands = ["drop schema if exists floor cascade", "create schema floor"]
    for name, contract in contracts.items():
        columns = ", ".join(
            f"{column} {SQL_TYPES[definition.type]}"
            for column, definition in contract.columns.items()
        )
        commands += [
            f"create table floor.{name} ({columns})",
            f"\\copy floor.{name} from '{shop / name}.csv' with (format csv, header)",
        ]
        if keys:
            commands.append(
                f"alter table floor.{name} add primary key ({', '.join(contract.key)})"
            )
    arguments = [part for command in commands for part in ("-c", command)]
    psql = find_binaries().folder / "psql"
    subprocess.run(
        [psql, "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", *arguments],
        check=True,
        env=environment,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    typer.run(main)
