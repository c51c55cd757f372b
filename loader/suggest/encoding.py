"""The encoding of a file, guessed from some of its bytes."""

import re
from dataclasses import dataclass

from loader.transcoding import BYTE_ORDER_MARK, UTF_8, UTF_16, UTF_16_MARKS

WINDOWS = "cp1252"
ZERO_SHARE = 0.3
# a text may hold a stray one; a picture, an archive or a workbook hold many
UNPRINTED_SHARE = 0.02
_UNPRINTED = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NOT_ASCII = re.compile(rb"[^\x00-\x7f]")
_WORD = re.compile(r"[\w ]*[^\x00-\x7f][\w ]*")


@dataclass(frozen=True)
class Decoded:
    """A file's pieces as text, each of whole lines; the doubt about their encoding."""

    encoding: str
    pieces: list[str]
    doubt: str | None = None

    @property
    def is_ascii(self) -> bool:
        """Whether it could as well be in nearly any other encoding."""
        return not self.encoding.startswith(UTF_16) and all(
            piece.isascii() for piece in self.pieces
        )


def decoded(pieces: list[bytes]) -> Decoded | None:
    """The pieces as text, or None for what is none."""
    beginning = pieces[0]
    marked = UTF_16_MARKS.get(beginning[:2])
    if marked:
        return Decoded(UTF_16, _lines(pieces, marked))
    order = _zeros_between(beginning)
    if order:
        doubt = "there is no mark that says which byte comes first"
        return Decoded(order, _lines(pieces, order), doubt)
    unprinted = sum(len(_UNPRINTED.findall(piece)) for piece in pieces)
    if unprinted > UNPRINTED_SHARE * sum(map(len, pieces)):
        return None
    return _one_byte_or_utf_8(pieces)


def _zeros_between(beginning: bytes) -> str | None:
    """The encoding UTF-16 of letters between zeros."""
    half = max(len(beginning) // 2, 1)
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    if odd > ZERO_SHARE * half and even < odd / 10:
        return UTF_16_MARKS[b"\xff\xfe"]
    if even > ZERO_SHARE * half and odd < even / 10:
        return UTF_16_MARKS[b"\xfe\xff"]
    return None


def _one_byte_or_utf_8(pieces: list[bytes]) -> Decoded:
    """UTF-8 where most lines with other letters than ASCII's are."""
    lines = [
        line
        for piece in pieces
        for line in piece.split(b"\n")[:: max(1, len(piece) >> 20)]
        if _NOT_ASCII.search(line)
    ]
    if pieces[0].startswith(BYTE_ORDER_MARK):
        lines = lines[:0]
    torn = [line for line in lines if not _is_utf_8(line)]
    # a window may begin or end within a letter
    torn = torn if len(torn) > len(pieces) * 2 or len(pieces) == 1 else []
    if len(torn) * 2 <= len(lines):
        doubt = f"{len(torn)} lines of the sample are not UTF-8" if torn else None
        return Decoded(UTF_8, _lines(pieces, UTF_8), doubt)
    texts = _lines(pieces, WINDOWS)
    word = next((found[0] for text in texts if (found := _WORD.search(text))), "")
    doubt = f"it is not UTF-8, and nothing says what it is: is '{word[:40]}' right?"
    return Decoded(WINDOWS, texts, doubt)


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines(pieces: list[bytes], encoding: str) -> list[str]:
    """The pieces' text, without the lines that the pieces cut off."""
    texts = [piece.decode(encoding, "replace") for piece in pieces]
    texts[0] = texts[0].removeprefix("\ufeff")
    if len(texts) > 1:
        texts = [
            text[: text.rfind("\n") + 1] if number < len(texts) - 1 else text
            for number, text in enumerate(texts)
        ]
        texts[1:] = [text[text.find("\n") + 1 :] for text in texts[1:]]
    return texts
