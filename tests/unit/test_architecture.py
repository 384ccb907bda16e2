"""What the rooms of the project promise one another, beyond the import rules that import-linter checks."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import geodata.errors
from geodata.messages import Lang, catalogue
from geodata.vocabulary import GROUPS, load_vocabulary

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("geodata", "importers", "webmap")

TOP_LEVEL = {
    "webmap", "geodata", "importers", "templates", "tests", "pyproject.toml", "hatch_build.py", "constraints.txt",
    "Makefile", "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "package.json",
    "package-lock.json",
}  # fmt: skip
#: Made by tools, and ignored by git.
MADE = {"node_modules", "build", "dist"}


def project_files() -> list[Path]:
    """The files under version control; where there is no git, all that no tool made."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and (ROOT / ".git").exists():
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    folders = [path for path in ROOT.iterdir() if path.name not in MADE and not path.name.startswith(".")]
    found = [path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*"))]
    return [path for path in found if path.is_file() and "vendor" not in path.parts and path.suffix != ".pyc"]


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_top_level_holds_only_what_the_design_names() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in project_files()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


def test_no_registry_and_no_cdn_is_named() -> None:
    # Written apart, so that this file is not its own finding.
    hosts = ("registry" + ".npm", "npm" + "mirror", "pypi" + ".org", "python" + "hosted.org", "un" + "pkg.com",
             "jsdel" + "ivr", "cdn" + "js.", "://" + "cdn.", "bootstrap" + "cdn", "google" + "apis.com")  # fmt: skip
    found = {
        (str(path.relative_to(ROOT)), host)
        for path in project_files()
        for host in hosts
        if host.encode() in path.read_bytes()
    }
    assert not found


def test_package_lock_has_no_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if "integrity" not in entry]


def run_python(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_web_workers_do_not_import_the_heavy_libraries(tmp_path: Path) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from webmap import create_app
from webmap.settings import Settings
app = create_app(Settings.load(env_file=None, database_url="sqlite:///{tmp_path}/worker.db"))
client = app.test_client()
client.get("/")
client.get("/api/v1/sites/nearby?lat=37.5&lon=121.4")
print(" ".join(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
    loaded = set(run_python(code, tmp_path).split())
    assert "flask" in loaded
    # Not pandas: folium loads it wherever it is installed.
    assert not loaded & {"geopandas", "numba", "matplotlib", "pyogrio", "importers", "openpyxl"}


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_reads_no_settings(package: str, tmp_path: Path) -> None:
    code = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
class Watched(dict):
    def __getitem__(self, key):
        assert not str(key).startswith("STATIONMAP_"), key
        return super().__getitem__(key)
    def get(self, key, default=None):
        assert not str(key).startswith("STATIONMAP_"), key
        return super().get(key, default)
os.environ = Watched(os.environ)
import importlib, pkgutil
import {package}
names = [module.name for module in pkgutil.walk_packages({package}.__path__, "{package}.")]
for name in names:
    if ".migrations" not in name and not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""
    assert int(run_python(code, tmp_path)) > 0


# --- dependencies ---------------------------------------------------------------------------------------------------

#: Declared, but imported by no line of ours: data for zoneinfo.
UNSEEN = {"redis", "tzdata"}


def imported_distributions() -> set[str]:
    provided = packages_distributions()
    names: set[str] = set()
    for _, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    names -= {*sys.stdlib_module_names, *PACKAGES, "_typeshed"}
    return {normal(distribution) for name in names for distribution in provided.get(name, [name])[:1]}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_dependencies_are_those_that_the_code_imports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["parquet"]]
    declared = {normal(re.split(r"[<>=!~ ;\[]", line)[0]) for line in lines}
    # What these bring as their own interface: Flask its templates, responses and tokens, pydantic its core.
    brought = {"werkzeug", "jinja2", "markupsafe", "itsdangerous", "babel", "branca", "pydantic-core"}
    assert imported_distributions() - brought == declared - UNSEEN


def test_constraints_pin_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [line.split("#")[0].strip() for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()]
    pins = dict(line.split("==") for line in lines if line)
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    names = {normal(re.split(r"[<>=!~ ;\[]", line)[0]) for line in wanted}
    assert names <= {normal(name) for name in pins}
    assert all(re.fullmatch(r"[\w.]+", version) for version in pins.values())


# --- messages -------------------------------------------------------------------------------------------------------


def error_names() -> set[str]:
    return {name for name, item in vars(geodata.errors).items() if isinstance(item, type) and name.endswith("Error")}


def message_calls() -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield place, code and parameter names (None: not to be seen) of each error or message made with a plain code."""
    names = error_names() | {"Message"}
    for path, module in modules():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            code = node.args[0]
            if called not in names or not isinstance(code, ast.Constant) or not isinstance(code.value, str):
                continue
            yield f"{path.relative_to(ROOT)}:{node.lineno}", code.value, parameters(called, node)


def parameters(called: str, node: ast.Call) -> set[str] | None:
    if called == "Message":
        if len(node.args) == 1 and not node.keywords:
            return set()
        given = node.args[1] if len(node.args) > 1 else node.keywords[0].value
        if not isinstance(given, ast.Dict) or not all(isinstance(key, ast.Constant) for key in given.keys):
            return None
        return {key.value for key in given.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    return {keyword.arg for keyword in node.keywords if keyword.arg}


def placeholders(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_that_is_raised_has_a_message_with_the_values_it_needs() -> None:
    calls = list(message_calls())
    assert len(calls) > 30
    unknown = [f"{place}: {code}" for place, code, _ in calls if code not in catalogue()]
    assert not unknown
    incomplete = [
        f"{place}: {code} needs {sorted(missing)}"
        for place, code, given in calls
        if given is not None and (missing := placeholders(catalogue()[code]["en"]) - given)
    ]
    assert not incomplete


def made_up_codes() -> Iterator[str]:
    """Patterns of the codes that f-strings make, such as ``http_{status}``."""
    for _, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                if re.fullmatch(r"[a-z]+_[a-z_]*|_[a-z_]*[a-z]+", "".join(str(part or "") for part in parts)):
                    yield "".join("[a-z0-9_]+" if part is None else str(part) for part in parts)


def test_every_message_is_used() -> None:
    constants = {
        node.value
        for _, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    made_up = re.compile("|".join(made_up_codes()))
    assert not [code for code in catalogue() if code not in constants and not made_up.fullmatch(code)]


def test_messages_have_the_same_placeholders_in_every_language() -> None:
    # What differs by language itself has it in its name: {name_zh} in one text, {name_en} in the other.
    def named(code: str, lang: Lang) -> set[str]:
        return {name.removesuffix(f"_{lang}") for name in placeholders(catalogue()[code][lang])}

    assert not [code for code in catalogue() if named(code, "zh") != named(code, "en")]


# --- vocabulary -----------------------------------------------------------------------------------------------------


def test_every_icon_of_the_vocabulary_is_in_the_sprite() -> None:
    sprites = sorted((ROOT / "webmap" / "static").glob("*.svg"))
    symbols = {
        element.get("id", "")
        for sprite in sprites
        for element in ElementTree.parse(sprite).iter("{http://www.w3.org/2000/svg}symbol")
    }
    vocabulary = load_vocabulary()
    # Precisions, values and bases are words only; they stand beside no picture.
    pictured = [group for group in GROUPS if group not in {"precisions", "values", "bases", "levels", "states", "fees"}]
    icons = {term.icon for group in pictured for term in getattr(vocabulary, group).values()}
    assert not {icon for icon in icons if icon not in symbols and f"icon-{icon}" not in symbols}
