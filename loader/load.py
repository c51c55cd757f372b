"""Loading: files into the raw schema, in one transaction."""

from bisect import bisect_right
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import accumulate
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class

from loader.contract import Contract
from loader.duplicates import DUPLICATE_KEY, REASONS, remove_duplicates
from loader.errors import DataRefusedError
from loader.files import TableFile
from loader.plan import Plan
from loader.pump import Progress, Pump, scan_file
from loader.reading import BlockPlace, checksum
from loader.rejects import RejectSpool
from loader.scan import Batch, Reject, block_delimiter, records_at
from loader.store import (
    Store,
    amount_of,
    columns_of,
    connect,
    same_key,
    server_errors,
)
from loader.summary import BY_THIS_LOAD, FileTally, Summary, TableSummary

COPY_BYTES = 1 << 18


def load(plan: Plan, progress: Progress) -> Summary:
    """Load what the plan names, or leave everything as it was.

    Raises:
        DataRefusedError: the files are at fault; the refusal is in the history.
        ServerError: the server is at fault, or another load is running.
    """
    with closing(connect(plan.source)) as connection:
        spool = RejectSpool()
        try:
            with server_errors("The server ended the load, and nothing was changed"):
                return _Load(plan, connection, spool, progress).run()
        finally:
            spool.close()


@dataclass
class _Copied:
    """Where the rows copied from a file came from, to find them again.

    places: for each block its first row, its place in the file, and its good records.
    """

    file: TableFile
    tally: FileTally
    rows: int = 0
    places: list[tuple[int, BlockPlace, bytes]] = field(default_factory=list)


class _Load:
    """One load through its steps; what it has counted so far is in `summary`."""

    def __init__(
        self,
        plan: Plan,
        connection: Connection,
        spool: RejectSpool,
        progress: Progress,
    ) -> None:
        self.plan = plan
        self.connection = connection
        self.cursor = connection.cursor()
        self.store = Store(self.cursor, plan.source, plan.contracts)
        self.spool = spool
        self.progress = progress
        self.started_at = datetime.now(timezone.utc)
        self.summary = Summary(plan.source, ignored=plan.found.ignored)
        self.load_id = 0

    def run(self) -> Summary:
        request = self.plan.request
        try:
            self._begin()
            if not request.force and self._is_loaded_already():
                self.connection.rollback()
                self.summary.unchanged = True
                return self.summary
            self._load_tables()
        except DataRefusedError as error:
            self.connection.rollback()
            if not request.dry_run:
                self._record_refusal(str(error))
            raise
        if request.dry_run:
            self.connection.rollback()
            return self.summary
        self._record(status="loaded", message=None)
        self.connection.commit()
        self._analyze()
        self.summary.load_id = self.load_id
        return self.summary

    def _begin(self) -> None:
        self.store.lock()
        self.store.prepare()
        self.load_id = self.store.next_load_id()

    def _is_loaded_already(self) -> bool:
        """Whether the last load was of the same bytes, in the same way."""
        if not self.store.is_complete():
            return False
        self.cursor.execute(
            sql.SQL("""
                select table_name, file_bytes, sha256, mode, settings_sha256
                from {history}
                where load_id = (
                    select max(load_id) from {history} where status = 'loaded'
                )
            """).format(history=self.store.name("load_history"))
        )
        last = self.cursor.fetchall()
        paths = [
            (table, path)
            for table, files in self.plan.found.tables.items()
            for path in files
        ]
        sizes = sorted((table, path.stat().st_size) for table, path in paths)
        way = {(self.plan.request.mode, self.plan.settings_sha256)}
        if sizes != sorted(row[:2] for row in last) or way != {row[3:] for row in last}:
            return False
        mine: dict[str, list[str]] = defaultdict(list)
        for table, path in paths:
            mine[table].append(checksum(path))
        theirs: dict[str, list[str]] = defaultdict(list)
        for table, _, sha256, _, _ in last:
            theirs[table].append(sha256)
        return mine == theirs

    def _load_tables(self) -> None:
        """Fill all tables, refuse too many rejects, and make the new rows current."""
        files = self.plan.files()
        self.store.create_tables()
        replacing = self.plan.request.mode == "replace"
        current = {table: self.store.partition(table) for table in self.plan.contracts}
        new = {
            table: self.store.create_partition(table, self.load_id)
            for table in self.plan.contracts
            if replacing or current[table] is None
        }
        for table, contract in self.plan.contracts.items():
            if table in files:
                self.summary.tables.append(TableSummary(table))
            if table in files and replacing:
                self._fill(new[table], contract, files[table])
            elif table in files:
                self._upsert(new.get(table) or current[table] or "", contract, files[table])
            if table in new and (table not in files or not replacing):
                self.store.add_key(self.store.name(new[table]), contract)
        self.summary.refuse_rejects(self.plan.request.max_rejects)
        places = {**{t: name for t, name in current.items() if name}, **new}
        for summary in self.summary.tables:
            contract = self.plan.contracts[summary.table]
            summary.orphans = self.store.orphans(contract, places)
        if replacing:
            self._note_replaced(current, new)
        self.store.swap(new)

    def _note_replaced(self, current: dict[str, str | None], new: dict[str, str]) -> None:
        self.summary.emptied = [
            table for table in self.plan.contracts if table not in self.plan.found.tables
        ]
        self.store.forget_rejects()
        for table, old in current.items():
            if old is not None:
                contract = self.plan.contracts[table]
                self.store.note_removed_keys(self.load_id, contract, old, new[table])

    def _fill(self, name: str, contract: Contract, files: list[TableFile]) -> None:
        """Copy files into a new table that ends with one row per key."""
        target = self.store.name(name)
        copied = [self._copy(target, file, frozen=True) for file in files]
        if not self.store.add_key(target, contract):
            self._remove_duplicates(target, contract, copied)
            self.store.add_key(target, contract)
        self.cursor.execute(sql.SQL("analyze {}").format(target))

    def _upsert(self, name: str, contract: Contract, files: list[TableFile]) -> None:
        """Add the files' records to a table; those of known keys replace the old ones."""
        target, incoming = self.store.name(name), sql.Identifier(f"new_{contract.table}")
        self.cursor.execute(
            sql.SQL(
                "create temporary table {new} (like {old}) on commit drop;"
                "alter table {new} alter column _load_id set default {load_id};"
                "alter table {new} add column _file integer;"
            ).format(new=incoming, old=target, load_id=sql.Literal(self.load_id))
        )
        copied = []
        for number, file in enumerate(files):
            self.cursor.execute(
                sql.SQL("alter table {} alter column _file set default {}").format(
                    incoming, sql.Literal(number)
                )
            )
            copied.append(self._copy(incoming, file, frozen=False))
        if not self.store.add_key(incoming, contract):
            self._remove_duplicates(incoming, contract, copied)
        self.cursor.execute(sql.SQL("analyze {}").format(incoming))
        self._leave_out_known(target, incoming, contract)
        self._replace_rows(target, incoming, contract)

    def _copy(
        self, target: sql.Composable, file: TableFile, *, frozen: bool
    ) -> _Copied:
        summary = self.summary.tables[-1]
        tally = FileTally(file.path)
        copied = _Copied(file, tally)
        summary.add_file(file, tally)

        def consume(batch: Batch) -> None:
            summary.add("read", "", batch.records, batch.amount)
            if batch.rejects:
                summary.reject(file.path, batch.rejects)
                self.spool.add(summary.table, file.path.name, batch.rejects)
            copied.places.append((copied.rows, batch.place, batch.good))
            copied.rows += batch.rows

        pump = Pump(scan_file(file, self.plan.clock, tally, self.progress, consume))
        columns = sql.SQL(", ").join(map(sql.Identifier, file.columns))
        command = sql.SQL(
            "copy {target} ({columns}) from stdin with "
            "(format csv, freeze {frozen}, delimiter {delimiter}, force_null ({columns}))"
        ).format(
            target=target,
            columns=columns,
            frozen=sql.Literal(frozen),
            delimiter=sql.Literal(block_delimiter(file)),
        )
        try:
            self.cursor.copy_expert(command, pump, size=COPY_BYTES)
        except psycopg2.Error as error:
            if pump.error is not None:
                raise pump.error from error
            if isinstance(error, psycopg2.DataError):
                message = (
                    f"PostgreSQL refuses a value of {file.path} that the checks let "
                    f"through. Please report this: {error}"
                )
                raise DataRefusedError(message) from error
            raise
        finally:
            pump.close()
        return copied

    def _remove_duplicates(
        self, target: sql.Composable, contract: Contract, copied: list[_Copied]
    ) -> None:
        first_rows = [0, *accumulate(file.rows for file in copied)][:-1]
        removed, conflicts = remove_duplicates(
            self.cursor, target, contract, first_rows
        )
        summary = self.summary.tables[-1]
        for part in removed:
            tally = copied[part.file].tally
            if part.step == "duplicate":
                tally.duplicates += part.rows
            elif part.step == "superseded":
                tally.superseded += part.rows
            else:
                tally.rejected += part.rows
            summary.add(part.step, REASONS[part.step], part.rows, part.amount)
        by_file: dict[int, list[int]] = defaultdict(list)
        for conflict in conflicts:
            by_file[conflict.file].append(conflict.row)
        for file, rows in by_file.items():
            self._spool_duplicates(copied[file], contract, rows)

    def _spool_duplicates(
        self, copied: _Copied, contract: Contract, rows: list[int]
    ) -> None:
        """Find the bytes and lines of rejected rows by reading their blocks again."""
        first_rows = [first for first, _, _ in copied.places]
        by_block: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            block = bisect_right(first_rows, row) - 1
            by_block[block].append(row - first_rows[block])
        for block, found in by_block.items():
            _, place, good = copied.places[block]
            rejects = [
                Reject(line, contract.key[0], DUPLICATE_KEY, raw, None)
                for line, raw in records_at(copied.file, place, good, found)
            ]
            self.spool.add(contract.table, copied.file.path.name, rejects)

    def _leave_out_known(
        self, target: sql.Composable, incoming: sql.Composable, contract: Contract
    ) -> None:
        """Remove from the incoming rows those that say what the table says already."""
        self.cursor.execute(
            sql.SQL("""
                with known as (
                    delete from {incoming} as mine using {target} as theirs
                    where {same_key} and ({mine}) is not distinct from ({theirs})
                    returning mine._file as file, {amount} as amount
                )
                select file, count(*), sum(amount) from known group by file
            """).format(
                incoming=incoming,
                target=target,
                same_key=same_key(contract),
                mine=columns_of(contract, "mine"),
                theirs=columns_of(contract, "theirs"),
                amount=amount_of(contract, "mine"),
            )
        )
        summary = self.summary.tables[-1]
        for file, rows, amount in self.cursor.fetchall():
            summary.files[file].duplicates += rows
            summary.add("duplicate", "loaded before", rows, amount)

    def _replace_rows(
        self, target: sql.Composable, incoming: sql.Composable, contract: Contract
    ) -> None:
        """Exchange the rows whose keys come again, and insert the others."""
        self.cursor.execute(
            sql.SQL("""
                with replaced as (
                    delete from {target} as theirs using {incoming} as mine
                    where {same_key}
                    returning {amount} as amount, array[{key}] as record_key
                ),
                noted as (
                    insert into {removed} (load_id, table_name, record_key)
                    select {load_id}, {table}, record_key from replaced
                )
                select count(*), sum(amount) from replaced
            """).format(
                target=target,
                incoming=incoming,
                same_key=same_key(contract),
                amount=amount_of(contract, "theirs"),
                key=sql.SQL(", ").join(
                    sql.SQL("{}::text").format(sql.Identifier("theirs", column))
                    for column in contract.key
                ),
                removed=self.store.name("removed_keys"),
                load_id=sql.Literal(self.load_id),
                table=sql.Literal(contract.table),
            )
        )
        rows, amount = self.cursor.fetchone() or (0, None)
        if rows:
            self.summary.tables[-1].add("superseded", BY_THIS_LOAD, rows, amount)
        columns = sql.SQL(", ").join(map(sql.Identifier, [*contract.columns, "_load_id"]))
        self.cursor.execute(
            sql.SQL("insert into {} ({}) select {} from {}").format(
                target, columns, columns, incoming
            )
        )

    def _record(self, *, status: str, message: str | None) -> None:
        """Write the load's rejects, totals and history."""
        self.store.save_rejects(self.load_id, self.spool)
        tables = self.summary.tables
        self.store.save_totals(self.load_id, tables)
        finished_at = datetime.now(timezone.utc)
        files = {
            (table.table, tally.path): tally for table in tables for tally in table.files
        }
        for table, paths in self.plan.found.tables.items():
            for path in paths:
                tally = files.get((table, path)) or FileTally(path, _size(path))
                self.store.save_history(
                    load_id=self.load_id,
                    table_name=table,
                    file_name=path.name,
                    sha256=tally.sha256 or None,
                    file_bytes=tally.size,
                    mode=self.plan.request.mode,
                    status=status,
                    started_at=self.started_at,
                    finished_at=finished_at,
                    rows_read=tally.read,
                    rows_rejected=tally.rejected,
                    rows_duplicate=tally.duplicates,
                    rows_superseded=tally.superseded,
                    rows_loaded=tally.loaded if status == "loaded" else 0,
                    settings_sha256=self.plan.settings_sha256,
                    time_zone=self.plan.mapping.time_zone,
                    currency=self.plan.mapping.currency,
                    message=message,
                )

    def _record_refusal(self, message: str) -> None:
        """Keep a refused load's rejects and history, in a transaction of their own."""
        self._begin()
        self._record(status="refused", message=message)
        self.connection.commit()

    def _analyze(self) -> None:
        """Statistics of the parents, which the planner needs for joins."""
        for table in self.plan.contracts:
            self.cursor.execute(sql.SQL("analyze {}").format(self.store.name(table)))
            self.connection.commit()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
