"""The rules of reading, followed one record and one value after another.

What the loader does in bulk is compared with this.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from loader.records import MAX_RECORD_BYTES

COLUMNS = ("session_id", "session_date", "page_views", "converted", "duration_seconds")
HEADER = ",".join(COLUMNS).encode()


@dataclass
class Reference:
    """The rules for records, followed byte by byte.

    found: physical line, bytes, and whether it is broken, for each record. refused: the
    byte where a record starts that refuses the file.
    """

    data: bytes
    fields: int
    longest: int = MAX_RECORD_BYTES
    found: list[tuple[int, bytes, bool]] = field(default_factory=list)
    refused: int | None = None

    def read(self) -> Reference:
        """Read to the end, or to a record that refuses the file."""
        start = 0
        while start < len(self.data):
            end, is_whole = self.whole(start)
            is_lost = end is None or end - start > self.longest
            if is_lost and not self.has_records_behind(start):
                self.refused = start
                return self
            if is_lost or not is_whole:
                end = self.line_end(start)
            if end is None or end - start > self.longest:
                self.refused = start
                return self
            raw = self.data[start:end].removesuffix(b"\r")
            if raw:
                line = 1 + self.data.count(b"\n", 0, start)
                self.found.append((line, raw, is_lost or not is_whole))
            start = end + 1
        return self

    def whole(self, place: int) -> tuple[int | None, bool]:
        """Where a record ends, or where its fault shows; None where a quote is open."""
        inside, opens = False, True
        while place < len(self.data):
            byte, two = self.data[place : place + 1], self.data[place : place + 2]
            if inside and two == b'""':
                place += 1
            elif inside and byte == b'"':
                behind = self.data[place + 1 : place + 3]
                if behind[:1] not in {b"", b",", b"\n"} and behind not in {
                    b"\r",
                    b"\r\n",
                }:
                    return place + 1 + (behind[:1] == b"\r"), False
                inside = False
            elif byte == b'"' and not opens:
                return place, False
            elif byte == b'"':
                inside = True
            elif byte == b"\n" and not inside:
                return place, True
            opens = byte == b","
            place += 1
        return (None, False) if inside else (len(self.data), True)

    def line_end(self, start: int) -> int:
        """Where a line ends."""
        end = self.data.find(b"\n", start)
        return len(self.data) if end < 0 else end

    def has_records_behind(self, start: int) -> bool:
        """Whether nine of ten of the lines behind, within reach, fit the header."""
        stop = start + self.longest
        lines = self.data[self.line_end(start) + 1 : stop].split(b"\n")
        if stop < len(self.data) and self.line_end(start) < stop:
            lines.pop()
        counts = [line.count(b",") + 1 for line in lines if line]
        fitting = sum(count == self.fields for count in counts)
        return 0 < len(counts) * 9 <= fitting * 10


@dataclass
class Expected:
    """What the rules say of a file."""

    rows: dict[str, tuple[object, ...]] = field(default_factory=dict)
    rejects: list[tuple[object, ...]] = field(default_factory=list)
    duplicates: int = 0
    read: int = 0


def expect(written: bytes) -> Expected | None:
    """Read a file of web sessions by the rules; None if it is refused."""
    expected = Expected()
    reference = Reference(written, len(COLUMNS)).read()
    if reference.refused is not None:
        return None
    for line, raw, is_broken in reference.found[1:]:
        expected.read += 1
        fault = (None, "broken quotes") if is_broken else fault_of(raw)
        if len(fault) == 2:
            expected.rejects.append((line, *fault, raw))
        else:
            keep(expected, line, raw, fault)
    return expected


def keep(expected: Expected, line: int, raw: bytes, row: tuple[object, ...]) -> None:
    """Keep a good record, unless its key came before."""
    key = str(row[0])
    if key not in expected.rows:
        expected.rows[key] = row
    elif expected.rows[key] == row:
        expected.duplicates += 1
    else:
        expected.rejects.append((line, None, "duplicate key", raw))


def why_unreadable(raw: bytes) -> str | None:
    """Give the reason why a record is no text."""
    if re.search(rb"\r", re.sub(rb'"[^"]*"', b"", raw)):
        return "line break in an unquoted value"
    if b"\0" in raw:
        return "NUL character"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    return None


def fault_of(raw: bytes) -> tuple[object, ...]:
    """Give the column and the reason of a fault, or else the five values."""
    reason = why_unreadable(raw)
    if reason:
        return None, reason
    text = raw.decode()
    given_values = next(csv.reader(io.StringIO(text, newline="")))
    if len(given_values) != len(COLUMNS):
        return None, "wrong number of fields"
    readers = (read_id, read_moment, read_whole, read_flag, read_number)
    row: list[object] = []
    for name, value, reader in zip(COLUMNS, given_values, readers, strict=True):
        if not value and name in {"session_id", "session_date"}:
            return name, "missing value"
        result = reader(value) if value else None
        if isinstance(result, Reason):
            return name, result.text
        row.append(result)
    return tuple(row)


@dataclass
class Reason:
    """Why a value is refused."""

    text: str


def read_id(text: str) -> object:
    if not text.strip():
        return Reason("missing value")
    return Reason("too long") if len(text) > 500 else text


def read_number(text: str) -> object:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text):
        return Reason("not a number")
    whole, _, fraction = text.lstrip("+-").partition(".")
    if len(whole) > 12 or len(fraction) > 20:
        return Reason("too many digits")
    return Reason("out of range") if Decimal(text) < 0 else Decimal(text)


def read_whole(text: str) -> object:
    number = read_number(text)
    if isinstance(number, Reason) and number.text == "not a number":
        return number
    return number if re.fullmatch(r"-?[0-9]+", text) else Reason("not a whole number")


def read_moment(text: str) -> object:
    """Read a timestamp, with or without an offset, as the shop's time, UTC."""
    time = r"([ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
    offset = r"( ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?))?"
    found = re.fullmatch(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){time}{offset}", text)
    if not found or (found[3] and (not found[2] or found[1] < "1900")):
        return Reason("not a date")
    # Python has no year 0, which was a leap year, like 2000
    plain = found[1].replace("0000-", "2000-", 1) + (found[2] or "")
    plain = re.sub(r"(\.[0-9]{1,6})[0-9]*", lambda f: f[1].ljust(7, "0"), plain)
    try:
        moment = datetime.fromisoformat(plain) - shift((found[3] or "").strip())
    except (ValueError, OverflowError):
        return Reason("not a date")
    if found[1] < "1900" or moment.year < 1900:
        return Reason("out of range")
    if moment > datetime.now() + timedelta(days=1):  # noqa: DTZ005 the shop is in UTC
        return Reason("date in the future")
    return moment


def shift(offset: str) -> timedelta:
    """Give how far a clock with this offset is ahead of UTC."""
    if offset in {"", "Z"}:
        return timedelta()
    hours, minutes = int(offset[1:3]), int(offset[3:].strip(":") or 0)
    if hours > 23 or minutes > 59:
        message = "no such offset"
        raise ValueError(message)
    ahead = timedelta(hours=hours, minutes=minutes)
    return ahead if offset[0] == "+" else -ahead


def read_flag(text: str) -> object:
    known = {"true": True, "t": True, "yes": True, "1": True}
    known |= {"false": False, "f": False, "no": False, "0": False}
    return known.get(text.lower(), Reason("not a boolean"))
