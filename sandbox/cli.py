"""The command `sandbox`: a local PostgreSQL, and a synthetic shop to fill it."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sandbox.errors import SandboxError
from sandbox.place import default_home
from sandbox.server import HOST, NAME, Server, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILURE = 2
NOT_RUNNING = 1
DEFAULT_CUSTOMERS, DEFAULT_MONTHS, DEFAULT_SEED = 4000, 24, 1
UNITS = ("B", "kB", "MB", "GB", "TB")
UNIT_STEP = 1024

app = typer.Typer(
    help="A local PostgreSQL without installation, and a synthetic shop to fill it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Home = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the sandbox.", show_default=".sandbox in the project's root"
    ),
]


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors into a message for the user and exit code 2."""
    try:
        yield
    except SandboxError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(FAILURE) from error
    except OSError as error:
        typer.echo(f"Error: {error.strerror}: {error.filename}", err=True)
        raise typer.Exit(FAILURE) from error


@app.command()
def up(
    home: Home = None,
    binaries: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the PostgreSQL programs to use.",
            show_default="those of the Python package, else the system's newest",
        ),
    ] = None,
) -> None:
    """Start the server, or find it running."""
    with explained():
        server = Server(home or default_home(), binaries)
        status = server.up()
        for note in status.notes:
            typer.echo(f"Note: {note}", err=True)
        typer.echo(f"PostgreSQL {status.version} runs on {_address(status)}.")
        path = shlex.quote(str(server.place.environment))
        typer.echo(f"To use it in a shell: source {path}")


@app.command()
def down(
    home: Home = None,
    delete: Annotated[  # noqa: FBT002
        bool, typer.Option("--delete", help="Delete the server's data, too.")
    ] = False,
) -> None:
    """Stop the server; its data stays."""
    with explained():
        server = Server(home or default_home())
        if delete:
            server.delete()
            typer.echo(f"The server in {server.place.home} and its data are deleted.")
        elif server.down():
            typer.echo(f"The server is down; its data stays in {server.place.data}.")
        else:
            typer.echo("The server was not running.")


@app.command()
def status(home: Home = None) -> None:
    """Tell whether the server runs (exit code 0; otherwise 1), and where all lies."""
    with explained():
        found = Server(home or default_home()).status()
    lines = {
        "server": "running" if found.is_running else "not running",
        "version": found.version or "no data yet",
        "address": _address(found) if found.is_running else "none",
        "data": str(found.data),
        "size": _size(found.size_bytes),
        "password": f"in {found.password_file}",
        "log": str(found.log),
    }
    for name, value in lines.items():
        typer.echo(f"{name:9} {value}")
    raise typer.Exit(0 if found.is_running else NOT_RUNNING)


@app.command()
def env(home: Home = None) -> None:
    """Print the variables that lead to the server, password included, for `sh`."""
    with explained():
        place = Server(home or default_home()).place
        if not place.environment.is_file():
            what = f"There is no sandbox server in {place.home}."
            raise SandboxError(what, "Start it: `sandbox up`.")
        typer.echo(place.environment.read_text(encoding="utf-8"), nl=False)


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder to write the CSV files into.")],
    customers: Annotated[
        int, typer.Option(help="Number of customer accounts.")
    ] = DEFAULT_CUSTOMERS,
    months: Annotated[
        int, typer.Option(help="Months of history, up to the end of 2025.")
    ] = DEFAULT_MONTHS,
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same bytes.")
    ] = DEFAULT_SEED,
    dirty: Annotated[  # noqa: FBT002
        bool,
        typer.Option("--dirty", help="Add bad records; manifest.json lists them."),
    ] = False,
    textbook: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--textbook",
            help="Let customers buy as MBG/NBD and Gamma-Gamma say, with the "
            "parameters in manifest.json; customers and orders only.",
        ),
    ] = False,
) -> None:
    """Write a synthetic shop as CSV files, as the contracts of source shop ask."""
    # numpy and pyarrow are slow to import, and the server's commands do without
    from sandbox.shop.plan import Plan  # noqa: PLC0415
    from sandbox.shop.progress import shown_progress  # noqa: PLC0415
    from sandbox.shop.writing import write_shop  # noqa: PLC0415

    with explained():
        plan = Plan(customers, months, seed, is_textbook=textbook)
        with shown_progress() as progress:
            written = write_shop(plan, out, progress, dirty=dirty)
    for table, rows in written.rows.items():
        typer.echo(f"{table:16} {rows:>12,} rows")
    typer.echo(f"Written to {written.folder}")


def _address(status: Status) -> str:
    return f"{HOST}:{status.port}, database {NAME}, user {NAME}"


def _size(amount: float) -> str:
    """Write an amount of bytes for a reader."""
    unit = 0
    while amount >= UNIT_STEP and unit < len(UNITS) - 1:
        amount /= UNIT_STEP
        unit += 1
    return f"{amount:.0f} {UNITS[unit]}"
