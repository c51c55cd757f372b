"""Lines along time or numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from dashboard.forms.shared import (
    MAIN,
    MUTED,
    Measure,
    color_of,
    floats,
    one_line,
    sized,
    tips,
)
from dashboard.words import is_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.figure import Canvas

# marks of groups differ by more than their colour
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 1], [1, 3]]


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
                    else floats(rows[along]),
                    "series": [one_line(str(name)) for name in rows[series]]
                    if series
                    else measure.name,
                    "value": floats(rows[measure.column]),
                    "low": floats(rows[band[0]]) if band else None,
                    "high": floats(rows[band[1]]) if band else None,
                    "tip": tips(
                        rows, [*([series] if series else []), along, measure.column]
                    ),
                }
            )
            for measure in measures
        ],
        ignore_index=True,
    ).dropna(subset=["value"])
    points["run"] = _runs(points) if is_time else 0
    points["opacity"] = (~points.duplicated(["series", "run"], keep=False)).astype(int)
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
    line = base.mark_line(strokeWidth=2, interpolate="linear").encode(
        y=y, detail="run:N"
    )
    # those on their own are seen; the others only tell their numbers to the pointer
    point = base.mark_point(size=90, filled=True).encode(
        y=y, description="tip:N", opacity=alt.Opacity("opacity:Q", scale=None)
    )
    if len(names) > 1:
        color = color_of(canvas, "series", names)
        line = line.encode(
            color=color,
            strokeDash=alt.StrokeDash(
                "series:N", scale=alt.Scale(domain=names, range=DASHES[: len(names)])
            ),
        )
        # with a legend of their own they would take the lines' place in it
        point = point.encode(color=color.copy().legend(None))
    else:
        line, point = (layer.encode(color=alt.value(MAIN)) for layer in (line, point))
    layers += [line, point]
    return sized(alt.layer(*layers), canvas, height)


def _runs(points: pd.DataFrame) -> pd.Series[int]:
    """Of each point a number that it shares with those of its series without a gap.

    Args:
        points: with `series`, and `along` as dates in ISO format. There are gaps only
            where each date is the first of a month.
    """
    days = pd.to_datetime(points["along"])
    if (days.dt.day != 1).any():
        return pd.Series(0, points.index)
    months = days.dt.year * 12 + days.dt.month
    # both grow by one from month to month until a month is missing
    return months - months.groupby(points["series"]).rank("dense").astype(int)
