"""The command `loader`."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

from loader.check import check as check_files
from loader.errors import DataRefusedError, LoaderError
from loader.files import TableFile
from loader.load import load as load_files
from loader.lookback import read_history, read_rejects, write_rejects
from loader.plan import DEFAULT_SOURCE, Mode, Plan, Request, make_plan
from loader.pump import Progress as OnProgress
from loader.report import print_history, print_rejects, print_summary
from loader.summary import Summary, TooManyRejectsError

INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Load a shop's CSV exports into PostgreSQL: each record, or its rejection.",
)
# output that goes to a file or a pipe is not folded to the width of a terminal
out = Console(emoji=False, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, emoji=False)

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="CSV files, or folders of them.")
]
SourceOption = Annotated[
    str | None, typer.Option(help="The kind of export.", show_default=DEFAULT_SOURCE)
]
MappingOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="How the files differ from it.")
]
LakeOption = Annotated[
    Path | None, typer.Option("--from", metavar="DIR", help="Ask the Parquet there.")
]
MaxRejects = Annotated[
    str, typer.Option(help="Refuse the load if more of a table's records are rejected.")
]


@app.command()
def load(  # noqa: PLR0913 a user names each option
    paths: Paths,
    *,
    source: SourceOption = None,
    mapping: MappingOption = None,
    mode: Annotated[
        Mode, typer.Option(help="Replace the source, or add to it by key.")
    ] = "replace",
    max_rejects: MaxRejects = "5%",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything but the last step.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Load even what is loaded already.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write Parquet there, not to PostgreSQL."),
    ] = None,
) -> None:
    """Load CSV files into the tables of a source, all or none."""
    with messages():
        plan = make_plan(
            Request(
                paths=tuple(paths),
                source=source,
                mapping=mapping,
                mode=mode,
                max_rejects=_share(max_rejects),
                dry_run=dry_run,
                force=force,
            )
        )
        with _progress(plan) as on_progress:
            summary = _loaded(plan, to, on_progress)
        if summary.unchanged:
            out.print("These files are loaded already: nothing was changed.")
            return
        print_summary(out, summary, "would load" if dry_run else "loaded")
        if dry_run:
            out.print("A dry run: nothing was changed.")
        else:
            out.print(f"Load {summary.load_id} is done.", highlight=False)
            if summary.lacks_statistics:
                out.print("Its statistics are not: run ANALYZE, or queries are slow.")
            if any(table.count("rejected") for table in summary.tables):
                out.print(
                    f"See the rejected records: {_program()} rejects "
                    f"--source {summary.source} --load {summary.load_id}"
                    + (f" --from {shlex.quote(str(to))}" if to else ""),
                    highlight=False,
                    soft_wrap=True,
                )


@app.command()
def check(
    paths: Paths,
    source: SourceOption = None,
    mapping: MappingOption = None,
    max_rejects: MaxRejects = "5%",
) -> None:
    """Validate CSV files as a load would, without a database."""
    with messages():
        plan = make_plan(
            Request(
                paths=tuple(paths),
                source=source,
                mapping=mapping,
                max_rejects=_share(max_rejects),
            )
        )
        with _progress(plan) as on_progress:
            summary = check_files(plan, on_progress)
        print_summary(out, summary, "would load")


@app.command()
def rejects(
    table: Annotated[
        str | None, typer.Option(metavar="T", help="Only of this table.")
    ] = None,
    load: Annotated[
        int | None, typer.Option(metavar="ID", help="Only of this load.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write them to a CSV file."),
    ] = None,
    source: SourceOption = None,
    lake: LakeOption = None,
) -> None:
    """Show the records that were not loaded: file, line, reason and text."""
    with messages():
        rows = read_rejects(source or DEFAULT_SOURCE, table, load, lake)
        count = f"{len(rows[1]):,} rejected records"
        if file is None:
            print_rejects(out, count, *rows)
        else:
            write_rejects(file, rows)
            out.print(f"{count} are in {file}.", highlight=False)


@app.command()
def history(source: SourceOption = None, lake: LakeOption = None) -> None:
    """Show what was loaded when, from which file, and what became of its records."""
    with messages():
        print_history(out, *read_history(source or DEFAULT_SOURCE, lake))


@app.command()
def suggest(
    paths: Paths,
    source: Annotated[
        str | None,
        typer.Option(help="The kind of export.", show_default="the one that fits best"),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write it to a new file."),
    ] = None,
) -> None:
    """Write a mapping to start from, for CSV files that nobody has described yet."""
    # no other command needs it, and each would start later
    from loader.suggest.command import answer, write_mapping  # noqa: PLC0415

    with messages():
        found = answer(tuple(paths), source)
        # the mapping alone goes where > leads it
        console = out if file else err
        if file is None:
            sys.stdout.write(found.text)
        else:
            write_mapping(file, found.text)
        for line in found.summary:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        if not found.is_ready:
            raise typer.Exit(DataRefusedError.exit_code)
        if file is not None:
            words = [_program(), "load", *map(str, paths), "--mapping", str(file)]
            console.print(
                f"Load them: {shlex.join(words)}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )


@contextmanager
def messages() -> Iterator[None]:
    """Turn the loader's errors into a message and an exit code."""
    try:
        yield
    except LoaderError as error:
        if isinstance(error, TooManyRejectsError):
            print_summary(out, error.summary, "not loaded")
        err.print(
            str(error), style="red", markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        err.print("Interrupted: nothing was changed.", style="red")
        raise typer.Exit(INTERRUPTED) from error


def _loaded(plan: Plan, to: Path | None, on_progress: OnProgress) -> Summary:
    if to is None:
        return load_files(plan, on_progress)
    # no other load needs it, and each would start later
    from loader.lake.load import load_into_lake  # noqa: PLC0415

    return load_into_lake(plan, to, on_progress)


@contextmanager
def _progress(plan: Plan) -> Iterator[OnProgress]:
    """A bar of the bytes read, on a terminal; nothing elsewhere."""
    paths = [path for paths in plan.found.tables.values() for path in paths]
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(
        *columns, console=err, transient=True, disable=not err.is_terminal
    ) as bars:
        tasks: dict[Path, TaskID] = {
            path: bars.add_task(path.name, total=path.stat().st_size) for path in paths
        }

        def on_progress(file: TableFile, position: int) -> None:
            bars.update(tasks[file.path], completed=position)

        yield on_progress


def _program() -> str:
    """This program's name as the user may type it."""
    path = os.path.relpath(sys.argv[0])
    return "loader" if path.startswith("..") else path


def _share(text: str) -> Decimal:
    """A percentage such as 1% as a share between 0 and 1."""
    try:
        share = Decimal(text.removesuffix("%")) / 100
    except InvalidOperation:
        share = Decimal(-1)
    if not text.endswith("%") or not share.is_finite() or not 0 <= share <= 1:
        message = f"'{text}' is not a percentage such as 1%."
        raise typer.BadParameter(message, param_hint="--max-rejects")
    return share
