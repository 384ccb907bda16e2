"""Hours that are written in other ways, in other languages and in traditional characters."""

from __future__ import annotations

import pytest

from geodata.hours import parse_hours


@pytest.mark.parametrize(
    ("text", "osm"),
    [
        ("週一至週五 08:00-17:00", "Mo-Fr 08:00-17:00"),
        ("星期一至星期五 上午9時至下午6時", "Mo-Fr 09:00-18:00"),
        ("24小時", "24/7"),
        ("全年365天24小时", "24/7"),
        ("7x24h", "24/7"),
        ("早8晚6", "Mo-Su 08:00-18:00"),
        ("早7：30晚10：00", "Mo-Su 07:30-22:00"),
        ("朝九晚五", "Mo-Su 09:00-17:00"),
        ("上午九点到下午五点半", "Mo-Su 09:00-17:30"),
        ("周一至周五九点到十七点三十分", "Mo-Fr 09:00-17:30"),
        ("周六九点到十二点", "Sa 09:00-12:00"),
        ("法定工作日8:30-17:30", "Mo-Fr 08:30-17:30; PH closed"),
        ("除法定节假日外8:00-17:00", "Mo-Su 08:00-17:00; PH closed"),
        ("周一至周五（除法定节假日外）8:30-17:30", "Mo-Fr 08:30-17:30; PH closed"),
        ("8:00-17:00，午休不打烊", "Mo-Su 08:00-17:00"),
        ("8:30-17:30（周一至周六）", "Mo-Sa 08:30-17:30"),
        ("8:30-17:30（周一至周五）；9:00-16:00（周六、周日）", "Mo-Fr 08:30-17:30; Sa-Su 09:00-16:00"),
        ("月曜日～金曜日 9時～17時", "Mo-Fr 09:00-17:00"),
        ("平日 9:00～17:00", "Mo-Fr 09:00-17:00; PH closed"),
        ("월요일~금요일 09:00~18:00", "Mo-Fr 09:00-18:00"),
        ("매일 09시~18시", "Mo-Su 09:00-18:00"),
        ("L-V 9:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Martes a domingo de 10:00 a 20:00", "Tu-Su 10:00-20:00"),
        ("Seg a Sex 8h às 18h", "Mo-Fr 08:00-18:00"),
        ("Du lundi au vendredi de 9h à 18h30", "Mo-Fr 09:00-18:30"),
        ("mar. - sam. 10h-19h", "Tu-Sa 10:00-19:00"),
        ("24 h / 24", "24/7"),
        ("Mo-Fr 8-18 Uhr", "Mo-Fr 08:00-18:00"),
        ("10:00-20:00 年中無休", "Mo-Su 10:00-20:00; PH 10:00-20:00"),
        ("九点零五分至十七点二十六分", "Mo-Su 09:05-17:26"),
        ("8点-12点 14点-17点", "Mo-Su 08:00-12:00,14:00-17:00"),
        ("9:00-晚上1点", "Mo-Su 09:00-01:00"),
        ("早五晚一", "Mo-Su 05:00-01:00"),
        ("周二至周日9:00-17:00 周一正常闭馆", "Tu-Su 09:00-17:00"),
        ("9:00-17:00 节假日正常关门", "Mo-Su 09:00-17:00; PH closed"),
        ("Mar-Oct Mo-Fr 09:00-18:00", "Mar-Oct Mo-Fr 09:00-18:00"),
    ],
)
def test_other_spellings(text: str, osm: str) -> None:
    assert parse_hours(text).osm == osm


@pytest.mark.parametrize(
    "text",
    [
        "9:00-21:00（周五、周六至22:00）",
        "8h-18h fermé le dimanche",
        "周一至周五 8:00-17:00（周六）",
        "单休，8:00-17:00",
        "周一周二八点到五点",
        "连续无休",
        "八点十丁至九点",
    ],
)
def test_what_stays_unknown(text: str) -> None:
    assert parse_hours(text).osm is None


def test_march_is_no_tuesday() -> None:
    assert parse_hours("Mar 09:00-18:00").osm in (None, "Mar 09:00-18:00")
