"""Mapping files: how a shop's own CSV files differ from the contracts."""

import re
from collections.abc import Mapping as Dictionary
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from unicodedata import category
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from loader.contract import Contract
from loader.errors import UsageError
from loader.transcoding import UTF_8, known_encoding

if TYPE_CHECKING:
    from typing_extensions import Self

WHITESPACE = "whitespace"


class _TextLoader(yaml.SafeLoader):
    """Reads scalars as the text that is written: NO is Norway, and 007 keeps its zeros.

    Only null stays null.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 as its base class has it
        first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class TableMapping(BaseModel):
    """How the files of one table are named and written.

    `columns`, `defaults` and `values` are keyed by the contract's column names, and so
    is `date_format` where columns differ. `symbols` may stand around numbers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str = UTF_8
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", "'", " "] | None = None
    symbols: tuple[str, ...] = ()
    date_format: str | dict[str, str] | None = None
    header: tuple[str, ...] | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    defaults: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str | None]] = Field(default_factory=dict)

    @field_validator("file", "symbols", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("defaults", "values", "columns", mode="before")
    @classmethod
    def _none_given(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("values")
    @classmethod
    def _empty_is_null(
        cls, value: dict[str, dict[str, str | None]]
    ) -> dict[str, dict[str, str | None]]:
        return {
            column: {written: meant or None for written, meant in meanings.items()}
            for column, meanings in value.items()
        }

    @field_validator("columns")
    @classmethod
    def _one_name_each(cls, value: dict[str, str]) -> dict[str, str]:
        names = list(value.values())
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            message = f"more than one column is said to be {', '.join(twice)}"
            raise ValueError(message)
        return value

    @field_validator("delimiter")
    @classmethod
    def _single_byte(cls, value: str | None) -> str | None:
        if value is None or value == WHITESPACE:
            return value
        if len(value.encode()) != 1 or value in '"\r\n':
            message = f"'{value}' is not one plain character, nor '{WHITESPACE}'"
            raise ValueError(message)
        return value

    @field_validator("header")
    @classmethod
    def _names_something(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value == ():
            message = "header names no column; leave it out where the file has names"
            raise ValueError(message)
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        return known_encoding(value)

    @field_validator("symbols")
    @classmethod
    def _no_part_of_a_number(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for symbol in value:
            printed = symbol.strip()
            letters = [c for c in printed if c.isalpha() or category(c) == "Sc"]
            if printed and (not letters or re.search(r"\d", printed)):
                message = f"'{symbol}' is not a sign or name of money such as $ or EUR"
                raise ValueError(message)
        return tuple(symbol.strip() for symbol in value)

    @field_validator("date_format")
    @classmethod
    def _readable_formats(
        cls, value: str | dict[str, str] | None
    ) -> str | dict[str, str] | None:
        given = value.values() if isinstance(value, dict) else [value] * bool(value)
        for date_format in given:
            _refuse_unreadable_format(str(date_format))
        return value

    @model_validator(mode="after")
    def _marks_differ(self) -> "Self":
        if self.thousands == self.decimal:
            message = (
                f"'{self.decimal}' cannot be both the decimal and the thousands mark"
            )
            raise ValueError(message)
        return self

    def date_format_of(self, column: str) -> str | None:
        """The format in which the dates of a column are written; None for ISO."""
        if isinstance(self.date_format, dict):
            return self.date_format.get(column)
        return self.date_format


def _refuse_unreadable_format(date_format: str) -> None:
    moment = datetime(2024, 2, 29, tzinfo=timezone.utc)
    try:
        written = moment.strftime(date_format)
        read = datetime.strptime(written, date_format)  # noqa: DTZ007
    except ValueError:
        read = None
    if read is None or read.date() != moment.date():
        message = f"'{date_format}' does not name day, month and year as %d/%m/%Y does"
        raise ValueError(message)


class Mapping(BaseModel):
    """A mapping file. Without one, files are as the contracts of `shop` say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str | None = None
    time_zone: str = "UTC"
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    tables: dict[str, TableMapping] | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = f"'{value}' is not a time zone such as Europe/Paris"
            raise ValueError(message) from error
        return value


def read_mapping(path: Path | None) -> Mapping:
    """The mapping in a YAML file, or the empty one for None.

    Raises:
        UsageError: the file cannot be read or says something that has no meaning.
    """
    if path is None:
        return Mapping()
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _TextLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"The mapping {path} cannot be read: {error}"
        raise UsageError(message) from error
    if not isinstance(content, dict):
        message = f"The mapping {path} is not a YAML dictionary with 'tables:'."
        raise UsageError(message)
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        faults = "\n".join(
            f"  {'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        message = f"The mapping {path} is malformed:\n{faults}"
        raise UsageError(message) from error


def check_mapping(mapping: Mapping, contracts: Dictionary[str, Contract]) -> None:
    """Refuse a mapping that names tables or columns no contract has.

    Raises:
        UsageError: names the table or column, and those that exist.
    """
    for table, table_mapping in (mapping.tables or {}).items():
        if table not in contracts:
            message = (
                f"The mapping names a table '{table}'. "
                f"The source has: {', '.join(contracts)}."
            )
            raise UsageError(message)
        columns = contracts[table].columns
        formats = table_mapping.date_format
        formats = formats if isinstance(formats, dict) else {}
        named = {
            *table_mapping.columns,
            *table_mapping.defaults,
            *table_mapping.values,
            *formats,
        }
        for column in sorted(named - set(columns)):
            message = (
                f"The mapping names a column '{column}' of {table}, which has: "
                f"{', '.join(columns)}."
            )
            raise UsageError(message)
        for column in formats:
            if columns[column].type not in {"date", "timestamp"}:
                message = (
                    f"The mapping gives a date format to {column} of {table}, which "
                    f"is no date but: {columns[column].type}."
                )
                raise UsageError(message)
