"""The engines that build the marts, each in a place of its own.

One more is one more class in `ENGINES`: which module of Python it needs, which target
of dbt it is, where it finds what was loaded, and how it is asked.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import psycopg2
import pyarrow.parquet as pq

from sandbox.environment import led_to
from sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parity.comparison import Mart

PROGRAMS = Path(sys.executable).parent
PROJECT = Path(__file__).parent.parent
SHOWN = 5000


class EngineError(Exception):
    """An engine could not load or build; the message is what the program said last."""


class Engine(ABC):
    """A place below a folder where one engine loads, builds and is asked."""

    name: ClassVar[str]
    target: ClassVar[str]
    module: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        """Name the place; nothing happens before `start`."""
        self.folder = folder / self.target
        self.environment = dict(os.environ)
        self.to: Sequence[str] = ()
        self.seconds: dict[str, float] = {}

    @classmethod
    def is_installed(cls) -> bool:
        """Whether the packages are there that it needs."""
        try:
            return importlib.util.find_spec(cls.module) is not None
        except ModuleNotFoundError:
            return False

    @property
    def manifest(self) -> Path:
        """What dbt writes down of the models."""
        return self.folder / "target" / "manifest.json"

    def load(self, *arguments: str) -> None:
        """Load files.

        Raises:
            EngineError: the loader failed.
        """
        self._run("loader", "load", *arguments, *self.to)

    def build(self, source: str) -> None:
        """Build the marts of a source, without tests: those are tests' matter.

        Raises:
            EngineError: dbt failed.
        """
        self._run(
            *("dbt", "--quiet", "build", "--target", self.target),
            *("--exclude-resource-type", "test", "unit_test"),
            *("--vars", f"source: {source}"),
            *("--target-path", str(self.folder / "target")),
            *("--log-path", str(self.folder / "logs")),
        )

    @abstractmethod
    def start(self) -> None:
        """Start it."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it."""

    @abstractmethod
    def rows(self, mart: Mart) -> list[tuple[Any, ...]]:
        """Give the rows of a mart."""

    def _run(self, program: str, *arguments: str) -> None:
        began = time.monotonic()
        finished = subprocess.run(
            [PROGRAMS / program, *arguments],
            check=False,
            cwd=PROJECT,
            env=self.environment,
            encoding="utf-8",
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
        )
        self.seconds[program] = time.monotonic() - began
        if finished.returncode:
            said = finished.stdout[-SHOWN:]
            message = f"{program} failed on {self.name}:\n{said}"
            raise EngineError(message)


class PostgreSQL(Engine):
    """A server of its own."""

    name, target, module = "PostgreSQL", "prod", "psycopg2"

    def start(self) -> None:
        """Start the server."""
        self._server = Server(self.folder / "server")
        self._server.up()
        self.environment = led_to(self._server.environment(), os.environ)

    def stop(self) -> None:
        """Delete the server."""
        self._server.delete()

    def rows(self, mart: Mart) -> list[tuple[Any, ...]]:
        """Give the rows of a mart."""
        connection = psycopg2.connect(
            host=self.environment["PGHOST"],
            port=self.environment["PGPORT"],
            user=self.environment["PGUSER"],
            password=self.environment["PGPASSWORD"],
            dbname=self.environment["PGDATABASE"],
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(mart.query)
                return cursor.fetchall()
        finally:
            connection.close()


class DuckDB(Engine):
    """A file beside a lake."""

    name, target, module = "DuckDB", "duckdb", "dbt.adapters.duckdb"

    def start(self) -> None:
        """Name the places."""
        lake, self._file = self.folder / "lake", self.folder / "insights.duckdb"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.environment |= {"LAKE": str(lake), "DUCKDB_FILE": str(self._file)}
        self.to = ("--to", str(lake))

    def stop(self) -> None:
        """Leave the file; no process is left."""

    def rows(self, mart: Mart) -> list[tuple[Any, ...]]:
        """Give the rows of a mart."""
        duckdb = importlib.import_module("duckdb")
        with duckdb.connect(str(self._file), read_only=True) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(mart.query).fetchall()
            return rows


class Spark(Engine):
    """Parquet beside a lake."""

    name, target, module = "Spark", "spark", "dbt.adapters.spark"

    @classmethod
    def is_installed(cls) -> bool:
        """Whether the packages are there that it needs, and Java."""
        has_java = "JAVA_HOME" in os.environ or shutil.which("java") is not None
        return has_java and super().is_installed()

    def start(self) -> None:
        """Name the places."""
        lake, self.tables = self.folder / "lake", self.folder / "tables"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.environment |= {"LAKE": str(lake), "SPARK_FOLDER": str(self.tables)}
        self.to = ("--to", str(lake))

    def stop(self) -> None:
        """Leave the files; no process is left."""

    def rows(self, mart: Mart) -> list[tuple[Any, ...]]:
        """Give the rows of a mart, from its files."""
        table = pq.read_table(self.tables / "marts.db" / mart.name)
        columns = [table.column(name).to_pylist() for name in mart.columns]
        return list(zip(*columns, strict=True))


# the others are compared with the first
ENGINES: tuple[type[Engine], ...] = (PostgreSQL, DuckDB, Spark)
