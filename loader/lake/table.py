"""A table of a lake: its records in a Parquet file, one record per key."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contract import Contract
from loader.files import TableFile
from loader.gathering import ARROW_TYPES, Gathering
from loader.keys import Hashes, KeySpool, Rows, hash_keys
from loader.lake.parquet import Writer, read_groups, take
from loader.lake.records import RejectWriter
from loader.origin import Origin
from loader.scan import Reject, added
from loader.values import Checked


def schema_of(contract: Contract) -> Any:  # noqa: ANN401 pyarrow has no types
    """The columns of a contract, and the load that a record came with."""
    fields = [
        pa.field(name, ARROW_TYPES[column.type], nullable=not column.required)
        for name, column in contract.columns.items()
    ]
    return pa.schema([*fields, pa.field("_load_id", pa.int64(), nullable=False)])


@dataclass
class LakeTable(Gathering):
    """A table on its way into the Parquet file at `path`, counted in `summary`.

    repeated: the rows that might have the key of another one, and what they say.
    """

    path: Path = field(kw_only=True)
    load_id: int = field(kw_only=True)
    rejects: RejectWriter = field(kw_only=True)
    writer: Writer = field(init=False)
    repeated: tuple[Rows, Any] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Begin the file."""
        super().__post_init__()
        self.writer = Writer(self.path, schema_of(self.contract))

    def close(self) -> None:
        """Forget what was collected, and end the file."""
        super().close()
        self.writer.close()

    def keep(self, columns: list[Any], rows: int) -> None:
        """Write good records."""
        self.writer.add([*columns, pa.array(np.full(rows, self.load_id))])

    def keep_rejects(self, file: TableFile, rejects: list[Reject]) -> None:
        """Write rejected records."""
        self.rejects.add(file, rejects)

    def finish(self) -> None:
        """End the file, with one record per key.

        Raises:
            DataRefusedError: a file cannot be read again.
        """
        self.writer.close()
        self.leave_one_per_key()
        self.repeated = None
        if len(self.removed):
            self._write_again()

    def contents(self, rows: Rows) -> tuple[Hashes, Hashes]:
        """Compare what rows say, not only hashes of it."""
        self.repeated = rows, pa.concat_tables(take(self.path, rows))
        columns = list(self.contract.columns)
        return (
            _codes(self.repeated[1].select(list(self.contract.key))),
            _codes(self.repeated[1].select(columns)),
        )

    def amount(self, rows: Rows) -> Any:  # noqa: ANN401 a Decimal, or nothing
        """The sum of the amounts of repeated rows."""
        if not self.contract.amount or self.repeated is None:
            return None
        places, table = np.searchsorted(self.repeated[0], rows), self.repeated[1]
        values = added([table[name].take(places) for name in self.contract.amount])
        return pc.sum(values).as_py()

    def reject_repeats(self, origin: Origin, rows: Rows) -> None:
        """Write records that are rejected for their key, with the others."""
        repeats = origin.repeats(rows.tolist())
        self.summary.keep_examples(origin.file, repeats)
        self.rejects.add(origin.file, repeats)

    def _write_again(self) -> None:
        """Write the file without the removed rows."""
        kept = Writer(self.path.with_suffix(".kept"), self.writer.schema)
        for first, table in read_groups(self.path):
            stays = np.ones(table.num_rows, np.bool_)
            start, end = np.searchsorted(self.removed, (first, first + len(stays)))
            stays[self.removed[start:end] - first] = False
            kept.add(table.filter(pa.array(stays)).columns)
        kept.close()
        kept.path.replace(self.path)


def keys_gone(contract: Contract, old: Path, keys: KeySpool) -> Iterator[Any]:
    """The keys of a table's old records that are not among new ones, as lists of text.

    Keys count as the same where their hashes are: of ten million old and as many new
    records, one is missed in this way with a chance of one in 100,000.
    """
    columns = list(contract.key)
    before = KeySpool()
    try:
        for _, table in read_groups(old, columns):
            checked = [
                (contract.columns[name], Checked(values, values))
                for name in columns
                for values in [table[name].combine_chunks()]
            ]
            before.add(hash_keys(checked, table.num_rows))
        for table in take(old, before.rows_missing_from(keys), columns):
            yield _lists([table[name].cast(pa.string()) for name in columns])
    finally:
        before.close()


def _lists(columns: list[Any]) -> Any:  # noqa: ANN401 pyarrow has no types
    """For each row the list of its values."""
    values = pa.concat_arrays([column.combine_chunks() for column in columns])
    width = len(columns)
    by_row = np.arange(len(values)).reshape(width, -1).T.ravel()
    ends = pa.array(np.arange(0, len(values) + 1, width), pa.int32())
    return pa.ListArray.from_arrays(ends, values.take(pa.array(by_row)))


def _codes(table: Any) -> Hashes:  # noqa: ANN401 pyarrow has no types
    """A number per row, equal where all values are; a missing one equals another."""
    codes = np.zeros(table.num_rows, np.int64)
    for column in table.columns:
        encoded = column.combine_chunks().dictionary_encode()
        values = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64) + 1
        both = codes * (len(encoded.dictionary) + 1) + values
        codes = np.unique(both, return_inverse=True)[1]
    return codes.astype(np.uint64)
