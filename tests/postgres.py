"""A throw-away PostgreSQL with PostGIS for tests: its own folder, a Unix socket only, gone at the end.

It can also be stopped, killed and frozen, to see what the program does then::

    server = PostgisServer()
    server.start()
    url = server.create_database()
    server.freeze()      # SIGSTOP: connections are accepted by the kernel, nothing answers
    server.thaw()
    server.remove()
"""

from __future__ import annotations

import atexit
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg2

_INSTALL = (
    "No PostgreSQL server with PostGIS was found below /usr/lib/postgresql or on PATH. The contract tests need one: "
    "on Debian or Ubuntu run `apt-get install postgresql postgis postgresql-15-postgis-3` (with your release's number; "
    "no server needs to run), or put a folder with initdb and postgres on PATH."
)
_START_LIMIT_S = 60.0
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "autovacuum": "off",
    "jit": "off",
}


def binaries() -> Path:
    """Return the folder of the newest server's programs; fail with what to install if there is none."""
    on_path = shutil.which("initdb")
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *([Path(on_path).resolve().parent] if on_path else [])]
    usable = [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]
    if not usable:
        raise RuntimeError(_INSTALL)
    return max(usable, key=lambda folder: float((re.findall(r"[\d.]+", folder.parent.name) or ["0"])[0]))


def _unprivileged_user() -> str | None:
    """Return whom to run as: PostgreSQL refuses to be started by root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _ending_with_parent() -> list[str]:
    """Return a prefix for a command that Linux is to interrupt when the tests are killed."""
    return ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []


class PostgisServer:
    """A server of one's own.

    Attributes
    ----------
    folder : Path
        Socket, data and log; short, because a socket's path may have some 100 characters only.
    """

    def __init__(self) -> None:
        self._bin = binaries()
        self._user = _unprivileged_user()
        self._process: subprocess.Popen[bytes] | None = None
        self._frozen = False
        self.folder = Path(tempfile.mkdtemp(prefix="smpg-", dir="/tmp"))
        if self._user:
            shutil.chown(self.folder, self._user)
        atexit.register(self.remove)
        options = ("-U", "stationmap", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "-D", str(self.folder / "data"), *options)

    def start(self) -> None:
        """Start, and return once queries are answered."""
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [
            *_ending_with_parent(),
            self._bin / "postgres",
            "-D",
            self.folder / "data",
            "-k",
            self.folder,
            *settings,
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, user=self._user, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        limit = time.monotonic() + _START_LIMIT_S
        while True:
            try:
                psycopg2.connect(self._dsn("postgres")).close()
            except psycopg2.OperationalError:
                if self._process.poll() is not None or time.monotonic() > limit:
                    raise RuntimeError(
                        f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}"
                    ) from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop at once, ending all connections; :meth:`start` brings it back with its data."""
        if self._process is None:
            return
        self.thaw()
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._signal_all(signal.SIGKILL)
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """Kill every process of the server, as a power cut would."""
        if self._process is not None:
            self._signal_all(signal.SIGKILL)
            self._process.wait()
            self._process = None
            self._frozen = False
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def freeze(self) -> None:
        """Let every process of the server hang."""
        self._signal_all(signal.SIGSTOP)
        self._frozen = True

    def thaw(self) -> None:
        """Let a frozen server go on."""
        if self._frozen:
            self._signal_all(signal.SIGCONT)
            self._frozen = False

    def remove(self) -> None:
        """Stop and delete everything; runs at the program's end by itself."""
        atexit.unregister(self.remove)
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return a database's SQLAlchemy URL."""
        return f"postgresql+psycopg2://stationmap@/{database}?host={self.folder}"

    def create_database(self, template: str = "template0") -> str:
        """Create a database, as a copy of ``template``, and return its URL."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return self.url(name)

    @property
    def pid(self) -> int | None:
        """The server's main process, or ``None`` while it is stopped."""
        return self._process.pid if self._process else None

    def drop_database(self, url: str) -> None:
        """Drop a database with all connections to it."""
        self.execute(f"DROP DATABASE IF EXISTS {self.name_of(url)} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as superuser, outside a transaction."""
        connection = psycopg2.connect(self._dsn(database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    @staticmethod
    def name_of(url: str) -> str:
        """Return the name of the database in a URL of :meth:`url`."""
        return url.partition("@/")[2].partition("?")[0]

    def _dsn(self, database: str) -> str:
        return f"host={self.folder} dbname={database} user=stationmap connect_timeout=5"

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._bin / program, *arguments]
        done = subprocess.run(command, user=self._user, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _signal_all(self, number: int) -> None:
        """Signal the server's main process and its children, which have sessions of their own."""
        if self._process is None:
            return
        main = self._process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text()
        for pid in [main, *map(int, children.split())]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
