"""Single CSV records as bytes."""

from __future__ import annotations

import csv
import io

LINE_END = "\r\n"


def fields_of(record: bytes) -> list[str]:
    """Split a record of one line into its values."""
    return next(csv.reader([record.decode()]))


def encoded(value: str) -> bytes:
    """Write a value, in quotes where it needs them."""
    return joined_fields([value]) if value else b""


def joined_fields(values: list[str]) -> bytes:
    """Write a record without a line end, with quotes where values need them."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=LINE_END).writerow(values)
    return text.getvalue().removesuffix(LINE_END).encode()


def quoted_fields(values: list[str]) -> bytes:
    """Write a record without a line end, with quotes around all values."""
    doubled = (value.replace('"', '""') for value in values)
    return ",".join(f'"{value}"' for value in doubled).encode()
