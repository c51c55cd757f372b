"""Another engine beside PostgreSQL: it builds the same marts from a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parity.comparison import compare, read_marts
from tests.project.conftest import MODELS_ONLY
from tests.project.programs import run
from tests.project.test_contoso import write_contoso
from tests.project.test_sources import TRANSACTIONS, write_olist, write_transactions

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from parity.engines import Engine
    from tests.project.conftest import Warehouse

# what stands on these does not know the source
OF_SOURCES = (
    "+customers",
    "+order_items",
    "+revenue_reconciliation",
    "+source_profile",
)


def write_list(folder: Path) -> Path:
    """Write a small list of purchases."""
    return write_transactions(folder, TRANSACTIONS)


other_sources = pytest.mark.parametrize(
    ("source", "write"),
    [
        ("contoso", write_contoso),
        ("olist", write_olist),
        ("transactions", write_list),
    ],
)


def attempt(engine: Engine, *options: str) -> subprocess.CompletedProcess[str]:
    """Build what the lake of an engine holds, if there is one."""
    folder = engine.folder
    places = ("--target-path", f"{folder}/target", "--log-path", f"{folder}/logs")
    return run(
        "dbt",
        *("build", "--target", engine.target, *options, *places),
        environment=engine.environment,
    )


def build(engine: Engine, *options: str) -> None:
    """Build, and test, what the lake of an engine holds."""
    finished = attempt(engine, *options)
    assert finished.returncode == 0, finished.stdout[-5000:]


def load_both(warehouse: Warehouse, engine: Engine, *arguments: str | Path) -> None:
    """Load files into the warehouse, and into the lake of an engine."""
    for place in ((), engine.to):
        warehouse.load(*arguments, *place)


def compare_marts(warehouse: Warehouse, engine: Engine) -> None:
    """See that what the warehouse has built is the same on an engine, row by row."""
    names = warehouse.table_names("marts")
    marts = [
        mart for mart in read_marts(engine.manifest) if f"marts.{mart.name}" in names
    ]
    assert len(marts) == len(names) > 0
    for mart in marts:
        expected = warehouse.database.rows(mart.query)
        assert compare(mart, expected, engine.rows(mart))[:5] == [], mart.name


def compare_source(
    warehouse: Warehouse, engine: Engine, source: str, files: Path
) -> None:
    """See that the marts of a source of another kind are the same on an engine."""
    load_both(warehouse, engine, files, "--source", source, "--max-rejects", "40%")
    chosen = ("--vars", f"source: {source}", *MODELS_ONLY, "--select", *OF_SOURCES)
    warehouse.build(*chosen)
    build(engine, *chosen)
    compare_marts(warehouse, engine)
