r"""Whether every mart is the same on all engines that are installed, row by row.

    .venv/bin/python -m parity [--customers 25000]

Two synthetic shops, the sandbox's own and one as Shopify exports it, are loaded and
built on each engine, without tests and without a forecast. The marts of PostgreSQL are
what the others' are compared with: rows by the mart's key, values to 1e-6 of them or
one of the last decimals, at most a cent. When files were loaded is not compared. The
exit code is 1 if anything differs.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from parity.comparison import Difference, Mart, compare, read_marts
from parity.engines import ENGINES, Engine, EngineError
from parity.shops import SHOPS, Shop

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5


@dataclass(frozen=True)
class Compared:
    """A mart on one engine beside the first's."""

    mart: Mart
    engine: str
    rows: int
    expected_rows: int
    differences: list[Difference]


def main(
    customers: Annotated[
        int, typer.Option(min=1, help="About 4 orders each.")
    ] = 25_000,
) -> None:
    """Build, compare, and print a table per shop."""
    console = Console()
    engines = [engine for engine in ENGINES if engine.is_installed()]
    if len(engines) == 1:
        console.print(f"Only {engines[0].name} is installed: nothing to compare.")
        raise typer.Exit(2)
    is_same = True
    for shop in SHOPS:
        try:
            compared = build_and_compare(console, shop, engines, customers)
        except EngineError as error:
            console.print(str(error), markup=False, highlight=False)
            raise typer.Exit(2) from None
        title = f"source {shop.source}, {customers:,} customers"
        show(console, title, compared)
        is_same = is_same and not any(each.differences for each in compared)
    if not is_same:
        raise typer.Exit(1)


def build_and_compare(
    console: Console, shop: Shop, engines: Sequence[type[Engine]], customers: int
) -> list[Compared]:
    """Build a shop on each engine, print how long it takes, and compare all its marts.

    Raises:
        EngineError: an engine could not build it.
    """
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        files = shop.write(folder, customers)
        built = [engine(folder) for engine in engines]
        for engine in built:
            engine.start()
            stack.callback(engine.stop)
            engine.load(*files, *_source_option(shop, files))
            engine.build(shop.source)
            console.print(
                f"{shop.source} on {engine.name}: "
                f"{engine.seconds['loader']:.1f} s to load, "
                f"{engine.seconds['dbt']:.1f} s to build"
            )
        first, *others = built
        compared = []
        for mart in read_marts(first.manifest):
            expected = first.rows(mart)
            for engine in others:
                found = engine.rows(mart)
                differences = compare(mart, expected, found)
                compared.append(
                    Compared(mart, engine.name, len(found), len(expected), differences)
                )
        return compared


def show(console: Console, title: str, compared: Sequence[Compared]) -> None:
    """Print each mart's rows on each engine, its differing cells, and the first."""
    engines = list(dict.fromkeys(each.engine for each in compared))
    table = Table(title=title, title_justify="left", box=SIMPLE)
    table.add_column("mart", no_wrap=True)
    table.add_column("rows", justify="right")
    for engine in engines:
        table.add_column(engine, justify="right")
        table.add_column("differ", justify="right")
    lines: dict[str, list[str]] = {}
    for each in compared:
        line = lines.setdefault(each.mart.name, [f"{each.expected_rows:,}"])
        line += [f"{each.rows:,}", f"{len(each.differences):,}"]
    for name, line in lines.items():
        table.add_row(name, *line)
    console.print(table)
    for each in compared:
        for cell in each.differences[:SHOWN]:
            key = ", ".join(
                f"{name} {value}"
                for name, value in zip(each.mart.key, cell.key, strict=True)
            )
            console.print(
                f"{each.mart.name}, {key}: {cell.column} is {cell.expected!r}, "
                f"on {each.engine} {cell.found!r}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )


def _source_option(shop: Shop, files: Sequence[str]) -> Sequence[str]:
    """Give the option that names the source, where no mapping does."""
    return () if "--mapping" in files else ("--source", shop.source)


if __name__ == "__main__":
    typer.run(main)
