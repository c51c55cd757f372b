"""The raw schema of a source in PostgreSQL: tables, history, lock and swap.

Each raw table is a partitioned parent with one default partition that holds all its rows.
A replacing load fills a new partition and then exchanges the two, so that readers of the
parent, and of views on it, see the old rows or the new ones and wait only for the moment of
the exchange. Rows are copied frozen, hence visible to older snapshots as well.
"""

import getpass
import hashlib
import os
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 it is a class

from loader.contract import SQL_TYPES, Contract
from loader.errors import ServerError
from loader.rejects import COLUMNS, RejectSpool
from loader.summary import TableSummary

# Below PostgreSQL's deadlock_timeout of 1 s: in a deadlock with a reader the load gives
# way, never the reader.
LOCK_TIMEOUT_MS = 400
SWAP_PATIENCE_SECONDS = 60

_METADATA = """
create table if not exists {schema}.load_history (
    load_id bigint not null,
    table_name text not null,
    file_name text not null,
    sha256 text,
    file_bytes bigint not null,
    mode text not null,
    status text not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    rows_read bigint not null,
    rows_rejected bigint not null,
    rows_duplicate bigint not null,
    rows_superseded bigint not null,
    rows_loaded bigint not null,
    settings_sha256 text not null,
    time_zone text not null,
    currency text,
    message text
);
comment on table {schema}.load_history is
'One row per load and file: what was loaded when, and how many records came of it.';

create table if not exists {schema}.load_totals (
    load_id bigint not null,
    table_name text not null,
    step text not null,
    reason text not null,
    rows bigint not null,
    amount numeric,
    primary key (load_id, table_name, step, reason)
);
comment on table {schema}.load_totals is
'One row per load, table, step and reason: records, and the sum of readable amounts.';

create table if not exists {schema}.rejected_rows (
    load_id bigint not null,
    table_name text not null,
    file_name text not null,
    line_number bigint not null,
    column_name text,
    reason text not null,
    raw_record bytea not null
);
comment on table {schema}.rejected_rows is
'One row per record that was not loaded, with its place in the file and its bytes.';

create table if not exists {schema}.removed_keys (
    load_id bigint not null,
    table_name text not null,
    record_key text[] not null
);
comment on table {schema}.removed_keys is
'One row per key that a load took out of a table.';
"""

_HOLDER = """
select activity.pid, activity.usename, activity.application_name, activity.backend_start
from pg_catalog.pg_locks as locks
inner join pg_catalog.pg_stat_activity as activity on locks.pid = activity.pid
where
    locks.locktype = 'advisory'
    and locks.granted
    and locks.database = (
        select oid from pg_catalog.pg_database where datname = current_database()
    )
    and (locks.classid::bigint << 32) | locks.objid::bigint = %s
"""

_PARTITION = """
select child.relname
from pg_catalog.pg_inherits as inheritance
inner join pg_catalog.pg_class as child on inheritance.inhrelid = child.oid
where inheritance.inhparent = to_regclass(%s)
"""

_COLUMNS = """
select attname, format_type(atttypid, atttypmod)
from pg_catalog.pg_attribute
where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
"""


def connect(source: str) -> Connection:
    """A connection to the server that the libpq variables name.

    Raises:
        ServerError: there is no such server, or it is not fit for loading.
    """
    name = f"loader {source}: {getpass.getuser()}@{socket.gethostname()} {os.getpid()}"
    try:
        connection = psycopg2.connect(application_name=name[:63])
        connection.set_client_encoding("UTF8")
    except psycopg2.OperationalError as error:
        message = (
            f"No connection to PostgreSQL: {str(error).strip()}\n"
            "Set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE, "
            "or run 'sandbox up' and 'source .sandbox/env'."
        )
        raise ServerError(message) from error
    encoding = connection.get_parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        message = (
            f"The database is encoded in {encoding}, which cannot hold every text. "
            "Create one with ENCODING 'UTF8' and set PGDATABASE."
        )
        raise ServerError(message)
    return connection


@contextmanager
def server_errors(what: str) -> Iterator[None]:
    """Turn what the server reports into a ServerError."""
    try:
        yield
    except psycopg2.Error as error:
        message = f"{what}: {str(error).strip() or type(error).__name__}"
        raise ServerError(message) from error


class Store:
    """The raw schema of a source, within one transaction of a connection."""

    def __init__(
        self, cursor: Cursor, source: str, contracts: dict[str, Contract]
    ) -> None:
        """Work on a source's schema through a cursor."""
        self.cursor = cursor
        self.source = source
        self.contracts = contracts
        self.schema = f"raw_{source}"

    def name(self, table: str) -> sql.Identifier:
        """A table's name, with the schema."""
        return sql.Identifier(self.schema, table)

    def lock(self) -> None:
        """Hold the source for this transaction.

        Raises:
            ServerError: another load holds it; says which.
        """
        digest = hashlib.sha256(f"customer insights {self.schema}".encode()).digest()
        key = int.from_bytes(digest[:8], "big") >> 1
        self.cursor.execute("select pg_try_advisory_xact_lock(%s)", (key,))
        if self._one():
            return
        self.cursor.execute(_HOLDER, (key,))
        holders = "; ".join(
            f"server process {pid}, user {user}, {name}, since {since:%Y-%m-%d %H:%M:%S}"
            for pid, user, name, since in self.cursor.fetchall()
        )
        message = (
            f"Another load of source '{self.source}' is running "
            f"({holders or 'it has just ended'}). Try again when it is done."
        )
        raise ServerError(message)

    def prepare(self) -> None:
        """Create what is missing of the schema and the tables about loads."""
        schema = sql.Identifier(self.schema)
        if not self._exists(None):
            self.cursor.execute(
                sql.SQL("create schema if not exists {}").format(schema)
            )
        if not self._exists("removed_keys"):
            self.cursor.execute(sql.SQL(_METADATA).format(schema=schema))

    def has_history(self) -> bool:
        """Whether anything was ever loaded, or refused, here."""
        return self._exists("load_history")

    def _exists(self, table: str | None) -> bool:
        if table is None:
            self.cursor.execute("select to_regnamespace(%s)", (f'"{self.schema}"',))
        else:
            self.cursor.execute("select to_regclass(%s)", (self._path(table),))
        return self._one() is not None

    def _path(self, table: str) -> str:
        return f'"{self.schema}"."{table}"'

    def _one(self) -> object:
        row = self.cursor.fetchone()
        return row[0] if row else None

    def next_load_id(self) -> int:
        """The number of the load that holds the lock."""
        self.cursor.execute(
            sql.SQL("select coalesce(max(load_id), 0) + 1 from {}").format(
                self.name("load_history")
            )
        )
        return int(str(self._one()))

    def is_complete(self) -> bool:
        """Whether all tables of the source exist."""
        return all(self._exists(table) for table in self.contracts)

    def create_tables(self) -> None:
        """Create the missing parents, and add columns that a contract has gained.

        Raises:
            ServerError: a table exists with a column of another type.
        """
        for contract in self.contracts.values():
            wanted = {
                **{name: SQL_TYPES[c.type] for name, c in contract.columns.items()},
                "_load_id": "bigint",
            }
            self.cursor.execute(_COLUMNS, (self._path(contract.table),))
            present = dict(self.cursor.fetchall())
            if not present:
                self._create_parent(contract, wanted)
                continue
            for column, kind in wanted.items():
                if column not in present:
                    self.cursor.execute(
                        sql.SQL("alter table {} add column {} {}").format(
                            self.name(contract.table),
                            sql.Identifier(column),
                            sql.SQL(kind),
                        )
                    )
                elif present[column].removesuffix(" without time zone") != kind:
                    message = (
                        f"{self.schema}.{contract.table}.{column} is {present[column]} "
                        f"but the contract says {kind}. Drop the table and load again."
                    )
                    raise ServerError(message)

    def _create_parent(self, contract: Contract, wanted: dict[str, str]) -> None:
        definitions = [
            sql.SQL("{} {}{}").format(
                sql.Identifier(column),
                sql.SQL(kind),
                sql.SQL(
                    " not null"
                    if column == "_load_id" or contract.columns[column].required
                    else ""
                ),
            )
            for column, kind in wanted.items()
        ]
        self.cursor.execute(
            sql.SQL(
                "create table {table} ({columns}) partition by list (_load_id);"
                "comment on table {table} is {comment};"
            ).format(
                table=self.name(contract.table),
                columns=sql.SQL(", ").join(definitions),
                comment=sql.Literal(contract.description),
            )
        )

    def create_partition(self, table: str, load_id: int) -> str:
        """A new table for all rows of a raw table, not yet part of it; its name."""
        name = f"{table}_load_{load_id}"
        self.cursor.execute(
            sql.SQL(
                "create table {name} (like {parent});"
                "alter table {name} alter column _load_id set default {load_id};"
            ).format(
                name=self.name(name),
                parent=self.name(table),
                load_id=sql.Literal(load_id),
            )
        )
        return name

    def partition(self, table: str) -> str | None:
        """The name of the table that holds a raw table's rows, if there is one."""
        self.cursor.execute(_PARTITION, (self._path(table),))
        found = self._one()
        return None if found is None else str(found)

    def add_key(self, name: sql.Composable, contract: Contract) -> bool:
        """Make the contract's key the primary key; False where keys are repeated."""
        self.cursor.execute("savepoint before_key")
        key = sql.SQL(", ").join(map(sql.Identifier, contract.key))
        try:
            self.cursor.execute(
                sql.SQL("alter table {} add primary key ({})").format(name, key)
            )
        except errors.UniqueViolation:
            self.cursor.execute("rollback to savepoint before_key")
            return False
        self.cursor.execute("release savepoint before_key")
        return True

    def note_removed_keys(
        self, load_id: int, contract: Contract, old: str, new: str
    ) -> None:
        """Write down the keys of a table's old rows that are not among the new ones."""
        self.cursor.execute(
            sql.SQL("""
                insert into {removed} (load_id, table_name, record_key)
                select {load_id}, {table}, array[{key}]
                from {old} as gone
                where not exists (select from {new} as kept where {same})
            """).format(
                removed=self.name("removed_keys"),
                load_id=sql.Literal(load_id),
                table=sql.Literal(contract.table),
                key=sql.SQL(", ").join(
                    sql.SQL("{}::text").format(sql.Identifier("gone", column))
                    for column in contract.key
                ),
                old=self.name(old),
                new=self.name(new),
                same=same_key(contract, "gone", "kept"),
            )
        )

    def orphans(self, contract: Contract, places: dict[str, str]) -> dict[str, int]:
        """By column, how many rows name a record that the other table lacks.

        places: for each raw table, the table that holds its rows. A table without any
        rows is not looked into: the shop does not export it.
        """
        found = {}
        for column, definition in contract.columns.items():
            target = self.contracts.get(definition.references or "")
            if target is None or self._is_empty(places[target.table]):
                continue
            self.cursor.execute(
                sql.SQL("""
                    select count(*)
                    from {mine} as mine
                    where
                        mine.{column} is not null
                        and not exists (
                            select from {theirs} as theirs
                            where theirs.{key} = mine.{column}
                        )
                """).format(
                    mine=self.name(places[contract.table]),
                    theirs=self.name(places[target.table]),
                    column=sql.Identifier(column),
                    key=sql.Identifier(target.key[0]),
                )
            )
            count = int(str(self._one()))
            if count:
                found[column] = count
        return found

    def _is_empty(self, table: str) -> bool:
        self.cursor.execute(
            sql.SQL("select not exists (select from {})").format(self.name(table))
        )
        return bool(self._one())

    def save_rejects(self, load_id: int, spool: RejectSpool) -> None:
        """Copy the collected rejects."""
        columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
        rejected = self.name("rejected_rows")
        self.cursor.execute(
            sql.SQL(
                "create temporary table new_rejects (like {}) on commit drop;"
                "alter table new_rejects alter column load_id set default {};"
            ).format(rejected, sql.Literal(load_id))
        )
        self.cursor.copy_expert(
            sql.SQL("copy new_rejects ({}) from stdin with (format csv)").format(columns),
            spool.rewound(),
        )
        self.cursor.execute(
            sql.SQL("insert into {} select * from new_rejects").format(rejected)
        )

    def save_totals(self, load_id: int, tables: Iterable[TableSummary]) -> None:
        """Write how many records, and how much money, each step of the load saw."""
        for table in tables:
            has_amount = self.contracts[table.table].amount is not None
            steps = {**table.totals, ("loaded", ""): table.loaded_total()}
            for (step, reason), total in steps.items():
                self._insert(
                    "load_totals",
                    load_id=load_id,
                    table_name=table.table,
                    step=step,
                    reason=reason,
                    rows=total.rows,
                    amount=total.amount.normalize() if has_amount else None,
                )

    def save_history(self, **values: object) -> None:
        """Write a line of the history: load_history's columns and their values."""
        self._insert("load_history", **values)

    def _insert(self, table: str, **values: object) -> None:
        self.cursor.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                self.name(table),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(map(sql.Placeholder, values)),
            ),
            values,
        )

    def forget_rejects(self) -> None:
        """Drop the rejects of earlier loads: what they belong to is being replaced."""
        self.cursor.execute(sql.SQL("delete from {}").format(self.name("rejected_rows")))

    def swap(self, partitions: dict[str, str]) -> None:
        """Make the named tables the rows of their raw tables, all at the same moment.

        Raises:
            ServerError: readers would not let go of a table.
        """
        if not partitions:
            return
        old = {table: self.partition(table) for table in partitions}
        self._lock_tables(sorted(partitions))
        for table, new in partitions.items():
            before = old[table]
            if before is not None:
                self.cursor.execute(
                    sql.SQL("alter table {} detach partition {}; drop table {}").format(
                        self.name(table), self.name(before), self.name(before)
                    )
                )
            self.cursor.execute(
                sql.SQL("alter table {} attach partition {} default").format(
                    self.name(table), self.name(new)
                )
            )

    def _lock_tables(self, tables: Iterable[str]) -> None:
        names = sql.SQL(", ").join(self.name(table) for table in tables)
        command = sql.SQL("lock table {} in access exclusive mode").format(names)
        self.cursor.execute("set local lock_timeout = %s", (LOCK_TIMEOUT_MS,))
        patience = time.monotonic() + SWAP_PATIENCE_SECONDS
        while True:
            self.cursor.execute("savepoint before_lock")
            try:
                self.cursor.execute(command)
            except errors.LockNotAvailable as error:
                self.cursor.execute("rollback to savepoint before_lock")
                if time.monotonic() > patience:
                    message = (
                        f"The tables of {self.schema} were in use for "
                        f"{SWAP_PATIENCE_SECONDS} seconds without a pause, so nothing "
                        "was changed. Look for a long query in pg_stat_activity."
                    )
                    raise ServerError(message) from error
                time.sleep(LOCK_TIMEOUT_MS / 2000)
            else:
                return


def same_key(
    contract: Contract, left: str = "mine", right: str = "theirs"
) -> sql.Composable:
    """The condition that rows of two tables have the same key."""
    return sql.SQL(" and ").join(
        sql.SQL("{} = {}").format(
            sql.Identifier(left, column), sql.Identifier(right, column)
        )
        for column in contract.key
    )


def columns_of(contract: Contract, table: str) -> sql.Composable:
    """The contract's columns in a table, as a list."""
    return sql.SQL(", ").join(sql.Identifier(table, name) for name in contract.columns)


def amount_of(contract: Contract, table: str) -> sql.Composable:
    """The contract's amount in a table; null where it has none."""
    if contract.amount is None:
        return sql.SQL("null::numeric")
    return sql.Identifier(table, contract.amount)
