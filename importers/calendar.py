"""Import public holidays and make-up workdays (调休) of years that the shipped calendar does not know yet."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from geodata.calendar import CalendarDay
from geodata.errors import ValueUnusableError
from geodata.messages import Message
from geodata.store import Store
from importers.cleaning import parse_date
from importers.extracting import Record
from importers.opening import Opened, Progress, batch, open_table
from importers.profile import Profile
from importers.report import ImportReport

_MAX_NAME = 100


def import_calendar(
    store: Store,
    path: Path,
    *,
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> ImportReport:
    """Bring the official days of a file into a store: columns ``day``, ``kind`` (holiday, workday), ``name``.

    A day that the store has is overwritten; other days stay.

    Parameters
    ----------
    store, path, profile, source, dry_run, actor, progress
        As in :func:`importers.sites.import_sites`.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile or store cannot be used.
    """
    opened = open_table(path, "calendar", needs=("day",), profile=profile, source=source, dry_run=dry_run)
    known = {day.day: day for day in store.calendar_days()}
    news: dict[date, CalendarDay] = {}
    first: dict[date, int] = {}
    with batch(store, opened, actor, progress) as writer:
        for record in opened.records():
            day = _day(record, opened)
            if day is None:
                continue
            if first.setdefault(day.day, record.row) != record.row:
                shown = day.day.isoformat()
                message = Message("row_day_twice", {"first": first[day.day]})
                opened.report.reject(message, row=record.row, value=shown)
            elif opened.report.rows.count(known=day.day in known, same=known.get(day.day) == day):
                news[day.day] = day
        if writer and news:
            writer.put_calendar_days(news.values())
    return opened.report


def _day(record: Record, opened: Opened) -> CalendarDay | None:
    report, texts = opened.report, record.texts
    column = opened.extractor.heading("day")
    try:
        text = texts.get("day", "")
        if len(text) < len("2026-1-1"):
            raise ValueUnusableError("value_not_a_date", value=text)
        day = parse_date(text)
    except ValueUnusableError as error:
        report.reject(error.message, row=record.row, column=column, value=texts.get("day"))
        return None
    found = opened.words.find("calendar", texts.get("kind", ""))
    kind: Literal["holiday", "workday"] | None = (
        "holiday" if found == "holiday" else "workday" if found == "workday" else None
    )
    if kind is None:
        column, word = opened.extractor.heading("kind"), texts.get("kind", "")
        message = Message("value_unknown_word", {"word": word[:80], "expected": "holiday, workday"})
        report.reject(message, row=record.row, column=column, value=word)
        return None
    name = texts.get("name", "")[:_MAX_NAME]
    return CalendarDay(day, kind, name, texts.get("name_en", "")[:_MAX_NAME] or name, report.source)
