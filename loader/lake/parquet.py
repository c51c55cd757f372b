"""Parquet files: written in large row groups, read again a group at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from loader.keys import Rows
from loader.lake.folder import synchronise

# engines that read several groups at once want them of about this size
GROUP_ROWS = 1 << 17
GROUP_BYTES = 64 << 20


class Writer:
    """A new Parquet file."""

    def __init__(self, path: Path, schema: Any) -> None:  # noqa: ANN401 of pyarrow
        """Create the file, and its folder."""
        path.parent.mkdir(exist_ok=True)
        self.path = path
        self.schema = schema
        self._writer = pq.ParquetWriter(path, schema)
        self._pending: list[Any] = []

    def add(self, columns: list[Any]) -> None:
        """Append rows, given as an Arrow array for each column."""
        self._pending.append(pa.Table.from_arrays(columns, schema=self.schema))
        rows = sum(table.num_rows for table in self._pending)
        size = sum(table.nbytes for table in self._pending)
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            self._flush()

    def add_rows(self, rows: list[dict[str, Any]]) -> None:
        """Append rows, given by name."""
        self.add(pa.Table.from_pylist(rows, self.schema).columns)

    def _flush(self) -> None:
        if self._pending:
            self._writer.write_table(pa.concat_tables(self._pending))
            self._pending = []

    def close(self) -> None:
        """End the file, and bring it to the disk."""
        if self._writer.is_open:
            self._flush()
            self._writer.close()
            synchronise(self.path)


def read_groups(
    path: Path, columns: list[str] | None = None
) -> Iterator[tuple[int, Any]]:
    """The row groups of a file, each with the number of rows before it."""
    with pq.ParquetFile(path) as file:
        first = 0
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns)
            yield first, table
            first += table.num_rows


def take(path: Path, rows: Rows, columns: list[str] | None = None) -> Iterator[Any]:
    """Some rows of a file, which ascend and are counted from 0, group by group."""
    for first, table in read_groups(path, columns):
        start, end = np.searchsorted(rows, (first, first + table.num_rows))
        if end > start:
            yield table.take(pa.array(rows[start:end] - first))


def read_all(folder: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """All rows of the files of a folder, by the files' names."""
    paths = sorted(folder.glob("*.parquet"))
    return [
        row
        for path in paths
        for row in pq.read_table(path, columns=columns).to_pylist()
    ]
