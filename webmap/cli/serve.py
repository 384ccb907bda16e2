"""``stationmap serve`` and ``stationmap demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geodata.errors import StoreUnavailableError
from geodata.messages import Message
from geodata.store import open_store
from webmap.cli import language, say
from webmap.serving import check_port
from webmap.serving import serve as run
from webmap.settings import Settings

#: The demo's own store, in the folder in which the command is run, so that it is easily found and thrown away.
DEMO_FILE = Path("stationmap-demo.db")

_port = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on [default: STATIONMAP_PORT or 8000]."
)


@click.command()
@click.option("--host", help="Address to listen on [default: STATIONMAP_HOST or 127.0.0.1].")
@_port
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes [default: STATIONMAP_WORKERS or 2].")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the map from the store of STATIONMAP_DATABASE_URL. 启动服务.

    Starts even when the database cannot be reached, and answers once it can. A store that was never upgraded is an
    error: run "stationmap db upgrade" first.
    """
    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    settings = Settings.load(**{name: value for name, value in given.items() if value is not None})
    check_port(settings.server.host, settings.server.port)
    store = open_store(settings.store.database_url)
    try:
        store.state()
    except StoreUnavailableError as error:
        say(Message("store_down_at_start", {"reason": error.message.text(language())}), error=True)
    finally:
        store.dispose()
    _run(settings)


@click.command()
@_port
def demo(port: int | None) -> None:
    """Serve the map with sample data on this machine alone. 演示.

    The sample is kept in stationmap-demo.db in the current folder, whatever STATIONMAP_DATABASE_URL says; a second run
    adds only what is missing.
    """
    given: dict[str, Any] = {} if port is None else {"port": port}
    settings = Settings.load(host="127.0.0.1", database_url=f"sqlite:///{DEMO_FILE.absolute()}", **given)
    check_port(settings.server.host, settings.server.port)
    from webmap.demo import fill_demo  # brings the importers, which take a second to load

    say(Message("demo_preparing", {"path": str(DEMO_FILE)}), error=True)
    store = open_store(settings.store.database_url)
    try:
        store.upgrade()
        fill_demo(store)
    finally:
        store.dispose()
    _run(settings)


def _run(settings: Settings) -> None:
    host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
    message = Message("serving_at", {"url": f"http://{host}:{settings.server.port}"})
    run(settings, on_listening=lambda: say(message))
