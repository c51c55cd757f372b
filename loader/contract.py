"""Contracts: what a table of a source must look like, read from its YAML file."""

from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    field_validator,
    model_validator,
)

from loader.errors import UsageError

# the same in C, where it was compiled
_YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SOURCES = Path(__file__).parent / "sources"

ColumnType = Literal["id", "text", "number", "integer", "date", "timestamp", "boolean"]

SQL_TYPES: dict[ColumnType, str] = {
    "id": "text",
    "text": "text",
    "number": "numeric",
    "integer": "bigint",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}


class Column(BaseModel):
    """A column of a contract: its type, and the values it may hold.

    required: every file has the column, and every record a value in it.
    expected: every file has the column, but a record may lack the value.
    header: its name in the files where that is not the column's own, which is read too.
    is_file_name: it stands in no file, but says which file the record is from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ColumnType
    required: bool = False
    expected: bool = False
    header: str | None = None
    is_file_name: bool = False
    above: Decimal | None = None
    minimum: Decimal | None = None
    references: str | None = None


class Contract(BaseModel):
    """A table of a source: its files, key and columns.

    A record without a value in a key column that is not required has no key: nothing
    says that two such records are the same, so all of them stay. `amount` names the
    column, or columns to be added, whose sum is reconciled from file to mart.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    description: str
    files: tuple[str, ...]
    required: bool = False
    key: tuple[str, ...]
    amount: tuple[str, ...] = ()
    columns: dict[str, Column]

    @field_validator("amount", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _names_exist(self) -> "Contract":
        named = [*self.key, *self.amount]
        unknown = [name for name in named if name not in self.columns]
        if unknown:
            message = f"key or amount names no column: {', '.join(unknown)}"
            raise ValueError(message)
        return self

    @cached_property
    def required_columns(self) -> tuple[str, ...]:
        """The columns that every file of the table must have."""
        return tuple(
            name
            for name, column in self.columns.items()
            if column.required or column.expected
        )

    def header(self, column: str) -> str:
        """The name that a column has in the header line of a file."""
        return self.columns[column].header or column

    @cached_property
    def optional_key(self) -> tuple[str, ...]:
        """The columns of the key that a record may lack."""
        return tuple(name for name in self.key if not self.columns[name].required)

    @cached_property
    def references(self) -> dict[str, str]:
        """The columns that name a record of another table, and that table."""
        return {
            name: column.references
            for name, column in self.columns.items()
            if column.references is not None
        }

    @property
    def has_key(self) -> bool:
        """Whether every record has a key."""
        return bool(self.key) and not self.optional_key


def sources() -> list[str]:
    """The names of the sources that have contracts."""
    return sorted(folder.name for folder in SOURCES.iterdir() if folder.is_dir())


def read_contracts(source: str) -> dict[str, Contract]:
    """The contracts of a source by table name, in the order of their file names.

    Raises:
        UsageError: there is no such source, or a contract is malformed.
    """
    if source not in sources():
        message = (
            f"There is no source '{source}'. The sources are: {', '.join(sources())}."
        )
        raise UsageError(message)
    contracts = {}
    for path in sorted((SOURCES / source).glob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), _YamlLoader)  # noqa: S506 it is safe
        try:
            contracts[path.stem] = Contract(table=path.stem, **content)
        except (TypeError, ValidationError) as error:
            message = f"The contract {path} is malformed: {error}"
            raise UsageError(message) from error
    return contracts
