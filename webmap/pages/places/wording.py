"""Times, distances and opening states in the words of the page's language, as the scripts of the map put them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from geodata.messages import Lang
from geodata.vocabulary import Part, Term
from webmap.pages.catalogue import translated as _

Look = Literal["open", "closed", "unknown"]

_LOCALES: Mapping[Lang, Locale] = {"zh": Locale.parse("zh_CN"), "en": Locale.parse("en")}
_ALL_DAY = ("00:00", "24:00")


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a place is open: how it looks, what is said, and what to know about it."""

    look: Look
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of a table of hours: its names, its hours in words, and remarks such as the holiday it is."""

    weekday: str
    date: str
    iso: str
    today: bool
    state: str
    hours: str
    remarks: tuple[str, ...]


class Wording:
    """Words for one page at one time.

    Parameters
    ----------
    lang : Lang
    now : datetime
        In the time zone of the places.
    """

    def __init__(self, lang: Lang, now: datetime) -> None:
        self.lang = lang
        self.today = now.date()

    def local(self, text: Mapping[str, Any] | None) -> str:
        """Return the page's language of a text that comes in both; empty without one."""
        return str(text[self.lang]) if text else ""

    def term(self, term: Term | Part) -> str:
        """Return a word of the vocabulary."""
        return term.zh if self.lang == "zh" else term.en

    def about(self, term: Term | Part) -> str:
        """Return what a word of the vocabulary means; may be empty."""
        return term.about_zh if self.lang == "zh" else term.about_en

    def joined(self, parts: Iterable[str]) -> str:
        """Return texts as a list in one line."""
        return _(", ").join(parts)

    def sentences(self, parts: Iterable[str]) -> str:
        """Return sentences one after the other."""
        return ("" if self.lang == "zh" else " ").join(parts)

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number with at most ``digits`` decimals."""
        text: str = format_decimal(round(value, digits) if digits else round(value), locale=_LOCALES[self.lang])
        return text

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share of one in hundredths, with so many decimals."""
        pattern = f"#,##0.{'0' * digits}%" if digits else None
        text: str = format_percent(round(share, 2 + digits), pattern, locale=_LOCALES[self.lang])
        return text

    def counted(self, count: int) -> str:
        """Return a number of places."""
        text = _("{n} place") if count == 1 else _("{n} places")
        return text.format(n=self.number(count))

    def distance(self, metres: float) -> str:
        """Return a distance as exactly as a person needs it."""
        if metres < 1000:
            return _("{n} m").format(n=self.number(round(metres) if metres < 100 else round(metres / 10) * 10))
        return _("{n} km").format(n=self.number(metres / 1000, 1 if metres < 10_000 else 0))

    def walk(self, minutes: int) -> str:
        """Return the minutes of a walk."""
        return _("{n} min walk").format(n=self.number(minutes))

    def date(self, iso: str) -> str:
        """Return a day given as 2026-10-10; what is none as it stands."""
        return _day(iso, "medium", self.lang)

    def weekday(self, iso: str) -> str:
        """Return the short name of a day given as 2026-10-10."""
        return _day(iso, "EEE", self.lang)

    def moment(self, iso: str) -> str:
        """Return a time with as much of its day as one needs to know: none today, "tomorrow", the weekday, the date."""
        day, time = iso[:10], _short(iso[11:16])
        if day == self.today.isoformat():
            return time
        if day == (self.today + timedelta(days=1)).isoformat():
            return "24:00" if time == "0:00" else _("tomorrow {time}").format(time=time)
        if day < (self.today + timedelta(days=7)).isoformat():
            return _("{day} {time}").format(day=_day(iso[:10], "EEE", self.lang), time=time)
        return _("{date}, {time}").format(date=_day(iso[:10], "MMMd", self.lang), time=time)

    def opening(self, place: Mapping[str, Any], state_name: str) -> Opening:
        """Return whether a place is open, and until when.

        Parameters
        ----------
        place : mapping
            Properties of a feature of the index.
        state_name : str
            The word for its state, for one that is not in service.
        """
        if place["state"] != "open":
            return Opening("closed", state_name, "")
        opening = place["open"]
        state, until, following = opening["state"], opening["until"], opening["next"]
        if state == "unknown":
            text = _("Hours not known")
        elif state == "closed":
            opens = following or until
            text = _("Closed · opens {time}").format(time=self.moment(opens)) if opens else _("Closed")
        elif until is None:
            text = _("Open 24 hours")
        else:
            text = _("Open · closes {time}").format(time=self.moment(until))
        return Opening(state, text, self.local(opening["note"]))

    def week(self, days: Sequence[Mapping[str, Any]]) -> list[DayRow]:
        """Return the rows of a table of hours, holidays and make-up workdays named."""
        return [self._row(day) for day in days]

    def _row(self, day: Mapping[str, Any]) -> DayRow:
        iso = day["day"]
        name, note = self.local(day["name"]), self.local(day["note"])
        # Most notes on such a day name it already.
        remarks = (note,) if name and name in note else (_special(day["kind"], name), note)
        return DayRow(
            weekday=_day(iso, "EEE", self.lang),
            date=_day(iso, "MMMd", self.lang),
            iso=iso,
            today=iso == self.today.isoformat(),
            state=day["state"],
            hours=self.hours(day),
            remarks=tuple(remark for remark in remarks if remark),
        )

    def hours(self, day: Mapping[str, Any]) -> str:
        """Return the hours of one day."""
        if day["state"] == "unknown":
            return _("Not known")
        if not day["spans"]:
            return _("Closed")
        if [tuple(span) for span in day["spans"]] == [_ALL_DAY]:
            return _("24 hours")
        return self.joined(_span(*span) for span in day["spans"])


def _special(kind: str, name: str) -> str:
    if kind == "holiday":
        return _("{name}, public holiday").format(name=name)
    return _("{name}, make-up workday").format(name=name) if kind == "workday" else ""


def _span(begin: str, end: str) -> str:
    hour, _separator, minute = end.partition(":")
    if int(hour) > 24:
        end = _("{time} (next day)").format(time=f"{int(hour) - 24}:{minute}")
    return f"{_short(begin)}–{_short(end)}"


def _short(time: str) -> str:
    return time[1:] if time[0] == "0" and time[1:2].isdigit() else time


@lru_cache(maxsize=4096)
def _day(iso: str, pattern: str, lang: Lang) -> str:
    try:
        day = date.fromisoformat(iso)
    except ValueError:  # whatever a source wrote there
        return iso
    locale = _LOCALES[lang]
    if pattern == "medium":
        text: str = format_date(day, "medium", locale=locale)
    elif pattern == "EEE":
        text = format_date(day, "EEE", locale=locale)
    else:
        text = format_skeleton(pattern, datetime(day.year, day.month, day.day), locale=locale)  # noqa: DTZ001 - a day
    return text
