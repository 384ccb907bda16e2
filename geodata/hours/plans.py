"""The parts of an opening-hours text - the year round, seasons, areas - and what they come to together."""

from __future__ import annotations

from dataclasses import dataclass, field

from geodata.hours.schedule import NotHoursError, Schedule, Subject, closed_days, seasonal, united
from geodata.hours.seasons import Season, resolve, selector, uncovered
from geodata.hours.words import WEEK
from geodata.messages import Message

#: What makes an area no part of a place that people can enter.
_OUTDOORS = ("停车", "室外", "户外", "露天")


@dataclass(slots=True)
class _Part:
    schedule: Schedule = field(default_factory=Schedule)
    season: Season | None = None
    area: str = ""
    #: closed after hours were stated, so that it may be meant for other parts too
    late: set[int] = field(default_factory=set)

    @property
    def has_hours(self) -> bool:
        return any(self.schedule.hours.values())


class Plan:
    """What a text has said so far, part by part; the first part is what holds for no season or area alone."""

    def __init__(self) -> None:
        self._base = _Part()
        self._parts: list[_Part] = []
        #: nothing has been said of the present part yet
        self.is_new = True

    @property
    def _present(self) -> _Part:
        return self._parts[-1] if self._parts else self._base

    @property
    def schedule(self) -> Schedule:
        """The schedule of the present part."""
        return self._present.schedule

    @property
    def season(self) -> Season | None:
        """The present season."""
        return self._present.season

    @property
    def has_usual_hours(self) -> bool:
        """Whether there are hours for the year round."""
        return self._base.has_hours

    @property
    def has_hours(self) -> bool:
        """Whether the present part has hours."""
        return self._present.has_hours

    @property
    def dated_seasons(self) -> list[Season]:
        """The seasons so far, if all of them have dates."""
        seasons = [part.season for part in self._parts if part.season is not None]
        return seasons if all(season.dates for season in seasons) else []

    def begin_season(self, season: Season) -> None:
        """Begin the part of a season."""
        self._begin(_Part(season=season), of_areas=False)

    def begin_area(self, name: str) -> None:
        """Begin the part of an area."""
        if any(word in name for word in _OUTDOORS):
            raise NotHoursError("hours_several_areas", part=name)
        self._begin(_Part(area=name), of_areas=True)

    def _begin(self, part: _Part, *, of_areas: bool) -> None:
        if any(bool(other.area) != of_areas for other in self._parts):
            raise NotHoursError("hours_several_areas", part=part.area or self._parts[-1].area)
        if self._parts and self.is_new:
            raise NotHoursError("hours_no_times")
        self._parts.append(part)
        self.is_new = True

    def usual_subject(self) -> Subject:
        """Return the days that a season speaks of where it names none: those that are open all year round."""
        weekly = [(day, spans) for day, spans in self._base.schedule.weekly().items() if spans]
        if not weekly:
            return Subject(WEEK)
        differ = any(spans != weekly[0][1] for _, spans in weekly)
        return Subject(frozenset(day for day, _ in weekly), unclear=differ)

    def close(self, subject: Subject) -> None:
        """Close days of the present part."""
        if self._parts and self._present.has_hours:
            self._present.late |= subject.weekdays
        self.schedule.close(subject)
        self.is_new = False

    def finish(self) -> tuple[str, list[Message]]:
        """Return the expression and what to tell of it."""
        if not self._parts:
            return self._base.schedule.osm(), []
        if self.is_new:
            raise NotHoursError("hours_no_times")
        return self._areas() if self._present.area else self._seasons()

    def _areas(self) -> tuple[str, list[Message]]:
        parts = [part for part in (self._base, *self._parts) if part.has_hours]
        said_at_the_end = self._parts[-1].schedule
        names = "、".join(part.area for part in self._parts)
        for part in parts:
            schedule = part.schedule
            schedule.closed |= self._base.schedule.closed
            if schedule.holiday_rule is None and not schedule.holiday_hours:
                schedule.holiday_rule = said_at_the_end.holiday_rule or self._base.schedule.holiday_rule
        for closing in parts:
            if any(part.schedule.weekly()[day] for part in parts for day in closing.late):
                raise NotHoursError("hours_closing_unclear")
        try:
            osm = united([part.schedule for part in parts]).osm()
        except NotHoursError as error:
            raise NotHoursError(error.code, part=names) from error
        return osm, [Message("hours_areas_differ", {"areas": names})]

    def _seasons(self) -> tuple[str, list[Message]]:
        base, last = self._base.schedule, self._parts[-1]
        all_year = self._base.has_hours
        if last.late and not all_year:
            base.closed |= last.late
        if last.schedule.holiday_rule and last.has_hours and base.holiday_rule is None:
            base.holiday_rule = last.schedule.holiday_rule
        schedules = [seasonal(base, part.schedule) for part in self._parts]
        for part in self._parts:
            others = [*schedules, base]
            if part.late and any(schedule.weekly()[day] for schedule in others for day in part.late):
                raise NotHoursError("hours_closing_unclear")
        seasons = [season for part in self._parts if (season := part.season) is not None]
        notices = resolve(seasons, beside_others=all_year)
        whens = [selector(season.dates) for season in seasons]
        rules = base.rules() if all_year else []
        for when, schedule in zip(whens, schedules, strict=True):
            own, other = schedule.weekly(), base.weekly()
            shut = closed_days(day for day in WEEK if other[day] and not own[day])
            rules += [f"{when} {rule}" for rule in schedule.rules() + shut]
        if not any(schedule.rules() for schedule in schedules) and not all_year:
            raise NotHoursError("hours_no_times")
        rest = [] if all_year else uncovered(seasons)
        if rest:
            rules.append(f"{selector(rest)} unknown")
            notices.append(Message("hours_season_rest"))
        holidays = [schedule.holiday() for schedule in schedules]
        usual = base.holiday() if all_year else ""
        if len(set(holidays)) == 1 and not all_year and not rest:
            usual = holidays[0]
        if usual:
            rules.append(f"PH {usual}")
        rules += [f"{when} PH {rule}" for when, rule in zip(whens, holidays, strict=True) if rule not in ("", usual)]
        return "; ".join(rules), notices
