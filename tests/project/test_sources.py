"""Other kinds of export than the shop's own: from their files to the marts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from loader.contract import read_contracts, sources
from tests.project.conftest import (
    MODELS_ONLY,
    SHARED,
    WITHOUT_COMMON_UNIT_TESTS,
    Warehouse,
    read_records,
    write_records,
)
from tests.project.programs import run

if TYPE_CHECKING:
    from pathlib import Path

# with the tests of the data on the way
TO_THE_REVENUE = (
    *("--exclude-resource-type", "unit_test"),
    *("--select", "+customers", "+revenue_reconciliation"),
)

# Ana ordered as c9 and as c2. Order o3 was cancelled, o4 has no lines; o1 has two lines
# and two payments. Order o6 has no existing day and is rejected, and nobody knows o7:
# 5 + 1 and 99 + 1 are without an order. Product p2 has no English name, p3 no category.
OLIST = {
    "olist_customers_dataset.csv": """\
"customer_id","customer_unique_id","customer_zip_code_prefix","customer_state"
"c9","ana","01037","SP"
"c2","ana","20231","RJ"
"c3","bo","01037","SP"
"c4","cy","30140","MG"
"c5","di","01037","SP"
""",
    "olist_orders_dataset.csv": """\
order_id,customer_id,order_status,order_purchase_timestamp
o1,c9,delivered,2018-01-10 10:00:00
o2,c2,delivered,2018-03-05 23:59:59
o3,c3,canceled,2018-02-01 08:00:00
o4,c4,unavailable,2018-02-02 08:00:00
o5,c5,delivered,2018-02-20 08:00:00
o6,c5,delivered,2018-02-30 08:00:00
""",
    "olist_order_items_dataset.csv": """\
order_id,order_item_id,product_id,seller_id,price,freight_value
o1,1,p1,s1,10.00,2.00
o1,2,p2,s1,20.00,3.00
o2,1,p3,s1,50.00,5.00
o3,1,p1,s1,7.00,1.00
o5,1,p1,s1,40.00,4.00
o6,1,p1,s1,5.00,1.00
o7,1,p1,s1,99.00,1.00
""",
    "olist_order_payments_dataset.csv": """\
order_id,payment_sequential,payment_type,payment_installments,payment_value
o1,1,credit_card,2,30.00
o1,2,voucher,1,5.00
""",
    "olist_order_reviews_dataset.csv": """\
review_id,order_id,review_score,review_comment_message
r1,o1,5,"good, and
on time"
r1,o2,4,
""",
    "olist_products_dataset.csv": """\
product_id,product_category_name,product_name_lenght
p1,perfumaria,40
p2,pc_gamer,30
p3,,
""",
    "olist_sellers_dataset.csv": "seller_id,seller_state\ns1,SP\n",
    "olist_geolocation_dataset.csv": """\
geolocation_zip_code_prefix,geolocation_lat,geolocation_lng
01037,-23.54562128115268,-46.63929204800168
01037,-23.54562128115268,-46.63929204800168
""",
    "product_category_name_translation.csv": """\
\ufeffproduct_category_name,product_category_name_english
perfumaria,perfumery
""",
}

# Ann bought the same twice on a day; Bob's second record has no revenue.
TRANSACTIONS = [
    "ann,2024-01-02,10.00,1,tea",
    "ann,2024-01-02,10.00,1,tea",
    "bob,2024-01-05,20.00,2,mugs",
    "bob,2024-02-05,0.00,1,mugs",
    "cyd,2024-02-07,5.50,,",
    "ann,2024-03-01,12.00,1,tea",
]
STEPS = """
    select step, reason, rows, revenue, rows_end, revenue_end
    from marts.revenue_reconciliation
    where table_name = 'orders' and (rows <> 0 or revenue <> 0)
    order by step_number
"""
LINES = """
    select order_id, line_number::int, category, quantity::int, line_revenue
    from marts.order_items order by order_id, line_number
"""


def write_olist(folder: Path) -> Path:
    """Write a small Olist."""
    folder.mkdir()
    for name, content in OLIST.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def write_transactions(folder: Path, records: list[str]) -> Path:
    """Write a list of purchases."""
    folder.mkdir()
    lines = ["customer_id,order_date,revenue,quantity,category", *records, ""]
    (folder / "transactions.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_an_order_of_olist_is_worth_its_lines_and_counts_if_delivered(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    olist = write_olist(tmp_path / "olist")
    said = warehouse.load(olist, "--source", "olist", "--max-rejects", "20%")
    assert "order_items: 2 records whose order_id does not exist" in said
    warehouse.build("--vars", "source: olist", *WITHOUT_COMMON_UNIT_TESTS)
    rows = warehouse.database.rows
    assert rows(
        "select order_id, customer_id, order_date::text, revenue, region"
        " from marts.orders order by order_id"
    ) == [
        ("o1", "c2", "2018-01-10", Decimal("35.00"), "RJ"),
        ("o2", "c2", "2018-03-05", Decimal("55.00"), "RJ"),
        ("o5", "c5", "2018-02-20", Decimal("44.00"), "SP"),
    ]
    assert rows(LINES) == [
        ("o1", 1, "perfumery", 1, Decimal("12.00")),
        ("o1", 2, "pc_gamer", 1, Decimal("23.00")),
        ("o2", 1, "unknown", 1, Decimal("55.00")),
        ("o5", 1, "perfumery", 1, Decimal("44.00")),
    ]
    assert rows(
        "select customer_id, orders::int, net_revenue"
        " from marts.customers order by customer_id"
    ) == [
        ("c2", 2, Decimal("90.00")),
        ("c3", 0, Decimal("0.00")),
        ("c4", 0, Decimal("0.00")),
        ("c5", 1, Decimal("44.00")),
    ]
    assert rows(STEPS) == [
        ("in the files", None, 6, Decimal(248), 6, Decimal(248)),
        ("rejected", "not a date", -1, Decimal(0), 5, Decimal(248)),
        ("without an order", None, 0, Decimal(-106), 5, Decimal(142)),
        ("loaded", None, 5, Decimal(142), 5, Decimal(142)),
        ("not counted", "canceled", -1, Decimal(-8), 4, Decimal(134)),
        ("not counted", "unavailable", -1, Decimal(0), 3, Decimal(134)),
        ("counted", None, 3, Decimal(134), 3, Decimal(134)),
        ("net", None, 3, Decimal(134), 3, Decimal(134)),
    ]
    for table, count in (
        ("order_payments", 2),
        ("order_reviews", 2),
        ("sellers", 1),
        ("geolocation", 2),
    ):
        assert rows(f"select count(*) from raw_olist.{table}") == [(count,)]


def test_an_earlier_day_of_olist_equals_a_build_from_files_cut_at_that_day(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    olist = write_olist(tmp_path / "olist")
    cut = write_olist(tmp_path / "cut")
    cut_at("2018-02-10", cut)
    variables = ("--vars", "{source: olist, as_of_date: 2018-02-10}")
    warehouse.load(olist, "--source", "olist", "--max-rejects", "20%")
    warehouse.build(*variables, *MODELS_ONLY)
    assert warehouse.database.rows(
        "select customer_id, orders::int from marts.customers order by customer_id"
    ) == [("c3", 0), ("c4", 0), ("c9", 1)]
    replayed = {
        table: warehouse.contents(table)
        for table in warehouse.table_names("marts")
        if table not in {"marts.revenue_reconciliation", "marts.source_profile"}
    }

    warehouse.empty()
    warehouse.load(cut, "--source", "olist", "--max-rejects", "20%")
    warehouse.build(*variables, *MODELS_ONLY)
    for table, contents in replayed.items():
        assert contents == warehouse.contents(table), table


def cut_at(day: str, folder: Path) -> None:
    """Leave in Olist's files what was in them on the evening of a day."""
    kept: dict[str, set[str]] = {"order_id": set(), "customer_id": set()}
    for order in read_records(folder / "olist_orders_dataset.csv"):
        if order["order_purchase_timestamp"][:10] <= day:
            for name, ids in kept.items():
                ids.add(order[name])
    for table, name in (
        ("orders", "order_id"),
        ("order_items", "order_id"),
        ("customers", "customer_id"),
    ):
        path = folder / f"olist_{table}_dataset.csv"
        records = read_records(path)
        left = [record for record in records if record[name] in kept[name]]
        write_records(path, records[0], left)


def test_purchases_that_say_the_same_are_purchases_of_their_own(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    said = warehouse.load(
        write_transactions(tmp_path / "straight", TRANSACTIONS),
        *("--source", "transactions", "--max-rejects", "20%"),
    )
    assert "1 rejected: out of range 1." in said
    warehouse.build("--vars", "source: transactions", *WITHOUT_COMMON_UNIT_TESTS)
    rows = warehouse.database.rows
    assert rows(
        "select customer_id, orders::int, net_revenue"
        " from marts.customers order by customer_id"
    ) == [
        ("ann", 3, Decimal("32.00")),
        ("bob", 1, Decimal("20.00")),
        ("cyd", 1, Decimal("5.50")),
    ]
    assert rows(
        "select category, count(*), sum(quantity)::int, sum(line_revenue)"
        " from marts.order_items group by category order by category"
    ) == [("mugs", 1, 2, Decimal("20.00")), ("tea", 3, 3, Decimal("32.00"))]
    assert rows(STEPS) == [
        ("in the files", None, 6, Decimal("57.50"), 6, Decimal("57.50")),
        ("rejected", "out of range", -1, Decimal(0), 5, Decimal("57.50")),
        ("loaded", None, 5, Decimal("57.50"), 5, Decimal("57.50")),
        ("counted", None, 5, Decimal("57.50"), 5, Decimal("57.50")),
        ("net", None, 5, Decimal("57.50"), 5, Decimal("57.50")),
    ]
    tables = set(warehouse.table_names("marts")) - {"marts.source_profile"}
    straight = {table: warehouse.contents(table) for table in tables}
    assert len({row[0] for row in straight["marts.orders"]}) == len(TRANSACTIONS) - 1

    warehouse.load(
        write_transactions(tmp_path / "turned", TRANSACTIONS[::-1]),
        *("--source", "transactions", "--max-rejects", "20%"),
    )
    warehouse.build("--vars", "source: transactions", *MODELS_ONLY)
    for table, contents in straight.items():
        assert warehouse.contents(table) == contents, table


# one run per source, which takes its time where the machine is shared
@pytest.mark.timeout(900)
def test_the_canonical_tables_are_alike_whatever_the_source(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shapes = {}
    for source in sources():
        folder = tmp_path / source
        folder.mkdir()
        for contract in read_contracts(source).values():
            header = ",".join(contract.columns) + "\n"
            (folder / contract.files[0]).write_text(header, encoding="utf-8")
        warehouse.load(folder, "--source", source)
        warehouse.dbt(
            *("run", "--warn-error", "--vars", f"source: {source}"),
            *("--select", "+path:models/intermediate/canonical"),
        )
        shapes[source] = warehouse.database.rows(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = 'intermediate' order by 1, 2"
        )
        warehouse.database.rows("drop schema intermediate cascade")
    assert len(shapes["shop"]) > len(shapes)
    for source, shape in shapes.items():
        assert shape == shapes["shop"], source


def test_the_age_of_each_source_is_known(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.load(
        write_olist(tmp_path / "olist"), "--source", "olist", "--max-rejects", "20%"
    )
    said = warehouse.dbt("source", "freshness", "--vars", "source: olist")
    assert "PASS freshness of raw_olist.orders" in said
    assert "raw_shop" not in said
    assert "raw_transactions" not in said


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("olisst", f"There is no source 'olisst'. There are: {', '.join(sources())}"),
        ("olist", "Load it first: make load DATA=folder SOURCE=olist"),
    ],
)
def test_a_source_that_is_not_there_is_named_and_nothing_is_built(
    warehouse: Warehouse, source: str, says: str
) -> None:
    done = warehouse.attempt_dbt("build", "--vars", f"source: {source}")
    assert done.returncode != 0
    assert says in done.stdout
    assert warehouse.table_names("staging", "seeds") == []


def test_a_source_of_which_all_was_refused_is_not_there(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "orders.csv").write_text("order_id\n1\n", encoding="utf-8")
    environment = warehouse.database.environment
    assert run("loader", "load", tmp_path, environment=environment).returncode == 1
    done = warehouse.attempt_dbt("build")
    assert "Nothing of source 'shop' is in database" in done.stdout
    assert warehouse.table_names("staging", "seeds") == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sample is not here")
def test_the_sample_of_olist_comes_out_to_the_cent(warehouse: Warehouse) -> None:
    warehouse.load(SHARED / "olist_sample", "--source", "olist")
    warehouse.build("--vars", "source: olist", *TO_THE_REVENUE)
    assert warehouse.database.rows(
        "select count(*), sum(revenue) from marts.orders"
    ) == [(7773, Decimal("1246162.25"))]
    assert warehouse.database.rows(
        "select count(*), count(*) filter (where orders > 1)"
        " from marts.customers where orders > 0"
    ) == [(7745, 28)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sample is not here")
def test_the_sample_of_cdnow_loads_by_a_mapping(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    mapping = tmp_path / "cdnow.yml"
    mapping.write_text(
        "source: transactions\n"
        "tables:\n"
        "  transactions:\n"
        "    file: CDNOW_sample.txt\n"
        "    delimiter: whitespace\n"
        "    header: [customer_id, sample_id, order_date, quantity, revenue]\n"
        '    date_format: "%Y%m%d"\n',
        encoding="utf-8",
    )
    warehouse.load(SHARED / "cdnow_sample", "--mapping", mapping)
    warehouse.build("--vars", "source: transactions", *TO_THE_REVENUE)
    assert warehouse.database.rows(
        "select rows_read, rows_rejected, rows_duplicate, rows_loaded"
        " from raw_transactions.load_history"
    ) == [(6919, 8, 0, 6911)]
    assert warehouse.database.rows(
        "select count(*), count(distinct customer_id) from marts.orders"
    ) == [(6911, 2349)]
