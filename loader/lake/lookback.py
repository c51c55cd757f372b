"""Looking back at what a lake keeps about loads, as loader.lookback does it."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from loader.errors import LakeError, UsageError
from loader.lake.folder import Lake, said
from loader.lake.parquet import read_all
from loader.report import readable
from loader.transcoding import UTF_8

Rows = tuple[list[str], list[tuple[Any, ...]]]

_HISTORY = {
    "load": "load_id",
    "finished": "finished_at",
    "mode": "mode",
    "status": "status",
    "file": "file_name",
    "read": "rows_read",
    "loaded": "rows_loaded",
    "rejected": "rows_rejected",
    "duplicate": "rows_duplicate",
    "superseded": "rows_superseded",
    "message": "message",
}
_REJECTS = {
    "load": "load_id",
    "table_name": "table_name",
    "file": "file_name",
    "line": "line_number",
    "column": "column_name",
    "reason": "reason",
    "raw_record": "raw_record",
}


def read_history(folder: Path, source: str) -> Rows:
    """Column names and rows of the history of loads, oldest first.

    Raises:
        UsageError: nothing was loaded there.
        LakeError: the folder cannot be read.
    """
    rows = _read(folder, source, "load_history")
    rows.sort(key=lambda row: (row["load_id"], row["table_name"], row["file_name"]))
    for row in rows:
        row["finished_at"] = row["finished_at"].astimezone().strftime("%Y-%m-%d %H:%M")
    return list(_HISTORY), [tuple(row[n] for n in _HISTORY.values()) for row in rows]


def read_rejects(
    folder: Path, source: str, table: str | None, load: int | None
) -> Rows:
    """Column names and rows of rejected records, in the order of loads and lines.

    Raises:
        UsageError: nothing was loaded there.
        LakeError: the folder cannot be read.
    """
    rows = [
        row
        for row in _read(folder, source, "rejected_rows")
        if table in {None, row["table_name"]} and load in {None, row["load_id"]}
    ]
    place = ("load_id", "table_name", "file_name", "line_number")
    rows.sort(key=lambda row: [row[name] for name in place])
    for row in rows:
        row["raw_record"] = readable(row["raw_record"], row["encoding"] or UTF_8)
    return list(_REJECTS), [tuple(row[n] for n in _REJECTS.values()) for row in rows]


def _read(folder: Path, source: str, table: str) -> list[dict[str, Any]]:
    if not folder.is_dir():
        message = f"There is no folder {folder}; loader load --to makes a lake."
        raise UsageError(message)
    content = Lake(folder, source).content()
    if content is None:
        message = f"Nothing of source {source} has been loaded yet into {folder}."
        raise UsageError(message)
    try:
        return read_all(content / table)
    except (OSError, pa.ArrowInvalid) as error:
        message = (
            f"{folder} cannot be read: {said(error)}. Where its files are damaged, "
            "load into another folder."
        )
        raise LakeError(message) from error
