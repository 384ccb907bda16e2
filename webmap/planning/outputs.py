"""The files of a plan: result, sites, workbook, charts and report, in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from geodata.errors import InputError
from geodata.messages import Lang
from webmap.planning.charts import charts
from webmap.planning.geojson import sites_geojson
from webmap.planning.report import report_page
from webmap.planning.words import Result, Words
from webmap.planning.workbook import workbook
from webmap.settings import TileLayer


def plan_files(
    result: Result, *, lang: Lang, text: str, tiles: Sequence[TileLayer], attribution: str
) -> dict[str, bytes]:
    """Return the files of a result by name: result, sites, workbook, charts (SVG and PNG) and report.

    Parameters
    ----------
    result : mapping
        As :func:`geodata.siting.result.result_of` makes it.
    lang : {"zh", "en"}
    text : str
        The scenario as it was written.
    tiles, attribution
        Base map, as in :func:`webmap.planning.report.report_page`.
    """
    words = Words(result, lang)
    drawn = charts(words)
    page = report_page(words, drawn, text=text, tiles=tiles, attribution=attribution)
    files = {
        "result.json": _json(result),
        "sites.geojson": _json(sites_geojson(result)),
        "sites.xlsx": workbook(words),
        "report.html": page.encode(),
    }
    for name, (svg, png) in drawn.items():
        files |= {f"{name}.svg": svg, f"{name}.png": png}
    return files


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into a folder, each whole or not at all.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            passing = folder / f".{name}.part"
            passing.write_bytes(content)
            passing.replace(folder / name)
    except OSError as error:
        raise InputError(
            "plan_unwritable", folder=str(folder), reason=error.strerror or "", detail=repr(error)
        ) from error


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
