"""The face of the read model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from geodata.index.clusters import Clusters
from geodata.index.counting import counts
from geodata.index.finding import Bbox, Point
from geodata.index.query import Hits, Page, SiteQuery, Sort, Suggestion
from geodata.index.statistics import statistics
from geodata.index.suggesting import suggest
from geodata.index.telling import Telling
from geodata.sites import Datum

if TYPE_CHECKING:
    pass

#: Questions for statistics whose answers are kept.
_STATISTICS = 64


class SiteIndex(Telling):
    """All sites of a store at one data version, in memory; never changes, but for what it remembers to be faster.

    Made by :meth:`load`; :meth:`refreshed` leads to the next version.

    Attributes
    ----------
    store_id : str
    version : int
        The store's data version that it shows.
    calendar : WorkCalendar
    areas : tuple of Area
    organisations : Organisations
    """

    def nearby(
        self, lon: float, lat: float, query: SiteQuery, *, radius_m: float = 5000, limit: int = 20, now: datetime
    ) -> Hits:
        """Return the sites nearest to a point.

        Parameters
        ----------
        lon, lat : float
            Degrees in WGS-84.
        query : SiteQuery
        radius_m : float
            Geodesic; a site at exactly this distance is in.
        limit : int
        now : datetime
            Aware.

        Returns
        -------
        Hits
            Nearest first, ties by code; with ``open_at`` the open ones first, then those of unknown hours.

        Raises
        ------
        ParameterError
            If the position, radius or limit is out of range, or ``open_at`` more than a year away.
        """
        return self._finder.nearby(lon, lat, query, radius_m=radius_m, limit=limit, now=now)

    def find(
        self,
        query: SiteQuery,
        *,
        bbox: Bbox | None = None,
        after: str | None = None,
        limit: int = 100,
        now: datetime,
        sort: Sort = "code",
        near: Point | None = None,
    ) -> Page:
        """Return a page of the sites that match, with or without a position.

        Parameters
        ----------
        query : SiteQuery
        bbox : (west, south, east, north), optional
            Degrees in WGS-84; with west > east it crosses the antimeridian. Sites without a position are in none.
        after : str, optional
            The cursor of the page before.
        limit : int
        now : datetime
            Aware.
        sort : {"code", "rating", "name", "distance"}
            Best ratings first; names by their pinyin; ties by code. With ``open_at`` within those open and those of
            unknown hours.
        near : (lon, lat), optional
            From where distances are given; needed to sort by distance.

        Raises
        ------
        ParameterError
            If the box, cursor, position or limit is unusable, or ``open_at`` more than a year away.
        """
        return self._finder.find(query, bbox=bbox, after=after, limit=limit, now=now, sort=sort, near=near)

    def clusters(self, query: SiteQuery, *, bbox: Bbox, zoom: int, now: datetime) -> Clusters:
        """Return the sites that match, gathered by the map's cells.

        The cells are fixed to the world: what a cell holds is the same whatever box it is looked at through.

        Parameters
        ----------
        query : SiteQuery
        bbox : (west, south, east, north)
            Degrees in WGS-84; with west > east it crosses the antimeridian. Every cell that it touches is given whole.
        zoom : int
            Of the Web Mercator map, 0-20. A box of more than 64 cells in width or height is given at a lesser one.
        now : datetime
            Aware.

        Raises
        ------
        ParameterError
            If the box or zoom is unusable, or ``open_at`` more than a year away.
        """
        return self._clustering.find(query, bbox=bbox, zoom=zoom, now=now)

    def cluster_features(self, found: Clusters, datum: Datum = "wgs84") -> list[bytes]:
        """Return clusters as GeoJSON; a cell with one site, from zoom 18 on with a few, gives the sites themselves."""
        gathered, hits = self._clustering.features(found, datum)
        return gathered + self._features(hits, found.at, datum)

    def counts(self, query: SiteQuery, *, now: datetime) -> dict[str, Any]:
        """Return how many sites match, in all and by what they are and have.

        Returns
        -------
        dict
            ``total``; ``kinds``, ``levels``, ``states``: code → number; ``facilities``, ``services``: code → number of
            those that have it at least in part; ``open``: ``open``, ``closed`` and ``unknown`` → number.

        Raises
        ------
        ParameterError
            If ``open_at`` is more than a year away.
        """
        return counts(self._finder, query, now)

    def statistics(self, query: SiteQuery, *, now: datetime, area: str | None = None) -> dict[str, Any]:
        """Return what can be said of the sites that match together; kept for as long as the data and the moment last.

        Parameters
        ----------
        query : SiteQuery
        now : datetime
            Aware.
        area : str, optional
            Whose published figures to give, with those of the areas within; of all without.

        Returns
        -------
        dict
            What :meth:`counts` and :func:`geodata.index.statistics.statistics` give, and ``area_indicators``
            (:meth:`area_indicators`).

        Raises
        ------
        ParameterError
            If ``open_at`` is more than a year away.
        """
        _, same = self._finder.judged(query, now)
        key = (same, area, now.astimezone(self.tz).date())
        found = self._statistics.get(key)
        if found is None:
            found = {
                **self.counts(query, now=now),
                **statistics(self._finder, query, now, self.areas, self.tz),
                "area_indicators": self.area_indicators(area),
            }
            if len(self._statistics) >= _STATISTICS:
                self._statistics.clear()
            self._statistics[key] = found
        return dict(found)

    def suggest(
        self, text: str, *, limit: int = 10, near: Point | None = None, now: datetime | None = None
    ) -> list[Suggestion]:
        """Return sites and areas that go with what someone typed.

        By exact name, its beginning, a piece of it, label or former name, pinyin or initials, address or area; then, if
        there is room left, names that differ by one error in typing (from three Chinese characters or four letters on).
        Within these the nearest first, or the shortest names where no position is given.

        Parameters
        ----------
        text : str
        limit : int
        near : (lon, lat), optional
            Degrees in WGS-84.
        now : datetime, optional
            Aware; leaves out places that are not there at this time. The present by default.

        Raises
        ------
        ParameterError
            If the position or limit is out of range.
        """
        wanted = self._moments.listed(self._moments.at(now or datetime.now(UTC)))
        return suggest(self._finder, self._area_names, text, limit=limit, near=near, wanted=wanted)
