"""Runs and results as the pages of the desk show them, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from geodata.messages import Lang, Message
from geodata.store.runs import Line, Run
from webmap.planning.report import drawn_data
from webmap.planning.words import Words

#: A run that waits for so long while nobody is at work has no worker; one takes a while to start.
UNATTENDED_S = 15.0
#: Candidates that were not chosen and are listed beside a plan.
MOST_OTHERS = 20


def run_json(run: Run, lang: Lang, tz: ZoneInfo, line: Line | None = None) -> dict[str, Any]:
    """Return how a run stands; ``line`` where it has not ended."""
    progress = run.progress
    return {
        "id": run.id,
        "name": run.name,
        "actor": run.actor,
        "state": run.state,
        "state_text": Message(f"run_state_{run.state}").text(lang),
        "ended": run.ended,
        "stopping": run.cancel and not run.ended,
        "created": run.created_at.astimezone(tz).strftime("%Y-%m-%d %H:%M"),
        "share": 1.0 if run.state == "done" else progress.get("share", 0.0),
        "gap": progress.get("gap"),
        "before": progress.get("before"),
        "after": progress.get("after"),
        "told": told(run, lang, line),
        "repeats": run.repeats,
    }


def told(run: Run, lang: Lang, line: Line | None) -> str:
    """Return in a sentence where a run stands and, where something is wrong, what to do."""
    progress = run.progress
    if run.error is not None:
        return run.error.text(lang)
    if run.state == "running":
        if run.cancel:
            return Message("run_stopping", {"run": run.id}).text(lang)
        if line is not None and line.waited_s > UNATTENDED_S and not line.at_work:
            return Message("desk_worker_gone").text(lang)
        stage = Message(f"plan_stage_{progress.get('stage', 'reading')}").text(lang)
        gap = progress.get("gap")
        return stage if gap is None else Message("plan_stage_gap", {"stage": stage, "gap": f"{gap:.2%}"}).text(lang)
    if run.state == "queued" and line is not None:
        if line.at_work or line.ahead:
            ahead = {"count": line.ahead + line.at_work}
            if line.at_work or line.waited_s <= UNATTENDED_S:
                return Message("desk_waiting", ahead).text(lang)
        if line.waited_s > UNATTENDED_S:
            return Message("desk_no_worker").text(lang)
        return Message("desk_starting").text(lang)
    return ""


def result_json(result: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Return what the map draws of a result, and what stands beside it."""
    words = Words(result, lang)
    answer = result["answer"]
    areas = sorted(result["areas"], key=lambda area: -area["after"]["weight"])
    return {
        "map": drawn_data(words, {"map": "", "tiles": []}),
        "name": result["scenario"]["name"],
        "scenario": result["scenario"],
        "lead": words.lead(),
        "proof": words.proof(),
        "gap": answer["gap"],
        "status": answer["status"],
        "before": result["before"]["share"],
        "after": result["after"]["share"],
        "numbers": words.numbers(),
        "chosen": [_row(words, site) for site in result["sites"] if site["role"] == "new"],
        "closed": [site["name"] for site in result["sites"] if site["role"] == "closed"],
        "others": [_row(words, site) for site in result["others"][:MOST_OTHERS]],
        "others_total": result["others_total"],
        "areas": [
            [words.area(area), area["before"]["share"], area["after"]["share"]]
            for area in (areas if len(areas) > 1 else [])
        ],
        "hours": [
            [hour["weight"], hour["covered_before"], hour["covered_after"]]
            for hour in (result["hours"] if result["tells_hours"] else [])
        ],
        "curve": [
            {"sites": point["sites"], "budget": point["budget"], "share": point["share"], "bound": point["share_bound"]}
            for point in result["curve"]
        ],
        "next": words.next_gain(),
        "notes": words.notes(),
        "inputs": words.inputs(),
    }


def _row(words: Words, site: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": site["code"],
        "name": site["name"],
        "lon": site["lon"],
        "lat": site["lat"],
        "host": site["host"],
        "address": site["address"],
        "hours": words.hours(site),
        "cost": words.amount(site["cost"]) if site["cost"] is not None else "",
        "lost": words.amount(site["lost_without"]),
        "alone": words.amount(site["alone"]),
        "checks": words.checks(site),
    }
