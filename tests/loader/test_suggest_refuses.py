"""`loader suggest`: what it does not do, and what it says of files that are no use."""

from __future__ import annotations

import csv
import gzip
import io
import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import lead_to, new_database
from tests.loader.conftest import CUSTOMERS, ORDER, ORDERS, Files, orders
from tests.loader.suggesting import (
    load_it,
    mapping_of,
    suggested,
    table_text,
)

if TYPE_CHECKING:
    import pytest

    from sandbox.server import Server
    from tests.conftest import Database

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "data"


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
    assert "Not ready, a load would be refused: More than 5 %" in said


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
