"""Loading: files into the raw schema, in one transaction."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timezone

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class

from loader.account import rows_of_history, rows_of_totals
from loader.connection import connect, server_errors
from loader.contract import Contract
from loader.errors import DataRefusedError, UsageError
from loader.files import TableFile
from loader.fill import TableFill
from loader.history import History
from loader.plan import Plan
from loader.pump import Progress
from loader.rejects import RejectSpool
from loader.store import Store
from loader.summary import Summary, TableSummary

LOCK_PATIENCE_MS = 60_000

# the disk writes while rows are copied, and not only when the transaction ends; other
# systems than Linux do not let one ask for it
_WRITE_EARLY = """
select set_config('backend_flush_after', '1MB', true) where version() like '%linux%'
"""


def load(plan: Plan, progress: Progress) -> Summary:
    """Load what the plan names, or leave everything as it was.

    Raises:
        DataRefusedError: the files are at fault; the refusal is in the history.
        ServerError: the server is at fault, or another load is running.
    """
    with closing(connect(f"loader {plan.source}")) as connection:
        spool = RejectSpool()
        work = _Load(plan, connection, spool, progress)
        try:
            with server_errors("The server ended the load, and nothing was changed"):
                return work.run()
        finally:
            work.close()
            spool.close()


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
        self.history = History(self.store)
        self.spool = spool
        self.progress = progress
        self.started_at = datetime.now(timezone.utc)
        self.fills: dict[str, TableFill] = {}
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
        self._record()
        self.connection.commit()
        self.summary.load_id = self.load_id
        self._analyze()
        return self.summary

    def close(self) -> None:
        """Forget what was collected."""
        for fill in self.fills.values():
            fill.close()

    def _begin(self) -> None:
        self.cursor.execute("set local lock_timeout = %s", (LOCK_PATIENCE_MS,))
        # what is said to be done is on the disk, also where the server is in less haste
        self.cursor.execute("set local synchronous_commit = on")
        self.cursor.execute(_WRITE_EARLY)
        self.store.lock()
        self.history.prepare()
        self.load_id = self.history.next_load_id()

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
        return self.plan.is_same_as(self.cursor.fetchall())

    def _load_tables(self) -> None:
        """Fill all tables, refuse too many rejects, and make the new rows current."""
        files = self.plan.files()
        replacing = self.plan.request.mode == "replace"
        if not replacing:
            self._refuse_other_settings()
        self.store.create_tables()
        current = {table: self.store.partition(table) for table in self.plan.contracts}
        new = {
            table: self.store.create_partition(table, self.load_id)
            for table in self.plan.contracts
            if replacing or current[table] is None
        }
        for table, contract in self.plan.contracts.items():
            if table in files and replacing:
                self._fill(contract, files[table]).replace(new[table])
            elif table in files:
                place = new.get(table) or current[table] or ""
                self._fill(contract, files[table]).append(place)
        self.summary.refuse_rejects(self.plan.request.max_rejects)
        # the loader looks for orphans while the server sorts keys
        with ThreadPoolExecutor(1) as beside:
            orphans = beside.submit(self._orphans_of_fills) if replacing else None
            for table, name in new.items():
                self.store.add_key(self.store.name(name), self.plan.contracts[table])
        if orphans:
            orphans.result()
            self._note_replaced(current, new)
        else:
            self._orphans_of_additions({**current, **new})
        self.store.swap(new)

    def _orphans_of_fills(self) -> None:
        for fill in self.fills.values():
            fill.count_orphans(self.fills)

    def _orphans_of_additions(self, places: dict[str, str | None]) -> None:
        held = {table: name for table, name in places.items() if name}
        for table, fill in self.fills.items():
            contract = self.plan.contracts[table]
            fill.summary.orphans = self.store.orphans(contract, held)

    def _refuse_other_settings(self) -> None:
        """Times and money of an addition must mean what those before it mean."""
        mapping = self.plan.mapping
        for name, mine, theirs in (
            ("time zone", mapping.time_zone, self.history.latest("time_zone")),
            ("currency", mapping.currency, self.history.latest("currency")),
        ):
            if theirs is not None and mine not in {None, theirs}:
                message = (
                    f"What is loaded already has the {name} {theirs}, but this load "
                    f"would add records in {mine}. Give it the same mapping: --mapping."
                )
                raise UsageError(message)

    def _note_replaced(
        self, current: dict[str, str | None], new: dict[str, str]
    ) -> None:
        self.summary.emptied = [
            table
            for table in self.plan.contracts
            if table not in self.plan.found.tables
        ]
        self.history.forget_rejects()
        for table, old in current.items():
            if old is not None:
                contract = self.plan.contracts[table]
                self.store.note_removed_keys(self.load_id, contract, old, new[table])

    def _fill(self, contract: Contract, files: list[TableFile]) -> TableFill:
        summary = TableSummary(contract.table)
        self.summary.tables.append(summary)
        self.fills[contract.table] = TableFill(
            store=self.store,
            contract=contract,
            files=files,
            clock=self.plan.clock,
            summary=summary,
            spool=self.spool,
            progress=self.progress,
            load_id=self.load_id,
        )
        return self.fills[contract.table]

    def _record(self, *, refusal: str | None = None) -> None:
        """Write the load's rejects, totals and history."""
        self.history.save_rejects(self.load_id, self.spool)
        for total in rows_of_totals(self.plan, self.summary, self.load_id):
            self.history.save_total(**total)
        for file in rows_of_history(
            self.plan, self.summary, self.load_id, self.started_at, refusal
        ):
            self.history.save_file(**file)

    def _record_refusal(self, message: str) -> None:
        """Keep a refused load's rejects and history, in a transaction of their own."""
        self._begin()
        self._record(refusal=message)
        self.connection.commit()

    def _analyze(self) -> None:
        """Statistics of the parents, which the planner needs for joins.

        The load is done by now: whatever happens here does not undo it.
        """
        adding = self.plan.request.mode == "append"
        try:
            for table in self.fills if adding else self.plan.contracts:
                if not adding or self.history.has_old_statistics(table):
                    self.cursor.execute(
                        sql.SQL("analyze {}").format(self.store.name(table))
                    )
                self.connection.commit()
        except (psycopg2.Error, KeyboardInterrupt):
            self.summary.lacks_statistics = True
