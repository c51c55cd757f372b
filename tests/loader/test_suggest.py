"""`loader suggest`: what it writes loads as it is, and says where it may be wrong."""

from __future__ import annotations

import csv
import gzip
import io
import os
import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loader.suggest import proof, sample
from tests.conftest import lead_to, new_database
from tests.loader.conftest import CUSTOMERS, ORDER, ORDERS, Files, orders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.server import Server
    from tests.conftest import Database

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "data"


def suggested(files: Files, *options: str, exit_code: int = 0) -> str:
    """Let a mapping be suggested, to be used from now on; give what is said."""
    files.mapping = files.folder.parent / "suggested.yml"
    files.mapping.unlink(missing_ok=True)
    out = ("--out", str(files.mapping))
    result = files.run("suggest", str(files.folder), *out, *options)
    assert result.exit_code == exit_code, result.output
    return result.output


def mapping_of(files: Files, table: str) -> dict[str, Any]:
    """Give what the suggested mapping says of a table, as any reader of YAML has it."""
    assert files.mapping is not None
    content = yaml.safe_load(files.mapping.read_text(encoding="utf-8"))
    return dict(content["tables"][table])


def load_it(files: Files) -> None:
    """Load by the suggested mapping, without a line of it edited."""
    result = files.load()
    assert result.exit_code == 0, result.output


def table_text(
    names: tuple[str, ...], rows: Iterable[tuple[object, ...]], delimiter: str = ","
) -> str:
    """Write records as a spreadsheet does."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([names, *rows])
    return text.getvalue()


def days(first: date, count: int) -> list[date]:
    """Give some days in a row."""
    return [first + timedelta(days=day) for day in range(count)]


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


def test_a_suggestion_never_overwrites_a_file(files: Files) -> None:
    files.write_shop()
    path = files.write("mine.yml", "precious")
    result = files.run("suggest", str(files.folder), "--out", str(path))
    assert result.exit_code == 2
    assert "exists already, and is left as it is" in result.output
    assert path.read_text(encoding="utf-8") == "precious"
    unwritable = files.folder / "nowhere" / "mapping.yml"
    result = files.run("suggest", str(files.folder), "--out", str(unwritable))
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_without_out_the_mapping_alone_is_on_standard_output(files: Files) -> None:
    files.write_shop()
    result = files.run("suggest", str(files.folder))
    assert result.exit_code == 0
    assert yaml.safe_load(result.stdout)["source"] == "shop"
    assert "Nothing is unsure." in result.stderr


def test_what_the_source_needs_and_the_files_lack_is_said(files: Files) -> None:
    files.write("accounts.csv", "Customer No,Name\n1,ann\n2,bob\n")
    files.write("orders.csv", ORDERS)
    said = suggested(files, "--source", "shop", exit_code=1)
    assert "Source shop needs a table customers with customer_id, signup_date." in said
    assert "accounts.csv comes closest, but nothing in it is like signup_date." in said
    # as a list of purchases, the orders alone are enough
    assert "Source transactions:" in suggested(files)


def test_a_mapping_that_would_not_load_is_not_called_ready(files: Files) -> None:
    files.write("customers.csv", CUSTOMERS)
    torn = ORDER + "1,ann,2024-01-01,5\n2,ann,2024-02-30,5\n3,ann,2024-01-03,n/a\n"
    files.write("orders.csv", torn)
    said = suggested(files, exit_code=1)
    assert "orders has 3 records, of which 2 would be rejected" in said
    assert "Not ready, a load would be refused: More than 5.00 %" in said


def test_lines_of_orders_are_not_taken_for_orders_in_silence(files: Files) -> None:
    files.write("customers.csv", CUSTOMERS)
    lines = [(n // 3, "ann", "2024-01-01", f"{n}.50") for n in range(1, 30)]
    names = ("order_id", "customer_id", "order_date", "revenue")
    files.write("orders.csv", table_text(names, lines))
    said = suggested(files, exit_code=1)
    assert "are the records lines of orders?" in said
    assert "duplicate key" in said


def test_files_that_are_none_are_named_and_do_no_harm(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write("empty.csv", "")
    files.write("zeros.csv", b"\0" * 100_000)
    files.write("noise.csv", bytes(range(256)) * 400)
    files.write("book.xlsx", b"PK\x03\x04" + bytes(range(256)))
    files.write("torn.csv.gz", gzip.compress(ORDERS.encode())[:-9])
    files.write("letter.txt", "Dear all,\nthis is, as you know, a letter.\n")
    (files.folder / os.fsdecode(b"odd\xff\n.csv")).write_text("x", encoding="utf-8")
    said = suggested(files)
    for name in ("empty.csv", "zeros.csv", "noise.csv", "book.xlsx", "torn.csv.gz"):
        assert f"{name} is left out: " in said
    assert "letter.txt is left out: " in said
    assert r"odd\udcff\n.csv is left out: " in said
    load_it(files)
    assert len(orders(database)) == 3


def test_a_folder_without_any_table_is_refused_with_what_was_seen(files: Files) -> None:
    result = files.run("suggest", str(files.folder))
    assert result.exit_code == 1
    assert "No file looks like a table" in result.output
    files.write("weather.csv", "place,degrees\nhere,5\nthere,7\n")
    result = files.run("suggest", str(files.folder))
    assert result.exit_code == 1
    assert "weather.csv: place, degrees" in result.output
    for options in (["--source", "nowhere"], [str(files.folder / "nothing")]):
        result = files.run("suggest", str(files.folder), *options)
        assert result.exit_code == 2


def test_one_compressed_file_of_ten_thousand_columns_is_found_out(
    files: Files, database: Database
) -> None:
    names = [f"c{number}" for number in range(10_000)]
    rows = [[""] * len(names) for _ in range(20)]
    columns = {77: "Order No", 500: "Client", 900: "Date", 9_999: "Amount"}
    for place, name in columns.items():
        names[place] = name
    for number, row in enumerate(rows):
        row[77], row[500], row[900], row[9_999] = str(number), "a", "2024-01-01", "9.5"
    text = table_text(tuple(names), [tuple(row) for row in rows])
    files.write("sales.csv.gz", gzip.compress(text.encode()))
    suggested(files)
    load_it(files)
    assert database.rows(
        "select count(distinct order_id), sum(revenue)"
        " from raw_transactions.transactions"
    ) == [(20, Decimal(190))]


JUNK = st.text(
    st.sampled_from("\"'#:{}[]*&!|>%@`\\,; \n\r\t\x07\x85\u2028\ufeff\U000e0001-?~."),
    max_size=6,
)


@given(before=JUNK, behind=JUNK, other=st.text(max_size=20))
@example(before="", behind=": {a} # \n\u2028", other="null")
@example(before="", behind="\\\"'", other="*&!|>%@`")
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_hostile_names_mean_the_same_in_the_mapping(
    before: str,
    behind: str,
    other: str,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = f"x{other}".replace("\0", "").encode(errors="ignore").decode()
    names = ("order_id", "customer_id", "order_date", f"{before}Total{behind}", other)
    rows = [(n, f"c{n % 3}", "2024-01-01", "9.50", "n") for n in range(12)]
    files = Files(tmp_path / "exports")
    files.folder.mkdir(exist_ok=True)
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    files.write("orders.csv", text.getvalue())
    suggested(files)
    assert mapping_of(files, "transactions")["columns"]["revenue"] == names[3].strip()
    database = new_database(server)
    with monkeypatch.context() as patch:
        lead_to(database, patch)
        load_it(files)
    total = database.value("select sum(revenue) from raw_transactions.transactions")
    assert total == Decimal(114)


def test_statuses_are_translated_to_some_that_the_marts_know() -> None:
    words = (PROJECT / "loader" / "suggest" / "words.yml").read_text(encoding="utf-8")
    with (PROJECT / "seeds" / "order_statuses.csv").open(encoding="utf-8") as seed:
        known = {
            row["status"] for row in csv.DictReader(seed) if row["source"] == "shop"
        }
    assert set(yaml.safe_load(words)["statuses"]) <= known
