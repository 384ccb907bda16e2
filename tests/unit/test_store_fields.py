"""A site as a row, and its history field by field: nothing is lost on the way there and back."""

from __future__ import annotations

from dataclasses import fields, replace

import orjson
from hypothesis import given
from hypothesis import strategies as st

from geodata.sites import Amenity, Site
from geodata.store import SiteRow, schema
from geodata.store.fields import apply_changes, field_changes, from_row, to_row
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
