"""The exports of Shopify's admin: a row per line, an order's fields in one of them."""

from __future__ import annotations

import hashlib
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from benchmarks.shopify import figures_of_marts
from benchmarks.shopify_export import write_export
from benchmarks.shopify_figures import figures_of
from tests.project.conftest import (
    MODELS_ONLY,
    WITHOUT_COMMON_UNIT_TESTS,
    WITHOUT_UNIT_TESTS,
    Warehouse,
    generate,
    read_records,
    write_records,
)

if TYPE_CHECKING:
    from pathlib import Path

SHOPIFY = ("--vars", "source: shopify")

# Ana has two accounts under one e-mail. Bo's account has the number of order #1008.
CUSTOMERS = """\
Customer ID,First Name,Email,Accepts Email Marketing,Default Address Province Code,\
Default Address Country Code,Phone,Tags
'7002,Ana,Ana@Example.com,yes,NY,US,,vip
'7001,Ana, ana@example.COM ,no,CA,US,,
'7003,Bo,bo@example.com,yes,,DE,'+49 170 123456,
'7004,Cy,c.y+shop@example.com,no,ON,CA,,
"""
# In January: #1001 is of Ana, at half past eleven in New York. The prices of #1002 hold
# 10 of tax, of which 50 parts of 60, 8.33, are on the goods; all of it was paid back.
# #1003 is of the same guest. #1004 was cancelled, #1005 a test, #1006 costs nothing,
# nobody knows who made #1007, and #1009 is not paid. Of #1010 the first row is missing.
JANUARY = """\
Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,\
Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
Shipping Zip,Notes,Cancelled at,Payment Method,Refunded Amount,Vendor,Id,\
Lineitem discount,Phone
#1001,ANA@example.com ,paid,USD,90.00,5.00,9.00,104.00,fall10,10.00,\
2024-01-15 23:30:00 -0500,2,Tea Tin,20.00,TEA,'01037,"Ring twice,
then ""wait"" there",,Shopify Payments,0.00,Leaf,5001,0.00,
#1001,ANA@example.com ,,,,,,,,,2024-01-15 23:30:00 -0500,1,Mug - Blue,60.00,,,,,,,\
Clay,,10.00,
#1002,dee@Example.com,refunded,USD,50.00,10.00,10.00,60.00,,0.00,\
2024-01-16 10:00:00 -0500,1,Pot,50.00,POT,,,,Shopify Payments,60.00,Clay,5002,0.00,
#1003,Dee@example.com,partially_refunded,USD,30.00,0.00,0.00,30.00,,0.00,\
2024-01-17 10:00:00 -0500,1,Gift wrapping,30.00,,,,,Shopify Payments,12.00,,5003,0.00,
#1004,bo@example.com,refunded,USD,25.00,0.00,0.00,25.00,,0.00,\
2024-01-18 10:00:00 -0500,1,Tea Tin,25.00,TEA,,,2024-01-18 12:00:00 -0500,\
Shopify Payments,25.00,Leaf,5004,0.00,
#1005,bo@example.com,paid,USD,99.00,0.00,0.00,99.00,,0.00,2024-01-19 10:00:00 -0500,1,\
Pot,99.00,POT,,,,Bogus,0.00,Clay,5005,0.00,
#1006,bo@example.com,paid,USD,0.00,0.00,0.00,0.00,FREE,20.00,2024-01-20 10:00:00 -0500,\
1,Tea Tin,20.00,TEA,,,,,0.00,Leaf,5006,20.00,
#1007,,paid,USD,7.50,0.00,0.00,7.50,,0.00,2024-01-21 10:00:00 -0500,1,Tea Tin,7.50,TEA,\
,,,cash,0.00,Leaf,5007,0.00,
#1008,,paid,USD,11.00,0.00,0.00,11.00,,0.00,2024-01-22 10:00:00 -0500,1,Tea Tin,11.00,\
TEA,,,,cash,0.00,Leaf,5008,0.00,'+49 (170) 12-34-56
#1009,cy@example.com,pending,USD,13.00,0.00,0.00,13.00,,0.00,2024-01-23 10:00:00 -0500,\
1,Tea Tin,13.00,TEA,,,,Bank Deposit,0.00,Leaf,5009,0.00,
#1010,,,,,,,,,,,2,Mug - Blue,60.00,,,,,,,Clay,,0.00,
"""
# In February: by now all of #1003 was paid back. A spreadsheet turned the rows of #1011
# around, which has two tins that say the same, and filled those of #1012 down. Two
# orders are called #1013. The subtotal of #1014 is no number.
FEBRUARY = """\
Name,Email,Financial Status,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,\
Lineitem name,Lineitem price,Lineitem sku,Refunded Amount,Id
#1003,Dee@example.com,refunded,30.00,0.00,0.00,30.00,2024-01-17 10:00:00 -0500,1,\
Gift wrapping,30.00,,30.00,5003
#1011,ana@example.com,,,,,,,1,Tea Tin,20.00,TEA,,
#1011,ana@example.com,,,,,,,1,Tea Tin,20.00,TEA,,
#1011,ana@example.com,authorized,42.00,0.00,0.00,42.00,2024-02-20 09:00:00 -0500,1,\
Card,2.00,CARD,0.00,5011
#1012,cy@example.com,paid,18.00,0.00,0.00,18.00,2024-02-21 09:00:00 -0500,1,\
Tea Tin,8.00,TEA,0.00,5012
#1012,cy@example.com,paid,18.00,0.00,0.00,18.00,2024-02-21 09:00:00 -0500,1,\
Card,10.00,CARD,0.00,5012
#1013,bo@example.com,paid,5.00,0.00,0.00,5.00,2024-02-22 09:00:00 -0500,1,\
Card,5.00,CARD,0.00,5013
#1013,bo@example.com,paid,6.00,0.00,0.00,6.00,2024-02-23 09:00:00 -0500,1,\
Card,2.00,CARD,0.00,6013
#1013,bo@example.com,,,,,,,1,Card,4.00,CARD,,
#1014,bo@example.com,paid,six,0.00,0.00,6.00,2024-02-24 09:00:00 -0500,1,\
Card,6.00,CARD,0.00,5014
"""
STEPS = """
    select step, reason, rows, revenue, rows_end, revenue_end
    from marts.revenue_reconciliation
    where table_name = %s and (rows <> 0 or revenue <> 0)
    order by step_number
"""
LINES = """
    select order_id, line_number::int, product_id, category, quantity::int, line_revenue
    from marts.order_items order by order_id, line_number
"""


def write_exports(folder: Path, **orders: str) -> Path:
    """Write the exports of a small shop; those of orders by the end of their names."""
    folder.mkdir()
    (folder / "customers_export.csv").write_text(CUSTOMERS, encoding="utf-8")
    for name, content in orders.items():
        path = folder / f"orders_export_{name}.csv"
        path.write_text(content, encoding="utf-8")
    (folder / "mapping.yml").write_text(
        "source: shopify\ntime_zone: America/New_York\n", encoding="utf-8"
    )
    return folder


def load(warehouse: Warehouse, folder: Path) -> str:
    """Load exports."""
    mapping = folder / "mapping.yml"
    return warehouse.load(folder, "--mapping", mapping, "--max-rejects", "20%")


def test_lines_become_orders_items_refunds_and_persons(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    exports = write_exports(tmp_path / "exports", january=JANUARY, february=FEBRUARY)
    assert "orders: 1 rejected: not a number 1." in load(warehouse, exports)
    warehouse.build(*SHOPIFY, *WITHOUT_COMMON_UNIT_TESTS)
    rows = warehouse.database.rows
    dee, nobody = guest("dee@example.com"), "order-5007"
    cy = guest("cy@example.com")
    assert rows(
        "select order_id, customer_id, order_date::text, promo_code, revenue,"
        " net_revenue from marts.orders order by order_id"
    ) == [
        ("5001", "7001", "2024-01-15", "FALL10", Decimal("90.00"), Decimal("90.00")),
        ("5002", dee, "2024-01-16", None, Decimal("41.67"), Decimal("0.00")),
        ("5003", dee, "2024-01-17", None, Decimal("30.00"), Decimal("0.00")),
        ("5007", nobody, "2024-01-21", None, Decimal("7.50"), Decimal("7.50")),
        ("5008", "7003", "2024-01-22", None, Decimal("11.00"), Decimal("11.00")),
        ("5011", "7001", "2024-02-20", None, Decimal("42.00"), Decimal("42.00")),
        ("5012", cy, "2024-02-21", None, Decimal("18.00"), Decimal("18.00")),
        ("5013", "7003", "2024-02-22", None, Decimal("5.00"), Decimal("5.00")),
        ("6013", "7003", "2024-02-23", None, Decimal("6.00"), Decimal("6.00")),
    ]
    assert rows(LINES) == [
        ("5001", 1, "Mug - Blue", "Clay", 1, Decimal("50.00")),
        ("5001", 2, "TEA", "Leaf", 2, Decimal("40.00")),
        ("5002", 1, "POT", "Clay", 1, Decimal("41.67")),
        ("5003", 1, "Gift wrapping", "unknown", 1, Decimal("30.00")),
        ("5007", 1, "TEA", "Leaf", 1, Decimal("7.50")),
        ("5008", 1, "TEA", "Leaf", 1, Decimal("11.00")),
        ("5011", 1, "CARD", "unknown", 1, Decimal("2.00")),
        ("5011", 2, "TEA", "Leaf", 1, Decimal("20.00")),
        ("5011", 3, "TEA", "Leaf", 1, Decimal("20.00")),
        ("5012", 1, "CARD", "unknown", 1, Decimal("10.00")),
        ("5012", 2, "TEA", "Leaf", 1, Decimal("8.00")),
        ("5013", 1, "CARD", "unknown", 1, Decimal("5.00")),
        ("6013", 1, "CARD", "unknown", 1, Decimal("6.00")),
    ]
    assert rows(
        "select customer_id, orders::int, region from marts.customers order by 1"
    ) == sorted(
        [
            ("7001", 2, "CA"),
            ("7003", 3, "unknown"),
            ("7004", 0, "ON"),
            (cy, 1, "unknown"),
            (dee, 2, "unknown"),
            (nobody, 1, "unknown"),
        ]
    )
    assert rows(STEPS, ("orders",)) == [
        ("in the files", None, 21, Decimal("444.50"), 21, Decimal("444.50")),
        ("rejected", "not a number", -1, Decimal("0.00"), 20, Decimal("444.50")),
        ("superseded", None, -1, Decimal("-30.00"), 19, Decimal("414.50")),
        ("further lines", None, -6, Decimal("-18.00"), 13, Decimal("396.50")),
        ("included tax", None, 0, Decimal("-8.33"), 13, Decimal("388.17")),
        ("loaded", None, 13, Decimal("388.17"), 13, Decimal("388.17")),
        ("not counted", "cancelled", -1, Decimal("-25.00"), 12, Decimal("363.17")),
        ("not counted", "nothing to pay", -1, Decimal(0), 11, Decimal("363.17")),
        ("not counted", "pending", -1, Decimal("-13.00"), 10, Decimal("350.17")),
        ("not counted", "test", -1, Decimal("-99.00"), 9, Decimal("251.17")),
        ("counted", None, 9, Decimal("251.17"), 9, Decimal("251.17")),
        ("refunded", None, 0, Decimal("-71.67"), 9, Decimal("179.50")),
        ("net", None, 9, Decimal("179.50"), 9, Decimal("179.50")),
    ]
    assert rows(STEPS, ("refunds",)) == [
        ("in the files", None, 3, Decimal("115.00"), 3, Decimal("115.00")),
        ("tax and shipping", None, 0, Decimal("-18.33"), 3, Decimal("96.67")),
        ("loaded", None, 3, Decimal("96.67"), 3, Decimal("96.67")),
        ("order does not count", "not counted", -1, Decimal(-25), 2, Decimal("71.67")),
        ("refunded", None, 2, Decimal("71.67"), 2, Decimal("71.67")),
    ]
    # the lines of #1010, and one of those called #1013: nobody knows whose they are
    assert rows(
        "select rows_loaded::int, orphans::int from marts.source_profile"
        " where table_name = 'order_items'"
    ) == [(19, 2)]


def guest(email: str) -> str:
    """Give the id of who ordered without an account."""
    return "guest-" + hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()


def test_marts_depend_neither_on_the_order_of_rows_nor_on_how_often_they_are_exported(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    exports = write_exports(tmp_path / "exports", a=JANUARY, b=FEBRUARY)
    load(warehouse, exports)
    warehouse.build(*SHOPIFY, *MODELS_ONLY)
    tables = {*warehouse.table_names("marts")} - {
        "marts.revenue_reconciliation",
        "marts.source_profile",
    }
    straight = {table: warehouse.contents(table) for table in tables}
    assert straight["marts.order_items"]

    for name in ("a", "b"):
        path = exports / f"orders_export_{name}.csv"
        records = read_records(path)
        # a spreadsheet turns the rows around, with CRLF and a byte order mark
        write_records(path, records[0], records[::-1])
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(("\ufeff" + text).encode())
    # the older export goes by the later name, too, and the newer one is there twice
    (exports / "orders_export_a.csv").rename(exports / "orders_export_z.csv")
    shutil.copy(exports / "orders_export_b.csv", exports / "orders_export_y.csv")
    load(warehouse, exports)
    warehouse.build(*SHOPIFY, *MODELS_ONLY)
    for table, contents in straight.items():
        assert warehouse.contents(table) == contents, table


def test_an_export_with_a_long_order_and_few_columns_is_enough(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    header = (
        "Name,Financial Status,Subtotal,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price\n"
    )
    lines = [f"#1,,,,1,Thing {number},1.00\n" for number in range(2, 41)]
    first = "#1,paid,40.00,2024-01-01 10:00:00 -0500,1,Thing 1,1.00\n"
    exports = write_exports(tmp_path / "exports", all=header + first + "".join(lines))
    (exports / "customers_export.csv").unlink()
    load(warehouse, exports)
    wanted = ("+customers", "+order_items", "+revenue_reconciliation")
    warehouse.build(*SHOPIFY, *WITHOUT_UNIT_TESTS, "--select", *wanted)
    assert warehouse.database.rows(
        "select order_id, customer_id, revenue from marts.orders"
    ) == [("#1", "order-#1", Decimal("40.00"))]
    assert warehouse.database.rows(
        "select count(*), sum(line_revenue) from marts.order_items"
    ) == [(40, Decimal("40.00"))]


def test_an_export_without_orders_makes_an_empty_shop(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    header = JANUARY[: JANUARY.index("\n") + 1]
    load(warehouse, write_exports(tmp_path / "exports", none=header))
    warehouse.build(*SHOPIFY, *MODELS_ONLY)
    assert warehouse.database.rows("select * from marts.orders") == []
    assert warehouse.database.rows("select * from marts.customers") == []


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ("Subtotal", "has no column 'Subtotal'"),
        ("Created at", "has no column 'Created at'"),
        ("Lineitem quantity", "has no column 'Lineitem quantity'"),
    ],
)
def test_an_export_without_a_column_that_orders_need_is_refused_by_its_name(
    warehouse: Warehouse, tmp_path: Path, lacks: str, says: str
) -> None:
    january = JANUARY.replace(lacks, "Something", 1)
    exports = write_exports(tmp_path / "exports", january=january)
    done = warehouse.attempt("loader", "load", exports, "--source", "shopify")
    assert done.returncode == 1
    assert says in done.stdout + done.stderr


def test_an_export_that_contradicts_itself_stops_the_build(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    filled = FEBRUARY.replace("#1012,cy@example.com,paid,18.00", "#1012,,paid,19.00", 1)
    load(warehouse, write_exports(tmp_path / "exports", february=filled))
    done = warehouse.attempt_dbt("build", *SHOPIFY, *WITHOUT_UNIT_TESTS)
    assert done.returncode == 1
    assert "unique_stg_shopify__orders_order_id" in done.stdout
    assert warehouse.table_names("marts") == []


def test_orders_of_shopify_are_loaded_as_a_whole_or_not_at_all(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    exports = write_exports(tmp_path / "exports", january=JANUARY)
    load(warehouse, exports)
    done = warehouse.attempt(
        *("loader", "load", exports, "--mode", "append"),
        *("--mapping", exports / "mapping.yml"),
    )
    assert done.returncode != 0
    assert "records without a key" in done.stdout + done.stderr


def test_a_whole_shop_comes_out_as_plain_python_adds_it_up(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--customers", "400", "--months", "12")
    exports = tmp_path / "exports"
    files = write_export(shop, exports)
    expected = figures_of(exports / "customers_export.csv", files)
    # what makes it hard is in it
    said = "".join(path.read_text(encoding="utf-8") for path in files)
    for word in ("Bogus", "pending", "Custom item", "\n#", 'then ""wait""', " -0400"):
        assert word in said
    assert expected.orders > expected.buyers > expected.returning_buyers > 0
    assert expected.revenue > expected.net_revenue > 0

    warehouse.load(exports, "--mapping", exports / "mapping.yml")
    wanted = ("+customers", "+order_items", "+revenue_reconciliation")
    warehouse.build(*SHOPIFY, *WITHOUT_UNIT_TESTS, "--select", *wanted)
    connection = warehouse.database.connect()
    assert figures_of_marts(connection) == expected
    connection.close()
