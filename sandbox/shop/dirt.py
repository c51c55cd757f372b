"""Bad records among the good ones, a known number of them, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.shop.faults import (
    AFTER_QUOTE,
    DIRTY_TABLES,
    INCH_MARK,
    LATIN,
    OF_RECORDS,
    REMARK,
    SAME_KEY,
    TOO_FEW,
    TOO_MANY,
    TWICE,
    ZERO_BYTE,
    DirtyTable,
    Fault,
)
from sandbox.shop.oddities import Odd, make_odd
from sandbox.shop.records import encoded, fields_of, joined_fields

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from sandbox.shop.plan import Plan

DIRTY_SHARE = 0.018
SMALLEST_DIRTY_TABLE = 25
COPIES = 2
AFTER_ODD_ONES = 3
NEW_NUMBER = 90_000_000
NEW_LINE_NUMBER = 100
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WITH_BYTE_ORDER_MARK = "customers"
WITH_CARRIAGE_RETURNS = "web_sessions"
WITH_BLANK_LINES = ("orders", "marketing_spend")
BLANK_LINES = 3
WITHOUT_LAST_LINE_FEED = ("products", "web_sessions")


@dataclass(frozen=True)
class Spoilt:
    """A bad record, or an identical duplicate, and where it goes.

    before: the position of the good record that follows it.
    """

    before: int
    fault: Fault
    record: bytes


@dataclass(frozen=True)
class Dirt:
    """What was done to a file: each fault with the line on which its record starts."""

    rejects: list[tuple[int, Fault]] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)


def spoil(plan: Plan, table: str, path: Path) -> Dirt:
    """Spoil a table's file, which holds one good record in each line.

    Args:
        plan: The shop's plan, for its chance.
        table: The table's name.
        path: Its file, which is written anew.

    Returns:
        What the loader should find.
    """
    chance = plan.chance(f"dirt in {table}")
    header, *records = path.read_bytes().splitlines()
    columns = header.decode().split(",")
    dirty = DIRTY_TABLES[table]
    odd = make_odd(chance, columns, dirty, records)
    spoilt = _spoilt_records(chance, columns, dirty, records, odd)
    blank = _blank_lines(chance, table, len(records))
    return _write(table, path, header, records, odd, spoilt, blank)


def _spoilt_records(
    chance: np.random.Generator,
    columns: list[str],
    dirty: DirtyTable,
    records: list[bytes],
    odd: list[Odd],
) -> list[Spoilt]:
    """Make the bad records, in the order of their places."""
    faults = _choose_faults(dirty, len(records))
    if not faults:
        return []
    places = _places(chance, len(faults), len(records), odd)
    order = chance.permutation(len(faults))
    is_odd = {each.position for each in odd}
    spoilt = []
    for number, (choice, place) in enumerate(zip(order, places, strict=True)):
        fault = faults[choice]
        before = max(place, 1) if fault in (SAME_KEY, TWICE) else place
        earlier = int(chance.integers(0, max(before, 1)))
        while earlier in is_odd and earlier > 0:
            earlier -= 1
        if fault is TWICE:
            record = records[earlier]
        elif fault is SAME_KEY:
            record = _with_other_content(columns, dirty, records[earlier])
        else:
            model = records[int(chance.integers(0, len(records)))]
            record = _bad_record(columns, dirty, fault, model, number)
        spoilt.append(Spoilt(before, fault, record))
        is_odd.add(earlier)
    return sorted(spoilt, key=lambda each: each.before)


def _choose_faults(dirty: DirtyTable, rows: int) -> list[Fault]:
    """Choose as many faults as the table bears, of as many kinds as there are."""
    if rows < SMALLEST_DIRTY_TABLE:
        return []
    longer, shorter = sorted((OF_RECORDS, dirty.values), key=len, reverse=True)
    mixed = [
        fault
        for number, first in enumerate(longer)
        for fault in (first, *shorter[number : number + 1])
    ]
    return (mixed * COPIES)[: max(1, int(rows * DIRTY_SHARE))]


def _places(
    chance: np.random.Generator, faults: int, rows: int, odd: list[Odd]
) -> list[int]:
    """Choose places: first, last, some after line feeds, the others anywhere."""
    behind = [each.position + 1 for each in odd if each.has_line_feed]
    special = [0, rows, *behind[:AFTER_ODD_ONES]] if faults > 1 else []
    special = special[:faults]
    anywhere = chance.integers(1, rows, faults - len(special))
    return [*special, *(int(place) for place in anywhere)]


def _bad_record(
    columns: list[str], dirty: DirtyTable, fault: Fault, model: bytes, number: int
) -> bytes:
    """Make a bad record out of a good one, with a key of its own."""
    values = dict(zip(columns, fields_of(model), strict=True))
    values[dirty.key[-1]] = _new_key(dirty.key[-1], values[dirty.key[-1]], number)
    if fault.column is not None:
        values[fault.column] = fault.value or ""
    fields = [encoded(value) for value in values.values()]
    text = columns.index(dirty.text)
    if fault is TOO_FEW:
        fields.pop()
    elif fault is TOO_MANY:
        fields.append(b"surplus")
    elif fault is REMARK:
        fields = [b"Total: see the second sheet"]
    elif fault is LATIN:
        fields[text] = "Zürich".encode("latin-1")
    elif fault is ZERO_BYTE:
        fields[text] = b"zero\x00byte"
    elif fault is INCH_MARK:
        fields[text] = b'5" screen'
    elif fault is AFTER_QUOTE:
        fields[text] = b'"screen" wide'
    return b",".join(fields)


def _new_key(column: str, old: str, number: int) -> str:
    """Return a key that no good record has."""
    if column == "line_number":
        return str(NEW_LINE_NUMBER + number)
    if column == "channel":
        return f"{old} {number}"
    return f"{old[0]}{NEW_NUMBER + number}"


def _with_other_content(columns: list[str], dirty: DirtyTable, record: bytes) -> bytes:
    """Return a record with the same key, and one value changed."""
    values = dict(zip(columns, fields_of(record), strict=True))
    old = values[dirty.changed]
    if dirty.changed == "accepts_marketing":
        values[dirty.changed] = "false" if old == "true" else "true"
    else:
        values[dirty.changed] = str(Decimal(old or "0") + 1)
    return joined_fields(list(values.values()))


def _blank_lines(chance: np.random.Generator, table: str, rows: int) -> list[int]:
    """Choose the places of blank lines."""
    if table not in WITH_BLANK_LINES or rows == 0:
        return []
    return [int(place) for place in chance.integers(0, rows, BLANK_LINES)]


def _write(
    table: str,
    path: Path,
    header: bytes,
    records: list[bytes],
    odd: list[Odd],
    spoilt: list[Spoilt],
    blank: list[int],
) -> Dirt:
    """Write the file and note the lines of what is bad in it."""
    line_end = b"\r\n" if table == WITH_CARRIAGE_RETURNS else b"\n"
    rewritten = {each.position: each.record for each in odd}
    added: dict[int, list[tuple[bytes, Fault | None]]] = {}
    for each in spoilt:
        added.setdefault(each.before, []).append((each.record, each.fault))
    for place in blank:
        added.setdefault(place, []).append((b"", None))
    dirt = Dirt()
    mark = BYTE_ORDER_MARK if table == WITH_BYTE_ORDER_MARK else b""
    lines = 1
    with path.open("wb") as file:
        file.write(mark + header)
        for position in range(len(records) + 1):
            for record, fault in added.get(position, ()):
                file.write(line_end + record)
                lines += 1
                _note(dirt, lines, fault)
            if position < len(records):
                record = rewritten.get(position, records[position])
                file.write(line_end + record)
                lines += 1 + record.count(b"\n")
        if table not in WITHOUT_LAST_LINE_FEED:
            file.write(line_end)
    return dirt


def _note(dirt: Dirt, line: int, fault: Fault | None) -> None:
    if fault is TWICE:
        dirt.duplicates.append(line)
    elif fault is not None:
        dirt.rejects.append((line, fault))
