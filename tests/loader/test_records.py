"""Every byte of a file belongs to one record, whatever the bytes are."""

from __future__ import annotations

import csv
import io
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loader import reading
from loader.errors import DataRefusedError
from loader.reading import CsvFile, Layout, read_again, read_blocks
from loader.records import UnterminatedQuoteError, split_records
from tests.loader.rules import Reference

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = Layout(b",", quoted=True, fields=2)

texts = st.text(st.sampled_from('ab",;\n\r é'), max_size=6)
rows = st.lists(st.lists(texts, min_size=2, max_size=3), max_size=8)
anything = st.lists(
    st.sampled_from(
        [b"a", b"1", b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"\xff", b"\0"]
    ),
    max_size=40,
).map(b"".join)


def split(data: bytes, fields: int = 0) -> list[tuple[int, bytes, bool]]:
    """Give the physical line, the bytes, and whether it is broken, for each record."""
    records = split_records(
        data, delimiter=b",", quoted=True, final=True, fields=fields
    )
    return [
        (
            1 + records.lines_before(n),
            data[records.starts[n] : records.ends[n]],
            bool(records.broken[n]),
        )
        for n in range(len(records))
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


def read(path: Path, size: int, fields: int, longest: int) -> list[object]:
    """Read a file's records in blocks of some size; at last 'refused' if it is."""
    found: list[object] = []
    with pytest.MonkeyPatch.context() as patch, CsvFile(path) as file:
        patch.setattr(reading, "BLOCK_BYTES", size)
        patch.setattr(reading, "MAX_RECORD_BYTES", longest)
        layout = Layout(b",", quoted=True, fields=fields)
        blocks = []
        try:
            for block in read_blocks(file, layout):
                blocks.append(block)
                for n in range(len(block.records)):
                    broken = bool(block.records.broken[n])
                    found.append((block.line_of(n), block.raw(n), broken))
        except DataRefusedError:
            found.append("refused")
        for some in (blocks, blocks[1::2]):
            again = read_again(path, layout, [block.place for block in some])
            assert [block.data for block in again] == [block.data for block in some]
    return found


@given(
    data=anything,
    size=st.integers(1, 50),
    fields=st.sampled_from([1, 2, 2, 3]),
    longest=st.sampled_from([3, 8, 20, 1000]),
)
@example(data=b'1,5" x\n2,b\n', size=50, fields=2, longest=1000)
@example(data=b'1,"a"b\n2,"c"\n', size=50, fields=2, longest=1000)
@example(data=b'"a\n"b",c\n', size=50, fields=2, longest=1000)
@example(data=b'1,"a""\n",b\n2,c\n', size=6, fields=2, longest=1000)
@example(data=b'1,"a\n2,b\n3,c', size=6, fields=2, longest=1000)
@example(data=b'1,"a\n2,"",b\n3,c,', size=6, fields=3, longest=1000)
@example(data=b'1,"a\n2,b\n3,c\n4,d"\n5,e\n', size=6, fields=2, longest=10)
@settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_the_bytes_and_the_blocks_records_are_as_the_rules_say(
    data: bytes, size: int, fields: int, longest: int, tmp_path: Path
) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    expected = Reference(data, fields, longest).read()
    found = read(path, size, fields, longest)
    if expected.refused is None:
        assert found == expected.found
    else:
        assert found[-1] == "refused"
        assert found[:-1] == expected.found[: len(found) - 1]


@given(anything, st.sampled_from([1, 2]))
@settings(max_examples=300, deadline=None)
def test_each_byte_belongs_to_a_record_or_to_a_line_end(
    data: bytes, fields: int
) -> None:
    try:
        records = split_records(
            data, delimiter=b",", quoted=True, final=True, fields=fields
        )
    except UnterminatedQuoteError:
        return
    place = 0
    for start, end in zip(records.starts, records.ends, strict=True):
        assert data[place:start].strip(b"\r\n") == b""
        place = end
    assert data[place:].strip(b"\r\n") == b""


def test_a_stray_quote_costs_one_line_and_not_its_neighbours() -> None:
    data = b'1,5" screen,x\n2,"fine",y\n3,"torn,y\n4,"also fine",z\n'
    assert [(line, broken) for line, _, broken in split(data)] == [
        (1, True),
        (2, False),
        (3, True),
        (4, False),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b'1,5" screen,x\n' * 50_000,
        b'1,"open,x\n' * 50_000,
        b'1,"open,x\n' + b'2,"",x\n' * 50_000,
        b'"","",""x\n' * 50_000,
        b'"' * 500_001 + b"\n" + b"1,2,3\n" * 10,
        (b'1,"a\n' + b"2,b,c\n" * 99 + b'",x"y\n') * 1000,
        b'1,"' + b"x\n" * 9 + b'3,",\n' * 50_000,
    ],
)
def test_stray_quotes_take_time_in_proportion(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    seconds = []
    for times in (1, 4):
        path.write_bytes(data * times)
        begin = time.process_time()
        with CsvFile(path) as file, suppress(DataRefusedError):
            for _ in read_blocks(file, Layout(b",", quoted=True, fields=3)):
                pass
        seconds.append(time.process_time() - begin)
    assert seconds[1] < 0.5 + 10 * seconds[0]


def test_a_quote_that_nothing_closes_costs_one_line_where_records_follow() -> None:
    data = b'1,a\n2,"open\n' + b"3,b\n" * 30 + b"4,b,c\n"
    found = split(data, fields=2)
    assert found[1] == (2, b'2,"open', True)
    assert len(found) == 33
    assert [line for line, _, broken in found if broken] == [2]


@pytest.mark.parametrize(
    "rest", [b"", b"some words\n", b"3,b\n" * 4 + b"some words, and, more\n"]
)
def test_a_quote_that_nothing_closes_refuses_a_file_that_was_cut_off(
    rest: bytes,
) -> None:
    with pytest.raises(UnterminatedQuoteError) as refusal:
        split(b'1,a\n2,"open\n' + rest, fields=2)
    assert refusal.value.offset == 4


def test_a_record_that_never_ends_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(reading, "MAX_RECORD_BYTES", 5000)
    path = tmp_path / "endless.csv"
    for rest, says in ((b"x\n", "line 2 is never closed"), (b"x", "line 2 is longer")):
        path.write_bytes(b'a,b\n1,"' + rest * 2_000_000)
        with CsvFile(path) as file, pytest.raises(DataRefusedError, match=says):
            list(read_blocks(file, LAYOUT))
        assert file.position < 2 << 20


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "growing.csv"
    path.write_bytes(b"a,b\n")
    with CsvFile(path) as file:
        file.read(100)
        with path.open("ab") as other:
            other.write(b"1,2\n")
        with pytest.raises(DataRefusedError, match="changed while"):
            file.sha256()
