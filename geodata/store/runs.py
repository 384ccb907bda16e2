"""Runs of planning: a table is the truth about each; a queue only tells workers that there is something to do.

A worker claims a run, tells with a heartbeat that it is alive and how far it is, and finishes it. What lost its worker
is queued again. A worker that was given up cannot finish a run any more, so nothing is done twice in the records.
Times are the database's own where several machines work on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import ConflictError, NotFoundError, StationmapError
from geodata.messages import Message
from geodata.store import layers, schema
from geodata.store.fields import refuse_unstorable
from geodata.store.store import Store
from geodata.store.translating import translated

State = Literal["queued", "running", "done", "failed", "cancelled"]
#: What a worker is told when it says that it is alive.
Orders = Literal["go on", "cancel", "lost"]
#: A run that lost so many workers is given up: most likely it is what kills them.
MAX_ATTEMPTS = 3

_runs = schema.runs


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands.

    Attributes
    ----------
    id : int
    name, scenario : str
        Name and text of the scenario.
    actor : str
        Who asked for it.
    today : date
        The day from which the scenario's kind of day is looked for: kept, so that a repeat takes the same.
    repeats : int, optional
        The run that this one repeats.
    state : {"queued", "running", "done", "failed", "cancelled"}
        ``"done"`` also for a run that was stopped and gave its best so far; ``"cancelled"`` for one that never began.
    cancel : bool
        Whether somebody asked it to stop.
    attempts : int
        How many workers have begun it.
    progress : mapping
        ``stage``, ``share`` (0…1), ``objective``, ``bound``, ``gap`` as far as they are known.
    inputs : mapping
        What the data was: versions and a digest.
    error : Message, optional
        Why it failed.
    """

    id: int
    name: str
    scenario: str
    actor: str
    today: date
    repeats: int | None
    state: State
    cancel: bool
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: Mapping[str, Any]
    inputs: Mapping[str, Any]
    error: Message | None

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("done", "failed", "cancelled")


def submit(store: Store, scenario: str, name: str, actor: str, *, today: date, repeats: int | None = None) -> int:
    """Queue a run and return its id; the scenario must have been checked."""
    row = {"name": name, "scenario": scenario, "actor": actor}
    for key, value in row.items():
        refuse_unstorable(key, value)
    empty: dict[str, Any] = {"progress": {}, "inputs": {}, "error": None, "cancel": False, "attempts": 0}
    with _writing(store) as connection:
        values = row | empty | {"today": today, "repeats": repeats, "state": "queued", "created_at": _now(connection)}
        return int(connection.execute(sa.insert(_runs).values(values).returning(_runs.c.id)).scalar_one())


def status(store: Store, run_id: int) -> Run:
    """Return a run.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    with store.snapshot() as connection:
        return _run(connection, run_id)


def listed(store: Store, *, limit: int = 50) -> list[Run]:
    """Return the latest runs, the last one first."""
    with store.snapshot() as connection:
        query = sa.select(_runs).order_by(_runs.c.id.desc()).limit(limit)
        return [_from_row(row) for row in connection.execute(query).mappings()]


def result(store: Store, run_id: int) -> dict[str, Any] | None:
    """Return the result of a run as :func:`geodata.siting.result.result_of` made it; ``None`` while there is none.

    Raises
    ------
    NotFoundError
        If there is no such run.
    """
    with store.snapshot() as connection:
        _run(connection, run_id)
        digest = connection.execute(sa.select(_runs.c.result).where(_runs.c.id == run_id)).scalar_one()
        if digest is None:
            return None
        found: dict[str, Any] = orjson.loads(layers.blob(connection, digest))
        return found


def cancel(store: Store, run_id: int) -> Run:
    """Ask a run to stop: one that waits is cancelled, one that is under way will give its best so far.

    Raises
    ------
    NotFoundError
        If there is no such run.
    ConflictError
        If it has ended already.
    """
    with _writing(store) as connection:
        run = _run(connection, run_id)
        if run.ended:
            raise ConflictError("run_ended", run=run_id)
        waiting = (_runs.c.id == run_id) & (_runs.c.state == "queued")
        ended = {"state": "cancelled", "cancel": True, "finished_at": _now(connection)}
        if not connection.execute(sa.update(_runs).where(waiting).values(ended)).rowcount:
            connection.execute(sa.update(_runs).where(_runs.c.id == run_id).values(cancel=True))
        return _run(connection, run_id)


def claim(store: Store, run_id: int, worker: str) -> Run | None:
    """Make a queued run this worker's; ``None`` if it is not (any more) to be had."""
    with _writing(store) as connection:
        now = _now(connection)
        mine = {"state": "running", "claimed_by": worker, "heartbeat_at": now, "started_at": now, "progress": {}}
        free = (_runs.c.id == run_id) & (_runs.c.state == "queued")
        statement = sa.update(_runs).where(free).values(**mine, attempts=_runs.c.attempts + 1)
        return _run(connection, run_id) if connection.execute(statement).rowcount else None


def beat(store: Store, run_id: int, worker: str, progress: Mapping[str, Any]) -> Orders:
    """Tell that the worker is alive and how far it is; return whether it is to go on."""
    with _writing(store) as connection:
        values = {"heartbeat_at": _now(connection), "progress": dict(progress)}
        if not connection.execute(sa.update(_runs).where(_held(run_id, worker)).values(values)).rowcount:
            return "lost"
        wanted = connection.execute(sa.select(_runs.c.cancel).where(_runs.c.id == run_id)).scalar_one()
        return "cancel" if wanted else "go on"


def finish(store: Store, run_id: int, worker: str, made: Mapping[str, Any]) -> bool:
    """Keep the result of a run; return whether it was still this worker's."""
    content = orjson.dumps(made, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(content).hexdigest()
    with _writing(store) as connection:
        # alone among the writers: two runs with the same result keep it once
        store.backend.lock(connection)
        values = {"state": "done", "finished_at": _now(connection), "result": digest, "claimed_by": None}
        values |= {"inputs": dict(made["inputs"]), "progress": {"stage": "effects", "share": 1.0} | _summary(made)}
        if not connection.execute(sa.update(_runs).where(_held(run_id, worker)).values(values)).rowcount:
            return False
        layers.put_blob(store.backend, connection, digest, content)
        return True


def fail(store: Store, run_id: int, worker: str, error: StationmapError) -> bool:
    """Keep why a run failed; return whether it was still this worker's."""
    with _writing(store) as connection:
        values = _failed(error.message, _now(connection))
        return bool(connection.execute(sa.update(_runs).where(_held(run_id, worker)).values(values)).rowcount)


def give_back(store: Store, run_id: int, worker: str) -> bool:
    """Queue a run again that this worker cannot go on with, such as when it is told to end."""
    with _writing(store) as connection:
        values: dict[str, Any] = {"state": "queued", "claimed_by": None, "delivered_at": None, "progress": {}}
        values["attempts"] = _runs.c.attempts - 1
        return bool(connection.execute(sa.update(_runs).where(_held(run_id, worker)).values(**values)).rowcount)


def delivered(store: Store, run_id: int) -> None:
    """Note that a queue was told of a run."""
    with _writing(store) as connection:
        connection.execute(sa.update(_runs).where(_runs.c.id == run_id).values(delivered_at=_now(connection)))


def sweep(store: Store, *, silent_s: float, waiting_s: float) -> list[int]:
    """Queue again what lost its worker, and return the runs of which a queue is to be told (again).

    Parameters
    ----------
    store : Store
    silent_s : float
        A worker that was silent for so long is taken for dead.
    waiting_s : float
        A queued run of which a queue was told so long ago is told of again.
    """
    with _writing(store) as connection:
        now = _now(connection)
        dead = (_runs.c.state == "running") & (_runs.c.heartbeat_at < now - timedelta(seconds=silent_s))
        stopped = {"state": "cancelled", "claimed_by": None, "finished_at": now}
        connection.execute(sa.update(_runs).where(dead & _runs.c.cancel).values(stopped))
        given_up = _failed(Message("run_lost_workers", {"count": MAX_ATTEMPTS}), now)
        connection.execute(sa.update(_runs).where(dead & (_runs.c.attempts >= MAX_ATTEMPTS)).values(given_up))
        again: dict[str, Any] = {"state": "queued", "claimed_by": None, "delivered_at": None, "progress": {}}
        connection.execute(sa.update(_runs).where(dead).values(again))
        late = _runs.c.delivered_at.is_(None) | (_runs.c.delivered_at < now - timedelta(seconds=waiting_s))
        query = sa.select(_runs.c.id).where((_runs.c.state == "queued") & late).order_by(_runs.c.id)
        found = [int(run_id) for run_id in connection.execute(query).scalars()]
        connection.execute(sa.update(_runs).where(_runs.c.id.in_(found)).values(delivered_at=now))
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """How long a run has been waiting, and for whom.

    Attributes
    ----------
    ahead : int
        Runs that were queued before it and wait, too.
    at_work : int
        Workers that carry out a run and gave a sign of life lately.
    waited_s : float
        Since it was queued; of a run that is under way since the last sign of life of its worker.
    """

    ahead: int
    at_work: int
    waited_s: float


def in_line(store: Store, run_id: int, *, silent_s: float) -> Line:
    """Return how a run that has not ended stands among the others.

    Parameters
    ----------
    store : Store
    run_id : int
    silent_s : float
        A worker that was silent for so long is taken for dead.

    Raises
    ------
    NotFoundError
        If there is no such run.
    """
    with store.snapshot() as connection:
        run, now = _run(connection, run_id), _now(connection)
        ahead = sa.select(sa.func.count()).where(_runs.c.state == "queued", _runs.c.id < run_id)
        alive = _runs.c.heartbeat_at >= now - timedelta(seconds=silent_s)
        at_work = sa.select(sa.func.count()).where(_runs.c.state == "running", alive)
        beat_at = connection.execute(sa.select(_runs.c.heartbeat_at).where(_runs.c.id == run_id)).scalar_one()
        since = beat_at if run.state == "running" and beat_at is not None else run.created_at
        counts = [int(connection.execute(query).scalar_one()) for query in (ahead, at_work)]
        return Line(counts[0], counts[1], max(0.0, (now - since).total_seconds()))


def _summary(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a list of runs tells of a result without reading it."""
    told = {name: made[name]["share"] for name in ("before", "after") if name in made}
    return told | {name: made.get("answer", {}).get(name) for name in ("gap", "status", "chosen")}


@contextmanager
def _writing(store: Store) -> Iterator[Connection]:
    """Write without raising the data version: runs are no data that anybody reads from the index."""
    with translated(store.backend), store.backend.writing() as connection:
        yield connection


def _held(run_id: int, worker: str) -> sa.ColumnElement[bool]:
    return (_runs.c.id == run_id) & (_runs.c.state == "running") & (_runs.c.claimed_by == worker)


def _failed(message: Message, now: datetime) -> dict[str, Any]:
    error = {"code": message.code, "params": {name: str(value) for name, value in message.params.items()}}
    return {"state": "failed", "finished_at": now, "claimed_by": None, "error": error}


def _now(connection: Connection) -> datetime:
    """Return the time of the database, which all its workers share."""
    if connection.dialect.name == "postgresql":
        now: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return now
    return datetime.now(UTC)


def _run(connection: Connection, run_id: int) -> Run:
    row = connection.execute(sa.select(_runs).where(_runs.c.id == run_id)).mappings().first()
    if row is None:
        raise NotFoundError("run_not_found", run=run_id)
    return _from_row(row)


def _from_row(row: Mapping[Any, Any]) -> Run:
    error = row["error"]
    names = [name for name in Run.__slots__ if name != "error"]
    message = None if error is None else Message(error["code"], error["params"])
    return Run(**{name: row[name] for name in names}, error=message)
