"""What ten times as many orders cost: to load, build, bring up to date, ask and keep.

    .venv/bin/python -m benchmarks.scale [--orders 1000000 --orders 10000000]

Each synthetic shop, of 4 orders and 8 visits per customer, is loaded without its last
orders (0.3 %, about a day's) and what belongs to them, and built with all tests, on a
server of its own. Then the last ones are added, and it is built again with the tests of
the data, without those of the models: an increment. Before it the tables are vacuumed,
as the server itself does within a day. Then come the forecast, what a dashboard asks
(`dashboard_queries`), and the same questions in plain pandas (`in_pandas`). A million
orders need about 4 GB of disk. Times are wall clock of this run: compare the ratios
between machines, not the seconds. The slowest nodes follow, each with its growth.
"""

import csv
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.dashboard_queries import ask
from benchmarks.measuring import connect, measured, psql, run, settle
from sandbox.environment import led_to
from sandbox.server import Server

ORDERS_PER_CUSTOMER = 4
SHARE = 0.003
SHOWN = 25
QUERY_RUNS = 3
SLOW_MILLISECONDS = 100
WALL = "dbt build, wall clock"
# the column that says from when on a record belongs to the addition; lines belong to
# their orders, and products were always there
DAYS = {
    "orders": "order_date",
    "customers": "signup_date",
    "refunds": "refunded_at",
    "web_sessions": "session_date",
    "marketing_spend": "spend_date",
    "order_items": None,
    "products": None,
}


@dataclass
class Shop:
    """What was measured of a shop, in seconds where nothing else is said."""

    orders: int = 0
    added: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    whole: dict[str, float] = field(default_factory=dict)
    increment: dict[str, float] = field(default_factory=dict)


def main(
    orders: Annotated[
        list[int] | None, typer.Option(min=1000, help="Sizes of shops.")
    ] = None,
    home: Annotated[
        Path | None, typer.Option(help="Make files and servers below this folder.")
    ] = None,
) -> None:
    """Measure, and print a table of all sizes and one of the slowest nodes."""
    shops = []
    for size in orders or [1_000_000, 10_000_000]:
        with tempfile.TemporaryDirectory(dir=home) as folder:
            shops.append(_measure(Path(folder), size))
            # what is known already is not lost when a larger shop fails
            _print(shops)
    _print_nodes(shops)


def _measure(folder: Path, size: int) -> Shop:
    """Generate, load, build, add to, forecast and ask one shop."""
    shop, all_files = Shop(), folder / "shop"
    before, added = folder / "before", folder / "added"
    server = Server(folder / "server")
    server.up()
    try:
        environment = led_to(server.environment(), os.environ)
        customers = str(size // ORDERS_PER_CUSTOMER)
        _say(f"{size:,} orders: generating")
        run(
            environment,
            *("sandbox", "generate", "--customers", customers, "--out", str(all_files)),
        )
        shop.orders, shop.added = _split(all_files, before, added)
        _say("the same in pandas")
        command = [sys.executable, "-m", "benchmarks.in_pandas", str(all_files)]
        pandas = measured(environment, command)
        files = sum(path.stat().st_size for path in all_files.glob("*.csv"))
        shutil.rmtree(all_files)
        _say("loading")
        load = run(environment, "loader", "load", str(before))
        settle(environment)
        _say("building all")
        shop.whole = _build(environment, folder)
        psql(environment, "vacuum analyze")
        settle(environment)
        _say("adding a day")
        append = run(environment, "loader", "load", "--mode", "append", str(added))
        without_models = ["--exclude-resource-type", "unit_test"]
        shop.increment = _build(environment, folder, *without_models)
        settle(environment)
        _say("forecasting")
        forecast = run(environment, "forecast", "fit")
        value = ["--select", "path:models/marts/value+", "--exclude-resource-type"]
        _dbt(environment, folder, *value, "test", "unit_test")
        psql(environment, "vacuum analyze")
        _say("asking")
        answers, _ = ask(environment, QUERY_RUNS)
        milliseconds = sorted(answer.milliseconds for answer in answers)
        shop.figures = {
            "loader load": load.seconds,
            "dbt build, whole, with all tests": shop.whole[WALL],
            "loader load --mode append, 0.3 %": append.seconds,
            "dbt build, increment, with data tests": shop.increment[WALL],
            "increment ÷ whole": shop.increment[WALL] / shop.whole[WALL],
            "forecast fit": forecast.seconds,
            "dashboard queries, count": len(answers),
            f"of these, over {SLOW_MILLISECONDS} ms": sum(
                each > SLOW_MILLISECONDS for each in milliseconds
            ),
            "slowest dashboard query, ms": milliseconds[-1],
            "CSV files, MB": files / 1e6,
            "database, MB": _database_bytes(environment) / 1e6,
            "the same in pandas": pandas.seconds,
            "its memory, MB": pandas.megabytes,
        }
    finally:
        server.delete()
    return shop


def _dbt(environment: dict[str, str], folder: Path, *options: str) -> float:
    places = ["--target-path", f"{folder}/target", "--log-path", f"{folder}/target"]
    return run(environment, "dbt", "--quiet", "build", *options, *places).seconds


def _build(
    environment: dict[str, str], folder: Path, *options: str
) -> dict[str, float]:
    """Build and test all; give the seconds of the whole and of each node."""
    seconds = {WALL: _dbt(environment, folder, *options)}
    text = (folder / "target" / "run_results.json").read_text("utf-8")
    for result in json.loads(text)["results"]:
        kind, _, name, *_ = result["unique_id"].split(".")
        if kind in ("model", "test"):
            seconds[name] = result["execution_time"]
    return seconds


def _database_bytes(environment: dict[str, str]) -> int:
    with connect(environment) as connection, connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        [(size,)] = cursor.fetchall()
    return int(size)


def _split(shop: Path, before: Path, added: Path) -> tuple[int, int]:
    """Write a shop's files without its last records, and those; count the orders."""
    before.mkdir()
    added.mkdir()
    days = _days(shop / "orders.csv")
    first_day = sorted(days)[int(len(days) * (1 - SHARE))]
    late_orders: set[str] = set()
    for table, column in DAYS.items():
        name = f"{table}.csv"
        with (
            (shop / name).open(encoding="utf-8", newline="") as file,
            (before / name).open("w", encoding="utf-8", newline="") as early_file,
            (added / name).open("w", encoding="utf-8", newline="") as late_file,
        ):
            reader = csv.reader(file)
            early, late = csv.writer(early_file), csv.writer(late_file)
            header = next(reader)
            early.writerow(header)
            late.writerow(header)
            place = header.index(column) if column else None
            for record in reader:
                is_late = (
                    record[0] in late_orders
                    if place is None
                    else record[place][:10] >= first_day
                )
                if is_late and table == "orders":
                    late_orders.add(record[0])
                (late if is_late else early).writerow(record)
    return len(days) - len(late_orders), len(late_orders)


def _days(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        place = next(reader).index("order_date")
        return [record[place][:10] for record in reader]


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


def _print(shops: list[Shop]) -> None:
    table = Table(title="Seconds, but where another unit is named")
    table.add_column("")
    for shop in shops:
        table.add_column(f"{shop.orders:,} + {shop.added:,} orders", justify="right")
    table.add_column("ratio", justify="right")
    for name, first in shops[0].figures.items():
        values = [shop.figures[name] for shop in shops]
        ratio = f"{values[-1] / first:.1f}" if first else ""
        table.add_row(name, *(f"{value:,.2f}" for value in values), ratio)
    Console().print(table)


def _print_nodes(shops: list[Shop]) -> None:
    """Print the seconds of the slowest nodes, whole in each size, then increment."""
    last = shops[-1]
    table = Table(title="Slowest nodes, and their growth")
    for name in ("node", *(f"{shop.orders:,}" for shop in shops), "ratio", "increment"):
        table.add_column(name, justify="left" if name == "node" else "right")
    slowest = sorted(last.whole, key=last.whole.__getitem__, reverse=True)
    for name in slowest[:SHOWN]:
        values = [shop.whole[name] for shop in shops]
        growth = f"{values[-1] / values[0]:.1f}"
        increment = f"{last.increment[name]:.2f}"
        table.add_row(name, *(f"{value:.2f}" for value in values), growth, increment)
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
