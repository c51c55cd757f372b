"""What a value may look like: strict reading of text as numbers, dates and booleans.

PostgreSQL is more liberal than a contract should be (it reads NaN, 1e3, 'now', rounds
and drops time zones), so values are checked here, a column at a time, in shapes that
Arrow and PostgreSQL read alike. Where a shape is fine but foreign (an offset, a decimal
comma, the mapping's date format), the text is rewritten to the plain one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.contract import Column, Contract
from loader.errors import UsageError
from loader.mapping import TableMapping
from loader.numbers import plain_numbers

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

SPACE, ASCII = 0x20, 0x7F

EARLIEST = date(1900, 1, 1)
MAX_ID_CHARACTERS = 500

# how a moment is written once the mapping's format is read
_PLAIN_DATES = {"date": "%Y-%m-%d", "timestamp": "%Y-%m-%d %H:%M:%S.%f"}

NUMBER = pa.decimal128(38, 20)
# most numbers are short, and then cheaper; both scales are multiples of 4
SHORT_NUMBER = pa.decimal128(16, 4)
MOMENT = pa.timestamp("us")
BOOLEANS = pa.array(["true", "false", "t", "f", "yes", "no", "1", "0"])

_SHORT_NUMBER_LENGTH = 12
_OF_NUMBERS = np.isin(np.arange(256), list(b"+-.0123456789"))
_ANY_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)$"
_SHORT_NUMBER = r"^[+-]?(\d{1,12}(\.\d{0,20})?|\.\d{1,20})$"
_SHORT_WHOLE = r"^-?\d{1,12}$"
_ANY_WHOLE = r"^-?\d+$"
_LONG_FRACTION = r"^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{6})\d+"
_OFFSET = (
    r"^((?:19|2\d)\d\d-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)? ?"
    r"(Z|[+-]\d\d(?::?\d\d)?)$"
)
_DAY = r"^\d{4}-\d\d-\d\d$"
_MOMENT = r"^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?$"
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

    text: what the file says, or what is meant by it; null where nothing was given.
    values: the text read as the column's type; null where it cannot be read.
    faults: for each reason, which records have it; the first reason counts.
    """

    text: Array
    values: Array
    faults: list[tuple[str, Flags]] = field(default_factory=list)

    def filtered(self, mask: Array) -> "Checked":
        """The records that a mask picks, which have no faults."""
        text = self.text.filter(mask)
        same = self.values is self.text
        return Checked(text, text if same else self.values.filter(mask))


def check_column(
    text: Array, column: Column, name: str, mapping: TableMapping, clock: Clock
) -> Checked:
    """Check a column's values.

    text: array of strings with null for empty values, shape (records,).
    """
    text = _translated(text, name, mapping)
    date_format = mapping.date_format_of(name)
    if date_format is not None and column.type in _PLAIN_DATES:
        text = _with_format(text, date_format, clock, _PLAIN_DATES[column.type])
    values, shape_faults, text = _READERS[column.type](text, mapping, clock)
    if name in mapping.defaults and text.null_count:
        default = constant_column(mapping.defaults[name], 1, column, name, clock)
        empty = pc.is_null(text)
        text = pc.if_else(empty, default.text[0], text)
        values = pc.if_else(empty, default.values[0], values)
    faults = [
        *_missing(text, column),
        *shape_faults,
        *_outside(values, column, clock),
    ]
    return Checked(text, values, faults)


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
    return check_column(text, column, name, TableMapping(), clock)


def _translated(text: Array, name: str, mapping: TableMapping) -> Array:
    """The text with the mapping's meanings for what is written, all at once."""
    written = text
    for value, meant in mapping.values.get(name, {}).items():
        same = _flags(pc.equal(written, pa.scalar(value, pa.string())))
        if pc.any(same).as_py():
            text = pc.if_else(same, pa.scalar(meant, pa.string()), text)
    return text


def _missing(text: Array, column: Column) -> list[tuple[str, Flags]]:
    if not column.required:
        return []
    empty = pc.is_null(text)
    if column.type == "id" and _some_may_be_blank(text):
        blank = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(text)), 0)
        empty = pc.or_(empty, _flags(blank))
    elif not text.null_count:
        return []
    return _fault(MISSING, empty)


def _some_may_be_blank(text: Array) -> bool:
    """Whether some text is empty, or begins as a blank one does."""
    ends, data = _ends_and_bytes(text)
    if ends[-1] == ends[0]:
        return True
    firsts = data[np.minimum(ends[:-1], len(data) - 1)]
    return bool(((firsts <= SPACE) | (firsts > ASCII)).any() or not np.diff(ends).all())


def _fault(reason: str, mask: Array) -> list[tuple[str, Flags]]:
    """The fault, unless no record has it; null means that a record has it not."""
    flags = _flags(mask).to_numpy(zero_copy_only=False)
    return [(reason, flags)] if flags.any() else []


def _outside(values: Array, column: Column, clock: Clock) -> list[tuple[str, Flags]]:
    kind = values.type
    limits: list[tuple[str, Callable[[Array, Array], Array], Array]] = []
    if column.above is not None:
        limits.append((OUT_OF_RANGE, pc.less_equal, pa.scalar(column.above)))
    if column.minimum is not None:
        limits.append((OUT_OF_RANGE, pc.less, pa.scalar(column.minimum)))
    if column.type in ("date", "timestamp"):
        latest = clock.latest if kind == MOMENT else clock.latest.date()
        earliest = pa.scalar(EARLIEST, pa.date32()).cast(kind)
        limits.append((OUT_OF_RANGE, pc.less, earliest))
        limits.append((FUTURE, pc.greater, pa.scalar(latest, kind)))
    if not limits:
        return []
    extremes = pc.min_max(values)
    return [
        fault
        for reason, outside, limit in limits
        if any(outside(extremes[end], limit).as_py() for end in ("min", "max"))
        for fault in _fault(reason, outside(values, limit))
    ]


Read = tuple[Array, list[tuple[str, Flags]], Array]


def _read_text(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    return text, [], text


def _read_id(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    if _longest(text) <= MAX_ID_CHARACTERS:
        return text, [], text
    long = pc.greater(pc.utf8_length(text), MAX_ID_CHARACTERS)
    return text, _fault(TOO_LONG, long), text


def _longest(text: Array) -> int:
    """How many bytes the longest text has."""
    ends, _ = _ends_and_bytes(text)
    return int(np.diff(ends).max(initial=0))


def _ends_and_bytes(
    text: Array,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where in the bytes each text begins, and the last one ends."""
    _, offsets, data = text.buffers()
    if not len(text) or data is None:
        return np.zeros(len(text) + 1, np.int32), np.zeros(0, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    return ends, np.frombuffer(data, np.uint8)


def _read_number(text: Array, mapping: TableMapping, _clock: Clock) -> Read:
    point = plain_numbers(text, mapping)
    short = _short_numbers(point)
    if short is not None:
        return *short, point
    fits = pc.match_substring_regex(point, _SHORT_NUMBER)
    values = _cast(_only(fits, point), NUMBER)
    if not _unread(text, values):
        return values, [], point
    any_number = pc.match_substring_regex(point, _ANY_NUMBER)
    faults = [
        *_fault(NOT_A_NUMBER, pc.invert(any_number)),
        *_fault(OUT_OF_RANGE, pc.invert(fits)),
    ]
    return values, faults, point


def _short_numbers(text: Array) -> tuple[Array, list[tuple[str, Flags]]] | None:
    """The numbers, if all that could be some are short, with at most 4 decimals.

    What holds another character than those of numbers is none. Of these characters
    Arrow reads what the patterns read, and so few of them are no number out of range.
    """
    odd = _hold_others(text, _OF_NUMBERS)
    faults = []
    if odd is not None:
        faults = [(NOT_A_NUMBER, odd)]
        text = _only(pa.array(~odd), text)
    if _longest(text) > _SHORT_NUMBER_LENGTH:
        return None
    try:
        return pc.cast(text, SHORT_NUMBER), faults
    except pa.ArrowInvalid:
        return None


def _hold_others(text: Array, known: Flags) -> Flags | None:
    """Which texts hold bytes that are not known; None if no text does."""
    ends, data = _ends_and_bytes(text)
    others = ~known[data[ends[0] : ends[-1]]]
    if not others.any():
        return None
    found = np.zeros(len(text), np.bool_)
    found[np.searchsorted(ends, np.flatnonzero(others) + ends[0], side="right") - 1] = 1
    return found


def _read_integer(text: Array, mapping: TableMapping, _clock: Clock) -> Read:
    text = plain_numbers(text, mapping)
    fits = pc.match_substring_regex(text, _SHORT_WHOLE)
    values = _cast(_only(fits, text), pa.int64())
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
    try:
        # Arrow knows true, false, 1 and 0
        return pc.cast(text, pa.bool_()), [], text
    except pa.ArrowInvalid:
        pass
    lower = pc.ascii_lower(text)
    known = pc.is_in(lower, BOOLEANS)
    bad = pc.and_(pc.is_valid(text), pc.invert(known))
    true = pc.is_in(lower, pa.array(["true", "t", "yes", "1"]))
    values = pc.if_else(known, true, pa.scalar(None, pa.bool_()))
    return values, _fault(NOT_A_BOOLEAN, bad), text


def _read_date(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    values = _cast(text, pa.date32(), _DAY)
    return values, _not_dates(text, values), text


def _read_timestamp(text: Array, _mapping: TableMapping, clock: Clock) -> Read:
    values = _cast_moments(text)
    if _unread(text, values):
        unread = pc.and_(pc.is_valid(text), pc.is_null(values))
        rewritten = _in_shop_time(text.filter(unread), clock)
        text = pc.replace_with_mask(text, unread, rewritten)
        values = pc.replace_with_mask(values, unread, _cast_moments(rewritten))
    return values, _not_dates(text, values), text


def _not_dates(text: Array, values: Array) -> list[tuple[str, Flags]]:
    if not _unread(text, values):
        return []
    return _fault(NOT_A_DATE, pc.and_(pc.is_valid(text), pc.is_null(values)))


def _with_format(text: Array, date_format: str, clock: Clock, plain: str) -> Array:
    """The text, where it follows the mapping's date format, in ISO."""
    # pandas would read now and today as the moment of the load
    with_digits = pc.match_substring_regex(text, r"\d")
    moments = _pandas().to_datetime(
        pc.if_else(with_digits, text, pa.scalar(None, pa.string())).to_pandas(),
        format=date_format,
        errors="coerce",
        utc="%z" in date_format,
    )
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert(clock.zone).dt.tz_localize(None)
    iso = pa.array(moments.dt.strftime(plain), pa.string(), from_pandas=True)
    foreign = pc.if_else(pc.is_valid(text), "unreadable", pa.scalar(None, pa.string()))
    return pc.coalesce(iso, foreign)


def _in_shop_time(text: Array, clock: Clock) -> Array:
    """The text with offsets converted to the shop's time zone, fractions cut to µs."""
    shorter = pc.replace_substring_regex(text, _LONG_FRACTION, r"\1")
    with_offset = pc.match_substring_regex(shorter, _OFFSET)
    if not pc.any(with_offset).as_py():
        return shorter
    compact = pc.replace_substring_regex(
        shorter.filter(with_offset), _OFFSET, r"\1T\2\3\4"
    )
    moments = _pandas().to_datetime(
        compact.to_pandas(), format="ISO8601", utc=True, errors="coerce"
    )
    local = moments.dt.tz_convert(clock.zone).dt.tz_localize(None)
    iso = local.dt.strftime("%Y-%m-%d %H:%M:%S.%f").fillna("unreadable")
    return pc.replace_with_mask(shorter, with_offset, pa.array(iso, pa.string()))


def _pandas() -> ModuleType:
    """The library, which takes a while to import and is seldom needed."""
    return import_module("pandas")


def _flags(mask: Array) -> Array:
    """The mask with false for null."""
    return pc.fill_null(mask, pa.scalar(value=False))


def _cast_moments(text: Array) -> Array:
    """Timestamps; null also for 2024-01-01 10, where the minutes are cut off."""
    fits = pc.is_in(pc.binary_length(text), _MOMENT_LENGTHS)
    return _cast(_only(fits, text), MOMENT, _MOMENT)


def _unread(text: Array, values: Array) -> bool:
    return bool(values.null_count > text.null_count)


def _only(mask: Array, text: Array) -> Array:
    """The text where the mask is true, else null."""
    if pc.all(mask, skip_nulls=True).as_py():
        return text
    return pc.if_else(mask, text, pa.scalar(None, pa.string()))


def _cast(text: Array, kind: pa.DataType, shape: str | None = None) -> Array:
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
        return _cast(_only(pc.match_substring_regex(text, shape), text), kind)
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
