"""What files may look like: dialects, mappings, columns, and what is refused."""

from __future__ import annotations

import gzip
import itertools
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.loader.conftest import CUSTOMERS, ORDER, ORDERS, orders, rejects

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.loader.conftest import Files


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("order_id,customer_id,revenue\n", "has no column 'order_date'"),
        ("Order_ID;Client;Total\n", "It has 'Order_ID', 'Client', 'Total'"),
        (ORDER.replace(",revenue", ",revenue,revenue"), "more than one column"),
        (ORDER + '2,bob,2024-01-01,5\n1,"ann,2024-01-01', "line 3 is never closed"),
        (ORDER.replace("\n", "\r") + "1,ann,2024-01-01,5\r", "carriage returns"),
        (ORDER.encode("utf-16"), "UTF-16"),
        (b"order_id,\xff\n", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_refuses_the_load(
    files: Files, database: Database, content: str | bytes, says: str
) -> None:
    files.write_shop()
    files.load()
    path = files.write("orders.csv", content)
    result = files.load()
    assert result.exit_code == 1
    assert says in result.output
    assert str(path) in result.output
    assert len(orders(database)) == 3
    assert ("refused",) in database.rows("select status from raw_shop.load_history")
    assert files.check().exit_code == 1


def test_a_header_alone_is_an_empty_table(files: Files, database: Database) -> None:
    files.write_shop()
    files.write("orders.csv", ORDER.rstrip("\n"))
    assert files.load().exit_code == 0
    assert orders(database) == []


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + ORDERS,
        ORDERS.replace("\n", "\r\n"),
        ORDERS.replace(",", ";"),
        ORDERS.replace(",", "\t"),
        ORDERS.replace(",", "|"),
        ORDERS.rstrip("\n"),
        ORDERS.replace("\n", "\n\n"),
        ORDERS.replace("ann", '"ann"'),
    ],
    ids=["bom", "crlf", "semicolon", "tab", "bar", "no end", "blank lines", "quotes"],
)
def test_the_usual_dialects_are_understood(
    files: Files, database: Database, content: str
) -> None:
    files.write_shop()
    files.write("orders.csv", content)
    assert files.load().exit_code == 0
    assert orders(database) == [
        ("1", Decimal("10.00")),
        ("2", Decimal("20.50")),
        ("3", Decimal(5)),
    ]


def test_compressed_files_are_read(files: Files, database: Database) -> None:
    files.write("customers.csv", CUSTOMERS)
    files.write("orders.csv.gz", gzip.compress(ORDERS.encode()))
    assert files.load().exit_code == 0
    assert len(orders(database)) == 3
    files.write("orders.csv.gz", gzip.compress(ORDERS.encode())[:-12])
    result = files.load()
    assert result.exit_code == 1
    assert "cannot be read to its end" in result.output


def test_unknown_columns_are_named_and_left_out_in_any_order(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write(
        "orders.csv",
        "note,revenue,order_id,customer_id,order_date\n"
        '"a ""note"", with\nall",10,1,ann,2024-01-03\n',
    )
    result = files.load()
    assert result.exit_code == 0
    assert "columns left out, as no contract has them: note" in result.output
    assert orders(database) == [("1", Decimal(10))]


def test_other_files_in_the_folder_are_listed_as_ignored(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write("notes.txt", "nothing")
    result = files.load()
    assert result.exit_code == 0
    assert "Ignored, as no table wants them: notes.txt" in result.output


def test_a_mapping_renames_and_reformats(files: Files, database: Database) -> None:
    files.write("customers.csv", CUSTOMERS)
    files.write(
        "sales-1.txt",
        "Order #;Client;Date;Total;promo_used\n"
        '1;ann;31/12/2023;"1234,50";-\n'
        "2;bob;01/02/2024;7;WELCOME\n"
        "3;bob;30/02/2024;7;\n"
        "4;bob;01/02/2024;7.5;\n",
    )
    files.write_mapping(
        """
        source: shop
        time_zone: Europe/Paris
        currency: EUR
        tables:
          customers: {}
          orders:
            file: "sales-*.txt"
            delimiter: ";"
            decimal: ","
            date_format: "%d/%m/%Y"
            columns:
              order_id: "Order #"
              customer_id: Client
              order_date: Date
              revenue: Total
            defaults: {status: completed}
            values: {promo_used: {"-": null}}
        """
    )
    result = files.load("--max-rejects", "50%")
    assert result.exit_code == 0, result.output
    loaded = database.rows(
        "select order_id, order_date::text, revenue, promo_used, status"
        " from raw_shop.orders order by order_id"
    )
    assert loaded == [
        ("1", "2023-12-31 00:00:00", Decimal("1234.50"), None, "completed"),
        ("2", "2024-02-01 00:00:00", Decimal(7), "WELCOME", "completed"),
    ]
    assert [row[1:] for row in rejects(database)] == [
        (4, "order_date", "not a date"),
        (5, "revenue", "not a number"),
    ]
    assert database.rows(
        "select distinct time_zone, currency from raw_shop.load_history"
    ) == [("Europe/Paris", "EUR")]


def test_a_file_without_header_and_with_blanks_between_values(
    files: Files, database: Database
) -> None:
    files.write("customers.csv", CUSTOMERS)
    files.write(
        "sales.txt", " 00004 1 19970101  2   29.33\n   \n 00005 2 19970231 1 5\n"
    )
    files.write_mapping(
        """
        tables:
          customers: {}
          orders:
            file: sales.txt
            delimiter: whitespace
            header: [customer_id, order_id, order_date, units, revenue]
            date_format: "%Y%m%d"
        """
    )
    result = files.load("--max-rejects", "50%")
    assert result.exit_code == 0, result.output
    assert database.rows(
        "select customer_id, order_id, revenue from raw_shop.orders"
    ) == [("00004", "1", Decimal("29.33"))]
    assert rejects(database) == [("sales.txt", 3, "order_date", "not a date")]
    raw = database.value("select raw_record from raw_shop.rejected_rows")
    assert bytes(raw) == b" 00005 2 19970231 1 5"


def test_offsets_are_converted_to_the_shops_time_zone(
    files: Files, database: Database
) -> None:
    files.write("customers.csv", CUSTOMERS)
    files.write(
        "orders.csv",
        ORDER
        + "1,ann,2024-01-01T23:30:00Z,1\n"
        + "2,ann,2024-07-01 10:00:00 -0500,1\n"
        + "3,ann,2024-07-01 10:00:00.1234567+02:00,1\n"
        + "4,ann,2024-07-01 10:00,1\n",
    )
    files.write_mapping("time_zone: Europe/Paris\n")
    result = files.load()
    assert result.exit_code == 0, result.output
    assert database.rows(
        "select order_id, order_date::text from raw_shop.orders order by order_id"
    ) == [
        ("1", "2024-01-02 00:30:00"),
        ("2", "2024-07-01 17:00:00"),
        ("3", "2024-07-01 10:00:00.123456"),
        ("4", "2024-07-01 10:00:00"),
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--max-rejects", "5"], "not a percentage"),
        (["--source", "nowhere"], "no source 'nowhere'"),
        (["--mapping", "missing.yml"], "cannot be read"),
    ],
)
def test_a_wrong_option_is_a_usage_error(
    files: Files, database: Database, options: list[str], says: str
) -> None:
    files.write_shop()
    result = files.load(*options)
    assert result.exit_code == 2
    assert says in result.output


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("tables: {sales: {}}", "names a table 'sales'"),
        ("tables: {orders: {columns: {total: Total}}}", "names a column 'total'"),
        ("tables: {orders: {colums: {}}}", "tables.orders.colums"),
        ("time_zone: Mars/Olympus", "not a time zone"),
        ("currency: euro", "currency"),
        ("just text", "not a YAML dictionary"),
        ("tables: {orders: {date_format: DD/MM/YYYY}}", "does not name day, month"),
        ("tables: {orders: {date_format: '%d/%m'}}", "does not name day, month"),
        ("source: shop\ntables: {orders: {delimiter: ';;'}}", "one plain character"),
    ],
)
def test_a_wrong_mapping_is_a_usage_error(
    files: Files, database: Database, mapping: str, says: str
) -> None:
    files.write_shop()
    files.write_mapping(mapping)
    result = files.load()
    assert result.exit_code == 2
    assert says in result.output


def test_columns_may_come_in_any_order(files: Files, database: Database) -> None:
    files.write_shop()
    values = {
        "session_date": "2024-01-31 10:30:00",
        "page_views": "7",
        "converted": "true",
        "duration_seconds": "0.5",
        "source": "email",
    }
    for number, names in enumerate(itertools.permutations(values)):
        lines = [",".join(["session_id", *names])]
        lines += [
            ",".join([f"{number}-{row}", *(values[name] for name in names)])
            for row in range(3)
        ]
        files.write(f"web_sessions_{number:03}.csv", "\n".join(lines))
    result = files.load()
    assert result.exit_code == 0, result.output
    assert database.rows(
        "select session_date::text, page_views, converted, duration_seconds::text,"
        " source, count(*) from raw_shop.web_sessions group by 1, 2, 3, 4, 5"
    ) == [("2024-01-31 10:30:00", 7, True, "0.5", "email", 360)]
