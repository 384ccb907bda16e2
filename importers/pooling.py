"""The rows of a long table prepared by several processes, while this one matches and writes those before."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import wait
from typing import Any

from geodata.errors import FileError
from geodata.index.text import search_text
from importers.columns import Table
from importers.preparing import Part, Preparer, Recipe
from importers.reading import Row
from importers.survey import Survey

#: Rows that are prepared together.
CHUNK = 2_000
#: Files of fewer rows are done before other processes have started.
FEWEST_ROWS = 20_000
#: More of them would wait for the one that writes.
MOST_PROCESSES = 4

_prepare_here: Callable[[Sequence[Row], Survey], Part] | None = None


def processes_at_hand() -> int:
    """Return how many processes may prepare rows: one for each processor that this one may use, 1 for none beside."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_PROCESSES)


@contextmanager
def prepared_parts(recipe: Recipe, table: Table, survey: Survey, processes: int = 1) -> Iterator[Iterator[Part]]:
    """Hand out the rows of a table, prepared, in their order; the processes end with the block.

    Parameters
    ----------
    recipe : Recipe
    table : Table
        Whose rows are gone through.
    survey : Survey
        Their coordinates.
    processes : int
        With more than one, the rows of a long table are prepared by so many further processes. They import the main
        module anew, which must not begin to import files on its own then (``if __name__ == "__main__":``).

    Raises
    ------
    FileError
        While iterating, if one of the processes came to an end on its own.
    """
    chunks = _chunks(table, survey)
    if processes < 2 or survey.rows < FEWEST_ROWS:
        yield (Preparer(recipe).prepare(rows, coordinates) for rows, coordinates in chunks)
        return
    # Not forked: this process has threads and connections that a child must not have.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(recipe,))
    try:
        yield _in_turn(pool, chunks, 2 * processes)
    except BrokenProcessPool as error:
        raise FileError("import_process_ended", detail=str(error)) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _chunks(table: Table, survey: Survey) -> Iterator[tuple[list[Row], Survey]]:
    rows, start = table.rows(), 0
    while chunk := list(islice(rows, CHUNK)):
        yield chunk, survey.part(start, start + len(chunk))
        start += len(chunk)


def _in_turn(pool: ProcessPoolExecutor, chunks: Iterator[tuple[list[Row], Survey]], ahead: int) -> Iterator[Part]:
    """Yield parts in the order of the chunks, of which only a few are under way."""
    under_way: deque[Future[Part]] = deque()
    for rows, survey in chunks:
        plain = [(row.number, row.cells, row.problem, row.joined) for row in rows]
        under_way.append(pool.submit(_prepare, plain, survey))
        if len(under_way) > ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _begin(recipe: Recipe) -> None:
    """Make a process ready to prepare rows; it ends with the one that began it, even if that is killed."""
    global _prepare_here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of them; the first one ends the others
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _prepare_here = Preparer(recipe).prepare


def _end_with(sentinel: Any) -> None:
    wait([sentinel])
    os._exit(1)


def _prepare(plain: list[tuple[Any, ...]], survey: Survey) -> Part:
    if _prepare_here is None:
        raise RuntimeError("not begun")
    part = _prepare_here([Row(*row) for row in plain], survey)
    for draft, _, _ in part.prepared:
        stated = draft.stated
        draft.search = search_text(draft.name, stated.get("labels", ()), stated.get("former_names", ()))
    return part
