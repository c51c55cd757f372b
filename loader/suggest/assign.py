"""Which file is which table, and which tables have no file."""

from collections import defaultdict

from loader.contract import Contract
from loader.suggest.match import Match

STILL_GOOD = 0.6


def assigned(matches: list[Match]) -> dict[str, list[Match]]:
    """The files of each table: the best ones first, each file once."""
    best: dict[int, float] = defaultdict(float)
    usable = [found for found in matches if found.usable]
    for found in usable:
        key = id(found.sample)
        best[key] = max(best[key], found.score)
    tables: dict[str, list[Match]] = {}
    placed: set[int] = set()
    for found in sorted(usable, key=lambda m: (-m.score, m.sample.path.name)):
        key, table = id(found.sample), found.contract.table
        if key in placed or found.score < STILL_GOOD * best[key]:
            continue
        if table not in tables or _are_alike(tables[table][0], found):
            tables.setdefault(table, []).append(found)
            placed.add(key)
    for part in tables.values():
        part.sort(key=lambda m: m.sample.path.name)
    return tables


def _are_alike(one: Match, other: Match) -> bool:
    """Whether one mapping reads both files."""
    mine, theirs = one.sample, other.sample
    encodings = {
        sample.text.encoding for sample in (mine, theirs) if not sample.text.is_ascii
    }
    return (
        len(encodings) < 2  # noqa: PLR2004 they differ
        and mine.delimiter == theirs.delimiter
        and _names(one) == _names(other)
    )


def _names(found: Match) -> object:
    """What the required columns are called, or where they are."""
    names = found.sample.names
    if names is None:
        return found.sample.width, {n: part.place for n, part in found.columns.items()}
    return {
        name: names[found.columns[name].place]
        for name in found.contract.required_columns
    }


def lacks(
    source: str,
    contracts: dict[str, Contract],
    matches: list[Match],
    tables: dict[str, list[Match]],
) -> list[str]:
    """What the source needs and the files do not have, and what comes close."""
    said = []
    used = {id(found.sample) for part in tables.values() for found in part}
    for table, contract in contracts.items():
        if table in tables or not contract.required:
            continue
        needs = ", ".join(contract.required_columns)
        text = f"Source {source} needs a table {table} with {needs}."
        close = max(
            (
                found
                for found in matches
                if found.contract is contract
                and found.columns
                and id(found.sample) not in used
            ),
            key=lambda found: found.score,
            default=None,
        )
        if close is not None and close.missing:
            text += (
                f" {close.sample.path.name} comes closest, but nothing in it is like "
                f"{', '.join(close.missing)}."
            )
        said.append(f"{text} Export it too, or name the columns in the mapping.")
    return said
