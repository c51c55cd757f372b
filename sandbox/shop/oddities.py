"""Good records that only look bad: quotes, line feeds, letters from everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.shop.records import fields_of, joined_fields, quoted_fields

if TYPE_CHECKING:
    import numpy as np

    from sandbox.shop.faults import DirtyTable

ROWS_PER_ODD_ONE = 150
MOST_ODD_ONES = 60
LEAST_ODD_ONES = 6
ODD_TEXTS = (
    "{}, with a comma",
    "{}\nin two lines",
    '{} "in quotes"',
    '{}: Zoë, 東京 🙂 "and\n\n\nmore"',
)
SAME_MEANING = {"true": ("TRUE", "Yes", "t", "1"), "false": ("False", "no", "F", "0")}


@dataclass(frozen=True)
class Odd:
    """A good record, rewritten: its position among the good ones, and its bytes."""

    position: int
    record: bytes

    @property
    def has_line_feed(self) -> bool:
        """Whether a value of it spans lines."""
        return b"\n" in self.record


def make_odd(
    chance: np.random.Generator,
    columns: list[str],
    dirty: DirtyTable,
    records: list[bytes],
) -> list[Odd]:
    """Rewrite some good records so that they stay good, by position."""
    count = min(max(len(records) // ROWS_PER_ODD_ONE, LEAST_ODD_ONES), MOST_ODD_ONES)
    count = min(count, len(records) // 2)
    # the first record stays plain: it may be the model of a duplicate
    positions = 1 + chance.permutation(max(len(records) - 1, 0))[:count]
    odd = []
    for number, position in enumerate(sorted(int(each) for each in positions)):
        values = dict(zip(columns, fields_of(records[position]), strict=True))
        if dirty.free and number % (len(ODD_TEXTS) + 1):
            template = ODD_TEXTS[number % (len(ODD_TEXTS) + 1) - 1]
            values[dirty.free] = template.format(values[dirty.free])
            record = joined_fields(list(values.values()))
        else:
            other = [_other_shape(value, number) for value in values.values()]
            record = quoted_fields(other)
        odd.append(Odd(position, record))
    return odd


def _other_shape(value: str, number: int) -> str:
    """Write a boolean or a timestamp in another accepted shape."""
    if value in SAME_MEANING:
        words = SAME_MEANING[value]
        return words[number % len(words)]
    day, blank, time = value.partition(" ")
    if blank and day[:4].isdecimal() and time.count(":") == 2:  # noqa: PLR2004
        return f"{day}T{time}"
    return value
