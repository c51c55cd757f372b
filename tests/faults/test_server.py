"""The server is full, busy, read-only or somebody else's."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from sandbox.account import server_account
from tests.conftest import Database, new_database
from tests.faults.case import FULL, NEW
from tests.faults.conftest import make_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.server import Server
    from tests.faults.case import Case, Note

ROWS = 1_000_000 if FULL else 300_000
MOUNT, UMOUNT = "/bin/mount", "/bin/umount"
DISK_MB = 48 if FULL else 24


@pytest.fixture
def small_disk(server: Server, tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of its own, which the server may write to."""
    if os.geteuid():
        pytest.skip("only root can mount a small disk")
    folder = server.place.server / f"disk{os.getpid()}"
    folder.mkdir()
    mount = [MOUNT, "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("a small disk cannot be mounted here")
    server_account(server.place.data).own(folder)
    yield folder
    subprocess.run([UMOUNT, "--lazy", str(folder)], check=True)
    folder.rmdir()


def test_a_full_disk_keeps_the_old_content(
    server: Server, small_disk: Path, tmp_path: Path, record_property: Note
) -> None:
    admin = new_database(server)
    connection = admin.connect()
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("create tablespace small location %s", (str(small_disk),))
            database = new_database(server, tablespace="small")
            for case in make_case(database, tmp_path, record_property):
                assert case.load().code == 0
                case.write_orders(ROWS, NEW)
                ended = case.load()
                case.row("disk full", ended, 2, "No space left on device")
            name = database.environment["PGDATABASE"]
            cursor.execute(f"drop database {name} with (force)")
            cursor.execute("drop tablespace small")
    finally:
        connection.close()


def test_a_statement_timeout_changes_nothing(case: Case) -> None:
    case.write_orders(ROWS, NEW)
    ended = case.load(PGOPTIONS="-c statement_timeout=200")
    case.row("statement timeout", ended, 2, "statement timeout")


def test_a_read_only_database_is_told(case: Case) -> None:
    case.write_orders(10, NEW)
    ended = case.load(PGOPTIONS="-c default_transaction_read_only=on")
    case.row("read-only database", ended, 2, "read-only")


def test_missing_rights_are_told(case: Case) -> None:
    case.database.rows(
        "do $$ begin create role stranger login password 'none'; "
        "exception when duplicate_object then null; end $$"
    )
    case.write_orders(10, NEW)
    ended = case.load(PGUSER="stranger", PGPASSWORD="none")
    case.row("missing rights", ended, 2, "must own the schemas")


def test_a_wrong_password_is_told(case: Case) -> None:
    case.write_orders(10, NEW)
    ended = case.load(PGPASSWORD="wrong")
    case.row("wrong password", ended, 2, "password authentication failed")


def hold(database: Database, seconds: float, ready: threading.Event) -> None:
    """Read the orders, and keep the transaction open for a while."""
    connection = database.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from raw_shop.orders")
            ready.set()
            time.sleep(seconds)
    finally:
        connection.close()


def test_a_reader_is_waited_for(case: Case) -> None:
    ready = threading.Event()
    reader = threading.Thread(target=hold, args=(case.database, 3, ready))
    reader.start()
    ready.wait()
    case.write_orders(10, NEW)
    ended = case.load()
    reader.join()
    case.done("a reader holds a table for 3 s", ended, 10, "is done")


@pytest.mark.skipif(not FULL, reason="takes more than a minute: FAULTS=full")
def test_a_reader_that_never_ends_is_told(case: Case) -> None:
    ready = threading.Event()
    reader = threading.Thread(target=hold, args=(case.database, 75, ready))
    reader.start()
    ready.wait()
    case.write_orders(10, NEW)
    ended = case.load()
    reader.join()
    case.row("a reader holds a table for ever", ended, 2, "were in use for 60 seconds")


def test_a_second_loader_is_told_about_the_first(case: Case) -> None:
    ready = threading.Event()
    # the first load cannot finish while a reader holds a table
    reader = threading.Thread(target=hold, args=(case.database, 8, ready))
    reader.start()
    ready.wait()
    case.write_orders(10, NEW)
    first = case.start()
    case.wait_for(
        "select exists (select from pg_locks where locktype = 'advisory')", first
    )
    second = case.load()
    case.row("a second loader", second, 2, "Another load of source 'shop' is running")
    reader.join()
    case.done("the first of two loaders", case.end(first), 10, "is done")
