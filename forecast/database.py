"""What the forecast reads from dbt's schema `intermediate`, and writes for its marts.

One transaction reads, so that all periods are of the same build, and one writes.
"""

from __future__ import annotations

import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd
import psycopg2
import pyarrow as pa
from psycopg2 import errors, sql
from pyarrow import csv

from forecast.errors import ServerError, UsageError
from loader.connection import connect
from loader.errors import LoaderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class

Period = Literal["train", "test", "score"]

PERIODS_TABLE = "int_forecast_periods"
PURCHASES_TABLE = "int_purchases_summarised"
PURCHASE_COLUMNS = {
    "frequency": "bigint",
    "recency_days": "bigint",
    "age_days": "bigint",
    "average_purchase_value": "float8",
    "total_value": "float8",
    "purchases_last_period": "float8",
    "value_last_period": "float8",
    "holdout_purchases": "float8",
    "holdout_value": "float8",
}
ENGAGEMENT_TABLE = "int_engagement_measured"
ENGAGEMENT_COLUMNS = {
    "customer_id": "text",
    "days_since_last_order": "float8",
    "orders": "float8",
    "average_order_value": "float8",
    "net_revenue": "float8",
    "average_gap_days": "float8",
    "promo_share": "float8",
    "channel": "text",
    "sessions_last_30d": "float8",
    "sessions_prior_90d_per_30d": "float8",
    "average_session_seconds": "float8",
    "days_observed": "float8",
    # 1 or 0, and null where nobody knows yet
    "has_order_in_holdout": "int",
}
# what each table of the forecast holds beside whose forecast it is
TABLES = {
    "customer_forecasts": (
        "customer_id",
        "probability_alive",
        "expected_orders_90d",
        "expected_orders_365d",
        "expected_order_value",
        "expected_value_365d",
        "probability_no_order_90d",
        "reason",
        "forecast_segment",
    ),
    "accuracy": (
        "model",
        "decile",
        "customers",
        "predicted_orders",
        "actual_orders",
        "predicted_value",
        "actual_value",
        "error",
        "beats_naive",
        "is_published",
        "verdict",
    ),
    "parameters": ("model", "parameter", "unit", "value", "standard_error"),
}
WHOSE = ("source", "as_of_date", "fingerprint")
_ARROW = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "int": pa.float64(),
    "float8": pa.float64(),
}


@dataclass(frozen=True)
class Build:
    """The data that dbt has built."""

    source: str
    as_of_date: date
    fingerprint: str
    history_days: int
    holdout_days: int


class Warehouse:
    """The tables of one build, in schemas with a prefix, over one connection."""

    def __init__(self, connection: Connection, prefix: str = "") -> None:
        """Take a connection without a transaction in progress."""
        self._connection = connection
        self._prefix = prefix

    def build(self) -> Build:
        """The build that is there; it stays the same for all that is read from now.

        Raises:
            UsageError: there is none, or it is empty.
            ServerError: the server cannot be asked.
        """
        query = sql.SQL(
            "select source, as_of_date, fingerprint, history_days, holdout_days"
            " from {} where period = 'score'"
        )
        periods, *others = (
            self._table("intermediate", name)
            for name in (PERIODS_TABLE, PURCHASES_TABLE, ENGAGEMENT_TABLE)
        )
        with self._errors(), self._connection.cursor() as cursor:
            # a table that dbt replaced meanwhile would look empty from here
            lock = sql.SQL("lock table {} in access share mode")
            cursor.execute(lock.format(sql.SQL(", ").join([periods, *others])))
            cursor.execute(query.format(periods))
            row = cursor.fetchone()
        if row is None:
            raise UsageError(
                "The marts hold no orders. Load some (make load DATA=folder), then run "
                "make build."
            )
        return Build(*row)

    def read(self, table: str, period: Period, columns: dict[str, str]) -> pd.DataFrame:
        """Rows of a period.

        Args:
            table: of schema intermediate.
            period: which.
            columns: names, and the types of PostgreSQL in which they are wanted.

        Raises:
            UsageError: the table is missing.
            ServerError: the server cannot be asked.
        """
        query = sql.SQL(
            "copy (select {} from {} where period = {}) to stdout (format csv)"
        ).format(
            sql.SQL(", ").join(
                sql.SQL("cast({} as {})").format(sql.Identifier(name), sql.SQL(kind))
                for name, kind in columns.items()
            ),
            self._table("intermediate", table),
            sql.Literal(period),
        )
        with tempfile.TemporaryFile() as file:
            with self._errors(), self._connection.cursor() as cursor:
                cursor.copy_expert(query, file)
            empty = file.tell() == 0
            file.seek(0)
            types = {name: _ARROW[kind] for name, kind in columns.items()}
            if empty:
                found = pa.schema(types.items()).empty_table()
            else:
                found = csv.read_csv(
                    file,
                    csv.ReadOptions(column_names=list(columns)),
                    csv.ParseOptions(newlines_in_values=True),
                    csv.ConvertOptions(
                        column_types=types,
                        null_values=[""],
                        strings_can_be_null=True,
                        quoted_strings_can_be_null=False,
                    ),
                )
        rows: pd.DataFrame = found.to_pandas()
        return rows

    def stored(self, table: str, source: str) -> pd.DataFrame:
        """What was written of a source: of one fit at most, in an order of its own.

        Raises:
            UsageError: the table is missing.
            ServerError: the server cannot be asked.
        """
        names = [*WHOSE, *TABLES[table], "fitted_at"]
        query = sql.SQL("select {} from {} where source = {} order by {}").format(
            sql.SQL(", ").join(map(sql.Identifier, names)),
            self._table("forecast", table),
            sql.Literal(source),
            sql.SQL(", ").join(map(sql.Identifier, TABLES[table][:3])),
        )
        with self._errors(), self._connection.cursor() as cursor:
            cursor.execute(query)
            return pd.DataFrame(cursor.fetchall(), columns=names)

    def write(self, build: Build, tables: dict[str, pd.DataFrame]) -> None:
        """Replace all that is there of the build's source, in one transaction.

        Args:
            build: whose forecast it is.
            tables: by name, with the columns of TABLES and fitted_at; missing columns
                become null.

        Raises:
            UsageError: a table is missing.
            ServerError: the server refuses it.
        """
        with self._errors():
            # what was read was of an older moment
            self._connection.rollback()
            with self._connection, self._connection.cursor() as cursor:
                # of two fits at once one waits for the other; readers do not
                lock = sql.SQL("lock table {} in share row exclusive mode")
                cursor.execute(lock.format(self._table("forecast", "parameters")))
                for name, rows in tables.items():
                    table = self._table("forecast", name)
                    cursor.execute(
                        sql.SQL("delete from {} where source = %s").format(table),
                        (build.source,),
                    )
                    names = [*WHOSE, *TABLES[name], "fitted_at"]
                    copy = sql.SQL("copy {} ({}) from stdin (format csv)").format(
                        table, sql.SQL(", ").join(map(sql.Identifier, names))
                    )
                    with tempfile.TemporaryFile() as file:
                        csv.write_csv(
                            _labelled(build, rows, names),
                            file,
                            csv.WriteOptions(include_header=False),
                        )
                        file.seek(0)
                        cursor.copy_expert(copy, file)
                    cursor.execute(sql.SQL("analyze {}").format(table))

    def _table(self, schema: str, table: str) -> sql.Composable:
        return sql.Identifier(self._prefix + schema, table)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what the server reports into an error of ours."""
        try:
            yield
        except (
            errors.InvalidSchemaName,
            errors.UndefinedTable,
            errors.UndefinedColumn,
        ) as error:
            raise UsageError(
                f"{str(error).splitlines()[0]}. Run dbt build first (make build); it "
                "makes what the forecast needs."
            ) from error
        except psycopg2.Error as error:
            said = str(error).strip() or type(error).__name__
            raise ServerError(f"The server reports: {said}") from error


@contextmanager
def open_warehouse(prefix: str = "") -> Iterator[Warehouse]:
    """Connect to the server that the libpq variables name.

    Raises:
        ServerError: there is no such server.
    """
    try:
        connection = connect("forecast")
    except LoaderError as error:
        raise ServerError(str(error)) from error
    with closing(connection):
        connection.set_session(isolation_level="REPEATABLE READ")
        yield Warehouse(connection, prefix)


def _labelled(build: Build, rows: pd.DataFrame, names: list[str]) -> pa.Table:
    """Rows with whose they are, in the order of names, NaN as null."""
    whose = {name: str(getattr(build, name)) for name in WHOSE}
    columns = [
        pa.array([whose[name]] * len(rows), pa.string())
        if name in whose
        else _column(rows, name)
        for name in names
    ]
    return pa.table(columns, names=names)


def _column(rows: pd.DataFrame, name: str) -> pa.Array:
    if name not in rows:
        return pa.nulls(len(rows), pa.string())
    return pa.array(rows[name], from_pandas=True)
