"""How long clusters of all China take at national size: python -m tests.benchmarks.clustering [SITES]."""

from __future__ import annotations

from functools import partial

from geodata.index import SiteIndex, SiteQuery
from tests.benchmarks.answering import national_index, report
from tests.indexes import NOON

CHINA = (73.0, 18.0, 135.0, 54.0)
QUERIES = {
    "all": SiteQuery(),
    "two facilities": SiteQuery(facilities=(("microwave", False), ("toilet", True))),
    "open now": SiteQuery(open_at=NOON),
    "open, kind, facility": SiteQuery(kinds=frozenset({"rest_station"}), facilities=(("toilet", False),), open_at=NOON),
    "a word": SiteQuery(text="人民"),
}


def answer(index: SiteIndex, query: SiteQuery, zoom: int, *, known: bool) -> list[bytes]:
    """Return the features of China; unless ``known``, nothing that was counted before is made use of."""
    if not known:
        index._clustering._kept.clear()
    return index.cluster_features(index.clusters(query, bbox=CHINA, zoom=zoom, now=NOON))


def main() -> None:
    """Print the times at several zooms."""
    index = national_index()
    questions = {
        f"{name}, zoom {zoom}{', again' if known else ''}": partial(answer, index, query, zoom, known=known)
        for name, query in QUERIES.items()
        for zoom in (3, 4, 5, 6, 12)
        for known in (False, True)
    }
    report(questions)


if __name__ == "__main__":
    main()
