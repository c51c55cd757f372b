"""Running commands one after another, and what they took."""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection

from sandbox.binaries import find_binaries

PROGRAMS = Path(sys.executable).parent
PROJECT = Path(__file__).parent.parent
LOOK_SECONDS = 0.02
QUIET = {"PGOPTIONS": "-c client_min_messages=warning"}


@dataclass(frozen=True)
class Taken:
    """What a command took: wall-clock seconds, and its own peak memory in megabytes."""

    seconds: float
    megabytes: float


def run(environment: Mapping[str, str], *command: str) -> Taken:
    """Run a program of the environment, which must succeed.

    Raises:
        CalledProcessError: it did not; what it said is on the terminal.
    """
    return measured(environment, [str(PROGRAMS / command[0]), *command[1:]])


def psql(environment: Mapping[str, str], *commands: str) -> Taken:
    """Run commands of SQL, or of psql, one after another."""
    program = str(find_binaries().folder / "psql")
    options = ["--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1"]
    parts = [part for command in commands for part in ("-c", command)]
    return measured(environment, [program, *options, *parts])


def measured(environment: Mapping[str, str], command: list[str]) -> Taken:
    """Run a command in the project's folder, which must succeed."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=PROJECT, env={**environment, **QUIET}, stdout=subprocess.DEVNULL
    )
    peak = 0.0
    while True:
        try:
            process.wait(timeout=LOOK_SECONDS)
            break
        except subprocess.TimeoutExpired:
            peak = _peak_megabytes(process.pid) or peak
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Taken(seconds, peak)


def _peak_megabytes(pid: int) -> float:
    """The most memory that a process has held so far, where Linux tells it; else 0."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else 0


def connect(environment: Mapping[str, str]) -> connection:
    """Connect to the server that the environment names."""
    return psycopg2.connect(
        host=environment["PGHOST"],
        port=environment["PGPORT"],
        user=environment["PGUSER"],
        password=environment["PGPASSWORD"],
        dbname=environment["PGDATABASE"],
    )


def settle(environment: Mapping[str, str]) -> None:
    """Let the server and the disk finish what the command before has left to do."""
    psql(environment, "checkpoint")
    os.sync()


def in_turn(
    actions: Mapping[str, Callable[[], Taken]],
    runs: int,
    before: Callable[[], None],
) -> dict[str, list[Taken]]:
    """Measure all actions, `runs` times each, in turn so that noise meets them all."""
    taken: dict[str, list[Taken]] = {name: [] for name in actions}
    for _ in range(runs):
        for name, action in actions.items():
            before()
            taken[name].append(action())
    return taken


def median(taken: list[Taken]) -> float:
    """The median of the seconds."""
    return statistics.median(each.seconds for each in taken)
