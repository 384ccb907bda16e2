"""Writing what is kept beside the sites: areas, organisations, days, layers, and evidence, scores and figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geodata.sites import Score
from geodata.store import layers, reading, schema
from geodata.store.conditions import among
from geodata.store.fields import refuse_unstorable
from geodata.store.transaction import Transaction, as_json, holds, public

if TYPE_CHECKING:
    from shapely import MultiPolygon

    from geodata.areas import Area
    from geodata.calendar import CalendarDay
    from geodata.demand import DemandPoints
    from geodata.indicators import Indicator
    from geodata.organisations import Organisation
    from geodata.ratings import Evidence
    from geodata.streets import StreetNetwork


class RecordWriting(Transaction):
    """The part of a writer that writes records of their own, and those that tell something of sites."""

    @public
    def put_areas(self, areas: Iterable[Area]) -> int:
        """Add areas or overwrite those of the same code; return how many were new or different."""
        table = schema.areas
        names = [column.name for column in table.c if column.name != "data_version"]
        rows = {area.adcode: {name: getattr(area, name) for name in names} for area in areas}
        for row in rows.values():
            row["polygon"] = _as_multipolygon(row["polygon"])
        return self.put_records(table, "area", "adcode", rows)

    @public
    def put_organisations(self, items: Collection[Organisation]) -> int:
        """Add organisations or overwrite those of the same code; return how many were new or different."""
        beside = ("data_version", "hours_osm", "hours_text")
        names = [column.name for column in schema.organisations.c if column.name not in beside]
        rows = {item.code: {name: getattr(item, name) for name in names} for item in items}
        for item in items:
            rows[item.code] |= {"hours_osm": item.hours.osm, "hours_text": item.hours.text}
        return self.put_records(schema.organisations, "organisation", "code", rows)

    @public
    def put_calendar_days(self, days: Iterable[CalendarDay]) -> int:
        """Add days or overwrite the same ones; return how many were new or different."""
        names = ("day", "kind", "name_zh", "name_en", "source")
        rows = {day.day: {name: getattr(day, name) for name in names} for day in days}
        return self.put_records(schema.calendar_days, "calendar_day", "day", rows)

    @public
    def put_streets(self, name: str, network: StreetNetwork, *, source: str = "") -> bool:
        """Keep a network of streets under a name, in place of what had it; return whether it is news.

        Raises
        ------
        ValueUnusableError
            If the name cannot be kept.
        """
        row, content = layers.streets_row(name, network, source, self.info)
        return self._put_layer(schema.street_networks, "street_network", row, content)

    @public
    def put_demand(self, name: str, demand: DemandPoints, *, source: str = "") -> bool:
        """Keep a layer of demand under a name, in place of what had it; return whether it is news.

        Raises
        ------
        ValueUnusableError
            If the name cannot be kept.
        """
        row, content = layers.demand_row(name, demand, source, self.info)
        return self._put_layer(schema.demand_layers, "demand_layer", row, content)

    @public
    def put_evidence(self, site_id: int, key: str, evidence: Evidence) -> bool:
        """Add a piece of evidence, or overwrite the one with the same source and key; return whether it is news."""
        return self._put_evidence([(site_id, key, evidence)]) == 1

    @public
    def put_evidence_many(self, items: Iterable[tuple[int, str, Evidence]]) -> int:
        """Add or overwrite many pieces of evidence, as (site id, key, evidence); return how many were news."""
        return sum(self._put_evidence(part) for part in reading.chunks(items))

    @public
    def put_scores(self, scores: Mapping[int, Score | None]) -> int:
        """Set the scores of sites by id, ``None`` for no score; return how many changed."""
        return sum(self._put_scores(dict(part)) for part in reading.chunks(scores.items()))

    @public
    def put_indicators(self, items: Iterable[tuple[int | str, Indicator]]) -> int:
        """Add or overwrite published figures, as (site id or code of an area, figure); return how many were news."""
        return sum(self._put_indicators(part) for part in reading.chunks(items, 1000))

    @public
    def rate(self, site_ids: Collection[int], today: date) -> int:
        """Compute the scores of sites for a day from all their evidence, as this transaction has it, and set them.

        Returns how many changed.
        """
        from geodata.rating_columns import EvidenceColumns, score_columns

        changed = 0
        for part in reading.chunks(sorted(set(site_ids))):
            rows = reading.evidence_rows(self.connection, among(self.connection, schema.sites.c.id, part))
            found = score_columns(EvidenceColumns.of_rows(rows), today)
            columns = (found.score, found.stars, found.count, found.confidence)
            values = zip(*(column.tolist() for column in columns), strict=True)
            scores = dict(zip(found.site.tolist(), values, strict=True))
            wanted: dict[int, Score | None] = dict.fromkeys(part)
            for site, (score, stars, count, confidence) in scores.items():
                wanted[site] = Score(score, stars or None, count, confidence)
            changed += self._put_scores(wanted)
        return changed

    def _put_layer(self, table: sa.Table, record: str, row: dict[str, Any], content: bytes) -> bool:
        news = self.put_records(table, record, "name", {row["name"]: row})
        if news:
            layers.put_blob(self.backend, self.connection, row["blob"], content)
        return news > 0

    def _put_evidence(self, items: Sequence[tuple[int, str, Evidence]]) -> int:
        table = schema.evidence
        names = ("source", "scheme", "value", "scale", "count", "as_of", "level", "name", "note")
        rows: dict[tuple[int, str, str], dict[str, Any]] = {}
        for site_id, key, item in items:
            row = {name: getattr(item, name) for name in names} | {"site_id": site_id, "evidence_key": key}
            for name, value in row.items():
                refuse_unstorable(f"evidence.{name}", value)
            rows[site_id, item.source, key] = row
        wanted = sa.select(table).where(among(self.connection, table.c.site_id, {site_id for site_id, _, _ in rows}))
        found = self.connection.execute(wanted).mappings()
        present = {(row["site_id"], row["source"], row["evidence_key"]): dict(row) for row in found}
        news = {key: row for key, row in rows.items() if not holds(present.get(key), row)}
        if not news:
            return 0
        self.touch()
        fresh = [key for key in news if key not in present]
        ids = dict(zip(fresh, self.backend.reserve_ids(self.connection, table, len(fresh)), strict=True))
        for which, row in news.items():
            row |= {"id": present[which]["id"] if which in present else ids[which], "batch_id": self.batch_id}
        self.backend.upsert(self.connection, table, list(news.values()))
        # Readers look for sites written since; scores of other days need the evidence even where today's is the same.
        self.show({at[0] for at in news})
        self.record([(at[0], "evidence", as_json(present.get(at)), as_json(row)) for at, row in news.items()])
        return len(news)

    def _put_indicators(self, items: Sequence[tuple[int | str, Indicator]]) -> int:
        from geodata.store import figures

        rows = {row["key"]: row for row in (figures.as_row(subject, item) for subject, item in items)}
        present = figures.by_key(self.connection, rows)
        news = {key: row for key, row in rows.items() if not holds(present.get(key), row)}
        if not news:
            return 0
        self.touch()
        stamped = [row | {"data_version": self.data_version} for row in news.values()]
        self.backend.upsert(self.connection, schema.indicators, stamped)
        for key, row in news.items():
            before, after = present.get(key), row
            if row["site_id"] is not None:
                changed = (figures.for_history(before), figures.for_history(after))
                self.record([(row["site_id"], "indicator", *changed)])
            else:
                self.record_of(f"indicator:{key}", as_json(before), as_json(after))
        self.show({row["site_id"] for row in news.values()} - {None})
        return len(news)

    def _put_scores(self, wanted: Mapping[int, Score | None]) -> int:
        table = schema.scores
        names = ("score", "stars", "count", "confidence")
        of_these = among(self.connection, table.c.site_id, wanted)
        found = self.connection.execute(sa.select(table).where(of_these)).mappings()
        present = {row["site_id"]: Score(*(row[name] for name in names)) for row in found}
        news = {site_id: score for site_id, score in wanted.items() if present.get(site_id) != score}
        if not news:
            return 0
        self.touch()
        gone = [site_id for site_id, score in news.items() if score is None]
        self.connection.execute(sa.delete(table).where(among(self.connection, table.c.site_id, gone)))
        rows = [{"site_id": i, **{name: getattr(score, name) for name in names}} for i, score in news.items() if score]
        self.backend.upsert(self.connection, table, rows)
        self.show(news)
        return len(news)


def _as_multipolygon(polygon: Any) -> MultiPolygon:
    """Return a polygon or several as several, in two dimensions: what the column takes."""
    import shapely

    flat = shapely.force_2d(polygon)
    return flat if flat.geom_type == "MultiPolygon" else shapely.MultiPolygon([flat])
