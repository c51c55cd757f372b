"""What the tests of the loader share: its command, and files to give to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from loader.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.conftest import Database

CUSTOMERS = "customer_id,signup_date,channel\nann,2024-01-01,email\nbob,2024-01-02,\n"
ORDER = "order_id,customer_id,order_date,revenue\n"
ORDERS = ORDER + (
    "1,ann,2024-01-03,10.00\n2,bob,2024-01-04 12:30:00,20.50\n3,ann,2024-02-01,5\n"
)


@dataclass
class Files:
    """A folder of CSV files, and the commands of the loader on it."""

    folder: Path
    mapping: Path | None = None
    extra: list[str] = field(default_factory=list)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(data)
        return path

    def write_shop(self) -> None:
        """Write the smallest shop."""
        self.write("customers.csv", CUSTOMERS)
        self.write("orders.csv", ORDERS)

    def write_mapping(self, content: str) -> None:
        """Write a mapping file, and use it from now on."""
        self.mapping = self.folder.parent / "mapping.yml"
        self.mapping.write_text(content, encoding="utf-8")

    def run(self, command: str, *options: str) -> Result:
        """Run a command of the loader."""
        return CliRunner().invoke(app, [command, *options])

    def load(self, *options: str) -> Result:
        """Load the folder."""
        return self.run("load", str(self.folder), *self._mapped(), *options)

    def check(self, *options: str) -> Result:
        """Check the folder."""
        return self.run("check", str(self.folder), *self._mapped(), *options)

    def _mapped(self) -> list[str]:
        return ["--mapping", str(self.mapping)] if self.mapping else []


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Give an empty folder for CSV files."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return Files(folder)


def orders(database: Database) -> list[tuple[object, ...]]:
    """Give the loaded orders' ids and revenue."""
    return database.rows(
        'select order_id, revenue from raw_shop.orders order by order_id collate "C"'
    )


def rejects(database: Database) -> list[tuple[object, ...]]:
    """Give the places of the rejected records, and why."""
    return database.rows(
        "select file_name, line_number, column_name, reason"
        " from raw_shop.rejected_rows order by file_name, line_number"
    )
