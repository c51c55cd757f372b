"""What a command that takes its time shows on a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console


@contextmanager
def steps(console: Console) -> Iterator[Callable[[str], None]]:
    """What is being done and for how long, on a terminal; nothing elsewhere.

    Args:
        console: where to; it gives a function that is told what is begun.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("Starting", total=None)

        def on_step(description: str) -> None:
            progress.update(task, description=description)

        yield on_step
