from __future__ import annotations

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from geodata.areas import Area
from geodata.index import SiteQuery, blobs, search
from geodata.index.query import Hit
from geodata.sites import Position, Site
from tests.indexes import NOON, RowStore, code_of, codes, load
from tests.sites import sites as any_sites

EVERYTHING = SiteQuery(states=frozenset({"open", "paused", "closed", "planned"}))
SORTS = ("code", "rating", "name")


def answers(index):
    """Return what an index says in all ways that a refresh could spoil."""
    lists = [codes(index, index.find(EVERYTHING, now=NOON, sort=sort, limit=1000)) for sort in SORTS]
    details = [index.detail(code, NOON) for code in sorted(lists[0])]
    near = codes(index, index.nearby(121, 37, EVERYTHING, radius_m=3e7, limit=1000, now=NOON))
    found = [index.suggest(text, now=NOON) for text in ("站", "a", "0", "zh")]
    return lists, orjson.dumps(details), near, found, index.last_boundary(NOON), index.next_boundary(NOON)


def renumbered(write, size):
    """Number the sites beyond the last one on from it."""
    for number, site in sorted(write.items()):
        yield min(number, size), site
        size = max(size, min(number, size) + 1)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(any_sites(), max_size=4),
    st.lists(st.dictionaries(st.integers(0, 6), any_sites(), min_size=1, max_size=3), min_size=1, max_size=4),
)
def test_a_refreshed_index_is_one_loaded_anew_and_the_old_one_stays(sites, writes):
    store = RowStore(sites)
    index = load(store)
    for write in writes:
        before = answers(index)
        store.put(dict(renumbered(write, len(store.rows))))
        new = index.refreshed(store)
        assert (new.version, new.size) == (store.version, len(store.rows))
        assert answers(new) == answers(load(store))
        assert answers(index) == before
        index = new


def test_nothing_new_is_the_same_index():
    store = RowStore([Site("a", "stall")])
    index = load(store)
    assert index.refreshed(store) is index


def test_another_store_or_an_older_version_is_read_anew():
    store = RowStore([Site("a", "stall")])
    store.touch("calendar")
    index = load(store)
    restored = RowStore([Site("b", "stall")])
    new = index.refreshed(restored)
    assert new.version == restored.version < index.version
    assert new.detail(code_of(0), NOON)["properties"]["name"] == "b"


def test_new_areas_name_the_sites_within():
    store = RowStore([Site("a", "stall", area="370602")])
    index = load(store)
    store.areas = [Area("370602", "芝罘区", "", "district", None, MultiPolygon([box(0, 0, 1, 1)]), "", False)]
    store.touch("areas")
    assert index.refreshed(store).detail(code_of(0), NOON)["properties"]["area_name"] == "芝罘区"


def test_a_new_alias_holds_without_a_site_that_changed():
    store = RowStore([Site("a", "stall"), Site("b", "stall")])
    index = load(store)
    store.aliases = {code_of(0): code_of(1)}
    store.version += 1
    new = index.refreshed(store)
    assert (index.canonical(code_of(0)), new.canonical(code_of(0))) == (code_of(0), code_of(1))


def test_very_many_refreshes_put_everything_together_again(monkeypatch):
    monkeypatch.setattr(search, "_MANY", 3)
    monkeypatch.setattr(blobs, "_CHUNKS", 4)
    store = RowStore([Site(f"站{i}", "stall", position=Position(121, 37 + i / 100)) for i in range(20)])
    index = load(store)
    for i in range(12):
        store.put({i: Site(f"新站{i}", "stall", position=Position(121, 38)), 20 + i: Site(f"又一站{i}", "stall")})
        index = index.refreshed(store)
        assert len(index._columns.feature.chunks) <= 4
        assert len(index._finder.search.recent.rows) <= 3
        assert answers(index) == answers(load(store))


def test_memory_is_told_by_part():
    index = load(RowStore([Site("站", "stall", position=Position(121, 37))]))
    memory = index.memory()
    assert set(memory) == {"columns", "clusters", "features", "details", "evidence", "indicators", "search", "tree"}
    assert memory["features"] > len(index.feature(Hit(0), NOON)) // 4
