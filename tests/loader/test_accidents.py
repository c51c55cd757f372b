"""What went wrong once, and must not again."""

from __future__ import annotations

import gzip
import os
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from loader import reading
from tests.conftest import lead_to, new_database
from tests.loader.conftest import CUSTOMERS, ORDER, ORDERS, orders

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.loader.conftest import Files


@pytest.mark.parametrize(
    "content",
    [
        "customer_id,signup_date\nann,2024-01-01\n\nbob,2024-01-01",
        "customer_id,signup_date\nann,2024-01-01\r\nbob,2024-01-01",
    ],
    ids=["a blank line", "one CRLF"],
)
def test_an_odd_line_end_may_make_up_for_a_missing_one(
    files: Files, database: Database, content: str
) -> None:
    files.write_shop()
    files.write("customers.csv", content)
    assert files.load().exit_code == 0
    assert database.value("select count(*) from raw_shop.customers") == 2


@pytest.mark.parametrize("which", ["server", "old_server"])
def test_a_backslash_and_a_dot_alone_on_a_line_end_nothing(
    files: Files,
    which: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = new_database(request.getfixturevalue(which))
    lead_to(database, monkeypatch)
    files.write_shop()
    files.write("products.csv", "product_id\np1\n\\.\np2\n")
    assert files.load().exit_code == 0
    assert database.value("select count(*) from raw_shop.products") == 3


def test_now_and_today_are_no_dates(files: Files, database: Database) -> None:
    files.write_shop()
    files.write(
        "customers.csv", "customer_id,signup_date\na,01/01/2024\nb,today\nc,now\n"
    )
    files.write_mapping('tables: {customers: {date_format: "%d/%m/%Y"}, orders: {}}')
    assert files.load("--max-rejects", "90%").exit_code == 0
    assert database.rows("select reason from raw_shop.rejected_rows") == [
        ("not a date",),
        ("not a date",),
    ]


def test_a_mapping_means_what_is_written(files: Files, database: Database) -> None:
    files.write_shop()
    files.write(
        "customers.csv", "customer_id,signup_date,country\na,,Norge\nb,2024-01-02,NO\n"
    )
    files.write_mapping(
        """
        tables:
          orders: {}
          customers:
            columns: {channel: country}
            values: {channel: {Norge: NO, NO: "", 1: 2}}
            defaults: {region: 007, signup_date: 2024-05-06}
        """
    )
    result = files.load()
    assert result.exit_code == 0, result.output
    assert database.rows(
        "select channel, country, region, signup_date::date::text"
        " from raw_shop.customers order by customer_id"
    ) == [("NO", None, "007", "2024-05-06"), (None, None, "007", "2024-01-02")]


def test_compressed_files_are_found_with_a_mapping_too(
    files: Files, database: Database
) -> None:
    files.write("customers.csv.gz", gzip.compress(CUSTOMERS.encode()))
    files.write("orders.csv", ORDERS)
    files.write_mapping("tables: {customers: {}, orders: {}}")
    assert files.load().exit_code == 0


def test_amounts_are_added_up_to_the_last_digit(
    files: Files, database: Database
) -> None:
    files.write_shop()
    large, small = "999999999999.12345678901234567891", "0.00000000000000000001"
    files.write(
        "orders.csv", f"{ORDER}1,ann,2024-01-01,{large}\n2,ann,2024-01-01,{small}\n"
    )
    assert files.load().exit_code == 0
    totals = database.rows(
        "select distinct amount from raw_shop.load_totals where table_name = 'orders'"
    )
    assert totals == [(Decimal("999999999999.12345678901234567892"),)]


def test_a_block_is_cut_the_same_when_it_is_read_again(
    files: Files, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_shop()
    files.write(
        "customers.csv",
        "customer_id,signup_date,channel\nd,2024-01-01,a\nd,2024-01-01,b\n"
        's,2024-01-01,"open\ne,2024-01-01,x\nl,2024-01-01,aa"bbzzzzzzzzzzzzzzzz\n',
    )
    monkeypatch.setattr(reading, "BLOCK_BYTES", 90)
    result = files.load("--max-rejects", "90%")
    assert result.exit_code == 0, result.output
    assert database.rows(
        "select line_number, reason from raw_shop.rejected_rows order by 1"
    ) == [(3, "duplicate key"), (4, "broken quotes"), (6, "broken quotes")]


def test_lines_of_blanks_may_end_a_block(
    files: Files, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_shop()
    files.write(
        "products.csv",
        "product_id product_name\n" + "".join(f"p{n:03} x\n \n" for n in range(300)),
    )
    files.write_mapping(
        "tables: {customers: {}, orders: {}, products: {delimiter: whitespace}}"
    )
    monkeypatch.setattr(reading, "BLOCK_BYTES", 64)
    assert files.load().exit_code == 0
    assert database.value("select count(*) from raw_shop.products") == 300


def test_many_carriage_returns_in_a_value_take_time_in_proportion(
    files: Files,
) -> None:
    files.write_shop()
    text = "a\r" * 400_000
    files.write(
        "customers.csv", f'customer_id,signup_date,channel\na,2024-01-01,"{text}"\n'
    )
    assert files.check().exit_code == 0


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("tables: {orders: {defaults: {revenue: ten}}}", "not a number"),
        ('tables: {orders: {defaults: {status: "a\\0b"}}}', "NUL"),
        ("tables: {orders: {columns: {order_id: X, status: X}}}", "said to be X"),
    ],
)
def test_a_contradictory_mapping_is_a_usage_error(
    files: Files, mapping: str, says: str
) -> None:
    files.write_shop()
    files.write_mapping(mapping)
    result = files.check()
    assert result.exit_code == 2, result.output
    assert says in result.output


def test_what_is_no_file_is_left_alone_or_named(files: Files) -> None:
    files.write_shop()
    os.mkfifo(files.folder / "orders_pipe.csv")
    (files.folder / "orders_gone.csv").symlink_to("nowhere.csv")
    (files.folder / "loop.csv").symlink_to("loop.csv")
    assert files.check().exit_code == 0
    result = files.run("check", str(files.folder / "orders_pipe.csv"))
    assert result.exit_code == 2
    assert "neither a file nor a folder" in result.output
    assert files.run("check", "x" * 5000).exit_code == 2


def test_a_name_that_is_no_text_is_refused(files: Files) -> None:
    files.write_shop()
    name = os.fsdecode(os.fsencode(files.folder) + b"/orders_\xff.csv")
    os.rename(files.folder / "orders.csv", name)  # noqa: PTH104 a name of bytes
    result = files.check()
    assert result.exit_code == 2
    assert "not UTF-8" in result.output


@pytest.mark.parametrize("share", ["NaN%", "sNaN%", "-1%", "101%"])
def test_a_share_is_between_0_and_100_percent(files: Files, share: str) -> None:
    files.write_shop()
    assert files.check("--max-rejects", share).exit_code == 2


@pytest.mark.parametrize("header", ["customer_id\0,signup_date", "x" * 200_000])
def test_a_header_that_is_no_text_is_refused(
    files: Files, database: Database, header: str
) -> None:
    files.write_shop()
    files.write("customers.csv", header + "\n")
    assert files.load().exit_code == 1
    assert database.value("select count(*) from raw_shop.load_history") == 2


def test_a_table_of_somebody_else_is_left_alone(
    files: Files, database: Database
) -> None:
    files.write_shop()
    database.rows("create schema raw_shop")
    database.rows("create table raw_shop.orders (mine int)")
    result = files.load()
    assert result.exit_code == 2
    assert "not a table that the loader has made" in result.output
    assert database.value("select count(*) from raw_shop.orders") == 0


def test_texts_are_shown_as_they_are(files: Files, database: Database) -> None:
    files.write_shop()
    files.write("orders.csv", ORDER + "a:x:b,bad:100:,1:o:2\n")
    files.load("--max-rejects", "100%")
    assert "a:x:b,bad:100:,1:o:2" in files.run("rejects").output
    assert orders(database) == []


def test_a_moment_with_an_offset_far_away_is_in_the_future(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write(
        "customers.csv",
        "customer_id,signup_date\na,2024-01-01\nb,4048-01-02T10:00:00+02:00\n"
        "c,2024-02-30T10:00:00Z\n",
    )
    assert files.load("--max-rejects", "90%").exit_code == 0
    assert database.rows(
        "select reason from raw_shop.rejected_rows order by line_number"
    ) == [("date in the future",), ("not a date",)]
