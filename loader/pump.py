"""Scanning beside copying: one thread checks records while another sends them."""

import queue
import threading
from collections.abc import Callable, Iterator

from loader.files import TableFile
from loader.moments import Clock
from loader.reading import CsvFile
from loader.scan import Batch, scan
from loader.summary import FileTally

BATCHES_AHEAD = 2
PATIENCE_SECONDS = 0.2

Progress = Callable[[TableFile, int], None]


def scan_file(
    file: TableFile,
    clock: Clock,
    tally: FileTally,
    progress: Progress,
    consume: Callable[[Batch], None],
) -> Iterator[memoryview]:
    """The payloads of a file's good records; tally and consume learn of all others.

    Raises:
        DataRefusedError: the file cannot be read to its end, or changed meanwhile.
    """
    with CsvFile(file.path, file.layout.encoding) as csv_file:
        tally.size = csv_file.size
        for batch in scan(csv_file, file, clock):
            tally.read += batch.records
            tally.rejected += len(batch.rejects)
            consume(batch)
            progress(file, csv_file.position)
            if batch.rows:
                yield memoryview(batch.payload)
        tally.sha256 = csv_file.sha256()
        progress(file, csv_file.position)


class Pump:
    """A readable file fed by a generator that runs in its own thread.

    What the generator raises is raised by read().
    """

    def __init__(self, payloads: Iterator[memoryview]) -> None:
        """Begin to run the generator."""
        self._payloads = payloads
        self._queue: queue.Queue[memoryview | BaseException | None] = queue.Queue(
            BATCHES_AHEAD
        )
        self._stopped = threading.Event()
        self._rest = memoryview(b"")
        self._done = False
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for payload in self._payloads:
                self._put(payload)
                if self._stopped.is_set():
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 it is raised again in read()
            self._put(error)

    def _put(self, item: memoryview | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=PATIENCE_SECONDS)
            except queue.Full:
                continue
            return

    def read(self, size: int = -1, /) -> bytes:
        """At most size bytes; none at the end.

        psycopg2 replaces what is raised here by an error of its own: `error` keeps it.
        """
        try:
            return self._next_part(size)
        except BaseException as error:
            self.error = error
            raise

    def readline(self, size: int = -1, /) -> bytes:
        """Not used: psycopg2 wants it declared."""
        raise NotImplementedError

    def _next_part(self, size: int) -> bytes:
        while not self._rest and not self._done:
            item = self._queue.get()
            if isinstance(item, memoryview):
                self._rest = item
                continue
            self._done = True
            if item is not None:
                raise item
        part = bytes(self._rest[:size])
        self._rest = self._rest[size:]
        return part

    def close(self) -> None:
        """Stop the thread."""
        self._stopped.set()
        self._thread.join()
