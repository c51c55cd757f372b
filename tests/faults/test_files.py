"""Files that are not what they should be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.case import FULL, HEADER, NEW

if TYPE_CHECKING:
    from tests.faults.case import Case

READ_ROWS = 2_000_000 if FULL else 400_000
FIELD_MB = 100 if FULL else 12
MEMORY_MB = 300
GOOD = "".join(f"{n},ann,2024-01-03,{NEW},open\n" for n in range(40))


@pytest.mark.parametrize(
    ("fault", "content", "says"),
    [
        ("an empty file", b"", "orders.csv is empty"),
        ("UTF-16", (HEADER + GOOD).encode("utf-16"), "UTF-16"),
        ("UTF-16 without a mark", (HEADER + GOOD).encode("utf-16-le"), "orders.csv"),
        ("UTF-32", (HEADER + GOOD).encode("utf-32"), "orders.csv"),
        ("carriage returns alone", HEADER.replace("\n", "\r").encode(), "carriage"),
        ("NUL in the header", b"order_id\0" + HEADER.encode(), "no text"),
        (
            "a file cut off within quotes",
            (HEADER + GOOD + '99,ann,2024-01-03,5,"op').encode(),
            "line 42 is never closed",
        ),
        (
            "a quote that swallows prose",
            (HEADER + '99,ann,2024-01-03,5,"op\n' + "dear all\n" * 40).encode(),
            "line 2 is never closed",
        ),
    ],
)
def test_a_hopeless_file_is_refused(
    case: Case, fault: str, content: bytes, says: str
) -> None:
    case.write("orders.csv", content)
    case.row(fault, case.load(), 1, says)


@pytest.mark.parametrize(
    ("fault", "record", "reason"),
    [
        ("a stray quote", b'5" screen', "broken quotes"),
        ("a stray quote at the start", b'"5 screen', "broken quotes"),
        ("text behind a quote", b'"5" screen', "broken quotes"),
        ("a NUL character", b"a\0b", "NUL character"),
        ("a lone carriage return", b"a\rb", "line break in an unquoted value"),
        ("a lone continuation byte", b"\x80", "not UTF-8"),
        ("a byte that begins nothing", b"\xff", "not UTF-8"),
        ("a letter of Latin-1", b"Z\xfcrich", "not UTF-8"),
        ("a letter that is cut off", b"\xe2\x82", "not UTF-8"),
        ("an overlong letter", b"\xc0\xaf", "not UTF-8"),
        ("half of a surrogate pair", b"\xed\xa0\x80", "not UTF-8"),
        ("a letter beyond Unicode", b"\xf4\x90\x80\x80", "not UTF-8"),
    ],
)
def test_a_broken_record_is_rejected_with_its_line(
    case: Case, fault: str, record: bytes, reason: str
) -> None:
    bad = b"99,ann,2024-01-03,5," + record
    two_lines = b'98,ann,2024-01-03,2.00,"two\nlines"\n'
    good = GOOD.encode()
    case.write("orders.csv", HEADER.encode() + two_lines + bad + b"\n" + good)
    ended = case.load()
    assert ended.code == 0, ended.said
    [(line, why, raw)] = case.database.rows(
        "select line_number, reason, raw_record from raw_shop.rejected_rows"
    )
    assert (line, why, bytes(raw)) == (4, reason, bad)
    case.done(fault, ended, 42, reason)


@pytest.mark.parametrize(
    ("fault", "content", "records"),
    [
        ("a header alone", HEADER.encode(), 0),
        ("a byte order mark", b"\xef\xbb\xbf" + (HEADER + GOOD).encode(), 40),
        ("mixed line ends", (HEADER + GOOD + GOOD.replace("\n", "\r\n")).encode(), 80),
        ("no last line feed", (HEADER + GOOD).encode().rstrip(), 40),
        ("blank lines", (HEADER + GOOD.replace("\n", "\n\r\n\n")).encode(), 40),
    ],
)
def test_an_odd_file_is_loaded(
    case: Case, fault: str, content: bytes, records: int
) -> None:
    case.write("orders.csv", content)
    case.done(fault, case.load(), records, "is done")


def test_10_000_columns_are_named_and_left_out(case: Case) -> None:
    extra = ",".join(f"x{n}" for n in range(10_000))
    header = HEADER.strip() + "," + extra
    record = "{},ann,2024-01-03,2.00,open," + "," * 9_999
    lines = [header, *(record.format(n) for n in range(50)), ""]
    case.write("orders.csv", "\n".join(lines))
    case.done("10,000 columns", case.load(), 50, "is done")


@pytest.mark.parametrize(
    ("fault", "value", "says"),
    [
        ("a field of {} MB", b"x", "line 42 is longer than 4 MB"),
        ("a field of {} MB in quotes", b'"xxx', "line 42 is longer than 4 MB"),
        ("a field of {} MB in many lines", b'"x\n', "line 42 is never closed"),
    ],
)
def test_a_huge_field_is_refused_by_its_line_in_little_memory(
    case: Case, fault: str, value: bytes, says: str
) -> None:
    huge = value + value[-2:] * (FIELD_MB * 500_000)
    bad = b"99,ann,2024-01-03,5," + huge + b'"' * value.count(b'"') + b"\n"
    case.write("orders.csv", HEADER.encode() + GOOD.encode() + bad + GOOD.encode())
    ended = case.load()
    case.row(fault.format(FIELD_MB), ended, 1, says)
    assert ended.peak_mb < MEMORY_MB


def test_a_pipe_is_no_file(case: Case) -> None:
    pipe = case.folder / "pipe.csv"
    os.mkfifo(pipe)
    case.row("a pipe", case.load(str(pipe)), 2, "neither a file nor a folder")


def test_a_pipe_in_the_place_of_a_table_is_no_file(case: Case) -> None:
    (case.folder / "orders.csv").unlink()
    os.mkfifo(case.folder / "orders.csv")
    ended = case.load()
    case.row(
        "a pipe among the files", ended, 1, "There is no file for the table orders"
    )


@pytest.mark.parametrize("how", ["grows", "is cut off", "is replaced"])
def test_a_file_that_changes_while_it_is_read_refuses_the_load(
    case: Case, how: str
) -> None:
    case.write_orders(READ_ROWS, NEW)
    path = case.folder / "orders.csv"
    process = case.start()
    for _ in case.stop_while_reading(process, path):
        if how == "grows":
            with path.open("ab") as file:
                file.write(b"x,ann,2024-01-03,5,open\n")
        elif how == "is cut off":
            os.truncate(path, path.stat().st_size // 50)
        else:
            other = case.write("other.csv", path.read_bytes().replace(b"open", b"sent"))
            other.replace(path)
    case.row(f"a file that {how} while it is read", case.end(process), 1, "changed")
