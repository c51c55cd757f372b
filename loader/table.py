"""A table's records on their way: counts, and hashes of what they are and refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from loader.contract import Contract
from loader.files import TableFile
from loader.keys import KeySpool, Rows
from loader.origin import Origin
from loader.scan import Batch, Reject
from loader.summary import FileTally, TableSummary


@dataclass
class Table:
    """The records of a table's files, counted in `summary`, with hashes on disk.

    origins: the files so far.
    keys, references: of the good records, in their order.
    removed: the rows that do not stay, counted over all files.
    """

    contract: Contract
    summary: TableSummary
    origins: list[Origin] = field(default_factory=list)
    keys: KeySpool = field(default_factory=KeySpool)
    references: dict[str, KeySpool] = field(init=False)
    removed: Rows = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        """Begin to collect what the records refer to."""
        self.references = {name: KeySpool() for name in self.contract.references}

    def close(self) -> None:
        """Forget what was collected."""
        for spool in (self.keys, *self.references.values()):
            spool.close()

    def begin(self, file: TableFile) -> Origin:
        """Begin with a file, whose records come next."""
        origin = Origin(file, FileTally(file.path))
        self.origins.append(origin)
        self.summary.add_file(file, origin.tally)
        return origin

    def take(self, origin: Origin, batch: Batch) -> None:
        """Count records of a file, and collect what they are and refer to."""
        self.summary.add("read", "", batch.records, batch.amount)
        if batch.rejects:
            self.summary.reject(origin.file, batch.rejects)
            self.keep_rejects(origin.file, batch.rejects)
        origin.add(batch)
        self.keys.add(batch.keys)
        for name, hashes in batch.references.items():
            self.references[name].add(hashes)

    def keep_rejects(self, file: TableFile, rejects: list[Reject]) -> None:
        """Keep rejected records, all that one part of a file has."""

    def count_orphans(self, tables: Mapping[str, "Table"]) -> None:
        """Count, by column, the rows that name what no row of another table is.

        A table without any rows is not looked into: the shop does not export it.
        """
        for column, name in self.contract.references.items():
            if name in tables and tables[name].keys.rows:
                count = self.references[column].missing_from(
                    tables[name].keys, without=self.removed
                )
                if count:
                    self.summary.orphans[column] = count
