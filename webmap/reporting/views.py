"""The routes of the form, which works without scripts, and the address to which scripts send the same."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from geodata.errors import InputError, NotFoundError, StationmapError, StoreBusyError, StoreUnavailableError
from geodata.messages import Message
from geodata.store import BatchInfo
from geodata.store.reporting import KINDS
from webmap.api.answers import JSON, json_bytes
from webmap.context import context
from webmap.errors import RETRY_AFTER_S, TooManyRequestsError, status_of
from webmap.limits import ClientLimits
from webmap.origin import require_same_origin
from webmap.pages.language import localised, only_offered_languages, page_language
from webmap.pages.site import MAP_SCRIPT, pages
from webmap.reporting.forms import HONEYPOT, TEXT_LENGTH, Draft, checked, new_token, nonce_of
from webmap.reporting.photos import drop_photo, keep_photo
from webmap.storing import worker_store

blueprint = Blueprint("reporting", __name__)

#: What the rest of a form takes beside its photo, in bytes.
_FORM_BYTES = 100_000


@blueprint.get("/s/<code>/report", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/s/<code>/report")
def form(lang: str, code: str) -> BaseResponse:
    """Show the form to report a problem with a place."""
    if other := only_offered_languages():
        return other
    current = _canonical(code)
    if current != code:
        return redirect(localised(f"/s/{current}/report", page_language()))
    return _shown(current, Draft())


@blueprint.post("/s/<code>/report", defaults={"lang": "zh"}, endpoint="send")
@blueprint.post("/<any(en):lang>/s/<code>/report", endpoint="send")
def send(lang: str, code: str) -> BaseResponse:
    """Keep what the form says, or show it again with all that was filled in."""
    require_same_origin()
    current = _canonical(code)
    _allow_photo()
    draft = Draft.of(request.form)
    try:
        _keep(current, draft)
    except (StoreUnavailableError, StoreBusyError) as error:
        message = Message("report_not_saved") if error.code != "secret_missing" else error.message
        return _shown(current, draft, message, 503)
    except (InputError, TooManyRequestsError) as error:
        return _shown(current, draft, error.message, status_of(error))
    return _page(render_template("reporting/thanks.html", place=_place(current)["properties"]), 200)


@blueprint.post("/api/v1/sites/<code>/reports")
def report(code: str) -> Response:
    """Keep what a script sends: the fields of the form as JSON, or as multipart with a photo."""
    require_same_origin()
    current = _canonical(code)
    _allow_photo()
    given: Any = request.get_json() if request.is_json else request.form
    _keep(current, Draft.of(given if isinstance(given, dict) or not request.is_json else {}))
    response = Response(json_bytes({"state": "open"}), 201, content_type=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def _keep(code: str, draft: Draft) -> None:
    """Keep a report, or raise what is wrong with it.

    Raises
    ------
    ValueUnusableError, PhotoError
        If it cannot be used.
    TooManyRequestsError
        If the client sends too many.
    StoreUnavailableError, StoreBusyError
        If it cannot be kept now.
    """
    parts = context()
    limits: ClientLimits | None = current_app.extensions["stationmap.report_limits"]
    if limits is not None:
        limits.check(request.environ.get("REMOTE_ADDR", ""))
    if draft.trapped:
        return  # a program that fills in whatever there is; it is told that all went well
    nonce = nonce_of(draft, code)
    told = replace(checked(draft, parts.vocabulary, _place(code)), nonce=nonce)
    store = worker_store()
    told = replace(told, site_id=store.site(code).id)
    file = request.files.get("photo")
    if file is not None and file.filename:
        told = replace(told, photo=keep_photo(parts.settings, file.stream))
    try:
        with store.write(BatchInfo("report", "public")) as writer:
            kept = writer.add_report(told)
    except StationmapError:
        drop_photo(parts.settings, told.photo)
        raise
    with suppress(StoreUnavailableError, StoreBusyError):  # the report is kept, whatever becomes of this question
        if store.report(kept).told.photo != told.photo:
            drop_photo(parts.settings, told.photo)  # the same form a second time


def _allow_photo() -> None:
    """Let this request be as large as a photo, before its body is read."""
    request.max_content_length = context().settings.reports.photo_bytes + _FORM_BYTES


def _canonical(code: str) -> str:
    current = context().index.canonical(code.upper())
    if current is None:
        raise NotFoundError("site_unknown", site=code[:40])
    return current


def _place(code: str) -> dict[str, Any]:
    return context().index.detail(code, context().now())


def _shown(code: str, draft: Draft, message: Message | None = None, status: int = 200) -> Response:
    """Show the form, filled in with a draft, with a fresh token."""
    lang = page_language()
    place = _place(code)
    facilities = [
        (term.code, term.zh if lang == "zh" else term.en) for term in context().vocabulary.facilities.values()
    ]
    text = render_template(
        "reporting/form.html",
        place=place["properties"],
        kinds=[(kind, Message(f"report_kind_{kind}").text(lang)) for kind in KINDS],
        facilities=facilities,
        draft=draft,
        message=message.text(lang) if message else "",
        token=new_token(code) if _has_secret() else "",
        honeypot=HONEYPOT,
        text_length=TEXT_LENGTH,
        config={
            "send": f"/api/v1/sites/{code}/reports?lang={lang}",
            "map": pin_map(),
            "at": place["geometry"] and place["geometry"]["coordinates"],
        },
    )
    response = _page(text, status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def pin_map() -> dict[str, Any]:
    """Return what a script needs to put the map into a page when it is wanted."""
    shared = pages()
    composed = shared.composed
    return {"element": composed.element, "map": composed.names["map"], "script": shared.assets.url(MAP_SCRIPT)}


def _has_secret() -> bool:
    return bool(context().settings.staff.secret_key.get_secret_value())


def _page(text: str, status: int) -> Response:
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"  # the token is one form's own
    return response
