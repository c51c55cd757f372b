"""Forms of charts, drawn of rows that can be followed by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from dashboard import drawing, forms
from dashboard.figure import HALF, NARROW, WIDE, Canvas, Figure
from dashboard.forms import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE = re.compile(r'<path [^>]*d="M([^"]*)"[^>]*stroke-width="2"')
POINT = re.compile(r'<path [^>]*data-tip="([^"]*)"[^>]*>')


def lines_of(values: Mapping[str, Mapping[str, float | None]]) -> str:
    """Draw a line per channel, of values by month."""
    rows = pd.DataFrame(
        [
            (channel, month, value)
            for channel, months in values.items()
            for month, value in months.items()
        ],
        columns=["channel", "order_month", "revenue"],
    ).astype({"revenue": "float64"})
    figure = Figure(
        name="revenue",
        mart="orders",
        title="Revenue",
        rows=rows,
        draw=lambda canvas: forms.lines(
            canvas,
            rows,
            "order_month",
            [Measure("revenue")],
            title="revenue",
            series="channel",
        ),
    )
    return drawing.svg(figure, Canvas(HALF), "Revenue")


def corners(svg: str) -> list[int]:
    """Give how many corners each line has, of those that have a length."""
    found = [line.count("L") + 1 for line in LINE.findall(svg)]
    return sorted(corners for corners in found if corners > 1)


def seen(svg: str) -> list[str]:
    """Give the tips of the points that are seen."""
    return [
        mark[1]
        for mark in POINT.finditer(svg)
        if not re.search(r'opacity="0"', mark[0])
    ]


def test_a_line_is_broken_where_months_are_missing() -> None:
    whole = {f"2025-{month:02}-01": 10.0 for month in range(1, 10)}
    broken = {
        month: value for month, value in whole.items() if month[5:7] not in {"04", "05"}
    }
    unknown = {**whole, "2025-06-01": None}
    svg = lines_of({"email": whole, "social": broken, "organic": unknown})
    assert corners(svg) == [3, 3, 4, 5, 9]
    assert seen(svg) == []
    # also from one year to the next
    assert corners(lines_of({"email": {"2024-12-01": 1, "2025-01-01": 2}})) == [2]


def test_days_are_one_line() -> None:
    days = {"2025-01-30": 1.0, "2025-02-01": 2.0, "2025-04-02": 3.0}
    assert corners(lines_of({"email": days})) == [3]


def test_a_point_on_its_own_is_seen() -> None:
    first, second, fourth = "2025-01-01", "2025-02-01", "2025-04-01"
    svg = lines_of({"email": {first: 1, second: 2, fourth: 4}, "social": {second: 3}})
    assert [re.sub(r".*Revenue: ", "", tip) for tip in seen(svg)] == ["4.00", "3.00"]
    [alone] = seen(lines_of({"email": {first: 1}}))
    assert "January 2025" in alone or first in alone


@pytest.mark.parametrize("width", [WIDE, HALF, NARROW])
@pytest.mark.parametrize(
    "values",
    [(-0.059, 0.021, -0.032), (-0.059, -0.001), (-0.001, 0.5), (0.5, 0.2), (0.0,)],
)
def test_each_number_has_room_beside_its_bar(
    width: int, values: tuple[float, ...]
) -> None:
    rows = pd.DataFrame(
        {
            "channel": [f"channel {at}" for at in range(len(values))],
            "revenue_share": values,
        }
    )
    spec = forms.bars(Canvas(width), rows, "channel", Measure("revenue_share")).to_dict(
        validate=False
    )
    [low, high] = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    letter = 7
    # names take up to two fifths of the room, a little is left beside them
    a_number = (
        max(len(f"{value:.1%}") + 1 for value in values) * letter / (width * 0.55)
    )
    if min(values) < 0:
        assert (min(values) - low) / (high - low) >= a_number
    if max(values) > 0:
        assert (high - max(values)) / (high - low) >= a_number
    assert low < high
