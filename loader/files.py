"""Which files are read for which table, and what their header lines say."""

import csv
import fnmatch
import io
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from loader.contract import Contract
from loader.errors import DataRefusedError, UsageError
from loader.mapping import WHITESPACE, Mapping, TableMapping
from loader.reading import CsvFile, Layout
from loader.records import TooLongError, UnterminatedQuoteError, split_records
from loader.transcoding import BYTE_ORDER_MARK, UTF_16_MARKS

DELIMITERS = (",", ";", "\t", "|")
HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class TableFile:
    """A file of a table, with what its header line says.

    fields: for each field of a record, the column it holds, or None for one that no
        column wants.
    constants: columns that the file lacks and to which the mapping gives a value, or
        the file's name.
    absent: optional columns that the file lacks, as its header line would name them.
    unknown: names in the header line that no column wants.
    """

    path: Path
    contract: Contract
    mapping: TableMapping
    layout: Layout
    fields: tuple[str | None, ...]
    constants: dict[str, str]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the file fills, in the order in which they are copied."""
        return (*(name for name in self.fields if name), *self.constants)


@dataclass(frozen=True)
class Discovered:
    """The files of each table, later names last, and the files that no table wants."""

    tables: dict[str, list[Path]]
    ignored: list[Path] = field(default_factory=list)


def discover(
    paths: Iterable[Path], contracts: dict[str, Contract], mapping: Mapping
) -> Discovered:
    """Sort the files found at paths, which are files or folders, by table.

    Raises:
        UsageError: a path does not exist, or nothing is found.
    """
    patterns = _patterns(contracts, mapping)
    tables: dict[str, list[Path]] = {}
    ignored = []
    for path in files_at(paths):
        found = [
            table
            for table, names in patterns.items()
            if any(fnmatch.fnmatchcase(path.name, name) for name in names)
        ]
        if found and not _is_text(path.name):
            message = f"The name of {path!r} is not UTF-8. Rename the file."
            raise UsageError(message)
        if len(found) > 1:
            message = f"{path} would be read for each of: {', '.join(found)}."
            raise UsageError(message)
        if found:
            tables.setdefault(found[0], []).append(path)
        else:
            ignored.append(path)
    if not tables:
        wanted = ", ".join(name for names in patterns.values() for name in names)
        places = ", ".join(str(path) for path in paths)
        message = f"No file to load in {places}. Looked for: {wanted}."
        raise UsageError(message)
    by_contract = {table: tables[table] for table in contracts if table in tables}
    return Discovered(by_contract, ignored)


def _patterns(
    contracts: dict[str, Contract], mapping: Mapping
) -> dict[str, tuple[str, ...]]:
    by_contract = {
        table: tuple(
            name for plain in contract.files for name in (plain, f"{plain}.gz")
        )
        for table, contract in contracts.items()
    }
    if mapping.tables is None:
        return by_contract
    return {
        table: table_mapping.file or by_contract[table]
        for table, table_mapping in mapping.tables.items()
    }


def files_at(paths: Iterable[Path]) -> list[Path]:
    """The files at paths and in folders there, each once, by name.

    Raises:
        UsageError: a path does not exist, or cannot be read.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        try:
            inside = _files_at(path)
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}."
            raise UsageError(message) from error
        for file in inside:
            found.setdefault(file.resolve(), file)
    return sorted(found.values(), key=lambda file: (file.name, str(file)))


def _files_at(path: Path) -> list[Path]:
    path.stat()
    if path.is_dir():
        return [
            file
            for file in path.iterdir()
            if file.is_file() and not file.name.startswith(".")
        ]
    if not path.is_file():
        message = f"{path} is neither a file nor a folder. Write it to a file first."
        raise UsageError(message)
    return [path]


def read_header(
    path: Path, contract: Contract, mapping: TableMapping | None
) -> TableFile:
    """Look at the beginning of a file: its delimiter and its columns.

    Raises:
        DataRefusedError: the file is empty, unreadable, or lacks a required column.
    """
    mapping = mapping or TableMapping()
    with CsvFile(path, mapping.encoding) as file:
        beginning = file.read(HEADER_BYTES)
        version = file.version
    _refuse_unreadable(path, contract.table, beginning)
    mark = len(BYTE_ORDER_MARK) if beginning.startswith(BYTE_ORDER_MARK) else 0
    if mapping.header is not None:
        delimiter = mapping.delimiter or ","
        names, layout = list(mapping.header), _layout(delimiter, mark, 1)
    else:
        names, layout = _header_line(path, beginning, mark, contract, mapping)
    layout = replace(layout, encoding=file.encoding, fields=len(names), version=version)
    return _table_file(path, contract, mapping, names, layout)


def _refuse_unreadable(path: Path, table: str, beginning: bytes) -> None:
    if beginning.startswith(tuple(UTF_16_MARKS)):
        message = (
            f"{path} is written in UTF-16. Say so in a mapping file, "
            f"tables: {{{table}: {{encoding: utf-16}}}}, or save it as UTF-8."
        )
        raise DataRefusedError(message)
    if not beginning.removeprefix(BYTE_ORDER_MARK).strip():
        message = f"{path} is empty. A table without records has a header line."
        raise DataRefusedError(message)
    if b"\r" in beginning and b"\n" not in beginning:
        message = (
            f"{path} ends its lines with carriage returns alone. "
            "Save it with line feeds and load it again."
        )
        raise DataRefusedError(message)


def _layout(delimiter: str, offset: int, line: int) -> Layout:
    if delimiter == WHITESPACE:
        return Layout(b"\t", quoted=False, offset=offset, line=line)
    return Layout(delimiter.encode(), quoted=True, offset=offset, line=line)


def _header_line(
    path: Path, beginning: bytes, mark: int, contract: Contract, mapping: TableMapping
) -> tuple[list[str], Layout]:
    """The names in the header line, read with the delimiter that makes most of them."""
    wanted = set(_columns_by_name(contract, mapping))
    delimiters = (mapping.delimiter,) if mapping.delimiter else DELIMITERS
    found = [
        _split_header(path, beginning, mark, delimiter) for delimiter in delimiters
    ]
    return max(
        found, key=lambda split: (len(wanted.intersection(split[0])), len(split[0]))
    )


def _split_header(
    path: Path, beginning: bytes, mark: int, delimiter: str
) -> tuple[list[str], Layout]:
    layout = _layout(delimiter, mark, 1)
    data = beginning[mark:]
    try:
        records = split_records(
            data,
            delimiter=layout.delimiter,
            quoted=layout.quoted,
            final=len(beginning) < HEADER_BYTES,
        )
    except (TooLongError, UnterminatedQuoteError):
        # the header itself may be fine: the record at fault is named when it is read
        records = split_records(
            data[: data.find(b"\n") + 1],
            delimiter=layout.delimiter,
            quoted=False,
            final=True,
        )
    if not len(records):
        message = f"{path}: the header line does not end within a megabyte."
        raise DataRefusedError(message)
    line = data[records.starts[0] : records.ends[0]]
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        message = (
            f"{path}: the header line is not UTF-8. Name the file's encoding in a "
            "mapping file, encoding: cp1252 for one, or save it as UTF-8."
        )
        raise DataRefusedError(message) from error
    if "\0" in text or len(text) > csv.field_size_limit():
        message = f"{path}: the header line is no text. Is this a CSV file?"
        raise DataRefusedError(message)
    if delimiter == WHITESPACE:
        names = text.split()
    else:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        names = [name.strip() for name in next(reader, [])]
    after = data.find(b"\n", int(records.ends[0])) + 1 or len(data)
    return names, _layout(delimiter, mark + after, 1 + data.count(b"\n", 0, after))


def _table_file(
    path: Path,
    contract: Contract,
    mapping: TableMapping,
    names: list[str],
    layout: Layout,
) -> TableFile:
    column_of = _columns_by_name(contract, mapping)
    fields = tuple(column_of.get(name) for name in names)
    twice = sorted({name for name in fields if name and fields.count(name) > 1})
    if twice:
        message = f"{path} has more than one column for: {', '.join(twice)}."
        raise DataRefusedError(message)
    absent = [name for name in contract.columns if name not in fields]
    constants = {
        name: mapping.defaults[name] for name in absent if name in mapping.defaults
    } | {
        name: f"{path.name} in {path.parent}"
        for name in absent
        if contract.columns[name].is_file_name
    }
    missing = [
        mapping.columns.get(name, contract.header(name))
        for name in contract.required_columns
        if name in absent and name not in constants
    ]
    if missing:
        message = (
            f"{path} has no column {_quoted(missing)}. It has {_quoted(names)}. If a "
            "column has another name there, say so in a mapping file under "
            f"tables: {contract.table}: columns."
        )
        raise DataRefusedError(message)
    return TableFile(
        path=path,
        contract=contract,
        mapping=mapping,
        layout=layout,
        fields=fields,
        constants=constants,
        absent=tuple(contract.header(name) for name in absent if name not in constants),
        unknown=tuple(name for name in names if name not in column_of),
    )


def _columns_by_name(contract: Contract, mapping: TableMapping) -> dict[str, str]:
    """The column for each name that a header line may hold."""
    own = {
        name: column
        for column, definition in contract.columns.items()
        if column not in mapping.columns and not definition.is_file_name
        for name in (column, contract.header(column))
    }
    return own | {name: column for column, name in mapping.columns.items()}


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
