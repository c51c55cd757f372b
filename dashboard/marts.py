"""What the page reads: marts, and the comments that define them. Nothing else."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import pandas as pd
import psycopg2
from psycopg2 import errors, extensions, sql

from dashboard.errors import ServerError, UsageError
from forecast.errors import ForecastError
from forecast.schemas import prefix_of_target
from loader.connection import connect
from loader.errors import LoaderError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class

# how the types of PostgreSQL are kept: whole numbers and booleans may be missing
_DTYPES = {20: "Int64", 16: "boolean", 1700: "float64", 701: "float64"}
_DECIMAL = extensions.new_type(
    extensions.DECIMAL.values,
    "decimal as float",
    lambda value, _: None if value is None else float(value),
)

# what dbt has only set aside for a moment is no mart
_TABLES = """
    select
        relations.relname,
        has_schema_privilege(namespaces.oid, 'usage')
        and has_table_privilege(relations.oid, 'select')
    from pg_catalog.pg_class as relations
    inner join pg_catalog.pg_namespace as namespaces
        on relations.relnamespace = namespaces.oid
    where
        namespaces.nspname = %s
        and relations.relkind in ('r', 'v')
        and relations.relname not like '%%\\_\\_dbt\\_%%'
    order by relations.relname
"""
_COMMENTS = """
    select
        relations.relname,
        coalesce(attributes.attname, ''),
        coalesce(
            col_description(relations.oid, attributes.attnum),
            obj_description(relations.oid, 'pg_class'),
            ''
        )
    from pg_catalog.pg_class as relations
    inner join pg_catalog.pg_namespace as namespaces
        on relations.relnamespace = namespaces.oid
    left join (
        select attrelid, attname, attnum
        from pg_catalog.pg_attribute
        where attnum > 0 and not attisdropped
        union all
        select oid, '', 0
        from pg_catalog.pg_class
    ) as attributes
        on relations.oid = attributes.attrelid
    where namespaces.nspname = %s and relations.relname = any(%s)
    order by relations.relname, attributes.attnum
"""


@dataclass(frozen=True)
class Definition:
    """What a mart says of itself: its comment, and those of its columns by name."""

    text: str
    columns: dict[str, str]


class Marts:
    """The marts of one moment: one read-only transaction over one connection.

    Until it ends, a build waits for it where it would put a mart in another's place.
    `hidden` are the marts that the role may not read.
    """

    def __init__(self, connection: Connection, schema: str = "marts") -> None:
        """Take a connection; it must not be in a transaction.

        Args:
            connection: to the server.
            schema: where the marts are.

        Raises:
            UsageError: there are no marts.
            ServerError: the server cannot be asked, or lets none of them be read.
        """
        self._connection = connection
        self._schema = schema
        self.asked: list[str] = []
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        extensions.register_type(_DECIMAL, connection)
        names = self._readable()
        tables = sql.SQL(", ").join(sql.Identifier(schema, name) for name in names)
        with self._errors(), connection.cursor() as cursor:
            # first of all: a mart that dbt replaced after the transaction's first query
            # would look empty from here
            cursor.execute(sql.SQL("lock table {} in access share mode").format(tables))
            cursor.execute(
                # pg_catalog is always searched first
                sql.SQL("set local search_path to {}").format(sql.Identifier(schema))
            )
            cursor.execute(_COMMENTS, (schema, names))
            self._definitions = _definitions(cursor.fetchall())

    def _readable(self) -> list[str]:
        """The marts that may be read, found in a transaction that ends with that.

        Raises:
            UsageError: there are no marts.
            ServerError: the server cannot be asked, or lets none of them be read.
        """
        with self._errors(), self._connection, self._connection.cursor() as cursor:
            cursor.execute(_TABLES, (self._schema,))
            found = cursor.fetchall()
        if not found:
            raise UsageError(
                f"There are no marts in schema {self._schema}. Load a shop and build "
                "them: make load DATA=folder, then make build."
            )
        readable = [name for name, may_read in found if may_read]
        self.hidden = [name for name, may_read in found if not may_read]
        if not readable:
            raise ServerError(self._no_right())
        return readable

    def _no_right(self) -> str:
        user = self._connection.info.user
        return (
            f"The role {user} may not read the marts in schema {self._schema}: make it "
            "a member of the role bi_reader, or connect as another."
        )

    def ask(self, query: str) -> pd.DataFrame:
        """Rows of the marts.

        Args:
            query: a SELECT that names marts without their schema.

        Returns:
            The rows; columns of type bigint are Int64, numeric float64, boolean
            boolean, others objects.

        Raises:
            UsageError: a mart or a column is missing.
            ServerError: the server cannot be asked.
        """
        self.asked.append(query)
        with self._errors(), self._connection.cursor() as cursor:
            cursor.execute(query)
            description = cursor.description or ()
            rows = pd.DataFrame(
                cursor.fetchall(), columns=[column.name for column in description]
            )
        dtypes = {column.name: _DTYPES.get(column.type_code) for column in description}
        return rows.astype({name: kind for name, kind in dtypes.items() if kind})

    def definition(self, mart: str) -> Definition:
        """What a mart says of itself; empty where it has no comments."""
        return self._definitions.get(mart, Definition("", {}))

    def names(self) -> list[str]:
        """The marts that may be read, in the order of the alphabet."""
        return sorted(self._definitions)

    def copy(self, mart: str, file: TextIO) -> None:
        """Write all rows of a mart as CSV with a header line.

        Raises:
            ServerError: the server cannot be asked.
        """
        query = sql.SQL(
            "copy (select * from {} order by 1, 2) to stdout (format csv, header)"
        )
        with self._errors(), self._connection.cursor() as cursor:
            cursor.copy_expert(query.format(sql.Identifier(self._schema, mart)), file)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what the server reports into an error of ours."""
        try:
            yield
        except (errors.UndefinedTable, errors.UndefinedColumn) as error:
            raise UsageError(
                f"{str(error).splitlines()[0]}. The marts are of another version, or a "
                "build of them has failed: build them again (make build)."
            ) from error
        except errors.InsufficientPrivilege as error:
            said = f"{str(error).splitlines()[0]}. {self._no_right()}"
            raise ServerError(said) from error
        except psycopg2.Error as error:
            said = str(error).strip() or type(error).__name__
            raise ServerError(f"The server reports: {said}") from error


@contextmanager
def open_marts(schema_prefix: str | None = None) -> Iterator[Marts]:
    """Connect to the server that the libpq variables name.

    Args:
        schema_prefix: what the schema's name begins with, before 'marts'; that of dbt's
            target if None.

    Raises:
        UsageError: there are no marts.
        ServerError: there is no such server, or it cannot be asked.
    """
    try:
        if schema_prefix is None:
            schema_prefix = prefix_of_target(os.environ)
    except ForecastError as error:
        raise UsageError(str(error)) from error
    try:
        connection = connect("dashboard")
    except LoaderError as error:
        raise ServerError(str(error)) from error
    with closing(connection):
        yield Marts(connection, f"{schema_prefix}marts")


def _definitions(comments: list[tuple[str, str, str]]) -> dict[str, Definition]:
    """Comments by mart, from rows of mart, column ('' for the mart itself), comment."""
    texts = {mart: text for mart, column, text in comments if not column}
    return {
        mart: Definition(
            text,
            {column: said for of, column, said in comments if of == mart and column},
        )
        for mart, text in texts.items()
    }
