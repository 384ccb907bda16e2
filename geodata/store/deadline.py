"""A deadline on the client's side for every wait on PostgreSQL.

A server that hangs (stopped by a signal, or by its storage) neither answers nor enforces its own timeouts, and TCP
still acknowledges on its behalf. So a thread looks at all connections and shuts the socket of one that waits too long;
the driver then reports a lost connection.
"""

from __future__ import annotations

import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ParamSpec, TypeVar

import psycopg2.extensions

P = ParamSpec("P")
R = TypeVar("R")
_STEP_S = 0.25


class _Watch:
    """The thread and the connections it looks at; made again in a forked child, where threads do not live on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[DeadlineConnection] = weakref.WeakSet()
        self._thread: threading.Thread | None = None

    def add(self, connection: DeadlineConnection) -> None:
        with self._lock:
            self._connections.add(connection)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="stationmap-store-deadlines", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            time.sleep(_STEP_S)
            now = time.monotonic()
            with self._lock:
                for connection in self._connections:
                    if connection.waiting_until is not None and now > connection.waiting_until:
                        connection.cut()


_watch = _Watch()


class DeadlineConnection(psycopg2.extensions.connection):  # type: ignore[misc]
    """A connection of which no call waits longer than ``wait_limit_s``."""

    wait_limit_s: float = 35.0
    waiting_until: float | None = None

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Let the calls inside wait no longer than the limit."""
        self.waiting_until = time.monotonic() + self.wait_limit_s
        try:
            yield
        finally:
            self.waiting_until = None

    def cut(self) -> None:
        """Shut the socket, which wakes the call that waits for it."""
        self.waiting_until = None
        with suppress(OSError, psycopg2.Error), socket.socket(fileno=socket.dup(self.fileno())) as same:
            same.shutdown(socket.SHUT_RDWR)

    def commit(self) -> None:
        """Commit within the limit."""
        with self.limited():
            super().commit()

    def rollback(self) -> None:
        """Roll back within the limit."""
        with self.limited():
            super().rollback()


class DeadlineCursor(psycopg2.extensions.cursor):  # type: ignore[misc]
    """A cursor whose calls keep to their connection's limit."""

    def execute(self, *args: Any) -> Any:
        """Run a statement within the limit."""
        return self._limited(super().execute, *args)

    def executemany(self, *args: Any) -> Any:
        """Run a statement for many parameters, together within the limit."""
        return self._limited(super().executemany, *args)

    def copy_expert(self, *args: Any) -> Any:
        """Copy within the limit."""
        return self._limited(super().copy_expert, *args)

    def fetchone(self) -> Any:
        """Fetch within the limit (a server-side cursor asks the server)."""
        return self._limited(super().fetchone)

    def fetchmany(self, *args: Any) -> Any:
        """Fetch within the limit."""
        return self._limited(super().fetchmany, *args)

    def fetchall(self) -> Any:
        """Fetch within the limit."""
        return self._limited(super().fetchall)

    def close(self) -> None:
        """Close within the limit."""
        self._limited(super().close)

    def _limited(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with self.connection.limited():
            return call(*args, **kwargs)


def watched(wait_limit_s: float) -> Callable[..., DeadlineConnection]:
    """Return psycopg2's ``connection_factory`` for connections with this limit."""

    def connect(dsn: str, async_: int = 0) -> DeadlineConnection:
        connection = DeadlineConnection(dsn, async_)
        connection.wait_limit_s = wait_limit_s
        _watch.add(connection)
        return connection

    return connect
