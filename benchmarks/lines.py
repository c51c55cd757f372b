r"""Whether each rejected record of a large dirty file has its exact line and bytes.

    .venv/bin/python -m benchmarks.lines [--rows 5000000]

Writes orders of which 0.1 % are bad, of ten kinds, with quoted line feeds among the
good ones, loads them into a server of its own, and compares `rejected_rows` with the
list of what was done to the file: line, column, reason and bytes.
"""

import os
import tempfile
from pathlib import Path
from typing import Annotated

import psycopg2
import typer

from benchmarks.measuring import run
from benchmarks.orders import BadRecord, write_shop
from sandbox.environment import led_to
from sandbox.server import Server

SHOWN = 5
REJECTED = """
    select line_number, column_name, reason, raw_record from raw_shop.rejected_rows
    where table_name = 'orders' and file_name = 'orders.csv'
"""
LOADED = "select count(*) from raw_shop.orders"


def main(
    rows: Annotated[int, typer.Option(help="Records, good and bad.")] = 5_000_000,
    bad_share: Annotated[float, typer.Option(help="How many are bad.")] = 0.001,
) -> None:
    """Write, load and compare; exit code 1 unless all are exact."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        shop.mkdir()
        wanted = set(write_shop(shop, rows, bad_share))
        server = Server(Path(folder) / "server")
        server.up()
        try:
            environment = led_to(server.environment(), os.environ)
            run(environment, "loader", "load", str(shop))
            found, loaded = _rejected(environment)
        finally:
            server.delete()
    exact = found & wanted
    print(  # noqa: T201 it is the result
        f"{rows:,} records: {loaded:,} loaded, {len(found):,} rejected, "
        f"{len(exact):,} exact, {rows - loaded - len(found):,} lost"
    )
    for what, records in (("missed", wanted - found), ("wrong", found - wanted)):
        for record in sorted(records, key=lambda each: each.line)[:SHOWN]:
            print(what, record)  # noqa: T201 it is the result
    if found != wanted or loaded + len(found) != rows:
        raise typer.Exit(1)


def _rejected(environment: dict[str, str]) -> tuple[set[BadRecord], int]:
    """What was rejected, and how many orders were loaded."""
    connection = psycopg2.connect(
        host=environment["PGHOST"],
        port=environment["PGPORT"],
        user=environment["PGUSER"],
        password=environment["PGPASSWORD"],
        dbname=environment["PGDATABASE"],
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(REJECTED)
            found = {
                BadRecord(line, column, reason, bytes(raw))
                for line, column, reason, raw in cursor
            }
            cursor.execute(LOADED)
            return found, cursor.fetchall()[0][0]
    finally:
        connection.close()


if __name__ == "__main__":
    typer.run(main)
