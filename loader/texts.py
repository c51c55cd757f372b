"""Arrow arrays of text, as a column of a block is before it is read."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.arrow import put_off_pandas

put_off_pandas()

Array = Any  # pyarrow has no useful types
Flags = npt.NDArray[np.bool_]


def ends_and_bytes(
    text: Array,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where in the bytes each text begins, and the last one ends."""
    _, offsets, data = text.buffers()
    if not len(text) or data is None:
        return np.zeros(len(text) + 1, np.int32), np.zeros(0, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    return ends, np.frombuffer(data, np.uint8)


def longest(text: Array) -> int:
    """How many bytes the longest text has."""
    ends, _ = ends_and_bytes(text)
    return int(np.diff(ends).max(initial=0))


def hold_others(text: Array, known: Flags) -> Flags | None:
    """Which texts hold bytes that are not known; None if no text does."""
    ends, data = ends_and_bytes(text)
    others = ~known[data[ends[0] : ends[-1]]]
    if not others.any():
        return None
    found = np.zeros(len(text), np.bool_)
    found[np.searchsorted(ends, np.flatnonzero(others) + ends[0], side="right") - 1] = 1
    return found


def only(mask: Array, text: Array) -> Array:
    """The text where the mask is true, else null."""
    if pc.all(mask, skip_nulls=True).as_py():
        return text
    return pc.if_else(mask, text, pa.scalar(None, pa.string()))


def cast(text: Array, kind: pa.DataType, shape: str | None = None) -> Array:
    """The text as another type; null where it cannot be.

    Which values are at fault is found by halving. For many of them that takes long, so
    those that have not the shape of the others are left out first.
    """
    try:
        return pc.cast(text, kind)
    except pa.ArrowInvalid:
        if len(text) == 1:
            return pa.nulls(1, kind)
    if shape is not None:
        fits = pc.match_substring_regex(text, shape)
        if not pc.all(fits, skip_nulls=True).as_py():
            return cast(only(fits, text), kind)
    half = len(text) // 2
    return pa.concat_arrays([cast(text[:half], kind), cast(text[half:], kind)])


def has_unread(text: Array, values: Array) -> bool:
    """Whether a text that was given has no value."""
    return bool(values.null_count > text.null_count)


def given_flags(mask: Array) -> Array:
    """The mask with false for null."""
    return pc.fill_null(mask, pa.scalar(value=False))
