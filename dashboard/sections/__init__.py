"""The sections of the page, in the order of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.sections import (
    audiences,
    channels,
    cohorts,
    conversion,
    customers,
    forecasts,
    headline,
    products,
    promotions,
    quality,
    retention,
    revenue,
    scenarios,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.figure import Section
    from dashboard.marts import Marts

SECTIONS: tuple[Callable[[Marts], Section], ...] = (
    headline.section,
    revenue.section,
    customers.section,
    cohorts.section,
    retention.section,
    channels.section,
    conversion.section,
    promotions.section,
    products.section,
    forecasts.section,
    scenarios.section,
    audiences.section,
    quality.section,
)
