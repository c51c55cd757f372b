"""The role with which Superset reads the marts, and nothing else."""

from __future__ import annotations

import json
import secrets
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class
from psycopg2.extensions import encrypt_password

from dashboard.errors import ServerError
from dashboard.superset.place import write_private
from loader.connection import connect
from loader.errors import LoaderError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

GROUP = "bi_reader"
_BUILD = "Build the marts first: make build."
# a forgotten transaction would hold up the next build, a runaway query the server
_SETTINGS = {
    "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "1min",
    "statement_timeout": "1min",
}


@dataclass(frozen=True)
class Reader:
    """A role that can log in, and its password."""

    name: str
    password: str


@dataclass(frozen=True)
class Marts:
    """A database whose marts a reader reads."""

    host: str
    port: int
    database: str
    reader: Reader

    @property
    def address(self) -> str:
        """The database as SQLAlchemy names it, without a password."""
        user, name = quote(self.reader.name), quote(self.database, safe="")
        if self.host.startswith("/"):
            where = f"/{name}?host={quote(self.host, safe='')}&port={self.port}"
        else:
            host = f"[{self.host}]" if ":" in self.host else self.host
            where = f"{host}:{self.port}/{name}"
        return f"postgresql+psycopg2://{user}@{where}"

    @property
    def environment(self) -> dict[str, str]:
        """The libpq variables that lead to it."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGDATABASE": self.database,
            "PGUSER": self.reader.name,
            "PGPASSWORD": self.reader.password,
        }


def opened_marts(file: Path, tables: Iterable[str]) -> Marts:
    """The marts of the server that the libpq variables name, open to the reader.

    Args:
        file: keeps name and password of the reader; made if it is missing.
        tables: the marts that there must be.

    Raises:
        ServerError: no server, no marts, or no right to make the role.
    """
    reader = _kept(file)
    try:
        connection = connect("superset")
    except LoaderError as error:
        raise ServerError(str(error)) from error
    with closing(connection):
        told = connection.info
        marts = Marts(told.host, told.port, told.dbname, reader)
        _expect(connection, tables)
        if not _lets_in(marts):
            _make(connection, reader, file)
            if not _lets_in(marts):
                raise ServerError(
                    f"The server does not let the role {reader.name} in. Its "
                    "pg_hba.conf must allow it."
                )
    return marts


def _kept(file: Path) -> Reader:
    try:
        return Reader(**json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        # a name of its own: several machines may show the marts of one server
        reader = Reader(f"superset_{secrets.token_hex(4)}", secrets.token_urlsafe(24))
        write_private(file, json.dumps(asdict(reader)))
        return reader


def _expect(connection: Connection, tables: Iterable[str]) -> None:
    """Look whether the marts are there, and open to the group.

    Raises:
        ServerError: they are not.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [GROUP])
        if cursor.fetchone() is None:
            raise ServerError(f"There are no marts for the role {GROUP}. {_BUILD}")
        for table in tables:
            cursor.execute("select to_regclass(%s)", [f"marts.{table}"])
            if cursor.fetchone() == (None,):
                raise ServerError(f"The mart {table} is missing. {_BUILD}")


def _lets_in(marts: Marts) -> bool:
    try:
        connection = psycopg2.connect(
            host=marts.host,
            port=marts.port,
            dbname=marts.database,
            user=marts.reader.name,
            password=marts.reader.password,
        )
    except psycopg2.OperationalError:
        return False
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "select pg_has_role(%s, 'member')"
            " and has_schema_privilege('marts', 'usage')",
            [GROUP],
        )
        return cursor.fetchone() == (True,)


def _make(connection: Connection, reader: Reader, file: Path) -> None:
    """Make the role, or give it its password and its rights again.

    Raises:
        ServerError: the user may not make roles.
    """
    role, group = sql.Identifier(reader.name), sql.Identifier(GROUP)
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [reader.name])
        verb = sql.SQL("alter" if cursor.fetchone() else "create")
    # the server's log, should it hold statements, does not get to see the password
    hashed = encrypt_password(
        reader.password, reader.name, connection, algorithm="scram-sha-256"
    )
    commands = [
        sql.SQL("{} role {} login password {}").format(verb, role, sql.Literal(hashed)),
        sql.SQL("grant {} to {}").format(group, role),
        *(
            sql.SQL("alter role {} set {} = {}").format(
                role, sql.Identifier(name), sql.Literal(value)
            )
            for name, value in _SETTINGS.items()
        ),
    ]
    try:
        with connection, connection.cursor() as cursor:
            for command in commands:
                cursor.execute(command)
    except errors.InsufficientPrivilege as error:
        raise ServerError(
            f"The user {connection.info.user} may not make the role that reads the "
            "marts. Ask an administrator for:\n"
            f"  create role {reader.name} login password '…' in role {GROUP};\n"
            f"with the password in {file}."
        ) from error
