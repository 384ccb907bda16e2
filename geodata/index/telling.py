"""What the index tells of sites that were found or named: features, details, evidence, figures, who runs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from geodata.errors import NotFoundError
from geodata.index.details import detail, week_json
from geodata.index.evidence import evidence_of
from geodata.index.explaining import explained
from geodata.index.features import in_datum, last_change, member
from geodata.index.filters import area_codes, within_codes
from geodata.index.lifecycle import Lifecycle
from geodata.index.query import Hit, Hits, Page
from geodata.index.timetables import coming_days
from geodata.organisations import Organisation
from geodata.sites import Datum

if TYPE_CHECKING:
    from geodata.ratings import Evidence


class Telling(Lifecycle):
    """The part of an index that tells of sites; see :class:`geodata.index.SiteIndex`."""

    def row_of(self, code: str) -> int | None:
        """Return the row of a present code; ``None`` if there is no such site or the code is a former one."""
        return None if code in self._columns.aliases else self._finder.orders.row_of(code)

    def canonical(self, code: str) -> str | None:
        """Return the present code of the site that a code, present or former, leads to; ``None`` if to none."""
        current = self._columns.aliases.get(code, code)
        return current if self.row_of(current) is not None else None

    def _row(self, code: str) -> int:
        current = self.canonical(code)
        row = None if current is None else self.row_of(current)
        if row is None:
            raise NotFoundError("index_no_site", site=code[:40])
        return row

    def feature(self, hit: Hit, now: datetime, datum: Datum = "wgs84") -> bytes:
        """Return a site as GeoJSON.

        Parameters
        ----------
        hit : Hit
        now : datetime
            For which ``open`` is given: the ``at`` of the hits.
        datum : Datum
            Of the coordinates.
        """
        return self._features([hit], now, datum)[0]

    def features(
        self, hits: Hits | Page, datum: Datum = "wgs84", walk_s: Sequence[float | None] | None = None
    ) -> list[bytes]:
        """Return all sites found as GeoJSON, each with its ``open`` at the time it was judged for.

        Parameters
        ----------
        hits : Hits or Page
        datum : Datum
            Of the coordinates.
        walk_s : sequence of float or None, optional
            Seconds on foot along streets to each; ``None`` or NaN where the straight line has to do.
        """
        return self._features(hits.items, hits.at, datum, walk_s)

    def points(self, hits: Hits) -> tuple[list[float], list[float]]:
        """Return lon and lat of sites found near a point, in WGS-84."""
        rows = [row for row, _ in hits.items]
        table = self._columns.table
        return table.lon[rows].tolist(), table.lat[rows].tolist()

    def _features(
        self, hits: Sequence[Hit], at: datetime, datum: Datum, walk_s: Sequence[float | None] | None = None
    ) -> list[bytes]:
        if not hits:
            return []
        rows, distances = zip(*hits, strict=True)
        whole = self._shown.whole(rows, distances, self._moments.openings(rows, at), walk_s)
        return whole if datum == "wgs84" else [in_datum(feature, datum) for feature in whole]

    def coming_days(self, hits: Hits, now: datetime) -> dict[str, Any]:
        """Return when sites open and close in the coming days (:func:`geodata.index.timetables.coming_days`)."""
        return coming_days(self._moments, [hit.row for hit in hits.items], now)

    def detail(self, code: str, now: datetime, datum: Datum = "wgs84") -> dict[str, Any]:
        """Return everything about one site, with its hours of the next seven days.

        Raises
        ------
        NotFoundError
            If no code, present or former, is ``code``.
        """
        row = self._row(code)
        self._moments.at(now)
        feature = orjson.loads(self.feature(Hit(row), now, datum))
        found = detail(self._columns, row, feature, now, self.calendar, self.tz)
        runs = self._charge.of_row(row)
        found["properties"]["operator_code"] = None if runs is None else runs.code
        return found

    def evidence(self, code: str) -> list[Evidence]:
        """Return the evidence of the site that a code leads to, oldest first.

        Raises
        ------
        NotFoundError
            If no code, present or former, is ``code``.
        """
        return evidence_of(self._columns.evidence, self._row(code))

    def rating(self, code: str, now: datetime) -> dict[str, Any]:
        """Return why a site has the score that it has on a day, item by item, as JSON types.

        Raises
        ------
        NotFoundError
            If no code, present or former, is ``code``.
        """
        row = self._row(code)
        today = now.astimezone(self.tz).date()
        found = explained(evidence_of(self._columns.evidence, row), today)
        return {"code": self._finder.code_of(row), "name": member(self._columns.feature[row], "name"), **found}

    def indicators(self, code: str) -> list[dict[str, Any]]:
        """Return the published figures of a site, the latest first, as :func:`geodata.indicators.to_json` gives them.

        Raises
        ------
        NotFoundError
            If no code, present or former, is ``code``.
        """
        figures = self._columns.indicators[self._row(code)]
        found: list[dict[str, Any]] = orjson.loads(figures) if figures else []
        return found

    def area_indicators(self, area: str | None = None) -> list[dict[str, Any]]:
        """Return the published figures of areas, each with the ``area``'s code: of all, or of one and those within."""
        found = self._columns.area_indicators
        if area is None:
            return list(found)
        codes = area_codes(self.areas, area)
        return [item for item in found if within_codes(item["area"], codes)]

    def organisation(self, code: str, now: datetime, datum: Datum = "wgs84", *, limit: int = 1000) -> dict[str, Any]:
        """Return everything about an organisation, with the places that it and those below it run.

        Places that are not there at this time (closed for good, planned, a temporary one out of its days) are left out.

        Parameters
        ----------
        code : str
        now : datetime
            Aware.
        datum : Datum
        limit : int
            Most places to give; the counts are of all.

        Returns
        -------
        dict
            As :meth:`geodata.index.charge.Charge.described` says, without ``rows``, with ``area_name``, the office's
            ``week`` and ``features``, which are JSON bytes.

        Raises
        ------
        NotFoundError
            If there is no such organisation.
        """
        item = self.organisations.get(code)
        if item is None:
            raise NotFoundError("organisation_unknown", organisation=code[:40])
        moment = self._moments.at(now)
        by_name = self._finder.orders.permutation("name")
        found = self._charge.described(item, moment, self._moments.listed(moment), limit, by_name)
        rows: list[int] = found.pop("rows")
        names = {area.adcode: area.name for area in self.areas}
        area_name = names.get(item.area or "", "" if (item.area or "").isdecimal() else item.area or "")
        features = self._features([Hit(row) for row in rows], now, datum)
        week = week_json(found["hours_osm"], now.astimezone(self.tz).date(), self.calendar, self.tz)
        return {**found, "area_name": area_name, "week": week, "features": features}

    def organisation_places(self, items: Sequence[Organisation], now: datetime) -> list[dict[str, int]]:
        """Return of organisations how many places they run: ``own``, ``total``, ``open``, ``closed``, ``unknown``."""
        moment = self._moments.at(now)
        return self._charge.places(items, moment, self._moments.listed(moment))

    def entries(self, begin: int, end: int, *, now: datetime) -> list[tuple[str, str]]:
        """Return the code and the time of the last change of every site that is listed among some rows.

        Parameters
        ----------
        begin, end : int
            Rows from ``begin`` up to and without ``end``; sites keep their rows, so that parts of a list of all sites
            stay the same when sites are added.
        now : datetime
            Aware; leaves out what is not there at this time.

        Returns
        -------
        list of (str, str)
            By row; the time as ISO 8601.
        """
        rows = begin + np.flatnonzero(self._moments.listed(self._moments.at(now))[begin:end])
        extras = self._columns.extra.many(rows.tolist())
        return [
            (self._finder.code_of(row), last_change(extra)) for row, extra in zip(rows.tolist(), extras, strict=True)
        ]
