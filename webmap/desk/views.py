"""The pages of the desk, and the files of a run."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from geodata.store import runs
from webmap.context import context, request_language
from webmap.desk.choices import choices_of
from webmap.desk.endpoints import PREFIX, result_of_run
from webmap.desk.exporting import FILES, exported
from webmap.desk.texts import texts
from webmap.pages.language import TAGS, localised, only_offered_languages, page_language
from webmap.pages.site import MAP_SCRIPT, SECOND_MAP_SCRIPT, attribution, pages
from webmap.staff import staff_required
from webmap.storing import worker_store

blueprint = Blueprint("desk", __name__)


@blueprint.before_request
def _languages() -> BaseResponse | None:
    return None if request.endpoint == "desk.file" else only_offered_languages()


@blueprint.get("/plan", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/plan")
@staff_required
def desk(lang: str) -> str:
    """Show the desk: the gap, the form, the runs."""
    choices = choices_of(worker_store()).to_json(page_language())
    config = _config() | {"choices": choices, "workers": context().settings.jobs.plan_workers}
    return render_template("planning/desk.html", config=config, has_demand=choices["first"] is not None)


@blueprint.get("/plan/compare", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/plan/compare")
@staff_required
def compare(lang: str) -> str:
    """Show two runs side by side; the address names them as ``a`` and ``b``."""
    numbers = [request.args.get(name, type=int) for name in ("a", "b")]
    done = [run for run in runs.listed(worker_store(), limit=200) if run.state == "done"]
    config = _config() | {
        "runs": [{"id": run.id, "name": run.name} for run in done],
        "chosen": _two(numbers, [run.id for run in done]),
    }
    return render_template("planning/compare.html", config=config, enough=len(done) > 1)


@blueprint.get("/plan/runs/<int:number>/<name>", endpoint="file")
@staff_required
def file(number: int, name: str) -> Response:
    """Send a file of a run, to be kept."""
    if name not in FILES:
        abort(404)
    run, base = runs.status(worker_store(), number), context().settings.base_map
    made = exported(
        name,
        result_of_run(number),
        lang=request_language(),
        text=run.scenario,
        tiles=base.layers,
        attribution=attribution(base),
    )
    response = Response(made, content_type=FILES[name])
    stem, _, ending = name.partition(".")
    full = quote(f"{run.name}-{number}-{stem}.{ending}")
    response.headers["Content-Disposition"] = f"attachment; filename=\"plan-{number}-{name}\"; filename*=UTF-8''{full}"
    return response


def _two(numbers: list[int | None], known: list[int]) -> list[int]:
    """Return the two runs to compare: those that were asked for, else the latest ones, the older one first."""
    rest = [number for number in known if number not in numbers]
    found = [number if number in known else None for number in numbers]
    for at in (1, 0):
        if found[at] is None and rest:
            found[at] = rest.pop(0)
    return [number for number in found if number is not None]


def _config() -> dict[str, object]:
    """Return what the scripts of both pages need."""
    lang = page_language()
    shared = pages()
    return {
        "lang": lang,
        "locale": TAGS[lang],
        "api": PREFIX,
        "files": "/plan/runs",
        "desk": localised("/plan", lang),
        "compare": localised("/plan/compare", lang),
        "texts": texts(),
        "maps": [
            {
                "element": one.element,
                "map": one.names["map"],
                "tiles": one.names["tiles"],
                "script": shared.assets.url(name),
            }
            for one, name in ((shared.composed, MAP_SCRIPT), (shared.second, SECOND_MAP_SCRIPT))
        ],
    }
