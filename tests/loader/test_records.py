"""Every byte of a file belongs to one record, whatever the bytes are."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loader import reading
from loader.errors import DataRefusedError
from loader.reading import CsvFile, Layout, read_blocks
from loader.records import UnterminatedQuoteError, split_records

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = Layout(b",", quoted=True)

texts = st.text(st.sampled_from('ab",;\n\r é'), max_size=6)
rows = st.lists(st.lists(texts, min_size=2, max_size=3), max_size=8)
anything = st.lists(
    st.sampled_from(
        [b"a", b"1", b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"\xff", b"\0"]
    ),
    max_size=40,
).map(b"".join)


def split(data: bytes) -> list[tuple[int, bytes, bool]]:
    """Give the physical line, the bytes, and whether it is broken, for each record."""
    records = split_records(data, delimiter=b",", quoted=True, final=True)
    return [
        (1 + int(line), data[start:end], bool(broken))
        for start, end, line, broken in zip(
            records.starts, records.ends, records.lines, records.broken, strict=True
        )
    ]


@given(rows, st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=300, deadline=None)
def test_well_formed_csv_is_split_as_pythons_csv_reads_it(
    table: list[list[str]], line_end: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(table)
    data = text.getvalue()
    found = split(data.encode())
    assert not any(broken for _, _, broken in found)
    read = [
        next(csv.reader(io.StringIO(raw.decode(), newline=""))) for _, raw, _ in found
    ]
    assert read == table
    reached = 1
    for (line, _, _), row in zip(found, table, strict=True):
        assert line == reached
        reached += 1 + sum(value.count("\n") for value in row)


@given(anything)
@example(b'1,5" x\n2,b\n')
@example(b'1,"a"b\n2,"c"\n')
@example(b'"a\n"b",c\n')
@settings(max_examples=500, deadline=None)
def test_whatever_the_bytes_they_are_records_or_line_ends(data: bytes) -> None:
    try:
        records = split_records(data, delimiter=b",", quoted=True, final=True)
    except UnterminatedQuoteError as refusal:
        rest = data[refusal.offset :]
        assert rest.count(b'"') % 2 == 1
        return
    place = 0
    for start, end, line, broken in zip(
        records.starts, records.ends, records.lines, records.broken, strict=True
    ):
        assert data[place:start].strip(b"\r\n") == b""
        assert line == data.count(b"\n", 0, start)
        assert not (broken and b"\n" in data[start:end])
        place = end
    assert data[place:].strip(b"\r\n") == b""


@given(data=anything, size=st.integers(1, 12))
@example(data=b'1,"a""\n",b\n2,c\n', size=6)
@settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_size_of_the_blocks_changes_nothing(
    data: bytes, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", size)
        try:
            with CsvFile(path) as file:
                found = [
                    (block.line_of(n), block.raw(n), bool(block.records.broken[n]))
                    for block in read_blocks(file, LAYOUT)
                    for n in range(len(block.records))
                ]
        except DataRefusedError:
            with pytest.raises(UnterminatedQuoteError):
                split(data)
            return
    assert found == split(data)


def test_a_stray_quote_costs_one_line_and_not_its_neighbours() -> None:
    data = b'1,5" screen,x\n2,"fine",y\n3,"torn,y\n4,"also fine",z\n'
    assert [(line, broken) for line, _, broken in split(data)] == [
        (1, True),
        (2, False),
        (3, True),
        (4, False),
    ]


def test_many_stray_quotes_take_time_in_proportion() -> None:
    data = b'1,5" screen,x\n' * 200_000
    assert all(broken for _, _, broken in split(data))


def test_a_record_that_never_ends_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(reading, "MAX_RECORD_BYTES", 5000)
    path = tmp_path / "endless.csv"
    path.write_bytes(b'a,b\n1,"' + b"x\n" * 10_000)
    with (
        CsvFile(path) as file,
        pytest.raises(DataRefusedError, match="starts on line 2 is longer"),
    ):
        list(read_blocks(file, LAYOUT))


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "growing.csv"
    path.write_bytes(b"a,b\n")
    with CsvFile(path) as file:
        file.read(100)
        with path.open("ab") as other:
            other.write(b"1,2\n")
        with pytest.raises(DataRefusedError, match="changed while"):
            file.sha256()
