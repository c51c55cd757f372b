"""The raw schema of a source in PostgreSQL: tables, lock and swap.

Each raw table is a partitioned parent with one default partition that holds all its
rows. A replacing load fills a new partition and then exchanges the two, so that
readers of the parent, and of views on it, see the old rows or the new ones and wait
only for the moment of the exchange. Rows are copied frozen, hence visible to older
snapshots as well.
"""

import hashlib
import time
from collections.abc import Iterable

from psycopg2 import errors, sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 it is a class

from loader.contract import SQL_TYPES, Contract
from loader.errors import ServerError

# Below PostgreSQL's deadlock_timeout of 1 s: in a deadlock with a reader the load gives
# way, never the reader.
LOCK_TIMEOUT_MS = 400
SWAP_PATIENCE_SECONDS = 60

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

_IS_OURS = """
select relkind = 'p' from pg_catalog.pg_class where oid = to_regclass(%s)
"""


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
        if self.value():
            return
        self.cursor.execute(_HOLDER, (key,))
        holders = "; ".join(
            f"server process {pid}, user {user}, {name}, since {since:%Y-%m-%d %H:%M}"
            for pid, user, name, since in self.cursor.fetchall()
        )
        message = (
            f"Another load of source '{self.source}' is running "
            f"({holders or 'it has just ended'}). Try again when it is done."
        )
        raise ServerError(message)

    def exists(self, table: str | None) -> bool:
        """Whether the schema (None) or a table of it exists."""
        if table is None:
            self.cursor.execute("select to_regnamespace(%s)", (f'"{self.schema}"',))
        else:
            self.cursor.execute("select to_regclass(%s)", (self.path(table),))
        return self.value() is not None

    def path(self, table: str) -> str:
        """A table's name, with the schema, as to_regclass reads it."""
        return f'"{self.schema}"."{table}"'

    def columns(self, table: str) -> dict[str, str]:
        """The types of a table's columns by name; none if there is no such table."""
        self.cursor.execute(_COLUMNS, (self.path(table),))
        return dict(self.cursor.fetchall())

    def value(self) -> object:
        """The one value that the last query gives, if any."""
        row = self.cursor.fetchone()
        return row[0] if row else None

    def is_complete(self) -> bool:
        """Whether all tables of the source exist."""
        return all(self.exists(table) for table in self.contracts)

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
            present = self.columns(contract.table)
            if not present:
                self._create_parent(contract, wanted)
                continue
            self.cursor.execute(_IS_OURS, (self.path(contract.table),))
            if not self.value():
                message = (
                    f"{self.schema}.{contract.table} exists, but is not a table that "
                    "the loader has made. Rename or drop it, and load again."
                )
                raise ServerError(message)
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
                        f"but the contract says {kind}. Drop the table and load "
                        "whole exports again, without --mode append."
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
        self.cursor.execute(_PARTITION, (self.path(table),))
        found = self.value()
        return None if found is None else str(found)

    def add_key(self, name: sql.Composable, contract: Contract) -> None:
        """Make the contract's key, which no two rows have, the table's key."""
        if not contract.key:
            return
        key = sql.SQL(", ").join(map(sql.Identifier, contract.key))
        kind = sql.SQL("primary key" if contract.has_key else "unique")
        self.cursor.execute(
            sql.SQL("alter table {} add {} ({})").format(name, kind, key)
        )

    def note_removed_keys(
        self, load_id: int, contract: Contract, old: str, new: str
    ) -> None:
        """Write down the keys of a table's old rows that are not among the new ones."""
        if not contract.key:
            return
        self.cursor.execute(
            sql.SQL("""
                insert into {removed} (load_id, table_name, record_key)
                select {load_id}, {table}, array[{key}]
                from {old} as gone
                where
                    not ({keyless})
                    and not exists (select from {new} as kept where {same})
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
                keyless=lacks_key(contract, "gone"),
                same=same_key(contract, "gone", "kept"),
            )
        )

    def orphans(self, contract: Contract, places: dict[str, str]) -> dict[str, int]:
        """By column, how many incoming rows name a record that the other table lacks.

        places: for each raw table, the table that holds its rows. A table without any
        rows is not looked into: the shop does not export it.
        """
        found = {}
        for column, table in contract.references.items():
            target = self.contracts[table]
            if self._is_empty(places[table]):
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
                    mine=incoming_name(contract),
                    theirs=self.name(places[target.table]),
                    column=sql.Identifier(column),
                    key=sql.Identifier(target.key[0]),
                )
            )
            count = int(str(self.value()))
            if count:
                found[column] = count
        return found

    def _is_empty(self, table: str) -> bool:
        self.cursor.execute(
            sql.SQL("select not exists (select from {})").format(self.name(table))
        )
        return bool(self.value())

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


def incoming_name(contract: Contract) -> sql.Identifier:
    """The temporary table of the records to be added to a table."""
    return sql.Identifier(f"new_{contract.table}")


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


def lacks_key(contract: Contract, table: str) -> sql.Composable:
    """The condition that a row of a table has no key."""
    if not contract.key:
        return sql.SQL("true")
    if contract.has_key:
        return sql.SQL("false")
    return sql.SQL(" or ").join(
        sql.SQL("{} is null").format(sql.Identifier(table, column))
        for column in contract.optional_key
    )


def columns_of(contract: Contract, table: str) -> sql.Composable:
    """The contract's columns in a table, as a list."""
    return sql.SQL(", ").join(sql.Identifier(table, name) for name in contract.columns)


def amount_of(contract: Contract, table: str) -> sql.Composable:
    """The contract's amount in a table; null where it has none."""
    if not contract.amount:
        return sql.SQL("null::numeric")
    return sql.SQL(" + ").join(
        sql.Identifier(table, column) for column in contract.amount
    )
