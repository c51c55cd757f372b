"""The command `dashboard`."""

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dashboard import page
from dashboard.errors import DashboardError, UsageError
from dashboard.exporting import write_csv, write_images
from dashboard.marts import open_marts
from dashboard.serving import serve as serve_page
from dashboard.words import listed
from forecast.steps import steps

INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A page that shows what the marts say.",
)
out = Console(emoji=False, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, emoji=False)

PrefixOption = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="What the schemas' names begin with, such as dev_ana_.",
        show_default="that of dbt's target",
    ),
]


@app.command()
def build(
    file: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where the page is written.")
    ] = Path("dashboard.html"),
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write each chart there as PNG, too."),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write each mart there as CSV, too."),
    ] = None,
    schema_prefix: PrefixOption = None,
) -> None:
    """Write the page: one HTML file that opens without a network or a server."""
    with _messages(), steps(err) as on_step:
        with open_marts(schema_prefix) as marts:
            # before minutes of drawing
            _expect_writable(file, file.parent)
            for folder in filter(None, (images, csv)):
                _expect_writable(folder, folder)
            content = page.read(marts, on_step)
            if csv:
                on_step("Writing the marts")
                tables = f"{write_csv(marts, csv)} in {csv}"
                if marts.hidden:
                    tables += f", but you may not read {listed(marts.hidden)}"
        # drawing takes longest, and no build has to wait for it
        html = page.render(content, on_step)
        on_step(f"Writing {file}")
        _write(file, html)
        size = file.stat().st_size / 1e6
        said = [f"The page: {file} ({size:.1f} MB)"]
        if images:
            on_step("Drawing images")
            said.append(f"Images: {write_images(content.figures, images)} in {images}")
        if csv:
            said.append(f"Marts as CSV: {tables}")
    for line in said:
        out.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    schema_prefix: PrefixOption = None,
) -> None:
    """Show the page on this machine, made anew each time it is opened."""

    def make() -> str:
        with open_marts(schema_prefix) as marts:
            content = page.read(marts)
        return page.render(content)

    with _messages():
        # what is wrong now is said now
        with open_marts(schema_prefix):
            pass
        try:
            serve_page(
                port,
                make,
                lambda url: out.print(f"{url} (end with Ctrl-C)", highlight=False),
            )
        except KeyboardInterrupt:
            out.print("Stopped.")


def _expect_writable(path: Path, folder: Path) -> None:
    """Look whether files can be written.

    Args:
        path: what the user has named.
        folder: where they are written; made if it is missing.

    Raises:
        UsageError: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        if path != folder and path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        half = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                opened.write(text)
            umask = os.umask(0)
            os.umask(umask)
            half.chmod(0o666 & ~umask)
            half.replace(file)
        except BaseException:
            half.unlink()
            raise
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error


@contextmanager
def _messages() -> Iterator[None]:
    """Turn the dashboard's errors into a message and an exit code."""
    try:
        yield
    except DashboardError as error:
        err.print(
            str(error), style="red", markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(error.exit_code) from error
    except OSError as error:
        err.print(
            f"{error.filename or 'A file'} cannot be written: {error.strerror}.",
            style="red",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(UsageError.exit_code) from error
    except KeyboardInterrupt as error:
        err.print("Interrupted: no page was written.", style="red")
        raise typer.Exit(INTERRUPTED) from error
