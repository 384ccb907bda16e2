"""Which encoding a text file has: a byte order mark, else strict decoders in a fixed order, else a guess."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from geodata.errors import FileError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 18
_HEAD = 1 << 16
_CERTAIN = frozenset({"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "cp949"})
#: Share of the characters outside ASCII that must be everyday Chinese (GB 2312) for a file to pass as GB 18030, which
#: gives a meaning to almost any bytes.
_EVERYDAY = 0.9
#: So many multi-byte characters without an error are no accident: the file is UTF-8, with a damaged place.
_SURELY_UTF8 = 20


def is_guess(encoding: str) -> bool:
    """Tell whether an encoding that was detected is no more than likely."""
    return encoding not in _CERTAIN


def detect_encoding(path: Path) -> str:
    """Return the codec that reads the whole file.

    Raises
    ------
    FileError
        If the file is binary, or UTF-8 with damaged bytes, or no decoder takes it.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return _checked(path, codec)
    if b"\x00" in head:
        return _without_mark(path, head)
    damage = _first_damage(path, "utf-8")
    if damage is None:
        return "utf-8"
    offset, multibyte = damage
    if multibyte >= _SURELY_UTF8:
        raise FileError("file_damaged_text", file=path.name, encoding="UTF-8", offset=offset, line=_line(path, offset))
    if _korean(head) and _first_damage(path, "cp949") is None:
        return "cp949"
    if _first_damage(path, "gb18030") is None and _everyday_chinese(head):
        return "gb18030"
    return _guess(path, head)


def encoding_of_table(path: Path) -> str | None:
    """Return the codec of a dBASE table (``.dbf``) that does not say which it has; ``None`` if that is unclear.

    Programs in China write GB 18030 there, others UTF-8; GDAL would read both as Latin-1.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    start = int.from_bytes(head[8:10], "little")
    names = b" ".join(head[at : at + 11].split(b"\0")[0] for at in range(32, max(start - 1, 32), 32))
    # A name or a cell may be cut within a character.
    text = b" ".join(re.findall(rb"[\x80-\xff][^\x00]*", names + b" " + head[start:])).replace(b"\0", b" ")
    if not text:
        return None
    outside = len(text) - len(text.decode("ascii", "ignore"))
    lost = {codec: len(text) - len(text.decode(codec, "ignore").encode(codec)) for codec in ("utf-8", "gb18030")}
    if 20 * lost["utf-8"] <= outside:
        return "utf-8"
    return "gb18030" if 20 * lost["gb18030"] <= outside and _everyday_chinese(text) else None


def _checked(path: Path, codec: str) -> str:
    damage = _first_damage(path, codec)
    if damage is not None:
        offset = damage[0]
        name = codec.removesuffix("-sig").upper()
        raise FileError("file_damaged_text", file=path.name, encoding=name, offset=offset, line=_line(path, offset))
    return codec


def _without_mark(path: Path, head: bytes) -> str:
    """Tell UTF-16 without a mark (zeros at every other place) from a binary file."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) * 20 <= max(even, odd) and max(even, odd) * 10 >= len(head) // 2:
        codec = "utf-16-be" if even > odd else "utf-16-le"
        if _first_damage(path, codec) is None:
            return codec
    raise FileError("file_binary", file=path.name, found="binary data")


def _first_damage(path: Path, codec: str) -> tuple[int, int] | None:
    """Return where decoding fails and how many characters outside ASCII came before; ``None`` if it never does."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    offset = multibyte = 0
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(_CHUNK)
            kept = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(codec, "ignore")
                return max(0, offset - kept + error.start), multibyte + _outside_ascii(before)
            if "\x00" in text:
                raise FileError("file_binary", file=path.name, found="binary data")
            if not chunk:
                return None
            multibyte += _outside_ascii(text)
            offset += len(chunk)


def _outside_ascii(text: str) -> int:
    return 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))


def _line(path: Path, offset: int) -> int:
    line = 1
    with path.open("rb") as stream:
        while offset > 0 and (chunk := stream.read(min(_CHUNK, offset))):
            line += chunk.count(b"\n")
            offset -= len(chunk)
    return line


def _everyday_chinese(head: bytes) -> bool:
    outside = re.sub(r"[\x00-\x7f]", "", head.decode("gb18030", "ignore"))
    return len(outside.encode("gb2312", "ignore")) >= 2 * _EVERYDAY * len(outside)


def _korean(head: bytes) -> bool:
    """Tell EUC-KR from GB 18030, to which the same bytes are everyday Chinese.

    Hangul has the lead bytes B0 to C8. In GB 2312 they are the characters with the sounds a to r; a Chinese text has
    nearly half of its own beyond (是, 市, 站, 在).
    """
    text = head.decode("cp949", "ignore")
    outside = [sign for sign in text if sign > "\u02ff"]
    hangul = sum("\uac00" <= sign <= "\ud7a3" for sign in outside)
    lost = len(head) - len(text.encode("cp949"))
    return len(outside) > 3 and hangul >= 0.9 * len(outside) and lost <= 1


def _guess(path: Path, head: bytes) -> str:
    best = from_bytes(head).best()
    if best is None or _first_damage(path, best.encoding) is not None:
        raise FileError("file_encoding_unknown", file=path.name)
    return str(best.encoding)
