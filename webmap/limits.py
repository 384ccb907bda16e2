"""How much one client may ask for: a number of questions in a span of time, for all costly endpoints together."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import threading
import time
from typing import Any

from flask import Blueprint, Flask, request
from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from webmap.errors import TooManyRequestsError
from webmap.settings import LimitSettings
from webmap.sharedcounts import present_counts

#: Endpoints of the API that cost nothing: their answers are the same until the program changes.
FREE = frozenset({"api.vocabulary", "api.openapi"})

#: Where in its environment a request that was counted already keeps whether it is refused: the error, or nothing.
COUNTED = "stationmap.counted"

#: One household or phone has a whole network of this size under IPv6, and all of its addresses are one client.
IPV6_CLIENT_BITS = 64


class WindowStorage(Storage):
    """Counts by client for fixed windows, in memory of a bounded size.

    The library's own storage starts a thread every hundredth of a second, and keeps as many keys as anyone likes to
    make. Here the counts of a window are thrown away as a whole when the next one begins, so nothing about a client is
    kept for longer than the window; a client beyond ``most`` shares one count with all others that come so late.

    Parameters
    ----------
    most : int
        Clients that are told apart at a time.
    """

    STORAGE_SCHEME = None

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, *, most: int = 100_000, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self._most = most
        self._lock = threading.Lock()
        self._counts: dict[int, dict[str, int]] = {}
        self._windows: dict[int, int] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a failing storage raises; this one does not fail."""
        return RuntimeError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to the count of ``key`` in the present window of ``expiry`` seconds, and return it."""
        window = int(time.time()) // expiry
        with self._lock:
            if self._windows.get(expiry) != window:
                self._windows[expiry] = window
                self._counts[expiry] = {}
            counts = self._counts[expiry]
            if key not in counts and len(counts) >= self._most:
                key = ""
            count = counts[key] = counts.get(key, 0) + amount
        return count

    def get(self, key: str) -> int:
        """Return the largest count of ``key``."""
        with self._lock:
            return max((counts.get(key, 0) for counts in self._counts.values()), default=0)

    def get_expiry(self, key: str) -> float:
        """Return when the last of the windows that know ``key`` ends, in seconds since 1970."""
        with self._lock:
            ends = [(self._windows[span] + 1) * span for span, counts in self._counts.items() if key in counts]
        return max(ends, default=time.time())

    def check(self) -> bool:
        """Return whether the storage works."""
        return True

    def reset(self) -> int:
        """Forget everything; return how many counts there were."""
        with self._lock:
            forgotten = len(self)
            self._counts.clear()
            self._windows.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget the counts of ``key``."""
        with self._lock:
            for counts in self._counts.values():
                counts.pop(key, None)

    def __len__(self) -> int:
        return sum(map(len, self._counts.values()))


class ClientLimits:
    """Refuses clients that ask for more than their share.

    The worker processes of a host count together where the server has made them a table
    (:func:`webmap.sharedcounts.shared_counts`), else each for itself. Clients are told apart by their address, of which
    only a keyed digest is kept, under a key that is never written down.

    Parameters
    ----------
    items : sequence of RateLimitItem
        Every one has to hold.
    most : int
        Clients that are told apart at a time.
    what : str
        What is counted: each has counts of its own.
    """

    def __init__(self, items: tuple[RateLimitItem, ...], most: int, what: str = "api") -> None:
        self.items = items
        self.storage = WindowStorage(most=most)
        self._alone = FixedWindowRateLimiter(self.storage)
        self._shared = present_counts()
        self._what = what
        self._key = os.urandom(16)

    def check(self, address: str) -> None:
        """Count one question of the client at ``address``.

        Raises
        ------
        TooManyRequestsError
            If that is one too many.
        """
        refused = self.refusal(address)
        if refused is not None:
            raise refused

    def refusal(self, address: str) -> TooManyRequestsError | None:
        """Count one question of the client at ``address``; return the error if that is one too many."""
        client = self._client(address)
        broken = [item for item in self.items if not self._hit(item, client)]
        if not broken:
            return None
        longest = max(broken, key=_wait_s)
        return TooManyRequestsError(longest.amount, longest.get_expiry(), retry_after_s=_wait_s(longest))

    def _hit(self, item: RateLimitItem, client: str) -> bool:
        if self._shared is None:
            return self._alone.hit(item, client)
        return self._shared.add(f"{self._what}/{client}", item.get_expiry()) <= item.amount

    def _client(self, address: str) -> str:
        if ":" in address:
            address = _network(address)
        if self._shared is not None:
            return address  # the table has the key that all processes digest it with
        return hashlib.blake2b(address.encode(), digest_size=8, key=self._key).hexdigest()


def _wait_s(item: RateLimitItem) -> int:
    """Return in how many seconds the next window of a limit begins."""
    span = item.get_expiry()
    return span - int(time.time()) % span


def _network(address: str) -> str:
    """Return the network of a client under IPv6; what is no address stands for itself."""
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(int(parsed) >> (128 - IPV6_CLIENT_BITS))


def limit_clients(app: Flask, api: Blueprint, settings: LimitSettings) -> None:
    """Make ``api`` refuse clients that ask too much, unless the limit is off."""
    if not settings.rate_limits:
        return
    limits = ClientLimits(settings.rate_limits, settings.rate_clients)
    app.extensions["stationmap.limits"] = limits

    def check() -> None:
        if request.endpoint in FREE:
            return
        if COUNTED not in request.environ:
            limits.check(request.environ.get("REMOTE_ADDR", ""))
        elif (refused := request.environ[COUNTED]) is not None:
            raise refused

    api.before_request(check)
