"""Other ways from a CSV file into PostgreSQL, to be measured beside the loader.

    python benchmarks/rivals.py to_sql|copy_chunks|dlt orders.csv

Runs in an environment of its own, which `benchmarks/requirements.txt` locks, and
connects to the server that the libpq variables name. None of them rejects a record,
finds repeated keys, or exchanges tables without readers noticing. Each imports only
what it needs, as it would alone.
"""

import csv
import io
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

CHUNK_ROWS = 50_000
INSERT_ROWS = 1_000
TYPES = {"order_date": "timestamp", "revenue": "numeric", "is_first_order": "boolean"}


def to_sql(path: Path) -> None:
    """The documented way of pandas, several rows in an INSERT."""
    import sqlalchemy  # noqa: PLC0415

    engine = sqlalchemy.create_engine("postgresql+psycopg2://")
    for number, chunk in enumerate(_chunks(path)):
        how = "append" if number else "replace"
        chunk.to_sql(
            "rival",
            engine,
            if_exists=how,
            index=False,
            method="multi",
            chunksize=INSERT_ROWS,
        )


def copy_chunks(path: Path) -> None:
    """Chunks of pandas, written as CSV again, for COPY."""
    import psycopg2  # noqa: PLC0415

    with closing(psycopg2.connect("")) as connection, connection:
        cursor = connection.cursor()
        cursor.execute("drop table if exists rival")
        for number, chunk in enumerate(_chunks(path)):
            if not number:
                columns = ", ".join(f"{n} {TYPES.get(n, 'text')}" for n in chunk)
                cursor.execute(f"create table rival ({columns})")
            buffer = io.StringIO()
            chunk.to_csv(buffer, index=False, header=False)
            buffer.seek(0)
            cursor.copy_expert("copy rival from stdin with (format csv)", buffer)


def dlt(path: Path) -> None:
    """The library dlt with records from Python's csv."""
    import dlt as library  # noqa: PLC0415

    credentials = "postgresql://{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}/{PGDATABASE}"
    pipeline = library.pipeline(
        "rival",
        destination=library.destinations.postgres(credentials.format(**os.environ)),
        dataset_name="rival",
        dev_mode=True,
    )
    pipeline.run(_records(path), table_name="orders", write_disposition="replace")


def _chunks(path: Path) -> Iterator[Any]:
    import pandas as pd  # noqa: PLC0415

    yield from pd.read_csv(path, chunksize=CHUNK_ROWS, parse_dates=["order_date"])


def _records(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    {"to_sql": to_sql, "copy_chunks": copy_chunks, "dlt": dlt}[sys.argv[1]](
        Path(sys.argv[2])
    )
