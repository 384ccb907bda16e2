"""``stationmap db``: what it prints, in both languages, and its exit codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from geodata.sites import Access, Amenity, Site
from geodata.store import BatchInfo, NewReport, NewSite, Store, open_store
from tests.sites import a_site
from webmap.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in an empty folder, in English unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    for name in ("STATIONMAP_DATABASE_URL", "STATIONMAP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["db", *arguments])


def add(store: Store, *sites: Site) -> list[str]:
    with store.write(BatchInfo("sites", "li")) as writer:
        return writer.add([NewSite(site) for site in sites])


def test_a_store_is_made_and_found_well(run: Run, tmp_path: Path) -> None:
    done = run("upgrade")
    assert (done.exit_code, done.stderr) == (0, "")
    assert re.search(r"revision \d{4}", done.stdout)
    assert (tmp_path / "stationmap.db").exists()
    assert run("upgrade").exit_code == 0
    done = run("check")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "in order" in done.stdout


def test_the_database_is_named_by_option_or_environment(
    run: Run, fresh_postgis: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "postgresql" in run("check", "--database", fresh_postgis).stdout
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_postgis)
    assert "postgresql" in run("check").stdout
    assert run("upgrade", "--database", "sqlite:///other.db").exit_code == 0
    assert [path.name for path in tmp_path.glob("*.db")] == ["other.db"]


@pytest.mark.parametrize(
    ("content", "expected"), [(None, "does not exist"), (b"PK\x03\x04", "not a SQLite"), (b"", "stationmap db upgrade")]
)
def test_what_is_no_store_is_named_and_left_alone(
    run: Run, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    path = tmp_path / "stationmap.db"
    if content is not None:
        path.write_bytes(content)
    done = run("check")
    assert done.exit_code == 1
    assert expected in done.stdout + done.stderr
    assert (path.read_bytes() if path.exists() else None) == content


def test_an_unusable_url_is_wrong_usage(run: Run) -> None:
    done = run("check", "--database", "mysql://me:secret@host/name")
    assert done.exit_code == 2
    assert "secret" not in done.output
    assert run("check", "--nonsense").exit_code == 2
    assert run("copy", "sqlite:///a.db").exit_code == 2
    assert run("copy", "sqlite:///a.db", "oracle://x").exit_code == 1


def test_messages_are_in_chinese_where_wanted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "请检查地址" in run("check").stderr
    assert "结构已是最新" in run("upgrade").stdout
    assert "一切正常" in run("check").stdout


def problems(run: Run, store: Store) -> str:
    done = run("check", "--database", store.backend.url.render_as_string(hide_password=False))
    assert done.exit_code == 1
    return done.stdout


def test_codes_outside_the_vocabulary_are_found(run: Run, store: Store, tmp_path: Path) -> None:
    odd = replace(
        a_site(),
        kind="spaceport",
        facilities={"jacuzzi": Amenity("yes"), "toilet": Amenity("perhaps")},  # type: ignore[arg-type]
        access=Access(("teleport",), "barter"),
    )
    add(store, a_site(), odd, replace(odd, facilities={}))
    lines = problems(run, store).splitlines()
    assert len(lines) == 5
    for word, count in (("spaceport", 2), ("jacuzzi", 1), ("perhaps", 1), ("teleport", 2), ("barter", 2)):
        assert [f"{count} sites" in line for line in lines if word in line] == [True]


def test_the_deployments_own_words_are_no_problem(
    run: Run, sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(sqlite_store, replace(a_site(), kind="ferry_pier"))
    own = tmp_path / "words.toml"
    own.write_text('[kinds]\nferry_pier = { zh = "码头", en = "Pier" }\n', encoding="utf-8")
    assert "ferry_pier" in problems(run, sqlite_store)
    monkeypatch.setenv("STATIONMAP_VOCABULARY", str(own))
    assert run("check", "--database", sqlite_store.url).exit_code == 0


def test_references_to_nothing_are_found(run: Run, store: Store) -> None:
    [code] = add(store, replace(a_site(), operator_code="NOWHERE"))
    assert "NOWHERE" in problems(run, store)
    if store.dialect == "sqlite":
        engine = sa.create_engine(store.backend.url)
        with engine.begin() as connection:  # a tool that does not switch foreign keys on
            connection.execute(sa.text("INSERT INTO site_aliases VALUES ('OLD234', 4711)"))
        engine.dispose()
        assert "4711" in problems(run, store)
    assert store.site(code).code == code


def test_a_missing_index_or_log_is_found(run: Run, store: Store) -> None:
    if store.dialect == "postgresql":
        with store.backend.writing() as connection:
            connection.execute(sa.text("DROP INDEX ix_sites_geog"))
        assert "ix_sites_geog" in problems(run, store)
    else:
        store.dispose()
        engine = sa.create_engine(store.backend.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        engine.dispose()
        assert "write-ahead" in problems(run, store)
        store.dispose()
        assert run("upgrade", "--database", store.url).exit_code == 0
        assert run("check", "--database", store.url).exit_code == 0


def test_a_store_is_copied(run: Run, fresh_postgis: str, sqlite_store: Store) -> None:
    add(sqlite_store, a_site(), a_site())
    site = next(sqlite_store.sites())
    with sqlite_store.write(BatchInfo("report", "public")) as writer:
        writer.add_report(NewReport(site.id, "other", "n1", photo="a.jpg"))
    done = run("copy", sqlite_store.url, fresh_postgis)
    assert done.exit_code == 0
    assert "2 sites" in done.stdout
    assert "photos of reports (1)" in done.stderr
    assert "stationmap-data/reports" in done.stderr
    assert "sites: 2" in done.stderr
    done = run("copy", fresh_postgis, "sqlite:///back.db")
    assert done.exit_code == 0
    back = open_store("sqlite:///back.db")
    assert list(back.sites()) == list(sqlite_store.sites())
    back.dispose()
    done = run("copy", fresh_postgis, "sqlite:///back.db")
    assert done.exit_code == 1
    assert "holds data already" in done.stderr


def test_help_names_the_commands(run: Run) -> None:
    done = run("--help")
    for name in ("upgrade", "check", "copy"):
        assert name in done.stdout
        assert run(name, "--help").exit_code == 0
