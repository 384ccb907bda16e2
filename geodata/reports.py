"""From what people report to what changes about a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from geodata.errors import ConflictError, ValueUnusableError
from geodata.hours import parse_hours
from geodata.messages import Message
from geodata.sites import Amenity, Closure, Hours, Position, Site
from geodata.store import BatchInfo, SiteUpdate, Store
from geodata.store.reporting import NewReport, Report


@dataclass(frozen=True, slots=True)
class SiteEdit:
    """What staff change about a place after a report; what is left out stays.

    Attributes
    ----------
    hours : str, optional
        Opening hours as people write them; empty: not known any more.
    facilities : mapping
        Code → ``yes``, ``limited``, ``no`` or ``unknown``.
    position : tuple of float, optional
        (lon, lat) in WGS-84.
    closure : Closure, optional
        A time in which the place is closed.
    """

    hours: str | None = None
    facilities: Mapping[str, str] = field(default_factory=dict)
    position: tuple[float, float] | None = None
    closure: Closure | None = None

    def __bool__(self) -> bool:
        return bool(self.hours is not None or self.facilities or self.position or self.closure)


def suggested_edit(told: NewReport, today: date) -> SiteEdit:
    """Return what a report says as an edit; an empty one where it says nothing that can be applied as it stands."""
    match told.kind:
        case "closed":
            reason = Message("report_closure")
            return SiteEdit(closure=Closure(today, None, f"{reason.text('zh')} / {reason.text('en')}"))
        case "moved" if told.lon is not None and told.lat is not None:
            return SiteEdit(position=(told.lon, told.lat))
        case "hours" if told.hours:
            return SiteEdit(hours=told.hours)
        case "supplies" | "facility" if told.facility:
            usual = "limited" if told.kind == "supplies" else "no"
            return SiteEdit(facilities={told.facility: told.value or usual})
    return SiteEdit()


def edited(site: Site, edit: SiteEdit, today: date) -> Site:
    """Return a site as an edit leaves it; who edits has looked, so it is verified on that day.

    Raises
    ------
    ValueUnusableError
        If the hours are not understood.
    """
    changed = replace(site, verified_on=today)
    if edit.hours is not None:
        changed = replace(changed, hours=_hours(edit.hours))
    if edit.facilities:
        facilities = dict(site.facilities)
        for code, value in edit.facilities.items():
            before = facilities.get(code, Amenity("unknown"))
            facilities[code] = replace(before, value=value, basis="verified", as_of=today)  # type: ignore[arg-type]
        changed = replace(changed, facilities=facilities)
    if edit.position is not None:
        lon, lat = edit.position
        # The old entrance is the entrance of the old place.
        changed = replace(changed, position=Position(lon, lat), entrance=None)
    if edit.closure is not None and edit.closure not in site.closures:
        changed = replace(changed, closures=(*site.closures, edit.closure))
    return changed


def close_report(
    store: Store,
    report: Report,
    state: str,
    actor: str,
    today: date,
    *,
    edit: SiteEdit | None = None,
    version: int | None = None,
    note: str = "",
) -> int:
    """End a report in one transaction with what it changes about its place, and return the batch.

    Parameters
    ----------
    store : Store
    report : Report
    state : str
        ``applied``: the place is changed by ``edit``. ``resolved``: it was looked at and is right. In both cases it
        is verified on ``today``. ``rejected``: nothing follows.
    actor : str
        Who decides, for the history.
    today : date
    edit : SiteEdit, optional
    version : int, optional
        The site's version that the decision was made for; any without.
    note : str
        For other staff.

    Raises
    ------
    ConflictError
        If the report was closed already, or the site changed since ``version``.
    ValueUnusableError
        If the edit is empty where one is needed, or cannot be kept.
    """
    if state == "applied" and not edit:
        raise ValueUnusableError("report_nothing_to_apply", report=report.id)
    with store.write(BatchInfo("report", actor, note=note)) as writer:
        writer.close_report(report.id, state, note)
        if state != "rejected":
            before = writer.site(report.site)
            if version is not None and before.version != version:
                raise ConflictError("site_changed", site=before.code, expected=version, found=before.version)
            after = edited(before.site, edit or SiteEdit(), today)
            area = writer.area_at(after.position) if edit and edit.position and after.position else after.area
            writer.update([SiteUpdate(before, replace(after, area=area or after.area))])
        writer.finish({state: 1})
    return writer.batch_id


def _hours(text: str) -> Hours:
    text = text.strip()
    if not text:
        return Hours()
    found = parse_hours(text)
    if found.osm is None:
        raise ValueUnusableError("report_hours_unclear", text=text[:80])
    return Hours(found.osm, text)
