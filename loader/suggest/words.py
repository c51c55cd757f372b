"""What shops call things, from words.yml, compared without what does not matter."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBER_SIGN = re.compile(r"#|№|\bn[°º]", re.IGNORECASE)
_NUMBER_WORDS = {"nr", "no", "num", "nbr", "nro"}


@cache
def plain(name: str) -> str:
    """A name without case, accents and signs: "Bestell-Nr." is bestellnumber."""
    spelled = _CAMEL.sub(" ", _NUMBER_SIGN.sub(" number ", name))
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        spelled = spelled.replace(umlaut, letters).replace(
            umlaut.upper(), letters.upper()
        )
    letters = unicodedata.normalize("NFKD", spelled).casefold()
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    words = re.split(r"[\W_]+", letters)
    joined = "".join("number" if word in _NUMBER_WORDS else word for word in words)
    return re.sub("num(?:mer|ero|er)", "number", joined)


@dataclass(frozen=True)
class Words:
    """The words of words.yml in plain form; columns and tables in their order."""

    tables: dict[str, tuple[str, ...]]
    columns: dict[str, tuple[str, ...]]
    booleans: dict[str, bool]
    nothing_anywhere: frozenset[str]
    nothing_elsewhere: frozenset[str]
    symbols: frozenset[str]
    statuses: dict[str, str]


@cache
def words() -> Words:
    """What words.yml says."""
    path = Path(__file__).with_name("words.yml")
    # no scalar means anything but its text: y and no are words
    content = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    return Words(
        tables=_in_order(content["tables"]),
        columns=_in_order(content["columns"]),
        booleans={
            plain(written): meant == "true"
            for meant, many in content["booleans"].items()
            for written in many
        },
        nothing_anywhere=frozenset(content["nothing"]["anywhere"]),
        nothing_elsewhere=frozenset(content["nothing"]["not_in_texts"]),
        symbols=frozenset(content["symbols"]),
        statuses={
            plain(written): status
            for status, many in content["statuses"].items()
            for written in many
        },
    )


def _in_order(named: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The names by what they mean, each once, the meaning's own name first."""
    return {
        meaning: tuple(dict.fromkeys(plain(name) for name in (meaning, *names)))
        for meaning, names in named.items()
    }
