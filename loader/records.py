"""Where records begin and end in the bytes of a CSV file.

A record ends at a line feed outside quotes. A quote opens a value only at its start,
and closes it only at its end (RFC 4180). A record whose quotes do not add up is broken:
it is taken to end at its first line feed, and reading goes on with the next line, so
that one stray quote costs one line and never swallows its neighbours.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

LINE_FEED, CARRIAGE_RETURN, QUOTE = b'\n\r"'
BLANKS = list(b" \t\r\n")


class UnterminatedQuoteError(Exception):
    """A quote opened in the record at byte `offset` is never closed."""

    def __init__(self, offset: int) -> None:
        """Remember where the record starts."""
        super().__init__(offset)
        self.offset = offset


@dataclass(frozen=True)
class Records:
    """The records of some bytes, blank lines left out.

    starts, ends: byte offsets of each record, its line end excluded; shape (n,).
    lines: line feeds before each record's start; shape (n,).
    broken: whether a record's quotes do not add up; shape (n,).
    consumed: how many bytes the complete records and blank lines take up.
    line_feeds: how many line feeds the consumed bytes hold.
    """

    starts: Offsets
    ends: Offsets
    lines: Offsets
    broken: Flags
    consumed: int
    line_feeds: int

    def __len__(self) -> int:
        """The number of records."""
        return len(self.starts)


def split_records(
    data: bytes, *, delimiter: bytes, quoted: bool, final: bool
) -> Records:
    """Find the records in data that begins at a record's start.

    `quoted` says whether quotes have a meaning; `final` that no more bytes follow, so
    that the last record needs no line feed.

    Raises:
        UnterminatedQuoteError: the final bytes end within quotes.
    """
    array = np.frombuffer(data, dtype=np.uint8)
    feeds = np.flatnonzero(array == LINE_FEED)
    broken_starts: list[int] = []
    ends = feeds
    if quoted and b'"' in data:
        quotes = np.flatnonzero(array == QUOTE)
        if _well_formed(array, quotes, delimiter):
            ends = feeds[np.searchsorted(quotes, feeds) % 2 == 0]
            _refuse_open_quote(quotes, ends, final=final)
        else:
            ends, broken_starts = _split_carefully(data, delimiter, final=final)
    consumed = int(ends[-1]) + 1 if len(ends) else 0
    if final and consumed < len(data):
        ends = np.append(ends, len(data))
        consumed = len(data)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    ends = _without_carriage_return(array, starts, ends)
    filled = ends > starts
    if not quoted and len(starts):
        printed = ~np.isin(array[:consumed], BLANKS)
        filled &= np.add.reduceat(printed, starts, dtype=np.int64) > 0
    starts, ends = starts[filled], ends[filled]
    return Records(
        starts=starts,
        ends=ends,
        lines=np.searchsorted(feeds, starts),
        broken=np.isin(starts, broken_starts),
        consumed=consumed,
        line_feeds=int(np.searchsorted(feeds, consumed)),
    )


def _well_formed(array: Bytes, quotes: Offsets, delimiter: bytes) -> bool:
    """Whether each quote stands where RFC 4180 allows one.

    Counted from a record's start, quotes 1, 3, 5 … open a value or continue an escaped
    pair, quotes 2, 4, 6 … close a value or begin an escaped pair.
    """
    opening, closing = quotes[::2], quotes[1::2]
    before = array[opening - 1]
    fine_before = (opening == 0) | (before == delimiter[0]) | (before == LINE_FEED)
    fine_before[1:] |= opening[1:] - 1 == closing[: len(opening) - 1]
    if not fine_before.all():
        return False
    closing = closing[closing + 1 < len(array)]
    after = array[closing + 1]
    if not np.isin(after, [delimiter[0], LINE_FEED, CARRIAGE_RETURN, QUOTE]).all():
        return False
    returns = closing[after == CARRIAGE_RETURN] + 2
    return bool((array[returns[returns < len(array)]] == LINE_FEED).all())


def _refuse_open_quote(quotes: Offsets, ends: Offsets, *, final: bool) -> None:
    if final and len(quotes) % 2:
        raise UnterminatedQuoteError(int(ends[-1]) + 1 if len(ends) else 0)


def _without_carriage_return(array: Bytes, starts: Offsets, ends: Offsets) -> Offsets:
    """The ends, moved before the carriage return of a CRLF."""
    if not len(ends):
        return ends
    shorter = (ends > starts) & (array[ends - 1] == CARRIAGE_RETURN)
    before: Offsets = ends - shorter.astype(np.int64)
    return before


@dataclass(frozen=True)
class _Patterns:
    """What can stand at a record's start."""

    whole: re.Pattern[bytes]
    cut_off: re.Pattern[bytes]
    open_quote: re.Pattern[bytes]


@lru_cache
def _patterns(delimiter: bytes) -> _Patterns:
    separator = re.escape(delimiter)
    opened = rb'"[^"]*(?:""[^"]*)*'
    bare = rb'[^"\n' + separator + rb"]*"
    values = rb"(?:(?:" + opened + rb'"|' + bare + rb")" + separator + rb")*"
    value = rb"(?:" + opened + rb'"|' + bare + rb")"
    return _Patterns(
        whole=re.compile(values + value + rb"\r?(?:\n|\Z)"),
        cut_off=re.compile(
            values + rb"(?:" + opened + rb'"?|' + bare + rb")\r?\Z", re.DOTALL
        ),
        open_quote=re.compile(values + opened + rb"\Z"),
    )


def _split_carefully(
    data: bytes, delimiter: bytes, *, final: bool
) -> tuple[Offsets, list[int]]:
    """The ends of the records, one by one, and the starts of the broken ones."""
    patterns = _patterns(delimiter)
    ends: list[int] = []
    broken: list[int] = []
    start = 0
    while start < len(data):
        if final and patterns.open_quote.match(data, start):
            raise UnterminatedQuoteError(start)
        if not final and patterns.cut_off.match(data, start):
            break
        whole = patterns.whole.match(data, start)
        if whole:
            end = whole.end() - whole.group().endswith(b"\n")
        else:
            end = data.find(b"\n", start)
            if end < 0 and not final:
                break
            end = len(data) if end < 0 else end
            broken.append(start)
        if end < len(data):
            ends.append(end)
        start = end + 1
    return np.array(ends, dtype=np.int64), broken
