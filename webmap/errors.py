"""What a client is told when something goes wrong: RFC 9457 problem details under ``/api``, small pages elsewhere."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, current_app, render_template, request
from flask_babel import force_locale
from jinja2 import TemplateError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from geodata import errors
from geodata.messages import Message
from webmap.context import request_language
from webmap.privacy import describe_exception

log = logging.getLogger(__name__)

#: The status code of each class of the domain's errors; a class that is not here has that of its nearest base.
STATUS: dict[type[errors.StationmapError], int] = {
    errors.StationmapError: 500,
    errors.InputError: 400,
    errors.SettingsError: 500,
    errors.NotFoundError: 404,
    errors.ConflictError: 412,
    errors.StoreError: 500,
    errors.StoreUnavailableError: 503,
    errors.StoreBusyError: 503,
    errors.StoreSchemaError: 503,
}

#: Seconds after which a client may try again when the service is not available.
RETRY_AFTER_S = 5

_HTTP_MESSAGES = {404: "page_missing", 405: "method_wrong", 413: "body_too_large"}


@dataclass(frozen=True, slots=True)
class ParameterProblem:
    """One parameter that cannot be used."""

    name: str
    value: str | None
    expected: str
    message: Message

    def to_json(self) -> dict[str, Any]:
        """Return it as an entry of a problem's ``errors``."""
        return {"name": self.name, "value": self.value, "expected": self.expected, "message": self.message.texts()}


class BadParametersError(errors.ParameterError):
    """A request has parameters that cannot be used; ``problems`` has one entry for each."""

    def __init__(self, problems: Sequence[ParameterProblem]) -> None:
        if len(problems) == 1:
            super().__init__(problems[0].message.code, **problems[0].message.params)
        else:
            names = ", ".join(problem.name for problem in problems)
            super().__init__("request_parameters", count=len(problems), names=names)
        self.problems = tuple(problems)


class TooManyRequestsError(errors.StationmapError):
    """A client asks for more than its share; it may go on after ``retry_after_s`` seconds."""

    def __init__(self, amount: int, span_s: int, *, retry_after_s: int) -> None:
        super().__init__("too_many_requests", amount=amount, span=span_s, wait=retry_after_s)
        self.retry_after_s = retry_after_s


STATUS[TooManyRequestsError] = 429


def status_of(error: errors.StationmapError) -> int:
    """Return the HTTP status code for ``error``."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def register_error_handlers(app: Flask) -> None:
    """Make ``app`` answer every error in the forms of this module."""
    app.register_error_handler(errors.StationmapError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected_error)


def _domain_error(error: errors.StationmapError) -> Response:
    status = status_of(error)
    if status == 500:
        return _unexpected_error(error)
    if status == 503:
        log.warning("answered 503: %s", describe_exception(error))
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooManyRequestsError) else None
    return _answer(status, error.message, problems=_problems(error), headers=headers)


def _problems(error: errors.StationmapError) -> Sequence[ParameterProblem]:
    """Return an entry for each parameter that is to blame, also where the index found the one at fault."""
    if isinstance(error, BadParametersError):
        return error.problems
    if isinstance(error, errors.ParameterError):
        given = error.message.params
        return [ParameterProblem(given["name"], str(given["value"]), str(given["expected"]), error.message)]
    return ()


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # redirects are exceptions, too
        return current_app.make_response(error.get_response(request.environ))
    if status == 500:
        return _unexpected_error(error)
    code = _HTTP_MESSAGES.get(status, "request_unusable")
    expected: Any = request.max_content_length
    headers = {}
    if isinstance(error, MethodNotAllowed):
        expected = ", ".join(sorted(error.valid_methods or ()))
        headers["Allow"] = expected
    return _answer(status, Message(code, {"method": request.method, "expected": expected}), headers=headers)


def _unexpected_error(error: Exception) -> Response:
    error_id = secrets.token_hex(6)
    log.error("error %s in %s %s: %s", error_id, request.method, request.path, describe_exception(error))
    return _answer(500, Message("server_failed", {"error_id": error_id}), error_id=error_id)


def _answer(
    status: int,
    message: Message,
    *,
    problems: Sequence[ParameterProblem] = (),
    error_id: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    title = Message(f"http_{status}" if status in _TITLED else "http_400")
    if wants_problem():
        response = _problem(status, title, message, problems, error_id)
    else:
        response = _page(status, title, message, error_id)
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    response.headers.update(headers or {})
    return response


def wants_problem() -> bool:
    """Return whether a program asks, to be told of errors as problem details, and not a person before a page."""
    if request.path.startswith(("/api/", "/plan/api/", "/healthz")) or request.is_json:
        return True
    return request.accept_mimetypes.best in ("application/json", "application/problem+json")


_TITLED = frozenset({400, 401, 403, 404, 405, 412, 413, 429, 500, 503})


def _problem(
    status: int, title: Message, message: Message, problems: Sequence[ParameterProblem], error_id: str | None
) -> Response:
    lang = request_language()
    body: dict[str, Any] = {
        "type": f"urn:stationmap:problem:{message.code}",
        "title": title.text(lang),
        "status": status,
        "detail": message.text(lang),
        "detail_zh": message.text("zh"),
        "detail_en": message.text("en"),
        "errors": [problem.to_json() for problem in problems],
    }
    if error_id:
        body["error_id"] = error_id
    response = Response(orjson.dumps(body), status, content_type="application/problem+json")
    response.headers["Content-Language"] = lang
    response.vary.add("Accept-Language")
    return response


def _page(status: int, title: Message, message: Message, error_id: str | None) -> Response:
    lang = "en" if request.path.startswith("/en/") else request_language()
    try:
        with force_locale(lang):  # the frame of the page in the language of its message
            text = render_template(
                "error.html",
                status=status,
                lang=lang,
                title=title.text(lang),
                message=message.text(lang),
                error_id=error_id,
            )
    except (TemplateError, RuntimeError, LookupError, OSError) as error:
        # A broken page must not hide the error that it was to tell of.
        log.error("the error page cannot be made: %s", describe_exception(error))
        return Response(
            f"{title.text(lang)}\n\n{message.text(lang)}\n", status, content_type="text/plain; charset=utf-8"
        )
    return Response(text, status, content_type="text/html; charset=utf-8")
