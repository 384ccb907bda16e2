"""What people report about a place: its form, its address for scripts, its photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from webmap.settings import Settings

__all__ = ["register_reporting"]


def register_reporting(app: Flask, settings: Settings) -> None:
    """Add the form to ``app``; its store and its public pages must be there."""
    # Here and not at the top: workers forget what is in this room, and need no web framework for it.
    from webmap.limits import ClientLimits
    from webmap.reporting.views import blueprint
    from webmap.settings import rates

    limits = rates(settings.reports.report_limit)
    most = settings.limits.rate_clients
    app.extensions["stationmap.report_limits"] = ClientLimits(limits, most, "reports") if limits else None
    app.register_blueprint(blueprint)
