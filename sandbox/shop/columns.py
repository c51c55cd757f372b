"""Columns of CSV files from numpy arrays, a table in parts, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

Column = Any  # an Arrow array: pyarrow has no useful types
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

ID_DIGITS = 8
PART_ROWS = 200_000
CENTS = 2


@dataclass(frozen=True)
class Table:
    """A table to be written in parts, so that memory does not grow with it.

    columns: gives the named columns of some rows. is_quoted: whether texts may hold
    what CSV has to quote.
    """

    name: str
    rows: int
    columns: Callable[[slice], dict[str, Column]]
    is_quoted: bool = False


def write_table(
    table: Table, path: Path, progress: Callable[[int], None] | None = None
) -> None:
    """Write a table as CSV: UTF-8, comma, one header line, newline at the end.

    Args:
        table: What to write.
        path: The new file.
        progress: Called with the number of rows written since the last call.
    """
    style = "needed" if table.is_quoted else "none"
    options = csv.WriteOptions(include_header=False, quoting_style=style)
    with path.open("wb") as file:
        header = ",".join(table.columns(slice(0, 0)))
        file.write(f"{header}\n".encode())
        for start in range(0, table.rows, PART_ROWS):
            stop = min(start + PART_ROWS, table.rows)
            part = pa.table(table.columns(slice(start, stop)))
            csv.write_csv(part, file, options)
            if progress:
                progress(stop - start)


def identifiers(
    prefix: str | Integers, number: Integers, known: Flags | None = None
) -> Column:
    """Write ids of a letter and digits, which sort by number.

    Args:
        prefix: One letter for all, or the code point of each id's letter.
        number: Non-negative, below 10 ** ID_DIGITS.
        known: Which ids are given; the others become null.
    """
    width = 1 + ID_DIGITS
    text = np.empty((len(number), width), np.uint8)
    text[:, 0] = ord(prefix) if isinstance(prefix, str) else prefix
    rest = number
    for place in range(width - 1, 0, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    offsets = np.arange(len(number) + 1, dtype=np.int32) * width
    return _hide(
        pa.StringArray.from_buffers(len(number), _bytes(offsets), _bytes(text)), known
    )


def choices(
    names: Sequence[str], position: Integers, known: Flags | None = None
) -> Column:
    """Write names by position; null where they are not known."""
    mask = None if known is None else ~known
    return pc.take(pa.array(names, pa.string()), pa.array(position, mask=mask))


def booleans(values: Flags, known: Flags | None = None) -> Column:
    """Write true and false; null where they are not known."""
    return pa.array(values, mask=None if known is None else ~known)


def numbers(values: Integers, known: Flags | None = None) -> Column:
    """Write whole numbers; null where they are not known."""
    return pa.array(values, mask=None if known is None else ~known)


def decimals(values: Integers, scale: int = CENTS) -> Column:
    """Write numbers with a fixed count of decimals, such as cents as money."""
    wide = np.empty((len(values), 2), np.int64)
    wide[:, 0] = values
    wide[:, 1] = values >> 63  # the sign fills the upper half
    kind = pa.decimal128(18, scale)
    return pa.Array.from_buffers(kind, len(values), [None, _bytes(wide)])


def moments(first_day: date, seconds: Integers) -> Column:
    """Write timestamps, given as seconds since a day began."""
    return pa.array(np.datetime64(first_day, "s") + seconds)


def days(values: npt.NDArray[np.datetime64], known: Flags | None = None) -> Column:
    """Write dates; null where they are not known."""
    return pa.array(values, mask=None if known is None else ~known)


def joined(
    *parts: Column, separators: Sequence[str], known: Flags | None = None
) -> Column:
    """Join texts row by row, with a separator between each two of them."""
    text = parts[0]
    for separator, part in zip(separators, parts[1:], strict=True):
        text = pc.binary_join_element_wise(text, part.cast(pa.string()), separator)
    return _hide(text, known)


def _bytes(values: npt.NDArray[Any]) -> Column:
    return pa.py_buffer(np.ascontiguousarray(values))


def _hide(text: Column, known: Flags | None) -> Column:
    return text if known is None else pc.if_else(pa.array(known), text, None)
