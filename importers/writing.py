"""A profile of what an import recognised, to start from: ``--write-profile``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from geodata.errors import ParameterError, ProfileError
from geodata.messages import Message
from importers.cleaning import cell_text, key_of, says_nothing
from importers.opening import Opened
from importers.reading.geometry import HEADINGS
from importers.words import Words, coded

#: Rows whose values are looked at, and values of one column that are written.
_ROWS, _VALUES = 20_000, 60
#: Fields with a word each row may choose freely; 爱心驿家 as a kind is kept as the label and must stay as it is.
_FREE = frozenset({"kind", "access"})


def check_target(path: Path) -> None:
    """Refuse to write a profile over a file, before the import and not after it.

    Raises
    ------
    ParameterError
        If the file is there already.
    """
    if path.exists():
        raise ParameterError("profile_exists", file=str(path))


def write_profile(path: Path, opened: Opened, kind: str, datum: str | None) -> None:
    """Write the profile of a file that was read without one; an import with it does the same.

    Raises
    ------
    ProfileError
        If the file cannot be written.
    """
    try:
        path.write_text("\n".join(_lines(opened, kind, datum)) + "\n", encoding="utf-8")
    except OSError as error:
        raise ProfileError("profile_unwritable", file=str(path), reason=error.strerror or "") from error


def _lines(opened: Opened, kind: str, datum: str | None) -> Iterator[str]:
    report, table = opened.report, opened.table
    yield f"# {Message('profile_written', {'file': _one_line(report.file)}).text('zh')}"
    yield f"# {Message('profile_written', {'file': _one_line(report.file)}).text('en')}"
    yield f"source = {_quoted(report.source)}"
    if kind:
        yield f"kind = {_quoted(kind)}"
    if datum:
        yield f"datum = {_quoted(datum)}"
    stated = {*HEADINGS, *(table.headings[index] for index in table.grid.fields)}
    columns: dict[str, list[str]] = {}
    for column in table.columns:
        own = column.heading in stated or column.heading.startswith("title.")
        # Fields with a colon are found by the heading alone, again and again.
        if ":" not in column.field and not own and table.headings.count(column.heading) == 1:
            columns.setdefault(column.field, []).append(column.heading)
    yield "\n[columns]"
    for name, headings in columns.items():
        shown = [_quoted(heading) for heading in headings]
        yield f"{_key(name)} = {shown[0] if len(shown) == 1 else '[' + ', '.join(shown) + ']'}"
    unknown = [heading for heading in table.unknown if table.headings.count(heading) == 1]
    if unknown:
        yield f"ignore = [{', '.join(_quoted(heading) for heading in unknown)}]"
    for name, pairs in _values(opened).items():
        yield f"\n[values.{_key(name)}]"
        for text, code in pairs.items():
            line = f"{_quoted(text)} = {_quoted(code or '')}"
            yield line if code else f"# {line}"


def _values(opened: Opened) -> dict[str, dict[str, str | None]]:
    """Return what the words of a column mean, by field; ``None`` for a word that was not understood."""
    groups = coded("sites")
    columns = [
        column
        for column in opened.table.columns
        if not column.heading.startswith("title.")
        and (column.field.startswith(("facilities.", "services.")) or column.field in groups)
        and column.field not in _FREE
    ]
    found: dict[str, dict[str, str | None]] = {}
    for row in islice(opened.table.rows(), _ROWS):
        for column in columns:
            text = cell_text(row.cells[column.index]) if column.index < len(row.cells) else ""
            pairs = found.setdefault(column.field, {})
            if not text or text in pairs or len(text) > 40 or len(pairs) >= _VALUES:
                continue
            if column.field in groups and says_nothing(text):
                continue
            code = _meaning(opened.words, column.field, text)
            # A profile compares texts by letters and digits: two spellings of one word are written once.
            if all((key_of(text) or text) != (key_of(other) or other) for other in pairs):
                pairs[text] = code
    return {name: pairs for name, pairs in found.items() if pairs}


def _meaning(words: Words, name: str, text: str) -> str | None:
    group = coded("sites").get(name)
    return words.find(group, text) if group else words.value(text)


def _quoted(text: str) -> str:
    # JSON's strings are TOML's, but for DEL, which no cell holds.
    return json.dumps(text, ensure_ascii=False)


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else _quoted(name)


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
