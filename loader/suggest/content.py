"""Which column is which where no names say so: by the values alone."""

from dataclasses import dataclass
from statistics import fmean

from loader.contract import Column, Contract
from loader.mapping import TableMapping
from loader.suggest.formats import (
    DATE_TYPES,
    STYLES,
    accepted,
    date_format,
    reads_as,
    styled,
    symbols_of,
)
from loader.suggest.sample import Sample, Values

MAX_COLUMNS = 100
MOST = 0.9
UNIQUE_SHARE = 0.98
FEW = 50


@dataclass(frozen=True)
class _Kind:
    """What the values of a column are: date, decimal, whole or text."""

    place: int
    name: str
    values: Values

    @property
    def is_unique(self) -> bool:
        """Whether hardly any value comes twice."""
        return len(self.values.counts) >= UNIQUE_SHARE * max(self.values.total, 1)

    @property
    def is_like_a_count(self) -> bool:
        """Whether these are few different whole numbers."""
        return self.name == "whole" and len(self.values.counts) <= FEW

    @property
    def mean(self) -> float:
        """The mean of the digits, as a rough measure of size."""
        digits = ("".join(filter(str.isdigit, text)) for text in self.values.counts)
        return fmean(float(text[:18] or 0) for text in digits)


def by_content(sample: Sample, contract: Contract) -> dict[str, int]:
    """The places of the contract's columns, as far as values tell them apart."""
    free = [
        _Kind(place, _kind_of(sample, place), sample.values(place))
        for place in range(min(sample.width, MAX_COLUMNS))
        if sample.values(place).total
    ]
    found: dict[str, int] = {}
    for name, column in _in_order(contract):
        fitting = [kind for kind in free if _fits(kind, name, column, contract)]
        if not fitting:
            continue
        best = max(fitting, key=lambda kind: _preference(kind, column))
        found[name] = best.place
        free.remove(best)
    return found


def _in_order(contract: Contract) -> list[tuple[str, Column]]:
    """The columns that values can tell: dates first, counts last."""
    kinds = ["date", "timestamp", "number", "id", "integer"]
    wanted = [
        (name, column)
        for name, column in contract.columns.items()
        if column.type in kinds
        and (column.required or name in contract.key or name == "quantity")
    ]
    return sorted(
        wanted,
        key=lambda item: (
            not item[1].required,
            kinds.index(item[1].type),
            item[0] not in contract.amount,
            item[0] not in contract.key,
        ),
    )


def _fits(kind: _Kind, name: str, column: Column, contract: Contract) -> bool:
    if column.type in DATE_TYPES:
        return kind.name == "date"
    if column.type == "id":
        unique = contract.key == (name,)
        return kind.name in {"whole", "text"} and kind.is_unique == unique
    if not column.required or column.type == "integer":
        return kind.is_like_a_count
    return kind.name in {"decimal", "whole"}


def _preference(kind: _Kind, column: Column) -> tuple[float, ...]:
    """What is best is greatest; the first of equals is taken."""
    if column.type == "id":
        return (len(kind.values.counts),)
    if column.type == "number" and column.required:
        return kind.name == "decimal", kind.mean
    return (0,)


def _kind_of(sample: Sample, place: int) -> str:
    if place not in sample.kinds:
        sample.kinds[place] = _kind(sample.values(place))
    return sample.kinds[place]


def _kind(values: Values) -> str:
    few = Values.of(list(values.counts)[:1000])
    if _most(few, accepted(few, Column(type="integer"), TableMapping())):
        form = date_format(few, Column(type="date")).choice
        return "date" if form and _most(few, _dates(few, form)) else "whole"
    if reads_as(few, "timestamp"):
        return "date"
    symbols = symbols_of([few])
    number = Column(type="number")
    if any(_most(few, accepted(few, number, styled(s, symbols))) for s in STYLES):
        return "decimal"
    return "text"


def _dates(values: Values, form: str) -> int:
    return accepted(values, Column(type="date"), TableMapping(date_format=form))


def _most(values: Values, count: int) -> bool:
    return count >= MOST * values.total
