"""The command line: what it prints, in which language, and how it ends."""

from __future__ import annotations

import socket
import unicodedata

import orjson
import pytest
from click.testing import CliRunner

from tests.web.conftest import LAT, LON, SITES, Filled
from webmap.cli import COMMANDS, main

HERE = ["nearby", str(LAT), str(LON)]


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(runner: CliRunner, name: str) -> None:
    assert name in runner.invoke(main, ["--help"]).output
    result = runner.invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output


def test_the_version_is_told(runner: CliRunner) -> None:
    assert runner.invoke(main, ["--version"]).output.startswith("stationmap, version ")


def test_nearby_prints_an_aligned_table(runner: CliRunner, filled: Filled) -> None:
    result = runner.invoke(main, ["--lang", "zh", *HERE])
    assert result.exit_code == 0, result.output
    head, *lines = result.stdout.splitlines()
    assert head.split() == ["距离", "步行", "开放", "类型", "名称", "地址", "编号"]
    assert len(lines) == 7
    column = width(head[: head.index("名称")])
    for line in lines:
        name = next(site.name for site in SITES.values() if site.name in line)
        assert width(line[: line.index(name)]) == column
    assert filled.code("weekdays") in lines[0]


def test_nearby_in_english_with_filters(runner: CliRunner, filled: Filled) -> None:
    result = runner.invoke(
        main, ["--lang", "en", *HERE, "--kind", "rest_station", "--facility", "toilet", "--facility", "hot_water:yes"]
    )
    assert result.exit_code == 0, result.output
    head, line = result.stdout.splitlines()
    assert head.split() == ["Distance", "Walk", "Open", "Kind", "Name", "Address", "Code"]
    assert "Rest station" in line
    assert filled.code("always") in line
    assert "open" in line


def test_nearby_says_when_there_is_more_or_nothing(runner: CliRunner) -> None:
    more = runner.invoke(main, ["--lang", "en", *HERE, "--limit", "1"])
    assert len(more.stdout.splitlines()) == 2
    assert "--limit" in more.stderr
    none = runner.invoke(main, ["--lang", "en", "nearby", "-33.9", "-70.6"])
    assert (none.exit_code, none.stdout) == (0, "")
    assert "5000 metres" in none.stderr


def test_nearby_gives_geojson(runner: CliRunner, filled: Filled) -> None:
    result = runner.invoke(main, [*HERE, "--json", "--open", "2026-10-10T10:00", "--limit", "3"])
    assert result.exit_code == 0, result.output
    features = orjson.loads(result.stdout)["features"]
    assert [item["id"] for item in features] == [filled.code(name) for name in ("weekdays", "always", "center")]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nearby", "999", "121"], "lat"),
        ([*HERE, "--facility", "jacuzzi"], "jacuzzi"),
        ([*HERE, "--open", "yesterday"], "yesterday"),
        ([*HERE, "--limit", "-1"], "limit"),
        ([*HERE, "--nonsense"], "--nonsense"),
        (["nearby", "37"], "LON"),
        (["fly"], "fly"),
    ],
)
def test_wrong_usage_ends_with_2(runner: CliRunner, arguments: list[str], named: str) -> None:
    result = runner.invoke(main, arguments)
    assert result.exit_code == 2
    assert named in result.stderr
    assert result.stdout == ""


def test_a_bad_setting_ends_with_2_and_is_named(runner: CliRunner) -> None:
    result = runner.invoke(main, HERE, env={"STATIONMAP_TIMEZONE": "Mars", "STATIONMAP_LANG": "zh"})
    assert result.exit_code == 2
    assert "STATIONMAP_TIMEZONE" in result.stderr
    assert "无法使用" in result.stderr


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "距离"),
        ({"LANG": "en_GB.UTF-8"}, "Distance"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "Distance"),
        ({"LANG": "en_GB.UTF-8", "STATIONMAP_LANG": "zh"}, "距离"),
    ],
)
def test_the_language_follows_the_system(runner: CliRunner, environment: dict[str, str], word: str) -> None:
    unset = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None}
    assert word in runner.invoke(main, HERE, env={**unset, **environment}).stdout


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_taken_port_is_a_clear_error(runner: CliRunner, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = runner.invoke(main, ["--lang", "en", command, "--port", str(port)])
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}" in result.stderr
    assert "--port" in result.stderr


def test_serving_a_store_that_was_never_made_is_a_clear_error(runner: CliRunner, tmp_path: object) -> None:
    result = runner.invoke(
        main,
        ["--lang", "en", "serve", "--port", "8765"],
        env={"STATIONMAP_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"},
    )
    assert result.exit_code == 1
    assert "db upgrade" in result.stderr
