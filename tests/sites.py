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
