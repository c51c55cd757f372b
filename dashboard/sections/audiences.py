"""Whom to write to next: how many they are, and how to fetch them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.words import count

if TYPE_CHECKING:
    from dashboard.marts import Marts

_FETCH = (
    "select shop_customer_id, reason, priority_value, recommended_action\n"
    "from marts.audiences\n"
    "where audience = 'VIPs' and not holdout_group\n"
    "order by priority_value desc, customer_id"
)


def section(marts: Marts) -> Section:
    """Counts of audiences."""
    return Section(
        name="audiences",
        title="Audiences",
        question="Whom to write to next, and how to fetch them?",
        figures=(_audiences(marts),),
    )


def _audiences(marts: Marts) -> Figure:
    rows = marts.ask(
        "select audience, customers, may_be_contacted, held_out, recommended_action"
        " from audience_sizes where customers > 0 order by customers desc, audience"
    )
    title = "No audience has anyone in it"
    if len(rows):
        title = (
            f"{count(len(rows), 'audience')} to write to; the largest, "
            f"“{rows.iloc[0]['audience']}”, has "
            f"{count(rows.iloc[0]['customers'], 'customer')}"
        )
    return Figure(
        name="audiences",
        mart="audience_sizes",
        title=title,
        rows=rows,
        is_wide=True,
        notes=(
            (
                "Who has declined marketing is left out. A tenth of each audience is "
                "held out: leave it alone, and compare, to see what the campaign did."
            ),
        )
        if len(rows)
        else (),
        fetch=_FETCH,
        draw=None
        if rows.empty
        else lambda canvas: forms.bars(
            canvas,
            rows,
            "audience",
            Measure("customers", "customers"),
            tip=["audience", "customers", "may_be_contacted", "held_out"],
        ),
    )
