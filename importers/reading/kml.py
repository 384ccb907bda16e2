"""KML made readable for GDAL: members of placemarks with Chinese names, and tables in descriptions."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

#: A member of ``ExtendedData``, or of the schema of such, up to its name.
_MEMBER = re.compile(r"(<(?:\w+:)?(?:Data|SimpleData|SimpleField)\b[^<>]*?\bname\s*=\s*)(\"[^\"]*\"|'[^']*')")
_DESCRIPTION = re.compile(r"<description>(.*?)</description>(\s*)", re.DOTALL)
_CDATA = re.compile(r"^\s*<!\[CDATA\[(.*?)\]\]>\s*$", re.DOTALL)
_ROW = re.compile(r"<tr\b[^<>]*>(.*?)</tr\s*>", re.IGNORECASE | re.DOTALL)
_ROW_END = re.compile(r".*</tr\s*>", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<t[dh]\b[^<>]*>(.*?)</t[dh]\s*>", re.IGNORECASE | re.DOTALL)
_CELL_END = re.compile(r".*</t[dh]\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"[\s\xa0]+")
_LONGEST_NAME = 30
_LINE_END = re.compile(r"<\s*(?:br|/p|/div|/li)\s*/?>", re.IGNORECASE)
_LINES = re.compile(r"[\n;；|]+")
#: A name of up to twelve letters before a colon: no time of the day, no web address.
_LABELLED = re.compile(r"([^\W\d][^:：\d]{0,11})\s*[:：](?!//)\s*(\S.*)")


def plain_kml(path: Path) -> tuple[bytes, dict[str, str]] | None:
    """Return a KML file whose members have names that GDAL keeps apart, and the names that they had.

    GDAL's driver makes one and the same name of all that have as many Chinese characters. Rows of two cells in a
    description, as map programs write them (``<tr><td>地址</td><td>…``), become such members too, and so do its lines
    if they are of names and values (``地址：…``).

    Returns
    -------
    (bytes, dict) or None
        ``None`` if there is nothing to be changed.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    made: dict[str, str] = {}

    def plain(name: str) -> str:
        return made.setdefault(name, f"member_{len(made) + 1}_")

    def renamed(match: re.Match[str]) -> str:
        name = html.unescape(match[2][1:-1])
        return match[0] if name.isascii() else f'{match[1]}"{plain(name)}"'

    def with_members(match: re.Match[str]) -> str:
        pairs, lines = _pairs(match[1])
        members = (f'<Data name="{plain(name)}"><value>{html.escape(value)}</value></Data>' for name, value in pairs)
        if not pairs:
            return match[0]
        # Lines may say more than names and values: they stay what the placemark is described by.
        return f"{match[0] if lines else ''}<ExtendedData>{''.join(members)}</ExtendedData>{match[2]}"

    # What begins behind the last end has none: each of many such beginnings would be followed to the end of the file.
    end = text.rfind("</description>") + len("</description>") if "</description>" in text else 0
    changed = _MEMBER.sub(renamed, _DESCRIPTION.sub(with_members, text[:end]) + text[end:])
    return (changed.encode(), {called: name for name, called in made.items()}) if made else None


def _pairs(description: str) -> tuple[list[tuple[str, str]], bool]:
    """Return names and values of a description: of its rows of two cells, or of its lines, and whether of lines."""
    inner = _CDATA.match(description)
    markup = inner[1] if inner else html.unescape(description)
    rows = _ended(_ROW, _ROW_END, markup)
    if not rows:
        return list(_labelled(html.unescape(_TAG.sub("", _LINE_END.sub("\n", markup))))), True
    pairs = []
    for row in rows:
        cells = [
            _SPACES.sub(" ", html.unescape(_TAG.sub(" ", cell))).strip(" :：") for cell in _ended(_CELL, _CELL_END, row)
        ]
        if len(cells) == 2 and cells[0] and cells[1] and len(cells[0]) <= _LONGEST_NAME:
            pairs.append((cells[0], cells[1]))
    return pairs, False


def _ended(element: re.Pattern[str], last_end: re.Pattern[str], markup: str) -> list[str]:
    """Return what elements hold that have an end; those that begin behind the last end have none."""
    found = last_end.match(markup)
    return element.findall(found[0]) if found else []


def _labelled(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of a description of lines such as ``地址：南大街1号``, if at least half of them are so."""
    lines = [line for line in map(str.strip, _LINES.split(text)) if line]
    found = [match for line in lines if (match := _LABELLED.fullmatch(line))]
    if 2 * len(found) >= len(lines):
        yield from ((match[1].strip(), match[2].strip()) for match in found)
