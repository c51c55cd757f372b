"""Dates and times: the shop's clock, and reading text as moments of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from types import ModuleType
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.texts import Array, cast, has_unread, hold_others, only

MOMENT = pa.timestamp("us")

_ISO = {"date": "%Y-%m-%d", "timestamp": "%Y-%m-%d %H:%M:%S.%f"}
_LONG_FRACTION = r"^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{6})\d+"
_OFFSET = (
    r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)? ?"
    r"(Z|[+-]\d\d(?::?\d\d)?)$"
)
_DAY = r"^\d{4}-\d\d-\d\d$"
_MOMENT = r"^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?$"
_OF_MOMENTS = np.isin(np.arange(256), list(b"0123456789-: .T"))
_MOMENT_LENGTHS = pa.array([10, 16, 19, *range(21, 27)], pa.int32())


@dataclass(frozen=True)
class Clock:
    """The shop's time zone and the moment of the load in it."""

    zone: ZoneInfo
    now: datetime

    @classmethod
    def in_zone(cls, name: str) -> "Clock":
        """The clock of a time zone such as Europe/Paris."""
        zone = ZoneInfo(name)
        return cls(zone, datetime.now(zone).replace(tzinfo=None))

    @property
    def latest(self) -> datetime:
        """The last moment that is not too far in the future."""
        return self.now + timedelta(days=1)


def read_dates(text: Array) -> Array:
    """The dates; null where a text is none."""
    return cast(text, pa.date32(), _DAY)


def read_moments(text: Array, clock: Clock) -> tuple[Array, Array]:
    """The moments in the shop's time, null where a text is none, and the text of it."""
    values = _cast_moments(text)
    if has_unread(text, values):
        unread = pc.and_(pc.is_valid(text), pc.is_null(values))
        rewritten = _in_shop_time(text.filter(unread), clock)
        text = pc.replace_with_mask(text, unread, rewritten)
        values = pc.replace_with_mask(values, unread, _cast_moments(rewritten))
    return values, text


def in_iso(text: Array, kind: str, date_format: str, clock: Clock) -> Array:
    """The dates or timestamps that follow a mapping's format, as ISO writes them."""
    # pandas would read now and today as the moment of the load
    with_digits = pc.match_substring_regex(text, r"\d")
    moments = _pandas().to_datetime(
        pc.if_else(with_digits, text, pa.scalar(None, pa.string())).to_pandas(),
        format=date_format,
        errors="coerce",
        utc="%z" in date_format,
    )
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert(clock.zone).dt.tz_localize(None)
    iso = pa.array(moments.dt.strftime(_ISO[kind]), pa.string(), from_pandas=True)
    foreign = pc.if_else(pc.is_valid(text), "unreadable", pa.scalar(None, pa.string()))
    return pc.coalesce(iso, foreign)


def _in_shop_time(text: Array, clock: Clock) -> Array:
    """The text with offsets converted to the shop's time zone, fractions cut to µs."""
    shorter = pc.replace_substring_regex(text, _LONG_FRACTION, r"\1")
    with_offset = pc.match_substring_regex(shorter, _OFFSET)
    if not pc.any(with_offset).as_py():
        return shorter
    given = shorter.filter(with_offset)
    compact = pc.replace_substring_regex(given, _OFFSET, r"\1T\2\3\4")
    # pandas knows no year before 1677 or after 2262, which is out of range anywhere
    without_offset = pc.replace_substring_regex(given, _OFFSET, r"\1T\2\3")
    moments = _pandas().to_datetime(
        compact.to_pandas(), format="ISO8601", utc=True, errors="coerce"
    )
    local = moments.dt.tz_convert(clock.zone).dt.tz_localize(None)
    iso = pa.array(local.dt.strftime(_ISO["timestamp"]), pa.string(), from_pandas=True)
    return pc.replace_with_mask(shorter, with_offset, pc.coalesce(iso, without_offset))


def _pandas() -> ModuleType:
    """The library, which takes a while to import and is seldom needed."""
    return import_module("pandas")


def _cast_moments(text: Array) -> Array:
    """Timestamps; null also for 2024-01-01 10, where the minutes are cut off."""
    text = only(pc.is_in(pc.binary_length(text), _MOMENT_LENGTHS), text)
    odd = hold_others(text, _OF_MOMENTS)
    if odd is not None:
        text = only(pa.array(~odd), text)
    return cast(text, MOMENT, _MOMENT)
