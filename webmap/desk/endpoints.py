"""What the scripts of the desk ask for: the gap, runs and their results; for staff alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, abort, current_app, request

from geodata.errors import NotFoundError, ValueUnusableError
from geodata.siting.scenario import Scenario, scenario_of, scenario_toml
from geodata.store import runs
from webmap.context import context, request_language
from webmap.desk.shown import result_json, run_json
from webmap.jobs import Queue, repeat, submit
from webmap.staff import current_user, staff_required
from webmap.storing import worker_store

PREFIX = "/plan/api"
blueprint = Blueprint("desk_api", __name__, url_prefix=PREFIX)

#: Runs that are listed.
MOST_RUNS = 50


@blueprint.post("/gap")
@staff_required
def gap() -> Response:
    """Tell who has no station within reach today, in the area and at the hour of a scenario."""
    from geodata.siting.gap import gap_of  # brings what reads streets

    asked = _body()
    hour = asked.get("hour")
    if hour is not None and (isinstance(hour, bool) or not isinstance(hour, int) or not 0 <= hour <= 23):
        raise ValueUnusableError("scenario_value", key="hour", value=str(hour)[:40], expected="0…23 | null")
    parts = context()
    found = gap_of(worker_store(), _scenario(asked), tz=parts.settings.place.tz, today=parts.now().date())
    return _json(found.shown(hour))


@blueprint.get("/runs", endpoint="runs")
@staff_required
def listed() -> Response:
    """List the latest runs."""
    return _json({"runs": [_run(run) for run in runs.listed(worker_store(), limit=MOST_RUNS)]})


@blueprint.post("/runs", endpoint="submit")
@staff_required
def ask() -> Response:
    """Queue a run of a scenario, or of an earlier run once more."""
    asked, user = _body(), current_user()
    if user is None:
        abort(401)
    store, queue = worker_store(), _queue()
    again = asked.get("repeats")
    if isinstance(again, int) and not isinstance(again, bool):
        run_id = repeat(store, queue, again, user.name)
    else:
        run_id = submit(store, queue, scenario_toml(_scenario(asked)), user.name)
    return _json(_told(run_id), 201)


@blueprint.get("/runs/<int:number>", endpoint="run")
@staff_required
def status(number: int) -> Response:
    """Tell how a run stands."""
    return _json(_told(number))


@blueprint.post("/runs/<int:number>/cancel", endpoint="cancel")
@staff_required
def cancel(number: int) -> Response:
    """Stop a run; one that is under way gives its best so far."""
    runs.cancel(worker_store(), number)
    return _json(_told(number))


@blueprint.get("/runs/<int:number>/result", endpoint="result")
@staff_required
def result(number: int) -> Response:
    """Tell what came out of a run."""
    return _json(result_json(result_of_run(number), request_language()))


def result_of_run(number: int) -> dict[str, Any]:
    """Return the result of a run.

    Raises
    ------
    NotFoundError
        If there is no such run, or it has no result.
    """
    store = worker_store()
    found = runs.result(store, number)
    if found is None:
        raise NotFoundError("desk_no_result", run=number)
    return found


def _told(number: int) -> dict[str, Any]:
    return _run(runs.status(worker_store(), number))


def _run(run: runs.Run) -> dict[str, Any]:
    settings = context().settings
    line = None
    if not run.ended:
        line = runs.in_line(worker_store(), run.id, silent_s=settings.jobs.worker_silence)
    return run_json(run, request_language(), settings.place.tz, line)


def _body() -> Mapping[str, Any]:
    content = request.get_json(silent=True)
    if not isinstance(content, dict):
        raise ValueUnusableError("scenario_value", key="body", value="", expected="JSON")
    return content


def _scenario(asked: Mapping[str, Any]) -> Scenario:
    return scenario_of(asked.get("scenario"))


def _queue() -> Queue:
    queue: Queue = current_app.extensions["stationmap.queue"]
    return queue


def _json(content: Any, code: int = 200) -> Response:
    return Response(orjson.dumps(content), code, content_type="application/json")
