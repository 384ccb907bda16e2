"""A server, a browser and a stand-in for the tile servers, for tests and screenshots alike."""

from __future__ import annotations

import logging
import os
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route
from werkzeug.serving import make_server

CHROMIUM = os.environ.get("STATIONMAP_TEST_CHROMIUM", "/usr/bin/chromium")
PHONE, DESK = (360, 780), (1280, 800)
#: Nothing but what the tests ask for goes out, and no sandbox where root would not get one.
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
TILE_HOST = "tile.openstreetmap.org"


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve ``app`` from a thread at a free port of this machine; yields its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium without a window."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    return playwright.chromium.launch(executable_path=CHROMIUM, args=flags)


def await_map(page: Page) -> None:
    """Wait until the map, which comes after the list, is there and follows it."""
    page.wait_for_selector(".leaflet-control-zoom", state="attached")


@dataclass
class Visit:
    """A context of the browser, what it asked for outside this machine, and what it complained of.

    Attributes
    ----------
    context : BrowserContext
    tiles : bool
        Whether the stand-in for the tile servers answers.
    outside : list of str
        Addresses outside this machine that were asked for, tiles left out.
    tiles_asked : int
    complaints : list of str
        Errors and warnings of the console, refusals by the content security policy among them.
    """

    context: BrowserContext
    tiles: bool = True
    outside: list[str] = field(default_factory=list)
    tiles_asked: int = 0
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Begin to watch; nothing of the context leaves this machine."""
        self.context.route("**/*", self._answer)
        self.context.on("console", lambda message: self._complaint(message.type, message.text))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _complaint(self, kind: str, text: str) -> None:
        lost_tile = not self.tiles and "net::ERR" in text
        if kind in ("error", "warning") and not lost_tile:
            self.complaints.append(text)

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        elif TILE_HOST in url:
            self.tiles_asked += 1
            if self.tiles:
                route.fulfill(body=_TILE, content_type="image/png")
            else:
                route.abort("internetdisconnected")
        else:
            self.outside.append(url)
            route.abort()


def _tile() -> bytes:
    """Return a pale square of 256 pixels as PNG, with a faint line at two of its edges."""
    ground, line = bytes((242, 243, 240)), bytes((226, 229, 226))
    rows = b"\0" + line * 256 + (b"\0" + line + ground * 255) * 255

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


_TILE = _tile()


def overheard(page: Page) -> tuple[list[str], list[str]]:
    """Return two lists that go on to grow: the addresses that a page asks for, and what it says in the console."""
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return asked, said
