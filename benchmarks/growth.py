"""How the time of a full build grows with the shop, and which nodes take most of it.

    .venv/bin/python -m benchmarks.growth [--customers 25000] [--times 10]

Writes, loads and builds two synthetic shops with all tests, on a server of its own; one
is `times` as large as the other. Times are wall clock of this run: compare the growth,
not the seconds, between machines. A node that grows far more does not scale.
"""

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

SHOWN = 10
WHOLE = "dbt build, wall clock"


def main(
    customers: Annotated[int, typer.Option(help="4 orders each.")] = 25_000,
    times: Annotated[int, typer.Option(help="How much larger the other is.")] = 10,
) -> None:
    """Measure, and print a table."""
    sizes = (customers, customers * times)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "server")
        server.up()
        try:
            environment = led_to(server.environment(), os.environ)
            small, large = (_build(environment, Path(folder), each) for each in sizes)
        finally:
            server.delete()
    table = Table(title=f"Builds of {sizes[0]:,} and {sizes[1]:,} customers")
    for name in ("node", "seconds", "seconds", "growth"):
        table.add_column(name, justify="left" if name == "node" else "right")
    # the whole takes longest of all
    for name in sorted(large, key=large.__getitem__, reverse=True)[: SHOWN + 1]:
        growth = large[name] / small[name]
        table.add_row(name, f"{small[name]:.2f}", f"{large[name]:.2f}", f"{growth:.1f}")
    Console().print(table)


def _build(
    environment: dict[str, str], folder: Path, customers: int
) -> dict[str, float]:
    """Build a shop of some size; give the seconds of the whole and of each node."""
    shop, target = folder / f"shop_{customers}", folder / f"target_{customers}"
    run(
        *(environment, "sandbox", "generate", "--customers", str(customers)),
        *("--out", str(shop)),
    )
    run(environment, "loader", "load", str(shop))
    options = ["--quiet", "build", "--target-path", str(target)]
    begin = time.perf_counter()
    run(environment, "dbt", *options, "--log-path", str(target))
    seconds = {WHOLE: time.perf_counter() - begin}
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    for result in results:
        kind, _, name, *_ = result["unique_id"].split(".")
        if kind in ("model", "test"):
            seconds[name] = result["execution_time"]
    return seconds


if __name__ == "__main__":
    typer.run(main)
