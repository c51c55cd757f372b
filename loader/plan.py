"""What is to be loaded: the request, the files it finds, the settings it follows."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from loader.contract import Contract, read_contracts
from loader.errors import DataRefusedError, UsageError
from loader.files import Discovered, TableFile, discover, read_header
from loader.mapping import Mapping, check_mapping, read_mapping
from loader.moments import Clock
from loader.reading import checksum
from loader.values import check_defaults

DEFAULT_SOURCE = "shop"
Mode = Literal["replace", "append"]


@dataclass(frozen=True)
class Request:
    """What the user asks for. max_rejects is a share, 0 to 1."""

    paths: tuple[Path, ...]
    source: str | None = None
    mapping: Path | None = None
    mode: Mode = "replace"
    max_rejects: Decimal = Decimal("0.05")
    dry_run: bool = False
    force: bool = False


@dataclass(frozen=True)
class Plan:
    """The request with its contracts, mapping and files."""

    request: Request
    source: str
    contracts: dict[str, Contract]
    mapping: Mapping
    clock: Clock
    found: Discovered
    settings_sha256: str
    open_files: dict[str, list[TableFile]] = field(default_factory=dict)

    def files(self) -> dict[str, list[TableFile]]:
        """The files of each table with their header lines.

        Raises:
            DataRefusedError: says of every file that cannot be used why.
        """
        if self.open_files:
            return self.open_files
        faults = []
        for table, paths in self.found.tables.items():
            mapping = (self.mapping.tables or {}).get(table)
            for path in paths:
                try:
                    file = read_header(path, self.contracts[table], mapping)
                except DataRefusedError as error:  # noqa: PERF203 all faults are told
                    faults.append(str(error))
                else:
                    self.open_files.setdefault(table, []).append(file)
        faults += self._missing_tables()
        if faults:
            self.open_files.clear()
            raise DataRefusedError("\n".join(faults))
        return self.open_files

    def is_same_as(self, last: Sequence[tuple[Any, ...]]) -> bool:
        """Whether the last load was of the same bytes, in the same way.

        last: of each of its files the table, bytes, sha256, mode and settings_sha256.
        """
        paths = [
            (table, path)
            for table, files in self.found.tables.items()
            for path in files
        ]
        sizes = sorted((table, path.stat().st_size) for table, path in paths)
        way = {(self.request.mode, self.settings_sha256)}
        if sizes != sorted(row[:2] for row in last) or way != {row[3:] for row in last}:
            return False
        mine: dict[str, list[str]] = defaultdict(list)
        for table, path in paths:
            mine[table].append(checksum(path))
        theirs: dict[str, list[str]] = defaultdict(list)
        for table, _, sha256, _, _ in last:
            theirs[table].append(sha256)
        return mine == theirs

    def _missing_tables(self) -> list[str]:
        if self.request.mode == "append":
            return []
        return [
            f"There is no file for the table {table}, which a shop cannot do without. "
            f"Looked for: {', '.join(contract.files)}."
            for table, contract in self.contracts.items()
            if contract.required and table not in self.found.tables
        ]


def make_plan(request: Request) -> Plan:
    """Find what the request names.

    Raises:
        UsageError: the request names something that does not exist or has no meaning.
    """
    mapping = read_mapping(request.mapping)
    if request.source and mapping.source and request.source != mapping.source:
        message = (
            f"The mapping is for source '{mapping.source}', "
            f"but --source says '{request.source}'."
        )
        raise UsageError(message)
    source = request.source or mapping.source or DEFAULT_SOURCE
    contracts = read_contracts(source)
    check_mapping(mapping, contracts)
    clock = Clock.in_zone(mapping.time_zone)
    for table, table_mapping in (mapping.tables or {}).items():
        check_defaults(contracts[table], table_mapping, clock)
    return Plan(
        request=request,
        source=source,
        contracts=contracts,
        mapping=mapping,
        clock=clock,
        found=discover(request.paths, contracts, mapping),
        settings_sha256=_fingerprint(contracts, mapping),
    )


def _fingerprint(contracts: dict[str, Contract], mapping: Mapping) -> str:
    """A checksum of all that decides what files turn into."""
    content = {
        "contracts": {
            name: contract.model_dump(mode="json")
            for name, contract in contracts.items()
        },
        "mapping": mapping.model_dump(mode="json"),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
