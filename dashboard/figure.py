"""What a page is made of: sections, each with tiles and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt
    import pandas as pd

WIDE, HALF, NARROW = 1060, 516, 328


@dataclass(frozen=True)
class Canvas:
    """The room that a chart has, in CSS pixels."""

    width: int

    @property
    def is_narrow(self) -> bool:
        """Whether it is that of a telephone."""
        return self.width <= NARROW

    @property
    def widest_label(self) -> int:
        """How much of it the names of bars and rows may take."""
        return min(320, self.width * 2 // 5)


@dataclass(frozen=True)
class Tile:
    """A headline figure: what, how much, of when, and against which time before."""

    label: str
    value: str
    period: str
    change: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A finding with its chart, its numbers and its definition.

    Attributes:
        name: of the image and the anchor, unique in the page.
        mart: where the numbers are from, and the definition.
        title: what the data say.
        rows: the numbers as they are read from the mart, all of them.
        draw: makes the chart; None where there is nothing to draw.
        is_table: whether the numbers themselves are to be looked at.
        is_wide: whether it takes the whole width of the page.
        notes: what to keep in mind, such as that groups are small.
        fetch: a query for those who want the rows behind it.
        slider: the column of `rows` that the reader may move along, row by row.
    """

    name: str
    mart: str
    title: str
    rows: pd.DataFrame
    draw: Callable[[Canvas], alt.TopLevelMixin] | None = None
    is_table: bool = False
    is_wide: bool = False
    notes: tuple[str, ...] = ()
    fetch: str = ""
    slider: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A question of the shop's, and what answers it.

    Attributes:
        name: of the anchor, behind 'section-'.
        title: in the contents.
        question: below the title.
        tiles: headline figures.
        figures: in the order of reading; one without rows says by its title why.
    """

    name: str
    title: str
    question: str
    tiles: tuple[Tile, ...] = ()
    figures: tuple[Figure, ...] = field(default=())
