"""A table gathered from its files without a database: what stays, and what is counted.

Hashes tell which records might have the key of another one, and what they refer to.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from loader.contract import ColumnType
from loader.duplicates import REASONS
from loader.files import TableFile
from loader.keys import Hashes, Rows
from loader.moments import Clock
from loader.origin import Origin
from loader.pump import Progress, scan_file
from loader.scan import Batch
from loader.summary import MAX_EXAMPLES
from loader.table import Table
from loader.values import NUMBER

ARROW_TYPES: dict[ColumnType, Any] = {
    "id": pa.string(),
    "text": pa.string(),
    "number": NUMBER,
    "integer": pa.int64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


class Gathering(Table):
    """A table whose good records are gathered without a database.

    It knows what a repeated record says only in its subclasses.
    """

    def scan(self, file: TableFile, clock: Clock, progress: Progress) -> None:
        """Gather the records of a file.

        Raises:
            DataRefusedError: the file cannot be read to its end.
        """
        origin = self.begin(file)

        def consume(batch: Batch) -> None:
            self.take(origin, batch)
            self.keep(self._columns(batch), batch.rows)

        for _ in scan_file(file, clock, origin.tally, progress, consume):
            pass

    def _columns(self, batch: Batch) -> list[Any]:
        """The records' values, an Arrow array for each column of the contract."""
        return [
            batch.columns[name].cast(ARROW_TYPES[column.type])
            if name in batch.columns
            else pa.nulls(batch.rows, ARROW_TYPES[column.type])
            for name, column in self.contract.columns.items()
        ]

    def keep(self, columns: list[Any], rows: int) -> None:
        """Keep good records, given as Arrow arrays in the contract's order."""
        raise NotImplementedError

    def contents(self, rows: Rows) -> tuple[Hashes, Hashes]:
        """Numbers that are equal where the keys of rows, or all they say, are."""
        raise NotImplementedError

    def leave_one_per_key(self) -> None:
        """Find the records that do not stay, and count them; see loader.duplicates.

        Raises:
            DataRefusedError: a file cannot be read again.
        """
        rows = self.keys.repeated()
        if not len(rows):
            return
        first_rows = np.cumsum([0, *(origin.rows for origin in self.origins)])
        files = np.searchsorted(first_rows, rows, side="right") - 1
        lost = _steps(*self.contents(rows), files)
        self.removed = np.sort(np.concatenate([rows[of] for of in lost.values()]))
        for step, of in lost.items():
            for file, origin in enumerate(self.origins):
                found = np.sort(rows[of[files[of] == file]])
                if len(found):
                    self._count(step, origin, found, first_rows[file])

    def _count(self, step: str, origin: Origin, rows: Rows, first_row: int) -> None:
        """Count rows of one file, which begins at first_row, as removed in a step."""
        self.summary.add(step, REASONS[step], len(rows), self.amount(rows))
        if step == "duplicate":
            origin.tally.duplicates += len(rows)
        elif step == "superseded":
            origin.tally.superseded += len(rows)
        else:
            origin.tally.rejected += len(rows)
            self.reject_repeats(origin, rows - first_row)

    def amount(self, rows: Rows) -> Any:  # noqa: ANN401, ARG002 a Decimal, or nothing
        """The sum of the amounts of rows, if that is known."""
        return None

    def reject_repeats(self, origin: Origin, rows: Rows) -> None:
        """Keep records of a file, counted from its first one, as rejected ones."""
        repeats = origin.repeats(rows[:MAX_EXAMPLES].tolist())
        self.summary.keep_examples(origin.file, repeats)


def _steps(keys: Hashes, contents: Hashes, files: Rows) -> dict[str, Rows]:
    """Of records with repeated keys, in their order, those that each step removes.

    keys, contents, files: shape (records,). Returns places in them.
    """
    order = np.lexsort((np.arange(len(keys)), files, keys))
    keys, contents, files = keys[order], contents[order], files[order]
    places = np.arange(len(keys))
    begins_key = np.concatenate(([True], keys[1:] != keys[:-1]))
    begins_file = begins_key | np.concatenate(([True], files[1:] != files[:-1]))
    first_in_file = np.maximum.accumulate(np.where(begins_file, places, 0))
    key = np.cumsum(begins_key) - 1
    # of the first records in files, those of the last file
    final = np.zeros(key[-1] + 1, np.int64)
    np.maximum.at(final, key[begins_file], places[begins_file])
    stays = final[key]
    same = contents == contents[np.where(begins_file, stays, first_in_file)]
    lost = places != stays
    return {
        "duplicate": order[lost & same],
        "superseded": order[lost & ~same & begins_file],
        "rejected": order[lost & ~same & ~begins_file],
    }
