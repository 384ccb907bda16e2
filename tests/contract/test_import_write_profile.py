"""What an import recognised, written as a profile, does the same."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from geodata.errors import ParameterError
from geodata.sites import Site
from geodata.store import Store, open_store
from importers.sites import import_sites
from webmap.cli import main

TABLE = (
    "编号,站点,类别,经度,纬度,级别,厕所,内部备注栏,状态\n"
    "1,甲站,爱心驿家,121.39,37.53,市级,√,x,开放\n2,乙站,职工之家,121.40,37.54,区级,没有,y,整修中\n"
)


def contents(store: Store) -> list[tuple[str, Site]]:
    return sorted(((stored.sources[0].key, stored.site) for stored in store.sites()), key=lambda pair: pair[0])


def imported(path: Path, folder: Path, name: str, **options: object) -> list[tuple[str, Site]]:
    store = open_store(f"sqlite:///{folder / name}.db")
    store.upgrade()
    try:
        import_sites(store, path, **options)  # type: ignore[arg-type]
        return contents(store)
    finally:
        store.dispose()


def test_a_written_profile_says_what_was_recognised(store: Store, tmp_path: Path) -> None:
    path, out = tmp_path / "list.csv", tmp_path / "list.toml"
    path.write_text(TABLE, encoding="utf-8")
    import_sites(store, path, datum="gcj02", source="街道", write_profile=out)
    text = out.read_text(encoding="utf-8")
    profile = tomllib.loads(text)
    assert (profile["source"], profile["datum"]) == ("街道", "gcj02")
    assert profile["columns"]["name"] == "站点"
    assert profile["columns"]["facilities.toilet"] == "厕所"
    assert profile["columns"]["ignore"] == ["内部备注栏"]
    assert profile["values"]["level"] == {"市级": "city", "区级": "district"}
    assert profile["values"]["facilities.toilet"] == {"√": "yes", "没有": "no"}
    assert '# "整修中" = ""' in text
    before = contents(store)
    again = import_sites(store, path, profile=out)
    assert (again.rows.unchanged, again.rows.updated, again.rows.created) == (2, 0, 0)
    assert again.source == "街道"
    assert contents(store) == before


REAL = [
    ("hangzhou_facilities.csv", {"kind": "public_facility", "datum": "gcj02"}),
    ("hangzhou_facilities.json", {"kind": "public_facility", "datum": "gcj02"}),
    ("melbourne_toilets.csv", {"kind": "public_facility"}),
    ("dutch_addresses_shape_28992.zip", {"kind": "public_facility"}),
    ("singapore_toilets.kml", {"kind": "public_facility"}),
    ("anting_stations.xlsx", {}),
]


@pytest.mark.parametrize(("file", "options"), REAL)
def test_real_lists_give_the_same_by_their_written_profile(
    test_data: Path, tmp_path: Path, file: str, options: dict[str, object]
) -> None:
    path, out = test_data / "sites" / file, tmp_path / "profile.toml"
    first = imported(path, tmp_path, "first", write_profile=out, **options)
    assert first == imported(path, tmp_path, "second", profile=out)


def test_a_file_that_is_there_is_not_overwritten(store: Store, tmp_path: Path) -> None:
    path, out = tmp_path / "list.csv", tmp_path / "list.toml"
    path.write_text(TABLE, encoding="utf-8")
    out.write_text("# mine")
    with pytest.raises(ParameterError) as caught:
        import_sites(store, path, write_profile=out)
    assert caught.value.code == "profile_exists"
    assert out.read_text() == "# mine"
    assert not list(store.sites())


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", f"sqlite:///{tmp_path / 'map.db'}")
    store = open_store(f"sqlite:///{tmp_path / 'map.db'}")
    store.upgrade()
    store.dispose()
    path, out = tmp_path / "list.csv", tmp_path / "list.toml"
    path.write_text(TABLE, encoding="utf-8")
    command = ["import", "sites", str(path), "--dry-run", "--write-profile", str(out)]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert tomllib.loads(out.read_text(encoding="utf-8"))["columns"]["source_key"] == "编号"
    assert CliRunner().invoke(main, command).exit_code == 2
    both = [*command[:-1], str(tmp_path / "other.toml"), "--profile", str(out)]
    assert CliRunner().invoke(main, both).exit_code == 2
