"""Loads into a lake that are killed at each step on the disk, one after another.

Run with the folder of CSV files and the lake. Prints a line for each load: the signal
that ended it, or 0, and then what a reader finds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import pyarrow.parquet as pq

# the children find all that they need imported
import loader.lake.load  # noqa: F401
from loader.cli import app

STEPS = {"open", "os.mkdir", "os.rename", "os.link", "os.symlink", "os.remove"}
MAX_KILLS = 300


def load(files: str, lake: str, step: int) -> NoReturn:
    """Load, and be killed at a step, counted from 0."""
    left = step

    def kill(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        # what is deleted is named within its folder, and not by its path
        if event in STEPS and (event == "os.remove" or lake in str(arguments)):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    sys.addaudithook(kill)
    app(["load", files, "--to", lake, "--max-rejects", "50%"], standalone_mode=False)
    os._exit(0)


def found(lake: Path) -> dict[str, object]:
    """Give what a reader finds: revenue, loads and the number of rejects."""
    orders = pq.read_table(lake / "raw_shop" / "orders").to_pylist()
    history = pq.read_table(lake / "raw_shop" / "load_history").to_pylist()
    rejects = pq.read_table(lake / "raw_shop" / "rejected_rows").to_pylist()
    return {
        "revenue": sorted({str(order["revenue"].normalize()) for order in orders}),
        "loads": sorted({row["load_id"] for row in history}),
        "rejects": len(rejects),
    }


def report(code: int, lake: Path) -> None:
    """Say how a load ended, and what a reader finds then."""
    sys.stdout.write(json.dumps({"code": code, **found(lake)}) + "\n")


def in_a_child(work: object, *arguments: object) -> int:
    """Run a function in a process of its own; give the signal that ended it."""
    child = os.fork()
    if child == 0:
        work(*arguments)  # type: ignore[operator]
        sys.stdout.flush()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(files: str, lake: str) -> None:
    """Kill until a load comes to its end."""
    for step in range(MAX_KILLS):
        ended = in_a_child(load, files, lake, step)
        in_a_child(report, ended, Path(lake))
        if ended == 0:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
