"""Which groups a chart shows, and what to keep in mind about small ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.forms import one_line
from dashboard.words import count, listed

if TYPE_CHECKING:
    import pandas as pd

FEW = 30
_TINY_SHARE = 0.005
_NAMED = 3


def main_groups(
    rows: pd.DataFrame, size: str, noun: str, limit: int = 7
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The largest groups, and a note on those that only the table has.

    Args:
        rows: a row per group.
        size: the column that says how large a group is.
        noun: what a group is.
        limit: how many are drawn at most.

    Returns:
        The rows to be drawn, largest first, and the note if any are left out.
    """
    ordered = rows.sort_values(size, ascending=False, kind="stable")
    large = ordered[ordered[size].fillna(0) >= _TINY_SHARE * ordered[size].sum()]
    drawn = large.head(limit)
    left_out = len(rows) - len(drawn)
    if not left_out:
        return drawn, ()
    return drawn, (
        (
            f"The chart leaves out {count(left_out, f'other {noun}')}; the numbers "
            "below have all."
        ),
    )


def among(notes: tuple[str, ...], groups: str, sentence: str) -> str:
    """A finding about groups that are drawn, which says so where others are not."""
    if not notes:
        return sentence
    return f"Among the largest {groups}, {sentence[:1].lower()}{sentence[1:]}"


def large(rows: pd.DataFrame, size: str) -> pd.DataFrame:
    """Groups that are large enough for a finding, or all if none is."""
    enough = rows[rows[size].fillna(0) >= FEW]
    return enough if len(enough) else rows


def named(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """Groups that a finding may name: all but the unknown, if there are others."""
    known = rows[rows[group] != "unknown"]
    return known if len(known) else rows


def few(
    rows: pd.DataFrame, group: str, size: str, noun: str, least: int = FEW
) -> tuple[str, ...]:
    """A note on groups that are too small for their rates to mean much.

    Args:
        rows: the groups that are drawn.
        group: the column that names them.
        size: the column of the rate's denominator.
        noun: what the denominator counts.
        least: from how many on a group is large enough.
    """
    small = rows[rows[size].fillna(0) < least]
    if small.empty:
        return ()
    names = [one_line(str(name)) for name in small[group]]
    more = len(names) - _NAMED
    said = listed(names[:_NAMED] + ([f"{more} more"] if more > 0 else []))
    return (
        (f"Under {least} {noun}s: {said}. Chance alone moves what is said of so few."),
    )
