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

from parity.comparison import compare, read_marts
from parity.engines import Spark
from tests.project.conftest import MODELS_ONLY, PROJECT, generate
from tests.project.programs import run

if TYPE_CHECKING:
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
    pytest.mark.timeout(5400 if IS_FULL else 1800),
]


def attempt(
    folder: Path, program: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run a program for the lake and the tables of a folder."""
    places = {"LAKE": str(folder / "lake"), "SPARK_FOLDER": str(folder / "tables")}
    return run(program, *arguments, environment=places)


def dbt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dbt for a folder."""
    places = ("--target-path", f"{folder}/target", "--log-path", f"{folder}/logs")
    return attempt(folder, "dbt", *arguments, "--target", "spark", *places)


def test_every_mart_is_the_same_on_spark_and_no_error_is_hidden(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--dirty", "--customers", "300")
    engine = Spark(tmp_path)
    engine.start()
    for options in ((), engine.to):
        warehouse.load(shop, "--max-rejects", "20%", *options)
    warehouse.build(*MODELS_ONLY)
    finished = dbt(engine.folder, "build", *(() if IS_FULL else MODELS_ONLY))
    assert finished.returncode == 0, finished.stdout[-5000:]
    marts = read_marts(engine.manifest)
    assert [f"marts.{mart.name}" for mart in marts] == warehouse.table_names("marts")
    for mart in marts:
        expected = warehouse.database.rows(mart.query)
        assert compare(mart, expected, engine.rows(mart))[:5] == [], mart.name

    traps = tmp_path / "traps"
    traps.mkdir()
    for name, query in TRAPS.items():
        (traps / name).write_text(query, encoding="utf-8")
    models = engine.folder / "target" / "compiled" / "customer_insights" / "models"
    assert len(list(models.rglob("*.sql"))) > len(marts)
    said = strictly(engine, models, traps)
    assert set(said) == set(TRAPS), said


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


def test_a_lake_that_is_not_there_is_named_and_nothing_is_built(tmp_path: Path) -> None:
    finished = dbt(tmp_path, "build", "--exclude-resource-type", "unit_test")
    assert finished.returncode != 0
    assert f"is in lake {tmp_path}/lake. Load it first: make load" in finished.stdout
    assert list((tmp_path / "tables").rglob("*.parquet")) == []
