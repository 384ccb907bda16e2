"""How pages made from the index are answered: kept as ready bytes as long as they hold, asked for again each time."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from flask import Response, current_app, request

from webmap.api.answers import REVALIDATED, answer, etag
from webmap.compression import accepts_gzip, compressible, gzipped
from webmap.context import base_url, context
from webmap.pages.site import pages

HTML = "text/html; charset=utf-8"
#: What is kept of pages and pictures, in each worker.
KEPT_BYTES = 16_000_000


class Kept:
    """Bytes by key, as many as have room; those not asked for longest go first.

    Parameters
    ----------
    most_bytes : int
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._items: OrderedDict[Hashable, bytes] = OrderedDict()

    def of(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return what is kept under ``key``; make it, and keep it, if there is nothing."""
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
                return found
        made = make()
        with self._lock:
            if key not in self._items:
                self._items[key] = made
                self._bytes += len(made)
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._items.popitem(last=False)[1])
        return made

    def __len__(self) -> int:
        return len(self._items)


def kept() -> Kept:
    """Return what the present application keeps of its pages."""
    found: Kept = current_app.extensions["stationmap.kept_pages"]
    return found


def page_answer(
    make: Callable[[], str], *, content_type: str = HTML, key: Hashable = None, beside: str = ""
) -> Response:
    """Answer with a page that shows the present data.

    Parameters
    ----------
    make : callable
        Returns its text.
    content_type : str
    key : hashable
        What the page depends on besides its path, the data, the time and the program.
    beside : str
        Stands for what the page shows beside the data of the index, and changes with it.
    """
    parts = context()
    tag = f"{etag(parts.index, parts.now())}-{pages().assets.digest}{beside}"
    return _kept_answer(tag, (tag, base_url(), request.path, key), make, content_type)


def standing_page(make: Callable[[], str], key: Hashable) -> Response:
    """Answer with a page that stays the same while data and time go on: a frame that scripts fill.

    Parameters
    ----------
    make : callable
        Returns its text.
    key : hashable
        What the page depends on besides its address, the program and its settings; told apart by its ``repr``.
    """
    place = (context().edition, pages().assets.digest, base_url(), request.url_root, request.path, key)
    tag = hashlib.blake2b(repr(place).encode(), digest_size=12).hexdigest()
    return _kept_answer(tag, place, make, HTML)


def _kept_answer(tag: str, place: Hashable, make: Callable[[], str], content_type: str) -> Response:
    """Answer with bytes that are kept, in gzip too: a page is packed once and not for every client."""
    pack = compressible(content_type) and accepts_gzip(request.headers.get("Accept-Encoding", ""))

    def whole() -> bytes:
        return kept().of(place, lambda: make().encode())

    def packed() -> bytes:
        return kept().of((place, "gzip"), lambda: gzipped(whole()))

    response = answer(tag, packed if pack else whole, content_type=content_type, cache=REVALIDATED)
    if pack and response.status_code == 200:
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response


def has_route(rule: str) -> bool:
    """Return whether the application answers an address, given as the rule of its Chinese page (``/o/<code>``)."""
    return any(known.rule == rule for known in current_app.url_map.iter_rules())


def spare_the_server() -> None:
    """Count a request that costs much against what its client may ask of the API.

    Raises
    ------
    TooManyRequestsError
        If that is one too many.
    """
    limits = current_app.extensions.get("stationmap.limits")
    if limits is not None:
        limits.check(request.environ.get("REMOTE_ADDR", ""))
