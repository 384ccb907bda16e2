"""The planner's desk: where staff see who has no station, ask for the next ones, and compare what they get."""

from __future__ import annotations

from flask import Flask

from webmap.desk import endpoints, views
from webmap.jobs import Queue
from webmap.settings import Settings

__all__ = ["register_desk"]


def register_desk(app: Flask, settings: Settings) -> None:
    """Add the desk to ``app``; its store and its login must be there."""
    app.extensions["stationmap.queue"] = Queue(settings)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(endpoints.blueprint)
