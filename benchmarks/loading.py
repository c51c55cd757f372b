r"""How long the loader takes, as a multiple of a bare `\copy`, and how much memory.

    make bench
    .venv/bin/python -m benchmarks.loading [--rows 5000000] [--runs 5] [--rivals PYTHON]

All in one run, on a server of its own, with the sandbox's settings. The floor is psql's
`\copy` of the same two files, customers and orders, into typed and logged tables, and
then adding their primary keys. The loader does all it ever does: checksum, validation,
keys, orphans, history, exchange of the tables, ANALYZE. Files with bad records are
compared with the floor of clean ones, as `\copy` cannot read them. Then floor and
loader once more with a tenth of the orders, beside other ways to load them, if a Python
is named that has what benchmarks/requirements.txt locks.

Times are wall clock, the median of the runs, with the least and the most. Compare the
ratios, not the seconds, between machines.
"""

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import (
    PROJECT,
    Taken,
    in_turn,
    measured,
    median,
    psql,
    run,
    settle,
)
from benchmarks.orders import COLUMNS, write_additions, write_shop
from loader.contract import SQL_TYPES, read_contracts
from sandbox.environment import led_to
from sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

BAD_SHARE = 0.001
ADDED_SHARE = 0.01
FLOOR = "psql \\copy, then keys"
HEADERS = {"customers": ("customer_id", "signup_date"), "orders": COLUMNS}


def main(
    rows: Annotated[int, typer.Option(help="Orders; a fifth as many customers.")] = (
        5_000_000
    ),
    runs: Annotated[int, typer.Option(help="How often each is repeated.")] = 5,
    rivals: Annotated[
        Path | None, typer.Option(help="A Python that has the rivals.")
    ] = None,
) -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "server")
        server.up()
        try:
            environment = led_to(server.environment(), os.environ)
            measure(environment, Path(folder), rows, runs)
            if rivals:
                compare(environment, Path(folder), rows // 10, rivals)
        finally:
            server.delete()


def measure(environment: dict[str, str], folder: Path, rows: int, runs: int) -> None:
    """Write the files, measure on a server, and print."""
    clean, dirty, additions = (folder / n for n in ("clean", "dirty", "additions"))
    for shop in (clean, dirty, additions):
        shop.mkdir()
    write_shop(clean, rows)
    write_shop(dirty, rows, BAD_SHARE)
    write_additions(additions / "orders.csv", rows, ADDED_SHARE)
    actions: dict[str, Callable[[], Taken]] = {
        FLOOR: partial(floor, environment, clean),
        "the same, frozen in one transaction": partial(frozen, environment, clean),
        "loader, into an empty database": partial(first_load, environment, clean),
        "loader, the same files again": partial(load, environment, clean),
        "loader, replacing": partial(load, environment, clean, "--force"),
        "loader, 0.1 % bad records": partial(first_load, environment, dirty),
        "loader, adding 1 % new and 1 % changed": partial(
            append, environment, clean, additions
        ),
    }
    taken = in_turn(actions, runs, partial(settle, environment))
    size = (clean / "orders.csv").stat().st_size / 1e6
    print_table(taken, f"{rows:,} orders, {size:,.0f} MB", FLOOR)


def compare(environment: dict[str, str], folder: Path, rows: int, rivals: Path) -> None:
    """Measure other ways to load the orders, each once, and print."""
    shop = folder / "rivals"
    shop.mkdir()
    write_shop(shop, rows)
    quiet = {
        **environment,
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }
    orders = str(shop / "orders.csv")
    program = str(PROJECT / "benchmarks" / "rivals.py")
    actions: dict[str, Callable[[], Taken]] = {
        FLOOR: partial(floor, environment, shop),
        "loader, into an empty database": partial(first_load, environment, shop),
    }
    for way in ("copy_chunks", "dlt", "to_sql"):
        command = [str(rivals), program, way, orders]
        actions[f"{way}, orders only"] = partial(measured, quiet, command)
    taken = in_turn(actions, 1, partial(settle, environment))
    print_table(taken, f"{rows:,} orders", FLOOR)


def print_table(taken: dict[str, list[Taken]], title: str, floor: str) -> None:
    """Print what was taken, as multiples of the floor."""
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    for name in ("seconds", "least", "most", "per floor", "peak MB"):
        table.add_column(name, justify="right")
    least = median(taken[floor])
    for name, each in taken.items():
        seconds = [part.seconds for part in each]
        table.add_row(
            name,
            *(f"{n:.1f}" for n in (median(each), min(seconds), max(seconds))),
            f"{median(each) / least:.2f}",
            f"{max(part.megabytes for part in each):.0f}",
        )
    Console(width=100).print(table)


def floor(environment: dict[str, str], shop: Path) -> Taken:
    """Copy the files into tables, then add the primary keys."""
    psql(environment, *_empty_tables())
    return psql(environment, *_copies(shop, ""), *_keys())


def frozen(environment: dict[str, str], shop: Path) -> Taken:
    """The same in one transaction, in which rows can be frozen and need no log."""
    psql(environment, "drop schema if exists floor cascade", "create schema floor")
    commands = [*_empty_tables()[2:], *_copies(shop, ", freeze"), *_keys()]
    return psql(environment, "begin", *commands, "commit")


def _empty_tables() -> list[str]:
    contracts = read_contracts("shop")
    tables = [
        f"create table floor.{table} ("
        + ", ".join(f"{n} {SQL_TYPES[contracts[table].columns[n].type]}" for n in names)
        + ")"
        for table, names in HEADERS.items()
    ]
    return ["drop schema if exists floor cascade", "create schema floor", *tables]


def _copies(shop: Path, option: str) -> list[str]:
    return [
        f"\\copy floor.{table} from '{shop / table}.csv' (format csv, header{option})"
        for table in HEADERS
    ]


def _keys() -> list[str]:
    return [
        f"alter table floor.{table} add primary key ({names[0]})"
        for table, names in HEADERS.items()
    ]


def first_load(environment: dict[str, str], shop: Path) -> Taken:
    """Load into a database that has never held anything."""
    psql(environment, "drop schema if exists raw_shop cascade")
    settle(environment)
    return load(environment, shop)


def load(environment: dict[str, str], shop: Path, *options: str) -> Taken:
    """Load with everything on."""
    return run(environment, "loader", "load", str(shop), *options)


def append(environment: dict[str, str], shop: Path, additions: Path) -> Taken:
    """Add to what is there, which is loaded first."""
    load(environment, shop)
    settle(environment)
    return load(environment, additions, "--mode", "append")


if __name__ == "__main__":
    typer.run(main)
