"""How long a build takes that goes on from the last one, beside one of everything.

    .venv/bin/python -m benchmarks.increments [--customers 250000] [--share 0.003]

On a server of its own: a synthetic shop without its last orders, visits, refunds and
signups is loaded and built; then the last ones are added, and it is built once in
increments and once whole, seeds and models, without tests. Times are wall clock of this
run: compare them with each other, not between machines.
"""

import csv
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import run
from sandbox.environment import led_to
from sandbox.server import Server

SHOWN = 15
WHOLE = "dbt build, wall clock"
# the column of each table that says from when on a record belongs to the addition
DAYS = {
    "customers": "signup_date",
    "orders": "order_date",
    "refunds": "refunded_at",
    "web_sessions": "session_date",
    "marketing_spend": "spend_date",
}


def main(
    customers: Annotated[int, typer.Option(help="4 orders each.")] = 250_000,
    share: Annotated[float, typer.Option(help="Of the orders, in the addition.")] = (
        0.003
    ),
) -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        shop, before, added = (Path(folder) / name for name in ("shop", "one", "two"))
        server = Server(Path(folder) / "server")
        server.up()
        try:
            environment = led_to(server.environment(), os.environ)
            options = ["--customers", str(customers), "--out", str(shop)]
            run(environment, "sandbox", "generate", *options)
            orders = _split(shop, before, added, share)
            run(environment, "loader", "load", str(before))
            _build(environment, Path(folder))
            begin = time.perf_counter()
            run(environment, "loader", "load", "--mode", "append", str(added))
            loading = time.perf_counter() - begin
            increment = _build(environment, Path(folder))
            whole = _build(environment, Path(folder), "--full-refresh")
        finally:
            server.delete()
    table = Table(title=f"{orders[0]:,} orders, and {orders[1]:,} added")
    for name in ("node", "increment", "whole"):
        table.add_column(name, justify="left" if name == "node" else "right")
    table.add_row("loader load --mode append", f"{loading:.2f}", "")
    for name in sorted(increment, key=increment.__getitem__, reverse=True)[:SHOWN]:
        table.add_row(name, f"{increment[name]:.2f}", f"{whole[name]:.2f}")
    Console().print(table)


def _split(shop: Path, before: Path, added: Path, share: float) -> tuple[int, int]:
    """Write a shop's files without its last records, and those; count the orders."""
    before.mkdir()
    added.mkdir()
    days = sorted(day for day, _ in _records(shop / "orders.csv", "order_date"))
    first_day = days[int(len(days) * (1 - share))]
    late_orders: set[str] = set()
    for table, column in {**DAYS, "order_items": "", "products": ""}.items():
        path = shop / f"{table}.csv"
        with (
            (before / path.name).open("w", encoding="utf-8", newline="") as early_file,
            (added / path.name).open("w", encoding="utf-8", newline="") as late_file,
        ):
            early, late = csv.writer(early_file), csv.writer(late_file)
            for number, (day, record) in enumerate(_records(path, column)):
                if number == 0:
                    header = _header(path)
                    early.writerow(header)
                    late.writerow(header)
                is_late = day >= first_day if column else record[0] in late_orders
                if is_late and table == "orders":
                    late_orders.add(record[0])
                (late if is_late else early).writerow(record)
    return len(days) - len(late_orders), len(late_orders)


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _records(path: Path, column: str) -> list[tuple[str, list[str]]]:
    """Give a file's records, each with its day, which is empty without a column."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        place = header.index(column) if column else None
        return [
            ("" if place is None else record[place][:10], record) for record in reader
        ]


def _build(
    environment: dict[str, str], folder: Path, *options: str
) -> dict[str, float]:
    """Build seeds and models; give the seconds of the whole and of each node."""
    target = folder / "target"
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    places = ("--target-path", str(target), "--log-path", str(target))
    begin = time.perf_counter()
    run(environment, "dbt", "--quiet", "build", *kinds, *places, *options)
    seconds = {WHOLE: time.perf_counter() - begin}
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    for result in results:
        seconds[result["unique_id"].split(".")[2]] = result["execution_time"]
    return seconds


if __name__ == "__main__":
    typer.run(main)
