"""The files of the Contoso data generator: sales in dollars, whatever was paid in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.project.conftest import WITHOUT_COMMON_UNIT_TESTS, WITHOUT_UNIT_TESTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.project.conftest import Warehouse

CONTOSO = ("--vars", "source: contoso")

# Order 1 has two lines, of 20 and of 5.50, paid in pounds of which 0.8 make a
# dollar. Order 3 was given away. Order 4 has no existing day. Nobody knows customer 9.
FILES = {
    "sales.csv": """\
OrderKey,LineNumber,OrderDate,DeliveryDate,CustomerKey,StoreKey,ProductKey,Quantity,\
UnitPrice,NetPrice,UnitCost,CurrencyCode,ExchangeRate
1,0,2024-01-05,2024-01-07,100,999,7,2,12.00,10.00,4.00,GBP,0.80000
1,1,2024-01-05,2024-01-07,100,999,8,1,5.50,5.50,2.00,GBP,0.80000
2,0,2024-02-05,2024-02-05,9,999,7,3,12.00,11.00,4.00,USD,1.00000
3,0,2024-02-04,2024-02-06,101,999,8,1,5.50,0.00,2.00,EUR,0.90000
4,0,2024-02-30,2024-02-30,100,999,8,1,5.50,5.50,2.00,GBP,0.80000
""",
    "customer.csv": """\
CustomerKey,GeoAreaKey,StartDT,EndDT,Continent,Gender,State,StateFull,Country,\
CountryFull,Birthday,Age
100,1,2010-01-01,2041-01-01,Europe,female,KEN,Kent,GB,United Kingdom,1980-05-01,44
101,2,2011-01-01,2042-01-01,Europe,male,BY,Bavaria,DE,Germany,1990-05-01,34
""",
    "product.csv": """\
ProductKey,ProductCode,ProductName,Manufacturer,Brand,Color,Weight,Cost,Price,\
CategoryCode,CategoryName,SubCategoryCode,SubCategoryName
7,0101001,Radio,Contoso,Contoso,Silver,1.2,4.00,12.00,01,Audio,0101,Radios
8,0201001,Lamp,Litware,Litware,White,,2.00,5.50,02,Home,0201,Lamps
""",
}
STEPS = """
    select step, reason, rows, revenue, rows_end, revenue_end
    from marts.revenue_reconciliation
    where table_name = 'orders' and (rows <> 0 or revenue <> 0)
    order by step_number
"""


def write_contoso(folder: Path, *, lower_case: bool = False) -> Path:
    """Write a small Contoso; its tables are also published with names in lower case."""
    folder.mkdir()
    for name, content in FILES.items():
        header, records = content.split("\n", 1)
        names = header.lower() if lower_case else header
        (folder / name).write_text(f"{names}\n{records}", encoding="utf-8")
    return folder


def load(warehouse: Warehouse, folder: Path) -> None:
    """Load a Contoso."""
    warehouse.load(folder, "--source", "contoso", "--max-rejects", "20%")


def test_an_order_of_contoso_is_worth_its_net_prices_in_dollars(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, write_contoso(tmp_path / "contoso"))
    warehouse.build(*CONTOSO, *WITHOUT_COMMON_UNIT_TESTS)
    rows = warehouse.database.rows
    assert rows(
        "select order_id, customer_id, order_date::text, region, revenue"
        " from marts.orders order by order_id"
    ) == [
        ("1", "100", "2024-01-05", "Kent", Decimal("25.50")),
        ("2", "9", "2024-02-05", "unknown", Decimal("33.00")),
    ]
    assert rows(
        "select order_id, line_number::int, category, quantity::int, line_revenue"
        " from marts.order_items order by order_id, line_number"
    ) == [
        ("1", 0, "Audio", 2, Decimal("20.00")),
        ("1", 1, "Home", 1, Decimal("5.50")),
        ("2", 0, "Audio", 3, Decimal("33.00")),
    ]
    assert rows(STEPS) == [
        ("in the files", None, 5, Decimal("58.50"), 5, Decimal("58.50")),
        ("rejected", "not a date", -1, Decimal(0), 4, Decimal("58.50")),
        ("further lines", None, -1, Decimal(0), 3, Decimal("58.50")),
        ("loaded", None, 3, Decimal("58.50"), 3, Decimal("58.50")),
        ("not counted", "nothing to pay", -1, Decimal(0), 2, Decimal("58.50")),
        ("counted", None, 2, Decimal("58.50"), 2, Decimal("58.50")),
        ("net", None, 2, Decimal("58.50"), 2, Decimal("58.50")),
    ]
    # 25.50 dollars are 20.40 pounds
    assert rows(
        "select value, difference from marts.definition_sensitivity"
        " where kpi = 'revenue' and variant = 'currencies added up unconverted'"
    ) == [(Decimal("53.40"), Decimal("-5.10"))]
    assert rows(
        "select customer_id, orders::int from marts.customers order by customer_id"
    ) == [("100", 1), ("101", 0), ("9", 1)]


def test_lines_that_a_later_load_brings_reconcile_and_names_may_be_in_lower_case(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, write_contoso(tmp_path / "contoso", lower_case=True))
    more = tmp_path / "more"
    more.mkdir()
    (more / "sales.csv").write_text(
        "orderkey,linenumber,orderdate,customerkey,productkey,quantity,netprice,"
        "exchangerate\n"
        "2,0,2024-02-05,9,7,4,11.00,1\n2,1,2024-02-05,9,8,1,5.00,1\n"
        "5,0,2024-03-01,101,8,2,5.00,0.5\n",
        encoding="utf-8",
    )
    warehouse.load(more, "--source", "contoso", "--mode", "append")
    wanted = ("+customers", "+revenue_reconciliation")
    warehouse.build(*CONTOSO, *WITHOUT_UNIT_TESTS, "--select", *wanted)
    assert warehouse.database.rows(
        "select order_id, revenue from marts.orders order by order_id"
    ) == [("1", Decimal("25.50")), ("2", Decimal("49.00")), ("5", Decimal("10.00"))]
    assert warehouse.database.rows(STEPS)[-1] == (
        *("net", None, 3, Decimal("84.50"), 3, Decimal("84.50")),
    )
