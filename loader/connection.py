"""The connection to PostgreSQL, and what the server says when it fails."""

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class

from loader.errors import ServerError


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


@contextmanager
def server_errors(what: str) -> Iterator[None]:
    """Turn what the server reports into a ServerError."""
    try:
        yield
    except psycopg2.Error as error:
        message = f"{what}: {str(error).strip() or type(error).__name__}"
        raise ServerError(message) from error
