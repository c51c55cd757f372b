"""What others take from the page: its charts as images, the marts as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import drawing
from dashboard.figure import HALF, WIDE, Canvas

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.figure import Figure
    from dashboard.marts import Marts


def write_images(figures: list[Figure], folder: Path) -> int:
    """Write each chart as PNG, named after its figure.

    Args:
        figures: those without a chart are left out.
        folder: made if it is missing; files of the same names are replaced.

    Returns:
        How many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [figure for figure in figures if figure.draw]
    for figure in drawn:
        image = drawing.png(figure, Canvas(WIDE if figure.is_wide else HALF))
        (folder / f"{figure.name}.png").write_bytes(image)
    return len(drawn)


def write_csv(marts: Marts, folder: Path) -> int:
    """Write each mart as CSV with a header line, named after it.

    Args:
        marts: all that there are.
        folder: made if it is missing; files of the same names are replaced.

    Returns:
        How many.

    Raises:
        ServerError: the server cannot be asked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for mart in marts.names():
        with (folder / f"{mart}.csv").open("w", encoding="utf-8", newline="") as file:
            marts.copy(mart, file)
    return len(marts.names())
