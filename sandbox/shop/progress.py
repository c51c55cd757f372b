"""Progress bars on a terminal, nothing elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import TaskID


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that takes table, rows written since the last call, all rows."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description:16}"),
        BarColumn(),
        TaskProgressColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def advance(table: str, done: int, total: int) -> None:
        if table not in tasks:
            tasks[table] = bars.add_task(table, total=total)
        bars.advance(tasks[table], done)

    with bars:
        yield advance
