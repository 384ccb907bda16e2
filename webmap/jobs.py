"""Runs of planning in the background: asking for them, and telling workers that there is something to do.

The table ``runs`` is the truth (:mod:`geodata.store.runs`); huey only delivers, over a SQLite file of its own or over
Redis where several machines work. A delivery that is lost does no harm: the sweep of every worker delivers again.
Nothing here loads what solves, so web workers may import it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey
from sqlalchemy.engine import make_url

from geodata.siting.scenario import parse_scenario
from geodata.store import Store, runs
from webmap.settings import Settings

log = logging.getLogger(__name__)

_NAME = "stationmap"


class Queue:
    """The way to the workers.

    Parameters
    ----------
    settings : Settings
    execute : callable, optional
        What a worker does with the id of a run; who only asks for runs leaves it out.
    """

    def __init__(self, settings: Settings, execute: Callable[[int], None] | None = None) -> None:
        self._settings = settings
        self._execute = execute or _nothing

    @cached_property
    def _connected(self) -> tuple[Huey, Any]:
        """Huey's own object and the task that it delivers, made when they are first needed, never before a fork."""
        huey = _open(self._settings)
        return huey, huey.task(name="plan")(self._run)

    @property
    def huey(self) -> Huey:
        """Huey's own object, connected."""
        return self._connected[0]

    def deliver(self, run_id: int) -> bool:
        """Tell the workers of a run; return whether that worked. If it did not, a sweep will."""
        try:
            _huey, task = self._connected
            task(run_id)
        except Exception as error:  # whatever the queue's own client raises: the run is safe in the table
            log.warning("run %d could not be put into the queue and is delivered later: %r", run_id, error)
            return False
        return True

    def close(self) -> None:
        """Close the connection, if there is one; it opens again where it is needed."""
        if "_connected" in self.__dict__:
            self.huey.storage.close()

    def today(self) -> date:
        """Return the present day where the places are."""
        return datetime.now(self._settings.place.tz).date()

    def _run(self, run_id: int) -> None:
        """Do the work; huey knows a task by the module of its function, so that is the same for all."""
        self._execute(run_id)


def submit(
    store: Store, queue: Queue, text: str, actor: str, *, today: date | None = None, repeats: int | None = None
) -> int:
    """Check a scenario, queue a run of it and return the run's id.

    Parameters
    ----------
    store : Store
    queue : Queue
    text : str
        The scenario (TOML).
    actor : str
        Who asks.
    today : date, optional
        The day from which the scenario's kind of day is looked for; the present one without.
    repeats : int, optional
        The run that this one repeats.

    Raises
    ------
    ScenarioError
        If the scenario cannot be used.
    """
    scenario = parse_scenario(text)
    first = today or queue.today()
    run_id = runs.submit(store, text, scenario.name, actor, today=first, repeats=repeats)
    if queue.deliver(run_id):
        runs.delivered(store, run_id)
    return run_id


def repeat(store: Store, queue: Queue, run_id: int, actor: str) -> int:
    """Queue a run again with the same scenario and day, and return the new one's id.

    With the same data it gives the same answer; where the data has changed the two runs' inputs tell.

    Raises
    ------
    NotFoundError
        If there is no such run.
    """
    run = runs.status(store, run_id)
    return submit(store, queue, run.scenario, actor, today=run.today, repeats=run_id)


def _open(settings: Settings) -> Huey:
    address = settings.jobs.redis_url.get_secret_value()
    if address:
        return RedisHuey(_NAME, url=address, results=False)
    path = queue_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(_NAME, filename=str(path), results=False)


def queue_file(settings: Settings) -> Path:
    """Return the file of the queue: the one that is set, else one beside a SQLite store or in the cache's folder."""
    if settings.jobs.queue_file is not None:
        return settings.jobs.queue_file
    url = make_url(settings.store.database_url)
    if url.drivername.startswith("sqlite") and url.database:
        store = Path(url.database).absolute()
        return store.with_name(f"{store.stem}-queue.db")
    digest = hashlib.sha256(settings.store.database_url.encode()).hexdigest()[:16]
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches).absolute() / "stationmap" / f"queue-{digest}.db"


def _nothing(run_id: int) -> None:
    """Stand for the work where none is done."""
