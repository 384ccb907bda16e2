"""Sites of the store into one file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import FileError, NotFoundError, ParameterError
from geodata.index.filters import in_area
from geodata.messages import Lang
from geodata.store import Store
from geodata.store.fields import from_row
from geodata.vocabulary import Vocabulary, load_vocabulary
from webmap.exports.fields import Columns, Value
from webmap.exports.writers import SHEET_ROWS, Rows, write_csv, write_geojson, write_gpkg, write_xlsx

_Write = Callable[[Path, Columns, Rows], None]
_WRITERS: Mapping[str, _Write] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "geojson": write_geojson,
    "gpkg": write_gpkg,
}
FORMATS = tuple(_WRITERS)
#: Files for people have headings and words of their language; the others have codes.
_FOR_PEOPLE = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sites: those in an area, by its code or name, and of these kinds; all of them without."""

    area: str | None = None
    kinds: tuple[str, ...] = ()


def format_of(path: Path, *also: str) -> str:
    """Return the format that a file's name asks for; an error names the suffixes ``also`` beside its own.

    Raises
    ------
    ParameterError
        If it is none of :data:`FORMATS`.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        expected = ", ".join([*(f".{name}" for name in FORMATS), *also])
        raise ParameterError("option_unusable", name="OUT", value=path.name, expected=expected)
    return suffix


def export_sites(
    store: Store,
    path: Path,
    *,
    selection: Selection | None = None,
    lang: Lang = "zh",
    vocabulary: Vocabulary | None = None,
) -> int:
    """Write sites to a file; a file that is there is replaced once the new one is whole.

    Sites that were merged into others are left out: their codes lead to those.

    Parameters
    ----------
    store : Store
    path : Path
        Its suffix says the format.
    selection : Selection, optional
    lang : {"zh", "en"}
        Language of headings and words in CSV and XLSX.
    vocabulary : Vocabulary, optional
        The deployment's vocabulary; the shipped one without.

    Returns
    -------
    int
        How many sites were written.

    Raises
    ------
    ParameterError
        If the suffix or a kind is unknown.
    NotFoundError
        If no site is among those selected.
    FileError
        If the file cannot be written.
    StoreError
        If the store cannot be read.
    """
    format_ = format_of(path)
    words = vocabulary or load_vocabulary()
    chosen = selection or Selection()
    for kind in chosen.kinds:
        if kind not in words.kinds:
            raise ParameterError("option_unusable", name="kind", value=kind, expected=", ".join(words.kinds))
    columns = Columns(words, lang if format_ in _FOR_PEOPLE else None)
    count = 0

    def counted() -> Iterator[Mapping[str, Value]]:
        nonlocal count
        for row in _rows(store, columns, chosen):
            count += 1
            if format_ == "xlsx" and count > SHEET_ROWS:
                raise FileError("export_too_many_rows", file=path.name, limit=SHEET_ROWS)
            yield row

    with whole_file(path) as made:
        _WRITERS[format_](made, columns, counted())
        if not count and chosen != Selection():
            raise NotFoundError("export_nothing", area=chosen.area or "–", kinds=", ".join(chosen.kinds) or "–")
    return count


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to, and put what was written in the place of ``path`` once it is whole.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
            made = Path(folder) / path.name
            yield made
            os.replace(made, path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileError("export_unwritable", file=str(path), reason=reason) from error


def _rows(store: Store, columns: Columns, chosen: Selection) -> Iterator[Mapping[str, Value]]:
    is_in = in_area(store.areas(), chosen.area) if chosen.area else None
    with store.read_since(-1) as found:
        for row in found.rows():
            if row.code in found.aliases or (chosen.kinds and row.kind not in chosen.kinds):
                continue
            if is_in is None or is_in(row.area, row.area_name):
                yield columns.row(row.code, from_row(row._asdict()), row.score)
