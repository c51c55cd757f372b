"""What a chart shows, beside what SQL finds in the marts."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from dashboard.superset.assets import Chart
    from tests.project.conftest import Warehouse

KEYS = {"big_number_total": 0, "heatmap_v2": 2}
COLOURED = """
    canvas => {
        const {data} = canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height);
        let coloured = 0;
        for (let i = 0; i < data.length; i += 4) {
            const [red, green, blue] = data.slice(i, i + 3);
            if (Math.max(red, green, blue) - Math.min(red, green, blue) > 40)
                coloured += 1;
        }
        return coloured;
    }
"""


def shown(chart: Chart, results: list[dict[str, Any]]) -> dict[Any, Any]:
    """Give the values that a chart was given, by what they are shown by."""
    count = KEYS.get(chart.kind, 1)
    cells: dict[Any, Any] = {}
    for result in results:
        moments = [
            name
            for name, kind in zip(result["colnames"], result["coltypes"], strict=True)
            if kind == 2
        ]
        for row in result["data"]:
            values = {
                name: as_date(value) if name in moments else value
                for name, value in row.items()
                if name != "rank"
            }
            names = list(values)[:count]
            key = tuple(str(values.pop(name)) for name in names)
            cells |= {(*key, name): value for name, value in values.items()}
    return {key: value for key, value in cells.items() if value is not None}


def as_date(milliseconds: float) -> date:
    """Give the day of a moment as JavaScript counts it."""
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).date()


def wanted(warehouse: Warehouse, query: str, chart: Chart) -> dict[Any, Any]:
    """Give what a query finds, in the same form; null is nothing to show."""
    connection = warehouse.database.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    connection.close()
    assert rows, f"{chart.name}: the marts have nothing to show"
    count = KEYS.get(chart.kind, 1)
    cells: dict[Any, Any] = {}
    for row in rows:
        key = tuple(str(row.pop(name)) for name in names[:count])
        if "series" in row:
            cells[(*key, row["series"])] = row["value"]
        else:
            cells |= {(*key, name): value for name, value in row.items()}
    return {key: value for key, value in cells.items() if value is not None}


def assert_same(chart: Chart, found: dict[Any, Any], expected: dict[Any, Any]) -> None:
    """Compare, to the last digit that the marts give."""
    # a bar that is missing beside others is drawn as one of no height
    blanks = {key for key in found.keys() - expected.keys() if found[key] == 0}
    assert found.keys() - blanks == expected.keys(), chart.name
    for key, value in expected.items():
        if isinstance(value, Decimal):
            last = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
            allowed = last + abs(value) * Decimal("1e-9")
            difference = abs(Decimal(str(found[key])) - value)
            assert difference <= allowed, f"{chart.name} {key}: {found[key]}, {value}"
        else:
            assert found[key] == value, f"{chart.name} {key}"


def assert_drawn(chart: Chart, place: Locator) -> None:
    """Look at what a chart draws."""
    assert not place.locator(".ant-alert, .ant-empty, [role=alert]").count(), (
        f"{chart.name}: {place.inner_text()}"
    )
    if chart.kind == "table":
        assert place.locator("tbody tr").count() >= 1, chart.name
    elif chart.kind == "big_number_total":
        assert re.search(r"\d", place.locator(".header-line").inner_text())
    else:
        canvas = place.locator("canvas").first
        assert canvas.evaluate(COLOURED) > 500, f"{chart.name} is empty"
