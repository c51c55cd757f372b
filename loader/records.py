"""Where records begin and end in the bytes of a CSV file.

A record ends at a line feed outside quotes. A quote opens a value only at its start,
and closes it only at its end (RFC 4180). A record whose quotes do not add up is broken:
it is taken to end at its first line feed, and reading goes on with the next line, so
that one stray quote costs one line and never swallows its neighbours. Data with such
records takes the careful way, in `stray_quotes`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loader.stray_quotes import (
    CARRIAGE_RETURN,
    LINE_FEED,
    MAX_RECORD_BYTES,
    QUOTE,
    Careful,
    Rules,
    TooLongError,
    UnterminatedQuoteError,
)

__all__ = [
    "CARRIAGE_RETURN",
    "LINE_FEED",
    "MAX_RECORD_BYTES",
    "QUOTE",
    "Records",
    "TooLongError",
    "UnterminatedQuoteError",
    "split_records",
]

Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

BLANKS = list(b" \t\r\n")


@dataclass(frozen=True)
class Records:
    """The records of some bytes, blank lines left out.

    starts, ends: byte offsets of each record, its line end excluded; shape (n,).
    feeds: byte offsets of all line feeds, also within records.
    broken: whether a record's quotes do not add up; shape (n,).
    consumed: how many bytes the complete records and blank lines take up.
    line_feeds: how many line feeds the consumed bytes hold.
    """

    starts: Offsets
    ends: Offsets
    feeds: Offsets
    broken: Flags
    consumed: int
    line_feeds: int

    def __len__(self) -> int:
        """The number of records."""
        return len(self.starts)

    def lines_before(self, record: int) -> int:
        """How many line feeds are before a record's start."""
        return int(np.searchsorted(self.feeds, self.starts[record]))


def split_records(
    data: bytes,
    *,
    delimiter: bytes,
    quoted: bool,
    final: bool,
    fields: int = 0,
    longest: int = MAX_RECORD_BYTES,
) -> Records:
    """Find the records in data that begins at a record's start.

    Where the last record is not complete, it is left for the next call, which should
    be given it again with what follows it. How often that is done, and how much is
    added each time, makes no difference to the records found.

    Args:
        data: The bytes.
        delimiter: What stands between values; one byte.
        quoted: Whether quotes have a meaning.
        final: Whether no more bytes follow, so that the last record needs no line feed.
        fields: How many values a record has, to tell a stray quote that nothing closes
            from a file that was cut off; 0 if that is not known: then it is cut off.
        longest: How many bytes a record may have.

    Raises:
        UnterminatedQuoteError: a quote is not closed, and what follows is no records.
        TooLongError: a record is longer.
    """
    array = np.frombuffer(data, dtype=np.uint8)
    feeds = np.flatnonzero(array == LINE_FEED)
    quotes = np.flatnonzero(array == QUOTE) if quoted and b'"' in data else feeds[:0]
    broken_starts: list[int] = []
    ends = feeds
    if len(quotes):
        ends = feeds[np.searchsorted(quotes, feeds) % 2 == 0]
    if (
        (final and len(quotes) % 2)
        or _has_longer(ends, len(data), longest)
        or not _well_formed(array, quotes, delimiter)
    ):
        rules = Rules(delimiter[0], fields, longest, final=final)
        ends, broken_starts = Careful(array, feeds, quotes, rules).split()
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
        feeds=feeds,
        broken=np.isin(starts, broken_starts),
        consumed=consumed,
        line_feeds=int(np.searchsorted(feeds, consumed)),
    )


def _has_longer(ends: Offsets, size: int, longest: int) -> bool:
    """Whether a record, the unfinished last one included, is longer than it may be."""
    if size <= longest:
        return False
    return bool((np.diff(ends, prepend=-1, append=size) - 1 > longest).any())


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


def _without_carriage_return(array: Bytes, starts: Offsets, ends: Offsets) -> Offsets:
    """The ends, moved before the carriage return of a CRLF."""
    if not len(ends):
        return ends
    shorter = (ends > starts) & (array[ends - 1] == CARRIAGE_RETURN)
    before: Offsets = ends - shorter.astype(np.int64)
    return before
