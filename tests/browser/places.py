"""The places of the browser tests: each is there for a reason."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from shapely import MultiPolygon, box

from geodata.areas import Area
from geodata.organisations import Organisation
from geodata.sites import Access, Amenity, Award, Closure, Entrance, Hours, Position, Score, Site, SourceRef
from geodata.store import BatchInfo, NewSite, Store
from geodata.text import search_text

TZ = ZoneInfo("Asia/Shanghai")
#: A Saturday that is a workday by the official calendar, in the afternoon.
NOW = datetime(2026, 10, 10, 15, 0, tzinfo=TZ)
#: Where the person of the tests stands, WGS-84.
LON, LAT = 121.3900, 37.5360
HOSTILE = '<img src=x onerror="window.hurt=1">"\'&</script><script>window.hurt=1</script>'

ZHIFU = Area(
    adcode="370602",
    name="芝罘区",
    name_en="Zhifu District",
    level="district",
    parent="370600",
    polygon=MultiPolygon([box(121.30, 37.45, 121.50, 37.62)]),
    source="test",
    approximate=True,
)

YES = Amenity("yes", "verified", date(2026, 9, 1))

PLACES: dict[str, Site] = {
    "near": Site(
        name="大海阳路爱心驿家",
        kind="rest_station",
        labels=("爱心驿家",),
        position=Position(121.3920, 37.5360),
        entrance=Entrance(121.3921, 37.5361),
        floor="一楼",
        directions="银行大厅左侧",
        address="大海阳路8号",
        area="370602",
        hours=Hours("Mo-Fr 08:30-17:30", "周一至周五 8:30-17:30"),
        facilities={
            "toilet": YES,
            "hot_water": YES,
            "microwave": Amenity("limited", note="午间排队"),
            "bed": Amenity("no"),
        },
        access=Access(("scan",), "free", "请走侧门"),
        operator="芝罘区总工会",
        host="银行",
        phone="0535-1234567",
        awards=(Award("全省最美工会户外劳动者服务站", "provincial", 2022),),
        verified_on=date(2026, 9, 1),
    ),
    "always": Site(
        name="万达广场骑手驿站",
        kind="rest_station",
        position=Position(121.3960, 37.5360),
        address="西关南街6号",
        area="370602",
        hours=Hours("24/7", "24小时"),
        facilities={"toilet": YES, "phone_charging": YES, "truck_parking": YES},
        access=Access(("walk_in",), "free"),
    ),
    "evening": Site(
        name="夜间司机之家",
        kind="worker_home",
        position=Position(121.3990, 37.5390, "approximate"),
        address="机场路20号",
        area="370602",
        hours=Hours("Mo-Su 18:00-23:00", "每天 18:00-23:00"),
        facilities={"hot_water": Amenity("yes")},
    ),
    "unknown": Site(
        name="幸福路驿站",
        kind="rest_station",
        position=Position(121.4030, 37.5330),
        address="幸福路1号",
        area="370602",
        hours=Hours(None, "以现场为准"),
    ),
    "center": Site(
        name="芝罘区职工服务中心",
        kind="service_center",
        position=Position(121.4100, 37.5360),
        area="370602",
        hours=Hours("Mo-Fr 09:00-17:00", "周一至周五 9:00-17:00"),
        services={"legal_aid": Amenity("yes", hours=Hours("Tu,Th 09:00-11:30", "周二、周四上午"))},
    ),
    "library": Site(
        name="城市书房",
        kind="public_facility",
        position=Position(121.3850, 37.5290),
        area="370602",
        hours=Hours("Tu-Su 09:00-20:00", "周二至周日 9:00-20:00"),
        closures=(Closure(date(2026, 10, 9), date(2026, 10, 31), "修缮"),),
    ),
    "nowhere": Site(name="没有坐标的驿站", kind="rest_station", address="某街", area="370602"),
    "hostile": Site(
        name=HOSTILE,
        kind="rest_station",
        labels=(HOSTILE,),
        former_names=(HOSTILE,),
        position=Position(121.4200, 37.5400, note=""),
        floor=HOSTILE,
        directions=HOSTILE,
        address=HOSTILE,
        area="370602",
        area_name=HOSTILE,
        hours=Hours(None, HOSTILE),
        closures=(Closure(date(2026, 10, 9), date(2026, 10, 31), HOSTILE),),
        facilities={"toilet": Amenity("yes", note=HOSTILE, hours=Hours(None, HOSTILE))},
        services={"mediation": Amenity("limited", note=HOSTILE)},
        access=Access(("key",), "fee", HOSTILE),
        operator=HOSTILE,
        host=HOSTILE,
        phone=HOSTILE,
        website='javascript:window.hurt=1//"><img src=x onerror=window.hurt=1>',
        note=HOSTILE,
        awards=(Award(HOSTILE, "city", 2020),),
    ),
}

#: Who runs places: one that runs the first of them, and one below it whose every text tries to be HTML.
UNIONS = (
    Organisation(
        "ZF",
        "芝罘区总工会",
        "Zhifu District Federation of Trade Unions",
        "district",
        area="370602",
        phone="0535-6600001",
        address="西南河路1号",
        hours=Hours("Mo-Fr 08:30-17:00", "周一至周五 8:30-17:00"),
        website="https://union.example/",
    ),
    Organisation(
        "ZF-1",
        HOSTILE,
        HOSTILE,
        "street",
        "ZF",
        phone=HOSTILE,
        address=HOSTILE,
        hours=Hours(None, HOSTILE),
        website="javascript:window.hurt=1",
        note=HOSTILE,
        source=HOSTILE,
    ),
)


def fill(store: Store) -> dict[str, str]:
    """Bring the places into an upgraded store; return their codes by their keys here."""
    with store.write(BatchInfo(kind="sites", actor="test")) as writer:
        items = [
            NewSite(site, (SourceRef("总工会名单", key, date(2026, 9, 30)),), search_text(site.name, site.labels))
            for key, site in PLACES.items()
        ]
        codes = dict(zip(PLACES, writer.add(items), strict=True))
        writer.put_areas([ZHIFU])
        writer.put_organisations(UNIONS)
    first = store.site(codes["near"])
    with store.write(BatchInfo(kind="ratings", actor="test")) as writer:
        writer.put_scores({first.id: Score(4.3, 4, 3, 0.8)})
    return codes
