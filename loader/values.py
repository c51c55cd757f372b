"""What a value may look like: strict reading of text as numbers, dates and booleans.

PostgreSQL is more liberal than a contract should be (it reads NaN, 1e3, 'now', rounds
and drops time zones), so values are checked and read here, a column at a time. Where a
shape is fine but foreign (an offset, a decimal comma, the mapping's date format), the
text is rewritten to the plain one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contract import Column, Contract
from loader.errors import UsageError
from loader.mapping import TableMapping
from loader.moments import MOMENT, Clock, in_iso, read_dates, read_moments
from loader.numbers import plain_numbers
from loader.texts import (
    Array,
    Flags,
    cast,
    ends_and_bytes,
    given_flags,
    has_unread,
    hold_others,
    longest,
    only,
)

MISSING = "missing value"
NOT_A_NUMBER = "not a number"
NOT_WHOLE = "not a whole number"
NOT_A_DATE = "not a date"
NOT_A_BOOLEAN = "not a boolean"
OUT_OF_RANGE = "out of range"
FUTURE = "date in the future"
TOO_LONG = "too long"
TOO_MANY_DIGITS = "too many digits"

SPACE, ASCII = 0x20, 0x7F

EARLIEST = date(1900, 1, 1)
MAX_ID_CHARACTERS = 500

NUMBER = pa.decimal128(38, 20)
# most numbers are short, and then cheaper; both scales are multiples of 4
SHORT_NUMBER = pa.decimal128(16, 4)
TRUE = pa.array(["true", "t", "yes", "1"])
FALSE = pa.array(["false", "f", "no", "0"])

_SHORT_NUMBER_LENGTH = 12
_OF_NUMBERS = np.isin(np.arange(256), list(b"+-.0123456789"))
_ANY_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)$"
_SHORT_NUMBER = r"^[+-]?(\d{1,12}(\.\d{0,20})?|\.\d{1,20})$"
_SHORT_WHOLE = r"^-?\d{1,12}$"
_ANY_WHOLE = r"^-?\d+$"


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
    if date_format is not None and column.type in ("date", "timestamp"):
        text = in_iso(text, column.type, date_format, clock)
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
    text = pa.array(np.full(count, value, object), pa.string())
    return check_column(text, column, name, TableMapping(), clock)


def _translated(text: Array, name: str, mapping: TableMapping) -> Array:
    """The text with the mapping's meanings for what is written, all at once."""
    written = text
    for value, meant in mapping.values.get(name, {}).items():
        same = given_flags(pc.equal(written, pa.scalar(value, pa.string())))
        if pc.any(same).as_py():
            text = pc.if_else(same, pa.scalar(meant, pa.string()), text)
    return text


def _missing(text: Array, column: Column) -> list[tuple[str, Flags]]:
    if not column.required:
        return []
    empty = pc.is_null(text)
    if column.type == "id" and _some_may_be_blank(text):
        blank = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(text)), 0)
        empty = pc.or_(empty, given_flags(blank))
    elif not text.null_count:
        return []
    return _fault(MISSING, empty)


def _some_may_be_blank(text: Array) -> bool:
    """Whether some text is empty, or begins as a blank one does."""
    ends, data = ends_and_bytes(text)
    if ends[-1] == ends[0]:
        return True
    firsts = data[np.minimum(ends[:-1], len(data) - 1)]
    return bool(((firsts <= SPACE) | (firsts > ASCII)).any() or not np.diff(ends).all())


def _fault(reason: str, mask: Array) -> list[tuple[str, Flags]]:
    """The fault, unless no record has it; null means that a record has it not."""
    flags = given_flags(mask).to_numpy(zero_copy_only=False)
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
    if longest(text) <= MAX_ID_CHARACTERS:
        return text, [], text
    long = pc.greater(pc.utf8_length(text), MAX_ID_CHARACTERS)
    return text, _fault(TOO_LONG, long), text


def _read_number(text: Array, mapping: TableMapping, _clock: Clock) -> Read:
    point = plain_numbers(text, mapping)
    short = _short_numbers(point)
    if short is not None:
        return *short, point
    fits = pc.match_substring_regex(point, _SHORT_NUMBER)
    values = cast(only(fits, point), NUMBER)
    if not has_unread(text, values):
        return values, [], point
    any_number = pc.match_substring_regex(point, _ANY_NUMBER)
    faults = [
        *_fault(NOT_A_NUMBER, pc.invert(any_number)),
        *_fault(TOO_MANY_DIGITS, pc.invert(fits)),
    ]
    return values, faults, point


def _short_numbers(text: Array) -> tuple[Array, list[tuple[str, Flags]]] | None:
    """The numbers, if all that could be some are short, with at most 4 decimals.

    What holds another character than those of numbers is none. Of these characters
    Arrow reads what the patterns read, and so few of them are no number out of range.
    """
    odd = hold_others(text, _OF_NUMBERS)
    faults = []
    if odd is not None:
        faults = [(NOT_A_NUMBER, odd)]
        text = only(pa.array(~odd), text)
    if longest(text) > _SHORT_NUMBER_LENGTH:
        return None
    try:
        return pc.cast(text, SHORT_NUMBER), faults
    except pa.ArrowInvalid:
        return None


def _read_integer(text: Array, mapping: TableMapping, _clock: Clock) -> Read:
    text = plain_numbers(text, mapping)
    fits = pc.match_substring_regex(text, _SHORT_WHOLE)
    values = cast(only(fits, text), pa.int64())
    if not has_unread(text, values):
        return values, [], text
    number = pc.match_substring_regex(text, _ANY_NUMBER)
    whole = pc.match_substring_regex(text, _ANY_WHOLE)
    faults = [
        *_fault(NOT_A_NUMBER, pc.invert(number)),
        *_fault(NOT_WHOLE, pc.invert(whole)),
        *_fault(TOO_MANY_DIGITS, pc.invert(fits)),
    ]
    return values, faults, text


def _read_boolean(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    try:
        # Arrow knows true, false, 1 and 0
        return pc.cast(text, pa.bool_()), [], text
    except pa.ArrowInvalid:
        pass
    lower = pc.ascii_lower(text)
    true = pc.is_in(lower, TRUE)
    known = pc.or_(true, pc.is_in(lower, FALSE))
    bad = pc.and_(pc.is_valid(text), pc.invert(known))
    values = pc.if_else(known, true, pa.scalar(None, pa.bool_()))
    return values, _fault(NOT_A_BOOLEAN, bad), text


def _read_date(text: Array, _mapping: TableMapping, _clock: Clock) -> Read:
    values = read_dates(text)
    return values, _not_dates(text, values), text


def _read_timestamp(text: Array, _mapping: TableMapping, clock: Clock) -> Read:
    values, text = read_moments(text, clock)
    return values, _not_dates(text, values), text


def _not_dates(text: Array, values: Array) -> list[tuple[str, Flags]]:
    if not has_unread(text, values):
        return []
    return _fault(NOT_A_DATE, pc.and_(pc.is_valid(text), pc.is_null(values)))


_READERS: dict[str, Callable[[Array, TableMapping, Clock], Read]] = {
    "id": _read_id,
    "text": _read_text,
    "number": _read_number,
    "integer": _read_integer,
    "date": _read_date,
    "timestamp": _read_timestamp,
    "boolean": _read_boolean,
}
