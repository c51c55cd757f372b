"""Files of orders of any size for measurements, clean or with a share of bad records.

The same arguments write the same bytes. The writer knows each bad record's line,
column, reason and bytes, so that what the loader says of them can be compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

COLUMNS = (
    "order_id",
    "customer_id",
    "order_date",
    "revenue",
    "promo_used",
    "is_first_order",
    "status",
    "currency",
)
ORDERS_PER_CUSTOMER = 5
FIRST_SECOND = 1_609_459_200  # 2021-01-01
SECONDS = 5 * 365 * 86_400
SEED = 20_210_101
CHUNK = 100_000
TWO_LINES = '"two\nlines"'

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BadRecord:
    """A record that is not loaded: where it starts, and what is wrong with it.

    line: physical line, counted from 1, the header's included. raw: without line end.
    """

    line: int
    column: str | None
    reason: str
    raw: bytes


@dataclass(frozen=True)
class _Kind:
    """A way to spoil an order: the fields to change by place, or the whole record.

    ending: what is added to the record, for a field too many.
    """

    reason: str
    column: str | None
    changes: dict[int, bytes]
    ending: bytes = b""


DUPLICATE = "duplicate key"
# the ten reasons, and in turn different forms of one
_KINDS: tuple[tuple[_Kind, ...], ...] = (
    (
        _Kind("wrong number of fields", None, {}, b",surplus"),
        _Kind("wrong number of fields", None, {7: b"EUR,,"}),
    ),
    (
        _Kind("missing value", "order_id", {0: b""}),
        _Kind("missing value", "revenue", {3: b""}),
    ),
    (
        _Kind("not a number", "revenue", {3: b"1e3"}),
        _Kind("not a number", "revenue", {3: b"NaN"}),
    ),
    (
        _Kind("not a date", "order_date", {2: b"2023-02-29 10:00:00"}),
        _Kind("not a date", "order_date", {2: b"yesterday"}),
    ),
    (_Kind("not a boolean", "is_first_order", {5: b"maybe"}),),
    (
        _Kind("out of range", "revenue", {3: b"0.00"}),
        _Kind("out of range", "order_date", {2: b"1899-12-31 23:59:59"}),
    ),
    (_Kind("not UTF-8", None, {4: b"Z\xfcrich"}),),
    (_Kind("NUL character", None, {4: b"zero\0byte"}),),
    (
        _Kind("broken quotes", None, {4: b'5" screen'}),
        _Kind("broken quotes", None, {4: b'"wide" screen'}),
        _Kind("broken quotes", None, {4: b'"never closed'}),
    ),
    (_Kind(DUPLICATE, None, {6: b"another"}),),
)


@dataclass(frozen=True)
class _Plan:
    """Which records of a file are bad, and which good ones hold a line feed.

    bad, two_lines: their places in the file, from 0, ascending.
    """

    rows: int
    bad: Numbers
    two_lines: Numbers


def write_shop(folder: Path, rows: int, bad_share: float = 0) -> list[BadRecord]:
    """Write `customers.csv` and `orders.csv` into a folder; see write_orders."""
    write_customers(folder / "customers.csv", -(-rows // ORDERS_PER_CUSTOMER))
    return write_orders(folder / "orders.csv", rows, bad_share)


def write_customers(path: Path, rows: int) -> None:
    """Write customers, whose ids count from 0, with a signup date."""
    with path.open("wb") as file:
        file.write(b"customer_id,signup_date\n")
        for start in range(0, rows, CHUNK):
            places = np.arange(start, min(start + CHUNK, rows))
            file.write(_lines(_id("C", places), ["2020-12-31"] * len(places))[0])


def write_orders(path: Path, rows: int, bad_share: float = 0) -> list[BadRecord]:
    """Write orders of eight columns, about 72 bytes each.

    Args:
        path: The file to write.
        rows: How many records, good and bad.
        bad_share: The share of bad records, of ten kinds in turn. Where it is not 0, as
            many good records hold a quoted line feed.

    Returns:
        The bad records, in the order of the file.
    """
    plan = _plan(rows, bad_share)
    found: list[BadRecord] = []
    with path.open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n")
        for start in range(0, rows, CHUNK):
            data, bad = _chunk(plan, start)
            file.write(data)
            found += bad
    return found


def write_additions(path: Path, rows: int, share: float) -> None:
    """Write orders to add to those of write_orders with as many rows.

    A share of them is changed, namely of another status, and as many are new. Shops
    change what was ordered lately: every other one of the last orders is changed.
    """
    count = round(rows * share)
    changed = np.arange(rows - 2 * count, rows, 2)
    plan = _Plan(rows, *(np.array([], np.int64),) * 2)
    with path.open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n")
        for start in range(0, rows, CHUNK):
            data, ends = _lines(*_fields(plan, np.arange(start, start + CHUNK)))
            for place in changed[_within(changed, np.arange(start, start + CHUNK))]:
                first = int(ends[place - start - 1]) if place > start else 0
                fields = data[first : ends[place - start]].split(b",")
                file.write(b",".join([*fields[:6], b"returned", *fields[7:]]))
        for start in range(rows, rows + count, CHUNK):
            places = np.arange(start, min(start + CHUNK, rows + count))
            file.write(_lines(*_fields(plan, places))[0])


def _plan(rows: int, bad_share: float) -> _Plan:
    chance = np.random.default_rng(SEED)
    count = round(rows * bad_share)
    # the first record stays good: duplicates need one before them
    places = 1 + chance.choice(max(rows - 1, 0), 2 * count, replace=False)
    return _Plan(rows, np.sort(places[:count]), np.sort(places[count:]))


def _chunk(plan: _Plan, start: int) -> tuple[bytes, list[BadRecord]]:
    """The bytes of CHUNK records from a place on, and the bad ones among them."""
    places = np.arange(start, min(start + CHUNK, plan.rows))
    data, ends = _lines(*_fields(plan, places))
    parts, bad, copied = [], [], 0
    for number in _within(plan.bad, places):
        place = int(plan.bad[number]) - start
        begin = int(ends[place - 1]) if place else 0
        kind = _kind(int(number))
        record = _spoilt(data[begin : ends[place] - 1], kind)
        if kind.reason == DUPLICATE:
            record = _with_key(record, _earlier_good(plan, start + place))
        line = 2 + start + place
        line += int(np.searchsorted(plan.two_lines, start + place))
        bad.append(BadRecord(line, kind.column, kind.reason, record))
        parts += [data[copied:begin], record, b"\n"]
        copied = int(ends[place])
    return b"".join([*parts, data[copied:]]), bad


def _fields(plan: _Plan, places: Numbers) -> Iterator[Any]:
    """The columns of good records as text."""
    chance = np.random.default_rng([SEED, int(places[0])])
    count = len(places)
    customers = -(-plan.rows // ORDERS_PER_CUSTOMER)
    seconds = FIRST_SECOND + chance.integers(0, SECONDS, count)
    cents = chance.integers(100, 50_000, count)
    promos = chance.choice(["", "WELCOME", "SPRING", "FREESHIP"], count).astype(object)
    promos[plan.two_lines[_within(plan.two_lines, places)] - places[0]] = TWO_LINES
    yield _id("O", places)
    yield _id("C", chance.integers(0, customers, count))
    yield pa.array(seconds, pa.timestamp("s")).cast(pa.string())
    yield pc.binary_join_element_wise(
        pa.array(cents // 100).cast(pa.string()), _padded(cents % 100, 2), "."
    )
    yield promos
    yield chance.choice(["true", "false"], count)
    yield chance.choice(["completed", "shipped", "refunded"], count)
    yield ["EUR"] * count


def _lines(*columns: Any) -> tuple[bytes, Numbers]:  # noqa: ANN401 arrays or lists
    """Columns of text as records with line feeds, and where each of them ends."""
    arrays = [pa.array(column, pa.string()) for column in columns]
    records = pc.binary_join_element_wise(*arrays, ",")
    records = pc.binary_join_element_wise(records, "\n", "")
    ends: Numbers = np.cumsum(pc.binary_length(records).to_numpy())
    return records.buffers()[2].to_pybytes()[: ends[-1]], ends


def _id(letter: str, numbers: Numbers) -> Any:  # noqa: ANN401 pyarrow has no types
    return pc.binary_join_element_wise(letter, _padded(numbers, 8), "")


def _padded(numbers: Numbers, width: int) -> Any:  # noqa: ANN401 pyarrow has no types
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def _within(sorted_places: Numbers, places: Numbers) -> Numbers:
    """The numbers of those of the sorted places that are among consecutive places."""
    first, last = np.searchsorted(sorted_places, [places[0], places[-1] + 1])
    return np.arange(first, last)


def _kind(number: int) -> _Kind:
    turn, kind = divmod(number, len(_KINDS))
    forms = _KINDS[kind]
    return forms[turn % len(forms)]


def _spoilt(record: bytes, kind: _Kind) -> bytes:
    fields = record.split(b",")
    for place, value in kind.changes.items():
        fields[place] = value
    return b",".join(fields) + kind.ending


def _with_key(record: bytes, place: int) -> bytes:
    return b",".join([b"O%08d" % place, *record.split(b",")[1:]])


def _earlier_good(plan: _Plan, place: int) -> int:
    """The place of a good record half-way before another."""
    earlier = place // 2
    while plan.bad[np.searchsorted(plan.bad, earlier)] == earlier:
        earlier -= 1
    return earlier
