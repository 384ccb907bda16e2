"""Sites to test with: a plain one, and any (hypothesis)."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from geodata.sites import Access, Amenity, Award, Closure, Entrance, Hours, Photo, Position, Site

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
DATES = st.dates(date(1900, 1, 1), date(2200, 1, 1))
LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)
HOURS = st.builds(Hours, st.none() | TEXT, TEXT)
AMENITIES = st.dictionaries(
    TEXT,
    st.builds(
        Amenity,
        st.sampled_from(["yes", "no", "limited", "unknown"]),
        st.sampled_from(["claimed", "verified"]),
        st.none() | DATES,
        TEXT,
        st.none() | HOURS,
    ),
    max_size=3,
)
POSITIONS = st.builds(
    Position,
    LON,
    LAT,
    st.sampled_from(["exact", "address", "approximate", "area"]),
    TEXT,
    st.none() | LON,
    st.none() | LAT,
    st.none() | st.sampled_from(["wgs84", "gcj02", "bd09"]),
)


def a_site(name: str = "站点") -> Site:
    """Return a rest station with a position and nothing else."""
    return Site(name, "rest_station", position=Position(121.39, 37.53))


def full_site() -> Site:
    """Return a site with a value in every field."""
    return Site(
        name="大海阳路户外劳动者服务站\t\\N\n“A”",
        kind="rest_station",
        labels=("爱心驿家", "司机之家"),
        former_names=("旧名",),
        position=Position(121.39876543210123, 37.5312345678901234, "address", "geocoded", 121.4043, 37.5321, "gcj02"),
        entrance=Entrance(121.3988, 37.5313),
        floor="B座顶楼",
        directions="从北门进",
        address="芝罘区大海阳路1号",
        area="370602",
        area_name="芝罘区",
        hours=Hours("Mo-Fr 08:30-17:30", "周一至周五 8:30-17:30"),
        closures=(Closure(date(2026, 10, 1), None, "装修"),),
        valid_from=date(2026, 6, 1),
        valid_to=date(2026, 9, 30),
        state="paused",
        facilities={
            "toilet": Amenity("limited", "verified", date(2026, 5, 4), "附近", Hours("24/7", "全天")),
            "microwave": Amenity("yes"),
        },
        services={"legal_aid": Amenity("yes", hours=Hours(None, "每周三"))},
        access=Access(("scan", "register"), "free", "请扫码"),
        level="city",
        operator="芝罘区总工会",
        operator_code="ZF",
        host="某银行",
        capacity=12,
        area_m2=35.0,
        phone="0535-0000000",
        website="https://example.org/",
        note="备注",
        awards=(Award("最美站点", "provincial", 2023), Award("某奖")),
        photos=(Photo("a.jpg", "门口", "张三", date(2025, 1, 2)),),
        verified_on=date(2026, 5, 4),
    )


def sites() -> st.SearchStrategy[Site]:
    """Return a strategy for sites with anything in any field."""
    optional = {"area", "level", "operator_code"}
    texts = {
        "name", "kind", "floor", "directions", "address", "area", "area_name", "state", "level", "operator",
        "operator_code", "host", "phone", "website", "note",
    }  # fmt: skip
    return st.builds(
        Site,
        **{name: st.none() | TEXT if name in optional else TEXT for name in texts},
        labels=st.lists(TEXT, max_size=3).map(tuple),
        former_names=st.lists(TEXT, max_size=3).map(tuple),
        position=st.none() | POSITIONS,
        entrance=st.none() | st.builds(Entrance, LON, LAT),
        hours=HOURS,
        closures=st.lists(st.builds(Closure, st.none() | DATES, st.none() | DATES, TEXT), max_size=2).map(tuple),
        valid_from=st.none() | DATES,
        valid_to=st.none() | DATES,
        facilities=AMENITIES,
        services=AMENITIES,
        access=st.builds(Access, st.lists(TEXT, max_size=2).map(tuple), st.none() | TEXT, TEXT),
        capacity=st.none() | st.integers(0, 2**31 - 1),
        area_m2=st.none() | st.floats(0, 1e9),
        awards=st.lists(st.builds(Award, TEXT, st.none() | TEXT, st.none() | st.integers(1900, 2200)), max_size=2).map(
            tuple
        ),
        photos=st.lists(st.builds(Photo, TEXT, TEXT, TEXT, st.none() | DATES), max_size=2).map(tuple),
        verified_on=st.none() | DATES,
    )
