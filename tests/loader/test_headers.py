"""Columns whose name in the files the contract gives, or which no file has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.loader.conftest import Files

SHOPIFY = ("--source", "shopify")
HEADER = (
    "Name,Id,Financial Status,Subtotal,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price\n"
)
ORDER = "#1,5001,paid,7.50,2024-01-15 23:30:00 -0500,1,Tea,7.50\n#1,,,,,1,Mug,0\n"
QUERY = (
    "select name, order_id, subtotal::text, created_at::text from raw_shopify.orders"
)


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        HEADER.replace("Name,Id", "name,order_id").replace("Subtotal", "subtotal"),
        HEADER.replace(",", ";"),
    ],
    ids=["as the contract says", "by the columns' own names", "semicolons"],
)
def test_a_column_is_found_by_its_name_in_the_files_or_its_own(
    files: Files, database: Database, header: str
) -> None:
    delimiter = ";" if ";" in header else ","
    files.write("orders_export_1.csv", header + ORDER.replace(",", delimiter))
    assert files.load(*SHOPIFY).exit_code == 0
    assert sorted(database.rows(QUERY), key=str) == [
        ("#1", "5001", "7.50", "2024-01-16 04:30:00"),
        ("#1", None, None, None),
    ]


def test_a_mapping_has_the_last_word_on_a_columns_name(
    files: Files, database: Database
) -> None:
    files.write("sales.csv", HEADER.replace("Subtotal", "Goods") + ORDER)
    files.write_mapping(
        "source: shopify\ntime_zone: America/New_York\n"
        'tables: {orders: {file: "sales.csv", columns: {subtotal: Goods}}}\n'
    )
    assert files.load().exit_code == 0
    assert ("#1", "5001", "7.50", "2024-01-15 23:30:00") in database.rows(QUERY)


def test_two_columns_for_one_of_the_contract_are_refused(
    files: Files, database: Database
) -> None:
    files.write("orders.csv", HEADER.replace("Id", "name") + ORDER)
    result = files.load(*SHOPIFY)
    assert result.exit_code == 1
    assert "more than one column for: name" in result.output
    assert database.rows("select status from raw_shopify.load_history") == [
        ("refused",)
    ]


def test_a_record_says_which_file_it_is_from(files: Files, database: Database) -> None:
    for name in ("orders_export_1.csv", "orders_export_2.csv"):
        files.write(name, HEADER + ORDER)
    assert files.load(*SHOPIFY).exit_code == 0
    assert files.check(*SHOPIFY).exit_code == 0
    assert database.rows(
        "select export_file, count(*) from raw_shopify.orders group by 1 order by 1"
    ) == [
        (f"orders_export_1.csv in {files.folder}", 2),
        (f"orders_export_2.csv in {files.folder}", 2),
    ]


def test_optional_columns_that_are_missing_go_by_their_name_in_the_files(
    files: Files, database: Database
) -> None:
    files.write("orders.csv", HEADER + ORDER)
    result = files.load(*SHOPIFY)
    assert "optional columns it lacks: Email, Phone, Cancelled at" in result.output
    assert "export_file" not in result.output
    assert database.value("select count(*) from raw_shopify.orders") == 2
