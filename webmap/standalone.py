"""What a stand-alone file needs: scripts, styles and data inside the page, and a policy that lets only those run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from webmap.paths import static_folder


class AssetsMissingError(FileNotFoundError):
    """The copies of the browser libraries have not been made: the installation is not whole."""


@cache
def vendored(name: str) -> str:
    """Return the text of the npm file with the logical name ``name``, fit to stand in a page.

    Raises
    ------
    AssetsMissingError
        If the libraries have not been copied.
    ValueError
        If it could end the element that it stands in.
    """
    folder = static_folder() / "vendor"
    try:
        manifest: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AssetsMissingError(f"no browser libraries at {folder}: run `make` in a checkout") from error
    text = (folder / manifest[name]).read_text(encoding="utf-8")
    if "</" + ("style" if name.endswith(".css") else "script") in text.lower():
        raise ValueError(f"{name} cannot stand in a page")
    return text


def inert_json(content: Any) -> str:
    """Return JSON that can stand in a script element: nothing in it can end the element or begin another."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def script_hashes(scripts: Iterable[str]) -> str:
    """Return the sources of a content security policy that lets these scripts run and no other."""
    return " ".join(
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'" for script in scripts
    )
