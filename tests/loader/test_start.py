"""What a loader that has just been started imports, and what it does without it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.loader.conftest import ORDER, orders, rejects

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.loader.conftest import Files

LOAD = """
import sys
from loader.cli import app
try:
    app(sys.argv[1:])
finally:
    print("pandas" in sys.modules)
"""


def loaded_by_a_new_process(files: Files, database: Database) -> str:
    """Load, and say at the end whether pandas was imported."""
    command = ["load", str(files.folder), "--max-rejects", "100%"]
    if files.mapping:
        command += ["--mapping", str(files.mapping)]
    return subprocess.run(
        [sys.executable, "-c", LOAD, *command],
        env=database.environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()[-1]


def test_a_load_starts_without_pandas_which_takes_longer_than_all_else(
    files: Files, database: Database
) -> None:
    files.write_shop()
    assert loaded_by_a_new_process(files, database) == "False"
    assert len(orders(database)) == 3


def test_dates_that_pandas_reads_are_read_by_a_load_that_started_without_it(
    files: Files, database: Database
) -> None:
    files.write_shop()
    rows = "a,ann,03/01/2024,1\nb,ann,31/02/2024,2\nc,ann,now,3\nd,ann,,4\n"
    files.write("orders.csv", ORDER + rows)
    files.write_mapping(
        'tables:\n  customers: {}\n  orders: {date_format: "%d/%m/%Y"}\n'
    )
    assert loaded_by_a_new_process(files, database) == "True"
    assert [row[0] for row in orders(database)] == ["a"]
    assert rejects(database) == [
        ("orders.csv", 3, "order_date", "not a date"),
        ("orders.csv", 4, "order_date", "not a date"),
        ("orders.csv", 5, "order_date", "missing value"),
    ]


def test_offsets_are_converted_by_a_load_that_started_without_pandas(
    files: Files, database: Database
) -> None:
    files.write_shop()
    rows = "a,ann,2024-01-03T23:30:00-02:00,1\nb,ann,9999-01-01T00:00:00Z,2\n"
    files.write("orders.csv", ORDER + rows)
    assert loaded_by_a_new_process(files, database) == "True"
    assert database.value("select order_date::text from raw_shop.orders") == (
        "2024-01-04 01:30:00"
    )
    assert rejects(database) == [("orders.csv", 3, "order_date", "date in the future")]
