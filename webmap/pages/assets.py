"""Scripts, styles and icons of the pages: kept in memory, made small once, served for ever under a digest.

All files stand under one digest of their contents, ``/assets/DIGEST/NAME``, so that ES modules can import one another
by relative names and a browser still never mixes two versions.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import rcssmin
import rjsmin
from flask import Response, abort, request

CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
#: Already compressed; a second time would only make them larger.
INCOMPRESSIBLE = {".png"}
#: The libraries: what the map needs of them is part of files that are made here.
VENDOR = "vendor"
#: The modules of the map in a few files, made when stationmap is installed.
BUNDLE = "bundle"
#: Style sheet → how it takes the rules of the dark theme: as the system has it, never, always.
STYLE_SHEETS = {
    "app.css": "@media (prefers-color-scheme: dark) {{\n{dark}\n}}",
    "app-light.css": ":root {{ color-scheme: light; }}",
    "app-dark.css": ":root {{ color-scheme: dark; }}\n{dark}",
}
#: The parts of a style sheet, in the order in which they are joined: later rules win.
STYLE_PARTS = (
    *("colours", "dark", "ground", "controls", "head", "stage"),
    *("list", "place", "map", "filters", "embed", "plain"),
)


class Scripts(NamedTuple):
    """Addresses of a page's script.

    Attributes
    ----------
    entry : str
    needed : list of str
        What the entry imports: a browser fetches them side by side if the page names them.
    later : list of str
        What it imports when the page stands there.
    """

    entry: str
    needed: list[str]
    later: list[str]


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    content_type: str
    body: bytes
    compressible: bool

    @cached_property
    def encoded(self) -> Mapping[str, bytes]:
        """``Content-Encoding`` → the compressed body, the smallest first.

        Made when it is first asked for: this takes a second of a processor for all files, of which most people fetch
        three.
        """
        if not self.compressible:
            return {}
        return {"br": brotli.compress(self.body), "gzip": gzip.compress(self.body, 9, mtime=0)}


class Assets:
    """The files of a folder and those that the program makes itself.

    Parameters
    ----------
    folder : Path
        The static files.
    made : mapping
        Name → text of further files.
    first_styles : sequence of str
        Texts that every style sheet begins with.
    """

    def __init__(self, folder: Path, made: Mapping[str, str], first_styles: Sequence[str] = ()) -> None:
        self._folder = folder
        self._made = made
        self._first_styles = first_styles

    @cached_property
    def _assets(self) -> Mapping[str, Asset]:
        bodies = {
            path.relative_to(self._folder).as_posix(): path.read_bytes()
            for path in sorted(self._folder.rglob("*"))
            if path.suffix in CONTENT_TYPES and path.is_file() and VENDOR not in path.relative_to(self._folder).parts
        }
        parts = {part: bodies.pop(f"css/{part}.css").decode() for part in STYLE_PARTS}
        for name, theme in STYLE_SHEETS.items():
            themed = parts | {"dark": theme.format(dark=parts["dark"])}
            bodies[name] = "\n".join([*self._first_styles, *(themed[part] for part in STYLE_PARTS)]).encode()
        bodies.update((name, text.encode()) for name, text in self._made.items())
        return {name: _asset(name, body) for name, body in bodies.items()}

    @cached_property
    def digest(self) -> str:
        """Hexadecimal digest of all names and contents."""
        digest = hashlib.sha256()
        for name, asset in sorted(self._assets.items()):
            digest.update(f"{name}\0{len(asset.body)}\0".encode())
            digest.update(asset.body)
        return digest.hexdigest()[:16]

    def script(self, name: str) -> Scripts:
        """Return the addresses of a page's script.

        A checkout whose modules were changed since they were bundled sends the modules.
        """
        modules = [each for each in self._assets if "/" not in each and each.endswith(".js")]
        if self._bundle.get("made_from") == {each: self._source_digests[each] for each in modules}:
            needed, later = ([self._bundled(each) for each in self._bundle[when]] for when in ("needed", "later"))
            return Scripts(self._bundled(name), needed, later)
        return Scripts(self.url(name), [self.url(each) for each in modules], [])

    def _bundled(self, name: str) -> str:
        return self.url(f"{BUNDLE}/{name}")

    @cached_property
    def _bundle(self) -> Mapping[str, Any]:
        try:
            text = (self._folder / BUNDLE / "manifest.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        manifest: dict[str, Any] = json.loads(text)
        return manifest

    @cached_property
    def _source_digests(self) -> Mapping[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self._folder.glob("*.js")}

    def names(self) -> list[str]:
        """Return the names of all files."""
        return sorted(self._assets)

    def url(self, name: str) -> str:
        """Return the address of the file ``name``.

        Raises
        ------
        KeyError
            If there is no such file.
        """
        if name not in self._assets:
            raise KeyError(name)
        return f"/assets/{self.digest}/{name}"

    def warm(self, names: Iterable[str]) -> None:
        """Have files ready as they are sent most: those of a page that people open first."""
        for name in names:
            _ = self._assets[name].encoded

    def respond(self, digest: str, name: str) -> Response:
        """Answer a request for the file ``name``; 404 if there is none."""
        asset = self._assets.get(name)
        if asset is None:
            abort(404)
        encoding = next((each for each in asset.encoded if request.accept_encodings[each]), None)
        response = Response(asset.encoded[encoding] if encoding else asset.body, content_type=asset.content_type)
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.headers["Vary"] = "Accept-Encoding"
        # A page of another version asks for another digest: it gets what there is, and must not keep it.
        current = digest == self.digest
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        response.set_etag(f"{self.digest}-{encoding}" if encoding else self.digest)
        response.make_conditional(request)
        return response


def _asset(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    content_type = CONTENT_TYPES[suffix]
    if suffix in INCOMPRESSIBLE:
        return Asset(content_type, body, compressible=False)
    if not name.startswith((f"{BUNDLE}/", "made/")):  # those are small already
        body = _small(suffix, body)
    return Asset(content_type, body, compressible=True)


def _small(suffix: str, body: bytes) -> bytes:
    """Return a script or style without the comments and spaces that only its readers need."""
    if suffix == ".js":
        return bytes(rjsmin.jsmin(body))
    return bytes(rcssmin.cssmin(body)) if suffix == ".css" else body
