"""``stationmap serve`` and ``stationmap demo``."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from geodata.errors import SettingsError, StoreError, StoreUnavailableError
from geodata.messages import Message
from geodata.store import BatchInfo, Store, open_store
from geodata.vocabulary import load_vocabulary
from webmap.cli import language, say
from webmap.indexfile import IndexFile
from webmap.serving import check_port
from webmap.serving import serve as run
from webmap.settings import Settings
from webmap.signing import new_secret
from webmap.staff.passwords import hash_password

#: The demo's own store, in the folder in which the command is run, so that it is easily found and thrown away.
DEMO_FILE = Path("stationmap-demo.db")
#: What else the demo keeps.
DEMO_FOLDER = Path("stationmap-demo-data")
SECRET_FILE = "secret-key"
#: The account of the demo; each start gives it another password.
DEMO_USER = "demo"

_port = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on [default: STATIONMAP_PORT or 8000]. 监听端口"
)


@click.command()
@click.option("--host", help="Address to listen on [default: STATIONMAP_HOST or 127.0.0.1]. 监听地址")
@_port
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Worker processes [default: STATIONMAP_WORKERS or 2]. 工作进程数"
)
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the map from the store of STATIONMAP_DATABASE_URL. 启动服务.

    Starts even when the database cannot be reached, and answers once it can, or at once from the file that was kept of
    its places. A store that was never upgraded, of which there is no such file, is an error: run "stationmap db
    upgrade" first.
    """
    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    settings = Settings.load(**{name: value for name, value in given.items() if value is not None})
    check_port(settings.server.host, settings.server.port)
    try:
        with open_store(settings.store.database_url) as store:
            store.state()
    except StoreError as error:
        if not isinstance(error, StoreUnavailableError) and not _has_data(settings):
            raise
        say(Message("store_down_at_start", {"reason": error.message.text(language())}), error=True)
    if not settings.staff.secret_key.get_secret_value():
        secret = new_secret()
        settings = replace(settings, staff=settings.staff.model_copy(update={"secret_key": SecretStr(secret)}))
        say(Message("secret_missing_serve", {"example": new_secret()}), error=True)
    _run(settings)


def _has_data(settings: Settings) -> bool:
    """Return whether workers find a file of the store's places to answer from."""
    kept = IndexFile.of(settings, load_vocabulary(settings.place.vocabulary))
    return kept is not None and kept.path.is_file()


@click.command()
@_port
def demo(port: int | None) -> None:
    """Serve the map with sample data on this machine alone. 演示.

    The sample is kept in stationmap-demo.db in the current folder, whatever STATIONMAP_DATABASE_URL says; a second run
    adds only what is missing.
    """
    given: dict[str, Any] = {} if port is None else {"port": port}
    given |= {"host": "127.0.0.1", "database_url": f"sqlite:///{DEMO_FILE.absolute()}"}
    given["data_dir"] = str(DEMO_FOLDER.absolute())
    settings = Settings.load(**given)
    if not settings.staff.secret_key.get_secret_value():
        settings = Settings.load(**given, secret_key=kept_secret(DEMO_FOLDER / SECRET_FILE))
    check_port(settings.server.host, settings.server.port)
    from webmap.demo import fill_demo  # brings the importers, which take a second to load

    say(Message("demo_preparing", {"path": str(DEMO_FILE)}), error=True)
    with open_store(settings.store.database_url) as store:
        store.upgrade()
        fill_demo(store)
        password = demo_login(store)
    _run(settings, password)


def demo_login(store: Store) -> str:
    """Give the demo's own account a new random password, and return that: it is for who started the demo."""
    password = secrets.token_hex(8)
    hashed = hash_password(password, DEMO_USER)
    with store.write(BatchInfo("user", "demo")) as writer:
        if store.user(DEMO_USER) is None:
            writer.add_user(DEMO_USER, hashed)
        else:
            writer.set_password(DEMO_USER, hashed)
            writer.disable_user(DEMO_USER, disabled=False)
    return password


def _run(settings: Settings, password: str | None = None) -> None:
    host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
    url = f"http://{host}:{settings.server.port}"
    messages = [Message("serving_at", {"url": url})]
    if password is not None:
        messages.append(Message("demo_login", {"url": f"{url}/plan", "name": DEMO_USER, "password": password}))

    def tell() -> None:
        for message in messages:
            say(message)

    run(settings, on_listening=tell)


def kept_secret(path: Path) -> str:
    """Return the key in a file that only its owner may read; made when there is none.

    Raises
    ------
    SettingsError
        If the file can be neither read nor made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(new_secret())
        except FileExistsError:
            pass
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("secret_unusable", path=str(path), detail=repr(error)) from error
