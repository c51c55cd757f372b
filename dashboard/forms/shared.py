"""What all forms of charts share. Colours are CSS variables of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from dashboard.words import is_missing, is_percent, label, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dashboard.figure import Canvas

alt.data_transformers.disable_max_rows()

SERIES = [f"var(--series-{number})" for number in range(1, 8)]
MAIN, QUIET, LOSS = "var(--series-1)", "var(--quiet)", "var(--loss)"
INK, MUTED, PAPER = "var(--ink)", "var(--muted)", "var(--paper)"
BAR_STEP = 26
LETTER = 8
_SMALL, _FINE_RATES = 4, (0.04, 0.004)


@dataclass(frozen=True)
class Measure:
    """A column that is drawn, and how its axis is named."""

    column: str
    title: str = ""

    @property
    def name(self) -> str:
        """The title, or the column's name in words."""
        return self.title or label(self.column)

    def axis(self, values: Sequence[float]) -> dict[str, Any]:
        """How the axis shows such numbers, with digits only where they are small."""
        largest = max((abs(value) for value in values if value == value), default=0)  # noqa: PLR0124 NaN
        if is_percent(self.column):
            digits = sum(largest < bound for bound in _FINE_RATES)
            return {"format": f".{digits}%", "tickCount": 5}
        return {"format": ",.0f" if largest > _SMALL else ",.2~f", "tickCount": 5}


def tips(rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """What is shown of each row to those who point at its mark."""
    return [
        "; ".join(
            f"{label(column)}: {one_line(shown(column, value))}"
            for column, value in zip(columns, row, strict=True)
            if not is_missing(value)
        )
        for row in rows[list(columns)].itertuples(index=False)
    ]


def one_line(text: str) -> str:
    """A text without line breaks, and something where there is nothing to see."""
    return " ".join(text.split()) or "(blank)"


def color_of(
    canvas: Canvas,
    column: str,
    names: list[str],
    colors: Sequence[str] = SERIES,
    *,
    beside: Sequence[str] = (),
) -> alt.Color:
    """A colour for each name, with a legend in as many columns as there is room for.

    Args:
        canvas: the room.
        column: which names they are.
        names: all of them.
        colors: as many at least.
        beside: the names of rows, left of which no legend stands.
    """
    left = min(canvas.widest_label, max(map(len, beside), default=5) * LETTER)
    room = (canvas.width - left) // (max(map(len, names)) * LETTER + 40)
    return alt.Color(
        f"{column}:N",
        scale=alt.Scale(domain=names, range=list(colors[: len(names)])),
        title=None,
        sort=None,
        legend=alt.Legend(columns=max(1, room)),
    )


def names_axis(column: str, order: list[str] | None = None) -> alt.Y:
    """The axis of the names of bars and rows, in an order."""
    return alt.Y(f"{column}:N", sort=order, title=None).axis(
        ticks=False, domain=False, labelPadding=6
    )


def sized(chart: alt.TopLevelMixin, canvas: Canvas, height: int) -> alt.TopLevelMixin:
    """A chart that fills the room, names and numbers included."""
    return chart.properties(
        width=canvas.width,
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )


def floats(values: pd.Series[float]) -> list[float]:
    """Numbers as floats, NaN where there is none."""
    return values.astype("float64").tolist()


def distinct(names: list[str]) -> list[str]:
    """Names, with a number behind those that have come before."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
