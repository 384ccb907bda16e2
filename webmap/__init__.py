"""The web application: the API, the pages, the server and the command line."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from webmap.settings import Settings

log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] | None = None) -> Flask:
    """Return the WSGI application.

    The store is not touched here: the first request, or ``app.extensions["stationmap"].read_model.start()``, opens it
    in the process that answers requests; :func:`close_app` ends what then runs.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment and ``.env`` when left out.
    clock : callable, optional
        Returns the present time with a time zone; the system's clock when left out.

    Raises
    ------
    SettingsError
        If a setting has an unusable value.
    """
    # Here and not at the top: the command line imports this package, and most commands need no web framework.
    from flask import Flask

    from geodata.vocabulary import load_vocabulary
    from webmap import api, desk, errors, pages, paths, reporting, security, staff
    from webmap.api.express import take_short_ways
    from webmap.api.parameters import make_parameters
    from webmap.context import Context
    from webmap.edge import Edge, tell_route
    from webmap.embedding import register_embedding
    from webmap.metrics import Metrics, register_metrics
    from webmap.readmodel import ReadModel
    from webmap.settings import Settings, unknown_variables
    from webmap.storing import register_store

    if settings is None:
        settings = Settings.load()
    for name in unknown_variables(os.environ):
        log.warning("the variable %s is no setting of stationmap: is it misspelt?", name)
    vocabulary = load_vocabulary(settings.place.vocabulary)
    app = Flask(
        __name__,
        template_folder=str(paths.templates_folder()),
        static_folder=None,  # the pages serve their own assets, compressed and under a digest
    )
    # Every view is a plain function: to look whether one is a coroutine, four times a request, is time lost.
    app.ensure_sync = _as_it_is  # type: ignore[method-assign, assignment]
    read_model = ReadModel(settings, vocabulary, clock or _system_clock)
    app.extensions["stationmap"] = Context(
        settings=settings,
        vocabulary=vocabulary,
        read_model=read_model,
        clock=clock or _system_clock,
        parameters=make_parameters(settings.limits, vocabulary),
        version=version(),
        edition=hashlib.sha256(repr((version(), settings, vocabulary)).encode()).hexdigest()[:12],
    )
    server = settings.server
    metrics = None
    if server.metrics_networks:
        metrics = Metrics(version())
        read_model.observer = metrics.refreshed
        read_model.streets_observer = metrics.streets
        register_metrics(app, metrics, server.metrics_networks, behind_proxy=server.proxy_count > 0)
    tell_route(app)
    errors.register_error_handlers(app)
    api.register_api(app)
    # From the inside out: the short ways, then the edge, then the headers of every answer.
    take_short_ways(app, api.PREFIX)
    app.wsgi_app = Edge(app.wsgi_app, metrics=metrics, access_log=server.access_log)  # type: ignore[method-assign]
    security.secure(app, settings)
    pages.register_pages(app)
    register_embedding(app)
    register_store(app, settings)
    staff.register_staff(app, settings)
    reporting.register_reporting(app, settings)
    desk.register_desk(app, settings)
    return app


def close_app(app: Flask) -> None:
    """End the threads of an application and its connections to the store and to the queue, in the present process."""
    app.extensions["stationmap"].read_model.stop()
    app.extensions["stationmap.store"].close()
    app.extensions["stationmap.queue"].close()


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def version() -> str:
    """Return the version of the installed distribution; ``0`` in a checkout that is not installed."""
    try:
        return metadata.version("stationmap")
    except metadata.PackageNotFoundError:
        return "0"


def _system_clock() -> datetime:
    return datetime.now(UTC)
