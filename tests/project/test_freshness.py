"""How old the data are is known from the loader's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.project.conftest import generate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.project.conftest import Warehouse


def test_a_table_that_no_load_wrote_for_a_week_is_stale(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.load(generate(tmp_path / "shop", "--customers", "20", "--months", "2"))
    said = warehouse.dbt("source", "freshness")
    assert "PASS freshness of raw_shop.orders" in said
    warehouse.database.rows(
        "update raw_shop.load_history set finished_at = finished_at - interval '8 days'"
        " where table_name = 'orders'"
    )
    said = warehouse.dbt("source", "freshness")
    assert "WARN freshness of raw_shop.orders" in said
    assert "PASS freshness of raw_shop.customers" in said
