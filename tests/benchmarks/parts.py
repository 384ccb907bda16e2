"""Where the time of an import goes: functions wrapped with clocks, each counting what no other one within it counts."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

#: Part → the functions that are its own, as module and attribute.
PARTS = {
    "opening the file": ("importers.sites.open_table",),
    "first pass: coordinates, datum": ("importers.sites.survey",),
    "cells to texts": ("importers.extracting.Extractor._by_field",),
    "texts to values": ("importers.drafting.Drafter.draft",),
    "opening hours": ("importers.readings.parse_hours",),
    "positions": ("importers.survey.Survey.place", "importers.preparing.position_of"),
    "areas": ("importers.places.AreaAssigner.holding", "importers.places.AreaAssigner.area_of"),
    "looking for known sites": ("importers.loading.find_stored", "importers.resembling.Directory.of",
                                "importers.resembling.Resembling.look"),
    "sites to rows": ("importers.loading.ready_rows", "geodata.store.sitewriting.to_row"),
    "writing": ("geodata.store.sitewriting.SiteWriting.add_ready", "geodata.store.sitewriting.SiteWriting.update",
                "geodata.store.writer.Writer.settle_reviews"),
    "rows to COPY": ("geodata.store.sitewriting.encoded_rows", "geodata.store.backend.encoded_rows",
                     "geodata.store.postgis.PostgisBackend.widened",
                     "geodata.store.postgis.PostgisBackend.insert_ready"),
    "waiting for PostgreSQL": ("geodata.store.deadline.DeadlineCursor._limited",),
}  # fmt: skip
REST = "reading the rows, the rest"


class Clock:
    """Adds up seconds by part, by the clock and of the processor; a part within another one counts for itself alone."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys((*PARTS, REST), 0.0)
        self.processor_s = dict.fromkeys((*PARTS, REST), 0.0)
        self._parts = [REST]
        self._since = time.perf_counter(), time.process_time()

    def turn(self, part: str | None) -> None:
        """Begin a part, or end the one that runs (``None``)."""
        now, used = time.perf_counter(), time.process_time()
        self.seconds[self._parts[-1]] += now - self._since[0]
        self.processor_s[self._parts[-1]] += used - self._since[1]
        self._since = now, used
        if part is None:
            self._parts.pop()
        else:
            self._parts.append(part)

    def wrapped(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        """Return a function that tells the clock when it runs."""

        def run(*args: Any, **kwargs: Any) -> Any:
            self.turn(part)
            try:
                return function(*args, **kwargs)
            finally:
                self.turn(None)

        return run


@contextmanager
def clocked() -> Iterator[Clock]:
    """Measure the parts of an import that runs in the block."""
    clock = Clock()
    with ExitStack() as stack:
        for part, names in PARTS.items():
            for name in names:
                module, *rest = _split(name)
                owner: Any = importlib.import_module(module)
                for step in rest[:-1]:
                    owner = getattr(owner, step)
                plain = owner.__dict__[rest[-1]]
                function = clock.wrapped(getattr(owner, rest[-1]), part)
                stack.enter_context(
                    patch.object(
                        owner, rest[-1], staticmethod(function) if isinstance(plain, classmethod) else function
                    )
                )
        yield clock
        clock.turn(REST)


def _split(name: str) -> list[str]:
    """Cut a name into its module and the attributes in it: modules are in lower case and not underlined."""
    parts = name.split(".")
    at = next((index for index, part in enumerate(parts) if part[0].isupper()), len(parts) - 1)
    return [".".join(parts[:at]), *parts[at:]]
