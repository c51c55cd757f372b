"""Bars side by side, and columns along months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from dashboard.forms.shared import (
    BAR_STEP,
    INK,
    LETTER,
    LOSS,
    MAIN,
    QUIET,
    SERIES,
    Measure,
    color_of,
    distinct,
    floats,
    names_axis,
    one_line,
    sized,
    tips,
)
from dashboard.words import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.figure import Canvas

_LARGEST_PART = 0.4
# on both sides of a number, in CSS pixels
_GAPS = 12


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
            "category": distinct([one_line(str(name)) for name in rows[category]]),
            "value": floats(rows[measure.column]),
            "text": [shown(measure.column, value) for value in rows[measure.column]],
            "tip": tips(rows, tip or [category, measure.column, *ends]),
            "color": [
                MAIN if not emphasis or name in emphasis else QUIET
                for name in rows[category]
            ],
        }
    )
    if interval:
        data["low"], data["high"] = (floats(rows[end]) for end in interval)
    end = "high" if interval else "value"
    reach = max([0.0, *data[end].dropna()])
    least = min([0.0, *data["value"].dropna()])
    # the part of the chart that the numbers at one end of the bars take, whatever the
    # names leave for them
    number = max(map(len, data["text"])) * LETTER + _GAPS
    part = min(number / (number + canvas.width * 0.5), _LARGEST_PART)
    room = part * (reach - least) / (1 - part * ((least < 0) + (reach > 0)))
    low = least - room if least < 0 else 0
    high = reach + room if reach > 0 else -least / 20 or 1
    scale = alt.Scale(domain=[low, high], nice=False)
    axis = measure.axis([least, reach])
    if canvas.is_narrow:
        axis["tickCount"] = 3
    base = alt.Chart(data).encode(y=names_axis("category"))
    layers = [
        base.mark_bar(cornerRadiusEnd=2, height=BAR_STEP - 10).encode(
            x=alt.X("value:Q", title=measure.name, scale=scale).axis(**axis),
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
    return sized(alt.layer(*layers), canvas, BAR_STEP * len(data))


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
                        for value in floats(rows[measure.column])
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
            color=color_of(canvas, "series", names, colors),
            order="rank:O",
            description="tip:N",
        )
    )
    return sized(alt.layer(chart), canvas, height)
