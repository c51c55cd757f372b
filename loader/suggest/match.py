"""Which table of a source a file could be, and which of its columns is which."""

import fnmatch
import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches

from loader.contract import ColumnType, Contract
from loader.suggest.content import by_content
from loader.suggest.formats import reads_as
from loader.suggest.sample import Sample
from loader.suggest.words import plain, words

EXACT, ALIKE, SYNONYM, PREFIXED, SIMILAR, CONTENT = 1.0, 0.98, 0.9, 0.8, 0.6, 0.5
RANK_STEP = 0.001
SIMILAR_ENOUGH = 0.88
MAX_COMPARED = 200
REQUIRED_WEIGHT = 3
REPEATED_SHARE = 0.9
NAMED_BY_CONTRACT, NAMED, PARTLY_NAMED = 3, 2, 1


@dataclass(frozen=True)
class Found:
    """A file's column that a contract's column is taken from."""

    place: int
    score: float
    doubt: str | None = None


@dataclass
class Match:
    """A file as a table: its columns by the contract's names."""

    sample: Sample
    contract: Contract
    columns: dict[str, Found]
    named: int
    doubts: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """The required columns that the file seems to lack."""
        return [
            name for name in self.contract.required_columns if name not in self.columns
        ]

    @property
    def usable(self) -> bool:
        """Whether the file can be loaded as this table."""
        enough = len(self.columns) > 1 or self.named >= NAMED
        return not self.missing and enough

    @property
    def repeats_key(self) -> bool:
        """Whether a key that should be unique comes again and again."""
        key = self.contract.key
        if len(key) != 1 or key[0] not in self.columns:
            return False
        values = self.sample.values(self.columns[key[0]].place)
        return bool(values.total) and (
            len(values.counts) < REPEATED_SHARE * values.total
        )

    @property
    def score(self) -> float:
        """How well the file fits, in columns found; less if its key repeats."""
        found = sum(
            part.score * (REQUIRED_WEIGHT if name in required else 1)
            for required in [self.contract.required_columns]
            for name, part in self.columns.items()
        )
        total = found + self.named - REQUIRED_WEIGHT * len(self.missing)
        return total / 2 if self.repeats_key else total


def match(sample: Sample, contract: Contract) -> Match:
    """The file as a table of this contract, as far as it is one."""
    named = _named(sample, contract)
    if sample.names is None:
        places = by_content(sample, contract)
        columns = {
            name: Found(place, CONTENT, "found by its values alone")
            for name, place in places.items()
        }
        return Match(sample, contract, columns, named)
    found = Match(sample, contract, _by_name(sample, sample.names, contract), named)
    _complete(found, sample.names)
    return found


def file_name_of(contract: Contract, column: str) -> str:
    """What the files of a contract call a column."""
    return contract.header(column)


def _named(sample: Sample, contract: Contract) -> int:
    """How far the file's name says that it is this table."""
    name = sample.path.name
    if any(
        fnmatch.fnmatchcase(name, pattern)
        for plain_name in contract.files
        for pattern in (plain_name, f"{plain_name}.gz")
    ):
        return NAMED_BY_CONTRACT
    stem = plain(re.sub(r"\d+", " ", name.split(".")[0]))
    known = words().tables.get(contract.table, (plain(contract.table),))
    if stem in known:
        return NAMED
    return PARTLY_NAMED if any(word in stem for word in known) else 0


def _by_name(
    sample: Sample, names: tuple[str, ...], contract: Contract
) -> dict[str, Found]:
    """The columns whose names say what they are, the clearest first."""
    plain_names = [plain(name) for name in names]
    once = {name for name, count in Counter(names).items() if count == 1}
    candidates = []
    for order, column in enumerate(contract.columns):
        scores = _names_of(contract, column)
        own = file_name_of(contract, column)
        for place, name in enumerate(names):
            score = EXACT if name == own else scores.get(plain_names[place], 0)
            if score and name in once:
                candidates.append((-score, order, place, column))
    found: dict[str, Found] = {}
    taken: set[int] = set()
    for negative, _, place, column in sorted(candidates):
        kind = contract.columns[column].type
        if column in found or place in taken:
            continue
        if negative > -EXACT and not _reads(sample, place, kind):
            continue
        rivals = [
            names[other]
            for score, _, other, name in sorted(candidates)
            if name == column and other != place and -score <= -negative
            and other not in taken and _reads(sample, other, kind)
        ]  # fmt: skip
        doubt = f"or is it {rivals[0]!r}?" if rivals and negative > -ALIKE else None
        found[column] = Found(place, -negative, doubt)
        taken.add(place)
    return found


def _names_of(contract: Contract, column: str) -> dict[str, float]:
    """The plain names that a column may have, and how sure each is."""
    scores: dict[str, float] = {}
    synonyms = words().columns.get(column, (plain(column),))
    tables = words().tables.get(contract.table, ())
    for rank, name in enumerate(synonyms):
        scores.setdefault(name, SYNONYM - rank * RANK_STEP)
    for rank, name in enumerate(synonyms):
        for table in tables:
            scores.setdefault(f"{table}{name}", PREFIXED - rank * RANK_STEP)
    if contract.key[:1] == (column,) and len(contract.key) == 1:
        scores.setdefault("id", PREFIXED)
    own = {plain(column), plain(file_name_of(contract, column))}
    return scores | dict.fromkeys(own, ALIKE)


def _complete(found: Match, names: tuple[str, ...]) -> None:
    """Find required columns by similar names, or the only one that reads like it."""
    if not 0 < len(found.missing) < len(found.contract.required_columns):
        return
    taken = {part.place for part in found.columns.values()}
    counts = Counter(names)
    free = [
        place
        for place, name in enumerate(names[:MAX_COMPARED])
        if place not in taken and counts[name] == 1 and found.sample.values(place).total
    ]
    for column in found.missing:
        kind = found.contract.columns[column].type
        fitting = [place for place in free if _reads(found.sample, place, kind)]
        similar = [place for place in fitting if _is_similar(names[place], column)]
        if similar:
            found.columns[column] = Found(similar[0], SIMILAR, "the name is similar")
            free.remove(similar[0])
        elif (
            len(fitting) == 1
            and len(found.missing) == 1
            and kind not in {"id", "text", "boolean"}
        ):
            doubt = "the only column with such values"
            found.columns[column] = Found(fitting[0], CONTENT, doubt)
            free.remove(fitting[0])


def _reads(sample: Sample, place: int, kind: ColumnType) -> bool:
    """Whether a column's values can be of a type; asked once."""
    key = (place, kind)
    if key not in sample.answers:
        sample.answers[key] = reads_as(sample.values(place), kind)
    return sample.answers[key]


def _is_similar(name: str, column: str) -> bool:
    known = words().columns.get(column, (plain(column),))
    return bool(get_close_matches(plain(name), known, n=1, cutoff=SIMILAR_ENOUGH))
