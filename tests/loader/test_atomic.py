"""A load is seen whole or not at all: by readers, by other loads, after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import pytest

from tests.conftest import new_database
from tests.loader.conftest import CUSTOMERS, ORDERS

if TYPE_CHECKING:
    from sandbox.server import Server
    from tests.conftest import Database
    from tests.loader.conftest import Files

COMMAND = Path(sys.executable).with_name("loader")
ROWS = 60_000


def write_many(files: Files, rows: int, revenue: str) -> None:
    """Write a shop with many orders, each of the same revenue."""
    files.write("customers.csv", CUSTOMERS)
    lines = [f"{n},ann,2024-01-03,{revenue}" for n in range(rows)]
    files.write(
        "orders.csv",
        "\n".join(["order_id,customer_id,order_date,revenue", *lines, ""]),
    )


def start(files: Files, database: Database) -> subprocess.Popen[str]:
    """Start a load of the folder in a process of its own."""
    return subprocess.Popen(
        [COMMAND, "load", str(files.folder)],
        env=database.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def contents(database: Database) -> tuple[int, Decimal]:
    """Give how many orders there are, and their revenue."""
    [row] = database.rows("select count(*), sum(revenue) from raw_shop.orders")
    return row[0], row[1]


def wait_for_lock(database: Database, held: int = 0) -> None:
    """Wait until a load runs, or until the server knows that a killed one is gone."""
    locks = (
        "select count(*) from pg_locks where locktype = 'advisory' and database"
        " = (select oid from pg_database where datname = current_database())"
    )
    for _ in range(400):
        if database.value(locks) == held:
            return
        time.sleep(0.05)
    pytest.fail(f"the lock is not held {held} times")


def test_readers_of_a_view_see_the_old_rows_or_the_new_ones(
    files: Files, database: Database
) -> None:
    write_many(files, ROWS, "1.00")
    files.load()
    database.rows("create view public.seen as select * from raw_shop.orders")
    write_many(files, 2 * ROWS, "1.00")
    seen: list[int] = []
    done = threading.Event()
    errors: list[Exception] = []

    def read() -> None:
        connection = database.connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                while not done.is_set():
                    cursor.execute("select count(*) from public.seen")
                    seen.append(cursor.fetchall()[0][0])
        except psycopg2.Error as error:
            errors.append(error)
        finally:
            connection.close()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    process = start(files, database)
    _, said = process.communicate()
    time.sleep(0.3)
    done.set()
    for reader in readers:
        reader.join()
    assert process.returncode == 0, said
    assert not errors
    assert set(seen) == {ROWS, 2 * ROWS}


def test_an_older_snapshot_does_not_find_the_tables_empty(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.load()
    connection = database.connect()
    connection.set_session(isolation_level="REPEATABLE READ")
    with connection, connection.cursor() as cursor:
        cursor.execute("select 1")
        files.write("orders.csv", ORDERS.replace("10.00", "11.00"))
        assert files.load().exit_code == 0
        cursor.execute("select count(*) from raw_shop.orders")
        assert cursor.fetchall() == [(3,)]
    connection.close()


def test_a_reader_that_holds_a_table_is_waited_for(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.load()
    files.write("orders.csv", ORDERS + "4,ann,2024-01-01,1\n")
    connection = database.connect()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from raw_shop.orders")
        process = start(files, database)
        time.sleep(3)
        assert process.poll() is None
        cursor.execute("select count(*) from raw_shop.orders")
        assert cursor.fetchall() == [(3,)]
    connection.rollback()
    connection.close()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert contents(database)[0] == 4


def test_a_second_load_says_who_holds_the_lock(
    files: Files, database: Database
) -> None:
    write_many(files, ROWS, "1.00")
    files.load()
    connection = database.connect()
    with connection.cursor() as cursor:
        # the first load cannot finish while a reader holds a table
        cursor.execute("select count(*) from raw_shop.orders")
        write_many(files, ROWS, "2.00")
        first = start(files, database)
        wait_for_lock(database, held=1)
        second = files.load()
    connection.rollback()
    connection.close()
    assert second.exit_code == 2
    assert "Another load of source 'shop' is running" in second.output
    assert "loader shop: " in second.output
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_ctrl_c_changes_nothing(files: Files, database: Database) -> None:
    write_many(files, ROWS, "1.00")
    files.load()
    connection = database.connect()
    with connection.cursor() as cursor:
        # the load cannot finish while a reader holds a table
        cursor.execute("select count(*) from raw_shop.orders")
        write_many(files, 20 * ROWS, "2.00")
        process = start(files, database)
        wait_for_lock(database, held=1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    connection.rollback()
    connection.close()
    assert process.returncode == 130, said
    assert "nothing was changed" in said
    assert contents(database) == (ROWS, Decimal(1) * ROWS)


def test_a_database_in_another_encoding_is_refused(
    files: Files, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_shop()
    latin = new_database(
        server,
        ENCODING="LATIN1",
        LOCALE_PROVIDER="libc",
        LOCALE="C",
        TEMPLATE="template0",
    )
    process = start(files, latin)
    _, said = process.communicate()
    assert process.returncode == 2
    assert "encoded in LATIN1" in said


def test_names_and_values_are_never_read_as_sql(
    files: Files, database: Database
) -> None:
    files.write_shop()
    evil = "x'); drop table raw_shop.orders; --"
    files.write(
        f"orders_{evil.replace('/', '')}.csv",
        f'order_id,customer_id,order_date,revenue,"{evil}"\n"{evil}",ann,2024-01-01,1,\n',
    )
    result = files.load()
    assert result.exit_code == 0, result.output
    assert (evil,) in database.rows("select order_id from raw_shop.orders")
    assert os.environ["PGDATABASE"] == database.environment["PGDATABASE"]
