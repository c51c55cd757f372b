"""The same models on DuckDB, from a lake: their tests pass, the marts are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from parity.comparison import compare, read_marts
from tests.project.conftest import MODELS_ONLY, generate
from tests.project.programs import run
from tests.project.test_contoso import write_contoso
from tests.project.test_sources import TRANSACTIONS, write_olist, write_transactions

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from tests.project.conftest import Warehouse


def attempt(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build what the lake of a folder holds, if there is one, into a file."""
    places = ("--target-path", f"{folder}/target", "--log-path", f"{folder}/logs")
    lake, file = folder / "lake", folder / "insights.duckdb"
    return run(
        "dbt",
        *("build", "--target", "duckdb", *options, *places),
        environment={"LAKE": str(lake), "DUCKDB_FILE": str(file)},
    )


def build(folder: Path, *options: str) -> None:
    """Build, and test, what the lake of a folder holds."""
    finished = attempt(folder, *options)
    assert finished.returncode == 0, finished.stdout[-5000:]


def compare_marts(warehouse: Warehouse, folder: Path) -> None:
    """See that what is built is the same on both, row by row."""
    names = warehouse.table_names("marts")
    marts = [
        mart
        for mart in read_marts(folder / "target" / "manifest.json")
        if f"marts.{mart.name}" in names
    ]
    assert len(marts) == len(names) > 0
    with duckdb.connect(f"{folder}/insights.duckdb", read_only=True) as connection:
        for mart in marts:
            expected = warehouse.database.rows(mart.query)
            found = connection.execute(mart.query).fetchall()
            assert compare(mart, expected, found)[:5] == [], mart.name


@pytest.mark.timeout(1800)
def test_every_mart_is_the_same_on_duckdb_and_all_tests_pass_there(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--dirty", "--customers", "800")
    for options in ((), ("--to", tmp_path / "lake")):
        warehouse.load(shop, "--max-rejects", "20%", *options)
    warehouse.build(*MODELS_ONLY)
    build(tmp_path)
    # again, over what is there
    build(tmp_path, *MODELS_ONLY)
    compare_marts(warehouse, tmp_path)


def write_list(folder: Path) -> Path:
    """Write a small list of purchases."""
    return write_transactions(folder, TRANSACTIONS)


@pytest.mark.parametrize(
    ("source", "write"),
    [
        ("contoso", write_contoso),
        ("olist", write_olist),
        ("transactions", write_list),
    ],
)
def test_the_marts_of_other_sources_are_the_same_on_duckdb(
    warehouse: Warehouse, tmp_path: Path, source: str, write: Callable[[Path], Path]
) -> None:
    files = write(tmp_path / source)
    for options in ((), ("--to", tmp_path / "lake")):
        warehouse.load(files, "--source", source, "--max-rejects", "40%", *options)
    # what stands on these does not know the source
    models = (
        "+customers",
        "+order_items",
        "+revenue_reconciliation",
        "+source_profile",
    )
    chosen = ("--vars", f"source: {source}", *MODELS_ONLY, "--select", *models)
    warehouse.build(*chosen)
    build(tmp_path, *chosen)
    compare_marts(warehouse, tmp_path)


def test_a_lake_that_is_not_there_is_named_and_nothing_is_built(tmp_path: Path) -> None:
    finished = attempt(tmp_path, "--exclude-resource-type", "unit_test")
    assert finished.returncode != 0
    assert f"is in lake {tmp_path}/lake. Load it first: make load" in finished.stdout
    with duckdb.connect(f"{tmp_path}/insights.duckdb", read_only=True) as connection:
        assert (
            connection.execute("select * from information_schema.tables").fetchall()
            == []
        )
