"""A server whose store may be written to, with an account: for staff and for reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Page

from geodata.store import Store, copy_store, open_store
from tests.web.staff import PASSWORD, SECRET, add_user
from tests.web.staff import log_in as log_client_in
from webmap.staff.sessions import COOKIE

Running = Callable[..., AbstractContextManager[tuple[Flask, str]]]


class Desk(NamedTuple):
    """A server of its own, whose store may be written to."""

    store: Store
    app: Flask
    address: str
    photos: Path

    def cookies(self) -> list[dict[str, Any]]:
        """What a browser has that is logged in."""
        client = self.app.test_client()
        assert log_client_in(client) == 303
        cookie = client.get_cookie(COOKIE)
        assert cookie is not None
        return [{"name": COOKIE, "value": cookie.value, "url": self.address}]


@contextmanager
def opened_desk(store_url: str, folder: Path, running: Running) -> Iterator[Desk]:
    """Serve a copy of the store at ``store_url``; reports may be sent at once, nothing is limited."""
    url = f"sqlite:///{folder}/own.db"
    original, store = open_store(store_url), open_store(url)
    copy_store(original, store)
    original.dispose()
    add_user(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webmap.reporting.forms.LEAST_AGE_S", 0.0)
        with running(url, secret_key=SECRET, data_dir=str(folder), report_limit="off", login_limit="off") as (
            app,
            address,
        ):
            yield Desk(store, app, address, folder / "reports")
    store.dispose()


def log_in(page: Page) -> None:
    """Fill in the form of the login and send it."""
    page.locator("#name").fill("li")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
