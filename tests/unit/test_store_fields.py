"""A site as a row, and its history field by field: nothing is lost on the way there and back."""

from __future__ import annotations

from dataclasses import fields, replace

import orjson
from hypothesis import given
from hypothesis import strategies as st

from geodata.sites import Amenity, Site
from geodata.store import SiteEncoder, SiteRow, schema
from geodata.store.fields import apply_changes, field_changes, from_row, stated_columns, to_columns, to_row
from tests.sites import a_site, full_site, sites

DATES = ("valid_from", "valid_to", "verified_on")


@given(sites())
def test_a_row_gives_the_site_back(site: Site) -> None:
    assert from_row(orjson.loads(orjson.dumps(to_row(site))) | {name: getattr(site, name) for name in DATES}) == site


@given(before=sites(), after=sites(), mixed=st.data())
def test_the_history_leads_from_one_version_to_the_other_and_back(
    before: Site, after: Site, mixed: st.DataObject
) -> None:
    parts = {part.name for part in fields(Site)}
    kept = mixed.draw(st.sets(st.sampled_from(sorted(parts))))
    after = replace(after, **{name: getattr(before, name) for name in kept})
    changes = orjson.loads(orjson.dumps(field_changes(before, after)))
    assert {name.partition(".")[0] for name, _, _ in changes} == {
        name for name in parts if getattr(before, name) != getattr(after, name)
    }
    assert apply_changes(before, [(name, new) for name, _, new in changes]) == after
    assert apply_changes(after, [(name, old) for name, old, _ in changes]) == before


@given(st.lists(sites(), max_size=4))
def test_what_is_stated_gives_the_columns_of_its_sites(found: list[Site]) -> None:
    nothing = Site("", "")
    named = []
    for site in found:
        values = {part.name: getattr(site, part.name) for part in fields(Site)}
        stated = {name: value for name, value in values.items() if value != getattr(nothing, name)}
        named.append({"name": site.name, "kind": site.kind, **stated})
    assert stated_columns(named) == to_columns(found)


@given(st.lists(sites(), min_size=1, max_size=4))
def test_sites_are_made_ready_as_their_attributes_are(found: list[Site]) -> None:
    everything = [{part.name: getattr(site, part.name) for part in fields(Site)} for site in found]
    for dialect in ("postgresql", "sqlite"):
        encoder = SiteEncoder(dialect)
        searches = [site.name for site in found]
        ready = encoder.ready(found, searches)
        assert ready == encoder.ready_stated(everything, searches)
        assert ready == [encoder.ready([site], [site.name])[0] for site in found]


def test_one_facility_changes_by_itself() -> None:
    before = replace(a_site(), facilities={"toilet": Amenity("yes"), "wifi": Amenity("no"), "aed": Amenity("yes")})
    after = replace(a_site(), facilities={"toilet": Amenity("yes"), "wifi": Amenity("yes", "verified")})
    assert field_changes(before, after) == [
        ("facilities.aed", {"value": "yes", "basis": "claimed"}, None),
        ("facilities.wifi", {"value": "no", "basis": "claimed"}, {"value": "yes", "basis": "verified"}),
    ]
    assert field_changes(before, before) == []


def test_a_row_names_every_column_of_the_table() -> None:
    columns = [column.name for column in schema.sites.c]
    assert list(SiteRow._fields) == [*columns, "score", "sources"]
    administrative = {"id", "code", "search", "version", "data_version", "created_at", "updated_at"}
    assert set(to_row(full_site())) == set(columns) - administrative
