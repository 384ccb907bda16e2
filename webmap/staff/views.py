"""Login, logout and the start page of staff."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from geodata.errors import StoreError
from geodata.messages import Message
from geodata.store import BatchInfo
from geodata.store.reporting import OPEN
from webmap.limits import ClientLimits
from webmap.origin import require_same_origin
from webmap.pages.language import only_offered_languages, page_language
from webmap.staff.guard import current_user, safe_next, staff_required
from webmap.staff.passwords import password_fits
from webmap.staff.sessions import begin_session, end_session
from webmap.storing import worker_store

log = logging.getLogger(__name__)

blueprint = Blueprint("staff", __name__)
blueprint.before_request(only_offered_languages)


@blueprint.get("/login", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/login")
def login(lang: str) -> BaseResponse:
    """Show the form to log in; who is logged in goes on."""
    wanted = safe_next(request.args.get("next"))
    if current_user() is not None:
        return redirect(wanted, 303)
    return _form(wanted)


@blueprint.post("/login", defaults={"lang": "zh"}, endpoint="enter")
@blueprint.post("/<any(en):lang>/login", endpoint="enter")
def enter(lang: str) -> BaseResponse:
    """Log in."""
    require_same_origin()
    limits: ClientLimits | None = current_app.extensions["stationmap.login_limits"]
    if limits is not None:
        limits.check(request.environ.get("REMOTE_ADDR", ""))
    wanted = safe_next(request.form.get("next"))
    name, password = request.form.get("name", ""), request.form.get("password", "")
    user = worker_store().user(name)
    # Always checked, also for nobody: the time of the answer must not tell which names there are.
    fits = password_fits(None if user is None else user.password_hash, password)
    if user is None or not fits or user.disabled_at is not None:
        log.warning("a login failed")
        return _form(wanted, name=name, message=Message("login_wrong").text(page_language()), status=401)
    response = Response(status=303)
    response.location = wanted
    response.headers["Cache-Control"] = "private, no-store"
    begin_session(response, user)
    return response


@blueprint.post("/logout", defaults={"lang": "zh"})
@blueprint.post("/<any(en):lang>/logout")
@staff_required
def logout(lang: str) -> BaseResponse:
    """Log out: every login of the account ends, so that no copy of a cookie opens anything.

    While the store takes no changes, only this browser forgets its login; the others end by their age.
    """
    response = Response(status=303)
    response.location = url_for("staff.login", lang=page_language())
    user = current_user()
    if user is not None:
        try:
            with worker_store().write(BatchInfo("user", user.name)) as writer:
                writer.end_logins(user.name)
        except StoreError as error:
            log.warning("the logins of an account could not be ended: %s", error)
    end_session(response)
    return response


@blueprint.get("/staff", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/staff")
@staff_required
def start(lang: str) -> str:
    """Show what there is to do."""
    return render_template("staff/start.html", waiting=len(worker_store().reports(states=[OPEN])))


def _form(wanted: str, *, name: str = "", message: str = "", status: int = 200) -> Response:
    text = render_template("staff/login.html", wanted=wanted, name=name, message=message)
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    return response
