"""The command `loader suggest`: what it finds, and what it says about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loader.contract import read_contracts, sources
from loader.errors import DataRefusedError, UsageError
from loader.files import files_at
from loader.suggest.build import Suggestion, suggest
from loader.suggest.proof import Proof, prove
from loader.suggest.sample import NotCsvError, Sample, take_sample
from loader.suggest.write import mapping_text, printable, zone_doubts

LISTED = 10


@dataclass(frozen=True)
class Answer:
    """A mapping file's text, what is to be said about it, and whether it loads."""

    text: str
    summary: list[str]
    is_ready: bool


def answer(paths: tuple[Path, ...], source: str | None) -> Answer:
    """Look at the files and folders at paths.

    Raises:
        DataRefusedError: no file is like any table; says of each one why.
        UsageError: a path or the source does not exist.
    """
    if source is not None:
        read_contracts(source)
    files = files_at(paths)
    samples: list[Sample] = []
    others: dict[Path, str] = {}
    for path in files:
        try:
            samples.append(take_sample(path))
        except NotCsvError as error:  # noqa: PERF203 all files are told
            others[path] = str(error)
    names = [path.name for path in files]
    suggestion = suggest(samples, [source] if source else sources(), names)
    if suggestion is None:
        raise DataRefusedError(_nothing_found(samples, others, source))
    text = mapping_text(suggestion)
    proof = prove(suggestion, text, paths)
    summary = [*_said(suggestion, others), *_proven(proof)]
    return Answer(text, summary, not suggestion.lacks and proof.refusal is None)


def write_mapping(path: Path, text: str) -> None:
    """Write a mapping to a file that does not exist yet.

    Raises:
        UsageError: it exists, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        message = f"{path} exists already, and is left as it is. Name another file."
        raise UsageError(message) from error
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}."
        raise UsageError(message) from error


def _nothing_found(
    samples: list[Sample], others: dict[Path, str], source: str | None
) -> str:
    lines = [f"No file looks like a table of {source or 'any source'}."]
    for sample in samples[:LISTED]:
        names = [printable(name) for name in (sample.names or ())[:LISTED]]
        columns = ", ".join(names) or f"{sample.width} columns without names"
        lines.append(f"  {printable(sample.path.name)}: {columns}")
    lines += [
        f"  {printable(path.name)}: {why}"
        for path, why in list(others.items())[:LISTED]
    ]
    lines.append(
        "Which columns a table needs is in the contracts, loader/sources; write a "
        "mapping by hand."
    )
    return "\n".join(lines)


def _said(suggestion: Suggestion, others: dict[Path, str]) -> Iterator[str]:
    yield f"Source {suggestion.source}:"
    for table in suggestion.tables:
        files = [printable(found.sample.path.name) for found in table.matches]
        shown = ", ".join(files[:LISTED])
        rest = f" and {len(files) - LISTED} more" if len(files) > LISTED else ""
        yield f"  {table.contract.table} from {shown}{rest}"
    doubts = [f"time_zone: {doubt}" for doubt in zone_doubts(suggestion)]
    for table in suggestion.tables:
        for place, told in table.doubts.items():
            where = ".".join(place) if isinstance(place, tuple) else place
            doubts += [f"{table.contract.table}, {where}: {doubt}" for doubt in told]
    yield "Unsure:" if doubts else "Nothing is unsure."
    yield from (f"  {printable(doubt)}" for doubt in doubts)
    for table in suggestion.tables:
        if table.left_out:
            shown = ", ".join(printable(name) for name in table.left_out[:LISTED])
            more = len(table.left_out) - LISTED
            yield (
                f"Columns of {table.contract.table} left out: {shown}"
                f"{f' and {more:,} more' if more > 0 else ''}."
            )
    for sample in suggestion.unused:
        name = printable(sample.path.name)
        yield f"{name} is left out: no table of the source is like it."
    for path, why in others.items():
        yield f"{printable(path.name)} is left out: {printable(why)}."
    yield from suggestion.lacks


def _proven(proof: Proof) -> Iterator[str]:
    where = "samples of the files" if proof.sampled else "the files"
    for table in proof.summary.tables if proof.summary else []:
        read, rejected = table.count("read"), table.count("rejected")
        reasons = ", ".join(
            f"{reason} {rows:,}" for reason, rows in table.reasons().items()
        )
        yield (
            f"In {where}, {table.table} has {read:,} records, of which {rejected:,} "
            f"would be rejected{f': {reasons}' if reasons else ''}."
        )
    if proof.refusal is not None:
        yield f"Not ready, a load would be refused: {proof.refusal}"
