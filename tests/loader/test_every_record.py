"""For any file each record is loaded as it is, or rejected with its line and reason.

The expectation is a second, slow and plain reading of the rules in Python.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING, Literal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loader import reading
from tests.conftest import lead_to, new_database
from tests.loader.conftest import Files
from tests.loader.rules import COLUMNS, HEADER, Expected, expect

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from sandbox.server import Server
    from tests.conftest import Database

Quoting = Literal[0, 1]
CUSTOMERS = "customer_id,signup_date\n"
ORDERS = "order_id,customer_id,order_date,revenue\n"

NUMBERS = [
    "0", "1", "-1", "1.5", ".5", "5.", "+2", "007", "1e3", "NaN", "inf", "0x1F",
    "1_000", "1,5", " 1", "1 ", "--1", "999999999999", "1000000000000", "0." + "1" * 20,
    "0." + "1" * 21, "٣", "-0", "Infinity", "1.2.3", "-", ".", "",
]  # fmt: skip
MOMENTS = [
    "2024-01-31", "2024-02-29", "2023-02-29", "2024-02-30", "2024-1-1", "20240101",
    "2024-01-01 10", "2024-01-01 10:30", "2024-01-01T10:30:15", "2024-01-01 10:30:15.5",
    "2024-01-01 24:00:00", "2024-01-01 10:30:60", "2024-01-01T10:30:15Z",
    "2024-01-01 10:30:15+02:00", "2024-01-01 10:30:15.123456789", "1899-12-31",
    "1900-01-01", "2199-01-01", "9999-12-31", "0000-01-01", "now", "infinity",
    "01/02/2024", "2024-01-01 ", "epoch", "",
]  # fmt: skip
FLAGS = [
    "true",
    "False",
    "T",
    "f",
    "YES",
    "no",
    "1",
    "0",
    "2",
    "on",
    "y",
    "oui",
    " true",
    "",
]
IDS = [
    "a",
    "b",
    "a b",
    "é",
    "a\nb",
    'say "x"',
    "a,b",
    "\\.",
    "a\n\\.\nb",
    "\n\\.",
    "\\N",
    " ",
    "",
    "x" * 501,
    "\r",
]
TORN = [
    b"a", b"a,b,c,d,e,f", b"\xff,2024-01-01,1,,", b"a,2024-01-01,\x00,,",
    b'5",2024-01-01,,,', b'"a"b,2024-01-01,,,', b"a\rb,2024-01-01,,,", b"\\.",
    b"", b'"a\xff\nb",2024-01-01,,,',
    b"\xed\xa0\x80,2024-01-01,,,", b'"a,2024-01-01,,,', b'a,2024-01-01,,,"',
]  # fmt: skip

values = st.tuples(*map(st.sampled_from, (IDS, MOMENTS, NUMBERS, FLAGS, NUMBERS)))
lines = st.lists(st.one_of(values, values, st.sampled_from(TORN)), max_size=12)


def encoded(line: tuple[str, ...] | bytes, quoting: Quoting) -> bytes:
    """Write a record as CSV."""
    if isinstance(line, bytes):
        return line
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n", quoting=quoting).writerow(line)
    return text.getvalue().removesuffix("\r\n").encode()


@given(
    lines=lines,
    quoting=st.sampled_from([0, 1]),
    line_end=st.sampled_from([b"\n", b"\r\n"]),
    ended=st.booleans(),
    size=st.sampled_from([16, 64, 1 << 20]),
)
@example(
    lines=[("a", "2024-01-01", "1", "t", "1")] * 3,
    quoting=0,
    line_end=b"\n",
    ended=True,
    size=16,
)
@example(lines=list(TORN), quoting=0, line_end=b"\n", ended=True, size=16)
@example(
    lines=[(i, m, "1", "t", "1") for i in IDS for m in MOMENTS],
    quoting=0,
    line_end=b"\n",
    ended=True,
    size=64,
)
@example(
    lines=[(f"{n}{f}", "2024-01-01", n, f, n) for n in NUMBERS for f in FLAGS],
    quoting=1,
    line_end=b"\r\n",
    ended=True,
    size=1 << 20,
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_each_record_is_loaded_as_it_is_or_rejected_with_its_line(  # noqa: PLR0913, PLR0917 what hypothesis varies
    lines: list[tuple[str, ...] | bytes],
    quoting: Quoting,
    line_end: bytes,
    ended: bool,  # noqa: FBT001 hypothesis gives it
    size: int,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = [encoded(line, quoting) for line in lines]
    with monkeypatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", size)
        last = [b""] if ended else []
        written = line_end.join([HEADER, *records, *last])
        load_and_compare(written, server, tmp_path, monkeypatch)


def test_older_servers_store_the_same(
    old_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # before version 18 a line of \\. alone ended a COPY
    lines = [(i, "2024-01-01", "1", "t", "1") for i in IDS]
    records = [encoded(line, 0) for line in lines] + TORN
    written = b"\n".join([HEADER, *records])
    load_and_compare(written, old_server, tmp_path, monkeypatch)


def load_and_compare(
    written: bytes,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Load web sessions and compare each one with what the rules say."""
    database = new_database(server)
    files = Files(tmp_path)
    files.write("customers.csv", CUSTOMERS)
    files.write("orders.csv", ORDERS)
    files.write("web_sessions.csv", written)
    with monkeypatch.context() as patch:
        lead_to(database, patch)
        result = files.load("--max-rejects", "100%")
        checked = files.check("--max-rejects", "100%")
    expected = expect(written)
    if expected is None:
        assert result.exit_code == checked.exit_code == 1
        assert "is never closed" in result.output
        return
    assert result.exit_code == 0, result.output
    compare(database, expected)
    assert counts(checked.output) == counts(result.output)


def compare(database: Database, expected: Expected) -> None:
    """Compare what the rules say with what is in the database."""
    loaded = database.rows(f"select {', '.join(COLUMNS)} from raw_shop.web_sessions")
    assert {row[0]: row for row in loaded} == expected.rows
    found = database.rows(
        "select line_number, column_name, reason, raw_record"
        " from raw_shop.rejected_rows"
    )
    rejects = [(*reject[:3], bytes(reject[3])) for reject in found]
    assert Counter(rejects) == Counter(expected.rejects)
    [(read, duplicates)] = database.rows(
        "select rows_read, rows_duplicate from raw_shop.load_history"
        " where table_name = 'web_sessions'"
    )
    assert (read, duplicates) == (expected.read, expected.duplicates)


def counts(output: str) -> list[list[str]]:
    """Give the numbers in the summary's rows."""
    return [re.findall(r"[\d,]+", line) for line in output.splitlines() if "│" in line]
