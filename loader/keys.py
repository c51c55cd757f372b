"""Finding equal keys among any number of records, in little memory and without asking.

Keys are told apart by 64-bit hashes, which lie in a temporary file and are compared a
part at a time. Equal keys have equal hashes, so whatever says that a key comes twice
includes all that do, and the server has the last word. That two of ten million
different keys have the same hash has a chance of one in 300,000.
"""

import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.contract import Column
from loader.values import NUMBER, Checked

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

NO_KEY = np.uint64(0)
PART_ROWS = 1 << 19
READ_ROWS = 1 << 17
_WORD = 8
_MATRIX_BYTES = 8 << 20
# odd constants with bits all over, as of the generator splitmix64
_FIRST = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)


def hash_keys(columns: list[tuple[Column, Checked]], rows: int) -> Hashes:
    """A hash per record of its values in some columns; NO_KEY where one is missing."""
    hashes = np.full(rows, _FIRST)
    missing = np.zeros(rows, np.bool_)
    for column, checked in columns:
        values = checked.text if column.type in ("id", "text") else checked.values
        if values.null_count:
            missing |= ~values.is_valid().to_numpy(zero_copy_only=False)
        hashes = _with_column(hashes, values)
    hashes[hashes == NO_KEY] = _FIRST
    hashes[missing] = NO_KEY
    return hashes


def hash_contents(columns: list[Any], rows: int) -> Hashes:
    """A hash per record of all its values, of which a missing one equals another."""
    hashes = np.full(rows, _FIRST)
    for values in columns:
        given = values.is_valid().to_numpy(zero_copy_only=False)
        hashes = _mixed(_with_column(hashes, values), given.astype(np.uint64))
    return hashes


def _with_column(hashes: Hashes, values: Any) -> Hashes:  # noqa: ANN401 of pyarrow
    if pa.types.is_decimal(values.type):
        values = pc.coalesce(values.cast(NUMBER), pa.scalar(0, NUMBER))
        words = np.frombuffer(values.buffers()[1], np.uint64)[2 * values.offset :]
        hashes = _mixed(hashes, words[: 2 * len(values) : 2])
        return _mixed(hashes, words[1 : 2 * len(values) : 2])
    if not pa.types.is_string(values.type):
        if pa.types.is_date32(values.type):
            values = values.cast(pa.int32())
        numbers = pc.fill_null(values.cast(pa.int64(), safe=False), 0).to_numpy()
        return _mixed(hashes, numbers.view(np.uint64))
    width = (pc.max(pc.binary_length(values)).as_py() or 0) // _WORD * _WORD + _WORD
    step = max(_MATRIX_BYTES // width, 1)
    parts = [
        _with_words(hashes[start : start + step], values[start : start + step], width)
        for start in range(0, len(values), step)
    ]
    return np.concatenate(parts) if parts else hashes


def _with_words(hashes: Hashes, text: Any, width: int) -> Hashes:  # noqa: ANN401
    """The hashes with texts of fewer bytes than width; no text holds the padding.

    Words beyond a text's own do not count: they depend on the texts beside it.
    """
    text = pc.fill_null(text, "")
    padded = pc.ascii_rpad(text, width=width, padding="\0")
    words = np.frombuffer(padded.buffers()[2], np.uint64, len(text) * width // _WORD)
    lengths = pc.binary_length(text).to_numpy()
    shortest = lengths.min()
    for place, word in enumerate(words.reshape(len(text), -1).T):
        mixed, begin = _mixed(hashes, word), place * _WORD
        if shortest < begin:
            mixed = np.where(lengths < begin, hashes, mixed)
        hashes = mixed
    return hashes


def _mixed(hashes: Hashes, words: Hashes) -> Hashes:
    hashes = (hashes ^ words) * _SECOND
    return (hashes ^ (hashes >> _SHIFT)) * _FIRST


class KeySpool:
    """The hashes of a column or key of all records of a table, in their order."""

    def __init__(self) -> None:
        """Begin without records."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 see close
        self.rows = 0

    def add(self, hashes: Hashes) -> None:
        """Append records."""
        self._file.write(hashes.data)
        self.rows += len(hashes)

    def close(self) -> None:
        """Forget everything."""
        self._file.close()

    def repeated(self) -> Rows:
        """The rows, counted from 0 and ascending, whose hash another row has too."""
        found = [np.zeros(0, np.int64)]
        for part in range(self.parts()):
            hashes, _ = self.part(part, self.parts())
            hashes.sort()
            twice = hashes[1:][hashes[1:] == hashes[:-1]]
            if len(twice):
                hashes, rows = self.part(part, self.parts())
                found.append(rows[np.isin(hashes, twice)])
        return np.sort(np.concatenate(found))

    def at(self, rows: Rows) -> Hashes:
        """The hashes of some rows, which ascend."""
        found = [np.zeros(0, np.uint64)]
        for start, block in self._blocks():
            first, last = np.searchsorted(rows, (start, start + len(block)))
            found.append(block[rows[first:last] - start])
        return np.concatenate(found)

    def missing_from(self, others: "KeySpool", without: Rows) -> int:
        """How many rows, but for some, have a key that none of the other rows has."""
        parts = max(self.parts(), others.parts())
        count = 0
        for part in range(parts):
            known, _ = others.part(part, parts)
            known.sort()
            hashes, rows = self.part(part, parts)
            if len(without):
                hashes = hashes[~np.isin(rows, without)]
            hashes.sort()
            places = np.searchsorted(known, hashes)
            known = np.append(known, NO_KEY)
            count += int((known[places] != hashes).sum())
        return count

    def rows_missing_from(self, others: "KeySpool") -> Rows:
        """The rows, ascending, that have a key that none of the other rows has."""
        parts = max(self.parts(), others.parts())
        found = [np.zeros(0, np.int64)]
        for part in range(parts):
            known, _ = others.part(part, parts)
            hashes, rows = self.part(part, parts)
            found.append(rows[np.isin(hashes, known, invert=True)])
        return np.sort(np.concatenate(found))

    def parts(self) -> int:
        """In how many ranges of hashes they should be looked at, to save memory."""
        return -(-self.rows // PART_ROWS) or 1

    def part(self, part: int, parts: int) -> tuple[Hashes, Rows]:
        """The hashes, and their rows, of one of some ranges; none of NO_KEY."""
        width = 2**64 // parts
        lowest = np.uint64(max(part * width, 1))
        highest = np.uint64(2**64 - 1 if part == parts - 1 else (part + 1) * width - 1)
        hashes, rows = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
        for start, block in self._blocks():
            inside = (block >= lowest) & (block <= highest)
            hashes.append(block[inside])
            rows.append(np.flatnonzero(inside) + start)
        return np.concatenate(hashes), np.concatenate(rows)

    def _blocks(self) -> Iterator[tuple[int, Hashes]]:
        self._file.seek(0)
        for start in range(0, self.rows, READ_ROWS):
            data = self._file.read(READ_ROWS * NO_KEY.itemsize)
            yield start, np.frombuffer(data, np.uint64)
