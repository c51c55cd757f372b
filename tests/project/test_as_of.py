"""The marts on another day, and of a shop without a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project.conftest import (
    MODELS_ONLY,
    WITHOUT_UNIT_TESTS,
    generate,
    read_records,
    write_records,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.project.conftest import Warehouse

AS_OF = "2025-06-30"
# the column of each table whose date decides whether it is known on a day
DATES = {
    "orders": "order_date",
    "refunds": "refunded_at",
    "web_sessions": "session_date",
    "marketing_spend": "spend_date",
}
# these tell what is in the files, which an earlier day does not change
ABOUT_THE_FILES = {"marts.revenue_reconciliation", "marts.source_profile"}
# these have a row for every segment, audience, scenario, definition, step or table,
# also where there is nothing in it
NEVER_EMPTY = {
    "marts.audience_sizes",
    "marts.rfm_segments",
    "marts.value_segments",
    "marts.winback_scenarios",
    "marts.welcome_series_scenarios",
    "marts.definition_sensitivity",
    *ABOUT_THE_FILES,
}
# these sum up a forecast, and none was made
OF_A_FORECAST = {
    "marts.churn_risk_bands",
    "marts.forecast_accuracy",
    "marts.forecast_segments",
}
# but where the reconciliation comes to what counts on the day
COUNTED = """
    select table_name, step, rows, revenue
    from marts.revenue_reconciliation
    where step in ('counted', 'refunded', 'net')
    order by step_number
"""


def test_an_earlier_as_of_date_equals_a_build_from_files_cut_at_that_date(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--customers", "700", "--months", "18")
    cut = cut_at(AS_OF, shop, tmp_path / "cut")
    on_that_day = ("--vars", f"{{as_of_date: {AS_OF}}}")
    warehouse.load(shop)
    warehouse.build(*on_that_day, *WITHOUT_UNIT_TESTS)
    tables = warehouse.table_names("marts")
    assert set(tables) > ABOUT_THE_FILES
    replayed = {
        table: warehouse.contents(table) for table in set(tables) - ABOUT_THE_FILES
    }
    counted = warehouse.database.rows(COUNTED)
    assert len(counted) == 4

    warehouse.empty()
    warehouse.load(cut)
    warehouse.build(*on_that_day, *MODELS_ONLY)
    for table, contents in sorted(replayed.items()):
        assert (contents == []) == (table in OF_A_FORECAST), table
        assert contents == warehouse.contents(table), table
    assert counted == warehouse.database.rows(COUNTED)


def cut_at(day: str, shop: Path, folder: Path) -> Path:
    """Write a shop's files as they were on the evening of a day."""
    folder.mkdir()
    kept_orders = {
        order["customer_id"]
        for order in read_records(shop / "orders.csv")
        if order["order_date"][:10] <= day
    }
    for path in shop.glob("*.csv"):
        records = read_records(path)
        names = list(records[0])
        date = DATES.get(path.stem)
        if date:
            records = [record for record in records if record[date][:10] <= day]
        if path.stem == "customers":
            records = [
                record
                for record in records
                if record["signup_date"][:10] <= day
                or record["customer_id"] in kept_orders
            ]
        if path.stem == "order_items":
            orders = {
                order["order_id"] for order in read_records(folder / "orders.csv")
            }
            records = [record for record in records if record["order_id"] in orders]
        write_records(folder / path.name, names, records)
    return folder


def test_an_empty_shop_builds(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id,signup_date\n")
    (tmp_path / "orders.csv").write_text("order_id,customer_id,order_date,revenue\n")
    warehouse.load(tmp_path)
    warehouse.build(*WITHOUT_UNIT_TESTS)
    for table in warehouse.table_names("marts"):
        assert (warehouse.contents(table) != []) == (table in NEVER_EMPTY), table
    assert warehouse.database.rows(
        "select sum(customers), sum(net_revenue) from marts.rfm_segments"
    ) == [(0, 0)]


def test_a_day_before_the_first_order_stops_the_build_before_the_marts(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "customers.csv").write_text("customer_id,signup_date\n1,2024-01-01\n")
    (tmp_path / "orders.csv").write_text(
        "order_id,customer_id,order_date,revenue\n1,1,2024-02-01,10\n"
    )
    warehouse.load(tmp_path)
    done = warehouse.attempt_dbt(
        *("build", "--vars", "{as_of_date: 2024-01-31}"),
        *WITHOUT_UNIT_TESTS,
    )
    assert done.returncode != 0
    assert "assert_as_of_date_is_not_before_the_first_order" in done.stdout
    assert set(warehouse.table_names("marts")) <= ABOUT_THE_FILES


@pytest.mark.parametrize(
    "variables",
    [
        {
            "asof_date": ("2025-06-30", "There is no variable 'asof_date'"),
            "as_of_date": ("30/06/2025", "must be a date such as"),
            "churn_months": ("0", "must be a whole number from 1"),
            "segment_history_months": ("2.5", "must be a whole number from 1"),
            "min_pair_orders": ("-1", "must be a whole number from 1"),
            "vip_share": ("1", "must be between 0 and 1"),
            "vip_min_orders": ("'3'", "must be a whole number from 1"),
            "repeat_windows": ("[]", "must be a list of different days"),
            "signup_windows": ("[7, 1.5]", "must be a list of different days"),
        },
        {
            "as_of_date": ("2999-01-01", "not in the future"),
            "churn_months": ("1000", "must be a whole number from 1"),
            "vip_share": ("0", "must be between 0 and 1"),
            "repeat_windows": ("[30, 30]", "must be a list of different days"),
            "signup_windows": ("x", "must be a list of different days"),
        },
        {"repeat_windows": ("[0]", "must be a list of different days")},
    ],
    ids=["wrong", "out of bounds", "one"],
)
def test_a_misspelt_or_absurd_variable_builds_nothing(
    warehouse: Warehouse, variables: dict[str, tuple[str, str]]
) -> None:
    given = ", ".join(f"{name}: {value}" for name, (value, _) in variables.items())
    done = warehouse.attempt_dbt("build", "--vars", f"{{{given}}}")
    assert done.returncode != 0
    for name, (_, says) in variables.items():
        told = [line for line in done.stdout.splitlines() if name in line]
        assert any(says in line for line in told), name
    assert warehouse.table_names("marts", "seeds", "staging") == []
