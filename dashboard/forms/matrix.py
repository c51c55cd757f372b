"""Cells coloured by steps of a measure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from dashboard.forms.shared import (
    PAPER,
    Measure,
    color_of,
    floats,
    one_line,
    sized,
    tips,
)
from dashboard.words import is_percent, percent, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.figure import Canvas

HEAT = [f"var(--heat-{number})" for number in range(7)]
CELL = 22


def matrix(
    canvas: Canvas,
    rows: pd.DataFrame,
    across: str,
    down: str,
    measure: Measure,
    bounds: Sequence[float],
    *,
    orders: tuple[Sequence[object], Sequence[object]],
    across_title: str = "",
    doubt: tuple[str, str] | None = None,
    tip: Sequence[str] = (),
) -> alt.TopLevelMixin:
    """Cells coloured by steps of a measure, with the steps as legend.

    Args:
        canvas: the room; on a wide one cells show their number, too.
        rows: a row per cell; those without a number are left out.
        across: the column of columns.
        down: the column of rows.
        measure: what colours a cell.
        bounds: six values where the seven steps meet.
        orders: the values of `across` and of `down` in the order of reading; those that
            have no cell are left out.
        across_title: of the columns.
        doubt: a column that is true where a cell's number cannot be relied on yet, and
            why, for the legend.
        tip: columns for those who point at a cell.
    """
    rows = rows.dropna(subset=[measure.column])
    steps = _steps(bounds, measure)
    values = floats(rows[measure.column])
    column, why = doubt or ("", "")
    doubts = list(rows[column]) if doubt else [False] * len(rows)
    data = pd.DataFrame(
        {
            "across": [one_line(shown(across, value)) for value in rows[across]],
            "down": [one_line(shown(down, value)) for value in rows[down]],
            "step": [
                why if is_in_doubt else steps[sum(value >= bound for bound in bounds)]
                for value, is_in_doubt in zip(values, doubts, strict=True)
            ],
            "text": [
                percent(value) if is_percent(measure.column) else f"{value:,.0f}"
                for value in values
            ],
            "tip": tips(rows, tip or [down, across, measure.column]),
        }
    )
    used = [*steps, *([why] if any(doubts) else [])]
    colors = [*HEAT, *(["var(--doubt)"] if any(doubts) else [])]
    color = color_of(canvas, "step", used, colors, beside=list(data["down"]))
    sorts = [
        [
            one_line(shown(column, value))
            for value in order
            if value in set(rows[column])
        ]
        for column, order in zip((across, down), orders, strict=True)
    ]
    base = alt.Chart(data).encode(
        x=alt.X("across:N", sort=sorts[0], title=across_title or None).axis(
            orient="top", labelAngle=-45 if _are_long(data["across"]) else 0
        ),
        y=alt.Y("down:N", sort=sorts[1], title=None),
    )
    layers = [
        base.mark_rect(stroke=PAPER, strokeWidth=1).encode(
            color=color, description="tip:N"
        )
    ]
    if not canvas.is_narrow:
        layers.append(
            base.mark_text(fontSize=11).encode(
                text="text:N",
                color=alt.Color(
                    "step:N",
                    scale=alt.Scale(
                        domain=used,
                        range=[
                            color.replace("--heat", "--on-heat").replace(
                                "--doubt", "--ink"
                            )
                            for color in colors
                        ],
                    ),
                    legend=None,
                ),
            )
        )
    chart = alt.layer(*layers).resolve_scale(color="independent")
    return sized(chart, canvas, CELL * data["down"].nunique())


def _steps(bounds: Sequence[float], measure: Measure) -> list[str]:
    said = [
        percent(bound) if is_percent(measure.column) else f"{bound:,.0f}"
        for bound in bounds
    ]
    return [
        f"under {said[0]}",
        *(f"{low} to {high}" for low, high in pairwise(said)),
        f"{said[-1]} and more",
    ]


def _are_long(names: pd.Series[str]) -> bool:
    return max(map(len, names)) > 3  # noqa: PLR2004 such as months
