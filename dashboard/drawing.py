"""Charts as SVG for the page and as PNG for everything else, made without a browser.

The page's SVG takes its colours from the page's CSS variables, so that one drawing is
light, dark and printed. What needs fixed colours takes those of the light page.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vl_convert

if TYPE_CHECKING:
    from dashboard.figure import Canvas, Figure

CSS = Path(__file__).parent / "templates" / "page.css"
_FONT = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif"
# Charts leave room for letters of 14 pixels and are shown with 12, because the reader's
# font may be wider than the one that is measured here.
_MEASURED, _SHOWN = 14, 12
_CONFIG: dict[str, Any] = {
    "background": None,
    "font": _FONT,
    "padding": {"left": 2, "right": 8, "top": 4, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "titleColor": "var(--muted)",
        "gridColor": "var(--grid)",
        "domainColor": "var(--grid)",
        "tickColor": "var(--grid)",
        "labelFontSize": _MEASURED,
        "titleFontSize": _MEASURED,
        "titleFontWeight": "normal",
    },
    # the marks that stand for numbers tell them by their descriptions; these do not
    "text": {"fontSize": _MEASURED, "aria": False},
    "line": {"aria": False},
    "area": {"aria": False},
    "rule": {"aria": False},
    "legend": {
        "orient": "top",
        "labelColor": "var(--ink)",
        "labelFontSize": _MEASURED,
        "labelLimit": 260,
        "symbolStrokeWidth": 2.5,
        "columnPadding": 12,
        "rowPadding": 2,
    },
}
_EMPTY = re.compile(
    r'<path class="(?:background|foreground)"[^>]*?d="(?:M0,0h0v0h0Z)?"[^>]*/>'
)
_SAID = re.compile(
    r' aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"'
)
_SPOKEN = re.compile(r' (?:role|aria-roledescription|aria-label|aria-hidden)="[^"]*"')
_PLAIN = re.compile(r' (?:pointer-events="none"|opacity="1"|class="[^"]*")')
_LONG = re.compile(r"(\d\.\d\d)\d+")
_NAMED = re.compile(r"\b(?:clip|gradient)_?\d+\b")


def svg(figure: Figure, canvas: Canvas, alternative: str) -> str:
    """A figure's chart as an SVG element with colours from CSS variables.

    Args:
        figure: with a chart.
        canvas: the room it has.
        alternative: what it shows, for those who do not see it.
    """
    drawn = vl_convert.vegalite_to_svg(_spec(figure, canvas))
    drawn = _EMPTY.sub("", drawn)
    drawn = _SAID.sub(r' data-tip="\1"', drawn)
    drawn = _SPOKEN.sub("", drawn)
    drawn = _PLAIN.sub("", drawn)
    drawn = drawn.replace(f'"{_MEASURED}px"', f'"{_SHOWN}px"')
    drawn = _LONG.sub(r"\1", drawn)
    # Vega counts what it names over all charts; in the page names must differ
    names: dict[str, str] = {}
    drawn = _NAMED.sub(
        lambda found: names.setdefault(
            found[0], f"{figure.name}-{canvas.width}-{len(names)}"
        ),
        drawn,
    )
    return drawn.replace(
        "<svg ", f'<svg role="img" aria-label="{escape(alternative)}" ', 1
    )


def png(figure: Figure, canvas: Canvas) -> bytes:
    """A figure's chart in the colours of the light page, at twice the size."""
    spec = _spec(figure, canvas)
    for name, color in _light().items():
        spec = spec.replace(f"var({name})", color)
    whole: bytes = vl_convert.vegalite_to_png(spec, scale=2)
    return whole


def _spec(figure: Figure, canvas: Canvas) -> str:
    if figure.draw is None:
        raise ValueError(f"{figure.name} has no chart")
    spec: dict[str, Any] = figure.draw(canvas).to_dict(validate=False)
    axis = {**_CONFIG["axis"], "labelLimit": canvas.widest_label}
    spec["config"] = {**_CONFIG, "axis": axis}
    return json.dumps(spec, default=str)


@cache
def _light() -> dict[str, str]:
    """The light page's colours by their names."""
    block = CSS.read_text(encoding="utf-8").split("}", 1)[0]
    return dict(re.findall(r"(--[a-z0-9-]+):\s*(#[0-9a-f]+)", block))
