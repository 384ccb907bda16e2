"""Import areas (districts, streets) from any vector file, and give sites without an area the one that holds them."""

from __future__ import annotations

import math
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import pyproj
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from geodata.areas import Area
from geodata.datum import to_wgs84
from geodata.errors import FileError
from geodata.messages import Message
from geodata.sites import Datum, StoredSite
from geodata.store import SiteUpdate, Store, Writer
from geodata.vocabulary import Vocabulary
from importers.areacodes import NAMED_LEVELS, area_code, area_name
from importers.cleaning import cell_text, key_of
from importers.columns import heading_index
from importers.datum_choice import check_datum, datum_choice, surveyed_choice
from importers.extracting import Record
from importers.known import tell_datum
from importers.opening import Opened, Progress, batch, open_grid
from importers.outlines import Pair, find_outline_datum
from importers.places import AreaAssigner
from importers.profile import Profile
from importers.reading import Grid, Row, Source, file_size, sha256_of
from importers.reading.archive import unpack_map
from importers.reading.limits import MAX_FILE_BYTES
from importers.reading.vector import encoding_beside
from importers.report import EXIT_FAILED, ImportReport
from importers.romanising import romanised

_CODE = re.compile(r"\d{6,12}")
_NEEDS = ("adcode", "name", *(field for field, _ in NAMED_LEVELS))
_CHUNK = 2_000
_LEVELS = ("province", "city", "district", "street")


def import_areas(
    store: Store,
    path: Path,
    *,
    datum: str = "auto",
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring the areas of a vector file into a store, in one transaction, and find the areas of sites that have none.

    Any format of pyogrio's and any CRS; columns ``adcode``, ``name``, ``level``, ``parent``, ``name_en``, and the
    usual headings for them. The level is told by the official code where the file does not say it. What each site
    gains is in the history.

    Parameters
    ----------
    store, path, profile, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.sites.import_sites`.
    datum : {"auto", "wgs84", "gcj02", "bd09"}
        Datum of the coordinates; ``auto`` takes what the profile states, else what the outlines of areas that are there
        already show, else WGS-84, and says so.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile or store cannot be used.
    ParameterError
        If ``datum`` is unknown.
    """
    check_datum(datum)
    file, shapes = _read(path)
    opened = open_grid(
        file,
        "areas",
        needs=_NEEDS,
        profile=profile,
        source=source,
        dry_run=dry_run,
        vocabulary=vocabulary,
        adapt=lambda found: _without_numbers(found, file),
    )
    report = opened.report
    known = {area.adcode: area for area in store.areas()}
    choice = datum_choice(datum, stated=opened.profile.datum)
    if choice.assumed:
        choice = find_outline_datum(_pairs(opened, shapes, known), report.source)
        choice = surveyed_choice(choice, str(opened.table.grid.facts["crs"]))
    tell_datum(report, choice, located=len(shapes))
    with batch(store, opened, actor) as writer:
        news = _news(opened, shapes, choice.datum, known)
        if writer and news:
            writer.put_areas(news.values())
        if report.exit_code != EXIT_FAILED:
            given = _give_areas(store, writer, {**known, **news}, progress)
            report.recognised["sites_given_an_area"] = given
    return report


def _read(path: Path) -> tuple[Source, NDArray[Any]]:
    """Return the attributes of a vector file, or of the one in an archive, as a grid, and its shapes in WGS-84."""
    size, limit = file_size(path), MAX_FILE_BYTES["geojson"]
    if size > limit:
        raise FileError("file_too_large", file=path.name, size=f"{size / 1e6:.0f}", limit=f"{limit / 1e6:.0f}")
    if not zipfile.is_zipfile(path):
        return _read_map(path, path)
    with tempfile.TemporaryDirectory(prefix="stationmap-") as folder:
        inner, _ = unpack_map(path, Path(folder))
        return _read_map(inner, path)


def _read_map(inner: Path, path: Path) -> tuple[Source, NDArray[Any]]:
    """Return what the map ``inner`` holds, which is in the file ``path`` that the user knows."""
    try:
        encoding = encoding_beside(inner) if inner.suffix.lower() == ".shp" else None
        meta, _, wkb, columns = pyogrio.raw.read(inner, layer=_layer(inner), encoding=encoding)
    except (DataSourceError, DataLayerError, FeatureError, IndexError, ValueError, RuntimeError) as error:
        reason = str(error).replace(str(inner), path.name)[:200]
        raise FileError("file_layer_unreadable", file=path.name, reason=reason) from error
    if wkb is None or not len(wkb):
        raise FileError("file_no_areas", file=path.name)
    shapes = _in_wgs84(shapely.from_wkb(wkb, on_invalid="ignore"), meta["crs"], path)
    facts = {"crs": meta["crs"] or "EPSG:4326"}

    def rows() -> Iterator[Row]:
        for number, cells in enumerate(zip(*columns, strict=True), start=2):
            yield Row(number, [_cell(cell) for cell in cells])

    headings = tuple(str(name) for name in meta["fields"])
    grid = Grid(name=path.stem, rows=rows, headings=headings, facts=facts)
    return Source(path, sha256_of(path), path.suffix.lstrip(".").lower() or "vector", (grid,)), shapes


def _layer(path: Path) -> str:
    """Return the first layer that may hold polygons, else the first."""
    layers = pyogrio.list_layers(path)
    fitting = [name for name, geometry in layers if geometry is not None and "Point" not in geometry]
    return str((fitting or [name for name, _ in layers])[0])


def _in_wgs84(shapes: NDArray[Any], crs: str | None, path: Path) -> NDArray[Any]:
    if crs is None:
        return shapes
    try:
        transformer = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.CRSError as error:
        raise FileError("file_crs_unknown", file=path.name, crs=str(crs)[:100]) from error
    moved: NDArray[Any] = shapely.transform(shapes, transformer.transform, interleaved=False)
    return moved


def _cell(cell: object) -> object:
    """Return a value of numpy's as Python's, and what is not there as ``None``."""
    if isinstance(cell, np.generic | np.ndarray):
        cell = cell.tolist()
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def _without_numbers(profile: Profile, file: Source) -> Profile:
    """Return a profile that leaves out columns headed as codes which number something else: ids of OSM, of rows."""
    (grid,) = file.grids
    headings = grid.headings or ()
    coded = [index for index, text in enumerate(headings) if "adcode" in heading_index("areas").get(key_of(text), ())]
    rows = list(islice(grid.rows(), _CHUNK)) if len(coded) > 1 and "adcode" not in profile.columns else []
    numbers = [
        headings[index] for index in coded if rows and not any(area_code(cell_text(row.cells[index])) for row in rows)
    ]
    return replace(profile, ignore=(*profile.ignore, *numbers)) if len(numbers) < len(coded) else profile


def _pairs(opened: Opened, shapes: NDArray[Any], known: dict[str, Area]) -> list[Pair]:
    """Return the shapes of the file whose areas the store has, by code."""
    pairs = []
    for shape, texts in zip(shapes, opened.extractor.texts(list(opened.table.rows())), strict=True):
        area = known.get(area_code((texts or {}).get("adcode", "")) or "")
        if area is not None and shape is not None and not shape.is_empty:
            pairs.append(Pair(shape, area))
    return pairs


def _news(opened: Opened, shapes: NDArray[Any], datum: Datum, known: dict[str, Area]) -> dict[str, Area]:
    """Return the areas of the file that the store does not have like this; count and note all."""
    report = opened.report
    news: dict[str, Area] = {}
    first: dict[str, int] = {}
    assigner = AreaAssigner(list(known.values()))
    for record in opened.records():
        area = _area(record, shapes[record.place], datum, opened, known, assigner)
        if area is None:
            continue
        if first.setdefault(area.adcode, record.row) != record.row:
            message = Message("row_area_twice", {"first": first[area.adcode]})
            report.reject(message, row=record.row, value=area.adcode)
        elif report.rows.count(known=area.adcode in known, same=_same(known.get(area.adcode), area)):
            news[area.adcode] = area
    return news


def _same(before: Area | None, after: Area) -> bool:
    names = ("adcode", "name", "name_en", "level", "parent", "polygon", "source", "approximate")
    return before is not None and all(getattr(before, name) == getattr(after, name) for name in names)


def _area(
    record: Record, shape: Any, datum: Datum, opened: Opened, known: dict[str, Area], assigner: AreaAssigner
) -> Area | None:
    texts, report, words = record.texts, opened.report, opened.words
    name, named_level = area_name(texts)
    adcode = _adcode(record, name, opened, assigner)
    if adcode is None:
        return None
    if not name or (named_level not in ("", "street") and level_of(adcode) == "street"):  # 芝罘区 beside 370602009
        report.reject("row_no_name", row=record.row, column=opened.extractor.heading("name"))
        return None
    polygon = _polygon(shape, datum)
    if polygon is None:
        report.reject("area_no_polygon", row=record.row, value=name)
        return None
    before = known.get(adcode)
    parent = _CODE.search(texts.get("parent", ""))
    return Area(
        adcode=adcode,
        name=name,
        name_en=texts.get("name_en") or (before.name_en if before else "") or romanised(name),
        level=words.find("area_levels", texts.get("level", "")) or level_of(adcode),
        parent=parent[0] if parent else _parent(adcode, before),
        polygon=polygon,
        source=report.source,
        approximate=words.value(texts.get("approximate", "")) == "yes",
    )


def _adcode(record: Record, name: str, opened: Opened, assigner: AreaAssigner) -> str | None:
    """Return the code of a row's area, in a file without codes that of the known area of its name."""
    report, text = opened.report, record.texts.get("adcode", "")
    if (code := area_code(text)) is not None:
        return code
    column = opened.extractor.heading("adcode")
    if text or "adcode" in opened.table.fields():
        report.reject("area_code_wrong", row=record.row, column=column, value=text or None)
        return None
    above = "".join(
        record.texts.get(field, "") for field, _ in reversed(NAMED_LEVELS) if record.texts.get(field) != name
    )
    if found := assigner.by_name(above + name) or assigner.by_name(name):
        return found
    report.reject("area_code_missing", row=record.row, value=name or None)
    return None


def level_of(adcode: str) -> str:
    """Return the level that an official code stands for: ``…0000`` province, ``…00`` city; over 6 digits a street."""
    if len(adcode) > 6:
        return "street"
    return "province" if adcode.endswith("0000") else "city" if adcode.endswith("00") else "district"


def _parent(adcode: str, before: Area | None) -> str | None:
    if before is not None and before.parent is not None:
        return before.parent
    return str(adcode[:6]) if len(adcode) > 6 else None


def _polygon(shape: Any, datum: Datum) -> Any:
    """Return a shape as a valid multipolygon in WGS-84, ``None`` if it has no surface."""
    if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
        return None
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return None
    if datum != "wgs84":
        shape = shapely.transform(shape, lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1], datum)))
    parts = shapely.get_parts(shapely.make_valid(shapely.force_2d(shape)))
    surfaces = [part for piece in parts for part in shapely.get_parts(piece) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(surfaces) if surfaces else None


def _give_areas(store: Store, writer: Writer | None, areas: dict[str, Area], progress: Progress | None) -> int:
    """Give each site without an area the smallest one that holds it, else the one it names; return how many gained."""
    assigner = AreaAssigner(list(areas.values()))
    without = (stored for stored in store.sites() if stored.site.area is None)
    given = done = 0
    while chunk := list(islice(without, _CHUNK)):
        updates = list(_gains(chunk, assigner))
        given += len(updates)
        done += len(chunk)
        if writer and updates:
            writer.update(updates)
        if progress:
            progress(done, done)
    return given


def _gains(sites: Sequence[StoredSite], assigner: AreaAssigner) -> Iterable[SiteUpdate]:
    positions = [stored.site.position for stored in sites]
    holding = assigner.holding([None if at is None else (at.lon, at.lat) for at in positions])
    for stored, area in zip(sites, holding, strict=True):
        found = area or assigner.by_name(stored.site.area_name)
        if found is not None:
            yield SiteUpdate(stored, replace(stored.site, area=found))
