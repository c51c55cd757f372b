"""Writing a mapping file: YAML that means exactly what is suggested, with comments."""

import re
from typing import Any

from loader.suggest.build import Suggestion, TableSuggestion

WIDTH = 88
_PLAIN = re.compile(
    r"[A-Za-z][A-Za-z0-9_.-]*|[A-Za-z][A-Za-z0-9_.-]*( [A-Za-z0-9_.-]+)+"
)
_NO_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_LISTED = 20


def mapping_text(suggestion: Suggestion) -> str:
    """The mapping file.

    Its scalars are text to the loader and to every other reader of YAML.
    """
    lines = [
        "# Suggested from what the files hold. What is marked as unsure wants a look.",
        f"source: {scalar(suggestion.source)}",
        "# what times with an offset are converted to; all others are the shop's own",
        *_marked("time_zone: UTC", zone_doubts(suggestion), 0),
        "tables:",
    ]
    for table in suggestion.tables:
        lines += [f"  {scalar(table.contract.table)}:", *_options(table)]
    lines += [f"# unsure: {printable(text)}" for text in suggestion.lacks]
    return "\n".join(lines) + "\n"


def zone_doubts(suggestion: Suggestion) -> list[str]:
    """What the user should say of the shop's time zone."""
    if suggestion.offset is None:
        return []
    return [f"times have offsets, as {suggestion.offset}: where is the shop?"]


def _options(table: TableSuggestion) -> list[str]:
    lines = []
    for option, value in table.options.items():
        doubts = table.doubts.get(option, [])
        if isinstance(value, dict):
            lines += _marked(f"    {option}:", doubts, 4)
            for key, part in value.items():
                line = f"      {scalar(key)}: {flow(part)}"
                lines += _marked(line, table.doubts.get((option, key), []), 6)
        else:
            lines += _marked(f"    {option}: {flow(value)}", doubts, 4)
    for place, doubts in table.doubts.items():
        # of what is as the contract has it, there is no line
        known = table.options.get(place[0], {}) if isinstance(place, tuple) else ()
        if place not in table.options and not (known and place[1] in known):
            lines += _marked("", doubts, 4)
    if table.left_out:
        names = ", ".join(scalar(name) for name in table.left_out[:_LISTED])
        more = len(table.left_out) - _LISTED
        names += f" and {more:,} more" if more > 0 else ""
        lines.append(f"    # left out: {names}")
    return lines


def _marked(line: str, doubts: list[str], indent: int) -> list[str]:
    """The line with its doubts: behind it where there is room, or else above it."""
    comments = [f"# unsure: {printable(doubt)}" for doubt in doubts]
    if line and len(comments) == 1 and len(line) + len(comments[0]) + 2 <= WIDTH:
        return [f"{line}  {comments[0]}"]
    above = [f"{' ' * indent}{comment}" for comment in comments]
    return [*above, line] if line else above


def flow(value: Any) -> str:  # noqa: ANN401 whatever a mapping holds
    """A value on one line."""
    if isinstance(value, dict):
        inside = ", ".join(
            f"{scalar(key)}: {flow(part)}" for key, part in value.items()
        )
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(flow(part) for part in value)}]"
    return "null" if value is None else scalar(value)


def scalar(text: str) -> str:
    """A text, in quotes unless it is a plain word or some."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _NO_TEXT:
        return text
    return f'"{"".join(_escaped(char) for char in text)}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 1 << 8:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"


def printable(text: str) -> str:
    """A text on one line, without what a terminal or YAML would not show."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)
