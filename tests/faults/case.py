"""A shop that was loaded before, new files for it, and the loader as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Database

COMMAND = Path(sys.executable).with_name("loader")
FULL = os.environ.get("FAULTS") == "full"
HEADER = "order_id,customer_id,order_date,revenue,status\n"
OLD_ROWS = 1000
OLD, NEW = "1.00", "2.00"
PATIENCE_SECONDS = 120

Note = Callable[[str, object], None]


@dataclass(frozen=True)
class Ended:
    """How a process ended: exit code, what it said, its peak of memory in MB."""

    code: int
    said: str
    peak_mb: float


@dataclass
class Case:
    """One fault: the folder to load, the database with the load before it."""

    folder: Path
    database: Database
    note: Note
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def write_old(self) -> None:
        """Write the shop of the load before; one of its records is rejected."""
        self.write_orders(OLD_ROWS, OLD, "bad,ann,2024-01-03,0,open\n")

    def write_orders(self, rows: int, revenue: str, more: str = "") -> None:
        """Write customers and orders, all of the same revenue, and further records."""
        text = f"customer_id,signup_date,channel\nann,2024-01-01,{revenue}\n"
        self.write("customers.csv", text)
        with (self.folder / "orders.csv").open("w", encoding="utf-8") as file:
            file.write(HEADER)
            file.writelines(f"{n},ann,2024-01-03,{revenue},open\n" for n in range(rows))
            file.write(more)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(data)
        return path

    def start(self, *options: str, **changes: str) -> subprocess.Popen[bytes]:
        """Start a load of the folder; changes are to the environment."""
        said = self.folder.parent / f"said{len(self.processes)}"
        with said.open("wb") as file:
            process = subprocess.Popen(
                [COMMAND, "load", str(self.folder), *options],
                env={**self.database.environment, **changes},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> Ended:
        """Wait for a load's end."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        peak_mb = 0.0
        while process.poll() is None:
            peak_mb = max(peak_mb, _peak_mb(process.pid))
            if time.monotonic() > deadline:
                os.killpg(process.pid, signal.SIGKILL)
                pytest.fail("the load does not end")
            time.sleep(0.02)
        number = self.processes.index(process)
        said = (self.folder.parent / f"said{number}").read_text("utf-8")
        return Ended(process.returncode, said, peak_mb)

    def load(self, *options: str, **changes: str) -> Ended:
        """Load the folder."""
        return self.end(self.start(*options, **changes))

    def wait_for(self, query: str, process: subprocess.Popen[bytes]) -> None:
        """Wait until a query gives true, while the load runs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.database.value(query):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the load never came to: {query}")
            time.sleep(0.01)

    def wait_for_copy(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until a table is being copied to the server."""
        self.wait_for(
            "select exists (select from pg_stat_progress_copy"
            " where datname = current_database() and bytes_processed > 0)",
            process,
        )

    def stop_while_reading(
        self, process: subprocess.Popen[bytes], path: Path
    ) -> Iterator[None]:
        """Let the load pause within a file, do something, and let it go on."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not 0 < _position(process.pid, path) < path.stat().st_size:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("the load was never seen within the file")
        os.killpg(process.pid, signal.SIGSTOP)
        yield
        os.killpg(process.pid, signal.SIGCONT)

    def has_new(self) -> bool:
        """Whether the new content has taken the old one's place."""
        channel = self.database.value("select channel from raw_shop.customers")
        return bool(channel == NEW)

    def lost(self, rows: int = OLD_ROWS, revenue: str = OLD, rejects: int = 1) -> int:
        """How many records of a content are missing; fails if others are there."""
        [(count, keys, right)] = self.database.rows(
            "select count(*), count(distinct order_id), count(*) filter"
            " (where revenue = %s) from raw_shop.orders",
            (revenue,),
        )
        assert count == keys == right, "orders are there that should not be"
        customers = self.database.rows("select channel from raw_shop.customers")
        assert customers == [(revenue,)], "tables are of different loads"
        rejected = self.database.value("select count(*) from raw_shop.rejected_rows")
        return max(rows - int(count), 0) + max(rejects - int(rejected), 0)

    def row(self, fault: str, ended: Ended, code: int, *says: str) -> None:
        """Note a load that changed nothing, as a row of the table."""
        loads = "select count(distinct load_id) from raw_shop.load_history"
        assert self.database.value(f"{loads} where status = 'loaded'") == 1
        refused = self.database.value(f"{loads} where status = 'refused'")
        assert refused == (code == 1)
        if refused:
            self.database.rows("delete from raw_shop.rejected_rows where load_id > 1")
        self._note(fault, ended, code, says, self.lost())

    def done(self, fault: str, ended: Ended, records: int, *says: str) -> None:
        """Note a load that is done: each record is loaded, rejected or a duplicate."""
        [(read, loaded, rejected, duplicates)] = self.database.rows(
            "select sum(rows_read), sum(rows_loaded), sum(rows_rejected),"
            " sum(rows_duplicate) from raw_shop.load_history"
            " where table_name = 'orders' and load_id ="
            " (select max(load_id) from raw_shop.load_history)"
        )
        count = self.database.value("select count(*) from raw_shop.orders")
        rejects = self.database.value("select count(*) from raw_shop.rejected_rows")
        assert (count, rejects) == (loaded, rejected)
        assert read == records
        self._note(fault, ended, 0, says, records - count - rejects - duplicates)

    def _note(
        self, fault: str, ended: Ended, code: int, says: tuple[str, ...], lost: int
    ) -> None:
        for text in says:
            assert text in ended.said
        assert "Traceback" not in ended.said
        assert ended.code == code, ended.said
        self.note("fault", (fault, says[0], ended.code, int(lost)))
        assert lost == 0


def _peak_mb(process: int) -> float:
    """The most memory that a process has had since its program began; 0 if it ended.

    What wait4 says would count the memory of this process, which it is forked from.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8")
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) / 1024 if lines else 0


def _position(leader: int, path: Path) -> int:
    """How far into a file the processes of a group are; 0 if none has it open."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) != leader:
                continue
            for link in (folder / "fd").iterdir():
                if link.readlink() == path:
                    notes = (folder / "fdinfo" / link.name).read_text("ascii")
                    return int(notes.split()[1])
        except OSError:
            continue
    return 0
