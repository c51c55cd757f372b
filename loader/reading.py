"""Reading a CSV file as blocks of whole records, with its checksum."""

import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from loader.errors import DataRefusedError
from loader.records import (
    MAX_RECORD_BYTES,
    Records,
    TooLongError,
    UnterminatedQuoteError,
    split_records,
)
from loader.transcoding import UTF_8, Transcoded, own_bytes

if TYPE_CHECKING:
    from typing_extensions import Self

BLOCK_BYTES = 1 << 20

_SKIPPED = 1 << 20
_READ_ERRORS = (OSError, EOFError, zlib.error)


@dataclass(frozen=True)
class BlockPlace:
    """Where a block stands in its file, and what was seen of it to cut its records.

    offset: byte in the file (once decompressed) where the block starts.
    line: physical line, counted from 1, on which it starts.
    seen: how many bytes were looked at from there; the last records of a block may be
        what they are because of bytes behind it.
    final: whether these were the file's last bytes.
    """

    offset: int
    line: int
    seen: int
    final: bool


@dataclass(frozen=True)
class Block:
    """Whole records of a file.

    data: their bytes in UTF-8, whatever the encoding of the file.
    """

    data: bytes
    records: Records
    place: BlockPlace
    encoding: str = UTF_8

    def text(self, record: int) -> bytes:
        """The bytes of a record in UTF-8, without its line end."""
        start, end = self.records.starts[record], self.records.ends[record]
        return self.data[start:end]

    def raw(self, record: int) -> bytes:
        """The bytes that the file has for a record, without its line end."""
        return own_bytes(self.text(record), self.encoding)

    def line_of(self, record: int) -> int:
        """The physical line on which a record starts."""
        return self.place.line + self.records.lines_before(record)


@dataclass(frozen=True)
class Layout:
    """How the records of a file are told apart, and where the first one starts.

    offset: a byte of the content in UTF-8.
    fields: how many values a record has; 0 if that is not known.
    version: size and time of the file when its header was read; None if that is not
        known.
    """

    delimiter: bytes
    quoted: bool
    offset: int = 0
    line: int = 1
    encoding: str = UTF_8
    fields: int = 0
    version: tuple[int, int] | None = None


class _Hashed(io.RawIOBase):
    """A file that computes its checksum while it is read."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb", buffering=0)
        self.checksum = hashlib.sha256()
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        count = self.file.readinto(buffer) or 0
        self.checksum.update(memoryview(buffer)[:count])
        self.position += count
        return count

    def close(self) -> None:
        self.file.close()
        super().close()


class CsvFile:
    """A `.csv` or `.csv.gz` file opened for one reading from start to end."""

    def __init__(self, path: Path, encoding: str = UTF_8) -> None:
        """Open the file, whose content is read as UTF-8.

        Raises:
            DataRefusedError: it cannot be opened, or begins with another encoding.
        """
        self.path = path
        try:
            self._hashed = _Hashed(path)
            self._before = _version(path)
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}."
            raise DataRefusedError(message) from error
        buffered = io.BufferedReader(self._hashed, 1 << 20)
        stream: io.BufferedIOBase = (
            gzip.GzipFile(fileobj=buffered) if path.suffix == ".gz" else buffered
        )
        self.encoding = encoding
        self._stream: io.BufferedIOBase | Transcoded = stream
        if encoding != UTF_8:
            self._transcode(stream, encoding)

    def __enter__(self) -> "Self":
        """The open file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._stream.close()
        self._hashed.close()

    def _transcode(self, stream: io.BufferedIOBase, encoding: str) -> None:
        try:
            self._stream = Transcoded(stream, encoding, str(self.path))
        except _READ_ERRORS as error:
            self._hashed.close()
            raise self._unreadable(error) from error
        except DataRefusedError:
            self._hashed.close()
            raise
        else:
            self.encoding = self._stream.encoding

    @property
    def position(self) -> int:
        """How many bytes on disk have been read."""
        return self._hashed.position

    @property
    def version(self) -> tuple[int, int]:
        """Size and time of the file when it was opened."""
        return self._before

    def check_version(self, version: tuple[int, int] | None) -> None:
        """Refuse a file that is not the one seen before.

        Raises:
            DataRefusedError: the file has changed.
        """
        if version not in {None, self._before}:
            raise DataRefusedError(_changed(self.path))

    @property
    def size(self) -> int:
        """How many bytes the file takes on disk."""
        return self._before[0]

    def read(self, count: int) -> bytes:
        """Up to count bytes of content; fewer only at the file's end.

        Raises:
            DataRefusedError: the bytes cannot be read or decompressed.
        """
        parts = []
        try:
            while count > 0 and (part := self._stream.read(count)):
                parts.append(part)
                count -= len(part)
        except _READ_ERRORS as error:
            raise self._unreadable(error) from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _unreadable(self, error: Exception) -> DataRefusedError:
        return DataRefusedError(f"{self.path} cannot be read to its end: {error}.")

    def sha256(self) -> str:
        """The checksum of the bytes on disk, once they have all been read.

        Raises:
            DataRefusedError: the file changed while it was read.
        """
        while self._hashed.read(1 << 20):
            pass
        if _version(self.path) != self._before or self.position != self.size:
            raise DataRefusedError(_changed(self.path))
        return self._hashed.checksum.hexdigest()


def checksum(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal.

    Raises:
        DataRefusedError: the file cannot be read.
    """
    with CsvFile(path) as file:
        return file.sha256()


def read_blocks(file: CsvFile, layout: Layout) -> Iterator[Block]:
    """The records of a file, a few megabytes at a time.

    Raises:
        DataRefusedError: a quote is never closed, a record is too long, or the file
            cannot be read.
    """
    file.check_version(layout.version)
    skipped = file.read(layout.offset)
    offset, line, rest = len(skipped), layout.line, b""
    final = False
    while not final:
        added = file.read(BLOCK_BYTES)
        final = len(added) < BLOCK_BYTES
        data = rest + added
        block = _block(
            file.path, layout, data, BlockPlace(offset, line, len(data), final)
        )
        yield block
        rest = data[block.records.consumed :]
        offset += block.records.consumed
        line += block.records.line_feeds


def read_again(
    path: Path, layout: Layout, places: Iterable[BlockPlace]
) -> Iterator[Block]:
    """Read some blocks of a file again, in the order of the file, in one reading.

    Raises:
        DataRefusedError: the file cannot be read or has changed.
    """
    with CsvFile(path, layout.encoding) as file:
        file.check_version(layout.version)
        position, data = 0, b""
        for place in places:
            # what was seen of one block may hold the beginning of the next
            known = max(position - place.offset, 0)
            data = data[len(data) - known :]
            while position < place.offset:
                position += len(_read_all(file, min(place.offset - position, _SKIPPED)))
            missing = place.seen - len(data)
            data += _read_all(file, missing)
            position += missing
            yield _block(path, layout, data, place)


def _read_all(file: CsvFile, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise DataRefusedError(_changed(file.path))
    return data


def _block(path: Path, layout: Layout, data: bytes, place: BlockPlace) -> Block:
    """The whole records at the beginning of data, which was seen at a place."""
    try:
        records = split_records(
            data,
            delimiter=layout.delimiter,
            quoted=layout.quoted,
            final=place.final,
            fields=layout.fields,
            longest=MAX_RECORD_BYTES,
        )
    except UnterminatedQuoteError as error:
        start = place.line + data.count(b"\n", 0, error.offset)
        message = (
            f"{path}: a quote in the record that starts on line {start} is never "
            "closed, and what follows does not look like records. If the file was cut "
            "off there, export it again; else close the quote, or double it if it "
            "belongs to the text."
        )
        raise DataRefusedError(message) from error
    except TooLongError as error:
        start = place.line + data.count(b"\n", 0, error.offset)
        message = (
            f"{path}: the record that starts on line {start} is longer than "
            f"{MAX_RECORD_BYTES >> 20} MB. Is this a CSV file with line feeds? If so, "
            "shorten that record or take it out."
        )
        raise DataRefusedError(message) from error
    return Block(data[: records.consumed], records, place, layout.encoding)


def _changed(path: Path) -> str:
    return f"{path} changed while it was read. Load it again when nothing writes to it."


def _version(path: Path) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 the same for a path and a descriptor
    return status.st_size, status.st_mtime_ns
