"""The forms of charts: bars, lines, intervals, matrices. Colours are CSS variables.

Rows come in the order in which they are to be seen. Each mark carries its numbers as a
description, which the page shows to those who point at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from dashboard.words import is_missing, is_percent, label, percent, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.figure import Canvas

alt.data_transformers.disable_max_rows()

SERIES = [f"var(--series-{number})" for number in range(1, 8)]
HEAT = [f"var(--heat-{number})" for number in range(7)]
MAIN, QUIET, LOSS = "var(--series-1)", "var(--quiet)", "var(--loss)"
INK, MUTED, PAPER = "var(--ink)", "var(--muted)", "var(--paper)"
# marks of groups differ by more than their colour
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 1], [1, 3]]
BAR_STEP = 26
_SMALL, _FINE_RATES = 4, (0.04, 0.004)
_LETTER = 8
CELL = 22


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


def bars(
    canvas: Canvas,
    rows: pd.DataFrame,
    category: str,
    measure: Measure,
    *,
    emphasis: Sequence[str] = (),
    interval: tuple[str, str] | None = None,
    tip: Sequence[str] = (),
) -> alt.TopLevelMixin:
    """Bars side by side, each with its value at its end.

    Args:
        canvas: the room.
        rows: a row per bar.
        category: the column that names bars.
        measure: what their length is.
        emphasis: the categories that the finding is about, all if none.
        interval: columns of the lower and upper end of an interval.
        tip: columns for those who point at a bar; those drawn if none.
    """
    ends = list(interval or ())
    data = pd.DataFrame(
        {
            "category": _distinct([one_line(str(name)) for name in rows[category]]),
            "value": _floats(rows[measure.column]),
            "text": [shown(measure.column, value) for value in rows[measure.column]],
            "tip": tips(rows, tip or [category, measure.column, *ends]),
            "color": [
                MAIN if not emphasis or name in emphasis else QUIET
                for name in rows[category]
            ],
        }
    )
    if interval:
        data["low"], data["high"] = (_floats(rows[end]) for end in interval)
    end = "high" if interval else "value"
    reach = max([0.0, *data[end].dropna()])
    least = min([0.0, *data["value"].dropna()])
    # room for the numbers at the ends of the bars, whatever the names leave for these
    room = 1 + max(map(len, data["text"])) * _LETTER / (canvas.width * 0.5)
    scale = alt.Scale(
        domain=[least * room, reach * room or -least / 20 or 1], nice=False
    )
    base = alt.Chart(data).encode(y=_names("category"))
    layers = [
        base.mark_bar(cornerRadiusEnd=2, height=BAR_STEP - 10).encode(
            x=alt.X("value:Q", title=measure.name, scale=scale).axis(
                **measure.axis([least, reach])
            ),
            color=alt.Color("color:N", scale=None),
            description="tip:N",
        )
    ]
    if interval:
        layers.append(
            base.mark_rule(color=INK, strokeWidth=1.5).encode(
                x=alt.X("low:Q", scale=scale), x2="high:Q"
            )
        )
    text = base.encode(x=alt.X(f"{end}:Q", scale=scale), text="text:N")
    layers += [
        text.mark_text(align="left", dx=5, color=INK).transform_filter(
            f"datum.{end} >= 0"
        ),
        text.mark_text(align="right", dx=-5, color=INK).transform_filter(
            f"datum.{end} < 0"
        ),
    ]
    return _sized(alt.layer(*layers), canvas, BAR_STEP * len(data))


def pairs(
    canvas: Canvas,
    rows: pd.DataFrame,
    category: str,
    measures: Sequence[Measure],
    *,
    title: str,
    reference: float | None = None,
    tip: Sequence[str] = (),
) -> alt.TopLevelMixin:
    """Points of two or three measures on one line per category, to be compared.

    Args:
        canvas: the room.
        rows: a row per category.
        category: the column that names lines.
        measures: at most as many as there are colours; of one unit.
        title: of the axis.
        reference: a value that is marked by a rule.
        tip: columns for those who point at a point.
    """
    names = _distinct([one_line(str(name)) for name in rows[category]])
    said = tips(rows, tip or [category, *(measure.column for measure in measures)])
    data = pd.DataFrame(
        [
            {"category": name, "measure": measure.name, "value": value, "tip": text}
            for measure in measures
            for name, value, text in zip(
                names, _floats(rows[measure.column]), said, strict=True
            )
            if not is_missing(value)
        ],
        columns=["category", "measure", "value", "tip"],
    )
    order = [measure.name for measure in measures]
    shapes = ["circle", "diamond", "square"][: len(order)]
    base = alt.Chart(data).encode(y=_names("category", names))
    scale = alt.Scale(zero=True)
    layers: list[alt.Chart] = []
    if reference is not None:
        mark = alt.Chart(pd.DataFrame({"value": [reference]}))
        layers.append(
            mark.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="value:Q")
        )
    layers += [
        base.mark_line(color=QUIET, strokeWidth=3).encode(
            x=alt.X("value:Q", title=title, scale=scale).axis(
                **measures[0].axis(list(data["value"]))
            ),
            detail="category:N",
        ),
        base.mark_point(filled=True, size=90, opacity=1).encode(
            x=alt.X("value:Q", scale=scale),
            color=_color(canvas, "measure", order, beside=names),
            shape=alt.Shape("measure:N", scale=alt.Scale(domain=order, range=shapes)),
            description="tip:N",
        ),
    ]
    return _sized(alt.layer(*layers), canvas, BAR_STEP * len(names))


def intervals(
    canvas: Canvas,
    rows: pd.DataFrame,
    category: str,
    measure: Measure,
    ends: tuple[str, str],
    *,
    beside: Measure | None = None,
    tip: Sequence[str] = (),
) -> alt.TopLevelMixin:
    """Estimates as points with their 95 % intervals as rules.

    Args:
        canvas: the room.
        rows: a row per estimate.
        category: the column that names them.
        measure: the estimate.
        ends: columns of the interval's ends.
        beside: another figure, drawn as a hollow point.
        tip: columns for those who point at an estimate.
    """
    data = pd.DataFrame(
        {
            "category": _distinct([one_line(str(name)) for name in rows[category]]),
            "value": _floats(rows[measure.column]),
            "low": _floats(rows[ends[0]]),
            "high": _floats(rows[ends[1]]),
            "text": [shown(measure.column, value) for value in rows[measure.column]],
            "tip": tips(rows, tip or [category, measure.column, *ends]),
        }
    )
    if beside:
        data["beside"] = _floats(rows[beside.column])
    highest = data["high"].max()
    scale = alt.Scale(domain=[0, min(1.0, highest * 1.2) if highest > 0 else 1])
    base = alt.Chart(data).encode(y=_names("category"))
    axis = measure.axis([highest])
    layers = [
        base.mark_rule(color=MAIN, strokeWidth=4, opacity=0.45).encode(
            x=alt.X("low:Q", title=measure.name, scale=scale).axis(**axis), x2="high:Q"
        )
    ]
    if beside:
        layers.append(
            base.mark_point(filled=False, size=60, stroke=MUTED).encode(
                x=alt.X("beside:Q", scale=scale), description="tip:N"
            )
        )
    layers += [
        base.mark_point(filled=True, size=70, color=MAIN, opacity=1).encode(
            x=alt.X("value:Q", scale=scale), description="tip:N"
        ),
        base.mark_text(align="left", dx=6, color=INK).encode(
            x=alt.X("high:Q", scale=scale), text="text:N"
        ),
    ]
    return _sized(alt.layer(*layers), canvas, BAR_STEP * len(data))


def lines(
    canvas: Canvas,
    rows: pd.DataFrame,
    along: str,
    measures: Sequence[Measure],
    *,
    title: str,
    series: str = "",
    band: tuple[str, str] | None = None,
    height: int = 240,
    along_title: str = "",
    reference: float | None = None,
    starts_at_zero: bool = True,
) -> alt.TopLevelMixin:
    """Lines along time or numbers: of several measures, or of one by group.

    Args:
        canvas: the room.
        rows: the points.
        along: the column of dates or numbers that they run along.
        measures: one, or several of one unit where there is no series.
        title: of the axis of values.
        series: the column that names groups; at most as many as there are colours.
        band: columns of an interval's ends around the only line.
        height: in CSS pixels.
        along_title: of the axis along, none for dates.
        reference: a value that is marked by a rule.
        starts_at_zero: whether the axis of values does.
    """
    is_time = not pd.api.types.is_numeric_dtype(rows[along])
    points = pd.concat(
        [
            pd.DataFrame(
                {
                    "along": [str(value) for value in rows[along]]
                    if is_time
                    else _floats(rows[along]),
                    "series": [one_line(str(name)) for name in rows[series]]
                    if series
                    else measure.name,
                    "value": _floats(rows[measure.column]),
                    "low": _floats(rows[band[0]]) if band else None,
                    "high": _floats(rows[band[1]]) if band else None,
                    "tip": tips(
                        rows, [*([series] if series else []), along, measure.column]
                    ),
                }
            )
            for measure in measures
        ]
    ).dropna(subset=["value"])
    names = list(dict.fromkeys(points["series"]))
    x = alt.X(
        "along:T" if is_time else "along:Q",
        title=along_title or None,
        scale=alt.Scale(type="utc") if is_time else alt.Scale(nice=False),
    ).axis(
        grid=False,
        tickCount=max(3, canvas.width // 120),
        format="%b %Y" if is_time else ".0%" if is_percent(along) else ",.0f",
    )
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=starts_at_zero)).axis(
        **measures[0].axis(list(points["high" if band else "value"]))
    )
    base = alt.Chart(points).encode(x=x)
    layers: list[alt.Chart] = []
    if reference is not None:
        mark = alt.Chart(pd.DataFrame({"value": [reference]}))
        layers.append(
            mark.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(y="value:Q")
        )
    if band:
        layers.append(
            base.mark_area(color=MAIN, opacity=0.2).encode(
                y=alt.Y("low:Q", title=title), y2="high:Q"
            )
        )
    line = base.mark_line(strokeWidth=2, interpolate="linear").encode(y=y)
    if len(names) > 1:
        line = line.encode(
            color=_color(canvas, "series", names),
            strokeDash=alt.StrokeDash(
                "series:N", scale=alt.Scale(domain=names, range=DASHES[: len(names)])
            ),
        )
    else:
        line = line.encode(color=alt.value(MAIN))
    layers.append(line)
    # points that show nothing but their numbers, to those who point at them
    layers.append(
        base.mark_point(size=90, filled=True, opacity=0).encode(
            y=y, description="tip:N"
        )
    )
    return _sized(alt.layer(*layers), canvas, height)


def columns(
    canvas: Canvas,
    rows: pd.DataFrame,
    along: str,
    measures: Sequence[Measure],
    *,
    title: str,
    below: Measure | None = None,
    height: int = 240,
) -> alt.TopLevelMixin:
    """Stacked columns along months; one measure may hang below the line.

    Args:
        canvas: the room.
        rows: a row per month.
        along: the column of months.
        measures: stacked, in this order from below.
        title: of the axis of values.
        below: what is taken away, drawn downwards.
        height: in CSS pixels.
    """
    every = [*measures, *([below] if below else [])]
    data = pd.concat(
        [
            pd.DataFrame(
                {
                    "along": [str(value) for value in rows[along]],
                    "series": measure.name,
                    "rank": rank,
                    "value": [
                        -value if measure is below else value
                        for value in _floats(rows[measure.column])
                    ],
                    "tip": tips(rows, [along, measure.column]),
                }
            )
            for rank, measure in enumerate(every)
        ]
    )
    names = [measure.name for measure in every]
    colors = [*SERIES[: len(measures)], *([LOSS] if below else [])]
    chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("utcyearmonth(along):T", title=None).axis(
                format="%b %Y", grid=False, tickCount=max(3, canvas.width // 120)
            ),
            y=alt.Y("value:Q", title=title).axis(
                **measures[0].axis(list(data["value"]))
            ),
            color=_color(canvas, "series", names, colors),
            order="rank:O",
            description="tip:N",
        )
    )
    return _sized(alt.layer(chart), canvas, height)


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
    values = _floats(rows[measure.column])
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
    color = _color(canvas, "step", used, colors, beside=list(data["down"]))
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
    return _sized(chart, canvas, CELL * data["down"].nunique())


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


def _color(
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
    left = min(canvas.widest_label, max(map(len, beside), default=5) * _LETTER)
    room = (canvas.width - left) // (max(map(len, names)) * _LETTER + 40)
    return alt.Color(
        f"{column}:N",
        scale=alt.Scale(domain=names, range=list(colors[: len(names)])),
        title=None,
        sort=None,
        legend=alt.Legend(columns=max(1, room)),
    )


def _names(column: str, order: list[str] | None = None) -> alt.Y:
    return alt.Y(f"{column}:N", sort=order, title=None).axis(
        ticks=False, domain=False, labelPadding=6
    )


def _sized(chart: alt.TopLevelMixin, canvas: Canvas, height: int) -> alt.TopLevelMixin:
    return chart.properties(
        width=canvas.width,
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )


def _floats(values: pd.Series[float]) -> list[float]:
    """Numbers as floats, NaN where there is none."""
    return values.astype("float64").tolist()


def _are_long(names: pd.Series[str]) -> bool:
    return max(map(len, names)) > 3  # noqa: PLR2004 such as months


def _distinct(names: list[str]) -> list[str]:
    """Names, with a number behind those that have come before."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
