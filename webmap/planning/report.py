"""A plan as one stand-alone page: what a planner puts before the board. It opens without a network."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader

from webmap.maps import compose
from webmap.paths import static_folder, templates_folder
from webmap.planning.words import Words
from webmap.settings import TileLayer
from webmap.standalone import inert_json, script_hashes, vendored

COLOURS = {"before": "#4a5561", "after": "#0b57d0", "need": "#b3261e"}
#: Candidates that the page lists; beyond, it says how many there are.
MAX_OTHERS = 100


def report_page(
    words: Words,
    drawn: Mapping[str, tuple[bytes, bytes]],
    *,
    text: str,
    tiles: Sequence[TileLayer],
    attribution: str,
) -> str:
    """Return the page, with every script, style and chart inside.

    Parameters
    ----------
    words : Words
        The result in the page's language.
    drawn : mapping
        Charts as :func:`webmap.planning.charts.charts` draws them.
    text : str
        The scenario as it was written; empty to leave it out.
    tiles : sequence of TileLayer
        Base map, asked for only when somebody ticks it.
    attribution : str
        Of the base map, as HTML.
    """
    result = words.result
    composed = compose(tiles, attribution, clustered=False, base_shown=False)
    scripts = [*(vendored(name) for name in composed.scripts), composed.script]
    behaviour = (static_folder() / "standalone" / "plan.js").read_text(encoding="utf-8")
    chosen = [site for site in result["sites"] if site["role"] == "new"]
    costs = [site["cost"] for site in chosen]
    others = result["others"]
    cut = ""
    if result["others_total"] > MAX_OTHERS:
        cut = words.text("plan_others_cut", total=result["others_total"], shown=MAX_OTHERS)
    environment = Environment(loader=FileSystemLoader(templates_folder()), autoescape=True)
    return environment.get_template("plan_report.html").render(
        lang="zh-CN" if words.lang == "zh" else "en",
        t=words.text,
        name=result["scenario"]["name"],
        note=result["scenario"]["note"],
        lead=words.lead(),
        numbers=words.numbers(),
        layers=_layers(words, tiles),
        chosen=[_row(words, site) for site in chosen],
        total_cost=words.amount(sum(costs)) if costs and None not in costs else "",
        closed=[site for site in result["sites"] if site["role"] == "closed"],
        others=[_row(words, site) for site in others[:MAX_OTHERS]],
        others_cut=cut,
        charts=[_chart(words, name, svg) for name, (svg, _) in drawn.items()],
        notes=words.notes(),
        inputs=words.inputs(),
        text=text,
        element=composed.element,
        styles=[vendored(name) for name in composed.styles],
        scripts=scripts,
        data=inert_json(drawn_data(words, composed.names)),
        behaviour=behaviour,
        script_hashes=script_hashes((*scripts, behaviour)),
    )


def _layers(words: Words, tiles: Sequence[TileLayer]) -> list[dict[str, Any]]:
    """Return the layers that can be ticked, in the order of their boxes."""
    rows: list[tuple[str, str, str, bool]] = [
        ("after", COLOURS["after"], "", True),
        ("before", COLOURS["before"], "", True),
        ("need-after", COLOURS["need"], "square", True),
        ("need-before", COLOURS["need"], "square", False),
        ("reach-after", COLOURS["after"], "line", True),
        ("reach-before", COLOURS["before"], "line", False),
    ]
    if words.result["others"]:
        rows.append(("others", "#ffffff", "", False))
    if tiles:
        rows.append(("base", "", "", False))
    return [
        {
            "name": name,
            "label": words.text("plan_layer_" + name.replace("-", "_"), minutes=words.limit),
            "colour": colour,
            "shape": shape,
            "shown": shown,
        }
        for name, colour, shape, shown in rows
    ]


def _row(words: Words, site: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": site["name"],
        "address": site["address"],
        "host": site["host"],
        "hours": words.hours(site),
        "cost": words.amount(site["cost"]),
        "nearest": words.amount(site["nearest"]),
        "lost": words.amount(site["lost_without"]),
        "alone": words.amount(site["alone"]),
        "checks": ("、" if words.lang == "zh" else ", ").join(words.checks(site)),
    }


def _chart(words: Words, name: str, svg: bytes) -> dict[str, str]:
    result = words.result
    title = f"plan_{name}"
    text = ""
    if name == "curve":
        if result["curve"][0]["budget"] is not None:
            title = "plan_curve_budget"
        text = words.next_gain() or ""
    elif name == "hours":
        text = words.text("plan_hours_text", day=result["day"])
    return {"title": words.text(title), "text": text, "svg": base64.b64encode(svg).decode()}


def drawn_data(words: Words, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a map draws of a result; ``names`` are those of the composed map's variables."""
    result = words.result
    cells = [
        {
            "lon": cell["lon"],
            "lat": cell["lat"],
            "before": cell["unserved_before"],
            "after": cell["unserved_after"],
            "lines": [
                f"{words.text('plan_column_demand')} {words.amount(cell['weight'])}",
                f"{words.text('plan_layer_need_before')} {words.amount(cell['unserved_before'])}",
                f"{words.text('plan_layer_need_after')} {words.amount(cell['unserved_after'])}",
            ],
        }
        for cell in result["cells"]
        if cell["unserved_before"] > 0 or cell["unserved_after"] > 0
    ]
    return {
        "map": names["map"],
        "tiles": names["tiles"],
        "sites": [_drawn(words, site, number) for number, site in enumerate([*result["sites"], *result["others"]], 1)],
        "cells": cells,
        "cell_size": result["cell_size"],
        "most": max([1e-9, *(cell["before"] for cell in cells), *(cell["after"] for cell in cells)]),
        "reach": result["reach"],
        "streets": result["streets"],
        "outline": result["outline"],
        "colours": COLOURS,
    }


def _drawn(words: Words, site: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return a site for the map; new ones come first, so that their numbers are those of the table."""
    lines = [words.text(f"plan_role_{site['role']}"), site["host"], site["address"], words.hours(site)]
    if site["role"] == "new":
        lines.append(f"{words.text('plan_column_lost')} {words.amount(site['lost_without'])}")
    elif site["role"] == "candidate":
        lines.append(f"{words.text('plan_column_alone')} {words.amount(site['alone'])}")
    return {
        "name": site["name"],
        "role": site["role"],
        "lines": [line for line in lines if line],
        "lon": site["lon"],
        "lat": site["lat"],
        "number": number,
    }
