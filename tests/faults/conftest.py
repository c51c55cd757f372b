"""What the rows of the fault table share, and the table itself.

`FAULTS=full` asks for the whole table with large files and many kills.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from rich.table import Table

from tests.conftest import Database, new_database
from tests.faults.case import Case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _pytest.terminal import TerminalReporter

    from sandbox.server import Server
    from tests.faults.case import Note


@pytest.fixture(scope="session")
def loaded(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Give a database in which the old content is loaded, to be copied."""
    folder = tmp_path_factory.mktemp("old") / "exports"
    folder.mkdir()
    database = new_database(server)
    case = Case(folder, database, lambda _name, _value: None)
    case.write_old()
    ended = case.load()
    assert ended.code == 0, ended.said
    return database


@pytest.fixture
def case(
    loaded: Database,
    server: Server,
    tmp_path: Path,
    record_property: Note,
) -> Iterator[Case]:
    """Give a database with the old content, and its files to be changed."""
    copy = new_database(server, template=loaded.environment["PGDATABASE"])
    yield from make_case(copy, tmp_path, record_property)


def make_case(database: Database, folder: Path, note: Note) -> Iterator[Case]:
    """Make a case, and leave none of its processes behind."""
    exports = folder / "exports"
    exports.mkdir()
    made = Case(exports, database, note)
    made.write_old()
    yield made
    for process in made.processes:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table."""
    rows = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "fault"
    ]
    if not rows:
        return
    table = Table(title="What the loader survives", title_justify="left")
    for name in ("fault", "it says", "exit code", "lost"):
        table.add_column(name, overflow="fold")
    for row in sorted(rows, key=str):
        table.add_row(*map(str, row))
    Console(width=140).print(table)
