"""Run the application on granian: several worker processes, each with its own index."""

from __future__ import annotations

import functools
import gc
import importlib
import logging
import os
import signal
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from geodata.errors import StationmapError
from webmap.keeping import workers_beside
from webmap.logs import configure_logging, log_config
from webmap.metrics import shared_folder
from webmap.settings import Settings
from webmap.sharedcounts import shared_counts

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

#: A worker that starts waits at most this long for its first data before it takes requests, and no longer once the
#: store has failed; then it answers 503.
FIRST_LOAD_S = 30.0
#: A worker that does not end by itself is killed after this time.
KILL_AFTER_S = 10
#: So many new objects that may refer to each other are made before the garbage collector looks at them: some hundred
#: requests. Python's own 700 are those of a few.
GARBAGE_AT = 20_000


class AddressError(StationmapError):
    """The server cannot listen at the address: another program does, or the machine has no such address."""


def check_port(host: str, port: int) -> None:
    """Find out whether the address is free.

    The server shares its port between its workers and would silently share it with another server, too.

    Raises
    ------
    AddressError
        If it is not.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise AddressError(
            "address_taken", host=host, port=port, reason=error.strerror or "", detail=repr(error)
        ) from error


def serve(settings: Settings, on_listening: Callable[[], None]) -> None:
    """Serve until the process is told to end.

    Parameters
    ----------
    settings : Settings
    on_listening : callable
        Called once the server listens.

    Raises
    ------
    AddressError
        If the server cannot listen at its address.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = settings.server
    check_port(server.host, server.port)
    configure_logging(server.log_level, server.log_format)
    # Workers are forks of this process: what is imported here they have at once, and share. Nothing is opened here.
    for module in ("webmap.api", "webmap.pages"):
        importlib.import_module(module)
    granian = Server(
        "webmap",  # a name for the log only: the loader below makes the application
        address=server.host,
        port=server.port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=server.workers,
        blocking_threads=server.threads,
        backpressure=max(64, 16 * server.threads),
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER_S,
        log_level=LogLevels(server.log_level),
        log_dictconfig=log_config(server.log_level, server.log_format),
        log_access=False,  # the application logs its requests itself, with their ids
    )
    granian.on_startup(on_listening)
    with shared_folder(), shared_counts(settings.limits.rate_clients), workers_beside(settings):
        granian.serve(target_loader=functools.partial(application, settings), wrap_loader=False)


def application(settings: Settings) -> Flask:
    """Return the application of a worker with its data loaded; called in the worker's own process."""
    from webmap import create_app
    from webmap.warming import warm

    # Until granian sets its own handlers a worker has those of its parent, which would swallow the order to end.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Before the data is read, which may take longer than is waited for, and puts the threshold back to what it found.
    gc.set_threshold(GARBAGE_AT)
    app = create_app(settings)
    read_model = app.extensions["stationmap"].read_model
    read_model.start()
    if not read_model.wait_first(FIRST_LOAD_S):
        log.warning("worker %d has no data yet and answers 503 until the store can be read", os.getpid())
    warm(app)
    # What is loaded stays: without it the collector has next to nothing to go through.
    gc.collect()
    gc.freeze()
    return app
