"""The read model: every public read about sites is answered from a :class:`SiteIndex` in memory.

The way through the modules: rows of the store become ``columns`` (``build``, ``features``); from these come the tree
(``geometry``), the search texts (``grams``, ``spelling``, ``search``), the orders (``ordering``) and the
opening times (``opening``, ``exceptions``, ``moments``) and the map's cells (``clustergrid``); ``filters``,
``finding``, ``clusters``, ``suggesting`` and ``details`` answer; ``siteindex`` is the face, its life is told in
``lifecycle``, and what it says of sites in ``telling``.
"""

from __future__ import annotations

from geodata.index.clustergrid import CELL_PX, MAX_ZOOM
from geodata.index.query import LISTED_STATES, Hit, Hits, Page, SiteQuery, Sort, Suggestion
from geodata.index.siteindex import SiteIndex

__all__ = [
    "CELL_PX",
    "LISTED_STATES",
    "MAX_ZOOM",
    "Hit",
    "Hits",
    "Page",
    "SiteIndex",
    "SiteQuery",
    "Sort",
    "Suggestion",
]
