"""What is behind the login: accounts, sessions, and the pages of staff."""

from __future__ import annotations

from flask import Flask

from webmap.limits import ClientLimits
from webmap.settings import Settings, rates
from webmap.staff import places, reports
from webmap.staff.guard import csrf_token, current_user, staff_required
from webmap.staff.views import blueprint

__all__ = ["csrf_token", "current_user", "register_staff", "staff_required"]


def register_staff(app: Flask, settings: Settings) -> None:
    """Add the login and the pages of staff to ``app``; its store and its public pages must be there."""
    limits = rates(settings.staff.login_limit)
    most = settings.limits.rate_clients
    app.extensions["stationmap.login_limits"] = ClientLimits(limits, most, "login") if limits else None
    app.jinja_env.globals.update(current_user=current_user, csrf_token=csrf_token)
    app.register_blueprint(blueprint)
    app.register_blueprint(reports.blueprint)
    app.register_blueprint(places.blueprint)
