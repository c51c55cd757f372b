"""How many signups and visits end in an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import forms
from dashboard.figure import Figure, Section
from dashboard.forms import Measure
from dashboard.sections.groups import among, few, main_groups, named
from dashboard.words import count, percent

if TYPE_CHECKING:
    from dashboard.marts import Marts

_RATE = "conversion_rate"
_ENDS = ("conversion_rate_low", "conversion_rate_high")


def section(marts: Marts) -> Section:
    """From signup, and from visit, to order."""
    return Section(
        name="conversion",
        title="Conversion",
        question="How many signups and visits end in an order?",
        figures=(_signups(marts), _signups_by_channel(marts), _sessions(marts)),
    )


def _signups(marts: Marts) -> Figure:
    rows = marts.ask(
        "select window_days, signups, mature_signups, converted, conversion_rate,"
        " conversion_rate_low, conversion_rate_high, median_days_to_first_order"
        " from signup_conversion where signup_month = 'all' and channel = 'all'"
        " order by window_days"
    )
    known = rows.dropna(subset=[_RATE]).assign(
        window=lambda frame: [count(days, "day") for days in frame["window_days"]]
    )
    title = "No signup dates are known, or none is old enough"
    if len(known):
        first, last = known.iloc[0], known.iloc[-1]
        title = (
            f"{percent(last[_RATE])} of the signups order within {last['window']}, "
            f"{percent(first[_RATE])} within {first['window']}"
        )
    return Figure(
        name="signup_conversion",
        mart="signup_conversion",
        title=title,
        rows=rows,
        notes=few(known, "window", "mature_signups", "signup"),
        draw=None
        if known.empty
        else lambda canvas: forms.intervals(
            canvas,
            known,
            "window",
            Measure(_RATE, "have ordered by then"),
            _ENDS,
            tip=["window", "converted", "mature_signups", _RATE, *_ENDS],
        ),
    )


def _signups_by_channel(marts: Marts) -> Figure:
    rows = marts.ask(
        "select channel, window_days, mature_signups, converted, conversion_rate,"
        " conversion_rate_low, conversion_rate_high from signup_conversion"
        " where signup_month = 'all' and channel <> 'all' and window_days ="
        " (select max(window_days) from signup_conversion)"
        " order by conversion_rate desc nulls last, channel"
    )
    drawn, notes = main_groups(rows.dropna(subset=[_RATE]), "mature_signups", "channel")
    drawn = drawn.sort_values(_RATE, ascending=False, kind="stable")
    within = f"within {count(rows['window_days'].max() if len(rows) else 0, 'day')}"
    title = f"No signup with a known date has had its chance {within} yet"
    told = named(drawn, "channel")
    if len(told) > 1 and told[_RATE].iloc[0] > told[_RATE].iloc[-1]:
        best, second = told.iloc[0], told.iloc[1]
        title = among(
            notes,
            "channels",
            f"Signups from {best['channel']} become buyers most often: "
            f"{percent(best[_RATE])} {within}",
        )
        if best[_ENDS[0]] <= second[_ENDS[1]]:
            title += f"; chance alone could put them before {second['channel']}"
    elif len(drawn):
        rate = rows["converted"].sum() / rows["mature_signups"].sum()
        title = f"{percent(rate)} of the signups become buyers {within}"
    return Figure(
        name="signup_conversion_by_channel",
        mart="signup_conversion",
        title=title,
        rows=rows,
        notes=(*notes, *few(drawn, "channel", "mature_signups", "signup")),
        draw=None
        if drawn.empty
        else lambda canvas: forms.intervals(
            canvas,
            drawn,
            "channel",
            Measure(_RATE, f"have ordered {within}"),
            _ENDS,
            tip=["channel", "converted", "mature_signups", _RATE, *_ENDS],
        ),
    )


def _sessions(marts: Marts) -> Figure:
    rows = marts.ask(
        "select source, sessions, known_customer_sessions, converted_sessions,"
        " conversion_rate, conversion_rate_low, conversion_rate_high,"
        " share_of_conversions from session_conversion order by sessions desc, source"
    )
    drawn, notes = main_groups(rows.dropna(subset=[_RATE]), "sessions", "source")
    drawn = drawn.sort_values(_RATE, ascending=False, kind="stable")
    title = "No visits are known: the export has no web_sessions"
    told = named(drawn, "source")
    if len(told) > 1 and told[_RATE].iloc[0] > told[_RATE].iloc[-1]:
        best = told.iloc[0]
        title = among(
            notes,
            "sources",
            f"Visits from {best['source']} end in a purchase most often: "
            f"{percent(best[_RATE], 1)}",
        )
    elif len(drawn):
        rate = rows["converted_sessions"].sum() / rows["sessions"].sum()
        title = f"{percent(rate, 1)} of the visits end in a purchase"
    return Figure(
        name="session_conversion",
        mart="session_conversion",
        title=title,
        rows=rows,
        notes=(*notes, *few(drawn, "source", "sessions", "visit")),
        draw=None
        if drawn.empty
        else lambda canvas: forms.intervals(
            canvas,
            drawn,
            "source",
            Measure(_RATE, "of the visits end in a purchase"),
            _ENDS,
            tip=["source", "converted_sessions", "sessions", _RATE, *_ENDS],
        ),
    )
