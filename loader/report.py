"""What the commands print."""

from collections.abc import Sequence
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loader.summary import Summary, TableSummary

RAW_BYTES_SHOWN = 100
COUNTS = ("read", "loaded", "rejected", "duplicate", "superseded")
# what the records that are good have in common
Outcome = Literal["loaded", "would load", "not loaded"]


def print_summary(console: Console, summary: Summary, outcome: Outcome) -> None:
    """Show what became of the records of each table."""
    loaded = outcome == "loaded"
    table = Table(title=f"Source {summary.source}", title_justify="left")
    table.add_column("table")
    table.add_column("files", justify="right")
    for name in COUNTS:
        table.add_column(outcome if name == "loaded" else name, justify="right")
    for part in summary.tables:
        counts = {name: part.count(name) for name in COUNTS} | {"loaded": part.loaded}
        table.add_row(
            part.table, str(len(part.files)), *(f"{counts[n]:,}" for n in COUNTS)
        )
    console.print(table)
    for part in summary.tables:
        _print_details(console, part, examples=not loaded)
    if summary.emptied:
        these = "these tables" if len(summary.emptied) > 1 else "this table"
        are = "are" if len(summary.emptied) > 1 else "is"
        left = f"{these} {are} now empty" if loaded else f"{these} would be empty"
        _say(console, f"No file for {', '.join(summary.emptied)}: {left}.")
    if summary.ignored:
        names = ", ".join(path.name for path in summary.ignored)
        _say(console, f"Ignored, as no table wants them: {names}.")


def _print_details(console: Console, part: TableSummary, *, examples: bool) -> None:
    reasons = [f"{reason} {rows:,}" for reason, rows in part.reasons().items()]
    if reasons:
        rejected = f"{part.count('rejected'):,} rejected"
        _say(console, f"{part.table}: {rejected}: {_list(reasons)}.")
    # after a load, the rejects themselves are in the database
    for file, reject in part.examples if examples else []:
        where = f" in {reject.column}" if reject.column else ""
        raw = readable(reject.raw[:RAW_BYTES_SHOWN], file.layout.encoding)
        more = " …" if len(reject.raw) > RAW_BYTES_SHOWN else ""
        what = f"{reject.reason}{where}: {raw}{more}".replace("\n", "\\n")
        _say(console, f"    {file.path.name} line {reject.line:,}: {what}")
    for column, rows in part.orphans.items():
        records, are = ("record", "It is") if rows == 1 else ("records", "They are")
        _say(
            console,
            f"{part.table}: {rows:,} {records} whose {column} does not exist. "
            f"{are} kept.",
        )
    for name, names in part.unknown_columns.items():
        _say(
            console,
            f"{name}: columns left out, as no contract has them: {_list(names)}.",
        )
    for name, names in part.absent_columns.items():
        _say(console, f"{name}: optional columns it lacks: {_list(names)}.")


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _say(console: Console, text: str) -> None:
    # names of files need not be text
    text = text.encode(errors="backslashreplace").decode()
    console.print(escape(text), highlight=False, soft_wrap=True)


def print_rejects(
    console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Show rejected records, a row each."""
    _print_rows(console, title, names, rows)


def print_history(
    console: Console, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Show the history of loads; `rows` end in the message of a refused load."""
    _print_rows(console, "Loads, oldest first", names[:-1], [row[:-1] for row in rows])
    for load, message in {row[0]: row[-1] for row in rows if row[-1]}.items():
        _say(console, f"Load {load} was refused: {message}")


def _print_rows(
    console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else escape(_text(value)) for value in row))
    console.print(table)


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def readable(raw: bytes, encoding: str) -> str:
    """A record's bytes as text, with escapes for what is no text or not printable."""
    text = raw.decode(encoding, errors="backslashreplace")
    return "".join(
        char if char.isprintable() or char in "\n\t" else repr(char)[1:-1]
        for char in text
    )
