"""Files in other encodings than UTF-8, read as UTF-8, and their own bytes again.

What has no meaning in the encoding becomes bytes that have none in UTF-8 either, so
that the record is rejected, and can be turned back into what the file says: a byte that
a single-byte encoding does not use, and half a pair of UTF-16, become a lone surrogate;
an odd last byte of UTF-16 stands behind the byte FF.
"""

import codecs
import io
import re

from loader.errors import DataRefusedError

UTF_8 = "utf-8"
UTF_16 = "utf-16"
CHUNK_BYTES = 1 << 20
BYTE_ORDER_MARK = codecs.BOM_UTF8
UTF_16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

_SINGLE_BYTE = re.compile(r"cp\d+|iso8859-\d+|koi8-\w|mac-\w+")
_ALL_BYTES = bytes(range(256))
_ODD_BYTE = b"\xff"
_SURROGATES = "surrogatepass"


def known_encoding(name: str) -> str:
    """The one name of an encoding that has many: latin-1 is iso8859-1.

    Raises:
        ValueError: the encoding is unknown, or none that a record can be told apart in.
    """
    try:
        found = codecs.lookup(name).name
        if found in {UTF_8, "utf-8-sig"}:
            return UTF_8
        if found in {UTF_16, *UTF_16_MARKS.values()}:
            return found
        # a byte is a character, and ASCII means ASCII
        text = _ALL_BYTES.decode(found, "surrogateescape")
        if _SINGLE_BYTE.fullmatch(found) and text[:128].encode() == _ALL_BYTES[:128]:
            return found
    except (LookupError, ValueError):
        pass
    message = (
        f"'{name}' is not an encoding such as utf-8, latin-1, cp1252 or utf-16, nor "
        "another that gives each character a byte"
    )
    raise ValueError(message)


def not_in(encoding: str) -> str:
    """The reason for which a record with undecodable bytes is rejected."""
    if encoding == UTF_8:
        return "not UTF-8"
    return "not UTF-16" if encoding.startswith(UTF_16) else f"not {encoding}"


def own_bytes(raw: bytes, encoding: str) -> bytes:
    """What a file has in its own encoding where Transcoded gives raw."""
    if encoding == UTF_8:
        return raw
    if not encoding.startswith(UTF_16):
        return raw.decode(UTF_8, _SURROGATES).encode(encoding, "surrogateescape")
    pairs, odd, last = raw.partition(_ODD_BYTE)
    own = pairs.decode(UTF_8, _SURROGATES).encode(encoding, _SURROGATES)
    return own + bytes([ord(last.decode(UTF_8, _SURROGATES)) & 0xFF]) if odd else own


class Transcoded:
    """The content of a file in another encoding, as UTF-8.

    A byte order mark at its start stays, as that of UTF-8.
    """

    def __init__(self, stream: io.BufferedIOBase, encoding: str, name: str) -> None:
        """Begin to read a stream; the name is what errors call it.

        Raises:
            DataRefusedError: the content begins as no text in this encoding does.
            OSError: the stream cannot be read.
        """
        self._stream = stream
        self._source = stream.read(4)
        self.encoding = _encoding_of(self._source, encoding, name)
        self._rest = b""
        self._pairs = (
            codecs.getincrementaldecoder(self.encoding)(_SURROGATES)
            if self.encoding.startswith(UTF_16)
            else None
        )
        self._ended = False

    def read(self, count: int, /) -> bytes:
        """At most count bytes; none at the end."""
        while not self._rest and not self._ended:
            data = self._source or self._stream.read(min(count, CHUNK_BYTES))
            self._source = b""
            self._ended = not data
            self._rest = self._text(data).encode(UTF_8, _SURROGATES)
            if self._ended:
                self._rest += self._odd_byte()
        part, self._rest = self._rest[:count], self._rest[count:]
        return part

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def _text(self, data: bytes) -> str:
        if self._pairs is None:
            return data.decode(self.encoding, "surrogateescape")
        text = self._pairs.decode(data)
        if not data:
            # half a pair at the end, for the rest of which the decoder waits
            kept = self._pairs.getstate()[0]
            whole = kept[: len(kept) // 2 * 2]
            text += whole.decode(self.encoding, _SURROGATES)
        return text

    def _odd_byte(self) -> bytes:
        kept = self._pairs.getstate()[0] if self._pairs else b""
        if len(kept) % 2 == 0:
            return b""
        return _ODD_BYTE + chr(0xDC00 + kept[-1]).encode(UTF_8, _SURROGATES)


def _encoding_of(beginning: bytes, encoding: str, name: str) -> str:
    """The encoding with its byte order, which a mark decides."""
    marked = UTF_16_MARKS.get(beginning[:2])
    if encoding.startswith(UTF_16):
        if marked or encoding != UTF_16:
            return marked or encoding
        message = (
            f"{name} does not begin with the mark of UTF-16, the mapping's encoding. "
            "Is it another one? If not, say which byte comes first: utf-16-le, or "
            "utf-16-be."
        )
        raise DataRefusedError(message)
    if marked or beginning.startswith(BYTE_ORDER_MARK):
        really = UTF_16 if marked else UTF_8
        message = (
            f"{name} begins with the mark of {really.upper()}, but the mapping says "
            f"encoding: {encoding}. Write encoding: {really}."
        )
        raise DataRefusedError(message)
    return encoding
