"""Files of a result, made in a process of their own: what draws charts needs more memory than a web worker should hold.

The process gets everything on its standard input and writes the file to its standard output.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import orjson

from geodata.errors import StationmapError
from geodata.messages import Lang
from webmap.planning.geojson import sites_geojson
from webmap.settings import TileLayer

#: Name of a file → its media type.
FILES = {
    "report.html": "text/html; charset=utf-8",
    "sites.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sites.geojson": "application/geo+json",
    "result.json": "application/json",
    "scenario.toml": "application/toml",
}
LONGEST_S = 90.0

_COMMAND = [sys.executable, "-c", "from webmap.desk.exporting import main; main()"]
#: One at a time in a worker: each needs a processor for a second or two.
_turn = threading.Lock()


def exported(
    name: str, result: dict[str, Any], *, lang: Lang, text: str, tiles: tuple[TileLayer, ...], attribution: str
) -> bytes:
    """Return a file of a result.

    Parameters
    ----------
    name : str
        One of :data:`FILES`.
    result : dict
        As :func:`geodata.siting.result.result_of` makes it.
    lang : {"zh", "en"}
    text : str
        The scenario as it was asked.
    tiles, attribution
        Base map of the report.

    Raises
    ------
    StationmapError
        If it could not be made.
    """
    match name:
        case "sites.geojson":
            return orjson.dumps(sites_geojson(result), option=orjson.OPT_INDENT_2)
        case "result.json":
            return orjson.dumps(result, option=orjson.OPT_INDENT_2)
        case "scenario.toml":
            return text.encode()
    base = {"tiles": [[tile.url, tile.subdomains] for tile in tiles], "attribution": attribution}
    asked = orjson.dumps({"name": name, "result": result, "lang": lang, "text": text} | base)
    with _turn:
        try:
            done = subprocess.run(_COMMAND, input=asked, capture_output=True, timeout=LONGEST_S, check=True)
        except subprocess.SubprocessError as error:
            detail = getattr(error, "stderr", b"") or b""
            raise StationmapError("desk_export_failed", name=name, detail=detail.decode(errors="replace")) from error
    return done.stdout


def main() -> None:
    """Make the file that standard input asks for."""
    from webmap.planning.charts import charts
    from webmap.planning.report import report_page
    from webmap.planning.words import Words
    from webmap.planning.workbook import workbook

    asked = orjson.loads(sys.stdin.buffer.read())
    words = Words(asked["result"], asked["lang"])
    if asked["name"] == "sites.xlsx":
        made = workbook(words)
    else:
        tiles = [TileLayer(*tile) for tile in asked["tiles"]]
        page = report_page(words, charts(words), text=asked["text"], tiles=tiles, attribution=asked["attribution"])
        made = page.encode()
    sys.stdout.buffer.write(made)
