"""What the marts must withstand: orders nobody can judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.project.conftest import Warehouse

UP_TO_ORDERS = ("--select", "+orders", "--exclude-resource-type", "unit_test")


def test_orders_nobody_can_judge_stop_the_build_before_the_marts(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "customers.csv").write_text("customer_id,signup_date\n1,2024-01-01\n")
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "order_id,customer_id,order_date,revenue,status,currency\n"
        "1,1,2024-01-02,10.00,completed,EUR\n"
    )
    warehouse.load(tmp_path)
    warehouse.build(*UP_TO_ORDERS)
    before = warehouse.contents("marts.orders")
    assert len(before) == 1

    with orders.open("a") as file:
        file.write("2,1,2024-01-03,99.00,teleported,EUR\n")
        file.write("3,1,2024-01-03,99.00,completed,USD\n")
    warehouse.load(tmp_path)
    done = warehouse.attempt_dbt("build", *UP_TO_ORDERS)
    assert done.returncode == 1
    assert "every_status_is_known" in done.stdout
    assert "every_foreign_order_has_an_exchange_rate" in done.stdout
    assert warehouse.contents("marts.orders") == before
