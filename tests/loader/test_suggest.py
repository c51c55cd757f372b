"""`loader suggest`: what it writes loads as it is, and says where it may be wrong."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loader.suggest import proof, sample
from tests.loader.conftest import CUSTOMERS, ORDER, ORDERS, Files, orders
from tests.loader.suggesting import (
    days,
    load_it,
    mapping_of,
    suggested,
    table_text,
)

if TYPE_CHECKING:
    from tests.conftest import Database

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "data"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the samples are not here")
@pytest.mark.parametrize(
    ("folder", "query", "expected"),
    [
        (
            "wellness",
            (
                "select (select count(*) from raw_shop.customers), count(*),"
                " sum(revenue),"
                " (select count(*) from raw_shop.web_sessions where converted)"
                " from raw_shop.orders"
            ),
            (100, 400, Decimal("41282.33"), 110),
        ),
        (
            "olist_sample",
            (
                "select count(distinct orders.order_id), sum(price + freight_value)"
                " from raw_olist.orders"
                " inner join raw_olist.order_items using (order_id)"
                " where order_status = 'delivered'"
            ),
            (7773, Decimal("1246162.25")),
        ),
        (
            "cdnow_sample",
            (
                "select rows_read, rows_rejected, rows_loaded,"
                " (select count(distinct customer_id)"
                " from raw_transactions.transactions)"
                " from raw_transactions.load_history"
            ),
            (6919, 8, 6911, 2349),
        ),
    ],
)
def test_real_exports_load_without_a_line_edited(
    files: Files,
    database: Database,
    folder: str,
    query: str,
    expected: tuple[object, ...],
) -> None:
    for path in (SHARED / folder).iterdir():
        shutil.copyfile(path, files.folder / path.name)
    suggested(files)
    load_it(files)
    assert database.rows(query) == [expected]


def test_a_german_export_loads_as_suggested(files: Files, database: Database) -> None:
    customers = table_text(
        ("Kunden-Nr.", "Registriert am", "Kanal", "E-Mail", "Newsletter", "Notiz"),
        [
            (
                f"K{n:03}",
                f"{day:%d.%m.%Y}",
                "Flyer Köln",
                "",
                "ja" if n % 3 else "nein",
                "",
            )
            for n, day in enumerate(days(date(2023, 1, 1), 40))
        ],
        ";",
    )
    files.write("Kunden.csv", customers.encode("cp1252"))
    for month in (1, 2):
        amounts = ["12,50", "999,90", "1.234,50", "10.000,00"]
        statuses = ["bezahlt", "storniert", "Größe?"]
        rows = [
            (
                f"{month}{n:02}", f"K{n:03}", f"{n + 1:02}.{month:02}.2024 14:05",
                amounts[n % 4], statuses[n % 3 if n > 2 else 0],
            )
            for n in range(20)
        ]  # fmt: skip
        names = (
            "Bestellnummer",
            "Kundennummer",
            "Bestelldatum",
            "Nettobetrag",
            "Status",
        )
        text = table_text(names, rows, ";")
        files.write(f"Bestellungen_2024-0{month}.csv", text.encode("cp1252"))
    files.write("Lies mich.txt", "Hallo,\nhier sind die Daten, wie besprochen.\n")
    said = suggested(files)
    assert "is 'Flyer Köln' right?" in said
    assert "Columns of customers left out: Notiz." in said
    assert "Lies mich.txt is left out" in said
    assert mapping_of(files, "orders")["file"] == "Bestellungen_*.csv"
    load_it(files)
    assert database.rows(
        "select channel, accepts_marketing, count(*), max(signup_date)::text"
        " from raw_shop.customers group by channel, accepts_marketing order by 2"
    ) == [
        ("Flyer Köln", False, 14, "2023-02-09 00:00:00"),
        ("Flyer Köln", True, 26, "2023-02-08 00:00:00"),
    ]
    total = 2 * 5 * (Decimal("12.50") + Decimal("999.90") + Decimal("1234.50") + 10000)
    assert database.rows(
        "select count(*), sum(revenue), min(order_date)::text, max(order_date)::text,"
        " string_agg(distinct status, ', ' order by status) from raw_shop.orders"
    ) == [
        (
            40,
            total,
            "2024-01-01 14:05:00",
            "2024-02-20 14:05:00",
            "Größe?, cancelled, paid",
        )
    ]


def test_a_french_export_in_utf_16_loads_as_suggested(
    files: Files, database: Database
) -> None:
    customers = table_text(
        ("N° client", "Date d'inscription", "Pays"),
        [
            (n, f"{day:%d/%m/%Y}", "Réunion")
            for n, day in enumerate(days(date(2024, 1, 1), 30))
        ],
        "\t",
    )
    orders_text = table_text(
        ("N° commande", "N° client", "Date de commande", "Montant HT"),
        [
            (n, n % 30, f"{day:%d/%m/%Y}", f"1\u202f{n:03},25\u00a0€")
            for n, day in enumerate(days(date(2024, 2, 1), 50))
        ],
        "\t",
    )
    files.write("clients.txt", customers.encode("utf-16"))
    files.write("commandes.txt", orders_text.encode("utf-16"))
    suggested(files)
    load_it(files)
    assert database.rows(
        "select sum(revenue), max(order_date)::text, count(distinct customer_id)"
        " from raw_shop.orders"
    ) == [
        (Decimal(50 * 1000 + 49 * 25) + 50 * Decimal("0.25"), "2024-03-21 00:00:00", 30)
    ]
    assert (
        database.value("select distinct country from raw_shop.customers") == "Réunion"
    )


def test_an_american_export_loads_as_suggested(
    files: Files, database: Database
) -> None:
    files.write(
        "Customer List.csv",
        table_text(
            ("Customer ID", "Date Created", "State", "Email Opt-In"),
            [
                (n, f"{n}/1/2023 3:05 PM", "CA", "Y" if n % 2 else "N")
                for n in range(1, 13)
            ],
        ),
    )
    files.write(
        "Sales Report.csv",
        table_text(
            ("Order #", "Customer", "Order Date", "Subtotal", "Tax", "Total", "Coupon"),
            [
                (n, n % 12 + 1, f"{n % 12 + 1}/{n % 28 + 1}/2023", f"$1,{n:03}.50",
                 "$5.00", "$2,000.00", "N/A")
                for n in range(100)
            ],
        ),
    )  # fmt: skip
    said = suggested(files)
    assert "or is it 'Total'?" in said
    # days and months of the first file are told by those of the second
    assert "which is 1/1/2023 3:05 PM? Other columns have it so" in said
    load_it(files)
    assert database.rows(
        "select sum(revenue), sum(tax_amount), count(promo_used),"
        " max(order_date)::text from raw_shop.orders"
    ) == [(Decimal(100 * 1000 + 4950 + 50), Decimal(500), 0, "2023-12-28 00:00:00")]
    assert database.rows(
        "select accepts_marketing, min(signup_date)::text from raw_shop.customers"
        " group by accepts_marketing order by accepts_marketing"
    ) == [(False, "2023-02-01 15:05:00"), (True, "2023-01-01 15:05:00")]


def test_a_list_without_names_and_with_blanks_loads_as_suggested(
    files: Files, database: Database
) -> None:
    lines = [
        f"C{n % 7:02}   {1000 + n} 2023/{n % 12 + 1:02}/{n % 28 + 1:02}"
        f"  {n % 4 + 1}   {n}.25"
        for n in range(1, 90)
    ]
    files.write("data.txt", "\n".join(lines))
    said = suggested(files)
    assert "there are no names: the values alone say what is what" in said
    load_it(files)
    assert database.rows(
        "select sum(revenue), count(distinct customer_id), sum(quantity),"
        " min(order_id), max(order_date)::text from raw_transactions.transactions"
    ) == [
        (Decimal(sum(range(1, 90))) + 89 * Decimal("0.25"), 7,
         sum(n % 4 + 1 for n in range(1, 90)), "1001", "2023-12-28 00:00:00")
    ]  # fmt: skip


def shop_with_dates(files: Files, dates: list[str]) -> None:
    """Write a shop whose orders have these dates."""
    files.write("customers.csv", CUSTOMERS)
    rows = [(n, "ann", text, "5.00") for n, text in enumerate(dates)]
    names = ("order_id", "customer_id", "order_date", "revenue")
    files.write("orders.csv", table_text(names, rows))


def test_a_day_and_a_month_that_nothing_tells_apart_are_unsure(
    files: Files, database: Database
) -> None:
    shop_with_dates(files, ["03/04/2024", "05/06/2024"])
    said = suggested(files)
    assert (
        "no date of the sample tells %d/%m/%Y from %m/%d/%Y: which is 03/04/2024?"
        in said
    )
    assert files.mapping is not None
    assert "# unsure: order_date: no date" in files.mapping.read_text(encoding="utf-8")


def test_one_date_far_behind_decides_between_day_and_month(
    files: Files, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "WHOLE_BYTES", 1 << 14)
    monkeypatch.setattr(sample, "WINDOW_BYTES", 1 << 10)
    for late, expected in (("13/04/2024", "%d/%m/%Y"), ("04/13/2024", "%m/%d/%Y")):
        shop_with_dates(files, ["03/04/2024"] * 3000 + [late] + ["03/04/2024"] * 9)
        said = suggested(files)
        assert "no date of the sample" not in said
        assert mapping_of(files, "orders")["date_format"] == expected
    load_it(files)
    assert database.value("select max(order_date)::text from raw_shop.orders") == (
        "2024-04-13 00:00:00"
    )


def test_a_large_file_is_known_by_its_samples(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "WHOLE_BYTES", 1 << 16)
    monkeypatch.setattr(sample, "WINDOW_BYTES", 1 << 11)
    monkeypatch.setattr(proof, "WHOLE_CHECK_BYTES", 0)
    files.write("customers.csv", CUSTOMERS)
    rows = [(n, "Zoé", "2024-01-01", "5.00") for n in range(20000)]
    text = table_text(("order_id", "customer_id", "order_date", "revenue"), rows)
    for encoding in ("utf-8", "cp1252", "utf-16"):
        files.write("orders.csv", text.encode(encoding))
        said = suggested(files)
        assert mapping_of(files, "orders").get("encoding", "utf-8") == encoding
        [line] = [line for line in said.splitlines() if "orders has" in line]
        assert line.startswith("In samples of the files, orders has ")
        assert line.endswith(", of which 0 would be rejected.")
        assert " 20,000 " not in line
        assert files.check().exit_code == 0


def test_a_mark_that_may_be_of_thousands_or_of_decimals_is_unsure(
    files: Files, database: Database
) -> None:
    files.write("customers.csv", CUSTOMERS)
    for amounts, is_unsure in (
        (["1.234", "5.678", "9"], True),
        (["1.234", "0.5"], False),
    ):
        rows = [(n, "ann", "2024-01-01", text) for n, text in enumerate(amounts)]
        names = ("order_id", "customer_id", "order_date", "revenue")
        files.write("orders.csv", table_text(names, rows))
        said = suggested(files)
        assert ("is 1.234 more than a thousand" in said) is is_unsure
        text = files.mapping.read_text(encoding="utf-8") if files.mapping else ""
        assert ("# unsure: revenue: is 1.234" in text) is is_unsure
    load_it(files)
    assert database.value("select sum(revenue) from raw_shop.orders") == Decimal(
        "1.734"
    )


def test_a_pattern_names_the_parts_of_a_table_and_nothing_else(
    files: Files, database: Database
) -> None:
    files.write("customers.csv", CUSTOMERS)
    files.write("orders-a.csv", ORDERS)
    files.write("orders-b.csv", ORDER + "4,ann,2024-03-01,5\n")
    files.write("orders-notes.csv", "on,monday\nwe,slept\n")
    said = suggested(files)
    assert "orders-notes.csv is left out: no table of the source is like it." in said
    assert mapping_of(files, "orders")["file"] == ["orders-a.csv", "orders-b.csv"]
    (files.folder / "orders-notes.csv").unlink()
    suggested(files)
    assert mapping_of(files, "orders")["file"] == "orders-*.csv"
    load_it(files)
    assert len(orders(database)) == 4


def test_times_with_offsets_leave_open_where_the_shop_is(
    files: Files, database: Database
) -> None:
    files.write_shop()
    assert "Nothing is unsure." in suggested(files)
    assert files.mapping is not None
    assert "unsure:" not in files.mapping.read_text("utf-8")
    rows = "1,ann,2024-01-15T23:30:00-05:00,1\n2,ann,2024-01-16 10:00:00 -0500,1\n"
    files.write("orders.csv", ORDER + rows)
    assert "time_zone: times have offsets, as -05:00: where is" in suggested(files)
    assert "time_zone: UTC  # unsure: times have offsets" in (
        files.mapping.read_text("utf-8")
    )
    load_it(files)
    assert database.value("select min(order_date)::text from raw_shop.orders") == (
        "2024-01-16 04:30:00"
    )
