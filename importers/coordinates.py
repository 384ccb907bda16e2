"""Coordinates as people write them, their datum, and points that several rows share."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.errors import ValueUnusableError
from geodata.messages import Message

_DEGREES = re.compile(
    r"(?P<sign>[-+])?(?P<deg>\d+(?:\.\d+)?)\s*(?:°|度|º|d|deg)?\s*"
    r"(?:(?P<min>\d+(?:\.\d+)?)\s*(?:'|′|分|’)\s*)?(?:(?P<sec>\d+(?:\.\d+)?)\s*(?:\"|″|秒|''|”)\s*)?",
    re.IGNORECASE,
)
_HEMISPHERE = re.compile(r"东经|西经|北纬|南纬|经度|纬度|[EWNSewns]")
_WORDS = re.compile(r"lon(?:gitude)?|lng|lat(?:itude)?|[:=：]", re.IGNORECASE)
_NEGATIVE = {"西经", "南纬", "W", "S"}
#: Rows within so many degrees (0.1 m) stand on the same point.
SAME_POINT = 1e-6


def _with_marks(text: str) -> str:
    """Return text in half-width characters, with ′ and ″ for all that stands for them, and without quotation marks."""
    plain = unicodedata.normalize("NFKC", _DEGREE.sub("°", text)).strip().strip("「」『』《》").lstrip("“\"‘'")
    plain = _QUOTED.sub("″", _MINUTES.sub("′", _SECONDS.sub("″", plain).replace("“", "")))
    return plain if "°" in plain or "度" in plain else plain.rstrip("″′")


_DEGREE = re.compile("[º˚⁰゜]")
_SECONDS = re.compile(r"[′'’‘´`]\s?[′'’‘´`]|[\"”〞]|秒")
_MINUTES = re.compile(r"['’‘´`]")
#: A cell in quotation marks that ends in seconds has two of them.
_QUOTED = re.compile(r"″\s*″")


#: Degrees, minutes and seconds with nothing but one sign between them: 121-22-55.9, 121:22:55.9, 121.22.55.9.
_UNMARKED = re.compile(r"([-+]?\d{1,3})(?:([-: ])(\d{1,2})\2(\d{1,2}(?:\.\d+)?)|\.(\d{1,2})\.(\d{1,2}\.\d+))")
#: A number as most of Europe and Latin America write it.
_COMMA = re.compile(r"(?<![\d.,])([-+]?\d{1,3}),(\d+)(?![\d.,])")


#: Longer texts are no angles or pairs of them, and would take long to look at.
_LONGEST_ANGLE, _LONGEST_PAIR = 100, 300


def _bare(plain: str) -> str:
    """Return an angle without marks as one with them, and with a decimal point for a comma."""
    if parts := _UNMARKED.fullmatch(plain):
        degrees, minutes, seconds = parts[1], parts[3] or parts[5], parts[4] or parts[6]
        return f"{degrees}°{minutes}′{seconds}″"
    return _COMMA.sub(r"\1.\2", plain)


def parse_degrees(text: str) -> float:
    """Return degrees of ``121.4``, ``１２１．４``, ``121,4``, ``121.4E``, ``东经121.4°``, ``121°23′45″E``.

    Raises
    ------
    ValueUnusableError
        If the text is no single angle.
    """
    try:
        angle = float(text)
    except ValueError:
        return _parse_marked(text)
    if not math.isfinite(angle):
        raise ValueUnusableError("coordinate_unreadable", value=text[:60])
    return angle


def _parse_marked(text: str) -> float:
    """Return degrees with marks or words, or in parts."""
    if len(text) > _LONGEST_ANGLE:
        raise ValueUnusableError("coordinate_unreadable", value=text[:60])
    plain = _WORDS.sub(" ", _bare(_with_marks(text))).strip()
    marks = {mark.upper() for mark in _HEMISPHERE.findall(plain)}
    match = _DEGREES.fullmatch(_HEMISPHERE.sub("", plain).strip())
    if not match or len(marks) > 1:
        raise ValueUnusableError("coordinate_unreadable", value=text[:60])
    minutes, seconds = float(match["min"] or 0), float(match["sec"] or 0)
    if minutes > 60 or seconds > 60:
        raise ValueUnusableError("coordinate_unreadable", value=text[:60])
    angle = float(match["deg"]) + minutes / 60 + seconds / 3600
    return -angle if match["sign"] == "-" or marks & _NEGATIVE else angle


_PAIR = re.compile(r"[,，;；、\s]+")
#: Two numbers with decimal commas, and something else between them.
_COMMAS = re.compile(r"[-+]?\d{1,3},\d+\s*[;/、\s]\s*[-+]?\d{1,3},\d+")
#: An angle with its marks: what stands between two of them in one cell need not be a comma.
_ANGLE = re.compile(
    r"(?:东经|西经|北纬|南纬|经度|纬度|lon(?:gitude)?|lng|lat(?:itude)?|[EWNS](?![a-z]))?[:=：\s]*"
    r"[-+]?\d+(?:\.\d+)?\s*"
    r"(?:[°º度]\s*(?:\d+(?:\.\d+)?\s*['′分’]\s*(?:\d+(?:\.\d+)?\s*(?:[\"″秒”]|'')\s*)?)?)?"
    r"(?:[EWNS](?![a-z]))?",
    re.IGNORECASE,
)
_LON_MARK = re.compile(r"[EW东西]|经|lon|lng", re.IGNORECASE)
_LAT_MARK = re.compile(r"[NS北南]|纬|lat", re.IGNORECASE)


def parse_pair(text: str) -> tuple[str, str]:
    """Cut a cell with both coordinates in two: ``121.4,37.5``, ``37.5N 121.4E``, ``121°24′36″ 37°30′``, WKT.

    They stay in the order in which they stand, unless marks (E, 东经, lat) say that the latitude is the first.

    Raises
    ------
    ValueUnusableError
        If there are not two.
    """
    if shape := _SHAPE.search(text):
        return _on_shape(text) if shape[1] else (shape[2] or shape[4], shape[3] or shape[5])
    if len(text) > _LONGEST_PAIR:
        raise ValueUnusableError("coordinate_pair_unreadable", value=text[:60])
    plain = _with_marks(_OBJECT.sub("", text)).strip().strip("()[]").strip()
    plain = re.sub(r"(?i)^(?:srid=\d+;\s*)?point\s*(?:z\s*)?\(?\s*", "", plain).rstrip(")")
    if _COMMAS.fullmatch(plain):
        plain = _COMMA.sub(r"\1.\2", plain)
    parts = [part for part in _PAIR.split(plain) if part]
    if len(parts) != 2:
        parts = _angles(plain)
    if len(parts) != 2:
        raise ValueUnusableError("coordinate_pair_unreadable", value=text[:60])
    first, second = parts
    return (second, first) if _is_marked(first, second) else (first, second)


#: A shape as well-known text, or a point as GeoJSON; and the signs of an object: {"lng": 121.4, "lat": 37.5}.
_SHAPE = re.compile(
    r"(?i)^\s*(?:srid=\d+;\s*)?((?:multi)?(?:polygon|linestring)|multipoint)\s*z?m?\s*\("
    r'|^\s*\{.{0,200}"(?:Multi)?Point".{0,200}"coordinates"\s*:\s*\[+\s*([-+\d.eE]+)\s*,\s*([-+\d.eE]+)'
    r'|^\s*\{\s*"coordinates"\s*:\s*\[+\s*([-+\d.eE]+)\s*,\s*([-+\d.eE]+)[\s\],]*"type"\s*:\s*"(?:Multi)?Point"'
)
_OBJECT = re.compile(r"[{}\"](?=.*[}])|[}]\s*$")


def _on_shape(text: str) -> tuple[str, str]:
    """Return a point on a shape that is given as well-known text."""
    import shapely  # few files have such cells

    try:
        point = shapely.point_on_surface(shapely.from_wkt(re.sub(r"(?i)^\s*srid=\d+;", "", text)))
    except shapely.errors.GEOSException as error:
        raise ValueUnusableError("coordinate_pair_unreadable", value=text[:60]) from error
    if point.is_empty:
        raise ValueUnusableError("coordinate_pair_unreadable", value=text[:60])
    return repr(point.x), repr(point.y)


def is_angle(text: str) -> bool:
    """Tell whether a text can be read as degrees."""
    try:
        parse_degrees(text)
    except ValueUnusableError:
        return False
    return True


def is_pair(text: str) -> bool:
    """Tell whether a text can be read as two coordinates."""
    try:
        return all(map(is_angle, parse_pair(text)))
    except ValueUnusableError:
        return False


def marks_order(text: str) -> bool:
    """Tell whether the parts of a pair say themselves which is which."""
    plain = unicodedata.normalize("NFKC", text)
    if plain.strip().lower().startswith(("point", "srid")) or _SHAPE.search(text):
        return True
    return bool(_LON_MARK.search(plain) and _LAT_MARK.search(plain))


def _angles(plain: str) -> list[str]:
    """Return the angles of a text that is nothing but angles and separators."""
    found = [match.strip() for match in _ANGLE.findall(plain) if any(sign.isdigit() for sign in match)]
    rest = re.sub(r"[,，;；\s/()]+", "", _ANGLE.sub("", plain))
    return [] if rest else found


def _is_marked(first: str, second: str) -> bool:
    return bool(_LAT_MARK.search(first) and _LON_MARK.search(second))


class Given(NamedTuple):
    """The coordinates of a row as its source gave them, put right where they were swapped.

    ``note`` says what was done or why there are none.
    """

    lon: float | None
    lat: float | None
    note: Message | None = None
    field: Literal["lon", "lat"] = "lon"


#: Half the equator in metres, the edge of EPSG:3857.
_MERCATOR_M = 20_037_508.35
#: Smaller numbers are no metres of that projection but a mistake.
_METRES_FROM = 100_000.0
#: Eastings of grids that count from the middle of a zone (UTM, Gauss-Krüger without its zone) and of many countries'
#: own are smaller than this, their northings than the other. In EPSG:3857 that would be near the Gulf of Guinea or in
#: the west of Europe, which is rarely meant.
_EASTING_TO, _NORTHING_TO = 900_000.0, 10_000_000.0


def _zone(easting: float, northing: float) -> int:
    """Return the zone of a Gauss-Krüger easting as China writes it, ``40 621 981``; 0 for what is none.

    The zones 13 to 15 of six degrees, in the far west, cannot be told from metres of EPSG:3857.
    """
    zone, metres = divmod(easting, 1e6)
    in_zone = 16 <= zone <= 45 and 1e5 < metres < 9e5
    return int(zone) if in_zone and 1.8e6 < northing < 6e6 else 0


def _of_metres(x: float, y: float) -> tuple[float, float]:
    """Return degrees for metres of EPSG:3857 (spherical Mercator, EPSG guidance note 7-2, section 3.2.1.2)."""
    radius = _MERCATOR_M / np.pi
    return float(np.degrees(x / radius)), float(np.degrees(2 * np.arctan(np.exp(y / radius)) - np.pi / 2))


def check_point(lon: float, lat: float) -> Given:
    """Return a usable pair: 0/0 and what is out of range give none, swapped and metric ones are put right."""
    if 54 <= lon <= 180 and -73 < lat < 73:  # all of China and far around: nothing below is meant for it
        return Given(lon, lat)
    if lon == 0 and lat == 0:
        return Given(None, None, Message("position_zero"))
    if zone := _zone(max(lon, lat), min(lon, lat)):
        return Given(None, None, Message("position_gauss_krueger", {"zone": zone}))
    if min(abs(lon), abs(lat)) > _METRES_FROM and max(abs(lon), abs(lat)) <= _MERCATOR_M:
        if min(abs(lon), abs(lat)) < _EASTING_TO and max(abs(lon), abs(lat)) <= _NORTHING_TO:
            return Given(None, None, Message("position_metres_unknown"))
        lon, lat = _of_metres(lon, lat)
        return Given(lon, lat, Message("position_metres", {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}))
    if 73 <= abs(lat) <= 90 and 3 < lon < 54 and lat > 0:
        # 新疆 and 西藏 with the columns swapped; the other way it would be the Arctic Ocean.
        return Given(lat, lon, Message("position_swapped", {"lon": lat, "lat": lon}))
    if abs(lat) <= 90 and abs(lon) <= 180:
        return Given(lon, lat)
    if abs(lon) <= 90 and abs(lat) <= 180:
        return Given(lat, lon, Message("position_swapped", {"lon": lat, "lat": lon}))
    if abs(lat) > 90 and abs(lon) <= 180:
        return Given(None, None, Message("lat_out_of_range", {"value": f"{lat:.10g}"}), "lat")
    return Given(None, None, Message("lon_out_of_range", {"value": f"{lon:.10g}"}), "lon")


def shared_points(lon: NDArray[np.float64], lat: NDArray[np.float64], address: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row how many rows share its point, where that makes the position doubtful, else 0.

    Three or more rows on one point are doubtful (a geocoder's fallback, the centre of a district). Two are, unless
    both give the same address: then they are two places in one building.

    Parameters
    ----------
    lon, lat : ndarray of shape (n,)
        Degrees; NaN for a row without coordinates.
    address : ndarray of shape (n,)
        Hashes of the rows' addresses; 0 for a row without one.
    """
    shared = np.zeros(len(lon), dtype=np.int64)
    known = np.flatnonzero(~np.isnan(lon))
    if not len(known):
        return shared
    cells = np.column_stack((np.round(lon[known] / SAME_POINT), np.round(lat[known] / SAME_POINT)))
    _, place, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    place = place.reshape(-1)
    size = counts[place]
    lowest, highest = np.full(len(counts), np.iinfo(np.int64).max), np.full(len(counts), np.iinfo(np.int64).min)
    np.minimum.at(lowest, place, address[known])
    np.maximum.at(highest, place, address[known])
    one_address = (lowest == highest) & (lowest != 0)
    doubtful = (size >= 3) | ((size == 2) & ~one_address[place])
    shared[known[doubtful]] = size[doubtful]
    return shared


#: A district's rows tell where it is if there are so many of them, on different points.
OUTLIER_ROWS = 8
#: No row nearer to the middle of its district's rows is doubtful, in kilometres.
OUTLIER_KM = 30.0


def outliers(lon: NDArray[np.float64], lat: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each row how far it lies from the others of its district, where that is far too far, else 0.

    Far too far is over 30 km and ten times the median distance from the middle (the medians of longitude and latitude),
    which half of the rows would have to be wrong to spoil.

    Parameters
    ----------
    lon, lat : ndarray of shape (n,)
        Degrees; NaN for a row without coordinates.
    group : ndarray of shape (n,)
        Which district the row names; 0 for none.

    Returns
    -------
    ndarray
        Kilometres.
    """
    far = np.zeros(len(lon))
    known = np.flatnonzero(~np.isnan(lon) & (group != 0))
    order = known[np.argsort(group[known], kind="stable")]
    _, starts = np.unique(group[order], return_index=True)
    for rows in np.split(order, starts[1:]):
        if len(rows) < OUTLIER_ROWS:
            continue
        middle_lon, middle_lat = np.median(lon[rows]), np.median(lat[rows])
        east = (lon[rows] - middle_lon) * np.cos(np.radians(middle_lat))
        away_km = np.hypot(east, lat[rows] - middle_lat) * 111.195
        beyond = away_km > max(OUTLIER_KM, 10 * float(np.median(away_km)))
        far[rows[beyond]] = away_km[beyond]
    return far
