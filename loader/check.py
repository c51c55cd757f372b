"""Checking: the validation of a load, without a database.

Instead of the database, hashes tell whether records of one key say the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from loader.contract import Contract
from loader.duplicates import REASONS
from loader.files import TableFile
from loader.keys import Hashes, KeySpool, Rows, hash_contents
from loader.origin import Origin
from loader.plan import Plan
from loader.pump import Progress, scan_file
from loader.scan import Batch
from loader.summary import MAX_EXAMPLES, FileTally, Summary, TableSummary
from loader.values import NUMBER

_ARROW_TYPES = {
    "id": pa.string(),
    "text": pa.string(),
    "number": NUMBER,
    "integer": pa.int64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


@dataclass
class _Table:
    """The good records of a table, of which hashes are kept on disk.

    contents: a hash of all that a record says.
    removed: the rows that would not stay, counted over all files.
    """

    contract: Contract
    summary: TableSummary
    origins: list[Origin] = field(default_factory=list)
    keys: KeySpool = field(default_factory=KeySpool)
    contents: KeySpool = field(default_factory=KeySpool)
    references: dict[str, KeySpool] = field(init=False)
    removed: Rows = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        self.references = {name: KeySpool() for name in self.contract.references}

    def close(self) -> None:
        for spool in (self.keys, self.contents, *self.references.values()):
            spool.close()

    def scan(self, file: TableFile, plan: Plan, progress: Progress) -> None:
        origin = Origin(file, FileTally(file.path))
        self.origins.append(origin)
        self.summary.add_file(file, origin.tally)

        def consume(batch: Batch) -> None:
            self.summary.add("read", "", batch.records, batch.amount)
            self.summary.reject(file, batch.rejects)
            origin.add(batch)
            self.keys.add(batch.keys)
            self.contents.add(self._contents(batch))
            for name, hashes in batch.references.items():
                self.references[name].add(hashes)

        for _ in scan_file(file, plan.clock, origin.tally, progress, consume):
            pass

    def _contents(self, batch: Batch) -> Hashes:
        columns = [
            batch.columns[name].cast(_ARROW_TYPES[column.type])
            if name in batch.columns
            else pa.nulls(batch.rows, _ARROW_TYPES[column.type])
            for name, column in self.contract.columns.items()
        ]
        return hash_contents(columns, batch.rows)

    def find_repeats(self) -> None:
        """Count what would be removed; see loader.duplicates for the rules."""
        rows = self.keys.repeated()
        if not len(rows):
            return
        first_rows = np.cumsum([0, *(origin.rows for origin in self.origins)])
        files = np.searchsorted(first_rows, rows, side="right") - 1
        lost = _steps(self.keys.at(rows), self.contents.at(rows), files)
        self.removed = np.sort(np.concatenate([rows[of] for of in lost.values()]))
        for step, of in lost.items():
            for file, origin in enumerate(self.origins):
                found = rows[of[files[of] == file]] - first_rows[file]
                self._count(step, origin, np.sort(found))

    def _count(self, step: str, origin: Origin, rows: Rows) -> None:
        if not len(rows):
            return
        self.summary.add(step, REASONS[step], len(rows), None)
        if step == "duplicate":
            origin.tally.duplicates += len(rows)
        elif step == "superseded":
            origin.tally.superseded += len(rows)
        else:
            origin.tally.rejected += len(rows)
            repeats = origin.repeats(rows[:MAX_EXAMPLES].tolist())
            self.summary.keep_examples(origin.file, repeats)


def check(plan: Plan, progress: Progress) -> Summary:
    """Validate what the plan names.

    Raises:
        DataRefusedError: a load of these files would be refused.
    """
    summary = Summary(plan.source, ignored=plan.found.ignored)
    with _tables(plan, summary) as tables:
        for name, files in plan.files().items():
            for file in files:
                tables[name].scan(file, plan, progress)
            tables[name].find_repeats()
        summary.refuse_rejects(plan.request.max_rejects)
        for table in tables.values():
            _count_orphans(table, tables)
    if plan.request.mode == "replace":
        summary.emptied = [table for table in plan.contracts if table not in tables]
    return summary


@contextmanager
def _tables(plan: Plan, summary: Summary) -> Iterator[dict[str, _Table]]:
    """Give each table that has files, and forget at the end what was kept of them."""
    tables = {
        name: _Table(plan.contracts[name], TableSummary(name)) for name in plan.files()
    }
    summary.tables += [table.summary for table in tables.values()]
    try:
        yield tables
    finally:
        for table in tables.values():
            table.close()


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


def _count_orphans(table: _Table, tables: dict[str, _Table]) -> None:
    for column, name in table.contract.references.items():
        if name in tables and tables[name].keys.rows:
            count = table.references[column].missing_from(
                tables[name].keys, without=table.removed
            )
            if count:
                table.summary.orphans[column] = count
