"""Filling one table from its files: COPY beside the checks, then one record per key."""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, chain

import psycopg2
from psycopg2 import sql

from loader.duplicates import REASONS, remove_duplicates
from loader.encode import HEADER, TRAILER
from loader.errors import DataRefusedError
from loader.files import TableFile
from loader.keys import Rows
from loader.moments import Clock
from loader.pump import Progress, Pump, scan_file
from loader.rejects import RejectSpool
from loader.scan import Reject
from loader.store import (
    Store,
    amount_of,
    columns_of,
    incoming_name,
    lacks_key,
    same_key,
)
from loader.summary import BY_THIS_LOAD
from loader.table import Table

COPY_BYTES = 1 << 18


@dataclass(kw_only=True)
class TableFill(Table):
    """The files of one table on their way into it."""

    store: Store
    files: list[TableFile]
    clock: Clock
    spool: RejectSpool
    progress: Progress
    load_id: int

    def keep_rejects(self, file: TableFile, rejects: list[Reject]) -> None:
        """Keep rejected records for the history."""
        self.spool.add(file, rejects)

    def replace(self, name: str) -> None:
        """Copy the files into a new table, which ends with one row per key.

        Raises:
            DataRefusedError: a file cannot be read to its end.
        """
        target = self.store.name(name)
        for file in self.files:
            self._copy(target, file, frozen=True)
        self._leave_one_per_key(target)

    def append(self, name: str) -> None:
        """Add the files' records to a table; those of known keys replace the old ones.

        Raises:
            DataRefusedError: a file cannot be read to its end, or there are records
                without a key.
        """
        target = self.store.name(name)
        incoming = incoming_name(self.contract)
        self._execute(
            "create temporary table {incoming} (like {target}) on commit drop;"
            "alter table {incoming} alter column _load_id set default {load_id};"
            "alter table {incoming} add column _file integer;",
            incoming=incoming,
            target=target,
            load_id=sql.Literal(self.load_id),
        )
        for number, file in enumerate(self.files):
            self._execute(
                "alter table {incoming} alter column _file set default {number}",
                incoming=incoming,
                number=sql.Literal(number),
            )
            self._copy(incoming, file, frozen=False)
        self._refuse_keyless(target, "holds")
        self._refuse_keyless(incoming, "would get")
        self._leave_one_per_key(incoming)
        self.store.add_key(incoming, self.contract)
        self._find_known(target, incoming)
        self._leave_out_known(incoming)
        self._take_out_changed(target)
        columns = sql.SQL(", ").join(
            map(sql.Identifier, [*self.contract.columns, "_load_id"])
        )
        self._execute(
            "insert into {target} ({columns}) select {columns} from {incoming}",
            target=target,
            columns=columns,
            incoming=incoming,
        )

    def _execute(self, query: str, **parts: sql.Composable) -> None:
        self.store.cursor.execute(sql.SQL(query).format(**parts))

    def _refuse_keyless(self, rows: sql.Composable, verb: str) -> None:
        """Without a key nothing tells whether a record is there already."""
        if self.contract.has_key:
            return
        self._execute(
            "select count(*) from {rows} as mine where {keyless}",
            rows=rows,
            keyless=lacks_key(self.contract, "mine"),
        )
        count = int(str(self.store.value()))
        if count:
            missing = ", ".join(self.contract.optional_key) or "a key"
            message = (
                f"The table {self.contract.table} {verb} {count:,} records without "
                f"{missing}. Nothing tells which records of an addition are there "
                "already, so they could count twice. Load all files together with "
                "--mode replace"
            )
            if self.contract.optional_key:
                message += f", or give every record its {missing}"
            raise DataRefusedError(f"{message}.")

    def _copy(self, target: sql.Composable, file: TableFile, *, frozen: bool) -> None:
        origin = self.begin(file)
        columns = sql.SQL(", ").join(map(sql.Identifier, file.columns))
        command = sql.SQL(
            "copy {target} ({columns}) from stdin with (format binary, freeze {frozen})"
        ).format(
            target=target,
            columns=columns,
            frozen=sql.Literal(frozen),
        )
        rows = scan_file(
            file, self.clock, origin.tally, self.progress, partial(self.take, origin)
        )
        pump = Pump(chain((memoryview(HEADER),), rows, (memoryview(TRAILER),)))
        try:
            self.store.cursor.copy_expert(command, pump, size=COPY_BYTES)
        except psycopg2.Error as error:
            if pump.error is not None:
                raise pump.error from error
            if "error in .read() call" in str(error):
                # Ctrl-C on the way into or out of the pump, which has not seen it
                raise KeyboardInterrupt from error
            if isinstance(error, psycopg2.DataError):
                message = (
                    f"PostgreSQL refuses a value of {file.path} that the checks let "
                    f"through. Please report this: {error}"
                )
                raise DataRefusedError(message) from error
            raise
        finally:
            pump.close()
        if self.store.cursor.rowcount != origin.rows:
            message = (
                f"PostgreSQL stored {self.store.cursor.rowcount} of the {origin.rows} "
                f"records of {file.path}. Nothing was changed. Please report this."
            )
            raise DataRefusedError(message)

    def _leave_one_per_key(self, target: sql.Composable) -> None:
        suspects = self.keys.repeated()
        if len(suspects):
            self._remove_duplicates(target, suspects)

    def _remove_duplicates(self, target: sql.Composable, suspects: Rows) -> None:
        first_rows = [0, *accumulate(file.rows for file in self.origins)][:-1]
        removed, conflicts, self.removed = remove_duplicates(
            self.store.cursor, target, self.contract, first_rows, suspects
        )
        for part in removed:
            tally = self.origins[part.file].tally
            if part.step == "duplicate":
                tally.duplicates += part.rows
            elif part.step == "superseded":
                tally.superseded += part.rows
            else:
                tally.rejected += part.rows
            self.summary.add(part.step, REASONS[part.step], part.rows, part.amount)
        by_file: dict[int, list[int]] = defaultdict(list)
        for conflict in conflicts:
            by_file[conflict.file].append(conflict.row)
        for file, rows in by_file.items():
            rejects = self.origins[file].repeats(rows)
            self.summary.keep_examples(self.origins[file].file, rejects)
            self.spool.add(self.origins[file].file, rejects)

    def _find_known(self, target: sql.Composable, incoming: sql.Composable) -> None:
        """Pair incoming rows with those of the table that have their keys."""
        self._execute(
            """
            create temporary table known_rows on commit drop as
            select
                mine.ctid as my_place,
                theirs.ctid as their_place,
                mine._file as file,
                ({mine}) is not distinct from ({theirs}) as is_same,
                {amount} as amount,
                {old_amount} as old_amount,
                array[{key}] as record_key
            from {incoming} as mine
            inner join {target} as theirs on {same_key};
            analyze known_rows (is_same);
            """,
            incoming=incoming,
            target=target,
            same_key=same_key(self.contract),
            mine=columns_of(self.contract, "mine"),
            theirs=columns_of(self.contract, "theirs"),
            amount=amount_of(self.contract, "mine"),
            old_amount=amount_of(self.contract, "theirs"),
            key=sql.SQL(", ").join(
                sql.SQL("{}::text").format(sql.Identifier("theirs", column))
                for column in self.contract.key
            ),
        )

    def _leave_out_known(self, incoming: sql.Composable) -> None:
        """Remove from the incoming rows those that say what the table says already."""
        self._execute(
            """
            delete from {incoming} as mine using known_rows
            where mine.ctid = known_rows.my_place and known_rows.is_same;
            select file, count(*), sum(amount)
            from known_rows where is_same group by file
            """,
            incoming=incoming,
        )
        for file, rows, amount in self.store.cursor.fetchall():
            self.summary.files[file].duplicates += rows
            self.summary.add("duplicate", "loaded before", rows, amount)

    def _take_out_changed(self, target: sql.Composable) -> None:
        """Delete the table's rows whose keys come again, and note the keys."""
        self._execute(
            """
            delete from {target} as theirs using known_rows
            where theirs.ctid = known_rows.their_place and not known_rows.is_same;
            insert into {removed} (load_id, table_name, record_key)
            select {load_id}, {table}, record_key from known_rows where not is_same;
            select count(*), sum(old_amount) from known_rows where not is_same
            """,
            target=target,
            removed=self.store.name("removed_keys"),
            load_id=sql.Literal(self.load_id),
            table=sql.Literal(self.contract.table),
        )
        rows, amount = self.store.cursor.fetchall()[0]
        if rows:
            self.summary.add("superseded", BY_THIS_LOAD, rows, amount)
        self._execute("drop table known_rows")
