"""The same models on DuckDB, from a lake: their tests pass, the marts are the same."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.project.conftest import MODELS_ONLY, generate
from tests.project.programs import run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.project.conftest import Warehouse

# when files were loaded, and what follows from it, is another time in a lake
LOAD_TIMES = {"loaded_at"}
# of the values, relative; and of money and whatever else is rounded to cents
TOLERANCE, CENT = 1e-6, 0.0100001


def attempt(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build what the lake of a folder holds, if there is one, into a file."""
    places = ("--target-path", f"{folder}/target", "--log-path", f"{folder}/logs")
    lake, file = folder / "lake", folder / "insights.duckdb"
    return run(
        "dbt",
        *("build", "--target", "duckdb", "--no-write-json", *options, *places),
        environment={"LAKE": str(lake), "DUCKDB_FILE": str(file)},
    )


def build(folder: Path, *options: str) -> None:
    """Build, and test, what the lake of a folder holds."""
    finished = attempt(folder, *options)
    assert finished.returncode == 0, finished.stdout[-5000:]


def is_close(left: object, right: object) -> bool:
    """Whether two values are the same but for rounding."""
    if not isinstance(left, (Decimal, float)) or not isinstance(
        right, (Decimal, float)
    ):
        return left == right
    difference = abs(float(left) - float(right))
    has_cents = isinstance(left, Decimal) and left.as_tuple().exponent == -2
    return difference <= max(TOLERANCE * abs(float(left)), CENT * has_cents, TOLERANCE)


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Give rows in the order of what is not rounded."""
    return sorted(
        rows,
        key=lambda row: [str(v) for v in row if not isinstance(v, (Decimal, float))],
    )


def differing(left: list[tuple[Any, ...]], right: list[tuple[Any, ...]]) -> list[Any]:
    """Give the first cells that differ."""
    pairs = zip(in_order(left), in_order(right), strict=True)
    return [
        (mine, theirs)
        for mine_row, theirs_row in pairs
        for mine, theirs in zip(mine_row, theirs_row, strict=True)
        if not is_close(mine, theirs)
    ][:5]


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
    marts = warehouse.table_names("marts")
    with duckdb.connect(f"{tmp_path}/insights.duckdb", read_only=True) as connection:
        found = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema = 'marts' order by 1"
        ).fetchall()
        assert [name for (name,) in found] == marts
        for mart in marts:
            columns = [
                name
                for (name,) in warehouse.database.rows(
                    "select column_name from information_schema.columns"
                    " where table_schema || '.' || table_name = %s"
                    " order by ordinal_position",
                    (mart,),
                )
                if name not in LOAD_TIMES
            ]
            query = f"select {', '.join(columns)} from {mart}"
            expected = warehouse.database.rows(query)
            rows = connection.execute(query).fetchall()
            assert len(rows) == len(expected), mart
            assert differing(rows, expected) == [], mart


def test_a_lake_that_is_not_there_is_named_and_nothing_is_built(tmp_path: Path) -> None:
    finished = attempt(tmp_path, "--exclude-resource-type", "unit_test")
    assert finished.returncode != 0
    assert f"is in lake {tmp_path}/lake. Load it first: make load" in finished.stdout
    with duckdb.connect(f"{tmp_path}/insights.duckdb", read_only=True) as connection:
        assert (
            connection.execute("select * from information_schema.tables").fetchall()
            == []
        )
