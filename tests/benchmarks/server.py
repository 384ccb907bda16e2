"""The server of ``stationmap serve`` with an empty Flask view beside the application, for comparison in one run.

Run as ``python -m tests.benchmarks.server DATABASE_URL PORT``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from flask import Flask

from webmap import serving
from webmap.settings import Settings

EMPTY = "/empty"


def empty() -> Flask:
    app = Flask("empty", static_folder=None)
    app.add_url_rule(EMPTY, endpoint="empty", view_func=lambda: b"ok")
    return app


_application = serving.application


def both(settings: Settings) -> Any:
    """The application as the server loads it, and the empty one at its address."""
    app, reference = _application(settings), empty()

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return (reference if environ["PATH_INFO"] == EMPTY else app)(environ, start_response)

    return choose


if __name__ == "__main__":
    serving.application = both
    # Everything as it is by default, but for the limit on one client: the load comes from a single one.
    settings = Settings.load(
        env_file=None, database_url=sys.argv[1], port=int(sys.argv[2]), rate_limit="1000000000/minute"
    )
    serving.serve(settings, on_listening=lambda: print("listening", flush=True))
