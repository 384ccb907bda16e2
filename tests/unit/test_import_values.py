"""Cells as people write them, and what they mean."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ValueUnusableError
from geodata.vocabulary import load_vocabulary
from importers.cleaning import (
    cell_text,
    clean,
    heading_keys,
    parse_count,
    parse_date,
    parse_number,
    split_list,
)
from importers.coordinates import check_point, marks_order, parse_degrees, parse_pair, shared_points
from importers.datum_choice import datum_choice
from importers.phones import people_in, read_phones
from importers.words import Words


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("  名称 ", "名称"),
        ("a\u200bb\x07\u202ec\ufeff", "abc"),
        ("two\r\nlines", "two\nlines"),
        ("half \ud800 sign", "half  sign"),
        ("-", ""),
        ("NULL", ""),
        ("#N/A", ""),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        (3.0, "3"),
        (3.25, "3.25"),
        (True, "True"),
        (datetime(2024, 5, 1), "2024-05-01"),
        (datetime(2024, 5, 1, 8, 30), "2024-05-01 08:30:00"),
        (date(2024, 5, 1), "2024-05-01"),
        (time(8, 30), "08:30"),
        (timedelta(hours=26), "26:00"),
        (["a", None, "b"], "a;;b"),
    ],
)
def test_cells_as_text(cell: object, text: str) -> None:
    assert cell_text(cell) == text


@given(st.text())
def test_clean_text_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned or clean(cleaned) == ""


@pytest.mark.parametrize(
    ("heading", "key"),
    [("经度(°)", "经度"), (" ＬＡＴ ", "lat"), ("*站点名称：", "站点名称"), ("Open_Hours", "openhours")],
)
def test_headings_are_compared_by_their_letters(heading: str, key: str) -> None:
    assert key in heading_keys(heading)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("121.4", 121.4),
        ("１２１．４", 121.4),
        ("121.4°", 121.4),
        ("121.4 度", 121.4),
        ("121.4E", 121.4),
        ("E121.4", 121.4),
        ("东经121.4°", 121.4),
        ("经度：121.4", 121.4),
        ("lng: 121.4", 121.4),
        ("33.9S", -33.9),
        ("南纬33.9", -33.9),
        ("-33.9", -33.9),
        ("121°24′00″E", 121.4),
        ("121° 24.0' E", 121.4),
        ("121度24分36秒", 121.41),
        ("121,4", 121.4),
        ("-3,75", -3.75),
        ("121-24-36", 121.41),
        ("121:24:36.0", 121.41),
        ("121 24 36", 121.41),
        ("121.24.36.0", 121.41),
    ],
)
def test_degrees(text: str, degrees: float) -> None:
    assert parse_degrees(text) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize("text", ["", "abc", "121.4.5", "121°70′", "12 13", "nan", "inf", "121.4EW", "约一百"])
def test_no_degrees(text: str) -> None:
    with pytest.raises(ValueUnusableError):
        parse_degrees(text)


@given(st.floats(-180, 180))
def test_degrees_come_back_from_any_notation(angle: float) -> None:
    assert parse_degrees(repr(angle)) == angle
    degrees, rest = divmod(abs(angle) * 60, 60)
    text = f"{degrees:.0f}°{rest:.9f}′{'W' if angle < 0 else 'E'}"
    assert parse_degrees(text) == pytest.approx(angle, abs=1e-9)


@pytest.mark.parametrize("text", ["121.4,37.5", "121.4，37.5", "(121.4 37.5)", "[121.4, 37.5]", "POINT (121.4 37.5)",
                                  "121.4、37.5", "121,4; 37,5", "121,4 37,5"])  # fmt: skip
def test_pairs(text: str) -> None:
    assert [parse_degrees(part) for part in parse_pair(text)] == [121.4, 37.5]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("37.5N 121.41E", True),
        ("121.41E,37.5N", True),
        ("N37.5°，E121.41°", True),
        ("lat: 37.5, lng: 121.41", True),
        ("北纬37°30′ 东经121°24′36″", True),
        ("121°24′36″E 37°30′0″N", True),
        ("121°24′36″，37°30′", False),
        ("121° 24′ 36″ / 37° 30′ 0″", False),
        ("POINT(121.41 37.5)", True),
        ("SRID=4326;POINT (121.41 37.5)", True),
    ],
)
def test_pairs_that_say_which_is_which(text: str, marked: bool) -> None:
    assert [parse_degrees(part) for part in parse_pair(text)] == pytest.approx([121.41, 37.5])
    assert marks_order(text) == marked


@pytest.mark.parametrize("text", ["", "121.4", "1,2,3", "烟台市芝罘区", "121 24 36", "12号楼3层"])
def test_no_pairs(text: str) -> None:
    with pytest.raises(ValueUnusableError):
        parse_pair(text)


def test_metres_and_swapped_columns_are_put_right() -> None:
    metres = check_point(13514186.18, 4509031.39)
    assert (metres.lon, metres.lat) == pytest.approx((121.4, 37.5), abs=1e-5)
    assert metres.note is not None
    assert metres.note.code == "position_metres"
    urumqi = check_point(43.8, 87.6)
    assert (urumqi.lon, urumqi.lat) == (87.6, 43.8)
    assert check_point(15.6, 67.2).note is None
    assert check_point(-45.0, 80.0).note is None
    assert check_point(1214000000, 375000000).lon is None


@pytest.mark.parametrize(
    ("x", "y"), [(621981.3, 4155312.1), (4155312.1, 621981.3), (395000.5, 6675000), (835000, 816000)]
)
def test_metres_of_a_grid_that_nobody_names_are_no_position(x: float, y: float) -> None:
    found = check_point(x, y)
    assert (found.lon, found.lat) == (None, None)
    assert found.note is not None
    assert found.note.code == "position_metres_unknown"


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("0535-6612345 13812345678", "0535-6612345; 13812345678"),
        ("13812345678 13912345678", "13812345678; 13912345678"),
        ("联系电话：0535-6612345/6612346", "0535-6612345; 6612346"),
        ("6612345或13812345678", "6612345; 13812345678"),
        ("0571-86535111转8001", "0571-86535111转8001"),
        ("0571-86535111 分机：8001", "0571-86535111转8001"),
        ("86535111 ext. 12", "86535111转12"),
        ("座机 0535 6612345", "0535 6612345"),
        ("13812345678，13812345678", "13812345678"),
        ("+86 13812345678", "+86 13812345678"),
        ("(0535)6612345", "(0535)6612345"),
        ("0535-6612345（工作日）", "0535-6612345(工作日)"),
        ("白天6612345、夜间6612346", "白天6612345; 夜间6612346"),
        ("万达店 0535-6612345", "万达店 0535-6612345"),
        ("周末 6612345", "周末 6612345"),
        ("张三 13812345678", "13812345678"),
        ("李四：0535-6612345", "0535-6612345"),
        ("王五（13900001111）", "13900001111"),
        ("赵六/0535-6611111", "0535-6611111"),
        ("13811112222钱七", "13811112222"),
        ("欧阳娜 13812345678、孙经理0535-6612345转8", "13812345678; 0535-6612345转8"),
        ("联系人：周建国主任 138****5678", "138****5678"),
        ("负责人李娜", ""),
    ],
)
def test_phones(text: str, phones: str) -> None:
    assert read_phones(text)[0] == phones


def test_words_beside_phones_are_people_or_not() -> None:
    assert people_in("负责人李娜、王某 138") == ["负责人李娜", "王某"]
    assert people_in("夏季白天全天，周一至周五，金沙店值班室，常年") == []


def test_points_are_checked() -> None:
    assert check_point(121.4, 37.5).note is None
    swapped = check_point(37.5, 121.4)
    assert (swapped.lon, swapped.lat) == (121.4, 37.5)
    assert swapped.note is not None
    assert swapped.note.code == "position_swapped"
    for lon, lat, code in [(0, 0, "position_zero"), (121, 999, "lat_out_of_range"), (999, 37, "lon_out_of_range")]:
        found = check_point(lon, lat)
        assert (found.lon, found.lat) == (None, None)
        assert found.note is not None
        assert found.note.code == code


def test_the_datum_is_what_someone_says() -> None:
    assert datum_choice("gcj02", stated="bd09").datum == "gcj02"
    assert datum_choice("auto", stated="bd09").datum == "bd09"
    assert not datum_choice("auto", stated="bd09").assumed
    assert datum_choice("auto") == datum_choice("auto", stated=None)
    assert datum_choice("auto").assumed
    assert not datum_choice("wgs84").assumed


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_shared_points_against_brute_force(rows: list[tuple[int, int]]) -> None:
    """Points 0–3 (0: none), addresses 0–3 (0: none)."""
    lon = np.array([np.nan if point == 0 else 121 + point / 10 for point, _ in rows])
    lat = np.array([np.nan if point == 0 else 37.0 for point, _ in rows])
    found = shared_points(lon, lat, np.array([address for _, address in rows], dtype=np.int64))
    for index, (point, _) in enumerate(rows):
        same = [address for other, address in rows if other == point]
        doubtful = point != 0 and (len(same) >= 3 or (len(same) == 2 and (same[0] != same[1] or same[0] == 0)))
        assert found[index] == (len(same) if doubtful else 0)


@pytest.mark.parametrize(
    ("text", "number"), [("30㎡", 30), ("约1,200平方米", 1200), ("３０．５", 30.5), ("30 m2", 30), ("12人", 12)]
)
def test_numbers(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["若干", "10-20", "-5", "1e99999"])
def test_no_numbers(text: str) -> None:
    with pytest.raises(ValueUnusableError):
        parse_number(text)


def test_counts_are_whole() -> None:
    assert parse_count("12") == 12
    with pytest.raises(ValueUnusableError):
        parse_count("12.5")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-01", date(2024, 5, 1)),
        ("2024/5/1", date(2024, 5, 1)),
        ("2024.5.1", date(2024, 5, 1)),
        ("2024年5月1日", date(2024, 5, 1)),
        ("20240501", date(2024, 5, 1)),
        ("2024-05-01 08:30:00", date(2024, 5, 1)),
        ("2024年5月", date(2024, 5, 1)),
        ("2024", date(2024, 1, 1)),
    ],
)
def test_dates(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", ["2024-02-30", "05/01/2024", "昨天", "20241301", "3024年"])
def test_no_dates(text: str) -> None:
    with pytest.raises(ValueUnusableError):
        parse_date(text)


def test_phones_and_lists() -> None:
    assert read_phones("电话：0371-67956331；0371-60223349")[0] == "0371-67956331; 0371-60223349"
    assert read_phones("138****5596")[0] == "138****5596"
    assert split_list("饮水;微波炉；厕所、空调,图书，AED|雨具") == [
        "饮水",
        "微波炉",
        "厕所",
        "空调",
        "图书",
        "AED",
        "雨具",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("True", "yes"),
        ("是", "yes"),
        ("√", "yes"),
        ("2", "yes"),
        ("partial", "limited"),
        ("部分", "limited"),
        ("False", "no"),
        ("无", "no"),
        ("×", "no"),
        ("0", "no"),
        ("未知", "unknown"),
        ("？", "unknown"),
        ("也许", None),
    ],
)
def test_yes_and_no(text: str, value: str | None) -> None:
    assert Words(load_vocabulary()).value(text) == value


def test_every_word_of_the_lists_means_something() -> None:
    words = Words(load_vocabulary())
    assert words.find("facilities", "微波炉") == "microwave"
    assert words.find("facilities", "手机充电") == "phone_charging"
    assert words.find("facilities", "Wi-Fi") == words.find("facilities", "ＷＩＦＩ") == "wifi"
    assert words.find("services", "法律援助") == "legal_aid"
    assert words.find("kinds", "爱心驿家") == "rest_station"
    assert words.is_programme("爱心驿家")
    assert not words.is_programme("户外劳动者服务站点")
    assert words.find("levels", "市级") == "city"
    assert words.find("datums", "GCJ-02") == "gcj02"


def test_further_words_belong_to_codes_of_the_vocabulary() -> None:
    """A wrong code in columns.toml would put values into sites that nobody can read."""
    vocabulary = load_vocabulary()
    words = Words(vocabulary)
    for group in ("kinds", "facilities", "services", "levels", "access", "fees", "states", "precisions", "values"):
        assert set(words.codes(group)) == set(getattr(vocabulary, group))
