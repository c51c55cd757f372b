"""The command `python -m dashboard.superset`, which `make superset` runs."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from dashboard.errors import DashboardError
from dashboard.superset.assets import read_assets
from dashboard.superset.place import USER, Place
from dashboard.superset.reader import opened_marts
from dashboard.superset.server import HOST, PROGRAMS, Superset, expect_free
from sandbox.errors import LockedError
from sandbox.lock import locked
from sandbox.place import default_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PORT = 8088
INTERRUPTED = 130

Port = Annotated[
    int, typer.Option(help="Port on the loopback address.", min=1, max=65535)
]
Home = Annotated[
    Path | None,
    typer.Option(
        help="Folder for Superset's things.",
        show_default=".sandbox/superset in the project's root",
    ),
]
Programs = Annotated[Path, typer.Option(help="Folder of Superset's programs.")]

app = typer.Typer(pretty_exceptions_enable=False)
out = Console(highlight=False, soft_wrap=True, markup=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


@app.command()
def serve(
    port: Port = PORT,
    home: Home = None,
    programs: Programs = PROGRAMS,
) -> None:
    """Show the marts in Superset's dashboards, on this machine alone, until Ctrl-C."""
    # what a script runs in the background ignores SIGINT unless it says otherwise
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _interrupt)
    with explained():
        assets = read_assets()
        place = Place((home or default_home() / "superset").absolute())
        with locked(place.lock, patience_seconds=0):
            expect_free(port)
            place.settle()
            marts = opened_marts(place.reader, assets.datasets)
            superset = Superset(place, marts, programs)
            superset.set_up(assets, on_step=out.print)
            out.print("Starting Superset")
            with superset.served(port) as process:
                address = f"http://{HOST}:{port}"
                out.print(f"\nSuperset is at {address}, for this machine alone.")
                out.print(f"  user      {USER}\n  password  in {place.password}")
                for slug, dashboard in assets.dashboards.items():
                    path = f"{address}/superset/dashboard/{slug}/"
                    out.print(f"  {dashboard.title:26}{path}")
                out.print("Ctrl-C ends it; what you made in it stays.")
                sys.stdout.flush()
                process.wait()
            raise superset.failed("Superset came to an end")


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors into a message for the user and an exit code."""
    try:
        yield
    except DashboardError as error:
        err.print(str(error), style="red")
        raise typer.Exit(error.exit_code) from error
    except LockedError as error:
        err.print("Superset runs from here already: end that one first.", style="red")
        raise typer.Exit(DashboardError.exit_code) from error
    except KeyboardInterrupt as error:
        err.print("Superset is down. make superset starts it again.")
        raise typer.Exit(INTERRUPTED) from error


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
