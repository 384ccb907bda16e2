"""What the edge of the application knows of a request: the number under which the log knows it, and its route."""

from __future__ import annotations

import os
import re
from contextvars import ContextVar

#: The id of the request that the present thread answers; empty elsewhere.
REQUEST_ID: ContextVar[str] = ContextVar("stationmap_request_id", default="")

#: Where in its environment a request keeps the template of the address that answers it, for the log and the numbers.
ROUTE = "stationmap.route"

#: No dots: an id is not to hold a position.
_SANE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def request_id(given: str | None) -> str:
    """Return the id that a proxy gave a request, if it is a sane one, else a new one."""
    return given if given and _SANE.fullmatch(given) else os.urandom(8).hex()
