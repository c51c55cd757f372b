"""`sandbox generate --dirty`: the manifest against a reading of its own."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Run

CONTRACTS = Path(__file__).parents[2] / "loader" / "sources" / "shop"
REASONS = {
    "wrong number of fields",
    "missing value",
    "not a number",
    "not a whole number",
    "not a date",
    "not a boolean",
    "out of range",
    "date in the future",
    "not UTF-8",
    "NUL character",
    "broken quotes",
    "duplicate key",
}
PLAIN_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d*)?")
BOOLEANS = {"true", "false", "t", "f", "yes", "no", "1", "0"}
MARK = b"\xef\xbb\xbf"


class Dirty:
    """A dirty shop: its folder, manifest, and contracts."""

    def __init__(self, folder: Path) -> None:
        """Read the manifest."""
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text("utf-8"))

    def lines(self, table: str) -> list[bytes]:
        """Read a table's physical lines, without line ends."""
        content = (self.folder / f"{table}.csv").read_bytes().removeprefix(MARK)
        return [line.removesuffix(b"\r") for line in content.split(b"\n")]

    def rejects(self, table: str) -> dict[int, dict[str, Any]]:
        """Return a table's bad records by line."""
        return {
            entry["line"]: entry
            for entry in self.manifest["rejects"]
            if entry["table"] == table
        }

    def duplicates(self, table: str) -> set[int]:
        """Return the lines of a table's identical duplicates."""
        entries = self.manifest["identical_duplicates"]
        return {entry["line"] for entry in entries if entry["table"] == table}

    def contract(self, table: str) -> dict[str, Any]:
        """Read a table's contract."""
        text = (CONTRACTS / f"{table}.yml").read_text()
        return dict(yaml.safe_load(text))

    def good_records(self, table: str) -> Iterator[dict[str, str]]:
        """Read what is left without the lines that the manifest names."""
        bad = self.rejects(table).keys() | self.duplicates(table)
        lines = enumerate(self.lines(table), start=1)
        kept = b"\n".join(line for number, line in lines if number not in bad)
        reader = csv.reader(io.StringIO(kept.decode(), newline=""), strict=True)
        header = next(reader)
        for record in reader:
            if record:
                yield dict(zip(header, record, strict=True))


@pytest.fixture(scope="module")
def dirty(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Dirty:
    """Generate a dirty shop."""
    out = tmp_path_factory.mktemp("dirty")
    made = run("generate", "--dirty", "--customers", "1000", "--out", out)
    assert made.returncode == 0, made.stderr
    return Dirty(out)


def faults(value: str, rules: dict[str, Any]) -> Iterator[str]:
    """Judge a value by its contract, without the loader's code."""
    if value == "":
        if rules.get("required"):
            yield "missing value"
        return
    kind = rules["type"]
    fault = ""
    if kind in ("number", "integer"):
        fault = number_fault(value, rules)
    if kind == "integer" and not fault and "." in value:
        fault = "not a whole number"
    if kind in ("date", "timestamp"):
        fault = date_fault(value)
    if kind == "boolean" and value.lower() not in BOOLEANS:
        fault = "not a boolean"
    if fault:
        yield fault


def number_fault(text: str, rules: dict[str, Any]) -> str:
    """Judge a number; empty if it is fine."""
    if not PLAIN_NUMBER.fullmatch(text):
        return "not a number"
    is_low = "minimum" in rules and float(text) < rules["minimum"]
    is_low |= "above" in rules and float(text) <= rules["above"]
    return "out of range" if is_low else ""


def date_fault(text: str) -> str:
    """Judge a date or timestamp; empty if it is fine."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return "not a date"
    if day.year < 1900:
        return "out of range"
    return "date in the future" if day.year > 2090 else ""


def tables() -> list[str]:
    """Name all tables."""
    return sorted(path.stem for path in CONTRACTS.glob("*.yml"))


@pytest.mark.parametrize("table", tables())
def test_what_the_manifest_calls_good_is_good(dirty: Dirty, table: str) -> None:
    contract = dirty.contract(table)
    keys, count = set(), 0
    for record in dirty.good_records(table):
        count += 1
        keys.add(tuple(record[column] for column in contract["key"]))
        for column, rules in contract["columns"].items():
            assert not list(faults(record[column], rules)), (record, column)
    assert count == len(keys) == dirty.manifest["tables"][table]["good_records"]


@pytest.mark.parametrize("table", tables())
def test_each_bad_record_has_its_fault_and_no_other(dirty: Dirty, table: str) -> None:
    contract, lines = dirty.contract(table), dirty.lines(table)
    columns = list(contract["columns"])
    keys = {
        tuple(record[column] for column in contract["key"]): list(record.values())
        for record in dirty.good_records(table)
    }
    for line, reject in dirty.rejects(table).items():
        raw = lines[line - 1]
        whole = whole_record_fault(raw, columns)
        if whole:
            assert (reject["column"], reject["reason"]) == (None, whole)
            continue
        values = next(csv.reader([raw.decode()], strict=True))
        found = [
            (column, fault)
            for column, value in zip(columns, values, strict=True)
            for fault in faults(value, contract["columns"][column])
        ]
        if reject["reason"] == "duplicate key":
            named = dict(zip(columns, values, strict=True))
            key = tuple(named[column] for column in contract["key"])
            assert found == []
            assert keys[key] != values
            continue
        assert found == [(reject["column"], reject["reason"])]


def whole_record_fault(raw: bytes, columns: list[str]) -> str:
    """Judge a record as a whole; empty if its values can be read."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    if "\x00" in text:
        return "NUL character"
    outside = re.sub(r'(?:(?<=,)|^)"(?:[^"]|"")*"(?=,|$)', "", text)
    if '"' in outside:
        return "broken quotes"
    fields = next(csv.reader([text], strict=True))
    return "" if len(fields) == len(columns) else "wrong number of fields"


@pytest.mark.parametrize("table", tables())
def test_a_key_twice_comes_after_its_first_record(dirty: Dirty, table: str) -> None:
    lines = dirty.lines(table)
    for line in dirty.duplicates(table):
        assert lines[line - 1] in lines[: line - 1]
    key_columns = dirty.contract(table)["key"]
    places = [list(dirty.contract(table)["columns"]).index(key) for key in key_columns]
    for line, reject in dirty.rejects(table).items():
        if reject["reason"] == "duplicate key":
            values = next(csv.reader([lines[line - 1].decode()]))
            earlier = csv.reader(
                text.decode(errors="replace") for text in lines[: line - 1]
            )
            assert any(
                [record[place] for place in places]
                == [values[place] for place in places]
                for record in earlier
                if len(record) == len(values)
            )


def test_every_reason_occurs_several_times(dirty: Dirty) -> None:
    counts = Counter(entry["reason"] for entry in dirty.manifest["rejects"])
    assert set(counts) == REASONS
    assert min(counts.values()) >= 3
    assert dirty.manifest["identical_duplicates"]


def test_counts_add_up(dirty: Dirty) -> None:
    for table, counts in dirty.manifest["tables"].items():
        assert counts["rejected_records"] == len(dirty.rejects(table))
        assert counts["identical_duplicates"] == len(dirty.duplicates(table))
        bad = counts["rejected_records"] + counts["identical_duplicates"]
        assert counts["total_records"] == counts["good_records"] + bad


@pytest.mark.parametrize("customers", [500, 4000])
def test_dirt_stays_below_what_a_load_bears(
    run: Run, tmp_path: Path, customers: int
) -> None:
    made = run("generate", "--dirty", "--customers", customers, "--out", tmp_path)
    assert made.returncode == 0, made.stderr
    for table, counts in Dirty(tmp_path).manifest["tables"].items():
        bad = counts["total_records"] - counts["good_records"]
        most = 0.05 if table == "products" else 0.02
        assert bad / counts["total_records"] < most, table


def test_dirt_lies_at_the_beginning_the_end_and_behind_line_feeds(
    dirty: Dirty,
) -> None:
    lines, rejects = dirty.lines("orders"), dirty.rejects("orders")
    assert 2 in rejects or 2 in dirty.duplicates("orders")
    assert len(lines) - 1 in rejects  # after the last line feed is nothing
    assert any(lines[line - 2].count(b'"') % 2 for line in rejects)


def test_files_have_the_oddities_that_exports_have(dirty: Dirty) -> None:
    contents = {path.stem: path.read_bytes() for path in dirty.folder.glob("*.csv")}
    assert contents["customers"].startswith(MARK)
    assert contents["web_sessions"].count(b"\r\n") > 5_000
    assert b"\n\n" in contents["orders"]
    assert not contents["products"].endswith(b"\n")
    assert "東京 🙂".encode() in contents["customers"]
    good = list(dirty.good_records("orders"))
    for odd in ("\n", '"', ","):
        assert any(odd in record["promo_used"] for record in good)


def test_a_clean_shop_has_nothing_to_reject(run: Run, tmp_path: Path) -> None:
    run("generate", "--customers", "100", "--out", tmp_path)
    manifest = Dirty(tmp_path).manifest
    assert manifest["rejects"] == manifest["identical_duplicates"] == []
