"""Pictures of places: where things are drawn, how lines are broken, and what happens without a font."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from shapely import MultiPolygon, Polygon, box

from geodata.areas import Area
from webmap.pages.places.around import Frame
from webmap.pages.places.fonts import chinese_font, font, font_file
from webmap.pages.places.picture import HEIGHT, WIDTH, Card, drawn, wrapped

CARD = Card(
    brand="驿站地图",
    kind="rest_station",
    kind_name="户外劳动者服务站点",
    name="大海阳路驿站",
    label="爱心驿家",
    address="大海阳路8号",
    hours="周一至周五 8:30-17:30",
    code="ABC234",
    point=(121.39, 37.53),
    others=((121.40, 37.53), (121.39, 37.54)),
    area="370602",
)


def area(polygon: Polygon, adcode: str = "370602") -> Area:
    return Area(adcode, "芝罘区", "Zhifu", "district", None, MultiPolygon([polygon]), "test", False)


def picture(card: Card, *areas: Area, file: Path | None = None) -> Image.Image:
    image = Image.open(BytesIO(drawn(card, areas, file))).convert("RGB")
    assert image.size == (WIDTH, HEIGHT)
    return image


def test_frame_puts_north_up_and_east_right_to_scale() -> None:
    frame = Frame(121.39, 37.53, 400, 200, 10)
    assert frame.pixel(121.39, 37.53) == (200, 100)
    x, y = frame.pixel(121.39, 37.53 + 500 / 111_195)
    assert (x, y) == pytest.approx((200, 50), abs=0.01)
    x, y = frame.pixel(121.39 + 500 / 111_195 / 0.79303, 37.53)
    assert (x, y) == pytest.approx((250, 100), abs=0.05)


def test_outlines_are_cut_at_the_edge() -> None:
    frame = Frame(121.39, 37.53, 400, 200, 10)
    lines = frame.outlines([area(box(121.39, 37.0, 123, 38))], "district")
    assert lines
    for line in lines:
        assert all(-8.01 <= x <= 408.01 and -8.01 <= y <= 208.01 for x, y in line)
    assert any(abs(x - 200) < 0.01 for line in lines for x, _ in line)
    assert frame.outlines([area(box(100, 20, 101, 21))], "district") == []


def test_words_and_marker_are_drawn() -> None:
    around = area(box(121.33, 37.49, 121.45, 37.57))
    with_all = picture(CARD, around, file=font_file())
    assert with_all.getpixel((4, 300)) == (10, 92, 145)  # the kind's colour
    # The marker's head stands above its tip, which is in the middle of the map, and has a hole.
    assert with_all.getpixel((920, 315 - 62 - 22)) == (10, 92, 145)
    assert with_all.getpixel((920, 315 - 62)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("change", "areas"),
    [
        ({"point": None, "others": ()}, (box(121.33, 37.49, 121.45, 37.57),)),
        ({"point": None, "others": (), "area": None}, ()),
        ({"area": None}, ()),
        ({}, (box(110, 30, 125, 40),)),  # far larger than any district: the place stays to be seen
        ({"name": "很长的名字" * 60, "address": "x" * 500}, (box(121.33, 37.49, 121.45, 37.57),)),
        ({"name": "", "label": "", "address": "", "hours": ""}, ()),
    ],
)
def test_whatever_is_known_makes_a_picture(change: dict[str, object], areas: tuple[Polygon, ...]) -> None:
    card = Card(**{**{name: getattr(CARD, name) for name in Card.__slots__}, **change})  # type: ignore[arg-type]
    picture(card, *map(area, areas), file=font_file())


def test_without_a_chinese_font_the_code_stands_there_and_no_boxes(tmp_path: Path) -> None:
    assert chinese_font([tmp_path]) is None
    plain = picture(CARD, file=None)
    other = picture(Card(**{**{name: getattr(CARD, name) for name in Card.__slots__}, "name": "别的名字"}), file=None)
    coded = picture(Card(**{**{name: getattr(CARD, name) for name in Card.__slots__}, "code": "XYZ789"}), file=None)
    assert plain.tobytes() == other.tobytes()
    assert plain.tobytes() != coded.tobytes()


def test_best_font_is_found_in_any_folder(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    for name in ("wqy-zenhei.ttc", "NotoSansSC-Regular.otf", "Arial.ttf", "NotoSansCJK-readme.txt"):
        (deep / name).touch()
    assert chinese_font([tmp_path / "none", tmp_path]) == deep / "NotoSansSC-Regular.otf"


def test_fonts_of_this_system_write_simplified_chinese() -> None:
    file = font_file()
    assert file is not None, "the tests need a font with Chinese characters"
    letters = font(40, file)
    assert letters.getmask("驿").getbbox() != letters.getmask("\U0010fffd").getbbox()


@pytest.mark.parametrize(
    ("text", "width", "most", "lines"),
    [
        ("大海阳路驿站", 4, 3, ["大海阳路", "驿站"]),
        ("大海阳路，驿站", 4, 3, ["大海阳", "路，驿站"]),
        ("周一 8:30-17:30", 8, 3, ["周一", "8:30-17:", "30"]),
        ("周一至周五 8:30-9:00，停", 12, 3, ["周一至周五", "8:30-9:00，停"]),
        ("Rest station at the harbour", 12, 3, ["Rest station", "at the", "harbour"]),
        ("一二三四五六七八九", 3, 2, ["一二三", "四五…"]),
        ("", 3, 2, []),
    ],
)
def test_lines_are_broken_between_words(text: str, width: int, most: int, lines: list[str]) -> None:
    assert wrapped(text, len, width, most) == lines
