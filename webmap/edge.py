"""What happens to every request at the edge of the application: its id, its compression, its count, its log line.

One WSGI middleware and not functions of Flask: werkzeug's headers and a second look at each response would take longer
than all of a small view.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from webmap.compression import LEAST_BYTES, accepts_gzip, compressible, gzipped
from webmap.metrics import Metrics
from webmap.requestid import REQUEST_ID, ROUTE, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("webmap.access")

#: The route under which requests are counted that no view answers.
NO_ROUTE = "none"


def tell_route(app: Flask) -> None:
    """Make ``app`` tell its middleware which of its routes answered."""

    def tell() -> None:
        rule = request.url_rule
        if rule is not None:
            request.environ[ROUTE] = rule.rule

    app.before_request(tell)


class Edge:
    """Wraps the application.

    Parameters
    ----------
    app : WSGI application
        Of Flask: it must make its whole answer before it returns, or leave out its length.
    metrics : Metrics, optional
        Counts the requests.
    access_log : bool
        Whether to log a line for each request: method, path, status and time, never the query string, and no address
        of a client.
    """

    def __init__(self, app: WSGIApplication, *, metrics: Metrics | None, access_log: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._access_log = access_log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        begun = time.perf_counter()
        identity = request_id(environ.get("HTTP_X_REQUEST_ID"))
        token = REQUEST_ID.set(identity)
        answers: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            answers.append((status, headers))

        try:
            body = self._app(environ, start)
            status, headers = answers[-1]
            headers.append(("X-Request-ID", identity))
            body = _encoded(environ, status, headers, body)
            start_response(status, headers)
            self._note(environ, status, time.perf_counter() - begun)
        finally:
            REQUEST_ID.reset(token)
        return body

    def _note(self, environ: WSGIEnvironment, status: str, seconds: float) -> None:
        method = environ["REQUEST_METHOD"]
        if self._metrics is not None:
            self._metrics.request(environ.get(ROUTE, NO_ROUTE), method, status[:3], seconds)
        if self._access_log:
            fields = {
                "method": method[:16],
                "path": environ.get("PATH_INFO", "")[:200],
                "status": int(status[:3]),
                "ms": round(seconds * 1000, 1),
            }
            log.info("", extra={"fields": fields})


def _encoded(
    environ: WSGIEnvironment, status: str, headers: list[tuple[str, str]], body: Iterable[bytes]
) -> Iterable[bytes]:
    """Return the body in gzip where that helps and the client takes it; put the headers right."""
    at = {name.lower(): place for place, (name, _) in enumerate(headers)}
    content_type = at.get("content-type")
    if content_type is None or "content-encoding" in at or not compressible(headers[content_type][1]):
        return body
    if "vary" not in at:
        headers.append(("Vary", "Accept-Encoding"))
    elif "accept-encoding" not in headers[at["vary"]][1].lower():
        headers[at["vary"]] = ("Vary", f"{headers[at['vary']][1]}, Accept-Encoding")
    length = at.get("content-length")
    if (
        length is None  # made while it is sent
        or int(headers[length][1]) < LEAST_BYTES
        or environ["REQUEST_METHOD"] == "HEAD"
        or status[:3] in ("206", "304")
        or not accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    ):
        return body
    try:
        packed = gzipped(b"".join(body))
    finally:
        if close := getattr(body, "close", None):
            close()
    headers[length] = ("Content-Length", str(len(packed)))
    headers.append(("Content-Encoding", "gzip"))
    tag = at.get("etag")
    if tag is not None and not headers[tag][1].startswith("W/"):
        # The same contents in other bytes: what a weak tag promises. A strong one would promise the bytes.
        headers[tag] = ("ETag", f"W/{headers[tag][1]}")
    return [packed]
