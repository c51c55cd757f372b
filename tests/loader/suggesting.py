"""What the tests of `loader suggest` share: asking for a mapping, and loading by it."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.loader.conftest import Files

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "data"


def suggested(files: Files, *options: str, exit_code: int = 0) -> str:
    """Let a mapping be suggested, to be used from now on; give what is said."""
    files.mapping = files.folder.parent / "suggested.yml"
    files.mapping.unlink(missing_ok=True)
    out = ("--out", str(files.mapping))
    result = files.run("suggest", str(files.folder), *out, *options)
    assert result.exit_code == exit_code, result.output
    return result.output


def mapping_of(files: Files, table: str) -> dict[str, Any]:
    """Give what the suggested mapping says of a table, as any reader of YAML has it."""
    assert files.mapping is not None
    content = yaml.safe_load(files.mapping.read_text(encoding="utf-8"))
    return dict(content["tables"][table])


def load_it(files: Files) -> None:
    """Load by the suggested mapping, without a line of it edited."""
    result = files.load()
    assert result.exit_code == 0, result.output


def table_text(
    names: tuple[str, ...], rows: Iterable[tuple[object, ...]], delimiter: str = ","
) -> str:
    """Write records as a spreadsheet does."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([names, *rows])
    return text.getvalue()


def days(first: date, count: int) -> list[date]:
    """Give some days in a row."""
    return [first + timedelta(days=day) for day in range(count)]
