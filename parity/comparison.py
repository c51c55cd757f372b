"""Two engines' rows of a mart, beside each other."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Row = tuple[Any, ...]

# When files were loaded is read from the clock, and each engine has a load of its own.
CLOCK = {"loaded_at"}
# of a value, relative
TOLERANCE = 1e-6
# an engine may round up what another rounds down: one of the last decimals that are
# kept, but of no amount more than a cent; and a little, as floats have no exact cent
CENT, SLACK = 0.01, 1.001
WHOLE_ROW = "(the row)"


@dataclass(frozen=True)
class Mart:
    """What is compared of a mart; its key tells which rows belong together."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def query(self) -> str:
        """What asks an engine for it."""
        return f"select {', '.join(self.columns)} from marts.{self.name}"


@dataclass(frozen=True)
class Difference:
    """A cell that differs; or a row that one side lacks, in the place of a column."""

    key: Row
    column: str
    expected: object
    found: object


def read_marts(manifest: Path) -> list[Mart]:
    """Give the marts of dbt's manifest, by name; keys are what is tested to be one.

    Raises:
        KeyError: a mart has no test of a key.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    keys: dict[str, tuple[str, ...]] = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {"name": ""}
        if test["name"] == "unique":
            keys.setdefault(node["attached_node"], (test["kwargs"]["column_name"],))
        elif test["name"] == "unique_combination":
            keys.setdefault(node["attached_node"], tuple(test["kwargs"]["columns"]))
    marts = [
        Mart(
            node["name"],
            keys[name],
            tuple(column for column in node["columns"] if column not in CLOCK),
        )
        for name, node in nodes.items()
        if node["resource_type"] == "model" and node["path"].startswith("marts/")
    ]
    return sorted(marts, key=lambda mart: mart.name)


def compare(
    mart: Mart, expected: Iterable[Row], found: Iterable[Row]
) -> list[Difference]:
    """Give what differs between two engines' rows, in the order of the first's."""
    ours, theirs = _by_key(mart, expected), _by_key(mart, found)
    differences = []
    for key in {**ours, **theirs}:
        for left, right in zip_longest(ours.get(key, []), theirs.get(key, [])):
            if left is None or right is None:
                differences.append(Difference(key, WHOLE_ROW, left, right))
            else:
                differences += [
                    Difference(key, column, mine, other)
                    for column, mine, other in zip(
                        mart.columns, left, right, strict=True
                    )
                    if not is_close(mine, other)
                ]
    return differences


def is_close(expected: object, found: object) -> bool:
    """Whether two values are the same but for rounding; integers are not rounded."""
    pair = (expected, found)
    if expected == found:
        return True
    if not all(isinstance(value, (Decimal, float, int)) for value in pair):
        return False
    if not any(isinstance(value, (Decimal, float)) for value in pair):
        return False
    left, right = (float(value) for value in pair)  # type: ignore[arg-type]
    step = min(_last_decimal(expected), CENT) * SLACK
    return abs(left - right) <= max(TOLERANCE * abs(left), step)


def _last_decimal(value: object) -> float:
    """Give one of the last decimals that a value keeps; floats are compared by size."""
    if not isinstance(value, Decimal):
        return 0.0
    exponent = value.as_tuple().exponent
    return 10.0**exponent if isinstance(exponent, int) else 0.0


def _by_key(mart: Mart, rows: Iterable[Row]) -> dict[Row, list[Row]]:
    places: Sequence[int] = [mart.columns.index(name) for name in mart.key]
    found: dict[Row, list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row[place] for place in places)].append(row)
    return found
