"""Whether a request that changes something comes from a page of this site."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from geodata.errors import StationmapError
from webmap.errors import STATUS


class ForeignFormError(StationmapError):
    """A request to change something that no page of this site made."""

    def __init__(self) -> None:
        super().__init__("form_foreign")


STATUS[ForeignFormError] = 403


def require_same_origin() -> None:
    """Let only requests pass that a page of this site made.

    Browsers name the page's origin with every form that is sent, and a page cannot change that. Where neither
    ``Origin`` nor ``Referer`` says anything (programs, some old web views) the request does not pass.

    Raises
    ------
    ForeignFormError
    """
    origin = request.headers.get("Origin")
    if origin is None or origin == "null":
        # A page that was opened without an origin says "null", too; a Referer of our own is the better witness.
        origin = request.headers.get("Referer", "")
    # Not the scheme: a proxy that ends TLS and does not say so would shut everybody out.
    if not origin or urlsplit(origin).netloc.lower() != request.host.lower():
        raise ForeignFormError
