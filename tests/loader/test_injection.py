"""Texts that look like SQL are texts: in values, headers, file names and mappings."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.loader.conftest import CUSTOMERS, ORDERS

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.loader.conftest import Files

EVIL = [
    "'; drop table public.victim; --",
    '"; drop table public.victim; --',
    "$$; drop table public.victim; $$",
    "\\'; drop table public.victim; --",
    "%s %(x)s %% {} {0} {name}",
    "/* drop */ ; drop table public.victim",
    "\n\\.\ndrop table public.victim;\n",
    "a' || pg_sleep(9) || 'b",
    "E'\\x27; drop table public.victim'",
    "x\\",
]


@pytest.fixture(autouse=True)
def victim(database: Database) -> None:
    """Make a table that the texts would drop."""
    database.rows("create table public.victim as select 1 as one")


def whole(database: Database) -> bool:
    """Whether the table is still there, and nothing else beside it."""
    tables = database.value(
        "select string_agg(table_name, ',') from information_schema.tables"
        " where table_schema not in ('pg_catalog', 'information_schema', 'raw_shop')"
    )
    return bool(tables == "victim")


def as_csv(rows: list[list[str]]) -> str:
    """Write rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def test_values_are_stored_as_they_are(files: Files, database: Database) -> None:
    files.write_shop()
    rows = [[text, "2024-01-01", text] for text in EVIL]
    header = ["customer_id", "signup_date", "channel"]
    files.write("customers.csv", as_csv([header, *rows]))
    result = files.load()
    assert result.exit_code == 0, result.output
    stored = database.rows("select customer_id, channel from raw_shop.customers")
    assert sorted(stored) == sorted((text, text) for text in EVIL)
    assert whole(database)


def test_values_that_are_rejected_are_kept_as_they_are(
    files: Files, database: Database
) -> None:
    files.write_shop()
    header = ["customer_id", "signup_date", "channel"]
    files.write(
        "customers.csv", as_csv([header, *([text, text, text] for text in EVIL)])
    )
    assert files.load("--max-rejects", "100%").exit_code == 0
    raws = database.rows("select raw_record from raw_shop.rejected_rows order by 1")
    assert sorted(bytes(raw).decode() for (raw,) in raws) == sorted(
        as_csv([[text, text, text]]).removesuffix("\n") for text in EVIL
    )
    assert files.run("rejects").exit_code == 0
    assert whole(database)


def test_headers_are_names_and_no_more(files: Files, database: Database) -> None:
    files.write_shop()
    names = ["customer_id", "signup_date", *EVIL]
    files.write("customers.csv", as_csv([names, ["a", "2024-01-01", *EVIL]]))
    result = files.load()
    assert result.exit_code == 0, result.output
    assert database.value("select count(*) from raw_shop.customers") == 1
    assert whole(database)


@pytest.mark.parametrize("text", [text for text in EVIL if "/" not in text])
def test_file_names_are_names_and_no_more(
    files: Files, database: Database, text: str
) -> None:
    files.write("customers.csv", CUSTOMERS)
    files.write(f"orders_{text}.csv", ORDERS + "4,ann,2024-01-03,0\n")
    result = files.load("--max-rejects", "50%")
    assert result.exit_code == 0, result.output
    for table in ("load_history", "rejected_rows"):
        found = database.rows(
            f"select file_name from raw_shop.{table} where table_name = 'orders'"
        )
        assert found == [(f"orders_{text}.csv",)]
    assert files.run("history").exit_code == files.run("rejects").exit_code == 0
    assert whole(database)


@pytest.mark.parametrize("text", EVIL)
def test_what_a_mapping_says_is_text(
    files: Files, database: Database, text: str
) -> None:
    files.write_shop()
    header = ["customer_id", "signup_date", text.strip()]
    files.write("customers.csv", as_csv([header, ["a", "2024-01-01", "x"]]))
    mapped = {
        "columns": {"channel": text.strip()},
        "defaults": {"region": text, "email": text},
        "values": {"channel": {"x": text}},
    }
    files.write_mapping(json.dumps({"tables": {"orders": {}, "customers": mapped}}))
    result = files.load()
    assert result.exit_code == 0, result.output
    stored = database.rows("select channel, region, email from raw_shop.customers")
    assert stored == [(text, text, text)]
    assert whole(database)


@pytest.mark.parametrize(
    "where", ["source", "time_zone", "currency", "table", "column", "option"]
)
def test_names_that_nobody_has_are_usage_errors(
    files: Files, database: Database, where: str
) -> None:
    files.write_shop()
    for text in EVIL:
        load_with_a_name(files, where, text)
    assert whole(database)


def load_with_a_name(files: Files, where: str, text: str) -> None:
    """Name something that is not there, in the mapping or as an option."""
    tables: dict[str, object] = {"orders": {}, "customers": {}}
    options = []
    mapping: dict[str, object] = {"tables": tables}
    if where == "option":
        options = ["--source", text]
    elif where == "table":
        tables[text] = {}
    elif where == "column":
        tables["customers"] = {"columns": {text: "channel"}}
    else:
        mapping[where] = text
    files.write_mapping(json.dumps(mapping))
    result = files.load(*options)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["rejects", "history"])
def test_a_source_that_looks_like_sql_is_looked_up_as_a_name(
    files: Files, database: Database, command: str
) -> None:
    files.write_shop()
    files.load()
    for text in EVIL:
        result = files.run(command, "--source", text)
        assert result.exit_code == 2, result.output
    assert whole(database)
