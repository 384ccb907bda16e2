"""What lets only staff in, and only what their own pages send."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from geodata.errors import StationmapError
from geodata.store import User
from webmap.errors import STATUS, wants_problem
from webmap.origin import require_same_origin
from webmap.pages.language import page_language
from webmap.staff.sessions import Session, present_session

P = ParamSpec("P")

#: Where scripts put the token of :func:`csrf_token`, and the field of forms.
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_NEXT = 2000


class LoginNeededError(StationmapError):
    """What was asked for is for staff alone."""

    def __init__(self) -> None:
        super().__init__("login_needed")


class StaleFormError(StationmapError):
    """A form of staff was not made for the present login."""

    def __init__(self) -> None:
        super().__init__("form_stale")


STATUS[LoginNeededError] = 401
STATUS[StaleFormError] = 403


def staff_required(view: Callable[P, ResponseReturnValue]) -> Callable[P, BaseResponse]:
    """Let only people who are logged in reach a view, and only their own pages change something.

    Others are sent to the login and come back afterwards; programs and scripts get a 401 problem. Requests that change
    something (POST and the like) need the token of :func:`csrf_token` in the field ``csrf_token`` or the header
    ``X-CSRF-Token``, and come from a page of this site. Answers are never kept by anybody.

    Raises
    ------
    LoginNeededError, StaleFormError, ForeignFormError
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> BaseResponse:
        session = login_session()
        if session is None:
            return _to_login()
        if request.method not in _SAFE:
            require_same_origin()
            if not session.owns(request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")):
                raise StaleFormError
        response: Response = current_app.make_response(view(*args, **kwargs))
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


def login_session() -> Session | None:
    """Return the login of the present request, asked for once; ``None`` for everybody else."""
    if "staff_session" not in g:
        g.staff_session = present_session()
    session: Session | None = g.staff_session
    return session


def current_user() -> User | None:
    """Return the account that sends the present request; ``None`` for everybody who is not logged in."""
    session = login_session()
    return None if session is None else session.user


def csrf_token() -> str:
    """Return what forms and scripts of the present login have to send back; empty for everybody else."""
    session = login_session()
    return "" if session is None else session.csrf_token


def safe_next(wanted: str | None) -> str:
    """Return where to go after the login: a page of this site, else the start page of staff."""
    if wanted and len(wanted) <= _LONGEST_NEXT and wanted.isprintable() and "\\" not in wanted:
        parts = urlsplit(wanted)
        if not parts.scheme and not parts.netloc and wanted.startswith("/") and not wanted.startswith("//"):
            return wanted
    return url_for("staff.start", lang=page_language())


def _to_login() -> BaseResponse:
    if wants_problem():
        raise LoginNeededError
    here: dict[str, Any] = {}
    if request.method in _SAFE:
        query = request.query_string.decode("ascii", "ignore")
        here["next"] = request.script_root + request.path + (f"?{query}" if query else "")
    response = redirect(url_for("staff.login", lang=page_language(), **here), 303)
    response.headers["Cache-Control"] = "private, no-store"
    return response
