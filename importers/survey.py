"""The first pass over a table: all its coordinates, because points that rows share can only be seen together."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from geodata.datum import to_wgs84
from geodata.errors import ValueUnusableError
from geodata.messages import Message
from geodata.sites import Datum
from geodata.store.reading import chunks
from importers.cleaning import key_of
from importers.columns import Table
from importers.coordinates import Given, check_point, marks_order, outliers, parse_degrees, parse_pair, shared_points
from importers.datum_choice import DatumChoice
from importers.datums import CANDIDATES, MAX_POINTS
from importers.extracting import CHUNK, Extractor
from importers.known import Sample
from importers.words import Words

Floats = NDArray[np.float64]
_UNSTATED = -1
_NOWHERE = Given(None, None)
#: A heading that says the order: Coordinates (lat, lon).
_LAT_BEFORE_LON = re.compile(r"lat(?:itude)?(?:lon|lng)|[纬緯]度?[经經]")
#: Headings of pairs that have the latitude first where both could be either; so have those of Opendatasoft.
_MAY_BEGIN_WITH_LAT = frozenset(
    {"gps", "location", "coordinates", "coordinate", "geopoint", "geopoint2d", "coordonneesgeo", "coordenadas"}
)
#: What the first pass looks at.
_NEEDED = ("lon", "lat", "lonlat", "datum", "address", "area", "name", "site_name")


class Place(NamedTuple):
    """The coordinates of one row: in WGS-84, as given, in which datum.

    ``shared`` is how many rows share the point where that makes it doubtful, ``far_km`` how far it lies from the other
    rows of its district where that is far too far; else 0.
    """

    lon: float
    lat: float
    given_lon: float
    given_lat: float
    datum: Datum
    shared: int
    far_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Survey:
    """Coordinates of the rows of a table, by their place in :meth:`importers.columns.Table.rows`.

    ``located`` is the number of rows with coordinates, ``asked`` that of those among them that state no datum, whose
    datum is ``choice``.
    """

    rows: int
    located: int
    asked: int
    choice: DatumChoice
    _lat_first: bool
    _noted: NDArray[np.int8]
    _lon: Floats
    _lat: Floats
    _given_lon: Floats
    _given_lat: Floats
    _datum: NDArray[np.int8]
    _shared: NDArray[np.int64]
    _far_km: Floats

    def place(self, index: int) -> Place | None:
        """Return the coordinates of a row, ``None`` without usable ones."""
        return next(self.places(index, index + 1))

    def places(self, start: int, stop: int) -> Iterator[Place | None]:
        """Yield the coordinates of some rows that follow one another: at once, since single numbers take long."""
        columns = (self._lon, self._lat, self._given_lon, self._given_lat, self._datum, self._shared, self._far_km)
        for lon, lat, given_lon, given_lat, datum, shared, far_km in zip(
            *(column[start:stop].tolist() for column in columns), strict=True
        ):
            yield None if isnan(lon) else Place(lon, lat, given_lon, given_lat, CANDIDATES[datum], shared, far_km)

    def part(self, start: int, stop: int) -> Survey:
        """Return the coordinates of some rows that follow one another, the first of which has the index 0."""
        columns = ("_noted", "_lon", "_lat", "_given_lon", "_given_lat", "_datum", "_shared", "_far_km")
        return replace(self, rows=stop - start, **{name: getattr(self, name)[start:stop] for name in columns})

    def note(self, index: int, texts: Mapping[str, str]) -> tuple[str, Message] | None:
        """Return what was wrong with a row's coordinates, as (field, message), from its texts again."""
        # Not kept from the first pass: a file of millions of broken rows would fill the memory.
        given = given_of(texts, lat_first=self._lat_first) if self._noted[index] else Given(None, None)
        if given.note is None:
            return None
        in_pair = "lonlat" in texts and not {"lon", "lat"} & set(texts)
        return "lonlat" if in_pair else given.field, given.note


def survey(
    table: Table,
    extractor: Extractor,
    words: Words,
    choose: Callable[[Sample], DatumChoice],
    *,
    by_row: bool,
    watch: Callable[[int], None] | None = None,
) -> Survey:
    """Go through a table once for its coordinates.

    Parameters
    ----------
    table, extractor, words
        The table and how to read it.
    choose : callable
        Decides the datum of the file by a sample of its located rows.
    by_row : bool
        Whether a row's own datum column goes before it.
    watch : callable, optional
        Told now and then how many rows were seen.
    """
    seen = _Seen(words, by_row=by_row, lat_first=lat_first_in(extractor.heading("lonlat")))
    narrow = extractor.narrowed(_NEEDED)
    for rows in chunks(table.rows(), CHUNK):
        seen.take(narrow.texts(rows))
        if watch is not None:
            watch(len(seen.lon))
    return _surveyed(seen, choose)


def _hash(text: str) -> int:
    return crc32(key_of(text).encode()) + 1


class _Seen:
    """One entry a row, a few bytes each; of the first located rows also what they are called and where."""

    def __init__(self, words: Words, *, by_row: bool, lat_first: bool) -> None:
        self.lat_first = lat_first
        self.lon, self.lat = array("d"), array("d")
        self.datum, self.noted = array("b"), array("b")
        self.address, self.area = array("q"), array("q")
        self.kept: dict[int, tuple[str, str]] = {}
        self._words = words
        self._by_row = by_row

    def take(self, rows: Iterable[Mapping[str, str] | None]) -> None:
        """Take in what further rows say."""
        given: list[Given] = []
        datums: list[int] = []
        addresses: list[int] = []
        areas: list[int] = []
        for number, texts in enumerate(rows, start=len(self.lon)):
            point = given_of(texts, lat_first=self.lat_first) if texts else _NOWHERE
            datum, address, area = _UNSTATED, "", ""
            if texts and point.lon is not None:
                address, area = texts.get("address", ""), texts.get("area", "")
                if self._by_row and "datum" in texts:
                    datum = _datum_of(self._words, texts["datum"])
                if datum == _UNSTATED and len(self.kept) < MAX_POINTS:
                    self.kept[number] = (texts.get("site_name") or texts.get("name", ""), area)
            given.append(point)
            datums.append(datum)
            addresses.append(_hash(address) if address else 0)
            areas.append(_hash(area) if area else 0)
        self.lon.extend([nan if point.lon is None else point.lon for point in given])
        self.lat.extend([nan if point.lat is None else point.lat for point in given])
        self.noted.extend([point.note is not None for point in given])
        self.datum.extend(datums)
        self.address.extend(addresses)
        self.area.extend(areas)


def _surveyed(seen: _Seen, choose: Callable[[Sample], DatumChoice]) -> Survey:
    given_lon, given_lat = np.array(seen.lon, dtype=np.float64), np.array(seen.lat, dtype=np.float64)
    shared = shared_points(given_lon, given_lat, np.array(seen.address, dtype=np.int64))
    # Points that rows share are a geocoder's fallback or the centre of a district: no evidence of anything.
    rows = [row for row in seen.kept if not shared[row]]
    names, areas = ([seen.kept[row][part] for row in rows] for part in (0, 1))
    choice = choose(Sample(given_lon[rows], given_lat[rows], names, areas))
    datum = np.array(seen.datum, dtype=np.int8)
    located = ~np.isnan(given_lon)
    asked = int((located & (datum == _UNSTATED)).sum())
    datum[datum == _UNSTATED] = CANDIDATES.index(choice.datum)
    lon, lat = given_lon.copy(), given_lat.copy()
    for number, name in enumerate(CANDIDATES):
        chosen = located & (datum == number)
        if chosen.any():
            lon[chosen], lat[chosen] = to_wgs84(given_lon[chosen], given_lat[chosen], name)
    far_km = outliers(lon, lat, np.array(seen.area, dtype=np.int64))
    noted = np.array(seen.noted, dtype=np.int8)
    return Survey(
        len(lon),
        int(located.sum()),
        asked,
        choice,
        seen.lat_first,
        noted,
        lon,
        lat,
        given_lon,
        given_lat,
        datum,
        shared,
        far_km,
    )


def given_of(texts: Mapping[str, str], *, lat_first: bool) -> Given:
    """Return a row's coordinates as given, with a note where they could not be taken as they stand."""
    lon_text, lat_text = texts.get("lon"), texts.get("lat")
    if lon_text is None and lat_text is None and "lonlat" not in texts:
        return Given(None, None)
    try:
        if lon_text is None and lat_text is None:
            return _of_pair(texts["lonlat"], lat_first=lat_first)
        if lon_text is None:
            return Given(None, None, Message("coordinate_alone", {"missing": "lon"}), "lat")
        if lat_text is None:
            return Given(None, None, Message("coordinate_alone", {"missing": "lat"}), "lon")
        lon = parse_degrees(lon_text)
    except ValueUnusableError as error:
        return Given(None, None, error.message, "lon")
    try:
        lat = parse_degrees(lat_text)
    except ValueUnusableError as error:
        return Given(None, None, error.message, "lat")
    return check_point(lon, lat)


def _of_pair(text: str, *, lat_first: bool) -> Given:
    """Return the coordinates of one cell; which is which is told by their size where only one way is possible."""
    first, second = (parse_degrees(part) for part in parse_pair(text))
    if marks_order(text) or abs(first) > 90:
        lat_first = False
    elif abs(second) > 90:
        lat_first = True
    return check_point(second, first) if lat_first else check_point(first, second)


def lat_first_in(heading: str) -> bool:
    """Tell whether a column of pairs with this heading may have the latitude first."""
    key = key_of(heading)
    return key.startswith(("lat", "纬")) or bool(_LAT_BEFORE_LON.search(key)) or key in _MAY_BEGIN_WITH_LAT


def _datum_of(words: Words, text: str) -> int:
    found = words.find("datums", text)
    return next((number for number, name in enumerate(CANDIDATES) if name == found), _UNSTATED)
