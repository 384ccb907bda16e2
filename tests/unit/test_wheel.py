"""The wheel, installed into an empty environment outside the checkout, runs the demo."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = re.compile(r"No matching distribution|NewConnectionError|Max retries|Temporary failure in name resolution")


def plain_environment(**more: str) -> dict[str, str]:
    """The environment without what would lead back to the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STATIONMAP_"))}
    kept.pop("VIRTUAL_ENV", None)
    return kept | more


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=plain_environment(**more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0 and OFFLINE.search(done.stderr):
        pytest.skip("no package index can be reached, so nothing can be installed into an empty environment")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT, cwd=folder)
    return next(folder.glob("stationmap-*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment that holds the wheel and what it asks for, nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    install = ["install", "--quiet", "--no-compile", "-c", ROOT / "constraints.txt", wheel]
    run(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", *install, cwd=folder)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        content: bytes = answer.read()
    return content


@pytest.fixture(scope="module")
def demo(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running ``stationmap demo``."""
    folder = tmp_path_factory.mktemp("elsewhere")
    url = f"http://127.0.0.1:{(port := free_port())}"
    log = folder / "demo.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(environment / "bin" / "stationmap"), "demo", "--port", str(port)],
            cwd=folder,
            env=plain_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            try:
                if json.loads(fetch(f"{url}/healthz"))["status"] == "ok":
                    break
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_wheel_holds_what_is_no_python(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    # Some of these are covered by .gitignore, which hatchling follows unless told otherwise.
    assert "webmap/static/vendor/manifest.json" in names
    assert "webmap/static/vendor/LICENSES.txt" in names
    assert "webmap/static/bundle/app.js" in names
    assert "webmap/sample/sites_sample.csv" in names
    assert "geodata/vocabulary.toml" in names
    for pattern in (
        r"webmap/templates/.+\.html",
        r"webmap/static/vendor/leaflet\.[0-9a-f]{10}\.js",
        r"webmap/static/[^/]+\.css",
        r"webmap/translations/\w+/LC_MESSAGES/\w+\.mo",
        r"geodata/messages/\w+\.toml",
        r"geodata/store/migrations/versions/\w+\.py",
        r"stationmap-[\d.]+\.dist-info/licenses/LICENSE",
    ):
        assert [name for name in names if re.fullmatch(pattern, name)], pattern
    assert not [name for name in names if name.startswith(("templates/", "tests/", "node_modules/"))]
    assert not [name for name in names if name.endswith((".pyc", ".db"))]


def test_installed_demo_answers_outside_the_checkout(demo: str) -> None:
    answer = json.loads(fetch(f"{demo}/api/v1/sites/nearby?lat=37.5369&lon=121.3945&radius=3000"))
    places = {feature["properties"]["name"]: feature["properties"] for feature in answer["features"]}
    assert "芝罘区职工服务中心" in places
    assert places["芝罘区职工服务中心"]["services"] == {"counselling": "yes", "legal_aid": "yes", "mediation": "yes"}
    assert any("示例" in name for name in places)


@pytest.mark.parametrize(("path", "language"), [("/", "zh-CN"), ("/en/", "en")])
def test_installed_pages_find_templates_and_every_file_they_name(demo: str, path: str, language: str) -> None:
    page = fetch(demo + path).decode()
    assert f'<html lang="{language}"' in page
    files = set(re.findall(r'(?:src|href)="(/(?:assets|static)/[^"#]+)', page))
    assert any(name.endswith("/bundle/app.js") for name in files)
    for name in files:
        assert fetch(demo + name), name


def test_installed_migrations_are_whole(environment: Path, tmp_path: Path) -> None:
    stationmap = environment / "bin" / "stationmap"
    url = f"sqlite:///{tmp_path}/new.db"
    run(stationmap, "db", "upgrade", cwd=tmp_path, STATIONMAP_DATABASE_URL=url)
    run(stationmap, "db", "check", cwd=tmp_path, STATIONMAP_DATABASE_URL=url)


def test_wheel_from_the_sdist_is_the_same_and_needs_no_npm(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--sdist", "--outdir", tmp_path, ROOT, cwd=tmp_path)
    sdist = next(tmp_path.glob("stationmap-*.tar.gz"))
    nowhere = "http://127.0.0.1:9"
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, sdist]
    run(*pip, cwd=tmp_path, npm_config_registry=nowhere, npm_config_fetch_retries="0")
    again = zipfile.ZipFile(next(tmp_path.glob("stationmap-*.whl")))
    assert set(again.namelist()) == set(zipfile.ZipFile(wheel).namelist())


# --- the build hook -------------------------------------------------------------------------------------------------


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with what the browser libraries are made from."""
    (tmp_path / "webmap" / "static").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "webmap/vendor.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_unreachable_npm_registry_says_what_to_do(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(sources / "empty-cache"))
    with hatch_build.Packages(sources) as packages, pytest.raises(RuntimeError, match="could not fetch them") as raised:
        hatch_build.vendor_libraries(sources, packages)
    assert "npm_config_registry" in str(raised.value)
    assert "ECONNREFUSED" in str(raised.value)
    assert not (sources / hatch_build.VENDOR).exists()


def test_a_complete_vendor_folder_is_left_alone_and_a_damaged_one_is_not_taken(sources: Path) -> None:
    shutil.copytree(ROOT / hatch_build.VENDOR, sources / hatch_build.VENDOR)
    with hatch_build.Packages(sources) as packages:
        assert hatch_build.vendor_libraries(sources, packages) is False
    wanted = hatch_build.read_vendor_list(sources / "webmap" / "vendor.toml")
    digest = hatch_build.inputs_digest(sources)
    folder = sources / hatch_build.VENDOR
    assert hatch_build.is_complete(folder, wanted, digest)
    assert not hatch_build.is_complete(folder, wanted, "0" * 64)
    script = next(folder.glob("leaflet.*.js"))
    script.write_bytes(script.read_bytes() + b"//")
    assert not hatch_build.is_complete(folder, wanted, digest)


def test_scripts_are_bundled_only_when_one_changed(sources: Path) -> None:
    static = sources / "webmap" / "static"
    (static / "app.js").write_text('import { b } from "./b.js";\nimport("./rest.js");\nconsole.log(b);\n')
    (static / "b.js").write_text("// A remark.\nexport const b = 1;\n")
    (static / "rest.js").write_text('import { b } from "./b.js";\nconsole.log(-b);\n')
    with hatch_build.Packages(sources) as packages:
        assert hatch_build.bundle_scripts(sources, packages) is True
        assert hatch_build.bundle_scripts(sources, packages) is False
        made = (static / "bundle" / "app.js").read_text()
        told = json.loads((static / "bundle" / "manifest.json").read_text())
        # What both need is a file of its own, and each file is named.
        [shared], [rest] = told["needed"], told["later"]
        names = {path.name for path in (static / "bundle").iterdir()}
        assert names == {"app.js", shared, rest, "manifest.json"}
        assert (shared in made, rest in made) == (True, True)
        assert "remark" not in (static / "bundle" / shared).read_text()
        (static / "b.js").write_text("export const b = ;\n")
        with pytest.raises(RuntimeError, match=r"could not be bundled:[\s\S]*b\.js:1"):
            hatch_build.bundle_scripts(sources, packages)
    assert (static / "bundle" / "app.js").read_text() == made


def test_translations_are_compiled_only_when_they_changed(tmp_path: Path) -> None:
    folder = tmp_path / "webmap" / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "messages.po"
    source.write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "b"\n')
    assert hatch_build.compile_translations(tmp_path) == [folder / "messages.mo"]
    assert hatch_build.compile_translations(tmp_path) == []
    source.write_text(source.read_text().replace('"b"', '"c"'))
    assert hatch_build.compile_translations(tmp_path) == [folder / "messages.mo"]
