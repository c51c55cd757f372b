"""How the values of a table are written, found out by asking the loader's own reading.

A value counts as read where loader.values accepts it: what is suggested is what a load
would do, over all records of the sample.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contract import Column, ColumnType
from loader.mapping import TableMapping
from loader.moments import Clock
from loader.numbers import BLANKS
from loader.suggest.sample import Values
from loader.suggest.words import plain, words
from loader.values import Checked, check_column

DATE_TYPES = {"date", "timestamp"}
NUMBER_TYPES = {"number", "integer"}
TRIED = 50
MAX_MEANINGS = 12
# a day and a year of two digits
MIN_DIGITS = 3
MAX_WRITTEN = 100

# the plainest first: it is taken where several read the same
STYLES: tuple[tuple[str, str | None], ...] = (
    (".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", " "),
    (".", "'"), (",", "'"),
)  # fmt: skip
_DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%Y%m%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%d %b %Y",
    "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%b %d %Y", "%d %B %Y", "%B %d, %Y",
    "%Y-%m-%d",
)  # fmt: skip
_TIMES = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%H.%M")
FORMATS = tuple(
    f"{day}{between if time else ''}{time}{zone if time else ''}"
    for day, time in product(_DAYS, _TIMES)
    for between, zone in ((" ", ""), ("T", ""), (" ", " %z"), (", ", ""))
    if time or (between, zone) == (" ", "")
)
_CLOCK = Clock.in_zone("UTC")
_AROUND = re.compile(r"^[+-]?([^\d.,'+-]*)[+-]?[\d.,'\u2019\s]*\d[.,]?([^\d.,'+-]*)$")


@dataclass(frozen=True)
class Doubtful:
    """A date format, and the doubt about it in words; None where there is none.

    is_a_guess: whether nothing in the sample tells it from another format.
    """

    choice: str | None
    doubt: str | None = None
    is_a_guess: bool = False


def checked(texts: list[str], column: Column, mapping: TableMapping) -> Checked:
    """The values as a load would read them."""
    return check_column(pa.array(texts, pa.string()), column, "", mapping, _CLOCK)


def fine(result: Checked, count: int) -> Any:  # noqa: ANN401 flags of numpy
    """Which values are accepted."""
    flags = np.ones(count, dtype=np.bool_)
    for _, faulty in result.faults:
        flags &= ~faulty
    return flags


def accepted(values: Values, column: Column, mapping: TableMapping) -> int:
    """How many of the values a load would accept."""
    texts = list(values.counts)
    flags = fine(checked(texts, column, mapping), len(texts))
    return int(np.array(list(values.counts.values()), dtype=np.int64)[flags].sum())


def reads_as(values: Values, kind: ColumnType) -> bool:
    """Whether at least half of some values can be read as a type, however written."""
    if kind in {"id", "text"} or not values.total:
        return True
    few = Values.of(list(values.counts)[:TRIED])
    column = Column(type="timestamp" if kind in DATE_TYPES else kind)
    if kind in DATE_TYPES:
        most = max(accepted(few, column, dated(form)) for form in _likely(few, column))
    elif kind in NUMBER_TYPES:
        symbols = symbols_of([few])
        most = max(accepted(few, column, styled(style, symbols)) for style in STYLES)
    else:
        most = sum(plain(text) in words().booleans for text in few.counts) + accepted(
            few, column, TableMapping()
        )
    return most * 2 >= few.total


def dated(date_format: str | None) -> TableMapping:
    """A mapping with a date format."""
    return TableMapping(date_format=date_format)


def styled(style: tuple[str, str | None], symbols: tuple[str, ...]) -> TableMapping:
    """A mapping with a style of numbers."""
    decimal, thousands = style
    return TableMapping.model_validate(
        {"decimal": decimal, "thousands": thousands, "symbols": symbols}
    )


def symbols_of(columns: Iterable[Values]) -> tuple[str, ...]:
    """The signs and names of money around numbers, and "" for blanks."""
    found: Counter[str] = Counter()
    for values in columns:
        for text, count in values.counts.items():
            if text[-1].isdigit() and (text[0].isdigit() or text[0] in "+-."):
                continue
            match = _AROUND.match(text)
            if match is None:
                continue
            around = [part.strip(BLANKS) for part in match.groups()]
            for symbol in {part for part in around if part}:
                found[symbol] += count
            if not any(around) and text.strip(BLANKS) != text:
                found[""] += count
    return tuple(symbol for symbol, _ in found.most_common() if _is_money(symbol))


def _is_money(symbol: str) -> bool:
    return (
        not symbol
        or symbol in words().symbols
        or (len(symbol) == len("EUR") and symbol.isascii() and symbol.isupper())
        or (len(symbol) == 1 and unicodedata.category(symbol) == "Sc")
    )


def number_style(
    columns: dict[str, tuple[Column, Values]],
) -> tuple[dict[str, Any], list[str]]:
    """Decimal, thousands and symbols for all number columns of a table, and doubts."""
    symbols = symbols_of(values for _, values in columns.values())
    scores = {}
    for style in STYLES:
        mapping = styled(style, symbols)
        scores[style] = sum(
            accepted(values, _plain(column), mapping)
            for column, values in columns.values()
        )
    most = max(scores.values(), default=0)
    best = [style for style in STYLES if scores[style] == most]
    chosen, doubts = best[0], []
    for name, (column, values) in columns.items():
        other = _other_reading(values, column, best, symbols)
        if other is not None:
            style, example = other
            # three digits behind the mark, always: more often it is that of thousands
            chosen = style if style[1] else chosen
            doubts.append(
                f"{name}: is {example} more than a thousand, or does its mark begin "
                "the decimals? Nothing in the sample tells"
            )
            break
    signs = [symbol for symbol in symbols if symbol]
    if len(signs) > 1:
        doubts.append(f"several currencies, of which none is converted: {signs}")
    decimal, thousands = chosen
    options: dict[str, Any] = {}
    if decimal != ".":
        options["decimal"] = decimal
    if thousands:
        options["thousands"] = thousands
    if symbols:
        options["symbols"] = [symbol or " " for symbol in symbols]
        if "" in symbols and signs:
            options["symbols"].remove(" ")
    return options, doubts


def _plain(column: Column) -> Column:
    """The column without its range, which says nothing of how numbers are written."""
    return Column(type=column.type)


def _other_reading(
    values: Values,
    column: Column,
    styles: list[tuple[str, str | None]],
    symbols: tuple[str, ...],
) -> tuple[tuple[str, str | None], str] | None:
    """A style that reads as much as the first one, but something else; an example."""
    texts = list(values.counts)
    first = checked(texts, _plain(column), styled(styles[0], symbols)).values
    found = None
    for style in styles[1:]:
        read = checked(texts, _plain(column), styled(style, symbols)).values
        differ = pc.fill_null(pc.not_equal(first, read), pa.scalar(value=False))
        places = np.flatnonzero(differ.to_numpy(zero_copy_only=False))
        if len(places) and (found is None or style[1]):
            found = style, texts[int(places[0])]
    return found


def is_month_first(form: str | None) -> bool | None:
    """Whether a format has the month before the day, where one could err."""
    if form is None or form.startswith("%Y") or not re.match("%[dm].%[dm]", form):
        return None
    return form.startswith("%m")


def date_format(
    values: Values, column: Column, *, month_first: bool | None = None
) -> Doubtful:
    """The format in which most of the values are dates; None for ISO.

    month_first: what other columns of the same export say, in case these do not.
    """
    if not values.total:
        return Doubtful(None)
    likely = _likely(values, column)
    scores = {form: accepted(values, column, dated(form)) for form in likely}
    most = max(scores.values())
    best = [form for form in likely if scores[form] == most]
    if not most:
        return Doubtful(None)
    texts = values.ordered
    readings = {
        form: pc.cast(checked(texts, column, dated(form)).values, pa.timestamp("us"))
        for form in best
    }
    different = [form for form in best if not readings[form].equals(readings[best[0]])]
    if not different:
        return Doubtful(best[0], _mixed(scores, values.total))
    rivals = [best[0], *different]
    chosen = min(
        rivals,
        key=lambda form: (
            form is not None,
            month_first is not None and is_month_first(form) != month_first,
            round(_disorder(readings[form]), 1),
        ),
    )
    others = ", ".join(str(form or "ISO") for form in rivals if form != chosen)
    example = next(iter(values.counts))
    doubt = f"no date of the sample tells {chosen} from {others}: which is {example}?"
    if month_first is not None and is_month_first(chosen) == month_first:
        doubt += " Other columns have it so"
    return Doubtful(chosen, doubt, is_a_guess=True)


def _mixed(scores: dict[str | None, int], total: int) -> str | None:
    """What to say of dates that no single format reads."""
    most = max(scores.values())
    if most == total:
        return None
    rest = f"{total - most:,} of {total:,} dates are written otherwise"
    rivals = [form or "ISO" for form, score in scores.items() if 0 < score < most]
    return f"{rest}, some as {rivals[0]}" if rivals else rest


def _likely(values: Values, column: Column) -> list[str | None]:
    """ISO, and the formats that read some of the first values and some of the rest."""
    texts = list(values.counts)
    few = Values.of([*texts[:TRIED], *texts[-TRIED:]])
    kind = Column(type=column.type)
    if accepted(few, kind, TableMapping()) == few.total:
        return [None]
    shapes = {re.sub(r"\d", "", text)[:3] for text in few.counts}
    letters = any(re.search(r"[A-Za-z]", text) for text in few.counts)
    found: list[str | None] = [None]
    if not any(len(re.findall(r"\d", text)) >= MIN_DIGITS for text in few.counts):
        return found
    for form in FORMATS:
        separator = re.sub(r"%[a-zA-Z]", "", form)[:1]
        if separator and not any(separator in shape for shape in shapes):
            continue
        if not letters and re.search("%[bBp]|T", form):
            continue
        if accepted(few, kind, dated(form)):
            found.append(form)
    return found


def _disorder(moments: Any) -> float:  # noqa: ANN401 pyarrow has no types
    """How far moments are from being sorted: files mostly are, one way or the other."""
    numbers = pc.cast(moments, pa.int64()).drop_null().to_numpy()
    if len(numbers) < 2:  # noqa: PLR2004 a single moment is sorted
        return 0.0
    falls = float((np.diff(numbers) < 0).mean())
    rises = float((np.diff(numbers) > 0).mean())
    return min(falls, rises)


def meanings(
    values: Values, column: Column, name: str, mapping: TableMapping
) -> dict[str, str | None]:
    """What values mean that are not written as a contract wants them."""
    known = words()
    found: dict[str, str | None] = {}
    texts = [text for text in values.counts if len(text) <= MAX_WRITTEN]
    free = column.type in {"text", "id"}
    if free and not known.nothing_anywhere & values.counts.keys() and name != "status":
        return {}
    result = check_column(
        pa.array(texts, pa.string()), _plain(column), name, mapping, _CLOCK
    )
    for text, good in zip(texts, fine(result, len(texts)).tolist(), strict=True):
        if text in known.nothing_anywhere or (
            not free and not good and text in known.nothing_elsewhere
        ):
            found[text] = None
        elif column.type == "boolean" and not good and plain(text) in known.booleans:
            found[text] = "true" if known.booleans[plain(text)] else "false"
        elif name == "status" and plain(text) in known.statuses:
            found[text] = known.statuses[plain(text)]
    return dict(list(found.items())[:MAX_MEANINGS])
