"""Fuzzing where records begin and end, in blocks of any size.

The oracles are the rules followed byte by byte and, where no record is broken, Python's
csv. CONTRIBUTING.md says how to run it.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import atheris

with atheris.instrument_imports(include=["loader"]):
    from loader import reading
    from loader.errors import DataRefusedError
    from loader.reading import CsvFile, Layout, read_blocks

from tests.loader.rules import Reference

if TYPE_CHECKING:
    from loader.reading import Block

LONGEST = (3, 8, 40, 1 << 20)


class _Bytes(io.BytesIO):
    """What read_blocks needs of a file."""

    path = Path("fuzzed.csv")

    def check_version(self, version: object) -> None:
        """Accept it."""


def blocks(data: bytes, fields: int) -> tuple[list[Block], bool]:
    """Give the blocks, and whether the file was refused in the end."""
    found: list[Block] = []
    try:
        file = cast("CsvFile", _Bytes(data))
        layout = Layout(b",", quoted=True, fields=fields)
        found.extend(read_blocks(file, layout))
    except DataRefusedError:
        return found, True
    return found, False


def one_input(given: bytes) -> None:
    """Compare the records of some bytes; the first 3 say how they are read."""
    if len(given) < 3:
        return
    size, fields, longest = 1 + given[0] % 64, 1 + given[1] % 4, LONGEST[given[2] % 4]
    data = given[3:]
    vars(reading).update(BLOCK_BYTES=size, MAX_RECORD_BYTES=longest)
    parts, refused = blocks(data, fields)
    found = [
        (block.line_of(n), block.raw(n), bool(block.records.broken[n]))
        for block in parts
        for n in range(len(block.records))
    ]
    expected = Reference(data, fields, longest).read()
    if refused != (expected.refused is not None):
        message = f"refused: {refused}, by the rules: {expected.refused}"
        raise AssertionError(message)
    wanted = expected.found[: len(found)] if refused else expected.found
    if found != wanted:
        message = f"found {found}, by the rules {wanted}"
        raise AssertionError(message)
    if not refused and not any(broken for _, _, broken in found):
        compare_with_csv(data, [raw for _, raw, _ in found])


def compare_with_csv(data: bytes, records: list[bytes]) -> None:
    """Compare the values of all records with what Python's csv reads."""
    text = data.decode("latin-1")
    if "\r" in text.replace("\r\n", ""):  # for Python, it ends a line
        return
    whole = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    singly = [
        next(csv.reader(io.StringIO(raw.decode("latin-1"), newline="")))
        for raw in records
    ]
    if whole != singly:
        message = f"read {singly}, by csv {whole}"
        raise AssertionError(message)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
