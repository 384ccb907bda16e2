"""Hours as stations, banks, petrol stations, halls, parks, libraries, shops and clinics write them; checked by hand."""

from __future__ import annotations

import pytest

from geodata.hours import check_osm, parse_hours

EVERY_DAY_AND_HOLIDAYS = "Mo-Su 08:00-22:00; PH 08:00-22:00"

UNDERSTOOD = {
    # days behind their times
    "8:30-17:30（周一至周五）": "Mo-Fr 08:30-17:30",
    "8:30-17:30（周一至周五），周六9:00-12:00": "Mo-Fr 08:30-17:30; Sa 09:00-12:00",
    "9:00-17:00 周一至周五 10:00-16:00 周末": "Mo-Fr 09:00-17:00; Sa-Su 10:00-16:00",
    "8:00-20:00（工作日）9:00-18:00（周末）": "Mo-Fr 08:00-20:00; Sa-Su 09:00-18:00; PH unknown",
    "上午8:30-11:30，下午2:00-5:00（周一至周五）": "Mo-Fr 08:30-11:30,14:00-17:00",
    "24小时（周一至周日）": "24/7",
    "7:00-19:00/周一至周日": "Mo-Su 07:00-19:00",
    "9am - 6pm daily": "Mo-Su 09:00-18:00",
    "10:00-22:00 (Mon-Sun)": "Mo-Su 10:00-22:00",
    # exceptions between days and times
    "周一至周五（法定节假日除外）9:00-12:00，13:30-17:00": "Mo-Fr 09:00-12:00,13:30-17:00; PH off",
    "星期二至星期日9:00—17:00，星期一（法定节假日除外）闭馆": "Tu-Su 09:00-17:00; PH 09:00-17:00",
    "9:00-17:00，逢周一闭馆(国家法定节假日除外)": "Tu-Su 09:00-17:00; PH 09:00-17:00",
    "9:00-17:00，周一、节假日除外": "Tu-Su 09:00-17:00; PH off",
    # days off
    "周一至周五9:00-17:30 双休": "Mo-Fr 09:00-17:30",
    "9:00-18:00（双休）": "Mo-Fr 09:00-18:00",
    "上五休二 9:00-18:00": "Mo-Fr 09:00-18:00",
    "周末双休，9:00-18:00": "Mo-Fr 09:00-18:00",
    "工作日9:00-18:00，双休10:00-17:00": "Mo-Fr 09:00-18:00; Sa-Su 10:00-17:00; PH unknown",
    "9:00-17:00 单休（周日休息）": "Mo-Sa 09:00-17:00",
    "周一至周六8:00-18:00 单休": "Mo-Sa 08:00-18:00",
    "8:00-17:00 周日公休": "Mo-Sa 08:00-17:00",
    "10:00-21:30 周一休": "Tu-Su 10:00-21:30",
    "周一为闭馆日，其余时间9:00-17:00": "Tu-Su 09:00-17:00",
    "周一至周五9:00-17:00，其余时间休息": "Mo-Fr 09:00-17:00",
    # as usual
    "周一至周五 9:00-17:00，周末正常": "Mo-Su 09:00-17:00",
    "周一至周五9:00-17:00，周末照常开放": "Mo-Su 09:00-17:00",
    "正常工作日9:00-17:00": "Mo-Fr 09:00-17:00; PH off",
    "法定工作日上午9：00-12：00，下午13：00-17：00": "Mo-Fr 09:00-12:00,13:00-17:00; PH off",
    "365天全年无休 8:00-22:00": EVERY_DAY_AND_HOLIDAYS,
    "节假日不打烊 8:00-22:00": EVERY_DAY_AND_HOLIDAYS,
    "8:00-22:00，国家法定节假日正常营业": EVERY_DAY_AND_HOLIDAYS,
    "8:30-17:30 节假日正常休息": "Mo-Su 08:30-17:30; PH off",
    "节假日放假，8:30-17:30": "Mo-Su 08:30-17:30; PH off",
    "周一至周五 8:30-17:30（国家法定节假日休息）": "Mo-Fr 08:30-17:30; PH off",
    # round the clock, and up to midnight
    "24h全天": "24/7",
    "全天24h": "24/7",
    "24 hrs": "24/7",
    "全天开放（00:00-24:00）": "24/7",
    "24小时（0:00-24:00）": "24/7",
    "00:00-23:59": "24/7",
    "08:00-23:59": "Mo-Su 08:00-24:00",
    "24小时全天候开放": "24/7",
    "24小时不打烊": "24/7",
    "7X24小时": "24/7",
    "全年365天24小时开放": "24/7",
    "工作日24小时": "Mo-Fr 00:00-24:00; PH off",
    # numerals and shorthand
    "上午8点半至11点半 下午2点至5点": "Mo-Su 08:30-11:30,14:00-17:00",
    "周一至周五上午九点至十二点，下午一点半至五点": "Mo-Fr 09:00-12:00,13:30-17:00",
    "上午九点一刻至下午四点三刻": "Mo-Su 09:15-16:45",
    "上午九点三十分至下午五点四十五分": "Mo-Su 09:30-17:45",
    "九至十七点": "Mo-Su 09:00-17:00",
    "周二十点至十八点": "Tu 10:00-18:00",
    "二十点至二十四点": "Mo-Su 20:00-24:00",
    "二十二点至次日六点": "Mo-Su 22:00-06:00",
    "晚八点至早六点": "Mo-Su 20:00-06:00",
    "朝九晚五": "Mo-Su 09:00-17:00",
    "朝八晚六（周日休息）": "Mo-Sa 08:00-18:00",
    "周一到周五早9晚5": "Mo-Fr 09:00-17:00",
    "早8点半晚8点": "Mo-Su 08:30-20:00",
    "工作日: 9-17时": "Mo-Fr 09:00-17:00; PH off",
    "8:30~次日2:00": "Mo-Su 08:30-02:00",
    # parts of the day, shifts
    "早8:00-12:00 中12:00-14:00 晚18:00-21:00": "Mo-Su 08:00-14:00,18:00-21:00",
    "早班6:00-14:00，晚班14:00-22:00": "Mo-Su 06:00-22:00",
    "8:00-20:00，夜间不开放": "Mo-Su 08:00-20:00",
    "周一.三.五 9:00-17:00": "Mo,We,Fr 09:00-17:00",
    "周一至周日|8:00-22:00": "Mo-Su 08:00-22:00",
    # traditional characters
    "週一至週五 09:00-18:00": "Mo-Fr 09:00-18:00",
    "週一至週五：上午9時至下午6時；星期六：上午9時至下午1時；星期日及公眾假期休息": (
        "Mo-Fr 09:00-18:00; Sa 09:00-13:00; PH off"
    ),
    "週二至週日 9:00-17:00，週一休館": "Tu-Su 09:00-17:00",
    "24小時營業": "24/7",
    # the rest of the year
    "5月-10月8:00-18:30，其他月份8:30-17:30": "May-Oct Mo-Su 08:00-18:30; Nov-Apr Mo-Su 08:30-17:30",
    "6月1日至8月31日 8:00-20:00，其他时间9:00-17:00，周一闭馆": (
        "Jun-Aug Tu-Su 08:00-20:00; Sep-May Tu-Su 09:00-17:00"
    ),
    "8:00-20:00，如有变动另行通知": "Mo-Su 08:00-20:00",
}

#: Hours with a remark: the expression, and what the remark says.
REMARKED = {
    "全天24小时（AED、厕所除外）": ("24/7", "厕所除外"),
    "约9:00-17:00": ("Mo-Su 09:00-17:00", "约"),
    "9:00-17:00左右": ("Mo-Su 09:00-17:00", "左右"),
    "9:00-21:00（21:00清场）": ("Mo-Su 09:00-21:00", "21:00清场"),
    "9:00-18:00(17:30停止售票)": ("Mo-Su 09:00-18:00", "17:30停止售票"),
    "同社区工作时间 周一至周五 8:30-17:30": ("Mo-Fr 08:30-17:30", "同社区工作时间"),
    "8:00-20:00 如遇特殊情况以通知为准": ("Mo-Su 08:00-20:00", "以通知为准"),
    "05:30-23:00（随地铁首末班车）": ("Mo-Su 05:30-23:00", "随地铁首末班车"),
}

UNKNOWN = {
    "8:00-18:00，单休": "day_off_unclear",
    "做六休一 8:00-18:00": "day_off_unclear",
    "双休 9:00-18:00": "not_understood",
    "周一至周五，法定节假日除外，9:00-17:00": "not_understood",
    "周一至周五，周三除外，9:00-17:00": "not_understood",
    "24小时，夜间不开放": "not_understood",
    "周一至周五8:30-17:30，春节期间闭馆": "not_understood",
    "8:00-20:00（除夕至初六休息）": "not_understood",
    "9:00-17:00，法定节假日": "no_times",
    "每日两班": "no_times",
    "全年无休": "no_times",
    "营业时间同网点": "refers",
    "同商场": "refers",
    "同网点营业时间": "refers",
    "首末班车时间：6:00-22:00": "not_understood",
    "ATM24小时，柜台周一至周五9:00-17:00": "not_understood",
    "门诊8:00-17:00 急诊24小时": "not_understood",
    "夏季8:00-18:30，其他时间8:30-17:30": "not_understood",
    "早8:00-8:00": "ambiguous",
    "每月第一个周六9:00-11:00": "not_understood",
    "每天8小时": "not_understood",
    "冷饮供应10:00-16:00": "not_understood",
    "全天侯": "all_weather",
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_understood(text: str) -> None:
    got = parse_hours(text)
    assert (got.osm, got.reason, got.notices) == (check_osm(UNDERSTOOD[text]), None, ())


@pytest.mark.parametrize("text", REMARKED)
def test_understood_with_a_remark(text: str) -> None:
    got = parse_hours(text)
    osm, remark = REMARKED[text]
    assert (got.osm, got.reason) == (check_osm(osm), None)
    (notice,) = got.notices
    assert remark in notice.text("zh")
    assert remark in notice.text("en")


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_with_its_reason(text: str) -> None:
    got = parse_hours(text)
    assert got.osm is None
    assert got.reason is not None
    assert got.reason.code == f"hours_{UNKNOWN[text]}"
    assert all(got.reason.texts().values())
