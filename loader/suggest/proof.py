"""Whether a suggested mapping loads: the loader's own check of files or samples."""

import gzip
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from loader.check import check
from loader.errors import LoaderError
from loader.files import TableFile
from loader.plan import Request, make_plan
from loader.suggest.build import Suggestion
from loader.suggest.sample import Sample
from loader.summary import Summary, TooManyRejectsError

WHOLE_CHECK_BYTES = 64 << 20


@dataclass(frozen=True)
class Proof:
    """What the check says. refusal: why a load would be refused; None if it is not."""

    summary: Summary | None
    refusal: str | None
    sampled: bool


def prove(suggestion: Suggestion, text: str, paths: tuple[Path, ...]) -> Proof:
    """Check the files at paths by a mapping file of this text."""
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "mapping.yml"
        mapping.write_text(text, encoding="utf-8")
        sampled = sum(path.stat().st_size for path in suggestion.paths)
        if sampled <= WHOLE_CHECK_BYTES:
            return _checked(paths, mapping, sampled=False)
        samples = [m.sample for table in suggestion.tables for m in table.matches]
        parts = tuple(
            _write_sample(sample, Path(folder) / str(number))
            for number, sample in enumerate(samples)
        )
        return _checked(parts, mapping, sampled=True)


def _checked(paths: tuple[Path, ...], mapping: Path, *, sampled: bool) -> Proof:
    def no_progress(_file: TableFile, _position: int) -> None:
        return

    request = Request(paths=paths, mapping=mapping, max_rejects=Decimal("0.05"))
    try:
        summary = check(make_plan(request), no_progress)
    except TooManyRejectsError as error:
        return Proof(error.summary, str(error), sampled)
    except LoaderError as error:
        return Proof(None, str(error), sampled)
    return Proof(summary, None, sampled)


def _write_sample(sample: Sample, folder: Path) -> Path:
    """Write the sample of a file under its own name."""
    folder.mkdir()
    pieces = sample.pieces.pieces
    marked = sample.text.encoding.startswith("utf-16")
    if len(pieces) == 1:
        content = pieces[0]
    elif marked:
        # with the mark that the mapping wants
        content = "".join(sample.text.pieces).encode(sample.text.encoding)
    else:
        # the lines that the pieces cut off are nobody's fault
        head = pieces[0][: pieces[0].rfind(b"\n") + 1]
        inner = [
            part[part.find(b"\n") + 1 : part.rfind(b"\n") + 1] for part in pieces[1:]
        ]
        content = b"".join([head, *inner])
    path = folder / sample.path.name
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return folder
