"""Looking back: rejected records and the history of loads."""

import csv
from contextlib import closing
from pathlib import Path
from typing import Any

from psycopg2 import sql

from loader.connection import connect, server_errors
from loader.contract import read_contracts
from loader.errors import UsageError
from loader.history import History
from loader.report import readable
from loader.store import Store
from loader.transcoding import UTF_8

Rows = tuple[list[str], list[tuple[Any, ...]]]

_HISTORY = """
select
    load_id as load,
    to_char(finished_at, 'YYYY-MM-DD HH24:MI') as finished,
    mode,
    status,
    file_name as file,
    rows_read as read,
    rows_loaded as loaded,
    rows_rejected as rejected,
    rows_duplicate as duplicate,
    rows_superseded as superseded,
    message
from {}
order by load_id, table_name, file_name
"""

_REJECTS = """
select
    load_id as load,
    table_name,
    file_name as file,
    line_number as line,
    column_name as column,
    reason,
    raw_record,
    encoding
from {}
where
    (%(table)s is null or table_name = %(table)s)
    and (%(load)s is null or load_id = %(load)s)
order by load_id, table_name, file_name, line_number
"""


def read_history(source: str, lake: Path | None) -> Rows:
    """Column names and rows of the history of loads, oldest first.

    lake: the folder of Parquet files that is asked, and not the server.

    Raises:
        ServerError: the server cannot be asked.
        LakeError: the folder cannot be read.
    """
    if lake is not None:
        # only a lake needs what reads Parquet
        from loader.lake import lookback  # noqa: PLC0415

        return lookback.read_history(lake, source)
    return _read(source, "load_history", _HISTORY, {})


def read_rejects(
    source: str, table: str | None, load: int | None, lake: Path | None
) -> Rows:
    """Column names and rows of rejected records, in the order of loads and lines.

    lake: the folder of Parquet files that is asked, and not the server.

    Raises:
        UsageError: the source has no such table.
        ServerError: the server cannot be asked.
        LakeError: the folder cannot be read.
    """
    tables = read_contracts(source)
    if table is not None and table not in tables:
        message = f"Source {source} has no table '{table}' but: {', '.join(tables)}."
        raise UsageError(message)
    if lake is not None:
        from loader.lake import lookback  # noqa: PLC0415 as above

        return lookback.read_rejects(lake, source, table, load)
    values = {"table": table, "load": load}
    names, rows = _read(source, "rejected_rows", _REJECTS, values)
    return names[:-1], [
        (*row, readable(bytes(raw), encoding or UTF_8)) for *row, raw, encoding in rows
    ]


def _read(source: str, table: str, query: str, values: dict[str, Any]) -> Rows:
    contracts = read_contracts(source)
    with (
        closing(connect(f"loader {source}")) as connection,
        server_errors("The server does not answer"),
        connection.cursor() as cursor,
    ):
        store = Store(cursor, source, contracts)
        if not History(store).exists():
            message = f"Nothing has been loaded yet into source {source}."
            raise UsageError(message)
        cursor.execute(sql.SQL(query).format(store.name(table)), values)
        names = [column.name for column in cursor.description or ()]
        return names, cursor.fetchall()


def write_rejects(path: Path, rows: Rows) -> None:
    """Write rejected records to a CSV file.

    Raises:
        UsageError: the file cannot be written.
    """
    names, records = rows
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(records)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}."
        raise UsageError(message) from error
