"""From samples to a mapping: the source, its tables, how their files are written."""

import fnmatch
import glob
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from loader.contract import Column, Contract, read_contracts
from loader.mapping import TableMapping
from loader.suggest.assign import assigned, lacks
from loader.suggest.formats import (
    DATE_TYPES,
    NUMBER_TYPES,
    Doubtful,
    date_format,
    is_month_first,
    meanings,
    number_style,
)
from loader.suggest.match import Match, file_name_of, match
from loader.suggest.sample import Sample, Values
from loader.suggest.words import words
from loader.transcoding import UTF_8

REMARKS = {
    "revenue": "what the order is worth after discounts, without tax and shipping?",
}
_OFFSET = re.compile(r":\d\d\S* ?(Z|[+-]\d\d(:?\d\d)?)$")


@dataclass
class TableSuggestion:
    """The mapping of a table, in the words of a mapping file.

    doubts: by option, or by (option, column); what the user should look at.
    left_out: columns of the files that the table does not want.
    """

    contract: Contract
    matches: list[Match]
    options: dict[str, Any] = field(default_factory=dict)
    doubts: dict[str | tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    left_out: list[str] = field(default_factory=list)


@dataclass
class Suggestion:
    """A mapping of some files to a source.

    lacks: what a load would miss.
    offset: one of the offsets of times, which want the shop's time zone; or None.
    """

    source: str
    contracts: dict[str, Contract]
    tables: list[TableSuggestion]
    unused: list[Sample]
    lacks: list[str]
    offset: str | None

    @property
    def paths(self) -> list[Path]:
        """The files that the mapping names."""
        return [found.sample.path for table in self.tables for found in table.matches]


def suggest(
    samples: list[Sample], sources: Iterable[str], all_names: list[str]
) -> Suggestion | None:
    """The source that the files fit best; None if no file is like any table.

    all_names: the names of all files at the same places, also of those that are no CSV.
    """
    candidates = []
    for source in sources:
        contracts = read_contracts(source)
        matches = [match(sample, c) for sample in samples for c in contracts.values()]
        tables = assigned(matches)
        if not tables:
            continue
        complete = all(
            table in tables
            for table, contract in contracts.items()
            if contract.required
        )
        score = sum(found.score for part in tables.values() for found in part)
        candidates.append((complete, score, source, contracts, matches, tables))
    if not candidates:
        return None
    best = max(candidates, key=lambda candidate: candidate[:2])
    _, _, source, contracts, matches, tables = best
    used = {id(found.sample) for part in tables.values() for found in part}
    described = [
        _described(contracts[table], tables[table], all_names)
        for table in contracts
        if table in tables
    ]
    _describe_dates(described)
    for table in described:
        _describe_meanings(table)
    return Suggestion(
        source,
        contracts,
        described,
        [sample for sample in samples if id(sample) not in used],
        lacks(source, contracts, matches, tables),
        next(_offsets(described), None),
    )


def _described(
    contract: Contract, matches: list[Match], all_names: list[str]
) -> TableSuggestion:
    table = TableSuggestion(contract, matches)
    mine = [found.sample for found in matches]
    table.options["file"] = pattern_of([s.path.name for s in mine], all_names)
    _describe_layout(table, mine)
    _describe_columns(table)
    _describe_numbers(table)
    return table


def pattern_of(names: list[str], all_names: list[str]) -> str | list[str]:
    """A name or pattern that matches these names, and no other of the folder."""
    names = sorted(set(names))
    if len(names) == 1:
        return glob.escape(names[0])
    start = _common_start(names)
    ends = _common_start([name[len(start) :][::-1] for name in names])[::-1]
    # next month's file, and next year's, should be matched as well
    words = re.sub(r"(?<=[\W_])[\W\d_]+$|\d+$", "", start)
    for before, behind in ((words, ends.lstrip("0123456789")), (start, ends)):
        pattern = f"{glob.escape(before)}*{glob.escape(behind)}"
        matched = {name for name in all_names if fnmatch.fnmatchcase(name, pattern)}
        if before and matched == set(names):
            return pattern
    return [glob.escape(name) for name in names]


def _common_start(names: list[str]) -> str:
    """What all names begin with."""
    first, last = min(names), max(names)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(char for char, _ in same)


def _describe_layout(table: TableSuggestion, samples: list[Sample]) -> None:
    first = next((s for s in samples if not s.text.is_ascii), samples[0])
    if first.text.encoding != UTF_8:
        table.options["encoding"] = first.text.encoding
    if first.text.doubt:
        table.doubts["encoding"].append(first.text.doubt)
    if first.delimiter != ",":
        table.options["delimiter"] = first.delimiter
    for sample in samples:
        table.doubts["file"] += [f"{sample.path.name}: {n}" for n in sample.notes]


def _describe_columns(table: TableSuggestion) -> None:
    """How columns are called; the names of a file without any are invented."""
    first = table.matches[0]
    doubts = table.doubts
    if first.sample.names is None:
        places = {part.place: name for name, part in first.columns.items()}
        table.options["header"] = [
            places.get(place, f"column_{place + 1}")
            for place in range(first.sample.width)
        ]
        doubts["header"].append("there are no names: the values alone say what is what")
        _note_rivals(table)
        return
    columns: dict[str, str] = {}
    for found in table.matches:
        names = found.sample.names or ()
        for name, part in found.columns.items():
            written = names[part.place]
            if written == file_name_of(table.contract, name):
                continue
            if columns.setdefault(name, written) == written and found is first:
                if part.doubt:
                    doubts["columns", name].append(part.doubt)
                if name in REMARKS and name in table.contract.amount:
                    doubts["columns", name].append(REMARKS[name])
        taken = {part.place for part in found.columns.values()}
        table.left_out += [
            name
            for place, name in enumerate(names)
            if place not in taken and name not in table.left_out
        ]
    if columns:
        table.options["columns"] = {
            name: columns[name] for name in table.contract.columns if name in columns
        }
    if first.repeats_key:
        key = table.contract.key[0]
        doubts["columns", key].append(
            "it comes again and again: are the records lines of orders? Records that "
            "repeat a key and differ are rejected"
        )


def _note_rivals(table: TableSuggestion) -> None:
    """Columns that repeat together with one that was taken for an id."""
    first = table.matches[0]
    sample = first.sample
    taken = {part.place for part in first.columns.values()}
    for name, part in first.columns.items():
        if table.contract.columns[name].type != "id":
            continue
        mine = [row[part.place] for row in sample.rows]
        for place in range(sample.width):
            other = [row[place] for row in sample.rows]
            pairs = len(set(zip(mine, other, strict=True)))
            if place not in taken and pairs == len(set(mine)) == len(set(other)) > 1:
                table.doubts["header"].append(
                    f"column {place + 1} goes with {name}, one for one: is it that?"
                )


def _columns_of(table: TableSuggestion) -> dict[str, Column]:
    found = {name for part in table.matches for name in part.columns}
    columns = table.contract.columns
    return {name: columns[name] for name in columns if name in found}


def _values_of(
    table: TableSuggestion, name: str, *, all_of_them: bool = False
) -> Values:
    """The values of a column in all files, if not all, without those for nothing."""
    nothing = words().nothing_anywhere
    if table.contract.columns[name].type not in {"text", "id"}:
        nothing |= words().nothing_elsewhere
    return Values.of(
        [
            text
            for part in table.matches
            if name in part.columns
            for text in part.sample.values(part.columns[name].place).ordered
            if all_of_them or text not in nothing
        ]
    )


def _describe_numbers(table: TableSuggestion) -> None:
    numbers = {
        name: (column, values)
        for name, column in _columns_of(table).items()
        if column.type in NUMBER_TYPES and (values := _values_of(table, name)).total
    }
    if not numbers:
        return
    options, doubts = number_style(numbers)
    table.options |= options
    if doubts:
        named = "columns" if "columns" in table.options else "file"
        table.doubts[next(iter(options), named)] += doubts


def _describe_dates(tables: list[TableSuggestion]) -> None:
    """Formats of dates. What one column leaves open, another one may tell."""
    found: dict[tuple[int, str], Doubtful] = {}
    dates = [
        (number, name, Column(type=column.type), _values_of(table, name))
        for number, table in enumerate(tables)
        for name, column in _columns_of(table).items()
        if column.type in DATE_TYPES
    ]
    for number, name, column, values in dates:
        found[number, name] = date_format(values, column)
    told = {
        is_month_first(part.choice) for part in found.values() if not part.is_a_guess
    } - {None}
    if len(told) == 1:
        for number, name, column, values in dates:
            if found[number, name].is_a_guess:
                found[number, name] = date_format(
                    values, column, month_first=next(iter(told))
                )
    for number, table in enumerate(tables):
        mine = {name: part for (at, name), part in found.items() if at == number}
        given = {name: part.choice for name, part in mine.items() if part.choice}
        if given and len({part.choice for part in mine.values()}) == 1:
            table.options["date_format"] = next(iter(given.values()))
        elif given:
            table.options["date_format"] = given
        for name, part in mine.items():
            if part.doubt:
                place = "date_format" if given else "file"
                table.doubts[place].append(f"{name}: {part.doubt}")


def _offsets(tables: list[TableSuggestion]) -> Iterator[str]:
    """The offsets behind times of the samples."""
    for table in tables:
        for name, column in _columns_of(table).items():
            if column.type == "timestamp":
                for text in _values_of(table, name).ordered:
                    if found := _OFFSET.search(text):
                        yield found[1]


def _describe_meanings(table: TableSuggestion) -> None:
    options = {
        option: value
        for option, value in table.options.items()
        if option not in {"file", "header", "columns"}
    }
    mapping = TableMapping.model_validate(options)
    found = {
        name: meanings(_values_of(table, name, all_of_them=True), column, name, mapping)
        for name, column in _columns_of(table).items()
    }
    found = {name: meant for name, meant in found.items() if meant}
    if found:
        table.options["values"] = found
