"""The documents name everything that a person can set, call or type, and nothing that does not exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from geodata.store import open_store
from webmap import create_app
from webmap.cli import main
from webmap.settings import Settings, all_settings

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = (*READMES, "CONTRIBUTING.md")
#: Programs outside the project that the documents may call.
OTHER_PROGRAMS = {"git", "cd", "pip", "python3", "sudo", "createdb", "curl", "pg_dump", "sqlite3", "systemctl", "nginx"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row of a document, without head and rule."""
    lines = text.splitlines()
    rows = []
    for number, line in enumerate(lines):
        if not line.startswith("|") or set(line) <= set("|-: "):
            continue
        if number + 1 < len(lines) and lines[number + 1].startswith("|") and set(lines[number + 1]) <= set("|-: "):
            continue
        rows.append([cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))])
    return rows


def first_cells(text: str) -> list[str]:
    """The code that the first cells of the table rows name."""
    return [code for row in table_rows(text) for code in re.findall(r"`([^`]+)`", row[0])]


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READMES)
def test_every_setting_is_in_the_table_with_its_default(name: str) -> None:
    rows = {row[0].strip("`"): row for row in table_rows(text_of(name)) if row[0].startswith("`STATIONMAP_")}
    settings = {info.env: info for info in all_settings()}
    assert set(settings) - {"STATIONMAP_LANG", "STATIONMAP_TEST_DATA"} == set(rows) - {
        "STATIONMAP_LANG",
        "STATIONMAP_TEST_DATA",
    }
    for env, info in settings.items():
        default = rows[env][1]
        assert info.default in default if info.default else "`" not in default, (env, default)


# --- command line ---------------------------------------------------------------------------------------------------


def commands(
    group: click.Command = main, path: tuple[str, ...] = ("stationmap",)
) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    if not isinstance(group, click.Group):
        yield " ".join(path), group
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield from commands(command, (*path, name))


def options_of(command: click.Command) -> set[str]:
    return {max(parameter.opts, key=len) for parameter in command.params if isinstance(parameter, click.Option)} - {
        "--help"
    }


@pytest.mark.parametrize("name", READMES)
def test_every_command_and_option_is_in_the_table(name: str) -> None:
    rows = {row[0]: " ".join(row) for row in table_rows(text_of(name)) if row[0].startswith("`stationmap ")}
    for path, command in commands():
        documented = [text for cell, text in rows.items() if re.match(rf"`{re.escape(path)}(?=[ `])", cell)]
        assert len(documented) == 1, f"{path} stands {len(documented)} times in {name}"
        missing = [option for option in options_of(command) if not re.search(rf"{option}(?![\w-])", documented[0])]
        assert not missing, (path, missing)
        for word in re.findall(r"(?<![\w-])--[a-z-]+", documented[0]):
            assert word in options_of(command), f"{name}: {path} has no {word}"


# --- API ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    store = tmp_path_factory.mktemp("docs") / "docs.db"
    return create_app(Settings.load(env_file=None, database_url=f"sqlite:///{store}"))


def addresses(application: Flask) -> set[str]:
    """The addresses that the application answers, with names of path parameters in capitals."""
    own_files = {"static", "pages.asset"}
    rules = {rule.rule for rule in application.url_map.iter_rules() if rule.endpoint not in own_files}
    rules = {re.sub(r"<any\((\w+)\):\w+>", r"\1", rule) for rule in rules}
    return {re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: found[1].upper(), rule) for rule in rules}


@pytest.mark.parametrize("name", READMES)
def test_every_address_is_in_the_table(name: str, application: Flask) -> None:
    documented = {code.split("?")[0].split(" ")[-1] for code in first_cells(text_of(name)) if "/" in code}
    documented = {code for code in documented if code.startswith("/")}
    assert documented == addresses(application)


# --- the two languages ----------------------------------------------------------------------------------------------


def pictures(text: str) -> list[str]:
    return re.findall(r"!\[[^]]*\]\(([^)]+)\)", text) + re.findall(r'<img src="([^"]+)"', text)


def test_chinese_readme_is_in_step() -> None:
    english, chinese = (text_of(name) for name in READMES)

    def headings(text: str) -> list[str]:
        return re.findall(r"(?m)^(#+) ", re.sub(r"(?s)```.*?```", "", text))

    assert headings(english) == headings(chinese)
    assert first_cells(english) == first_cells(chinese)
    assert [name.replace("-en.png", ".png") for name in pictures(english)] == pictures(chinese)
    assert list(command_lines(english)) == list(command_lines(chinese))


# --- links and commands ---------------------------------------------------------------------------------------------


def command_lines(text: str) -> Iterator[str]:
    """The lines of all shell blocks, without comments; continued lines joined."""
    for block in re.findall(r"(?ms)^```sh\n(.*?)^```", text):
        for line in block.replace("\\\n", " ").splitlines():
            if command := line.split("  #")[0].strip():
                yield command


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_shown_exist(name: str) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", text_of("Makefile")))
    known = {path.removeprefix("stationmap "): command for path, command in commands()}
    shown = list(command_lines(text_of(name)))
    assert shown
    for line in shown:
        words = shlex.split(line, comments=True)
        exported = words[0] == "export"
        words = words[exported:]
        while words and re.match(r"[A-Z_]+=", words[0]):
            assert words.pop(0).split("=")[0] in {info.env for info in all_settings()}, line
        if exported and not words:
            continue
        program = words[0]
        if program == "make":
            assert {word for word in words[1:] if "=" not in word} <= targets, line
        elif program.removeprefix(".venv/bin/") == "stationmap":
            assert_stationmap(words[1:], known, line)
        else:
            assert program in OTHER_PROGRAMS or (ROOT / program).exists(), line


def assert_stationmap(words: list[str], known: dict[str, click.Command], line: str) -> None:
    path = next((" ".join(words[:length]) for length in (2, 1) if " ".join(words[:length]) in known), None)
    assert path is not None, f"no such command: {line}"
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    assert given <= options_of(known[path]), line


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_linked_exist(name: str) -> None:
    targets = [*re.findall(r"\]\(([^)\s]+)\)", text_of(name)), *pictures(text_of(name))]
    local = [target for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert local
    assert not [target for target in local if not (ROOT / target.split("#")[0]).exists()]


def test_changelog_has_the_present_version() -> None:
    version = re.search(r'(?m)^version = "([^"]+)"', text_of("pyproject.toml"))
    assert version is not None
    assert re.search(rf"(?m)^## {re.escape(version[1])}\b", text_of("CHANGELOG.md"))


@pytest.mark.parametrize("name", READMES)
def test_profile_that_is_shown_does_what_is_said(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = re.search(r"(?ms)^```toml\n(.*?)^```", text_of(name))
    assert shown is not None
    (tmp_path / "libraries.toml").write_text(shown[1], encoding="utf-8")
    rows = "馆名,有无饮水,precision,category,lon,lat\n东馆,有,g,library,121.4,37.5\n通知,,,policy,,\n"
    (tmp_path / "list.csv").write_text(rows, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", "sqlite:///list.db")
    runner = CliRunner()
    assert runner.invoke(main, ["db", "upgrade"]).exit_code == 0
    done = runner.invoke(main, ["import", "sites", "list.csv", "--profile", "libraries.toml"])
    assert done.exit_code == 0, done.output
    store = open_store("sqlite:///list.db")
    (stored,) = store.sites()
    store.dispose()
    assert (stored.site.name, stored.site.kind, stored.site.precision) == ("东馆", "public_facility", "address")
    assert stored.site.facilities["drinking_water"].value == "yes"
    assert stored.sources[0].source == "city-libraries"
    assert stored.site.position is not None
    assert stored.site.position.given_datum == "gcj02"
