"""The same models on DuckDB, from a lake: their tests pass, the marts are the same."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import duckdb
import pytest

from parity.engines import DuckDB
from tests.project.conftest import MODELS_ONLY, PROJECT, generate
from tests.project.engines import (
    attempt,
    build,
    compare_marts,
    compare_source,
    load_both,
    other_sources,
)
from tests.project.programs import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.project.conftest import Warehouse


@pytest.fixture
def engine(tmp_path: Path) -> DuckDB:
    """Give the engine with a folder of its own."""
    engine = DuckDB(tmp_path)
    engine.start()
    return engine


@pytest.mark.timeout(1800)
def test_every_mart_is_the_same_on_duckdb_and_all_tests_pass_there(
    warehouse: Warehouse, engine: DuckDB, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--dirty", "--customers", "800")
    load_both(warehouse, engine, shop, "--max-rejects", "20%")
    warehouse.build(*MODELS_ONLY)
    build(engine)
    # again, over what is there
    build(engine, *MODELS_ONLY)
    compare_marts(warehouse, engine)


@other_sources
def test_the_marts_of_other_sources_are_the_same_on_duckdb(
    warehouse: Warehouse,
    engine: DuckDB,
    tmp_path: Path,
    source: str,
    write: Callable[[Path], Path],
) -> None:
    compare_source(warehouse, engine, source, write(tmp_path / source))


def test_a_lake_that_is_not_there_is_named_and_nothing_is_built(
    engine: DuckDB, tmp_path: Path
) -> None:
    finished = attempt(engine, "--exclude-resource-type", "unit_test")
    assert finished.returncode != 0
    lake = engine.environment["LAKE"]
    assert f"is in lake {lake}. Load it first: make load" in finished.stdout
    (tmp_path / "orders.csv").write_text("order_id\n1\n", encoding="utf-8")
    refused = run("loader", "load", tmp_path, *engine.to)
    assert refused.returncode == 1
    finished = attempt(engine, "--exclude-resource-type", "unit_test")
    assert f"is in lake {lake}. Load it first: make load" in finished.stdout
    engine.environment["LAKE"] = "l[a]ke"
    finished = attempt(engine, "--exclude-resource-type", "unit_test")
    assert "LAKE is l[a]ke, which engines take for a pattern" in finished.stdout
    file = engine.environment["DUCKDB_FILE"]
    with duckdb.connect(file, read_only=True) as connection:
        assert (
            connection.execute("select * from information_schema.tables").fetchall()
            == []
        )


@pytest.mark.parametrize(
    "command",
    [
        "load DATA=exports TARGET=duckdb",
        "build DBT_TARGET=duckdb",
        "forecast TARGET=spark LAKE=lake",
        "dashboard TARGET=duckdb LAKE=lake",
        "docs DBT_TARGET=spark LAKE=lake",
    ],
)
def test_what_asks_a_server_does_not_pass_for_what_reads_a_lake(command: str) -> None:
    words = ["make", "-o", ".venv/.run-time", *command.split()]
    finished = subprocess.run(
        words,
        check=False,
        capture_output=True,
        cwd=PROJECT,
        encoding="utf-8",
    )
    assert finished.returncode == 2
    assert "reads a lake: make load DATA=folder LAKE=lake" in finished.stdout
