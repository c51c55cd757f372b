"""What a value may look like: strict reading of text as numbers, dates and booleans.

PostgreSQL is more liberal than a contract should be (it reads NaN, 1e3, 'now', rounds
and drops time zones), so values are checked here, a column at a time, in shapes that
Arrow and PostgreSQL read alike. Where a shape is fine but foreign (an offset, a decimal
comma, the mapping's date format), the text is rewritten to the plain one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from loader.contract import Column, Contract
from loader.errors import UsageError
from loader.mapping import TableMapping

Array = Any  # pyarrow arrays of text, numbers, dates: pyarrow has no useful types
Flags = npt.NDArray[np.bool_]

MISSING = "missing value"
NOT_A_NUMBER = "not a number"
NOT_WHOLE = "not a whole number"
NOT_A_DATE = "not a date"
NOT_A_BOOLEAN = "not a boolean"
OUT_OF_RANGE = "out of range"
FUTURE = "date in the future"
TOO_LONG = "too long"

EARLIEST = date(1900, 1, 1)
MAX_ID_CHARACTERS = 500

NUMBER = pa.decimal128(38, 20)
MOMENT = pa.timestamp("us")
BOOLEANS = pa.array(["true", "false", "t", "f", "yes", "no", "1", "0"])

_ANY_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)$"
_SHORT_NUMBER = r"^[+-]?(\d{1,12}(\.\d{0,20})?|\.\d{1,20})$"
_SHORT_WHOLE = r"^-?\d{1,12}$"
_ANY_WHOLE = r"^-?\d+$"
_LONG_FRACTION = r"^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{6})\d+"
_OFFSET = (
    r"^((?:19|2\d)\d\d-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)? ?"
    r"(Z|[+-]\d\d(?::?\d\d)?)$"
)
_MOMENT_LENGTHS = pa.array([10, 16, 19, *range(21, 27)], pa.int32())


@dataclass(frozen=True)
class Clock:
    """The shop's time zone and the moment of the load in it."""

    zone: ZoneInfo
    now: datetime

    @classmethod
    def in_zone(cls, name: str) -> "Clock":
        """The clock of a time zone such as Europe/Paris."""
        zone = ZoneInfo(name)
        return cls(zone, datetime.now(zone).replace(tzinfo=None))

    @property
    def latest(self) -> datetime:
        """The last moment that is not too far in the future."""
        return self.now + timedelta(days=1)


@dataclass(frozen=True)
class Checked:
    """A column of some records after the check; all arrays have one entry per record.

    text: what is copied; null where nothing was given.
    values: the text read as the column's type; null where it cannot be read.
    faults: for each reason, which records have it; the first reason counts.
    changed: whether text differs from what the file says.
    """

    text: Array
    values: Array
    faults: list[tuple[str, Flags]]
    changed: bool


def check_column(
    text: Array, column: Column, name: str, mapping: TableMapping, clock: Clock
) -> Checked:
    """Check a column's values.

    text: array of strings with null for empty values, shape (records,).
    """
    given = text
    text = _translated(text, name, mapping)
    values, shape_faults, text = _READERS[column.type](text, mapping, clock)
    if name in mapping.defaults and text.null_count:
        default = constant_column(mapping.defaults[name], 1, column, name, clock)
        empty = pc.is_null(text)
        text = pc.if_else(empty, default.text[0], text)
        values = pc.if_else(empty, default.values[0], values)  # noqa: PD011
    faults = [
        *_missing(text, column),
        *shape_faults,
        *_outside(values, column, clock),
    ]
    return Checked(text, values, faults, changed=text is not given)


def check_defaults(contract: Contract, mapping: TableMapping, clock: Clock) -> None:
    """Refuse a default that the column could not hold.

    Raises:
        UsageError: names the column and what is wrong.
    """
    for name, value in mapping.defaults.items():
        checked = constant_column(value, 1, contract.columns[name], name, clock)
        reasons = [reason for reason, _ in checked.faults] or ["NUL"] * ("\0" in value)
        if reasons:
            message = (
                f"The mapping's default for {name} of {contract.table}, '{value}', is "
                f"refused: {reasons[0]}. Write it as the contract asks."
            )
            raise UsageError(message)


def constant_column(
    value: str, count: int, column: Column, name: str, clock: Clock
) -> Checked:
    """A column whose every record holds the mapping's default."""
    text = pa.array([value] * count, pa.string())
    checked = check_column(text, column, name, TableMapping(), clock)
    return Checked(checked.text, checked.values, checked.faults, changed=True)


def _translated(text: Array, name: str, mapping: TableMapping) -> Array:
    """The text with the mapping's meanings for what is written, all at once."""
    written = text
    for value, meant in mapping.values.get(name, {}).items():  # noqa: PD011
        same = _flags(pc.equal(written, pa.scalar(value, pa.string())))
        if pc.any(same).as_py():
            text = pc.if_else(same, pa.scalar(meant, pa.string()), text)
    return text


def _missing(text: Array, column: Column) -> list[tuple[str, Flags]]:
    if not column.required:
        return []
    empty = pc.is_null(text)
    if column.type == "id":
        blank = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(text)), 0)
        empty = pc.or_(empty, _flags(blank))
    return _fault(MISSING, empty)


def _fault(reason: str, mask: Array) -> list[tuple[str, Flags]]:
    """The fault, unless no record has it; null means that a record has it not."""
    flags = _flags(mask).to_numpy(zero_copy_only=False)
    return [(reason, flags)] if flags.any() else []


def _outside(values: Array, column: Column, clock: Clock) -> list[tuple[str, Flags]]:
    faults = []
    if column.above is not None:
        faults += _fault(OUT_OF_RANGE, pc.less_equal(values, pa.scalar(column.above)))
    if column.minimum is not None:
        faults += _fault(OUT_OF_RANGE, pc.less(values, pa.scalar(column.minimum)))
    if column.type in ("date", "timestamp"):
        kind = values.type
        latest = clock.latest if kind == MOMENT else clock.latest.date()
        earliest = pa.scalar(EARLIEST, pa.date32()).cast(kind)
        faults += _fault(OUT_OF_RANGE, pc.less(values, earliest))
        faults += _fault(FUTURE, pc.greater(values, pa.scalar(latest, kind)))
    return faults


Read = tuple[Array, list[tuple[str, Flags]], Array]


def _read_text(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    return text, [], text


def _read_id(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    long = pc.greater(pc.utf8_length(text), MAX_ID_CHARACTERS)
    return text, _fault(TOO_LONG, long), text


def _read_number(text: Array, mapping: TableMapping, _clock: Clock) -> Read:
    point = _with_point(text, mapping)
    fits = pc.match_substring_regex(point, _SHORT_NUMBER)
    values = _cast_where(fits, point, NUMBER)
    if not _unread(text, values):
        return values, [], point
    any_number = pc.match_substring_regex(point, _ANY_NUMBER)
    faults = [
        *_fault(NOT_A_NUMBER, pc.invert(any_number)),
        *_fault(OUT_OF_RANGE, pc.invert(fits)),
    ]
    return values, faults, point


def _with_point(text: Array, mapping: TableMapping) -> Array:
    """The text with a decimal point; a point in it already makes it unreadable."""
    if mapping.decimal == ".":
        return text
    swapped = pc.replace_substring(text, ".", "?")
    return pc.replace_substring(swapped, ",", ".")


def _read_integer(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    fits = pc.match_substring_regex(text, _SHORT_WHOLE)
    values = _cast_where(fits, text, NUMBER)
    if not _unread(text, values):
        return values, [], text
    number = pc.match_substring_regex(text, _ANY_NUMBER)
    whole = pc.match_substring_regex(text, _ANY_WHOLE)
    faults = [
        *_fault(NOT_A_NUMBER, pc.invert(number)),
        *_fault(NOT_WHOLE, pc.invert(whole)),
        *_fault(OUT_OF_RANGE, pc.invert(fits)),
    ]
    return values, faults, text


def _read_boolean(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    lower = pc.ascii_lower(text)
    known = pc.is_in(lower, BOOLEANS)
    bad = pc.and_(pc.is_valid(text), pc.invert(known))
    true = pc.is_in(lower, pa.array(["true", "t", "yes", "1"]))
    values = pc.if_else(known, true, pa.scalar(None, pa.bool_()))
    return values, _fault(NOT_A_BOOLEAN, bad), text


def _read_date(text: Array, mapping: TableMapping, clock: Clock) -> Read:
    text = _with_format(text, mapping, clock, "%Y-%m-%d")
    values = _cast(text, pa.date32())
    return values, _not_dates(text, values), text


def _read_timestamp(text: Array, mapping: TableMapping, clock: Clock) -> Read:
    text = _with_format(text, mapping, clock, "%Y-%m-%d %H:%M:%S.%f")
    values = _cast_moments(text)
    if _unread(text, values):
        rewritten = _in_shop_time(text, values, clock)
        if rewritten is not text:
            text, values = rewritten, _cast_moments(rewritten)
    return values, _not_dates(text, values), text


def _not_dates(text: Array, values: Array) -> list[tuple[str, Flags]]:
    if not _unread(text, values):
        return []
    return _fault(NOT_A_DATE, pc.and_(pc.is_valid(text), pc.is_null(values)))


def _with_format(text: Array, mapping: TableMapping, clock: Clock, plain: str) -> Array:
    """The text, where it follows the mapping's date format, in ISO; else unchanged."""
    if mapping.date_format is None:
        return text
    # pandas would read now and today as the moment of the load
    with_digits = pc.match_substring_regex(text, r"\d")
    moments = pd.to_datetime(
        pc.if_else(with_digits, text, pa.scalar(None, pa.string())).to_pandas(),
        format=mapping.date_format,
        errors="coerce",
        utc="%z" in mapping.date_format,
    )
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert(clock.zone).dt.tz_localize(None)
    iso = pa.array(moments.dt.strftime(plain), pa.string(), from_pandas=True)
    foreign = pc.if_else(pc.is_valid(text), "unreadable", pa.scalar(None, pa.string()))
    return pc.coalesce(iso, foreign)


def _in_shop_time(text: Array, values: Array, clock: Clock) -> Array:
    """The text with offsets converted to the shop's time zone, fractions cut to µs."""
    unread = pc.and_(pc.is_valid(text), pc.is_null(values))
    shorter = pc.replace_substring_regex(text, _LONG_FRACTION, r"\1")
    with_offset = pc.and_(unread, pc.match_substring_regex(shorter, _OFFSET))
    rewritten = pc.if_else(unread, shorter, text)
    with_offset = _flags(with_offset)
    places = np.flatnonzero(with_offset.to_numpy(zero_copy_only=False))
    if not len(places):
        return rewritten if not rewritten.equals(text) else text
    compact = pc.replace_substring_regex(
        shorter.take(pa.array(places)), _OFFSET, r"\1T\2\3\4"
    )
    moments = pd.to_datetime(
        compact.to_pandas(), format="ISO8601", utc=True, errors="coerce"
    )
    local = moments.dt.tz_convert(clock.zone).dt.tz_localize(None)
    iso = local.dt.strftime("%Y-%m-%d %H:%M:%S.%f").fillna("unreadable")
    return pc.replace_with_mask(rewritten, with_offset, pa.array(iso, pa.string()))


def _flags(mask: Array) -> Array:
    """The mask with false for null."""
    return pc.fill_null(mask, pa.scalar(value=False))


def _cast_moments(text: Array) -> Array:
    """Timestamps; null also for 2024-01-01 10, which PostgreSQL does not read."""
    length = pc.binary_length(text)
    fits = pc.is_in(length, _MOMENT_LENGTHS)
    if (pc.max(length).as_py() or 0) > len("2024-01-01 10:00:00"):
        # a file of offsets, which cannot be cast, would be halved down to its values
        behind = pc.utf8_slice_codeunits(text, 19, 20)
        fits = pc.and_(fits, pc.is_in(behind, pa.array(["", "."])))
    return _cast_where(fits, text, MOMENT)


def _unread(text: Array, values: Array) -> bool:
    return bool(values.null_count > text.null_count)


def _cast_where(mask: Array, text: Array, kind: pa.DataType) -> Array:
    if not pc.all(mask, skip_nulls=True).as_py():
        text = pc.if_else(mask, text, pa.scalar(None, pa.string()))
    return _cast(text, kind)


def _cast(text: Array, kind: pa.DataType) -> Array:
    """The text as another type; null where it cannot be: found by halving."""
    try:
        return pc.cast(text, kind)
    except pa.ArrowInvalid:
        if len(text) == 1:
            return pa.nulls(1, kind)
    half = len(text) // 2
    return pa.concat_arrays([_cast(text[:half], kind), _cast(text[half:], kind)])


_READERS: dict[str, Callable[[Array, TableMapping, Clock], Read]] = {
    "id": _read_id,
    "text": _read_text,
    "number": _read_number,
    "integer": _read_integer,
    "date": _read_date,
    "timestamp": _read_timestamp,
    "boolean": _read_boolean,
}
