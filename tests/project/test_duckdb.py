"""The same models on DuckDB, from a lake: their tests pass, the marts are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from parity.comparison import compare, read_marts
from tests.project.conftest import MODELS_ONLY, generate
from tests.project.programs import run

if TYPE_CHECKING:
    import subprocess
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
    marts = read_marts(tmp_path / "target" / "manifest.json")
    assert [f"marts.{mart.name}" for mart in marts] == warehouse.table_names("marts")
    with duckdb.connect(f"{tmp_path}/insights.duckdb", read_only=True) as connection:
        for mart in marts:
            expected = warehouse.database.rows(mart.query)
            found = connection.execute(mart.query).fetchall()
            assert compare(mart, expected, found)[:5] == [], mart.name


def test_a_lake_that_is_not_there_is_named_and_nothing_is_built(tmp_path: Path) -> None:
    finished = attempt(tmp_path, "--exclude-resource-type", "unit_test")
    assert finished.returncode != 0
    assert f"is in lake {tmp_path}/lake. Load it first: make load" in finished.stdout
    with duckdb.connect(f"{tmp_path}/insights.duckdb", read_only=True) as connection:
        assert (
            connection.execute("select * from information_schema.tables").fetchall()
            == []
        )
