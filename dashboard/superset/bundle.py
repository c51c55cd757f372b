"""The assets as files that Superset imports: a zip of YAML, the same for the same.

Ids are hashes of names, so that a second import changes the first one's dashboards
instead of adding others. The database's address holds no password.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import yaml

from dashboard.superset.contracts import read_marts

if TYPE_CHECKING:
    from dashboard.superset.assets import (
        Assets,
        Chart,
        Condition,
        Dashboard,
        Dataset,
        Filter,
        Metric,
    )
    from dashboard.superset.contracts import Column, Mart

DATABASE = "Customer Insights"
SCHEMA = "marts"
VERSION = "1.0.0"
EVERYTHING = UUID("7d0a4f0e-2a3b-4c56-9a6e-1f0c5f3f9a11")
# an instant within what a zip can date
_MOMENT = (1980, 1, 1, 0, 0, 0)
_SHARES = "_share"
_RATES = "numeric(9,6)"
_FORMATS = {"numeric(18,2)": ",.2f", "bigint": ",d"}
_NOTE_HEIGHT = 9
_NO_PERIOD = "No filter"
_ALL_ROWS = 50_000


def stable_id(kind: str, name: str) -> str:
    """The id of a thing, the same on every machine and at any time."""
    return str(uuid5(EVERYTHING, f"{kind}/{name}"))


def bundle(assets: Assets, address: str) -> dict[str, Any]:
    """The contents of the files that Superset imports, by path.

    Args:
        assets: what to show.
        address: of the database, as SQLAlchemy writes it.
    """
    marts = read_marts()
    files: dict[str, Any] = {
        "metadata.yaml": {
            "version": VERSION,
            "type": "assets",
            "timestamp": "1980-01-01T00:00:00+00:00",
        },
        "databases/customer_insights.yaml": _database(address),
    }
    for name, dataset in assets.datasets.items():
        files[f"datasets/customer_insights/{name}.yaml"] = _dataset(
            marts[name], dataset
        )
    for slug, dashboard in assets.dashboards.items():
        files[f"dashboards/{slug}.yaml"] = _dashboard(slug, dashboard)
        for chart in dashboard.charts:
            dataset, mart = assets.datasets[chart.dataset], marts[chart.dataset]
            files[f"charts/{chart.name}.yaml"] = _chart(chart, dataset, mart)
    return files


def zipped(files: dict[str, Any]) -> bytes:
    """The files as a zip, the same bytes for the same contents."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as folder:
        for path, content in files.items():
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
            folder.writestr(zipfile.ZipInfo(f"assets/{path}", _MOMENT), text)
    return archive.getvalue()


def _database(address: str) -> dict[str, Any]:
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": address,
        "uuid": stable_id("database", DATABASE),
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "version": VERSION,
    }


def _dataset(mart: Mart, dataset: Dataset) -> dict[str, Any]:
    return {
        "table_name": mart.name,
        "schema": SCHEMA,
        "description": mart.description,
        "main_dttm_col": dataset.time,
        "filter_select_enabled": True,
        "uuid": stable_id("dataset", mart.name),
        "metrics": [
            _metric(name, metric, mart) for name, metric in dataset.metrics.items()
        ],
        "columns": [_column(name, column) for name, column in mart.columns.items()],
        "version": VERSION,
        "database_uuid": stable_id("database", DATABASE),
    }


def _metric(name: str, metric: Metric, mart: Mart) -> dict[str, Any]:
    source = metric.sum or metric.only
    known = mart.columns[source].description if source else ""
    alone = "Shown of one row of the mart; of several there is no such figure."
    description = " ".join(
        filter(None, (metric.description or known, alone if metric.only else ""))
    )
    return {
        "metric_name": name,
        "verbose_name": metric.label,
        "expression": metric.expression,
        "description": description,
        "d3format": metric.format,
    }


def _column(name: str, column: Column) -> dict[str, Any]:
    kind = column.type.upper().replace("STRING", "TEXT")
    return {
        "column_name": name,
        "verbose_name": label(name),
        "description": column.description,
        "type": kind,
        "is_dttm": kind in {"DATE", "TIMESTAMP"},
        "is_active": True,
        "groupby": True,
        "filterable": True,
    }


def label(name: str) -> str:
    """A column's name for people: `rfm_segment` is 'RFM segment'."""
    words = name.replace("_", " ").replace("rfm", "RFM")
    words = re.sub(" (low|high)$", r", \1 end", words)
    return words[0].upper() + words[1:]


def _chart(chart: Chart, dataset: Dataset, mart: Mart) -> dict[str, Any]:
    filters = [_filter(condition) for condition in chart.where]
    if dataset.time:
        period = {"subject": dataset.time, "operator": "TEMPORAL_RANGE"}
        filters.append(_clause({**period, "comparator": _NO_PERIOD}))
    params: dict[str, Any] = {
        "viz_type": chart.kind,
        "adhoc_filters": filters,
        "row_limit": _ALL_ROWS,
        **_KINDS.get(chart.kind, {}),
        **_formats(chart, mart),
        **chart.settings,
    }
    return {
        "slice_name": chart.title,
        "description": chart.description,
        "viz_type": chart.kind,
        "params": params,
        "cache_timeout": None,
        "uuid": stable_id("chart", chart.name),
        "version": VERSION,
        "dataset_uuid": stable_id("dataset", chart.dataset),
    }


# how all charts of a kind look, unless a chart says otherwise
_SERIES: dict[str, Any] = {
    "color_scheme": "supersetColors",
    "show_legend": True,
    "legendOrientation": "top",
    "legendType": "scroll",
    "truncate_metric": True,
    "rich_tooltip": True,
    "showTooltipTotal": False,
    "x_axis_title_margin": 30,
    "y_axis_bounds": [None, None],
    "x_axis_time_format": "smart_date",
}
_KINDS: dict[str, dict[str, Any]] = {
    "big_number_total": {"header_font_size": 0.5, "subheader_font_size": 0.15},
    "echarts_timeseries_bar": _SERIES,
    "echarts_timeseries_line": _SERIES,
    "echarts_timeseries_step": _SERIES,
    "mixed_timeseries": _SERIES,
    "heatmap_v2": {
        "linear_color_scheme": "schemeBlues",
        "normalize_across": "heatmap",
        "legend_type": "continuous",
        "show_legend": True,
        "show_percentage": False,
        "xscale_interval": -1,
        "yscale_interval": -1,
        "left_margin": "auto",
        "bottom_margin": "auto",
        "value_bounds": [None, None],
    },
    "table": {
        "table_timestamp_format": "%Y-%m-%d",
        "show_cell_bars": True,
        "allow_rearrange_columns": True,
        "include_search": False,
    },
}


def _formats(chart: Chart, mart: Mart) -> dict[str, Any]:
    """How a table's own columns are written: shares, money, numbers."""
    config = {
        name: {"d3NumberFormat": number_format(name, mart.columns[name])}
        for name in chart.settings.get("all_columns", [])
        if number_format(name, mart.columns[name])
    }
    return {"column_config": config} if config else {}


def number_format(name: str, column: Column) -> str:
    """How d3 writes a column's values; empty for what is no number."""
    if name.endswith(_SHARES) or column.type == _RATES:
        return ".1%"
    return _FORMATS.get(column.type, "")


def _filter(condition: Condition) -> dict[str, Any]:
    clause = {"subject": condition.column, "operator": condition.operator}
    if condition.value is not None:
        clause["comparator"] = condition.value  # type: ignore[assignment]
    return _clause(clause)


def _clause(clause: dict[str, Any]) -> dict[str, Any]:
    digest = uuid5(EVERYTHING, json.dumps(clause)).hex
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "filterOptionName": f"filter_{digest}",
        **clause,
    }


def _dashboard(slug: str, dashboard: Dashboard) -> dict[str, Any]:
    # numbers stand for charts within the file alone; the import gives them others
    numbers = {chart.name: n for n, chart in enumerate(dashboard.charts, 1)}
    return {
        "dashboard_title": dashboard.title,
        "description": dashboard.description,
        "css": "",
        "slug": slug,
        "published": True,
        "uuid": stable_id("dashboard", slug),
        "position": _position(dashboard, numbers),
        "metadata": {
            "color_scheme": "supersetColors",
            "cross_filters_enabled": False,
            "refresh_frequency": 0,
            "native_filter_configuration": [
                _native_filter(slug, choice, numbers) for choice in dashboard.filters
            ],
        },
        "version": VERSION,
    }


def _position(dashboard: Dashboard, numbers: dict[str, int]) -> dict[str, Any]:
    """Superset's tree of what lies where."""
    above = ["ROOT_ID", "GRID_ID"]
    tree: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {
            "type": "HEADER",
            "id": "HEADER_ID",
            "meta": {"text": dashboard.title},
        },
    }
    note = {
        "type": "MARKDOWN",
        "id": "MARKDOWN-note",
        "children": [],
        "parents": [*above, "ROW-note"],
        "meta": {"code": dashboard.note, "width": 12, "height": _NOTE_HEIGHT},
    }
    rows = {"ROW-note": [note]}
    for number, row in enumerate(dashboard.rows, 1):
        name = f"ROW-{number}"
        rows[name] = [
            {
                "type": "CHART",
                "id": f"CHART-{chart.name}",
                "children": [],
                "parents": [*above, name],
                "meta": {
                    "chartId": numbers[chart.name],
                    "uuid": stable_id("chart", chart.name),
                    "sliceName": chart.title,
                    "width": chart.width,
                    "height": row.height,
                },
            }
            for chart in row.charts
        ]
    for name, parts in rows.items():
        tree[name] = {
            "type": "ROW",
            "id": name,
            "children": [part["id"] for part in parts],
            "parents": above,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        tree |= {str(part["id"]): part for part in parts}
    tree["GRID_ID"] = {
        "type": "GRID",
        "id": "GRID_ID",
        "children": list(rows),
        "parents": ["ROOT_ID"],
    }
    return tree


def _native_filter(
    slug: str, choice: Filter, numbers: dict[str, int]
) -> dict[str, Any]:
    identity = stable_id("filter", f"{slug}/{choice.name}")
    target: dict[str, Any] = {}
    mask: dict[str, Any] = {"extraFormData": {}, "filterState": {}}
    controls: dict[str, Any] = {"enableEmptyFilter": False}
    if choice.column and choice.dataset:
        target = {
            "datasetUuid": stable_id("dataset", choice.dataset),
            "column": {"name": choice.column},
        }
        controls = {
            "multiSelect": choice.single is None,
            "enableEmptyFilter": choice.single is not None,
            "defaultToFirstItem": False,
            "inverseSelection": False,
            "searchAllOptions": False,
        }
    if choice.single:
        chosen = [choice.single]
        kept = {"col": choice.column, "op": "IN", "val": chosen}
        mask = {
            "extraFormData": {"filters": [kept]},
            "filterState": {"value": chosen, "label": choice.single},
        }
    return {
        "id": f"NATIVE_FILTER-{identity}",
        "type": "NATIVE_FILTER",
        "name": choice.name,
        "description": choice.description,
        "filterType": "filter_select" if choice.column else "filter_time",
        "targets": [target],
        "controlValues": controls,
        "defaultDataMask": mask,
        "cascadeParentIds": [],
        "scope": {
            "rootPath": ["ROOT_ID"],
            "excluded": [n for name, n in numbers.items() if name not in choice.charts],
        },
        "tabsInScope": [],
    }
