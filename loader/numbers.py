"""Numbers as shops write them, 1.234,50 € for one, turned into plain ones.

Only what the mapping states has a meaning. A number whose marks stand elsewhere than
its grouping allows is no number, rather than another one.
"""

import re
from functools import lru_cache
from typing import Any

import pyarrow.compute as pc

from loader.mapping import TableMapping

Array = Any  # pyarrow arrays have no useful types

BLANKS = " \u00a0\u2009\u202f"
UNREADABLE = "?"

# what else is written for a thousands mark, or instead of it
_THOUSANDS = {" ": f"[{BLANKS}]", "'": "['\u2019]", ".": r"\.", ",": ","}


def plain_numbers(text: Array, mapping: TableMapping) -> Array:
    """The text with a decimal point and digits alone; no number where it is none."""
    if mapping.thousands is None and not mapping.symbols:
        if mapping.decimal == ".":
            return text
        # a point in it already makes it unreadable
        swapped = pc.replace_substring(text, ".", UNREADABLE)
        return pc.replace_substring(swapped, ",", ".")
    pattern = number_pattern(mapping.decimal, mapping.thousands, mapping.symbols)
    fits = pc.match_substring_regex(text, pattern)
    plain = pc.replace_substring_regex(text, pattern, r"\1\2\3\4\5\6")
    if mapping.thousands:
        plain = pc.replace_substring_regex(plain, _THOUSANDS[mapping.thousands], "")
    if mapping.decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    return pc.if_else(fits, plain, UNREADABLE)


@lru_cache
def number_pattern(
    decimal: str, thousands: str | None, symbols: tuple[str, ...]
) -> str:
    """A pattern for RE2 of numbers as a mapping states them.

    Its groups make up the number with its marks. One symbol may stand on either side. A
    mark of decimals cannot follow a symbol that ends in a letter: 'Rs.500' is not 0.5.
    """
    point = re.escape(decimal)
    digits = r"\d+"
    if thousands:
        digits = rf"(?:[1-9]\d{{0,2}}(?:{_THOUSANDS[thousands]}\d{{3}})+|\d+)"
    whole = rf"{digits}(?:{point}\d*)?"
    number = rf"{whole}|{point}\d+"
    blanks = f"[{BLANKS}]*" if symbols else ""
    words = _any_of([s for s in symbols if s and s[-1].isalpha()])
    signs = _any_of([s for s in symbols if s and not s[-1].isalpha()])
    after = _any_of([s for s in symbols if s])
    before = rf"([+-]?){blanks}{words}{blanks}([+-]?)({whole})"
    bare = rf"([+-]?){blanks}{signs}{'?' * bool(signs)}{blanks}([+-]?)({number})"
    forms = rf"{before}|{bare}" if words else rf"{bare}()()()"
    return rf"^{blanks}(?:{forms}){blanks}{after}{'?' * bool(after)}{blanks}$"


def _any_of(symbols: list[str]) -> str:
    """A pattern for one of some texts; the longest first, as $U is no $."""
    if not symbols:
        return ""
    ordered = sorted(symbols, key=len, reverse=True)
    return f"(?:{'|'.join(re.escape(symbol) for symbol in ordered)})"
