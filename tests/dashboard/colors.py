"""How far colours are apart, also for the colour-blind."""

from __future__ import annotations

import re
from typing import Literal

Color = tuple[float, float, float]

# what is seen without one kind of cone, in linear RGB: Machado, Oliveira and Fernandes,
# 2009
_WITHOUT = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
Eyes = Literal["protan", "deutan", "tritan"]


def linear(color: str | Color) -> Color:
    """Give a colour of CSS, '#rrggbb' or 'rgb(r, g, b)', as linear RGB from 0 to 1."""
    if not isinstance(color, str):
        return color
    text = color.strip()
    if text.startswith("#"):
        parts = [int(text[at : at + 2], 16) for at in (1, 3, 5)]
    else:
        parts = [int(float(part)) for part in re.findall(r"[\d.]+", text)[:3]]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (part / 255 for part in parts)
    )
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours as WCAG defines it, 1 to 21."""
    low, high = sorted(
        0.2126 * red + 0.7152 * green + 0.0722 * blue
        for red, green, blue in (linear(one), linear(other))
    )
    return (high + 0.05) / (low + 0.05)


def for_eyes(eyes: str, color: str) -> Color:
    """Give how a colour looks without one kind of cone, as linear RGB."""
    seen = linear(color)
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, seen, strict=True))))
        for row in _WITHOUT[eyes]
    )
    return red, green, blue


def difference(one: str | Color, other: str | Color) -> float:
    """Give the distance of two colours in CIE L*a*b* (1976); about 2 is just seen."""
    return float(
        sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True)) ** 0.5
    )


def _lab(color: str | Color) -> Color:
    red, green, blue = linear(color)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in (x, y, z)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
