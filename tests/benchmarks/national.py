"""Sites as there might be in all of China: as many as wanted, in clusters, always the same for one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from geodata.sites import Access, Amenity, Closure, Hours, Position, Site

SEED = 20_260_921

#: Some large cities, longitude and latitude to a tenth of a degree, and what part of all sites lies around each.
CITIES = {
    "110000": (116.4, 39.9, 30), "120000": (117.2, 39.1, 14), "130100": (114.5, 38.0, 9), "140100": (112.5, 37.9, 6),
    "210100": (123.4, 41.8, 9), "210200": (121.6, 38.9, 7), "220100": (125.3, 43.9, 8), "230100": (126.6, 45.8, 8),
    "310000": (121.5, 31.2, 30), "320100": (118.8, 32.1, 12), "320500": (120.6, 31.3, 14), "330100": (120.2, 30.3, 14),
    "330200": (121.6, 29.9, 9), "340100": (117.3, 31.9, 10), "350100": (119.3, 26.1, 8), "350200": (118.1, 24.5, 7),
    "360100": (115.9, 28.7, 7), "370100": (117.0, 36.7, 10), "370200": (120.4, 36.1, 10), "370600": (121.4, 37.5, 6),
    "410100": (113.6, 34.7, 12), "420100": (114.3, 30.6, 14), "430100": (113.0, 28.2, 10), "440100": (113.3, 23.1, 22),
    "440300": (114.1, 22.6, 22), "440600": (113.1, 23.0, 10), "450100": (108.4, 22.8, 8), "460100": (110.3, 20.0, 4),
    "500000": (106.5, 29.6, 22), "510100": (104.1, 30.7, 20), "520100": (106.7, 26.6, 6), "530100": (102.7, 25.0, 8),
    "540100": (91.1, 29.7, 1), "610100": (108.9, 34.3, 12), "620100": (103.8, 36.1, 5), "630100": (101.8, 36.6, 3),
    "640100": (106.3, 38.5, 3), "650100": (87.6, 43.8, 5),
}  # fmt: skip

_FIRST = "人民中山解放建设和平胜利文化新华长江黄河东风红旗青年友谊幸福光明朝阳滨海大海金沙玉泉石桥南湖北苑西溪东湖"
_SECOND = "路街大道巷桥广场公园"
_HOSTS = ("中国银行", "建设银行", "加油站", "社区服务中心", "便民服务大厅", "环卫所", "地铁站", "图书馆", "派出所")
_DAYS = (("Mo-Fr", "周一至周五"), ("Mo-Su", "周一至周日"), ("Tu-Su", "周二至周日"), ("Mo-Sa", "周一至周六"))
_LABELS = ("爱心驿家", "户外劳动者驿站", "司机之家", "骑手驿站", "环卫驿站", "暖心服务站", "工会驿站", "")
_FACILITIES = (
    ("drinking_water", 0.8), ("hot_water", 0.4), ("microwave", 0.5), ("phone_charging", 0.6), ("toilet", 0.45),
    ("air_conditioning", 0.5), ("first_aid", 0.4), ("seats", 0.7), ("wifi", 0.3), ("books", 0.2), ("fridge", 0.15),
)  # fmt: skip
_KINDS = ("rest_station",) * 17 + ("worker_home", "service_center", "public_facility")


def sites(n: int, seed: int = SEED) -> Iterator[Site]:
    """Generate ``n`` sites: dense in large cities, in knots along their streets, some alone far out.

    One in fifty has no position, one in ten unknown hours, one in a hundred a closure; some 3,000 distinct hours.
    """
    rng = random.Random(seed)
    codes, weights = list(CITIES), [weight for _, _, weight in CITIES.values()]
    knots = {code: [(rng.gauss(0, 0.18), rng.gauss(0, 0.14)) for _ in range(40 * CITIES[code][2])] for code in codes}
    for number in range(n):
        if rng.random() < 0.08:
            area, lon, lat = None, rng.uniform(98, 122), rng.uniform(23, 42)
        else:
            area = rng.choices(codes, weights)[0]
            east, north = rng.choice(knots[area])
            lon = CITIES[area][0] + east + rng.gauss(0, 0.004)
            lat = CITIES[area][1] + north + rng.gauss(0, 0.004)
        yield _site(rng, number, area, round(lon, 6), round(lat, 6))


def _site(rng: random.Random, number: int, area: str | None, lon: float, lat: float) -> Site:
    street = "".join(rng.choices(_FIRST, k=2)) + rng.choice(_SECOND)
    label, host = rng.choice(_LABELS), rng.choice(_HOSTS)
    closed = Closure(date(2026, 9, rng.randint(1, 30)), date(2026, 12, 31), "装修")
    return Site(
        name=f"{street}{host}{label or '驿站'}",
        kind=rng.choice(_KINDS),
        labels=(label,) if label else (),
        position=None if rng.random() < 0.02 else Position(lon, lat),
        address=f"{street}{rng.randint(1, 400)}号{host}一楼",
        area=area,
        hours=_hours(rng),
        closures=(closed,) if rng.random() < 0.01 else (),
        facilities={code: _amenity(rng) for code, share in _FACILITIES if rng.random() < share},
        services={"legal_advice": Amenity("yes")} if rng.random() < 0.05 else {},
        access=Access(("walk_in",) if rng.random() < 0.7 else ("staffed",), "free"),
        level=rng.choice((None, "city", "district", "street")),
        phone=f"0{rng.randint(100, 999)}-{number:08d}",
    )


def _amenity(rng: random.Random) -> Amenity:
    return Amenity(rng.choices(("yes", "limited"), (9, 1))[0])


def _hours(rng: random.Random) -> Hours:
    if rng.random() < 0.1:
        return Hours(None, "以现场为准")
    if rng.random() < 0.06:
        return Hours("24/7", "24小时")
    days, words = rng.choice(_DAYS)
    opens = f"{rng.randint(6, 9):02}:{rng.choice(('00', '30'))}"
    closes = f"{rng.randint(16, 22):02}:{rng.choice(('00', '15', '20', '30', '40', '45'))}"
    if rng.random() < 0.3:
        noon = rng.choice(("11:30", "12:00"))
        return Hours(f"{days} {opens}-{noon},13:30-{closes}", f"{words} {opens}-{noon}，13:30-{closes}")
    return Hours(f"{days} {opens}-{closes}", f"{words} {opens}-{closes}")
