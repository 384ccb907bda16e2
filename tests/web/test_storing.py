"""Requests that wait for a database leave a thread to those that need none."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from geodata.errors import StoreBusyError
from tests.web.conftest import LAT, LON
from webmap.storing import worker_store

NEARBY = f"/api/v1/sites/nearby?lat={LAT}&lon={LON}"


def test_one_thread_is_kept_for_what_needs_no_store(make_app: Callable[..., Flask]) -> None:
    app = make_app(threads=3)
    reached, go_on = threading.Barrier(3), threading.Event()

    def hang() -> None:
        with app.test_request_context("/staff"):
            worker_store()
            worker_store()  # a second time in one request is no second turn
            reached.wait()
            go_on.wait()

    hanging = [threading.Thread(target=hang) for _ in range(2)]
    for thread in hanging:
        thread.start()
    reached.wait()
    with app.test_request_context("/staff"), pytest.raises(StoreBusyError):
        worker_store()
    assert app.test_client().get(NEARBY).status_code == 200
    go_on.set()
    for thread in hanging:
        thread.join()
    with app.test_request_context("/staff"):
        worker_store()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_turn_ends_with_its_request(make_app: Callable[..., Flask], threads: int) -> None:
    app = make_app(threads=threads)
    for _ in range(3):
        with app.test_request_context("/staff"):
            worker_store()
