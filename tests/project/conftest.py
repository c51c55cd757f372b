"""What the tests of the whole way share: the project's own commands."""

from __future__ import annotations

import csv
import itertools
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import new_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sandbox.server import Server
    from tests.conftest import Database
    from tests.dbt_host import DbtHost

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "data"
PROGRAMS = Path(sys.executable).parent

# options of a build; what the tests of one build have shown need not be shown again
MODELS_ONLY = ("--exclude-resource-type", "test", "unit_test")
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
# units that are the same whatever the source are tested with source shop
WITHOUT_COMMON_UNIT_TESTS = (
    "--exclude",
    "resource_type:unit_test,path:models/marts",
    "resource_type:unit_test,path:models/intermediate/int_*",
)


@dataclass(frozen=True)
class Warehouse:
    """A database with the commands that fill it; dbt writes its files to `folder`."""

    database: Database
    folder: Path
    host: DbtHost

    def attempt(
        self, program: str, *arguments: str | Path
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that may fail."""
        return subprocess.run(
            [PROGRAMS / program, *map(str, arguments)],
            check=False,
            capture_output=True,
            cwd=PROJECT,
            encoding="utf-8",
            env=self.database.environment,
        )

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run a command that must succeed; give what it said."""
        finished = self.attempt(program, *arguments)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def load(self, *arguments: str | Path) -> str:
        """Load files."""
        return self.run("loader", "load", *arguments)

    def build(self, *arguments: str) -> str:
        """Build and test all models; a warning fails."""
        # nobody reads the manifest, which takes seconds to write
        return self.dbt("build", "--warn-error", "--no-write-json", *arguments)

    def dbt(self, *arguments: str) -> str:
        """Run a command of dbt's that must succeed; give what it said."""
        finished = self.attempt_dbt(*arguments)
        assert finished.returncode == 0, finished.stdout
        return finished.stdout

    def attempt_dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of dbt's that may fail."""
        places = self.places(*arguments)
        if arguments[0] == "docs":
            # it writes down what it has read itself
            return self.attempt("dbt", *arguments, *places)
        return self.host.run([*arguments, *places], self.database.environment)

    def places(self, *arguments: str) -> tuple[str, ...]:
        """Give the options that say where dbt writes: its files, and its log."""
        return (
            *("--target-path", str(self.target(*arguments))),
            *("--log-path", str(self.folder / "logs")),
        )

    def target(self, *arguments: str) -> Path:
        """Give the folder of a command's files, one per set of variables and target.

        There dbt finds the project as it read it the last time, and reads again only
        the files that have changed since. With other variables it would read all.
        """
        options = itertools.pairwise(arguments)
        decisive = [value for name, value in options if name in {"--vars", "--target"}]
        return self.folder / re.sub(r"\W+", "_", " ".join(["target", *decisive]))

    def empty(self) -> None:
        """Begin anew with an empty database."""
        self.database.create()

    def table_names(self, *schemas: str) -> list[str]:
        """Give the tables and views of schemas, with the schema."""
        return [
            name
            for (name,) in self.database.rows(
                "select format('%%I.%%I', table_schema, table_name)"
                " from information_schema.tables where table_schema = any(%s)"
                " order by 1",
                (list(schemas),),
            )
        ]

    def contents(self, table: str) -> list[tuple[Any, ...]]:
        """Give all rows of a table, in an order of their own."""
        rows = self.database.rows(f"select * from {table}")
        return sorted(rows, key=repr)


@pytest.fixture(scope="session")
def new_warehouse(
    dbt_host: DbtHost, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Warehouse]:
    """Give a maker of empty warehouses, each in place of the server's last one.

    They have one name, since to dbt a project in another database is another project.
    """

    def make(server: Server, **options: str) -> Warehouse:
        database = new_database(server, "warehouse", **options)
        port = database.environment["PGPORT"]
        folder = tmp_path_factory.getbasetemp() / f"dbt_{port}"
        return Warehouse(database, folder, dbt_host)

    return make


@pytest.fixture
def warehouse(server: Server, new_warehouse: Callable[..., Warehouse]) -> Warehouse:
    """Give an empty warehouse."""
    return new_warehouse(server)


def generate(folder: Path, *options: str) -> Path:
    """Write a synthetic shop."""
    subprocess.run(
        [PROGRAMS / "sandbox", "generate", "--out", folder, *options],
        check=True,
        capture_output=True,
    )
    return folder


def read_records(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_records(
    path: Path, names: Iterable[str], records: list[dict[str, str]]
) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(names), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def append_records(path: Path, *records: dict[str, str]) -> None:
    """Add records to a CSV file; the columns that they do not name stay empty."""
    with path.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writerows(records)
