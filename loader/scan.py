"""One file through the checks: good records on one side, rejected ones on the other."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from loader.encode import encode
from loader.files import TableFile
from loader.keys import NO_KEY, Hashes, hash_keys
from loader.moments import Clock
from loader.reading import Block, BlockPlace, CsvFile, read_again, read_blocks
from loader.records import CARRIAGE_RETURN, LINE_FEED, QUOTE
from loader.transcoding import not_in
from loader.values import ASCII, Checked, check_column, constant_column

Flags = npt.NDArray[np.bool_]

# Arrow and numpy work outside of Python's lock
SCANNERS = 2

BROKEN_QUOTES = "broken quotes"
LINE_BREAK = "line break in an unquoted value"
NUL = "NUL character"
FIELD_COUNT = "wrong number of fields"

# Arrow adds numbers only where the sum has room for a further digit
_WIDE_NUMBER = pa.decimal256(60, 20)

_BLANKS = re.compile(rb"[ \t]+")
_OUTER_TABS = re.compile(rb"^\t|\t(?=\r?$)", re.MULTILINE)


@dataclass(frozen=True)
class Reject:
    """A record that is not loaded. `line` is the physical line where it starts."""

    line: int
    column: str | None
    reason: str
    raw: bytes
    amount: Decimal | None


@dataclass(frozen=True)
class Batch:
    """The records of a block after the checks.

    payload: the good records in the binary format of COPY.
    columns: the good records' values by column.
    keys: hashes of the good records' keys.
    references: by column, hashes of the keys in other tables that they name.
    records: how many the block holds, good and bad.
    amount: sum of the readable amounts of all its records.
    good: which of its records are good; packed bits.
    """

    place: BlockPlace
    payload: pa.Buffer
    columns: dict[str, Any]
    keys: Hashes
    references: dict[str, Hashes]
    records: int
    rows: int
    rejects: list[Reject]
    amount: Decimal
    good: bytes


def scan(file: CsvFile, table_file: TableFile, clock: Clock) -> Iterator[Batch]:
    """Check all records of a file, block by block, several blocks at a time.

    Raises:
        DataRefusedError: the file cannot be read to its end.
    """
    with ThreadPoolExecutor(SCANNERS) as pool:
        ahead: deque[Future[Batch]] = deque()
        for block in read_blocks(file, table_file.layout):
            ahead.append(pool.submit(_Scanner(table_file, clock, block).batch))
            if len(ahead) > SCANNERS:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def records_at(
    table_file: TableFile, wanted: Iterable[tuple[BlockPlace, bytes, list[int]]]
) -> Iterator[tuple[int, bytes]]:
    """The physical lines and the bytes of some good records, read again.

    wanted: for some blocks, in the order of the file, the place, which of the records
    are good, and the numbers of the good ones that are wanted.

    Raises:
        DataRefusedError: the file cannot be read again.
    """
    found = list(wanted)
    blocks = read_again(table_file.path, table_file.layout, [p for p, _, _ in found])
    for block, (_, good, rows) in zip(blocks, found, strict=True):
        flags = np.unpackbits(np.frombuffer(good, np.uint8), count=len(block.records))
        for record in np.flatnonzero(flags)[rows]:
            yield block.line_of(record), block.raw(record)


class _Scanner:
    """The checks of one block."""

    def __init__(self, table_file: TableFile, clock: Clock, block: Block) -> None:
        self.file = table_file
        self.clock = clock
        self.block = block
        self.reasons: dict[int, tuple[str | None, str]] = {}

    def batch(self) -> Batch:
        count = len(self.block.records)
        good = np.ones(count, dtype=np.bool_)
        self._find_unreadable()
        good[list(self.reasons)] = False
        table, rows = self._parse(good)
        checked = self._check(table)
        first_fault = _first_faults(checked, len(rows))
        for row, fault in first_fault.items():
            self.reasons[int(rows[row])] = fault
        fine = np.ones(len(rows), dtype=np.bool_)
        fine[list(first_fault)] = False
        good[list(self.reasons)] = False
        amounts, total = self._amounts(checked, rows)
        if first_fault:
            mask = pa.array(fine)
            checked = {name: column.filtered(mask) for name, column in checked.items()}
        count_fine = int(fine.sum())
        return Batch(
            place=self.block.place,
            payload=self._payload(checked, count_fine),
            columns={name: column.values for name, column in checked.items()},
            keys=self._hashes(self.file.contract.key, checked, count_fine),
            references={
                name: self._hashes((name,), checked, count_fine)
                for name in self.file.contract.references
            },
            records=count,
            rows=count_fine,
            rejects=[
                Reject(
                    self.block.line_of(record),
                    *self.reasons[record],
                    self.block.raw(record),
                    amounts.get(record),
                )
                for record in sorted(self.reasons)
            ],
            amount=total,
            good=np.packbits(good).tobytes(),
        )

    def _find_unreadable(self) -> None:
        """Records that no parser should see, found from the cheapest sign on."""
        block, records = self.block, self.block.records
        for broken in np.flatnonzero(records.broken):
            self.reasons[int(broken)] = None, BROKEN_QUOTES
        if b"\r" in block.data and len(records):
            self._note_line_breaks()
        if b"\0" in block.data:
            zeros = np.flatnonzero(np.frombuffer(block.data, np.uint8) == 0)
            for holder in self._holders(zeros):
                self.reasons.setdefault(holder, (None, NUL))
        self._note_undecodable()

    def _note_undecodable(self) -> None:
        """Records with bytes that are no text; only bytes beyond ASCII can be."""
        block = self.block
        try:
            block.data.decode()
        except UnicodeDecodeError:
            foreign = np.flatnonzero(np.frombuffer(block.data, np.uint8) > ASCII)
            for record in self._holders(foreign):
                try:
                    block.text(record).decode()
                except UnicodeDecodeError:  # noqa: PERF203 a rare block
                    self.reasons.setdefault(record, (None, not_in(block.encoding)))

    def _holders(self, places: npt.NDArray[np.int64]) -> list[int]:
        """The records that hold some bytes of the block, each once."""
        records = np.searchsorted(self.block.records.starts, places, side="right") - 1
        holders: list[int] = np.unique(records[records >= 0]).tolist()
        return holders

    def _note_line_breaks(self) -> None:
        """Records with a carriage return outside quotes that ends no line."""
        records = self.block.records
        array = np.frombuffer(self.block.data, np.uint8)
        returns = np.flatnonzero(array[:-1] == CARRIAGE_RETURN)
        returns = returns[array[returns + 1] != LINE_FEED]
        holders = np.searchsorted(records.starts, returns, side="right") - 1
        inside = (holders >= 0) & (returns < records.ends[holders])
        returns, holders = returns[inside], holders[inside]
        if self.file.layout.quoted:
            quotes = np.flatnonzero(array == QUOTE)
            before = np.searchsorted(quotes, returns)
            at_start = np.searchsorted(quotes, records.starts[holders])
            holders = holders[(before - at_start) % 2 == 0]
        for holder in np.unique(holders):
            self.reasons.setdefault(int(holder), (None, LINE_BREAK))

    def _parse(self, good: Flags) -> tuple[pa.Table, npt.NDArray[np.int64]]:
        """The fields of the good records as text, and which record each row is."""
        records = np.flatnonzero(good)
        names = [f"f{place}" for place in range(len(self.file.fields))]
        empty = pa.table({name: pa.nulls(0, pa.string()) for name in names})
        data = self._parseable(good)
        if not data:
            return empty, records[:0]
        wrong: list[int] = []

        def note(row: pyarrow.csv.InvalidRow) -> str:
            wrong.append(row.number - 1)
            return "skip"

        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, use_threads=False, block_size=len(data) + 1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=self.file.layout.delimiter.decode(),
                quote_char='"' if self.file.layout.quoted else False,
                newlines_in_values=self.file.layout.quoted,
                invalid_row_handler=note,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
        for row in wrong:
            self.reasons[int(records[row])] = None, FIELD_COUNT
        rows = np.delete(records, wrong)
        if table.num_rows != len(rows):
            message = (
                f"{self.file.path}: {len(rows)} records from line "
                f"{self.block.place.line} were read as {table.num_rows}. "
                "Please report this with the file."
            )
            raise AssertionError(message)
        return table.combine_chunks(), rows

    def _parseable(self, good: Flags) -> bytes:
        """The good records' bytes; runs of blanks become tabs where they delimit."""
        starts, data = self.block.records.starts, self.block.data
        kept, place = [], 0
        for record in np.flatnonzero(~good):
            kept.append(data[place : starts[record]])
            place = starts[record + 1] if record + 1 < len(starts) else len(data)
        data = b"".join([*kept, data[place:]]) if kept else data
        if self.file.layout.quoted:
            return data
        return _OUTER_TABS.sub(b"", _BLANKS.sub(b"\t", data))

    def _check(self, table: pa.Table) -> dict[str, Checked]:
        """The wanted columns, checked, in the order in which they are copied."""
        contract, checked = self.file.contract, {}
        for name, text in zip(self.file.fields, table.columns, strict=True):
            if name is not None:
                checked[name] = check_column(
                    text.combine_chunks(),
                    contract.columns[name],
                    name,
                    self.file.mapping,
                    self.clock,
                )
        for name, value in self.file.constants.items():
            checked[name] = constant_column(
                value, table.num_rows, contract.columns[name], name, self.clock
            )
        return checked

    def _hashes(
        self, names: tuple[str, ...], checked: dict[str, Checked], rows: int
    ) -> Hashes:
        if not names or any(name not in checked for name in names):
            return np.full(rows, NO_KEY)
        columns = self.file.contract.columns
        return hash_keys([(columns[name], checked[name]) for name in names], rows)

    def _payload(self, checked: dict[str, Checked], rows: int) -> pa.Buffer:
        columns = self.file.contract.columns
        return encode(
            ((columns[n].type, column) for n, column in checked.items()), rows
        )

    def _amounts(
        self, checked: dict[str, Checked], rows: npt.NDArray[np.int64]
    ) -> tuple[dict[int, Decimal], Decimal]:
        """The readable amounts of rejected records, and the sum over all records.

        An amount in several columns is readable where all of them are.
        """
        columns = self.file.contract.amount
        if not columns or any(column not in checked for column in columns):
            return {}, Decimal(0)
        values = added([checked[column].values for column in columns])
        total = pc.sum(values).as_py() or Decimal(0)
        if not self.reasons:
            return {}, total
        rejected = np.flatnonzero(np.isin(rows, list(self.reasons)))
        return {int(rows[row]): values[int(row)].as_py() for row in rejected}, total


def added(columns: list[Any]) -> Any:  # noqa: ANN401 pyarrow has no types
    """Add columns row by row; null where one of them is."""
    if len(columns) == 1:
        return columns[0]
    return reduce(pc.add, (column.cast(_WIDE_NUMBER) for column in columns))


def _first_faults(
    checked: dict[str, Checked], count: int
) -> dict[int, tuple[str | None, str]]:
    """For each faulty row the first column at fault, and why."""
    found: dict[int, tuple[str | None, str]] = {}
    seen = np.zeros(count, dtype=np.bool_)
    for name, column in checked.items():
        for reason, flags in column.faults:
            for row in np.flatnonzero(flags & ~seen):
                found[int(row)] = name, reason
            seen |= flags
    return found
