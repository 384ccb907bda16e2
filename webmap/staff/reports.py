"""The pages on which staff look at reports and put places right."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from geodata.errors import ConflictError, InputError, StationmapError, ValueUnusableError
from geodata.messages import Message
from geodata.reports import SiteEdit, close_report, suggested_edit
from geodata.sites import Closure, StoredSite
from geodata.store import Report
from geodata.store.reporting import ENDS, OPEN
from webmap.context import context
from webmap.errors import status_of
from webmap.pages.language import only_offered_languages, page_language
from webmap.reporting.photos import photo_folder
from webmap.reporting.views import pin_map
from webmap.staff.guard import current_user, staff_required
from webmap.storing import worker_store

blueprint = Blueprint("reports", __name__)
blueprint.before_request(only_offered_languages)

#: Reports on one page.
MOST_LISTED = 200
VALUES = ("yes", "limited", "no", "unknown")


@blueprint.get("/staff/reports", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/staff/reports")
@staff_required
def listed(lang: str) -> str:
    """List what waits for a decision, or what was decided."""
    done = request.args.get("state") == "done"
    found = worker_store().reports(states=ENDS if done else [OPEN])
    shown = [_told(report) for report in found[:MOST_LISTED]]
    return render_template("staff/reports.html", reports=shown, done=done, more=len(found) - len(shown))


@blueprint.get("/staff/reports/<int:number>", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/staff/reports/<int:number>")
@staff_required
def detail(lang: str, number: int) -> Response:
    """Show one report beside what the map says."""
    return _detail(worker_store().report(number))


@blueprint.post("/staff/reports/<int:number>", defaults={"lang": "zh"}, endpoint="decide")
@blueprint.post("/<any(en):lang>/staff/reports/<int:number>", endpoint="decide")
@staff_required
def decide(lang: str, number: int) -> BaseResponse:
    """End a report: with a change of the place, as checked, or as refused."""
    store = worker_store()
    report = store.report(number)
    user = current_user()
    state = request.form.get("state", "")
    if state not in ENDS or user is None:
        abort(400)
    try:
        edit = _edit() if state == "applied" else None
        if state == "applied" and not edit:
            raise ValueUnusableError("report_edit_empty")
        version = request.form.get("version", type=int) or 0
        note = request.form.get("note", "").strip()[:1000]
        close_report(store, report, state, user.name, _today(), edit=edit, version=version, note=note)
    except (ConflictError, InputError) as error:
        return _detail(store.report(number), error)
    return redirect(url_for("reports.listed", lang=page_language()), 303)


@blueprint.get("/staff/reports/<int:number>/photo")
@staff_required
def photo(number: int) -> Response:
    """Send the photo of a report, to staff alone."""
    name = worker_store().report(number).told.photo
    path = photo_folder(context().settings) / name
    if not name or not path.is_file():
        abort(404)
    response = Response(path.read_bytes(), content_type="image/jpeg")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _today() -> date:
    return context().now().date()


def _told(report: Report) -> dict[str, Any]:
    """Return a report as the pages show it."""
    parts, lang = context(), page_language()
    index, told = parts.index, report.told
    row = index.canonical(report.site)
    place = index.detail(row, parts.now())["properties"] if row else {"name": report.site}
    term = parts.vocabulary.facilities.get(told.facility or "")
    tz = parts.settings.place.tz
    return {
        "id": report.id,
        "site": report.site,
        "name": place["name"],
        "kind": Message(f"report_kind_{told.kind}").text(lang),
        "state": Message(f"report_state_{report.state}").text(lang),
        "is_open": report.state == OPEN,
        "text": told.text,
        "facility": "" if term is None else term.zh if lang == "zh" else term.en,
        "value": _value_name(told.value),
        "hours": told.hours,
        "pin": None if told.lon is None else (told.lon, told.lat),
        "photo": bool(told.photo),
        "created": report.created_at.astimezone(tz).strftime("%Y-%m-%d %H:%M"),
        "closed": report.closed_at and report.closed_at.astimezone(tz).strftime("%Y-%m-%d %H:%M"),
        "closed_by": report.closed_by,
        "note": report.note,
    }


def _value_name(value: str | None) -> str:
    term = context().vocabulary.values.get(value or "")
    return "" if term is None else term.zh if page_language() == "zh" else term.en


def _detail(report: Report, error: StationmapError | None = None) -> Response:
    parts, lang = context(), page_language()
    stored = worker_store().site(report.site)
    facilities = [(term.code, term.zh if lang == "zh" else term.en) for term in parts.vocabulary.facilities.values()]
    text = render_template(
        "staff/report.html",
        report=_told(report),
        place=stored,
        place_facts=_facts(stored),
        facilities=facilities,
        values=[(value, _value_name(value)) for value in VALUES],
        filled=_filled(report, error),
        message="" if error is None else error.message.text(lang),
        config={
            "map": pin_map(),
            "at": stored.site.position and [stored.site.position.lon, stored.site.position.lat],
            "pin": [report.told.lon, report.told.lat] if report.told.lon is not None else None,
        },
    )
    return Response(text, 200 if error is None else status_of(error), content_type="text/html; charset=utf-8")


def _facts(stored: StoredSite) -> dict[str, Any]:
    site = stored.site
    return {
        "address": site.address,
        "hours": site.hours.text or site.hours.osm or "",
        "closures": site.closures,
        "verified_on": site.verified_on,
    }


def _filled(report: Report, error: StationmapError | None) -> dict[str, str]:
    """Return what stands in the form: what staff wrote before an error, else what the report suggests."""
    names = ("hours", "facility", "value", "lon", "lat", "closed_from", "closed_to", "closed_reason", "note")
    if error is not None:
        return {name: request.form.get(name, "") for name in names}
    edit = suggested_edit(report.told, _today())
    filled = dict.fromkeys(names, "")
    filled["hours"] = edit.hours or ""
    for code, value in edit.facilities.items():
        filled |= {"facility": code, "value": value}
    if edit.position is not None:
        filled |= {"lon": str(edit.position[0]), "lat": str(edit.position[1])}
    if edit.closure is not None and edit.closure.start is not None:
        filled |= {"closed_from": edit.closure.start.isoformat(), "closed_reason": edit.closure.reason}
    return filled


def _edit() -> SiteEdit:
    """Return what the form says to change.

    Raises
    ------
    ValueUnusableError
        If a value cannot be used.
    """
    given = {name: value.strip() for name, value in request.form.items()}
    facility, value = given.get("facility", ""), given.get("value", "")
    if facility and (facility not in context().vocabulary.facilities or value not in VALUES):
        raise ValueUnusableError("report_facility_unusable", value=facility[:40])
    return SiteEdit(
        hours=given.get("hours") or None,
        facilities={facility: value} if facility else {},
        position=_position(given.get("lon", ""), given.get("lat", "")),
        closure=_closure(given),
    )


def _position(lon: str, lat: str) -> tuple[float, float] | None:
    if not lon and not lat:
        return None
    try:
        position = float(lon), float(lat)
    except ValueError:
        position = 999.0, 999.0
    if not (-180 <= position[0] <= 180 and -90 <= position[1] <= 90):
        raise ValueUnusableError("degrees_unusable", value=f"{lon}, {lat}"[:80])
    return position


def _closure(given: dict[str, str]) -> Closure | None:
    start, end = _day(given.get("closed_from", "")), _day(given.get("closed_to", ""))
    if start is None and end is None:
        return None
    if start is not None and end is not None and end < start:
        raise ValueUnusableError("closure_backwards", start=start.isoformat(), end=end.isoformat())
    return Closure(start, end, given.get("closed_reason", "")[:200])


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueUnusableError("day_unusable", value=text[:40]) from None
