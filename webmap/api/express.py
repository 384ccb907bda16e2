"""A short way for the questions that are asked most: from the WSGI server to the index without Flask between.

Flask's contexts, routing and response objects take as long as the search itself. The short way gives exactly what
Flask's views would give, for their own functions make the answer. Whatever goes wrong on it is left to them: they
know how to tell it, in the client's language.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from flask import Flask
from werkzeug.http import parse_etags

from webmap.api import sites
from webmap.api.answers import Answer
from webmap.api.parameters import Parameters, parse_lists
from webmap.context import Context
from webmap.limits import COUNTED, ClientLimits
from webmap.requestid import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class _Way(NamedTuple):
    """The model of an endpoint's parameters, and what makes its answer."""

    model: type[Parameters]
    make: Callable[[Context, Any], Answer]


class Express:
    """Answers ``GET`` of a few addresses, and hands all else to the application.

    One thread of the process at a time works on an answer, which is nothing but computing: several would only take the
    interpreter's lock from each other, at each of the dozen places of one search where it is given up for a moment.
    The other threads are there for requests that wait, for a database or for a slow client.

    Parameters
    ----------
    app : WSGI application
    parts : Context
    limits : ClientLimits, optional
    prefix : str
        Of the API's addresses.
    """

    def __init__(self, app: WSGIApplication, parts: Context, limits: ClientLimits | None, prefix: str) -> None:
        self._app = app
        self._parts = parts
        self._limits = limits
        self._turn = threading.Lock()
        models = parts.parameters
        self._ways = {
            f"{prefix}/sites/nearby": _Way(models.nearby, sites.find_nearby),
            f"{prefix}/sites/clusters": _Way(models.clusters, sites.find_clusters),
            f"{prefix}/sites/suggest": _Way(models.suggest, sites.find_suggestions),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"]
        way = self._ways.get(path)
        if way is None or environ["REQUEST_METHOD"] != "GET" or not self._parts.read_model.ready:
            return self._app(environ, start_response)
        try:
            with self._turn:
                status, headers, body = self._answer(way, environ)
        except Exception:  # Flask's view fails in the same way, and its error handlers know what to say
            return self._app(environ, start_response)
        environ[ROUTE] = path
        start_response(status, headers)
        return [body]

    def _answer(self, way: _Way, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
        if self._limits is not None:
            environ[COUNTED] = self._limits.refusal(environ.get("REMOTE_ADDR", ""))
            if environ[COUNTED] is not None:
                raise environ[COUNTED]
        answer = way.make(self._parts, parse_lists(way.model, query_lists(environ.get("QUERY_STRING", "")).items()))
        headers = [("Cache-Control", answer.cache), ("Access-Control-Allow-Origin", "*")]
        if answer.tag is not None:
            headers.append(("ETag", f'W/"{answer.tag}"'))
            held = environ.get("HTTP_IF_NONE_MATCH")
            if held and parse_etags(held).contains_weak(answer.tag):
                return "304 NOT MODIFIED", headers, b""
        body = answer.body()
        headers += [("Content-Type", answer.content_type), ("Content-Length", str(len(body)))]
        return "200 OK", headers, body


def query_lists(text: str) -> dict[str, list[str]]:
    """Return the values of each name in a query string, as werkzeug reads it.

    Raises
    ------
    ValueError
        If the string is not in ASCII, as it must be.
    """
    if not text.isascii():
        raise ValueError("a query string in ASCII was expected")
    found: dict[str, list[str]] = {}
    if "%" in text or "+" in text:
        for name, value in parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote"):
            found.setdefault(name, []).append(value)
    else:
        for pair in text.split("&"):
            if pair:
                name, _, value = pair.partition("=")
                found.setdefault(name, []).append(value)
    return found


def take_short_ways(app: Flask, prefix: str) -> None:
    """Let ``app`` answer what is asked most without its views; its API must be there, what wraps it comes later."""
    app.wsgi_app = Express(  # type: ignore[method-assign]
        app.wsgi_app, app.extensions["stationmap"], app.extensions.get("stationmap.limits"), prefix
    )
