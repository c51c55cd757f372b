"""The loader, its connection or the server is killed in the middle of a load."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from sandbox import postmaster
from sandbox.server import Server
from tests.conftest import new_database
from tests.faults.case import FULL, NEW, OLD, OLD_ROWS, Ended
from tests.faults.conftest import make_case
from tests.faults.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.case import Case, Note

KILLS = 50 if FULL else 4
KILL_ROWS = 300_000 if FULL else 60_000
ROWS = 1_000_000 if FULL else 300_000
CUTS = (1_000, 100_000, 3_000_000)
LEFTOVERS = """
    select count(*) from pg_class
    where relkind = 'r' and relnamespace = 'raw_shop'::regnamespace
    and relname ~ '_load_[0-9]+$' and not relispartition
"""


def wait_until_alone(case: Case) -> None:
    """Wait until the server knows that the killed load's sessions are gone."""
    query = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and application_name like 'loader%'"
    )
    for _ in range(2400):
        if not case.database.value(query):
            return
        time.sleep(0.05)
    pytest.fail("a session of the killed load is still there")


@pytest.mark.timeout(1800)
def test_a_kill_at_any_moment_leaves_the_old_content_or_the_new_one(case: Case) -> None:
    case.write_orders(KILL_ROWS, OLD)
    begin = time.monotonic()
    assert case.load().code == 0
    seconds = time.monotonic() - begin
    rejects, content, other = 0, OLD, NEW
    lost = kills = 0
    chance = random.Random(7)
    while kills < KILLS:
        case.write_orders(KILL_ROWS, other)
        process = case.start()
        time.sleep(seconds * chance.uniform(0.2, 1.1))
        process.send_signal(signal.SIGKILL)
        ended = case.end(process)
        wait_until_alone(case)
        channel = case.database.value("select channel from raw_shop.customers")
        if channel == other:
            content, other = other, content
        if ended.code == -signal.SIGKILL:
            kills += 1
        else:
            assert channel == content
            seconds *= 0.9
        lost += case.lost(KILL_ROWS, content, rejects)
    case.write_orders(KILL_ROWS, "3.00")
    ended = case.load()
    assert case.database.value(LEFTOVERS) == 0
    case.done(f"loader killed {kills} times, then a load", ended, KILL_ROWS, "is done")
    assert lost == 0


def test_ctrl_c_changes_nothing(case: Case) -> None:
    # a shell that starts the tests in the background lets them ignore it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    case.write_orders(ROWS, NEW)
    process = case.start()
    case.wait_for_copy(process)
    process.send_signal(signal.SIGINT)
    case.row("Ctrl-C during COPY", case.end(process), 130, "nothing was changed")


def test_a_session_that_is_ended_changes_nothing(case: Case) -> None:
    case.write_orders(ROWS, NEW)
    process = case.start()
    case.wait_for_copy(process)
    case.database.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name like 'loader%'"
    )
    ended = case.end(process)
    case.row("session ended during COPY", ended, 2, "nothing was changed")


@pytest.mark.parametrize("cut", CUTS)
def test_a_connection_that_is_cut_changes_nothing(case: Case, cut: int) -> None:
    case.write_orders(ROWS, NEW)
    proxy = Proxy(int(case.database.environment["PGPORT"]), cut)
    ended = case.load(PGPORT=str(proxy.port))
    proxy.cut()
    wait_until_alone(case)
    case.row(f"connection cut after {cut:,} bytes", ended, 2, "server")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """Give a server that nobody else needs."""
    server = Server(tmp_path / "server")
    server.up()
    yield server
    server.delete()


def kill(server: Server) -> None:
    """Kill all processes of a server at once."""
    data = server.place.data
    main = postmaster.running_process(data)
    assert main is not None
    os.kill(main, signal.SIGSTOP)
    numbers = [int(each.name) for each in os.scandir("/proc") if each.name.isdecimal()]
    for number in [*(n for n in numbers if n != main), main]:
        if postmaster.serves(number, data):
            os.kill(number, signal.SIGKILL)
    while postmaster.any_serves(data):
        time.sleep(0.02)


def test_a_server_that_is_killed_keeps_the_old_content(
    own_server: Server, tmp_path: Path, record_property: Note
) -> None:
    database = new_database(own_server)
    for case in make_case(database, tmp_path, record_property):
        assert case.load().code == 0
        case.write_orders(ROWS, NEW)
        process = case.start()
        case.wait_for_copy(process)
        kill(own_server)
        ended = case.end(process)
        own_server.up()
        case.row("server killed during COPY", ended, 2, "The server ended the load")
        again = case.load()
        assert case.database.value(LEFTOVERS) == 0
        case.done("the load after it", again, ROWS, "is done")


def test_what_is_done_outlives_a_kill_of_the_server(
    own_server: Server, tmp_path: Path, record_property: Note
) -> None:
    database = new_database(own_server)
    for case in make_case(database, tmp_path, record_property):
        assert case.load().code == 0
        case.write_orders(OLD_ROWS + 5, OLD)
        ended: Ended = case.load("--mode", "append")
        kill(own_server)
        own_server.up()
        assert ended.code == 0, ended.said
        lost = case.lost(OLD_ROWS + 5)
        record_property("fault", ("server killed after a load", "is done", 0, lost))
        assert lost == 0


def test_no_server_is_told(case: Case) -> None:
    case.write_orders(10, NEW)
    case.row("no server there", case.load(PGPORT="1"), 2, "No connection to PostgreSQL")
