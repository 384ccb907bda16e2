"""Facilities and services as lists word them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.vocabulary import load_vocabulary
from importers.freetext import read_text
from importers.words import Words

WORDS = Words(load_vocabulary())


def read(text: str) -> dict[str, str]:
    return {said.code: said.value for said in read_text(text, WORDS) if said.code}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("饮水供给（茶饮及冷饮）", "drinking_water"),
        ("避暑取暖", "air_conditioning heating"),
        ("餐食加热", "microwave"),
        ("充电排插", "phone_charging"),
        ("如厕", "toilet"),
        ("应急药箱", "first_aid"),
        ("AED除颤器", "aed"),
        ("修车工具箱", "tools"),
        ("休息桌椅", "seats"),
        ("休息座椅6把", "seats"),
        ("提供沙发和茶几", "seats"),
        ("饮水机", "drinking_water"),
        ("免费提供饮用水", "drinking_water"),
        ("直饮水设备", "drinking_water"),
        ("瓶装水（夏季）", "drinking_water"),
        ("热水", "hot_water"),
        ("24小时热水供应", "hot_water"),
        ("开水器2台", "hot_water"),
        ("配备微波炉1台", "microwave"),
        ("可加热饭菜", "microwave"),
        ("热饭热菜服务", "microwave"),
        ("小冰箱", "fridge"),
        ("冰柜×1", "fridge"),
        ("手机充电", "phone_charging"),
        ("共享充电宝", "phone_charging"),
        ("多功能充电线", "phone_charging"),
        ("手机充电站、USB接口", "phone_charging"),
        ("冷暖空调", "air_conditioning"),
        ("纳凉避暑", "air_conditioning"),
        ("防暑降温", "air_conditioning"),
        ("取暖设备", "heating"),
        ("冬季取暖", "heating"),
        ("公厕", "toilet"),
        ("卫生间（附近50米）", "toilet"),
        ("第三卫生间", "toilet"),
        ("急救药箱", "first_aid"),
        ("医药箱1个", "first_aid"),
        ("自动体外除颤仪（AED）", "aed"),
        ("防暑药品", "medicine"),
        ("常用药", "medicine"),
        ("共享药箱", "medicine"),
        ("无线网络", "wifi"),
        ("免费WiFi覆盖", "wifi"),
        ("Wi-Fi", "wifi"),
        ("free wifi", "wifi"),
        ("图书角", "books"),
        ("书报杂志", "books"),
        ("爱心雨伞", "umbrella"),
        ("雨衣、雨伞", "umbrella"),
        ("针线包", "tools"),
        ("维修工具", "tools"),
        ("打气筒", "tyre_pump"),
        ("自行车打气泵", "tyre_pump"),
        ("电动车充电", "ebike_charging"),
        ("电瓶车充电桩（3个）", "ebike_charging"),
        ("换电柜", "battery_swap"),
        ("货车停车位", "truck_parking"),
        ("淋浴间", "shower"),
        ("洗衣机、烘干机", "laundry"),
        ("爱心早餐", "hot_food"),
        ("午休床", "bed"),
        ("母婴室", "nursing_room"),
        ("爱心妈咪小屋", "nursing_room"),
        ("无障碍设施", "wheelchair"),
        ("无障碍卫生间", "wheelchair"),
        ("健身器材", "gym"),
        ("乒乓球台", "table_tennis"),
        ("咖啡吧", "cafe"),
        ("会议室", "meeting_room"),
        ("法律援助", "legal_aid"),
        ("法律咨询服务", "legal_advice"),
        ("劳动争议调解", "mediation"),
        ("心理疏导", "counselling"),
        ("职工医疗互助", "mutual_aid"),
        ("困难帮扶", "hardship_aid"),
        ("金秋助学", "school_grant"),
        ("免费体检", "health_check"),
        ("招聘信息发布", "employment"),
        ("扫码入会", "membership"),
        ("water; microwave and first aid kit", "drinking_water microwave first_aid"),
        ("1.饮水 2.休息" + "座椅", "drinking_water seats"),
        ("饮水、充电、WiFi+空调/冰箱", "drinking_water phone_charging wifi air_conditioning fridge"),
    ],
)
def test_wordings(text: str, codes: str) -> None:
    assert read(text) == dict.fromkeys(codes.split(), "yes")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("无微波炉", {"microwave": "no"}),
        ("微波炉：无", {"microwave": "no"}),
        ("微波炉（暂无）", {"microwave": "no"}),
        ("暂无热水", {"hot_water": "no"}),
        ("暂无热水、微波炉，有冰箱", {"hot_water": "no", "microwave": "no", "fridge": "yes"}),
        ("无微波炉、饮水", {"microwave": "no", "drinking_water": "yes"}),
        ("饮水、没有厕所", {"drinking_water": "yes", "toilet": "no"}),
        ("不提供充电", {"phone_charging": "no"}),
        ("未配备AED", {"aed": "no"}),
        ("尚未安装空调", {"air_conditioning": "no"}),
        ("no toilet", {"toilet": "no"}),
        ("空调（部分）", {"air_conditioning": "limited"}),
        ("限时供应热水", {"hot_water": "limited"}),
        ("有微波炉；微波炉损坏", {"microwave": "no"}),
        ("无障碍通道、无线上网", {"wheelchair": "yes", "wifi": "yes"}),
    ],
)
def test_what_is_denied_or_restricted(text: str, said: dict[str, str]) -> None:
    assert read(text) == said


@pytest.mark.parametrize(
    "text", ["新能源汽车充电桩", "周末休息", "交通工具", "洗手液", "全天候", "爱心驿家", "其他", "waterfall"]
)
def test_what_only_sounds_like_it_is_told_as_unknown(text: str) -> None:
    assert read(text) == {}
    assert [said.item for said in read_text(text, WORDS)] == [text]


@given(st.text(alphabet="无暂有饮水热空调充电（）()、，；;和及/ 123\nwifi", max_size=60))
def test_any_text_gives_each_thing_once(text: str) -> None:
    codes = [said.code for said in read_text(text, WORDS) if said.code]
    assert len(codes) == len(set(codes))
