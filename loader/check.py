"""Checking: the validation of a load, without a database.

Instead of the database, hashes tell whether records of one key say the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from loader.gathering import Gathering
from loader.keys import Hashes, KeySpool, Rows, hash_contents
from loader.plan import Plan
from loader.pump import Progress
from loader.summary import Summary, TableSummary


@dataclass
class _Table(Gathering):
    """A table of which nothing but hashes is kept, also of all that a record says."""

    hashes: KeySpool = field(default_factory=KeySpool)

    def close(self) -> None:
        super().close()
        self.hashes.close()

    def keep(self, columns: list[Any], rows: int) -> None:
        self.hashes.add(hash_contents(columns, rows))

    def contents(self, rows: Rows) -> tuple[Hashes, Hashes]:
        return self.keys.at(rows), self.hashes.at(rows)


def check(plan: Plan, progress: Progress) -> Summary:
    """Validate what the plan names.

    Raises:
        DataRefusedError: a load of these files would be refused.
    """
    summary = Summary(plan.source, ignored=plan.found.ignored)
    with _tables(plan, summary) as tables:
        for name, files in plan.files().items():
            for file in files:
                tables[name].scan(file, plan.clock, progress)
            tables[name].leave_one_per_key()
        summary.refuse_rejects(plan.request.max_rejects)
        for table in tables.values():
            table.count_orphans(tables)
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
