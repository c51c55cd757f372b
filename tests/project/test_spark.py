"""The same models on Spark, from a lake: the marts are the same.

Installing Spark takes minutes, and so does building there: `make test-spark` does both,
and runs the models' own tests there, too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from parity.engines import Spark
from tests.project.conftest import MODELS_ONLY, PROJECT, generate
from tests.project.engines import (
    attempt,
    build,
    compare_marts,
    compare_source,
    load_both,
    other_sources,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.project.conftest import Warehouse

IS_FULL = os.environ.get("SPARK") == "full"
# where other engines fail, and Spark without its errors gives null
TRAPS = {
    "amount_too_large.sql": "select cast(1e20 as decimal(18, 2))",
    "no_date.sql": "select cast('2024-02-30' as date)",
    "no_number.sql": "select cast('ten' as decimal(18, 2))",
    "nothing_to_divide_by.sql": "select 1 / (select 0)",
}

pytestmark = [
    pytest.mark.skipif(
        not Spark.is_installed(), reason="needs Java, and Spark: make .venv/.spark"
    ),
    pytest.mark.timeout(1800),
]


@pytest.fixture
def engine(tmp_path: Path) -> Spark:
    """Give the engine with a folder of its own."""
    engine = Spark(tmp_path)
    engine.start()
    return engine


def test_every_mart_is_the_same_on_spark_and_no_error_is_hidden(
    warehouse: Warehouse, engine: Spark, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--dirty", "--customers", "300")
    load_both(warehouse, engine, shop, "--max-rejects", "20%")
    warehouse.build(*MODELS_ONLY)
    build(engine, *(() if IS_FULL else MODELS_ONLY))
    compare_marts(warehouse, engine)

    traps = tmp_path / "traps"
    traps.mkdir()
    for name, query in TRAPS.items():
        (traps / name).write_text(query, encoding="utf-8")
    models = engine.folder / "target" / "compiled" / "customer_insights" / "models"
    assert len(list(models.rglob("*.sql"))) > len(warehouse.table_names("marts"))
    said = strictly(engine, models, traps)
    assert set(said) == set(TRAPS), said


@other_sources
def test_the_marts_of_other_sources_are_the_same_on_spark(
    warehouse: Warehouse,
    engine: Spark,
    tmp_path: Path,
    source: str,
    write: Callable[[Path], Path],
) -> None:
    compare_source(warehouse, engine, source, write(tmp_path / source))


def strictly(engine: Spark, *folders: Path) -> dict[str, str]:
    """Run the queries below folders with Spark's errors on; give what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.project.strict_spark", *folders],
        check=True,
        cwd=PROJECT,
        encoding="utf-8",
        env=engine.environment,
        stdout=subprocess.PIPE,
    )
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_lake_that_is_not_there_is_named_and_nothing_is_built(engine: Spark) -> None:
    finished = attempt(engine, "--exclude-resource-type", "unit_test")
    assert finished.returncode != 0
    lake = engine.environment["LAKE"]
    assert f"is in lake {lake}. Load it first: make load" in finished.stdout
    assert list(engine.tables.rglob("*.parquet")) == []
