"""Where the good records of a file came from, to find their lines and bytes again."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field

from loader.duplicates import DUPLICATE_KEY
from loader.files import TableFile
from loader.reading import BlockPlace
from loader.scan import Batch, Reject, records_at
from loader.summary import FileTally


@dataclass
class Origin:
    """A file that is scanned, and its good records, counted from 0, in `rows`.

    places: for each block its first row, its place in the file, and its good records.
    """

    file: TableFile
    tally: FileTally
    rows: int = 0
    places: list[tuple[int, BlockPlace, bytes]] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Remember a block."""
        self.places.append((self.rows, batch.place, batch.good))
        self.rows += batch.rows

    def repeats(self, rows: list[int]) -> list[Reject]:
        """Some of the good records, in the order of the file, as repeated ones.

        Their blocks are read again.

        Raises:
            DataRefusedError: the file cannot be read again.
        """
        first_rows = [first for first, _, _ in self.places]
        by_block: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            block = bisect_right(first_rows, row) - 1
            by_block[block].append(row - first_rows[block])
        wanted = [(*self.places[b][1:], found) for b, found in by_block.items()]
        return [
            Reject(line, None, DUPLICATE_KEY, raw, None)
            for line, raw in records_at(self.file, wanted)
        ]
