"""Records among which some are broken, since their quotes do not add up.

Quotes come in runs; a run of an odd number opens or closes a value, a run of an even
number does neither. So from a record's start on, there are only two ways to read the
runs behind it: those that open in the one way close in the other. Both are worked out
for all runs at once: where records would end, and which runs stand where no quote may.
A walk then follows one way up to its next fault, ends the record at fault with its
line, and goes on in the way in which the next line begins a record.

The walk takes time in proportion to the bytes, whatever they are: in the lines that a
broken record would have swallowed, the other way leaves no quote open at a line's end.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

LINE_FEED, CARRIAGE_RETURN, QUOTE = b'\n\r"'
MAX_RECORD_BYTES = 4 << 20
RECORDS_EXPECTED = 0.9


class UnterminatedQuoteError(Exception):
    """A quote opened in the record at byte `offset` is never closed."""

    def __init__(self, offset: int) -> None:
        """Remember where the record starts."""
        super().__init__(offset)
        self.offset = offset


class TooLongError(Exception):
    """The record at byte `offset` is longer than a record may be."""

    def __init__(self, offset: int) -> None:
        """Remember where the record starts."""
        super().__init__(offset)
        self.offset = offset


@dataclass(frozen=True)
class Rules:
    """How to read; see `loader.records.split_records`. delimiter: the byte."""

    delimiter: int
    fields: int
    longest: int
    final: bool


@dataclass(frozen=True)
class _Way:
    """One of the two ways to read the quotes.

    ends: line feeds outside quotes. faults: where runs start that stand where no quote
    may. decided: the byte that makes each of them a fault. open_at_end: whether the
    data ends within quotes.
    """

    ends: Offsets
    faults: Offsets
    decided: Offsets
    open_at_end: bool


class Careful:
    """The walk through data that has stray quotes, or records that are too long."""

    def __init__(
        self, array: Bytes, feeds: Offsets, quotes: Offsets, rules: Rules
    ) -> None:
        """Work out both ways to read the data.

        feeds and quotes are the places of all line feeds and quotes.
        """
        self.array = array
        self.rules = rules
        self.feeds = feeds
        first = np.flatnonzero(np.diff(quotes, prepend=-2) > 1)
        runs = quotes[first]
        odd = np.diff(first, append=len(quotes)) % 2 == 1
        after = quotes[np.append(first[1:], len(quotes)) - 1] + 1 if len(runs) else runs
        self.runs = runs
        # how many odd runs are before each run, and before the data's end
        self.odd_before = np.concatenate(([0], np.cumsum(odd)))
        self.ways = tuple(self._way(feeds, runs, odd, after, phase) for phase in (0, 1))
        self.taken: list[Offsets] = []
        self.broken: list[int] = []
        self.broken_ends: list[int] = []

    def _way(
        self,
        feeds: Offsets,
        runs: Offsets,
        odd: npt.NDArray[np.bool_],
        after: Offsets,
        phase: int,
    ) -> _Way:
        """How the data reads where that many odd runs, or 2 more …, are passed over.

        after: the place behind each run. A run that the data's end cuts off is fine
        as far as one can see.
        """
        # there may be millions of line feeds: one flag for each, and no numbers
        feeds_between = np.diff(
            np.searchsorted(feeds, runs), prepend=0, append=len(feeds)
        )
        ends = feeds[np.repeat((self.odd_before + phase) % 2 == 0, feeds_between)]
        before = self.array[runs - 1]
        may_open = (
            (runs == 0) | (before == self.rules.delimiter) | (before == LINE_FEED)
        )
        padded = np.append(self.array, np.full(2, LINE_FEED, np.uint8))
        next_one, next_two = padded[after], padded[after + 1]
        is_return = next_one == CARRIAGE_RETURN
        may_close = (next_one == self.rules.delimiter) | (next_one == LINE_FEED)
        may_close |= is_return & (next_two == LINE_FEED)
        inside = (self.odd_before[:-1] + phase) % 2 == 1
        fault = np.where(inside, odd & ~may_close, ~may_open | (~odd & ~may_close))
        decided = np.where(inside | may_open, after + is_return, runs)
        return _Way(
            ends=ends,
            faults=runs[fault],
            decided=decided[fault],
            open_at_end=bool((self.odd_before[-1] + phase) % 2),
        )

    def split(self) -> tuple[Offsets, list[int]]:
        """The line feeds that end the records, and the starts of the broken ones.

        Raises:
            UnterminatedQuoteError: a quote is not closed, and no records follow.
            TooLongError: a record is longer than it may be.
        """
        start: int | None = 0
        while start is not None and start < len(self.array):
            start = self._follow(start)
        ends = np.concatenate([*self.taken, np.array(self.broken_ends, np.int64)])
        return np.sort(ends), self.broken

    def _follow(self, start: int) -> int | None:
        """Follow a way from a record's start to behind its next fault.

        Returns:
            Where to go on; None if the rest is no complete record.
        """
        way = self.ways[self.odd_before[self.runs.searchsorted(start)] % 2]
        number = int(way.faults.searchsorted(start))
        has_fault = number < len(way.faults)
        limit = int(way.faults[number]) if has_fault else len(self.array)
        first, last = (way.ends.searchsorted(place) for place in (start, limit))
        if first < last:
            ends = way.ends[first:last]
            longer = np.diff(ends, prepend=start - 1) - 1 > self.rules.longest
            if longer.any():
                ends = ends[: int(longer.argmax())]
                return self._go_on_behind(self._take(ends, start))
            start = self._take(ends, start)
        if has_fault:
            if way.decided[number] - start > self.rules.longest:
                return self._go_on_behind(start)
            return self._end_broken(start)
        return self._end_data(start, open_quote=way.open_at_end)

    def _take(self, ends: Offsets, start: int) -> int:
        """Take records; returns where the next one starts."""
        self.taken.append(ends)
        return int(ends[-1]) + 1 if len(ends) else start

    def _end_data(self, start: int, *, open_quote: bool) -> int | None:
        """Deal with what the data's end cuts off."""
        too_long = len(self.array) - start > self.rules.longest
        if too_long or (self.rules.final and open_quote and start < len(self.array)):
            return self._go_on_behind(start)
        return None

    def _end_broken(self, start: int) -> int | None:
        """End a broken record with its line; None if that is not all there yet."""
        end = self._line_end(start)
        if end is None:
            if len(self.array) - start > self.rules.longest:
                raise TooLongError(start)
            if not self.rules.final:
                return None
            self.broken.append(start)
            return None
        self.broken.append(start)
        self.broken_ends.append(end)
        return end + 1

    def _line_end(self, start: int) -> int | None:
        """The line feed that ends a line; None if there is none.

        Raises:
            TooLongError: it is too far away.
        """
        number = int(self.feeds.searchsorted(start))
        if number == len(self.feeds):
            return None
        end = int(self.feeds[number])
        if end - start > self.rules.longest:
            raise TooLongError(start)
        return end

    def _go_on_behind(self, start: int) -> int | None:
        """Go on with the line behind a quote that nothing closes within reach.

        Raises:
            UnterminatedQuoteError: what follows does not look like records.
            TooLongError: it is no quote that makes the record so long.
        """
        end = self._line_end(start)
        if end is None and len(self.array) - start > self.rules.longest:
            raise TooLongError(start)
        if end is None or not self._are_records(end + 1, start + self.rules.longest):
            raise UnterminatedQuoteError(start)
        return self._end_broken(start)

    def _are_records(self, start: int, stop: int) -> bool:
        """Whether nearly all whole lines there have as many fields as a record has.

        An estimate: it counts delimiters, also where quotes hold them.
        """
        lines = self.array[start:stop]
        bounds = np.flatnonzero(lines == LINE_FEED)
        if self.rules.final and stop >= len(self.array):
            bounds = np.append(bounds, len(lines))
        delimiters = np.flatnonzero(lines == self.rules.delimiter)
        counts = np.diff(np.searchsorted(delimiters, bounds), prepend=0)
        counts = counts[np.diff(bounds, prepend=-1) > 1]
        if not self.rules.fields or not len(counts):
            return False
        fitting = counts == self.rules.fields - 1
        return bool(fitting.mean() >= RECORDS_EXPECTED)
