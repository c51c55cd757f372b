"""The connection to PostgreSQL, and what the server says when it fails."""

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class

from loader.errors import ServerError

_ADVICE = {
    errors.LockNotAvailable: (
        "\nAnother session holds what is needed: look into pg_stat_activity, end it or "
        "wait for it, and try again."
    ),
    errors.InsufficientPrivilege: (
        "\nThe user needs CREATE on the database, and must own the schemas there."
    ),
}


def connect(program: str) -> Connection:
    """A connection to the server that the libpq variables name.

    Args:
        program: who connects, for those who look into pg_stat_activity.

    Raises:
        ServerError: there is no such server, or it is not fit for loading.
    """
    try:
        connection = psycopg2.connect(application_name=process_name(program)[:63])
        connection.set_client_encoding("UTF8")
    except psycopg2.OperationalError as error:
        message = (
            f"No connection to PostgreSQL: {str(error).strip()}\n"
            "Set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE, "
            "or run '.venv/bin/sandbox up' and 'source .sandbox/env'."
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


def process_name(program: str) -> str:
    """Who this process is, for those who wait for it."""
    return f"{program}: {_user()}@{socket.gethostname()} {os.getpid()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return str(os.getuid())


@contextmanager
def server_errors(what: str) -> Iterator[None]:
    """Turn what the server reports into a ServerError."""
    try:
        yield
    except psycopg2.Error as error:
        said = str(error).strip() or type(error).__name__
        advice = next(
            (text for kind, text in _ADVICE.items() if isinstance(error, kind)), ""
        )
        message = f"{what}: {said}{advice}"
        raise ServerError(message) from error
