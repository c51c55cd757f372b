"""Points to be compared on a line, and estimates with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from dashboard.forms.shared import (
    BAR_STEP,
    INK,
    MAIN,
    MUTED,
    QUIET,
    Measure,
    color_of,
    distinct,
    floats,
    names_axis,
    one_line,
    sized,
    tips,
)
from dashboard.words import is_missing, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.figure import Canvas


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
    names = distinct([one_line(str(name)) for name in rows[category]])
    said = tips(rows, tip or [category, *(measure.column for measure in measures)])
    data = pd.DataFrame(
        [
            {"category": name, "measure": measure.name, "value": value, "tip": text}
            for measure in measures
            for name, value, text in zip(
                names, floats(rows[measure.column]), said, strict=True
            )
            if not is_missing(value)
        ],
        columns=["category", "measure", "value", "tip"],
    )
    order = [measure.name for measure in measures]
    shapes = ["circle", "diamond", "square"][: len(order)]
    base = alt.Chart(data).encode(y=names_axis("category", names))
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
            color=color_of(canvas, "measure", order, beside=names),
            shape=alt.Shape("measure:N", scale=alt.Scale(domain=order, range=shapes)),
            description="tip:N",
        ),
    ]
    return sized(alt.layer(*layers), canvas, BAR_STEP * len(names))


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
            "category": distinct([one_line(str(name)) for name in rows[category]]),
            "value": floats(rows[measure.column]),
            "low": floats(rows[ends[0]]),
            "high": floats(rows[ends[1]]),
            "text": [shown(measure.column, value) for value in rows[measure.column]],
            "tip": tips(rows, tip or [category, measure.column, *ends]),
        }
    )
    if beside:
        data["beside"] = floats(rows[beside.column])
    highest = data["high"].max()
    scale = alt.Scale(domain=[0, min(1.0, highest * 1.2) if highest > 0 else 1])
    base = alt.Chart(data).encode(y=names_axis("category"))
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
    return sized(alt.layer(*layers), canvas, BAR_STEP * len(data))
