"""Fuzzing what is accepted and what is rejected, for files of web sessions.

The oracles are the rules followed value by value, with Python's csv, decimal and
datetime. CONTRIBUTING.md says how to run it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["loader"]):
    from loader import reading
    from loader.contract import read_contracts
    from loader.errors import DataRefusedError
    from loader.files import read_header
    from loader.moments import Clock
    from loader.reading import CsvFile
    from loader.scan import scan

from tests.loader.rules import COLUMNS, HEADER, Reference, fault_of

CONTRACT = read_contracts("shop")["web_sessions"]
FOLDER = tempfile.TemporaryDirectory()
PATH = Path(FOLDER.name) / "web_sessions.csv"
FAULT = 2

Record = tuple[object, ...]


def scanned(data: bytes) -> tuple[list[Record], list[Record], bool]:
    """Give the good rows, the rejects, and whether the file was refused."""
    PATH.write_bytes(data)
    rows: list[Record] = []
    rejects: list[Record] = []
    try:
        table_file = read_header(PATH, CONTRACT, None)
        with CsvFile(PATH) as file:
            for batch in scan(file, table_file, Clock.in_zone("UTC")):
                columns = [batch.columns[name].to_pylist() for name in COLUMNS]
                rows += zip(*columns, strict=True)
                rejects += [(r.line, r.column, r.reason, r.raw) for r in batch.rejects]
    except DataRefusedError:
        return rows, rejects, True
    return rows, rejects, False


def one_input(given: bytes) -> None:
    """Compare the records of a file; the first byte says how large its blocks are."""
    if not given:
        return
    reading.BLOCK_BYTES = 1 + 8 * given[0]
    data = HEADER + b"\n" + given[1:]
    rows, rejects, refused = scanned(data)
    reference = Reference(data, len(COLUMNS)).read()
    if refused != (reference.refused is not None):
        message = f"refused: {refused}, by the rules: {reference.refused}"
        raise AssertionError(message)
    if refused:
        return
    wanted_rows: list[Record] = []
    wanted_rejects: list[Record] = []
    for line, raw, is_broken in reference.found[1:]:
        read = (None, "broken quotes") if is_broken else fault_of(raw)
        if len(read) == FAULT:
            wanted_rejects.append((line, *read, raw))
        else:
            wanted_rows.append(read)
    for found, wanted in ((rows, wanted_rows), (rejects, wanted_rejects)):
        if found != wanted:
            message = f"found {found}, by the rules {wanted}"
            raise AssertionError(message)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
