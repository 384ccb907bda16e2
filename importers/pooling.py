"""The rows of a long table prepared by several processes, while this one matches and writes those before."""

from __future__ import annotations

import gc
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

from geodata.errors import FileError, ValueUnusableError
from geodata.garbage import SELDOM
from geodata.store import SiteEncoder
from importers.columns import Table
from importers.extracting import CHUNK
from importers.prepared import ready_rows
from importers.preparing import Part, Preparer, Recipe
from importers.reading import Row
from importers.survey import Survey

#: Files of fewer rows are done before other processes have started.
FEWEST_ROWS = 20_000
#: More of them would wait for the one that writes.
MOST_PROCESSES = 4

_prepare_here: Callable[[Sequence[Row], Survey], Part] | None = None
_encoder: SiteEncoder | None = None


def processes_at_hand() -> int:
    """Return how many processes may prepare rows: one for each processor that this one may use, 1 for none beside."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_PROCESSES)


class Helpers:
    """Further processes that prepare the rows of a long table.

    They import the main module anew, which must not begin to import files on its own then
    (``if __name__ == "__main__":``).
    """

    def __init__(self, recipe: Recipe, encoder: SiteEncoder, processes: int) -> None:
        self._recipe = recipe
        self._encoder = encoder
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._ending: threading.Thread | None = None

    def expect(self, rows: int) -> None:
        """Start the processes, once so many rows were seen that they are worth it."""
        if self._pool is not None or self._processes < 2 or rows < FEWEST_ROWS:
            return
        # Not forked: this process has threads and connections that a child must not have.
        context = multiprocessing.get_context("spawn")
        start = (self._recipe, self._encoder)
        self._pool = ProcessPoolExecutor(self._processes, context, initializer=_begin, initargs=start)
        for _ in range(self._processes):  # each task starts one
            self._pool.submit(_begun)

    def parts(self, table: Table, survey: Survey, *, drafts: bool = True) -> Iterator[Part]:
        """Hand out the rows of a table, prepared, in their order; of one table, once.

        Parameters
        ----------
        table : Table
            Whose rows are gone through.
        survey : Survey
            Their coordinates.
        drafts : bool
            Whether the drafts themselves are asked for; if not, further processes hand out rows of the store alone.
        """
        self.expect(survey.rows)
        chunks = _chunks(table, survey)
        if self._pool is not None:
            yield from self._in_turn(self._pool, chunks, drafts=drafts)
            return
        preparer = Preparer(self._recipe)
        for rows, coordinates in chunks:
            yield preparer.prepare(rows, coordinates)

    def _in_turn(
        self, pool: ProcessPoolExecutor, chunks: Iterator[tuple[list[Row], Survey]], *, drafts: bool
    ) -> Iterator[Part]:
        """Yield parts in the order of the chunks, of which only a few are under way."""
        under_way: deque[Future[Part]] = deque()
        for rows, survey in chunks:
            plain = [(row.number, row.cells, row.problem, row.joined) for row in rows]
            under_way.append(pool.submit(_prepare, plain, survey, drafts))
            if len(under_way) > 2 * self._processes:
                yield under_way.popleft().result()
        while under_way:
            part = under_way.popleft().result()
            if not under_way:  # they end while the last rows are written
                self._ending = threading.Thread(target=pool.shutdown)
                self._ending.start()
            yield part

    def end(self) -> None:
        """End the processes."""
        if self._ending is not None:
            self._ending.join()
        elif self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def helpers(recipe: Recipe, encoder: SiteEncoder, processes: int = 1) -> Iterator[Helpers]:
    """Have up to so many further processes at hand; they end with the block.

    Parameters
    ----------
    recipe : Recipe
    encoder : SiteEncoder
        Makes the rows of the store.
    processes : int
        With fewer than two, and for short tables, this process prepares the rows itself.

    Raises
    ------
    FileError
        If one of the processes came to an end on its own.
    """
    found = Helpers(recipe, encoder, processes)
    try:
        yield found
    except BrokenProcessPool as error:
        raise FileError("import_process_ended", detail=str(error)) from error
    finally:
        found.end()


def _chunks(table: Table, survey: Survey) -> Iterator[tuple[list[Row], Survey]]:
    rows, start = table.rows(), 0
    while chunk := list(islice(rows, CHUNK)):
        yield chunk, survey.part(start, start + len(chunk))
        start += len(chunk)


def _begin(recipe: Recipe, encoder: SiteEncoder) -> None:
    """Make a process ready to prepare rows; it ends with the one that began it, even if that is killed."""
    global _prepare_here, _encoder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of them; the first one ends the others
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _prepare_here, _encoder = Preparer(recipe).prepare, encoder
    # What was loaded stays; rows come and go by the thousand and hardly ever in circles.
    gc.freeze()
    gc.set_threshold(*SELDOM)


def _end_with(sentinel: Any) -> None:
    wait([sentinel])
    os._exit(1)


def _begun() -> None:
    """Do nothing: a process that answers has begun."""


def _prepare(plain: list[tuple[Any, ...]], survey: Survey, drafts: bool) -> Part:
    if _prepare_here is None or _encoder is None:
        raise RuntimeError("not begun")
    part = _prepare_here([Row(*row) for row in plain], survey)
    try:
        ready_rows(part.prepared, _encoder)
    except ValueUnusableError:  # told by the process that writes, if it comes to that
        return part
    if not drafts:
        for item in part.prepared:
            item.drop_draft()
    return part
