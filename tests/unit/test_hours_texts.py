"""Opening-hours texts as sources write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.calendar import WorkCalendar
from geodata.hours import check_osm, parse_hours, week

UNDERSTOOD = {
    # weekdays, ranges, lists
    "周一至周五 8:30-17:30": "Mo-Fr 08:30-17:30",
    "周一到周日 8:00-16:30": "Mo-Su 08:00-16:30",
    "周二-周日8:00-17:00周一闭馆": "Tu-Su 08:00-17:00",
    "周一至五8:30—17:30": "Mo-Fr 08:30-17:30",
    "星期一至星期五 08:30－17:30": "Mo-Fr 08:30-17:30",
    "礼拜六 9:00-12:00": "Sa 09:00-12:00",
    "周一、三、五 9:00-17:00": "Mo,We,Fr 09:00-17:00",
    "周一、周二、周四至周日 9:00-20:00周三闭馆": "Mo-Tu,Th-Su 09:00-20:00",
    "周一周三周五13:30-20:30周二周四16:30-20:30周六日8:30-17:30": (
        "Mo,We,Fr 13:30-20:30; Tu,Th 16:30-20:30; Sa-Su 08:30-17:30"
    ),
    "周一至周五 9：00-20:00周六至周天10:00-17:00": "Mo-Fr 09:00-20:00; Sa-Su 10:00-17:00",
    "周五至周一 9:00-17:00": "Mo,Fr-Su 09:00-17:00",
    "周六与周日开放 9:00-17:00": "Sa-Su 09:00-17:00",
    "周二至周五 9:00-21:00；周末 13:30-21:00": "Tu-Fr 09:00-21:00; Sa-Su 13:30-21:00",
    "每天 9:00-17:00": "Mo-Su 09:00-17:00",
    "9:30-16:30": "Mo-Su 09:30-16:30",
    # closing days
    "周二至周日 9:00—20:00，周一闭馆": "Tu-Su 09:00-20:00",
    "9:00—16:30，周二闭馆": "Mo,We-Su 09:00-16:30",
    "周三至周日 9:30—16:30，周一二闭馆": "We-Su 09:30-16:30",
    "周一闭馆周二至周五 14:00-20:00周六至周日 10:00-18:00": "Tu-Fr 14:00-20:00; Sa-Su 10:00-18:00",
    "闭馆日：周一，9:00-17:00": "Tu-Su 09:00-17:00",
    "9:00-17:00（周一除外）": "Tu-Su 09:00-17:00",
    "8：30－11：30，13：30－17：00（周六、日休息）": "Mo-Fr 08:30-11:30,13:30-17:00",
    # round the clock
    "24小时": "24/7",
    "全天开放": "24/7",
    "２４小时开放": "24/7",
    "周一至周日24小时开放": "24/7",
    "周六、周日全天": "Sa-Su 00:00-24:00",
    # breaks and parts of the day
    "周一至周日 8:30-11:3013:30-16:30": "Mo-Su 08:30-11:30,13:30-16:30",
    "周一至周五08:30-12:0013:00-17:0018:00-20:00": "Mo-Fr 08:30-12:00,13:00-17:00,18:00-20:00",
    "周二至周日 8:30-11:30;13:00-17:30;18:30-20:30;周一闭馆": "Tu-Su 08:30-11:30,13:00-17:30,18:30-20:30",
    "周一至周六上午8:30-11:00下午 1:30-4:30": "Mo-Sa 08:30-11:00,13:30-16:30",
    "周一至周日上午8:30-11:00 下午2:00-17:00": "Mo-Su 08:30-11:00,14:00-17:00",
    "周一至周五上午:8:30-11:30下午:13:30-17:00晚上:18:30-20:00": "Mo-Fr 08:30-11:30,13:30-17:00,18:30-20:00",
    "周一至周五上午 8:30-11:30下午 14:00-17:30晚上 17:30-20:00": "Mo-Fr 08:30-11:30,14:00-20:00",
    "周一至周日 9:00-16:00每周一夜间开放 18:00-20:00": "Mo 09:00-16:00,18:00-20:00; Tu-Su 09:00-16:00",
    "周一至周日：上午9点至下午5点半": "Mo-Su 09:00-17:30",
    "早8:00-晚10:00": "Mo-Su 08:00-22:00",
    "中午11:30-1:30": "Mo-Su 11:30-13:30",
    "每天凌晨4:00-晚上10:00": "Mo-Su 04:00-22:00",
    "8-17点": "Mo-Su 08:00-17:00",
    # midnight
    "周二至周日 8:30-24:00": "Tu-Su 08:30-24:00",
    "9:00至24:00": "Mo-Su 09:00-24:00",
    "每日 22:00-6:00": "Mo-Su 22:00-06:00",
    "每天 18:00-次日2:00": "Mo-Su 18:00-02:00",
    "周五晚上8:00-凌晨1:30": "Fr 20:00-01:30",
    "晚上10:00-6:00": "Mo-Su 22:00-06:00",
    # holidays
    "周一至周五 9:00-17:00法定节假日闭馆": "Mo-Fr 09:00-17:00; PH off",
    "周一至周六上午9:00-11:00 下午2:00-5:00节假日闭馆": "Mo-Sa 09:00-11:00,14:00-17:00; PH off",
    "周一至周五 8:00-20:00周六、周日 9:00-18:00（周二、节假日不开放）": (
        "Mo,We-Fr 08:00-20:00; Sa-Su 09:00-18:00; PH off"
    ),
    "周一至周五9:00-11:00，14：00-17:00双休日法定节假日9:00-17:00": (
        "Mo-Fr 09:00-11:00,14:00-17:00; Sa-Su 09:00-17:00; PH 09:00-17:00"
    ),
    "周一至周六 9:00-17:00周日及法定节假日闭馆，特殊情况提前另行通知": "Mo-Sa 09:00-17:00; PH off",
    "周二至周日 9:00-20:00；周一闭馆，法定节假日开放时间另行通知": "Tu-Su 09:00-20:00; PH unknown",
    "工作日 8:20—17:00": "Mo-Fr 08:20-17:00; PH off",
    "营业时间：工作日9:00-18:00，周末10:00-16:00": "Mo-Fr 09:00-18:00; Sa-Su 10:00-16:00; PH unknown",
    "工作日9:00-18:00，周末、节假日10:00-16:00": "Mo-Fr 09:00-18:00; Sa-Su 10:00-16:00; PH 10:00-16:00",
    "全年无休 8:00-20:00": "Mo-Su 08:00-20:00; PH 08:00-20:00",
    "周二至周日9:00-17:00，节假日正常开放": "Tu-Su 09:00-17:00",
    "周一至周五 9:00-17:00（节假日除外）": "Mo-Fr 09:00-17:00; PH off",
    "9:00-17:00，每周一闭馆（法定节假日除外）": "Tu-Su 09:00-17:00; PH 09:00-17:00",
    "周二至周日9:00-17:00，周一闭馆，遇节假日正常开放": "Tu-Su 09:00-17:00; PH 09:00-17:00",
    "节假日开放时间另行通知，周一至周五9:00-17:00": "Mo-Fr 09:00-17:00; PH unknown",
    # remarks
    "周一至周五9:00-17:00，特殊情况另行通知": "Mo-Fr 09:00-17:00",
    "法定节假日以公告为准，周一至周五9:00-17:00": "Mo-Fr 09:00-17:00; PH unknown",
    # other spellings
    "周1至周5 8.30-17.30": "Mo-Fr 08:30-17:30",
    "周1-5 0830-1730": "Mo-Fr 08:30-17:30",
    "周1-58:30-17:30": "Mo-Fr 08:30-17:30",
    "周6、7 9:00-12:00": "Sa-Su 09:00-12:00",
    "0830-11301330-1700": "Mo-Su 08:30-11:30,13:30-17:00",
    "星期1到星期5上午8.30-11.30下午1.30-5.00": "Mo-Fr 08:30-11:30,13:30-17:00",
    "周一至周五：9:00～次日1:00": "Mo-Fr 09:00-01:00",
    "7:00至24:00": "Mo-Su 07:00-24:00",
    # English and OSM
    "Mon-Fri 9:00-17:00, Sat 10am-4pm, Sun closed": "Mo-Fr 09:00-17:00; Sa 10:00-16:00",
    "Closed on Mondays, 9:00 to 17:00": "Tu-Su 09:00-17:00",
    "Daily 24 hours": "24/7",
    "Mo-Fr 8:30-17:30; PH off": "Mo-Fr 08:30-17:30; PH off",
    "Mo-Fr 8:30–17:30；PH off": "Mo-Fr 08:30-17:30; PH off",
    "May-Sep 08:00-20:00; Oct-Apr 09:00-17:00": "May-Sep 08:00-20:00; Oct-Apr 09:00-17:00",
    "24/7": "24/7",
}

#: Hours with something to know of them: the expression, and the codes of the notices.
NOTICED: dict[str, tuple[str, list[str]]] = {
    # seasons with their dates
    "夏季（5月1日-9月30日）8:00-18:00；冬季（10月1日-次年4月30日）8:30-17:30": (
        "May-Sep Mo-Su 08:00-18:00; Oct-Apr Mo-Su 08:30-17:30",
        [],
    ),
    "5月-10月 8:00-18:00；11月-次年4月 8:30-17:00，周一闭馆": (
        "May-Oct Tu-Su 08:00-18:00; Nov-Apr Tu-Su 08:30-17:00",
        [],
    ),
    "夏季(5.1-9.30)8:30-18:00，冬季(10.1-4.30)8:30-17:30": ("May-Sep Mo-Su 08:30-18:00; Oct-Apr Mo-Su 08:30-17:30", []),
    "11月15日至次年3月15日 9:00-16:00；3月16日至11月14日 8:30-17:30；法定节假日闭馆": (
        "Nov 15-Mar 15 Mo-Su 09:00-16:00; Mar 16-Nov 14 Mo-Su 08:30-17:30; PH off",
        [],
    ),
    "5月至9月8:00-18:00（夏季），10月至4月8:30-17:30（冬季）": (
        "May-Sep Mo-Su 08:00-18:00; Oct-Apr Mo-Su 08:30-17:30",
        [],
    ),
    "夏令时（5.1-9.30）8:00-12:00，15:00-18:00；冬令时（10.1-次年4.30）8:30-12:00，14:30-17:30": (
        "May-Sep Mo-Su 08:00-12:00,15:00-18:00; Oct-Apr Mo-Su 08:30-12:00,14:30-17:30",
        [],
    ),
    "旺季（4月1日至10月31日）8:00-18:00，淡季（11月1日至次年3月31日）8:30-17:00": (
        "Apr-Oct Mo-Su 08:00-18:00; Nov-Mar Mo-Su 08:30-17:00",
        [],
    ),
    "3月1日-11月30日 8:00-18:00，12月1日-2月28日 9:00-17:00": (
        "Mar-Nov Mo-Su 08:00-18:00; Dec-Feb Mo-Su 09:00-17:00",
        [],
    ),
    "夏季 8:30—17:30（通常7—8月）": ("Jul-Aug Mo-Su 08:30-17:30; Sep-Jun unknown", ["season_rest"]),
    "每年5月至9月8:00-18:00": ("May-Sep Mo-Su 08:00-18:00; Oct-Apr unknown", ["season_rest"]),
    "7、8月 9:00-21:00": ("Jul-Aug Mo-Su 09:00-21:00; Sep-Jun unknown", ["season_rest"]),
    "6-9月 周一至周五8:00-20:00": ("Jun-Sep Mo-Fr 08:00-20:00; Oct-May unknown", ["season_rest"]),
    "7月1日-31日 9:00-17:00": ("Jul Mo-Su 09:00-17:00; Aug-Jun unknown", ["season_rest"]),
    "周一至周五9:00-17:00；7月15日至8月20日每天8:00-20:00": (
        "Mo-Fr 09:00-17:00; Jul 15-Aug 20 Mo-Su 08:00-20:00",
        [],
    ),
    # seasons without
    "夏季 8:30—17:30": ("Jun-Aug Mo-Su 08:30-17:30; Sep-May unknown", ["season_dates", "season_rest"]),
    "周一至周日 夏令8:30-21:00；冬令9:00-19:30": (
        "May-Sep Mo-Su 08:30-21:00; Oct-Apr Mo-Su 09:00-19:30",
        ["season_dates"] * 2,
    ),
    "夏令时8:30-12:00,14:30-18:00；冬令时8:30-12:00,14:00-17:30；周末休息": (
        "May-Sep Mo-Fr 08:30-12:00,14:30-18:00; Oct-Apr Mo-Fr 08:30-12:00,14:00-17:30",
        ["season_dates"] * 2,
    ),
    "春夏8:30-11:30 14:00-17:00秋冬8:30-11:30 13:30-16:30周一闭馆": (
        "Apr-Sep Tu-Su 08:30-11:30,14:00-17:00; Oct-Mar Tu-Su 08:30-11:30,13:30-16:30",
        ["season_dates"] * 2,
    ),
    "春秋8:00-17:00夏季8:00-18:00冬季8:30-16:30": (
        "Mar-May,Sep-Nov Mo-Su 08:00-17:00; Jun-Aug Mo-Su 08:00-18:00; Dec-Feb Mo-Su 08:30-16:30",
        ["season_dates"] * 3,
    ),
    "夏季9:00-20:00，周一闭馆；冬季9:00-17:00，周一闭馆": (
        "May-Sep Tu-Su 09:00-20:00; Oct-Apr Tu-Su 09:00-17:00",
        ["season_dates"] * 2,
    ),
    "周一至周五8:30-12:00,14:00-18:00;夏季14:30-18:30": (
        "Mo-Fr 08:30-12:00,14:00-18:00; May-Sep Mo-Fr 08:30-12:00,14:30-18:30",
        ["season_dates"],
    ),
    "周一至周五9:00-17:00，暑假每天8:00-20:00": ("Mo-Fr 09:00-17:00; Jul-Aug Mo-Su 08:00-20:00", ["season_dates"]),
    "周日闭馆周一到周五 14:00-20:00周六 10:00-20:00暑期：周六日闭馆": (
        "Mo-Fr 14:00-20:00; Sa 10:00-20:00; Jul-Aug Mo-Fr 14:00-20:00; Jul-Aug Sa off",
        ["season_dates"],
    ),
    "冬季8:30-17:30；夏季8:00-18:00，法定节假日照常开放": (
        "Oct-Apr Mo-Su 08:30-17:30; May-Sep Mo-Su 08:00-18:00; Oct-Apr PH 08:30-17:30; May-Sep PH 08:00-18:00",
        ["season_dates"] * 2,
    ),
    # areas
    "自修区 周一至周日 8:00—21:30；借阅区 周二至周日 9:00—21:00": ("Mo-Su 08:00-21:30", ["areas_differ"]),
    "周二至周日 1层 9:00—21:00，2-4层 9:00—17:30": ("Tu-Su 09:00-21:00", ["areas_differ"]),
    "一楼大厅 8:00-17:00，24小时自助区 全天": ("24/7", ["areas_differ"]),
    "阅览室 9:00-12:00；活动室 13:00-20:00，法定节假日闭馆": (
        "Mo-Su 09:00-12:00,13:00-20:00; PH off",
        ["areas_differ"],
    ),
    "周一至周五8:30-17:30，阅览室周六9:00-12:00": ("Mo-Fr 08:30-17:30; Sa 09:00-12:00", ["areas_differ"]),
    # provisos and last admissions
    "9:00-17:00，以现场公告为准": ("Mo-Su 09:00-17:00", ["proviso"]),
    "周二至周日9:00-17:00，周一闭馆，具体开放时间以公告为准": ("Tu-Su 09:00-17:00", ["proviso"]),
    "9:00-17:00，需提前预约": ("Mo-Su 09:00-17:00", ["proviso"]),
    "周一至周日9:00-17:00，仅供参考": ("Mo-Su 09:00-17:00", ["proviso"]),
    "每日9：00-17:30（夜校开课期间除外）": ("Mo-Su 09:00-17:30", ["proviso"]),
    "与地铁站一致（6:00-23:00）": ("Mo-Su 06:00-23:00", ["proviso"]),
    "周二至周日 9:00—17:00（16:30停止入馆），周一闭馆": ("Tu-Su 09:00-17:00", ["last_entry"]),
    "9:00-17:00（提前30分钟停止入馆）": ("Mo-Su 09:00-17:00", ["last_entry"]),
    "9:00-17:00（最晚入馆16:30）": ("Mo-Su 09:00-17:00", ["last_entry"]),
}

UNKNOWN = {
    "": "not_given",
    "  ": "not_given",
    "暂无": "not_given",
    "-": "not_given",
    "以现场为准": "refers",
    "以书房公告为准": "refers",
    "详询街道": "refers",
    "随地铁运营": "refers",
    "随地铁运营时间": "refers",
    "与地铁站开放时间一致": "refers",
    "地铁运营时间内；夏季纳凉点": "refers",
    "实时查询": "refers",
    "7×24 在线": "refers",
    "夏季": "seasonal",
    "旺季8:00-18:00，淡季8:30-17:00": "seasonal",
    "周一闭馆 周二至周五 12:00-20:00 周六至周日（寒暑假） 9:00-20:00": "season_unclear",
    "周一至周五9:00-17:00，寒假10:00-16:00": "seasonal",
    "周一至周五9:00-17:00周六10:00-12:00；夏季8:00-18:00": "season_unclear",
    "9:00-12:00；夏季18:00-20:00": "season_unclear",
    "8:00-18:00（夏季）8:30-17:30": "season_unclear",
    "8:00-18:00（5月-9月）；8:30-17:30（10月-4月）": "season_unclear",
    "周二至周五 12:00-20:00 周六至周日（暑假） 9:00-20:00": "season_unclear",
    "夏季9:00-20:00，周一闭馆；冬季9:00-17:00": "closing_unclear",
    "自修区 8:00-21:00；借阅区 9:00-21:00，周一闭馆": "closing_unclear",
    "5-9月8:00-18:00，9-4月8:30-17:00": "contradictory",
    "夏季，冬季8:30-17:30": "no_times",
    "2月30日-3月1日 9:00-17:00": "not_understood",
    "13月 9:00-17:00": "not_understood",
    "2024-2025": "not_understood",
    "9:00-17:00，春节期间除外": "not_understood",
    "停车区24小时，大厅9:00-17:00": "several_areas",
    "夏季 阅览室9:00-17:00": "several_areas",
    "阅览室 9:00-17:00，大厅工作日9:00-18:00": "several_areas",
    "9:00-17:00 待定": "refers",
    "咨询电话": "refers",
    "全天候免费开放": "all_weather",
    "周一至周五9:00-17:00，节假日正常开放": "contradictory",
    "9:00-17:00，周末10:00-16:00": "contradictory",
    "13:30-17:00 08:30-11:30": "contradictory",
    "周二至周五9:00-17:00，周末9:00-20:00，周一闭馆（节假日除外）": "contradictory",
    "周一至周五9:00-17:00节假日闭馆，节假日10:00-12:00": "contradictory",
    "9:00-5:00": "ambiguous",
    "1:30-4:30": "ambiguous",
    "8:30-11:30 1:30-4:30": "ambiguous",
    "8:00-8:00": "ambiguous",
    "15:00-下午2:00": "ambiguous",
    "全年": "no_times",
    "开馆时间": "no_times",
    "周日闭馆": "no_times",
    "周一至周五开放，周六9:00-12:00": "no_times",
    "周一至周五": "no_times",
    "24小时响应": "not_understood",
    "24小时免费": "not_understood",
    "周一至周日 8:30-17:30（之后保安巡逻，实质24小时）": "not_understood",
    "周一至周五8:30-17:30午休12:00-13:00": "not_understood",
    "周一至周五8:30-17:30，周一下午闭馆": "not_understood",
    "停车不超过15分钟免收停车费": "not_understood",
    "周一至周日 9:60-17:00": "not_understood",
    "周一至周日 9:00": "not_understood",
    "9:00开馆17:00闭馆": "not_understood",
    "9:00-17:00，周一闭馆（周二除外）": "not_understood",
    "周一至周五闭馆日周日": "not_understood",
    "2026": "not_understood",
    "Mo-Fr": "not_understood",
    "Mo-Fr 08:00-12:00; PH -1 day off": "unsupported",
    "周一至周五 8:30-17:30，" * 40: "too_long",
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_understood(text: str) -> None:
    got = parse_hours(text)
    assert got.reason is None
    assert got.osm == check_osm(UNDERSTOOD[text])


@pytest.mark.parametrize("text", NOTICED)
def test_understood_with_something_to_know(text: str) -> None:
    got = parse_hours(text)
    osm, codes = NOTICED[text]
    assert (got.osm, got.reason) == (check_osm(osm), None)
    assert [notice.code.removeprefix("hours_") for notice in got.notices] == codes
    for notice in got.notices:
        assert notice.text("zh")
        assert notice.text("en")


def test_notices_say_what_was_taken() -> None:
    (summer, winter) = parse_hours("夏季8:00-18:00，冬季8:30-17:30").notices
    assert "5月1日至9月30日" in summer.text("zh")
    assert "1 October to 30 April" in winter.text("en")
    (areas,) = parse_hours("自修区 8:00—21:30；借阅区 9:00—21:00").notices
    assert "自修区、借阅区" in areas.text("en")
    (proviso,) = parse_hours("9:00-17:00，以现场公告为准").notices
    assert "以现场公告为准" in proviso.text("zh")


def test_what_needs_no_care_has_no_notice() -> None:
    assert all(parse_hours(text).notices == () for text in UNDERSTOOD)


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_with_its_reason(text: str) -> None:
    got = parse_hours(text)
    assert got.osm is None
    assert got.reason is not None
    assert got.reason.code == f"hours_{UNKNOWN[text]}"
    texts = got.reason.texts()
    assert texts["zh"]
    assert texts["en"].isprintable()


def test_every_text_of_the_real_list_is_hours_or_a_reason(
    test_data: Path, record_property: Callable[[str, object], None]
) -> None:
    counts = {"hours": 0, "states times, unknown": 0, "states none": 0}
    with (test_data / "hours" / "chinese_hours_texts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            got = parse_hours(row["hours_text"])
            assert (got.osm is None) != (got.reason is None)
            if got.osm is not None:
                assert check_osm(got.osm) == got.osm
                assert re.search(r"\d:\d|24|全天", row["hours_text"])
                counts["hours"] += int(row["count"])
            else:
                stated = re.search(r"\d[:：]\d|24小时|全天", row["hours_text"]) is not None
                counts["states times, unknown" if stated else "states none"] += int(row["count"])
    record_property("texts", counts)
    assert counts["hours"] / (counts["hours"] + counts["states times, unknown"]) > 0.97


def states(text: str, *days: str) -> list[str]:
    osm = parse_hours(text).osm
    return [
        week(osm, date.fromisoformat(day), WorkCalendar(), ZoneInfo("Asia/Shanghai"), days=1)[0].state for day in days
    ]


def test_seasons_hold_from_their_first_day_to_their_last() -> None:
    edges = ("2026-04-30", "2026-05-01", "2026-09-30", "2026-10-01")
    assert states("5月1日-9月30日 8:00-18:00", *edges) == ["unknown", "open", "open", "unknown"]
    winter = (
        "2026-11-14",
        "2026-11-15",
        "2027-01-01",
        "2027-02-28",
        "2027-03-01",
        "2028-02-28",
        "2028-02-29",
        "2028-03-01",
    )
    assert states("11月15日-次年2月28日 9:00-16:00", *winter) == [
        "unknown", "open", "open", "open", "unknown", "open", "open", "unknown"
    ]  # fmt: skip


CHINESE = "一二三四五六日"
OSM = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SPAN_SETS = st.lists(st.integers(0, 95).map(lambda quarter: quarter * 15), min_size=2, max_size=6, unique=True).map(
    lambda minutes: list(zip(sorted(minutes)[: len(minutes) // 2 * 2 : 2], sorted(minutes)[1::2], strict=False))
)


@given(st.permutations(range(7)), st.integers(1, 7), SPAN_SETS, SPAN_SETS, st.sampled_from(["", "，", " ", "；"]))
def test_what_is_written_is_read_again(
    order: list[int],
    cut: int,
    first: list[tuple[int, int]],
    second: list[tuple[int, int]],
    separator: str,
) -> None:
    parts, rules = [], []
    for days, spans in ((sorted(order[:cut]), first), (sorted(order[cut:]), second)):
        if days:
            times = [f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in spans]
            parts.append("、".join(f"周{CHINESE[day]}" for day in days) + separator.join(times))
            rules.append(",".join(OSM[day] for day in days) + " " + ",".join(times))
    got = parse_hours("".join(parts))
    assert got.osm is not None
    assert meaning(got.osm) == meaning("; ".join(rules))


def meaning(osm: str) -> list[tuple[str, ...]]:
    """The opening spans of each weekday, by the parser's own plain rules."""
    week: list[tuple[str, ...]] = [()] * 7
    for rule in osm.split("; "):
        days, times = rule.split(" ") if rule != "24/7" else ("Mo-Su", "00:00-24:00")
        for item in days.split(","):
            for day in range(OSM.index(item[:2]), OSM.index(item[-2:]) + 1):
                week[day] = tuple(times.split(","))
    return week


@given(
    st.text(max_size=60)
    | st.text(
        alphabet="周一二六日至、，;:：.-0123456789月夏冬春秋季区楼闭馆节假上下午晚次全天小时开放()每 ", max_size=40
    )
)
def test_no_text_breaks_the_reader(text: str) -> None:
    got = parse_hours(text)
    assert (got.osm is None) != (got.reason is None)
    if got.osm is not None:
        assert check_osm(got.osm) == got.osm
    else:
        assert got.reason is not None
        assert got.reason.texts()
