"""What the marts must withstand: other collations, and orders nobody can judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import new_database
from tests.project.conftest import Warehouse, generate
from tests.project.programs import run

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.server import Server

UP_TO_ORDERS = ("--select", "+orders", "--exclude-resource-type", "unit_test")


def own_folders(warehouse: Warehouse) -> tuple[str | Path, ...]:
    """Give the options that keep what dbt writes apart."""
    return ("--target-path", warehouse.folder, "--log-path", warehouse.folder)


def test_another_server_with_another_collation_gives_the_same_marts(
    warehouse: Warehouse, old_server: Server, tmp_path: Path
) -> None:
    options = {"locale_provider": "icu", "icu_locale": "en-US", "template": "template0"}
    other = Warehouse(new_database(old_server, **options), tmp_path / "other")
    assert other.database.value("select 'a' < 'B'"), "it sorts by bytes as well"
    files = generate(tmp_path / "shop", "--customers", "300", "--months", "12")
    # ids that bytes and languages sort differently, in orders of the same second
    with (files / "customers.csv").open("a", encoding="utf-8") as file:
        columns = file_header(files / "customers.csv")
        for account in ("b1", "B2", "a3"):
            values = {
                "customer_id": account,
                "signup_date": "2024-01-01",
                "person_id": "one",
            }
            file.write(",".join(values.get(name, "") for name in columns) + "\n")
    with (files / "orders.csv").open("a", encoding="utf-8") as file:
        columns = file_header(files / "orders.csv")
        for order in ("z1", "Z2", "_3"):
            values = {
                "order_id": order,
                "customer_id": "b1",
                "order_date": "2025-02-01 10:00:00",
                "revenue": "10",
            }
            file.write(",".join(values.get(name, "") for name in columns) + "\n")
    for each in (warehouse, other):
        each.load(files)
        each.run("dbt", "seed", *own_folders(each))
        each.run("dbt", "run", *own_folders(each))
    assert warehouse.database.rows(
        "select order_id, customer_id from marts.orders"
        " where customer_id = 'B2' order by order_number"
    ) == [("Z2", "B2"), ("_3", "B2"), ("z1", "B2")]
    # which tells when it was loaded
    profile = {"marts.source_profile"}
    for table in set(warehouse.table_names("marts")) - profile:
        assert warehouse.contents(table) == other.contents(table), table


def file_header(path: Path) -> list[str]:
    """Give the column names of a CSV file."""
    return path.read_text(encoding="utf-8").splitlines()[0].split(",")


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
    done = run(
        "dbt",
        *("build", *UP_TO_ORDERS, *own_folders(warehouse)),
        environment=warehouse.database.environment,
    )
    assert done.returncode == 1
    assert "every_status_is_known" in done.stdout
    assert "every_foreign_order_has_an_exchange_rate" in done.stdout
    assert warehouse.contents("marts.orders") == before
