"""What "open at night" asks: open when most places have closed and streets are still swept and meals delivered."""

from __future__ import annotations

from datetime import datetime, time, timedelta

#: A night begins at 23:00 and ends at 5:00 by the clock of the places.
BEGINS, ENDS = time(23), time(5)


def at_night(now: datetime) -> datetime:
    """Return the time whose opening hours answer who is open at night.

    During a night that is the present time, so that a place that closes at one is no longer given at two; by day it is
    23:00 of the same day, the beginning of the coming night.

    Parameters
    ----------
    now : datetime
        In the time zone of the places.
    """
    if now.time() >= BEGINS or now.time() < ENDS:
        return now
    return datetime.combine(now.date(), BEGINS, now.tzinfo)


def night_number(now: datetime) -> int:
    """Return a number that changes when a night ends: what was answered about it then no longer holds."""
    return (now.replace(tzinfo=None) - timedelta(hours=ENDS.hour)).toordinal()
