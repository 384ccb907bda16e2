"""OR-Library p-median files: reading one and solving it.

The first line holds the number of vertices, of edges and of sites to open; each further line an edge ``i j cost``
between vertices numbered from 1. Edges go both ways, and a later line for the same two vertices overwrites an earlier
one (Beasley 1985). Distances are the shortest paths between all pairs.

``python -m importers.orlib FILE [--time-limit S]`` prints one line of JSON.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from geodata.errors import FileError, StationmapError


@dataclass(frozen=True, slots=True)
class Instance:
    """A p-median instance: its name, the distances between all vertices (``inf``: no path) and the number to open."""

    name: str
    distance: NDArray[np.float64]
    p: int


def read_instance(path: Path) -> Instance:
    """Read an OR-Library p-median file.

    Raises
    ------
    FileError
        If the file cannot be read or a line is not what it should be; it names file, line, value and what is expected.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError("orlib_unreadable", detail=str(error), file=path.name) from error
    rows = [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise FileError("orlib_empty", file=path.name)
    number, head = rows[0]
    if len(head) != 3:
        raise FileError("orlib_line", file=path.name, line=number, value=" ".join(head), expected="vertices edges p")
    vertices, edges = (_whole(path, number, text, 1, 100_000) for text in head[:2])
    p = _whole(path, number, head[2], 1, vertices)
    if len(rows) - 1 != edges:
        last = rows[-1][0]
        raise FileError("orlib_count", file=path.name, line=last, value=len(rows) - 1, expected=edges)
    costs: dict[tuple[int, int], float] = {}
    for number, parts in rows[1:]:
        if len(parts) != 3:
            raise FileError("orlib_line", file=path.name, line=number, value=" ".join(parts), expected="i j cost")
        i, j = (_whole(path, number, text, 1, vertices) - 1 for text in parts[:2])
        costs[min(i, j), max(i, j)] = _cost(path, number, parts[2])
    return Instance(path.stem, shortest_paths(vertices, costs), p)


def shortest_paths(vertices: int, costs: dict[tuple[int, int], float]) -> NDArray[np.float64]:
    """Return the lengths of the shortest paths between all vertices, over edges that go both ways."""
    pairs = np.array(list(costs), np.int64).reshape(-1, 2)
    values = np.fromiter(costs.values(), np.float64, len(costs))
    graph = sp.csr_array(sp.coo_array((values, (pairs[:, 0], pairs[:, 1])), shape=(vertices, vertices)))
    return np.asarray(dijkstra(graph, directed=False), np.float64)


def _whole(path: Path, line: int, text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise FileError("orlib_line", file=path.name, line=line, value=text, expected=f"{least}…{most}")
    return int(text)


def _cost(path: Path, line: int, text: str) -> float:
    try:
        cost = float(text)
    except ValueError:
        cost = math.nan
    if not 0 <= cost < math.inf:
        raise FileError("orlib_line", file=path.name, line=line, value=text, expected="≥ 0")
    return cost


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), default=300.0, help="Seconds.")
def main(file: Path, time_limit: float) -> None:
    """Solve an OR-Library p-median FILE and print the answer as one line of JSON."""
    from geodata.siting import Limits, Rules, p_median  # loads the compiled solvers

    try:
        instance = read_instance(file)
        answer = p_median(instance.distance, Rules(p=instance.p), limits=Limits(time_limit_s=time_limit))
    except StationmapError as error:
        click.echo(error.message.text("zh"), err=True)
        click.echo(error.message.text("en"), err=True)
        sys.exit(1)
    result = {
        "instance": instance.name,
        "n": len(instance.distance),
        "p": instance.p,
        "objective": _plain(answer.objective),
        "bound": _plain(answer.bound),
        "gap": answer.gap,
        "status": answer.status,
        "seconds": round(answer.seconds, 4),
    }
    click.echo(json.dumps(result))


def _plain(value: float) -> float | int | None:
    """Return a whole number as such, and nothing for an unproven bound of minus infinity (JSON has no infinity)."""
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value


if __name__ == "__main__":
    main()
