"""The charts of a plan, drawn by matplotlib without its global state, as SVG and PNG."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.ticker import MaxNLocator, PercentFormatter

from geodata.messages import Message
from webmap.planning.words import Words

log = logging.getLogger(__name__)

#: Fonts with Chinese characters, the best known first.
FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
)
DEMAND, BEFORE, AFTER, INK = "#d5dade", "#4a5561", "#0b57d0", "#1d2733"
MAX_AREAS = 20


@cache
def font_family() -> tuple[str, ...]:
    """Return the fonts to draw with; the log tells if none has Chinese characters."""
    known = {font.name for font in fontManager.ttflist}
    found = [name for name in FONTS if name in known]
    if not found:
        log.warning("%s", Message("plan_no_font").text("en"))
    return (*found, "DejaVu Sans")


def charts(words: Words) -> dict[str, tuple[bytes, bytes]]:
    """Return the charts that a result gives cause for: name → SVG and PNG."""
    result = words.result
    drawn: dict[str, tuple[bytes, bytes]] = {}
    style: Any = {
        "font.family": list(font_family()),
        "svg.hashsalt": "stationmap",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": INK,
        "text.color": INK,
        "axes.unicode_minus": False,
        "text.parse_math": False,  # a name may hold a dollar sign
    }
    with mpl.rc_context(style):
        if len(result["curve"]) > 1:
            drawn["curve"] = _drawn(lambda axes: _curve(axes, words), 7.2, 3.8)
        if result["tells_hours"] or result["hours"][3]["open_before"] != result["hours"][12]["open_before"]:
            drawn["hours"] = _drawn(lambda axes: _hours(axes, words), 7.2, 3.4)
        if len(result["areas"]) > 1:
            rows = min(MAX_AREAS, len(result["areas"]))
            drawn["areas"] = _drawn(lambda axes: _areas(axes, words), 7.2, 1.4 + 0.38 * rows)
    return drawn


def _drawn(draw: Callable[[Axes], None], width: float, height: float) -> tuple[bytes, bytes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    draw(figure.add_subplot())
    made = []
    # no date and no version inside: the same result gives the same file
    for kind, about in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
        stream = io.BytesIO()
        figure.savefig(stream, format=kind, dpi=160, metadata=about)
        made.append(stream.getvalue())
    return made[0], made[1]


def _curve(axes: Axes, words: Words) -> None:
    """Draw coverage against the number of sites or the budget, with the proven bound and this plan."""
    curve: list[Mapping[str, Any]] = words.result["curve"]
    by_budget = curve[0]["budget"] is not None
    x = [point["budget"] if by_budget else point["sites"] for point in curve]
    y = [point["share"] for point in curve]
    start = words.result["before"]["share"]
    bound = [point["share_bound"] for point in curve]
    if all(value is not None for value in bound) and any(
        value > share + 1e-6 for value, share in zip(bound, y, strict=True)
    ):
        axes.fill_between(x, y, bound, color=AFTER, alpha=0.15, label=words.text("plan_curve_upper"), linewidth=0)
    axes.axhline(start, color=BEFORE, linewidth=1, linestyle="--")
    axes.annotate(
        f"{words.text('plan_before')} {words.share(start)}",
        (1, start),
        xycoords=("axes fraction", "data"),
        ha="right",
        va="bottom",
        color=BEFORE,
    )
    axes.plot(x, y, color=AFTER, marker="o", markersize=4)
    question = words.result["scenario"]["problem"]
    own = question["budget"] if by_budget else words.result["answer"]["chosen"]
    after = words.result["after"]["share"]
    axes.plot([own], [after], marker="o", markersize=10, color=AFTER, markerfacecolor="white", markeredgewidth=2)
    axes.annotate(
        f"{words.text('plan_curve_chosen')} {words.share(after)}",
        (own, after),
        textcoords="offset points",
        xytext=(8, -14),
        fontweight="bold",
    )
    axes.set_xlabel(words.text("plan_column_budget" if by_budget else "plan_column_sites"))
    axes.set_ylabel(words.text("plan_share"))
    axes.set_ylim(0, min(1.0, max([*y, start, *(value or 0 for value in bound)]) * 1.15 + 0.02))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    if by_budget:
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, loc="lower right")


def _hours(axes: Axes, words: Words) -> None:
    """Draw demand and what of it is covered, hour by hour."""
    hours = words.result["hours"]
    x = [hour["hour"] for hour in hours]
    axes.bar(x, [hour["weight"] for hour in hours], width=0.86, color=DEMAND, label=words.text("plan_column_demand"))
    after = [hour["covered_after"] for hour in hours]
    before = [hour["covered_before"] for hour in hours]
    axes.bar(x, after, width=0.86, color=AFTER, label=words.text("plan_after"))
    axes.bar(x, before, width=0.86, color=BEFORE, label=words.text("plan_before"))
    axes.set_xlabel(words.text("plan_column_hour"))
    axes.set_ylabel(words.text("plan_column_demand"))
    axes.set_xticks(range(0, 24, 2))
    axes.set_xlim(-0.6, 23.6)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)


def _areas(axes: Axes, words: Words) -> None:
    """Draw each area's share today and after as two points on a line."""
    areas = sorted(words.result["areas"], key=lambda area: -area["after"]["weight"])[:MAX_AREAS]
    areas.sort(key=lambda area: area["after"]["share"])
    for row, area in enumerate(areas):
        before, after = area["before"]["share"], area["after"]["share"]
        axes.plot([before, after], [row, row], color=AFTER, linewidth=3, alpha=0.35, solid_capstyle="round")
        axes.plot([before], [row], "o", color=BEFORE, markersize=7, label=words.text("plan_before") if not row else "")
        axes.plot([after], [row], "o", color=AFTER, markersize=7, label=words.text("plan_after") if not row else "")
    axes.set_yticks(range(len(areas)), [words.area(area) for area in areas])
    axes.set_ylim(-0.6, len(areas) - 0.4)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel(words.text("plan_share"))
    axes.grid(axis="x", color=DEMAND, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
