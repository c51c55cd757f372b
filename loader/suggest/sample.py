"""Looking into an unknown file: its encoding, delimiter, header line and records."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from loader.errors import DataRefusedError
from loader.mapping import WHITESPACE
from loader.reading import CsvFile
from loader.records import UnterminatedQuoteError, split_records
from loader.suggest.encoding import Decoded, decoded
from loader.suggest.words import plain, words

WHOLE_BYTES = 8 << 20
WINDOW_BYTES = 1 << 18
WINDOWS = 16
DELIMITERS = (";", "\t", "|", ",")
LINES_TRIED = 300
KNOWN_ENOUGH = 2
CONSISTENT = 0.9
_BLANKS = re.compile("[ \t]+")


@dataclass(frozen=True)
class Pieces:
    """Some of a file's bytes: its beginning, and what lies further on.

    whole: whether these are all its bytes; cut: whether only its beginning is there, as
    compressed files cannot be read from the middle.
    """

    pieces: list[bytes]
    whole: bool
    cut: bool = False


@dataclass(frozen=True)
class Values:
    """A column of the sample: what is written in it how often, and in which order."""

    ordered: list[str]
    counts: Counter[str]

    @classmethod
    def of(cls, texts: list[str]) -> "Values":
        """The values, empty ones left out."""
        ordered = [text for text in texts if text]
        return cls(ordered, Counter(ordered))

    @property
    def total(self) -> int:
        """How many values there are."""
        return len(self.ordered)


@dataclass
class Sample:
    """A file as its sample shows it.

    names: what the header line says; None where there is none.
    rows: records of the right width, from the beginning, the middle and the end.
    answers, kinds: what was found out about columns, to be asked once.
    """

    path: Path
    text: Decoded
    pieces: Pieces
    delimiter: str
    names: tuple[str, ...] | None
    rows: list[list[str]]
    width: int
    notes: list[str] = field(default_factory=list)
    answers: dict[tuple[int, str], bool] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    _values: dict[int, Values] = field(default_factory=dict)

    @cached_property
    def signature(self) -> tuple[object, ...]:
        """What files of one table have in common."""
        return self.text.encoding, self.delimiter, self.names or self.width

    def values(self, place: int) -> Values:
        """The values of a column."""
        if place not in self._values:
            self._values[place] = Values.of([row[place] for row in self.rows])
        return self._values[place]


class NotCsvError(Exception):
    """Why a file is none that a table could be made of."""


def take_sample(path: Path) -> Sample:
    """Look into a file.

    Raises:
        NotCsvError: it is none that the loader could read.
    """
    try:
        pieces = read_pieces(path)
    except (OSError, DataRefusedError) as error:
        raise NotCsvError(str(error)) from error
    text = decoded(pieces.pieces)
    if text is None:
        raise NotCsvError("it is no text")
    if not any(piece.strip() for piece in text.pieces):
        raise NotCsvError("it is empty")
    delimiter = _delimiter(text.pieces[0])
    if delimiter is None:
        raise NotCsvError("its lines do not look like records of the same columns")
    records = [list(records_of(piece, delimiter)) for piece in text.pieces]
    names = _header(records[0])
    widths = Counter(len(row) for rows in records for row in rows)
    width = len(names) if names else widths.most_common(1)[0][0]
    rows = [row for part in records for row in part if len(row) == width]
    if names is not None:
        rows = rows[1:]
    header = None if names is None else tuple(name.strip() for name in names)
    sample = Sample(path, text, pieces, delimiter, header, rows, width)
    if pieces.cut:
        sample.notes.append("only the beginning of the compressed file was looked at")
    return sample


def read_pieces(path: Path) -> Pieces:
    """The bytes of a small file; the beginning, middle and end of a large one.

    Raises:
        OSError, DataRefusedError: it cannot be read.
    """
    size = path.stat().st_size
    with CsvFile(path) as file:
        beginning = file.read(WHOLE_BYTES)
        if len(beginning) < WHOLE_BYTES:
            return Pieces([beginning], whole=True)
    if path.suffix == ".gz":
        whole_lines = beginning[: beginning.rfind(b"\n") + 1]
        return Pieces([whole_lines], whole=False, cut=True)
    beginning = beginning[: WINDOW_BYTES * 4]
    pieces = [beginning]
    step = (size - len(beginning)) // WINDOWS
    with path.open("rb") as plain_file:
        for number in range(1, WINDOWS + 1):
            # even places, for UTF-16
            start = min(len(beginning) + step * number, size - WINDOW_BYTES) & ~1
            plain_file.seek(start)
            pieces.append(plain_file.read(WINDOW_BYTES))
    return Pieces(pieces, whole=False)


def records_of(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of a text as lists of fields; an unfinished last one is left out."""
    data = text.encode(errors="replace")
    if delimiter == WHITESPACE:
        for line in text.split("\n"):
            if line.strip(" \t\r"):
                yield _BLANKS.split(line.strip(" \t\r"))
        return
    try:
        found = split_records(
            data, delimiter=delimiter.encode(), quoted=True, final=True
        )
    except UnterminatedQuoteError:
        found = split_records(
            data, delimiter=delimiter.encode(), quoted=True, final=False
        )
    for start, end in zip(found.starts, found.ends, strict=True):
        record = io.StringIO(data[start:end].decode(errors="replace"), newline="")
        try:
            yield next(csv.reader(record, delimiter=delimiter), [])
        except csv.Error:
            continue


def _delimiter(beginning: str) -> str | None:
    """The delimiter that makes records of one width, and known names if there are."""
    text = "\n".join(beginning.split("\n", LINES_TRIED)[:LINES_TRIED])
    best, best_score = None, (0, 0.0, 0)
    for delimiter in (*DELIMITERS, WHITESPACE):
        records = list(records_of(text, delimiter))
        widths = Counter(len(row) for row in records)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        share = count / len(records)
        known = _known(records[0])
        # known names also speak for a file of which many records are torn
        if width == 1 or (
            share < CONSISTENT and (known < KNOWN_ENOUGH or delimiter == WHITESPACE)
        ):
            continue
        if best and (
            delimiter == WHITESPACE or (delimiter == "," and known <= best_score[0])
        ):
            # commas and blanks are in numbers and texts, too
            continue
        score = (known, round(share, 1), width)
        if best is None or score > best_score:
            best, best_score = delimiter, score
    return best


def _known(names: list[str]) -> int:
    """How many of the names are known for some column."""
    return sum(plain(name) in _known_names() for name in names[:500])


def _known_names() -> set[str]:
    return {name for names in words().columns.values() for name in names}


def _header(records: list[list[str]]) -> list[str] | None:
    """The first record, if it names columns."""
    first = records[0]
    if _known(first):
        return first
    if not all(_like_a_name(value) for value in first[:500]):
        return None
    below = records[1:LINES_TRIED]
    if not below:
        return first
    # names are unlike what they name: a column of numbers has none among its values
    for place, name in enumerate(first[:500]):
        values = [row[place] for row in below if len(row) > place]
        if name in values:
            return None
    return first


def _like_a_name(value: str) -> bool:
    value = value.strip()
    return bool(value) and not value[0].isdigit() and any(c.isalpha() for c in value)
