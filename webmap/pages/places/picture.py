"""The picture of a place for link previews: its name beside where in its district it lies, drawn without any tiles."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from PIL import Image, ImageDraw

from geodata.areas import Area
from webmap.pages.places.around import Frame
from webmap.pages.places.fonts import Font, font

WIDTH, HEIGHT = 1200, 630
#: The card's left part holds the words, the right one the map.
_WORDS, _EDGE = 640, 56
#: The map shows about this much ground where no area is known, and at most and least so much.
_GROUND_M, _LEAST_M, _MOST_M = 6_000, 2_500, 60_000

_PAPER, _INK, _SOFT, _LINE = "#ffffff", "#1a2026", "#4b5660", "#c5ccd2"
_GROUND, _AREA, _RED = "#e3e8ea", "#f7f9f9", "#c1121f"
_KINDS = {
    "rest_station": "#0a5c91",
    "worker_home": "#a84a06",
    "service_center": "#7a2f8a",
    "public_facility": "#46604f",
}
_OTHER = "#4b5660"
#: Signs that may not begin a line.
_NOT_FIRST = frozenset("，。、；：？！）》」』】…·,.;:?!)")


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture says and shows.

    Attributes
    ----------
    brand, kind_name, name, label, address, hours, code : str
        Texts, each on lines of its own; empty ones are left out.
    kind : str
        Code of the kind, for its colour.
    point : tuple of float, optional
        (lon, lat); without one the right part shows the areas only, or nothing.
    others : tuple of (float, float)
        Positions of other places.
    area : str or None
        Code of the area to show.
    """

    brand: str
    kind: str
    kind_name: str
    name: str
    label: str
    address: str
    hours: str
    code: str
    point: tuple[float, float] | None
    others: tuple[tuple[float, float], ...]
    area: str | None


def drawn(card: Card, areas: Sequence[Area], file: Path | None) -> bytes:
    """Return the picture as PNG.

    Parameters
    ----------
    card : Card
    areas : sequence of Area
        Whose borders are drawn.
    file : Path, optional
        A font with Chinese characters. Without one only what Latin letters can say is written: the code.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    _map(image, card, areas)
    draw = ImageDraw.Draw(image)
    draw.rectangle((_WORDS - 4, 0, _WORDS - 1, HEIGHT), fill=_LINE)
    _words(draw, card, file)
    # 48 colours are enough for flat ground and smooth letters, and make a third of the bytes.
    small = image.quantize(48, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _words(draw: ImageDraw.ImageDraw, card: Card, file: Path | None) -> None:
    colour, width = _KINDS.get(card.kind, _OTHER), _WORDS - 2 * _EDGE
    draw.rectangle((0, 0, 14, HEIGHT), fill=colour)
    if file is None:
        draw.text((_EDGE, _EDGE), "stationmap", font=font(40, None), fill=_RED)
        draw.text((_EDGE, HEIGHT / 2 - 60), card.code, font=font(110, None), fill=_INK)
        return
    draw.text((_EDGE, 44), card.brand, font=font(34, file), fill=_RED)
    large = font(64 if len(card.name) <= 24 else 50, file)
    y = 116.0
    y = _lines(draw, (_EDGE, y), card.name, large, width, most=3, fill=_INK, bold=True) + 14
    what = " · ".join(filter(None, (card.kind_name, card.label)))
    y = _lines(draw, (_EDGE, y), what, font(34, file), width, most=1, fill=colour)
    y += 26
    for text in (card.address, card.hours):
        if text:
            y = _lines(draw, (_EDGE, y), text, font(32, file), width, most=2, fill=_SOFT) + 10


def _lines(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    letters: Font,
    width: float,
    *,
    most: int,
    fill: str,
    bold: bool = False,
) -> float:
    """Write a text in at most some lines, the last one cut with an ellipsis; return where the next line begins."""
    x, y = at
    lines = wrapped(text, lambda part: draw.textlength(part, font=letters), width, most)
    step = sum(abs(value) for value in letters.getmetrics()) if hasattr(letters, "getmetrics") else 40
    for line in lines:
        draw.text((x, y), line, font=letters, fill=fill, stroke_width=1 if bold else 0, stroke_fill=fill)
        y += step * 0.92
    return y


def wrapped(text: str, measure: Callable[[str], float], width: float, most: int) -> list[str]:
    """Return a text in lines no longer than ``width`` as ``measure`` has it; at most ``most``, the last cut with …."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        end = len(rest)
        while end > 1 and measure(rest[:end]) > width:
            end -= 1
        if end < len(rest):
            # Not within a word or a time of Latin letters and digits, nor with a stop at the beginning of a line.
            word = re.search(r"[!-~]+$", rest[:end])
            if word and word.start() > 0 and "!" <= rest[end] <= "~":
                end = word.start()
            elif rest[end] in _NOT_FIRST and end > 1:
                end -= 1
        lines.append(rest[:end].strip())
        rest = rest[end:].strip()
    if rest and lines:
        last = lines[-1]
        while last and measure(last + "…") > width:
            last = last[:-1]
        lines[-1] = last + "…"
    return lines


def _map(image: Image.Image, card: Card, areas: Sequence[Area]) -> None:
    # Twice as large and then made smaller: lines and circles come out smooth.
    scale = 2
    width, height = WIDTH - _WORDS, HEIGHT
    ground = Image.new("RGB", (width * scale, height * scale), _GROUND)
    shown = next((area for area in areas if area.adcode == card.area), None)
    frame = _frame(card, shown, width * scale, height * scale)
    if frame is not None:
        draw = ImageDraw.Draw(ground)
        if shown is not None:
            _polygon(draw, frame, shown)
        for line in frame.outlines(areas, "district"):
            draw.line(line, fill="#8d979f", width=2 * scale, joint="curve")
        for lon, lat in card.others:
            _dot(draw, frame.pixel(lon, lat), 5 * scale, "#8d979f", _PAPER, scale)
        if card.point is not None:
            _pin(draw, frame.pixel(*card.point), _KINDS.get(card.kind, _OTHER), scale)
    image.paste(ground.resize((width, height), Image.Resampling.LANCZOS), (_WORDS, 0))


def _frame(card: Card, area: Area | None, width: int, height: int) -> Frame | None:
    """Return the frame that shows the whole area; where that is too much or nothing, the place in its middle."""
    if area is None and card.point is None:
        return None
    if area is not None:
        west, south, east, north = shapely.bounds(area.polygon)
        unit = Frame((west + east) / 2, (south + north) / 2, 0, 0, 1)
        x, y = unit.pixel(east, north)
        wide, high = 2 * x * 1.12, -2 * y * 1.12
        if max(wide, high) <= _MOST_M or card.point is None:
            return Frame(unit.lon, unit.lat, width, height, max(wide / width, high / height, _LEAST_M / width))
    if card.point is None:
        return None
    return Frame(*card.point, width, height, (_MOST_M / 3 if area is not None else _GROUND_M) / width)


def _polygon(draw: ImageDraw.ImageDraw, frame: Frame, area: Area) -> None:
    for part in shapely.get_parts(shapely.transform(area.polygon, frame.pixels)):
        draw.polygon([(float(x), float(y)) for x, y in shapely.get_coordinates(part.exterior)], fill=_AREA)
        for hole in part.interiors:
            draw.polygon([(float(x), float(y)) for x, y in shapely.get_coordinates(hole)], fill=_GROUND)


def _dot(draw: ImageDraw.ImageDraw, at: tuple[float, float], radius: float, fill: str, line: str, width: int) -> None:
    x, y = at
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill, outline=line, width=width)


def _pin(draw: ImageDraw.ImageDraw, at: tuple[float, float], colour: str, scale: int) -> None:
    """Draw the place's marker with its tip where the place is."""
    x, y = at
    radius, rise = 30 * scale, 62 * scale
    for grown, fill in ((4 * scale, _PAPER), (0, colour)):
        reach = radius + grown
        draw.polygon(
            [(x - reach * 0.88, y - rise + reach * 0.45), (x + reach * 0.88, y - rise + reach * 0.45), (x, y + grown)],
            fill=fill,
        )
        draw.ellipse((x - reach, y - rise - reach, x + reach, y - rise + reach), fill=fill)
    _dot(draw, (x, y - rise), 12 * scale, _PAPER, _PAPER, 1)
