"""The rows of an import on a map, before they go in: one stand-alone file that fetches nothing but base map tiles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader

from geodata.messages import Message
from webmap.maps import compose
from webmap.paths import static_folder, templates_folder
from webmap.settings import TileLayer
from webmap.standalone import inert_json, script_hashes, vendored

Lang = Literal["zh", "en"]

#: Colours that are told apart without colour vision by their lightness, too.
COLOURS = {
    "created": "#1a7f37",
    "updated": "#0b57d0",
    "unchanged": "#8a94a0",
    "review": "#f2a900",
    "rejected": "#a50e0e",
}
#: Rows that are drawn, and rows that are listed; beyond, the file says how many are left out.
MAX_DRAWN, MAX_LISTED = 50_000, 2_000


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the file: what it is called, where it is in WGS-84, and what becomes of it (a key of ``COLOURS``).

    ``row`` is its number as a person is to read it, ``notes`` what there is to know about it.
    """

    row: str
    name: str
    detail: str
    becomes: str
    lon: float | None = None
    lat: float | None = None
    notes: Sequence[str] = ()


def preview_page(
    rows: Iterable[PreviewRow],
    *,
    file: str,
    lines: Sequence[str],
    lang: Lang,
    tiles: Sequence[TileLayer],
    attribution: str,
) -> str:
    """Return the page, with every script and style inside.

    Texts of the file are data in JSON or escaped by the template; a content security policy lets only the scripts run
    that are in the page from the start.

    Parameters
    ----------
    rows : iterable of PreviewRow
    file : str
        Name of the file that was looked at.
    lines : sequence of str
        What was recognised, for a person.
    lang : {"zh", "en"}
    tiles : sequence of TileLayer
        Base map; empty for none.
    attribution : str
        Of the base map, as HTML.
    """
    every = list(rows)
    located = [row for row in every if row.lon is not None and row.lat is not None]
    listed = [row for row in every if row.lon is None or row.lat is None]
    labels = {becomes: Message(f"preview_{becomes}").text(lang) for becomes in COLOURS}
    composed = compose(tiles, attribution, clustered=False)
    scripts = [*(vendored(name) for name in composed.scripts), composed.script]
    behaviour = (static_folder() / "standalone" / "preview.js").read_text(encoding="utf-8")
    counts = Counter(row.becomes for row in every)
    cut = max(len(located) - MAX_DRAWN, 0) + max(len(listed) - MAX_LISTED, 0)
    shown = {
        "map": composed.names["map"],
        "colours": COLOURS,
        "labels": labels,
        "rows": [_drawn(row) for row in located[:MAX_DRAWN]],
    }
    environment = Environment(loader=FileSystemLoader(templates_folder()), autoescape=True)
    return environment.get_template("preview.html").render(
        lang="zh-CN" if lang == "zh" else "en",
        title=Message("preview_title", {"file": file}).text(lang),
        lines=[*lines, *([Message("preview_cut", {"count": cut}).text(lang)] if cut else [])],
        legend=[
            {"label": labels[becomes], "colour": colour, "count": counts[becomes]}
            for becomes, colour in COLOURS.items()
            if counts[becomes]
        ],
        listed_title=Message("preview_unlocated", {"count": len(listed)}).text(lang),
        listed=[
            {"row": row.row, "name": row.name, "label": labels[row.becomes], "detail": row.detail, "notes": row.notes}
            for row in listed[:MAX_LISTED]
        ],
        element=composed.element,
        styles=[vendored(name) for name in composed.styles],
        scripts=scripts,
        data=inert_json(shown),
        behaviour=behaviour,
        script_hashes=script_hashes((*scripts, behaviour)),
    )


def notes_by_row(issues: Iterable[Any], lang: Lang) -> Mapping[int, list[str]]:
    """Return what a report says about rows, by row."""
    notes: dict[int, list[str]] = defaultdict(list)
    for issue in issues:
        if issue.row is not None:
            notes[issue.row].append(issue.message.text(lang))
    return notes


def _drawn(row: PreviewRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "name": row.name,
        "detail": row.detail,
        "becomes": row.becomes,
        "notes": list(row.notes),
        "lon": row.lon,
        "lat": row.lat,
    }
