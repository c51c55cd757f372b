"""The page: one HTML file from the marts, which opens without a network or a server."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from dashboard import drawing
from dashboard.figure import HALF, NARROW, WIDE, Canvas, Figure
from dashboard.sections import SECTIONS
from dashboard.words import label, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.figure import Section
    from dashboard.marts import Definition, Marts

_TEMPLATES = Path(__file__).parent / "templates"
_MOST_ROWS = 750


@dataclass(frozen=True)
class Drawn:
    """A figure as the page shows it.

    Attributes:
        figure: what is shown.
        charts: SVG by the kind of screen, 'wide' and 'narrow'; empty without a chart.
        heads: headings of the table of numbers, with their columns.
        cells: its rows as texts.
        left_out: how many rows more there are.
        numeric: columns whose numbers stand below each other.
        definition: of the mart.
    """

    figure: Figure
    charts: dict[str, Markup]
    heads: dict[str, str]
    cells: list[list[str]]
    left_out: int
    numeric: frozenset[str]
    definition: Definition


@dataclass(frozen=True)
class Content:
    """All that the page shows, which is drawn without asking the marts again.

    Attributes:
        sections: in the order of reading.
        shop: of what, from when and in which currency the marts are; '' where that is
            not known.
        definitions: of the marts of the figures, by name.
    """

    sections: list[Section]
    shop: dict[str, str]
    definitions: dict[str, Definition]

    @property
    def figures(self) -> list[Figure]:
        """Those of all sections."""
        return [figure for section in self.sections for figure in section.figures]


def read(marts: Marts, on_step: Callable[[str], None] = lambda _: None) -> Content:
    """All that the page shows; of a shop without orders only the data quality.

    Args:
        marts: what they are read from.
        on_step: told what is being read.

    Raises:
        UsageError: a mart is missing.
        ServerError: the server cannot be asked.
    """
    found = []
    for section in SECTIONS:
        on_step(f"Reading {section.__module__.rpartition('.')[2]}")
        found.append(section(marts))
    shop = _shop(marts)
    if not shop["last"]:
        # nothing has been sold: all that can be said is what was loaded
        found = found[-1:]
    return Content(
        [replace(section, figures=_laid(section.figures)) for section in found],
        shop,
        {mart: marts.definition(mart) for mart in marts.names()},
    )


def _laid(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Figures where one that would stand beside nothing takes the whole width."""
    laid: list[Figure] = []
    halves = 0
    for at, figure in enumerate(figures):
        is_last = at + 1 == len(figures) or figures[at + 1].is_wide
        halves = 0 if figure.is_wide else halves + 1
        laid.append(replace(figure, is_wide=True) if is_last and halves % 2 else figure)
    return tuple(laid)


def render(content: Content, on_step: Callable[[str], None] = lambda _: None) -> str:
    """The page as HTML.

    Args:
        content: what is shown.
        on_step: told what is being drawn.
    """
    figures = content.figures
    drawn = {}
    for number, figure in enumerate(figures, start=1):
        on_step(f"Drawing figure {number} of {len(figures)}")
        drawn[figure.name] = _drawn(figure, content.definitions[figure.mart])
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = (_TEMPLATES / "page.js").read_text(encoding="utf-8")
    return environment.get_template("page.html").render(
        sections=content.sections,
        drawn=drawn,
        label=label,
        shop=content.shop,
        css=Markup((_TEMPLATES / "page.css").read_text(encoding="utf-8")),  # noqa: S704 ours
        script=Markup(script),  # noqa: S704 ours
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _shop(marts: Marts) -> dict[str, str]:
    """Of what, from when and in which currency the marts are; '' where not known."""
    days = marts.ask(
        "select min(date_day) as first, max(date_day) as last from daily_revenue"
    )
    about = marts.ask(
        "select max(loaded_at) as loaded, max(source) as source,"
        " max(reporting_currency) as currency from source_profile"
    )
    texts = {**days.iloc[0].to_dict(), **about.iloc[0].to_dict()}
    return {str(name): shown(str(name), value) for name, value in texts.items()}


def _drawn(figure: Figure, definition: Definition) -> Drawn:
    rows = figure.rows.head(_MOST_ROWS)
    charts = {}
    if figure.draw:
        for kind, width in (
            ("wide", WIDE if figure.is_wide else HALF),
            ("narrow", NARROW),
        ):
            image = drawing.svg(figure, Canvas(width), f"{figure.title}. {_WHERE}")
            charts[kind] = Markup(image)  # noqa: S704 texts in it are escaped
    return Drawn(
        figure=figure,
        charts=charts,
        heads={str(column): label(str(column)) for column in rows.columns},
        cells=[
            [shown(str(name), value) for name, value in zip(rows, row, strict=True)]
            for row in rows.itertuples(index=False, name=None)
        ],
        left_out=len(figure.rows) - len(rows),
        numeric=frozenset(
            str(column)
            for column in rows
            if str(rows[column].dtype) in {"Int64", "float64"}
        ),
        definition=definition,
    )


_WHERE = "The numbers are in the table below."
