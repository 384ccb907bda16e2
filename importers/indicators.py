"""Import figures that unions publish about their places and areas: visits, matters, persons helped, money."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from geodata.errors import ValueUnusableError
from geodata.indicators import Indicator, Period, find_word, parse_period, words
from geodata.messages import Message
from geodata.store import Store, Writer
from geodata.vocabulary import Vocabulary
from importers.amounts import counts_in_its_own, in_units, parse_amount
from importers.cleaning import parse_date, says_nothing
from importers.extracting import Record
from importers.indicators_spread import Spread
from importers.opening import Opened, Progress, batch, open_grid
from importers.places import AreaAssigner
from importers.profile import Profile
from importers.reading import open_source
from importers.report import ImportReport
from importers.tellings import NEEDS, Tellings

_TOTAL = re.compile(r"(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|全[市区县省]合?计?|total)", re.IGNORECASE)


def import_indicators(
    store: Store,
    path: Path,
    *,
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring published figures into a store, in one transaction.

    A row with a site (code, key or name) is about that site, found as for ratings; one with an area alone is about the
    area, by its code or name. The same figures again change nothing; a new value for the same metric and period of a
    source replaces the old one. Figures may stand in a column each, by month, metric or both
    (:mod:`importers.indicators_spread`); such a row counts once.

    Parameters
    ----------
    store, path, profile, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.ratings.import_ratings`. A row may name its own source in a column.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile or store cannot be used.
    """
    file = open_source(path)
    spread = Spread(file)
    opened = open_grid(
        file,
        "indicators",
        needs=(*NEEDS, "area"),
        profile=profile,
        source=source,
        dry_run=dry_run,
        vocabulary=vocabulary,
        adapt=spread.adapt,
    )
    columns = spread if spread.begin(opened) else None
    if columns is not None:
        _tell_spread(opened, columns)
    run = _Run(store, opened, Tellings.of("indicator", store, opened), AreaAssigner(store.areas()), columns)
    run.known_areas = {area.adcode for area in store.areas()}
    with batch(store, opened, actor) as writer:
        for chunk in opened.chunks(progress):
            run.load(chunk, writer)
        if writer:
            run.tellings.finish(writer)
    return opened.report


class _Told(NamedTuple):
    """The figures of one row, and the site or area that they are about."""

    subject: int | str
    items: list[Indicator]


@dataclass(slots=True)
class _Run:
    """One import: rows become figures of the sites or areas that they mean."""

    store: Store
    opened: Opened
    tellings: Tellings
    areas: AreaAssigner
    spread: Spread | None = None
    known_areas: set[str] = field(default_factory=set)
    _first: dict[str, int] = field(default_factory=dict)

    def load(self, records: Sequence[Record], writer: Writer | None) -> None:
        """Write what rows tell, or only find out what would be written."""
        found: dict[int, list[Indicator]] = {}
        of_sites: list[Record] = []
        news: list[_Told] = []
        for record in records:
            items = [] if self._is_total(record) else self._items(record)
            if not items:
                continue
            found[record.place] = items
            if any(record.texts.get(need) for need in NEEDS):
                of_sites.append(record)
            elif (area := self._area(record)) is not None:
                news.append(_Told(area, self._news(record, {item.key(area): item for item in items})))
        for meant in self.tellings.meant(of_sites):
            items = found[meant.record.place]
            if meant.site is not None:
                site = meant.site
                news.append(_Told(site, self._news(meant.record, {item.key(site): item for item in items})))
                continue
            told = self._news(meant.record, {f"{meant.identity}|{item.key(-1)}": item for item in items})
            if told:
                self.tellings.ask(meant, {item.key(-1): packed(item) for item in told})
        self._write([told for told in news if told.items], writer)

    def _is_total(self, record: Record) -> bool:
        """Tell whether a row adds others up; such rows are noted and left out."""
        texts, report = record.texts, self.opened.report
        named = [texts[name] for name in (*NEEDS, "area") if texts.get(name)]
        if not named or not all(map(_TOTAL.fullmatch, named)):
            return False
        report.rows.skipped += 1
        report.add("info", "row_total", row=record.row)
        return True

    def _items(self, record: Record) -> list[Indicator]:
        """Return the figures of a row; what cannot be used is noted, and the row rejected if nothing else is left."""
        report = self.opened.report
        rows = [("", record.texts)] if self.spread is None else list(self.spread.figures(record.texts))
        items: list[Indicator] = []
        problems: list[tuple[str, str, Message]] = []
        for heading, texts in rows:
            if heading and says_nothing(texts["value"]):
                continue
            try:
                items.append(indicator_of(texts, report.source))
            except ValueUnusableError as error:
                problems.append((heading, texts.get("value", ""), error.message))
        for heading, value, message in problems if items else ():
            report.add("warning", message, row=record.row, column=heading, value=value)
        if problems and not items:
            heading, value, message = problems[0]
            report.reject(message, row=record.row, column=heading or None, value=value if heading else None)
        elif not items:
            report.rows.skipped += 1
            report.add("info", "indicator_row_empty", row=record.row)
        for item in items:
            self._note_words(record, item)
        return items

    def _news(self, record: Record, items: Mapping[str, Indicator]) -> list[Indicator]:
        """Return the figures of a row that no row before has; the row is rejected where all of them are there."""
        report = self.opened.report
        firsts = {key: self._first.setdefault(key, record.row) for key in items}
        found = [item for key, item in items.items() if firsts[key] == record.row]
        others = [first for first in firsts.values() if first != record.row]
        if others and not found:
            report.reject(Message("indicator_twice", {"first": others[0]}), row=record.row)
        elif others:
            report.add("warning", Message("indicator_twice", {"first": others[0]}), row=record.row)
        return found

    def _note_words(self, record: Record, item: Indicator) -> None:
        if item.metric not in words("metrics"):
            column = self.opened.extractor.heading("metric")
            self.opened.report.add("info", "indicator_other_words", row=record.row, column=column, value=item.metric)

    def _area(self, record: Record) -> str | None:
        text, report = record.texts.get("area", ""), self.opened.report
        if not text:
            report.reject("rating_site_missing", row=record.row)
            return None
        code = text if text in self.known_areas else self.areas.by_name(text)
        if code is None:
            column = self.opened.extractor.heading("area")
            report.reject("indicator_area_unknown", row=record.row, column=column, value=text)
        return code

    def _write(self, news: Sequence[_Told], writer: Writer | None) -> None:
        rows = self.opened.report.rows
        present = self.store.indicators([item.key(told.subject) for told in news for item in told.items])
        changed: list[tuple[int | str, Indicator]] = []
        for told in news:
            before = [present.get(item.key(told.subject)) for item in told.items]
            same = [known == item for known, item in zip(before, told.items, strict=True)]
            rows.count(known=any(known is not None for known in before), same=all(same))
            changed += [(told.subject, item) for item, kept in zip(told.items, same, strict=True) if not kept]
        if writer and changed:
            writer.put_indicators(changed)


def _tell_spread(opened: Opened, spread: Spread) -> None:
    report, title = opened.report, spread.title
    if totals := spread.totals:
        report.add("info", Message("indicator_totals", {"columns": "、".join(totals)}))
    if title.period and spread.times_by_title and not {"period", "year", "from"} & set(opened.table.fields()):
        report.add("info", Message("indicator_period_taken", {"period": title.period}))


def indicator_of(texts: Mapping[str, str], source: str) -> Indicator:
    """Return the figure of a row.

    Raises
    ------
    ValueUnusableError
        If metric, period, value or unit are missing or unreadable.
    """
    metric = texts.get("metric", "")
    if not metric:
        raise ValueUnusableError("indicator_no_metric")
    code = find_word("metrics", metric)
    value, unit = _value(texts.get("value", ""), texts.get("unit", ""))
    unit = find_word("units", unit) or unit or (words("metrics")[code].unit if code else "")
    if not unit:
        raise ValueUnusableError("indicator_no_unit")
    return Indicator(
        metric=code or metric[:100],
        name=texts.get("name", "")[:200],
        period=_period(texts),
        value=value,
        unit=unit[:40],
        source=texts.get("source", "")[:200] or source,
        note=texts.get("note", ""),
    )


def _value(text: str, unit: str) -> tuple[float, str]:
    """Return the number of a cell in plain units, and its unit: ``185.1万元`` is 1,851,000 and 元."""
    try:
        number, own = parse_amount(text)
    except ValueUnusableError as error:
        raise ValueUnusableError("indicator_value", value=text[:40]) from error
    plain, base = in_units(number, unit or own)
    # 1.2万 in a column of 万人次 are 12,000: the cell has its own ten thousands
    counted = unit != "" and counts_in_its_own(text)
    return (number if counted else plain), base.rstrip("。.")


def _period(texts: Mapping[str, str]) -> Period:
    first, last = texts.get("from"), texts.get("to")
    if first and last:
        return Period(parse_date(first), parse_date(last))
    if text := texts.get("period"):
        return parse_period(text)
    year = texts.get("year", "")
    part = texts.get("quarter") or texts.get("month")
    if year and part:
        bare = year.rstrip("年度")
        sign = "-Q" if texts.get("quarter") else "-"
        plain = unicodedata.normalize("NFKC", part)
        digits = next((sign for sign in re.findall(r"\d+|[一二三四]", plain)), plain)
        return parse_period(f"{bare}{sign}{digits}")
    if year:
        return parse_period(year)
    raise ValueUnusableError("indicator_no_period")


def packed(item: Indicator) -> dict[str, Any]:
    """Return a figure as JSON values, to decide about it later."""
    values = {name: getattr(item, name) for name in ("metric", "name", "value", "unit", "source", "note")}
    return {**values, "from": item.period.start.isoformat(), "to": item.period.end.isoformat()}


def unpacked(values: Mapping[str, Any]) -> Indicator:
    """Return the figure that was packed."""
    period = Period(parse_date(values["from"]), parse_date(values["to"]))
    rest = {name: value for name, value in values.items() if name not in ("from", "to")}
    return Indicator(period=period, **rest)
