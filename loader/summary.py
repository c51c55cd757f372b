"""What a load did, counted."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Context, Decimal
from pathlib import Path

from loader.errors import DataRefusedError
from loader.files import TableFile
from loader.scan import Reject

# the one reason for which rows of earlier loads, not of this one, leave the table
BY_THIS_LOAD = "by this load"
MAX_EXAMPLES = 5
# amounts have up to 12 digits before the point and 20 behind it
EXACT = Context(prec=100)


@dataclass
class FileTally:
    """A file's records: read = rejected + duplicates + superseded + loaded."""

    path: Path
    size: int = 0
    sha256: str = ""
    read: int = 0
    rejected: int = 0
    duplicates: int = 0
    superseded: int = 0

    @property
    def loaded(self) -> int:
        """The records that are in the table, or would be."""
        return self.read - self.rejected - self.duplicates - self.superseded


@dataclass
class Total:
    """Records, and the sum of their readable amounts."""

    rows: int = 0
    amount: Decimal = Decimal(0)

    def add(self, rows: int, amount: Decimal | None) -> None:
        """Add records and their amount, to the last digit."""
        self.rows += rows
        self.amount = EXACT.add(self.amount, amount or Decimal(0))

    def subtract(self, rows: int, amount: Decimal) -> None:
        """Take records and their amount away, to the last digit."""
        self.rows -= rows
        self.amount = EXACT.subtract(self.amount, amount)


@dataclass
class TableSummary:
    """What became of the records of a table's files.

    totals: by step (read, rejected, duplicate, superseded) and reason.
    examples: some of the rejected records with their files.
    orphans: by column, records that name something that does not exist.
    """

    table: str
    files: list[FileTally] = field(default_factory=list)
    totals: dict[tuple[str, str], Total] = field(
        default_factory=lambda: defaultdict(Total)
    )
    orphans: dict[str, int] = field(default_factory=dict)
    unknown_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    absent_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    examples: list[tuple[TableFile, Reject]] = field(default_factory=list)

    def add_file(self, file: TableFile, tally: FileTally) -> None:
        """Begin to count a file's records; note what its header line lacks or adds."""
        self.files.append(tally)
        if file.unknown:
            self.unknown_columns[file.path.name] = file.unknown
        if file.absent:
            self.absent_columns[file.path.name] = file.absent

    def reject(self, file: TableFile, rejects: list[Reject]) -> None:
        """Count rejected records, and keep the first ones."""
        for reject in rejects:
            self.add("rejected", reject.reason, 1, reject.amount)
        self.keep_examples(file, rejects)

    def keep_examples(self, file: TableFile, rejects: list[Reject]) -> None:
        """Keep the first rejected records, and the first of each reason, to show."""
        shown = {reject.reason for _, reject in self.examples}
        for reject in rejects:
            if len(self.examples) < MAX_EXAMPLES or reject.reason not in shown:
                self.examples.append((file, reject))
                shown.add(reject.reason)

    def count(self, step: str) -> int:
        """The records of a step, over all reasons."""
        return sum(
            total.rows for (name, _), total in self.totals.items() if name == step
        )

    def add(self, step: str, reason: str, rows: int, amount: Decimal | None) -> None:
        """Count records."""
        self.totals[step, reason].add(rows, amount)

    def reasons(self) -> dict[str, int]:
        """How many records were rejected for which reason, most first."""
        found = {
            reason: total.rows
            for (step, reason), total in self.totals.items()
            if step == "rejected"
        }
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @property
    def loaded(self) -> int:
        """The records that the files brought into the table."""
        return sum(file.loaded for file in self.files)

    def loaded_total(self) -> Total:
        """The records that the files brought into the table, and their amount."""
        total = Total()
        for (step, reason), part in self.totals.items():
            if (step, reason) == ("superseded", BY_THIS_LOAD):
                continue
            if step == "read":
                total.add(part.rows, part.amount)
            else:
                total.subtract(part.rows, part.amount)
        return total


@dataclass
class Summary:
    """What a load or a check did.

    load_id: None for a check, a dry run, and files that are loaded already.
    emptied: tables of which no file was found, and which are therefore empty.
    """

    source: str
    tables: list[TableSummary] = field(default_factory=list)
    ignored: list[Path] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    load_id: int | None = None
    unchanged: bool = False
    lacks_statistics: bool = False

    def refuse_rejects(self, share: Decimal) -> None:
        """Refuse if of some table more than this share (0 to 1) of records is rejected.

        Raises:
            TooManyRejectsError: names the tables.
        """
        refused = [
            table
            for table in self.tables
            if table.count("rejected") > share * table.count("read")
        ]
        if refused:
            raise TooManyRejectsError(self, refused, share)


class TooManyRejectsError(DataRefusedError):
    """More records are rejected than allowed; `summary` counts them."""

    def __init__(
        self, summary: Summary, refused: list[TableSummary], share: Decimal
    ) -> None:
        """Say which tables have too many rejects."""
        tables = "; ".join(
            f"{table.table}: {table.count('rejected'):,} of {table.count('read'):,}"
            for table in refused
        )
        percent = (share * 100).normalize()
        super().__init__(
            f"More than {percent:f} % of the records are rejected ({tables}). Mend the "
            "files, or allow more with --max-rejects (make has MAX_REJECTS)."
        )
        self.summary = summary
