"""What the tests of the sandbox share: its command, and servers that go away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = Path(sys.executable).with_name("sandbox")
SYSTEM_BINARIES = Path("/usr/lib/postgresql/15/bin")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Ask = Callable[..., str]


@pytest.fixture(scope="session")
def run() -> Run:
    """Run the command as a user does; gives the finished process."""

    def run_command(
        *arguments: str | Path, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            check=False,
            capture_output=True,
            cwd=cwd,
            encoding="utf-8",
            timeout=60,
        )

    return run_command


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Ask a server for one value."""

    def ask_server(server: Server, query: str, **changes: str) -> str:
        variables = server.environment()
        arguments = {
            "host": variables["PGHOST"],
            "port": variables["PGPORT"],
            "user": variables["PGUSER"],
            "password": variables["PGPASSWORD"],
            "dbname": variables["PGDATABASE"],
            **changes,
        }
        link = psycopg2.connect(make_dsn(**arguments))
        try:
            with link, link.cursor() as cursor:
                cursor.execute(query)
                row = cursor.fetchone()
                return "" if row is None else str(row[0])
        finally:
            link.close()

    return ask_server


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Give a folder for a sandbox that is deleted afterwards, server and all."""
    folder = tmp_path / "home"
    yield folder
    Server(folder).delete()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running server to look at; do not stop it."""
    server = Server(tmp_path_factory.mktemp("running"))
    server.up()
    yield server
    server.delete()


@pytest.fixture(scope="session")
def system_binaries() -> Path:
    """Give the folder of another PostgreSQL than the wheel's."""
    if not SYSTEM_BINARIES.is_dir():
        pytest.skip(f"needs PostgreSQL in {SYSTEM_BINARIES}")
    return SYSTEM_BINARIES
