"""Checking: the validation of a load, without a database.

Keeps the values of a table in memory, as there is no database to find repeated keys.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contract import Contract
from loader.duplicates import REASONS
from loader.files import TableFile
from loader.plan import Plan
from loader.pump import Progress, scan_file
from loader.scan import Batch
from loader.summary import FileTally, Summary, TableSummary
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
class _Rows:
    """The good records of a table: their values, and how many each file has."""

    contract: Contract
    batches: list[pa.Table] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        self.counts[-1] += batch.rows
        columns = {
            name: batch.columns[name].cast(_ARROW_TYPES[column.type])
            if name in batch.columns
            else pa.nulls(batch.rows, _ARROW_TYPES[column.type])
            for name, column in self.contract.columns.items()
        }
        self.batches.append(pa.table(columns))

    def table(self) -> pa.Table:
        return pa.concat_tables(self.batches)


def check(plan: Plan, progress: Progress) -> Summary:
    """Validate what the plan names.

    Raises:
        DataRefusedError: a load of these files would be refused.
    """
    summary = Summary(plan.source, ignored=plan.found.ignored)
    kept: dict[str, pa.Table] = {}
    for table, files in plan.files().items():
        table_summary = TableSummary(table)
        summary.tables.append(table_summary)
        rows = _Rows(plan.contracts[table])
        for file in files:
            _scan(file, plan, table_summary, rows, progress)
        kept[table] = _without_duplicates(rows, table_summary)
    summary.refuse_rejects(plan.request.max_rejects)
    for table_summary in summary.tables:
        _count_orphans(plan.contracts, table_summary, kept)
    if plan.request.mode == "replace":
        summary.emptied = [table for table in plan.contracts if table not in kept]
    return summary


def _scan(
    file: TableFile,
    plan: Plan,
    summary: TableSummary,
    rows: _Rows,
    progress: Progress,
) -> None:
    tally = FileTally(file.path)
    summary.add_file(file, tally)
    rows.counts.append(0)

    def consume(batch: Batch) -> None:
        summary.add("read", "", batch.records, batch.amount)
        summary.reject(file.path, batch.rejects)
        rows.add(batch)

    for _ in scan_file(file, plan.clock, tally, progress, consume):
        pass


def _without_duplicates(rows: _Rows, summary: TableSummary) -> pa.Table:
    """The rows that stay; see loader.duplicates for the rules."""
    table, contract = rows.table(), rows.contract
    if not contract.key:
        return table
    keys = table.select(list(contract.key)).to_pandas()
    has_key = keys[list(contract.optional_key)].notna().all(axis="columns")
    repeated = np.flatnonzero(has_key & keys.duplicated(keep=False))
    file_of = np.searchsorted(np.cumsum(rows.counts), repeated, side="right")
    groups: dict[Any, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    key_of = list(zip(*(keys[name].tolist() for name in keys), strict=True))
    for row, file in zip(repeated.tolist(), file_of.tolist(), strict=True):
        groups[key_of[row]][file].append(row)
    lost = []
    for group in groups.values():
        final = group[max(group)][0]
        for file, members in group.items():
            for row in members:
                if row != final:
                    lost.append(row)
                    _count_lost(table, summary, contract, file, row, members[0], final)
    stays = np.ones(table.num_rows, dtype=np.bool_)
    stays[lost] = False
    return table.filter(pa.array(stays))


def _count_lost(
    table: pa.Table,
    summary: TableSummary,
    contract: Contract,
    file: int,
    row: int,
    first_in_file: int,
    final: int,
) -> None:
    tally = summary.files[file]
    rival = final if row == first_in_file else first_in_file
    if table.slice(row, 1).equals(table.slice(rival, 1)):
        step = "duplicate"
        tally.duplicates += 1
    elif row == first_in_file:
        step = "superseded"
        tally.superseded += 1
    else:
        step = "rejected"
        tally.rejected += 1
    parts = [table[column][row].as_py() for column in contract.amount]
    amount = sum(parts) if parts and None not in parts else None
    summary.add(step, REASONS[step], 1, amount)


def _count_orphans(
    contracts: dict[str, Contract], summary: TableSummary, kept: dict[str, pa.Table]
) -> None:
    for column, definition in contracts[summary.table].columns.items():
        target = kept.get(definition.references or "")
        if target is None or not target.num_rows:
            continue
        key = target[contracts[definition.references or ""].key[0]]
        values = kept[summary.table][column]
        unknown = pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, key)))
        count = pc.sum(unknown).as_py() or 0
        if count:
            summary.orphans[column] = count
