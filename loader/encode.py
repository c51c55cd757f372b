"""Rows in PostgreSQL's binary COPY format, which the server reads faster than text.

A row is the number of its fields, then each field as its length and its bytes, in
network byte order; the length -1 stands for NULL (PostgreSQL's documentation of COPY,
"Binary Format"). Values have been checked before: what is sent is what was read, so the
server has nothing to interpret. Rows are put together column by column, never one by
one.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.contract import ColumnType
from loader.values import Checked

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[Any]

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

# PostgreSQL counts dates and times from 2000-01-01, Arrow from 1970-01-01
_EPOCH_DAYS = 10_957
_EPOCH_MICROSECONDS = _EPOCH_DAYS * 86_400_000_000

# numeric: digits to the base 10,000, of which the first one weighs 10,000 ** weight
_BASE = 10_000
_BASE_EXPONENT = 4
_INTEGER_DIGITS = 3
_NEGATIVE = 0x4000
_LIMB_BITS = 32


def encode(columns: Iterable[tuple[ColumnType, Checked]], rows: int) -> pa.Buffer:
    """The rows of some checked columns, without the format's header and trailer."""
    row = _Rows(rows)
    fields = list(columns)
    row.add_fixed(_constant(len(fields), rows, ">i2"))
    for kind, checked in fields:
        if kind in ("id", "text"):
            row.add_text(checked.text)
        else:
            row.add_values(_FIXED[kind](checked), checked.values)
    return row.joined()


class _Rows:
    """Rows that grow to the right; neighbours of fixed width are kept together."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self._pending: list[Bytes] = []
        self._parts: list[Any] = []

    def add_fixed(self, block: Bytes) -> None:
        """Append bytes, shape (rows, width)."""
        self._pending.append(block)

    def add_text(self, text: Any) -> None:  # noqa: ANN401 pyarrow has no types
        """Append a field of text."""
        lengths = pc.binary_length(text)
        if text.null_count:
            lengths, text = pc.fill_null(lengths, -1), pc.fill_null(text, "")
        self.add_fixed(_big_endian(lengths.to_numpy(), ">i4"))
        self._flush()
        self._parts.append(text.cast(pa.binary()))

    def add_values(self, block: Bytes, values: Any) -> None:  # noqa: ANN401
        """Append a field whose values, where there are any, have one width.

        block: shape (rows, width); where `values` is null, it is left out.
        """
        width = block.shape[1]
        if not values.null_count:
            self.add_fixed(_constant(width, self.rows, ">i4"))
            self.add_fixed(block)
            return
        given = values.is_valid().to_numpy(zero_copy_only=False)
        self.add_fixed(_big_endian(np.where(given, width, -1), ">i4"))
        self._flush()
        ends = np.concatenate(([0], np.cumsum(given * width)))
        self._parts.append(_binary(block[given], ends))

    def _flush(self) -> None:
        if self._pending:
            block = np.concatenate(self._pending, axis=1)
            ends = np.arange(self.rows + 1) * block.shape[1]
            self._parts.append(_binary(block, ends))
            self._pending = []

    def joined(self) -> pa.Buffer:
        """The bytes of all rows, one after another."""
        self._flush()
        return pc.binary_join_element_wise(*self._parts, b"").buffers()[2]


def _binary(block: Bytes, ends: Numbers) -> Any:  # noqa: ANN401
    """An Arrow array of the bytes between the ends."""
    # joined from blocks of one column, numpy may lay the rows out side by side
    in_rows = np.ascontiguousarray(block)
    return pa.BinaryArray.from_buffers(
        pa.binary(),
        len(ends) - 1,
        [None, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(in_rows)],
    )


def _big_endian(numbers: Numbers, kind: str) -> Bytes:
    """Numbers, shape (rows,) or (rows, n), as bytes of shape (rows, width)."""
    array = np.ascontiguousarray(numbers.astype(kind)).view(np.uint8)
    return array.reshape(len(numbers), array.size // max(len(numbers), 1))


def _constant(number: int, rows: int, kind: str) -> Bytes:
    """The same number for each row."""
    one = np.array([number], kind).view(np.uint8)
    return np.broadcast_to(one, (rows, len(one)))


def _dates(checked: Checked) -> Bytes:
    days = checked.values.cast(pa.int32())
    return _big_endian(_zeros_for_null(days) - _EPOCH_DAYS, ">i4")


def _timestamps(checked: Checked) -> Bytes:
    moments = checked.values.cast(pa.int64())
    return _big_endian(_zeros_for_null(moments) - _EPOCH_MICROSECONDS, ">i8")


def _booleans(checked: Checked) -> Bytes:
    return _big_endian(_zeros_for_null(checked.values.cast(pa.int8())), "i1")


def _integers(checked: Checked) -> Bytes:
    return _big_endian(_zeros_for_null(checked.values), ">i8")


def _numbers(checked: Checked) -> Bytes:
    """PostgreSQL's numeric: how many digits, weight, sign, scale, and the digits.

    As many digits for every row: the server strips zeros at both ends. The scale, which
    only says how many decimals are shown, is that of the text.
    """
    values = checked.values
    words = np.frombuffer(values.buffers()[1], np.uint64)
    start = 2 * values.offset
    low, high = (words[start + word : start + 2 * len(values) : 2] for word in (0, 1))
    negative = high.view(np.int64) < 0
    fraction_digits = values.type.scale // _BASE_EXPONENT
    count = _INTEGER_DIGITS + fraction_digits
    block = np.empty((len(values), 4 + count), ">i2")
    block[:, 0] = count
    block[:, 1] = _INTEGER_DIGITS - 1
    block[:, 2] = np.where(negative, _NEGATIVE, 0)
    block[:, 3] = _scales(checked.text)
    block[:, 4:] = _digits(_limbs(low, high, negative), count)
    return block.view(np.uint8)


def _limbs(low: Numbers, high: Numbers, negative: Flags) -> list[Numbers]:
    """The absolute values of 128-bit numbers, 32 bits each, the highest first."""
    low = np.where(negative, ~low + np.uint64(1), low)
    high = np.where(negative, ~high + (low == 0), high)
    mask = np.uint64(2**_LIMB_BITS - 1)
    shift = np.uint64(_LIMB_BITS)
    if not high.any():
        return [low]
    return [high >> shift, high & mask, low >> shift, low & mask]


def _digits(limbs: list[Numbers], count: int) -> Numbers:
    """The last digits to the base 10,000, the highest first, shape (rows, count)."""
    digits = np.empty((len(limbs[0]), count), np.int16)
    base, shift = np.uint64(_BASE), np.uint64(_LIMB_BITS)
    for place in reversed(range(count)):
        rest = np.zeros(len(limbs[0]), np.uint64)
        quotients = []
        for limb in limbs:
            part = (rest << shift) | limb
            quotient = part // base
            rest = part - quotient * base
            quotients.append(quotient)
        digits[:, place] = rest
        limbs = quotients
    return digits


def _scales(text: Any) -> Numbers:  # noqa: ANN401
    """How many digits stand behind the decimal point."""
    point = _zeros_for_null(pc.find_substring(text, "."))
    length = _zeros_for_null(pc.binary_length(text))
    return np.where(point < 0, 0, length - point - 1)


def _zeros_for_null(array: Any) -> Numbers:  # noqa: ANN401
    """The numbers of an Arrow array."""
    if array.null_count:
        array = pc.fill_null(array, 0)
    numbers: Numbers = array.to_numpy(zero_copy_only=False)
    return numbers


_FIXED = {
    "date": _dates,
    "timestamp": _timestamps,
    "boolean": _booleans,
    "integer": _integers,
    "number": _numbers,
}
