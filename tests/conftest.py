"""What all tests share: one real server of their own, and a fresh database per test."""

from __future__ import annotations

import itertools
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from playwright.sync_api import sync_playwright
from psycopg2 import sql

from sandbox.environment import led_to
from sandbox.server import Server
from tests.dbt_host import DbtHost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

SYSTEM_BINARIES = Path("/usr/lib/postgresql/15/bin")

_numbers = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that are given more time, and then those of dbt, be the first.

    One of them left for the end would keep a single worker busy.
    """

    def place(item: pytest.Item) -> tuple[bool, bool]:
        is_long = item.get_closest_marker("timeout") is not None
        return not is_long, item.path.parent.name != "project"

    items.sort(key=place)


@dataclass(frozen=True)
class Database:
    """A database of a test; `environment` leads programs to it."""

    environment: dict[str, str]

    def connect(self) -> psycopg2.extensions.connection:
        """Open a connection."""
        return psycopg2.connect(
            host=self.environment["PGHOST"],
            port=self.environment["PGPORT"],
            user=self.environment["PGUSER"],
            password=self.environment["PGPASSWORD"],
            dbname=self.environment["PGDATABASE"],
        )

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Give the rows of a query; none for a command."""
        connection = self.connect()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def value(self, query: str) -> Any:  # noqa: ANN401 whatever the query gives
        """Give the one value of a query."""
        return self.rows(query)[0][0]

    def create(self, **options: str) -> None:
        """Create it, in place of one of that name; options as in CREATE DATABASE."""
        name = sql.Identifier(self.environment["PGDATABASE"])
        extra = sql.SQL(" ").join(
            sql.SQL("{} {}").format(sql.SQL(key), sql.Literal(value))
            for key, value in options.items()
        )
        admin = Database({**self.environment, "PGDATABASE": "postgres"}).connect()
        admin.autocommit = True
        try:
            with admin.cursor() as cursor:
                drop = sql.SQL("drop database if exists {} with (force)")
                cursor.execute(drop.format(name))
                cursor.execute(sql.SQL("create database {} {}").format(name, extra))
        finally:
            admin.close()


def new_database(server: Server, name: str = "", **options: str) -> Database:
    """Create a database on a server, by default with a name that no other has."""
    name = name or f"test_{next(_numbers)}"
    environment = {**server.environment(), "PGDATABASE": name}
    database = Database(led_to(environment, os.environ))
    database.create(**options)
    return database


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give the tests' own server; never the one that the libpq variables name."""
    server = Server(tmp_path_factory.mktemp("server"))
    server.up()
    yield server
    server.delete()


@pytest.fixture(scope="session")
def old_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server of the system's PostgreSQL 15."""
    if not SYSTEM_BINARIES.is_dir():
        pytest.skip(f"needs PostgreSQL in {SYSTEM_BINARIES}")
    server = Server(tmp_path_factory.mktemp("old_server"), SYSTEM_BINARIES)
    server.up()
    yield server
    server.delete()


@pytest.fixture(scope="session")
def dbt_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtHost]:
    """Give dbt, which has read the project; what it has read, all workers share."""
    folder = tmp_path_factory.getbasetemp()
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    host = DbtHost((folder.parent if is_worker else folder) / "dbt_projects")
    yield host
    host.close()


@pytest.fixture
def database(server: Server, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Give a fresh database, to which the libpq variables lead."""
    database = new_database(server)
    lead_to(database, monkeypatch)
    return database


def lead_to(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the libpq variables of this process lead to a database."""
    for name, value in database.environment.items():
        if name.startswith("PG"):
            monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("needs chromium")
    with sync_playwright() as playwright:
        # without a sandbox of its own it also runs as root
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"]
        )
        yield browser
        browser.close()
