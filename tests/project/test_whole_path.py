"""The whole way, from a shop's files to the marts, on both servers."""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.project.conftest import (
    MODELS_ONLY,
    PROJECT,
    SHARED,
    WITHOUT_UNIT_TESTS,
    Warehouse,
    generate,
    read_records,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CENT = Decimal("0.01")


def revenue_in_files(folder: Path) -> Decimal:
    """Add up the counted orders' revenue, straight from the files."""
    with (PROJECT / "seeds" / "order_statuses.csv").open(encoding="utf-8") as file:
        counted = {
            row["status"].lower()
            for row in csv.DictReader(file)
            if row["source"] == "shop" and row["is_counted"].lower() == "true"
        }
    total = Decimal(0)
    for order in read_records(folder / "orders.csv"):
        if not order["status"] or order["status"].lower() in counted:
            rate = Decimal(order["exchange_rate"] or 1)
            total += (Decimal(order["revenue"]) * rate).quantize(CENT, ROUND_HALF_UP)
    return total


@pytest.mark.parametrize("which", ["server", "old_server"])
def test_a_dirty_shop_ends_in_the_tables_or_in_the_rejects(
    which: str,
    request: pytest.FixtureRequest,
    new_warehouse: Callable[..., Warehouse],
    tmp_path: Path,
) -> None:
    warehouse = new_warehouse(request.getfixturevalue(which))
    size = ("--customers", "1500", "--months", "18")
    dirty = generate(tmp_path / "dirty", *size, "--dirty")
    clean = generate(tmp_path / "clean", *size)
    manifest = json.loads((dirty / "manifest.json").read_text(encoding="utf-8"))
    warehouse.load(dirty)
    compare_with_manifest(warehouse, manifest)
    # units are tested on the newer server
    warehouse.build(*(() if which == "server" else WITHOUT_UNIT_TESTS))
    for table in ("orders", "refunds"):
        assert dict(
            warehouse.database.rows(
                "select reason, -rows from marts.revenue_reconciliation"
                " where table_name = %s and step = 'rejected'",
                (table,),
            )
        ) == Counter(
            fault["reason"] for fault in manifest["rejects"] if fault["table"] == table
        )
    # the dirt stands beside the good records: what is left is the clean shop
    good = "select order_id, revenue from raw_shop.orders"
    wanted = {
        (order["order_id"], Decimal(order["revenue"]))
        for order in read_records(clean / "orders.csv")
    }
    assert wanted <= set(warehouse.database.rows(good))


def compare_with_manifest(warehouse: Warehouse, manifest: dict[str, Any]) -> None:
    """Compare rejects and counts with what the generator says it wrote."""
    found = warehouse.database.rows(
        "select table_name, file_name, line_number, column_name, reason"
        " from raw_shop.rejected_rows"
    )
    expected = [
        (fault["table"], fault["file"], fault["line"], fault["column"], fault["reason"])
        for fault in manifest["rejects"]
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    for table, counts in manifest["tables"].items():
        [row] = warehouse.database.rows(
            "select rows_read, rows_loaded, rows_rejected, rows_duplicate"
            " from raw_shop.load_history where table_name = %s",
            (table,),
        )
        assert row == (
            counts["total_records"],
            counts["good_records"],
            counts["rejected_records"],
            counts["identical_duplicates"],
        )
        held = warehouse.database.value(f"select count(*) from raw_shop.{table}")
        assert held == counts["good_records"]


def test_the_marts_hold_the_revenue_of_the_files(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--customers", "800")
    warehouse.load(shop)
    warehouse.build(*MODELS_ONLY)
    expected = revenue_in_files(shop)
    assert expected > 0
    for query in (
        "select sum(revenue) from marts.orders",
        "select sum(gross_revenue) from marts.customers",
        "select sum(revenue) from marts.daily_revenue",
        "select sum(revenue) from marts.channel_performance",
        "select sum(revenue) from marts.channel_aov_monthly",
        "select sum(revenue) from marts.channel_region_revenue",
        "select revenue from marts.revenue_reconciliation where step = 'counted'",
    ):
        assert warehouse.database.value(query) == expected, query


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published case is not here")
def test_the_published_case_comes_out_to_the_cent_and_nothing_else_is_left(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--customers", "300", "--dirty")
    warehouse.load(shop)
    warehouse.build(*MODELS_ONLY)
    warehouse.load(SHARED / "wellness")
    warehouse.build(*WITHOUT_UNIT_TESTS)
    database = warehouse.database
    assert database.rows(
        "select count(*), sum(revenue), round(sum(revenue) / count(*), 2)"
        " from marts.orders"
    ) == [(400, Decimal("41282.33"), Decimal("103.21"))]
    assert database.rows(
        "select channel, average_order_value from marts.channel_performance"
        " order by average_order_value desc"
    ) == [
        ("social", Decimal("112.95")),
        ("organic", Decimal("104.20")),
        ("email", Decimal("101.79")),
        ("referral", Decimal("97.46")),
        ("paid_search", Decimal("96.21")),
    ]
    assert database.rows(
        "select channel, region, revenue, revenue_share"
        " from marts.channel_region_revenue order by revenue desc limit 4"
    ) == [
        ("organic", "US", Decimal("4753.54"), Decimal("0.115147")),
        ("social", "US", Decimal("4703.96"), Decimal("0.113946")),
        ("referral", "US", Decimal("4685.47"), Decimal("0.113498")),
        ("referral", "UK", Decimal("4123.85"), Decimal("0.099894")),
    ]
    assert database.rows(
        "select"
        " window_days, buyers, mature_buyers, repeat_buyers, unadjusted_repeat_buyers,"
        " round(unadjusted_repeat_rate, 2)"
        " from marts.repeat_purchase_rates"
        " where channel = 'all' and window_days <= 90 order by window_days"
    ) == [
        (30, 98, 98, 70, 70, Decimal("0.71")),
        (60, 98, 98, 90, 90, Decimal("0.92")),
        (90, 98, 96, 89, 91, Decimal("0.93")),
    ]
    assert database.rows(
        "select source, converted_sessions from marts.session_conversion"
        " order by converted_sessions desc"
    ) == [
        ("organic", 28),
        ("referral", 25),
        ("paid_search", 24),
        ("email", 18),
        ("social", 15),
    ]
    assert database.rows(
        "select signups, mature_signups, converted from marts.signup_conversion"
        " where signup_month = 'all' and channel = 'all' and window_days = 7"
    ) == [(100, 100, 30)]
    assert database.rows(
        "select sum(buyers), sum(one_time_buyers)"
        " from marts.first_order_promo_retention where promo_code <> 'none'"
    ) == [(81, 7)]
    assert database.rows(
        "select count(*), count(*) filter (where orders > 0),"
        " min(date_day)::text, max(date_day)::text from marts.daily_revenue"
    ) == [(213, 146, "2024-01-01", "2024-07-31")]
    assert database.rows(
        "select variant, round(value, 2) from marts.definition_sensitivity"
        " where kpi = 'daily revenue, 7 days' order by is_ours desc"
    ) == [("calendar days", Decimal("18.91")), ("days with orders", Decimal("122.98"))]
    # a rate in percent would add more customers than there are
    assert database.rows(
        "select base_rate, new_customers_per_month, added_customers_per_month"
        " from marts.welcome_series_scenarios where relative_improvement = 0.05"
    ) == [(Decimal("0.927083"), Decimal("14.00"), Decimal("0.65"))]
    assert database.rows(
        "select table_name, rows_loaded from marts.source_profile"
        " where rows_loaded > 0 order by table_name"
    ) == [("customers", 100), ("orders", 400), ("web_sessions", 600)]
    assert database.rows(
        "select distinct rows_end, revenue_end from marts.revenue_reconciliation"
        " where table_name = 'orders'"
    ) == [(400, Decimal("41282.33"))]
    for table in ("order_items", "refunds", "products", "marketing_spend"):
        assert database.value(f"select count(*) from raw_shop.{table}") == 0
    for table in warehouse.table_names("raw_shop", "staging", "intermediate", "marts"):
        # what loads did is remembered: their history, totals and the keys they removed
        if not table.endswith(("load_history", "load_totals", "removed_keys")):
            text = f"select count(*) from {table} as t where t::text ~ '[COS]0000'"
            assert database.value(text) == 0, table
