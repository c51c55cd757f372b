"""What the dashboards hold, as the files in `assets/` say it.

`assets/datasets/<mart>.yaml` names the metrics of a mart, and
`assets/dashboards/<slug>.yaml` the charts of a dashboard, row by row. Whatever they
refer to is checked when they are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dashboard.superset.contracts import read_marts
from dashboard.superset.errors import AssetsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dashboard.superset.contracts import Mart

ASSETS = Path(__file__).parent / "assets"
GRID_COLUMNS = 12

# the settings of Superset's charts that name metrics, and those that name columns
METRIC_SETTINGS = ("metric", "metrics", "metrics_b", "timeseries_limit_metric")
COLUMN_SETTINGS = ("x_axis", "groupby", "groupby_b", "all_columns")

Name = str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(_Strict):
    """A figure to draw: a sum, a ratio of sums, a count, or a mart's own value.

    `only` is a column that must not be added up, shown where there is one row and null
    where there are several, so that nobody gets a sum or an average of it by accident.
    `where` leaves out rows without a value in that column, above and below the line.
    """

    label: str
    format: str
    sum: Name | None = None
    ratio: tuple[Name, Name] | None = None
    count: Literal["rows"] | None = None
    only: Name | None = None
    where: Name | None = None
    description: str = ""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Metric:
        kinds = (self.sum, self.ratio, self.count, self.only)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("needs one of sum, ratio, count and only")
        return self

    @property
    def columns(self) -> list[Name]:
        """The columns that it reads."""
        return [
            name
            for name in (self.sum, *(self.ratio or ()), self.only, self.where)
            if name is not None
        ]

    @property
    def expression(self) -> str:
        """The SQL of it."""
        if self.ratio:
            above, below = self.ratio
            return f"{self._sum(above)} / NULLIF({self._sum(below)}, 0)"
        if self.only:
            return f"CASE WHEN COUNT(*) = 1 THEN MAX({self.only}) END"
        return self._sum(self.sum) if self.sum else "COUNT(*)"

    def _sum(self, column: Name) -> str:
        kept = f" FILTER (WHERE {self.where} IS NOT NULL)" if self.where else ""
        return f"SUM({column}){kept}"


class Dataset(_Strict):
    """The metrics of a mart; `time` is the column that a period is chosen by."""

    time: Name | None = None
    metrics: dict[Name, Metric] = {}


class Condition(_Strict):
    """Rows that a chart shows: `column operator value`."""

    column: Name
    operator: Literal["==", "!=", ">=", "<=", "IS NOT NULL"] = "=="
    value: bool | int | str | None = None


class Chart(_Strict):
    """A chart; `settings` are those of Superset's kind of chart."""

    name: Name
    title: str
    description: str
    kind: str
    dataset: Name
    width: int = Field(ge=2, le=GRID_COLUMNS)
    where: list[Condition] = []
    settings: dict[str, Any] = {}

    def named(self, settings: tuple[str, ...]) -> list[Name]:
        """What some of its settings name."""
        values = [self.settings.get(setting) or [] for setting in settings]
        return [
            name
            for value in values
            for name in (value if isinstance(value, list) else [value])
        ]


class Row(_Strict):
    """Charts beside each other; height in units of eight pixels."""

    height: int
    charts: list[Chart]

    @model_validator(mode="after")
    def _fits(self) -> Row:
        if sum(chart.width for chart in self.charts) > GRID_COLUMNS:
            raise ValueError(f"the charts are wider than {GRID_COLUMNS} columns")
        return self


class Filter(_Strict):
    """A choice above the dashboard, for the charts that it names.

    Without a column, the choice is a period. `single` is the value chosen at first,
    where just one may be.
    """

    name: str
    description: str
    charts: list[Name]
    dataset: Name | None = None
    column: Name | None = None
    single: str | None = None


class Dashboard(_Strict):
    """A dashboard; `note` says in Markdown what to know before reading it."""

    title: str
    description: str
    note: str
    filters: list[Filter] = []
    rows: list[Row]

    @property
    def charts(self) -> list[Chart]:
        """Its charts, from left to right and from top to bottom."""
        return [chart for row in self.rows for chart in row.charts]


@dataclass(frozen=True)
class Assets:
    """All that is shown: datasets by mart, dashboards by slug."""

    datasets: dict[Name, Dataset]
    dashboards: dict[Name, Dashboard]


def read_assets(folder: Path = ASSETS) -> Assets:
    """Read and check the files of a folder.

    Raises:
        AssetsError: a file is not as it should be, or names what the marts lack.
    """
    assets = Assets(
        _read(folder / "datasets", Dataset), _read(folder / "dashboards", Dashboard)
    )
    faults = list(_faults(assets, read_marts()))
    if faults:
        raise AssetsError("\n".join(["The dashboards do not fit the marts:", *faults]))
    return assets


_File = TypeVar("_File", Dataset, Dashboard)


def _read(folder: Path, kind: type[_File]) -> dict[Name, _File]:
    return {path.stem: _file(path, kind) for path in sorted(folder.glob("*.yaml"))}


def _file(path: Path, kind: type[_File]) -> _File:
    try:
        return kind.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise AssetsError(f"{path}: {error}") from error


def _faults(assets: Assets, marts: Mapping[str, Mart]) -> Iterator[str]:
    """What the files name and nobody has, in words."""
    for name, dataset in assets.datasets.items():
        yield from _faults_of_dataset(name, dataset, marts)
    charts = [chart for each in assets.dashboards.values() for chart in each.charts]
    names = [chart.name for chart in charts]
    yield from (
        f"Chart {name} is there twice." for name in names if names.count(name) > 1
    )
    for chart in charts:
        yield from _faults_of_chart(chart, assets, marts)
    for dashboard in assets.dashboards.values():
        for choice in dashboard.filters:
            yield from _faults_of_filter(choice, dashboard, assets, marts)


def _faults_of_dataset(
    name: Name, dataset: Dataset, marts: Mapping[str, Mart]
) -> Iterator[str]:
    if name not in marts:
        yield f"There is no mart {name}."
        return
    read = [column for metric in dataset.metrics.values() for column in metric.columns]
    for column in [*read, *([dataset.time] if dataset.time else [])]:
        if column not in marts[name].columns:
            yield f"Dataset {name}: the mart has no column {column}."


def _faults_of_chart(
    chart: Chart, assets: Assets, marts: Mapping[str, Mart]
) -> Iterator[str]:
    if chart.dataset not in assets.datasets or chart.dataset not in marts:
        yield f"Chart {chart.name}: there is no dataset {chart.dataset}."
        return
    for metric in chart.named(METRIC_SETTINGS):
        if metric not in assets.datasets[chart.dataset].metrics:
            yield f"Chart {chart.name}: {chart.dataset} has no metric {metric}."
    asked = [condition.column for condition in chart.where]
    for column in [*chart.named(COLUMN_SETTINGS), *asked]:
        if column not in marts[chart.dataset].columns:
            yield f"Chart {chart.name}: {chart.dataset} has no column {column}."


def _faults_of_filter(
    choice: Filter, dashboard: Dashboard, assets: Assets, marts: Mapping[str, Mart]
) -> Iterator[str]:
    charts = {chart.name: chart for chart in dashboard.charts}
    for name in choice.charts:
        if name not in charts:
            yield f"Filter {choice.name}: the dashboard has no chart {name}."
        elif choice.column:
            if choice.column not in marts[charts[name].dataset].columns:
                yield f"Filter {choice.name}: {name} has no column {choice.column}."
        elif not assets.datasets[charts[name].dataset].time:
            yield f"Filter {choice.name}: {name} has no column of time."
    if choice.column and choice.dataset not in assets.datasets:
        yield f"Filter {choice.name}: there is no dataset {choice.dataset}."
