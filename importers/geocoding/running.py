"""One run: every place without a position is asked for, then what was found is written in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from geodata.messages import Message
from geodata.sites import Position, Site, StoredSite
from geodata.store import BatchInfo, NewReview, SiteUpdate, Store, Writer, schema
from geodata.store.reading import chunks
from importers.geocoding.answers import GeocoderError
from importers.geocoding.judging import Verdict, judge
from importers.geocoding.regions import Regions
from importers.geocoding.services import Asker
from importers.places import AreaAssigner, placed_at
from importers.report import EXIT_DONE, EXIT_FAILED, EXIT_REJECTED

#: The kind of review that proposes a position, and the source under which it is kept; its key is the site's code.
KIND, SOURCE = "position", "geocoding"
#: Places in a row that fail before a service counts as out of order.
_FAILURES = 3
#: Places with other addresses on one point before it counts as a service's fallback.
_SHARED = 3

Becomes = Literal["placed", "review", "coarse", "nothing", "failed", "changed"]
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Finding:
    """What became of one place.

    ``becomes`` is as in :class:`importers.geocoding.judging.Verdict`, or ``failed`` where the service gave no answer,
    or ``changed`` where somebody else gave the place a position meanwhile.
    """

    site: StoredSite
    asked: str
    becomes: Becomes
    position: Position | None = None
    level: str = ""
    found: str = ""
    why: Message | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        at = self.position
        return {
            "code": self.site.code,
            "name": self.site.site.name,
            "asked": self.asked,
            "becomes": self.becomes,
            "lon": at.lon if at else None,
            "lat": at.lat if at else None,
            "precision": at.precision if at else None,
            "level": self.level,
            "found": self.found,
            "why": self.why.texts() if self.why else None,
        }


@dataclass(slots=True)
class Geocoded:
    """The account of a run.

    Attributes
    ----------
    service : str
    dry_run : bool
    findings : list of Finding
        In the order of the places' codes.
    left : int
        Places that were not asked for: beyond the limit, or after the service gave up.
    kept : int
        Places that a person wants without a position: one was proposed and rejected, or taken away by hand.
    stopped : Message, optional
        Why the service was not asked any more.
    batch : int, optional
        The batch in the history; ``None`` where nothing was written.
    """

    service: str
    dry_run: bool = False
    findings: list[Finding] = field(default_factory=list)
    left: int = 0
    kept: int = 0
    stopped: Message | None = None
    batch: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many places became what."""
        found = Counter(finding.becomes for finding in self.findings)
        names: tuple[Becomes, ...] = ("placed", "review", "coarse", "nothing", "failed", "changed")
        return {name: found[name] for name in names} | {"left": self.left}

    @property
    def exit_code(self) -> int:
        """0 where each place asked for has a position or waits for a review, 1 where nothing could be done, else 3."""
        counts = self.counts
        useful = counts["placed"] + counts["review"] + counts["changed"]
        if self.stopped is not None and not useful:
            return EXIT_FAILED
        return EXIT_REJECTED if self.stopped is not None or useful < len(self.findings) else EXIT_DONE

    def to_json(self) -> dict[str, Any]:
        """Return the account as plain data, complete."""
        return {
            "service": self.service,
            "dry_run": self.dry_run,
            "batch": self.batch,
            "counts": self.counts,
            "kept_without": self.kept,
            "stopped": self.stopped.texts() if self.stopped else None,
            "places": [finding.to_json() for finding in self.findings],
        }


def geocode(
    store: Store,
    asker: Asker,
    *,
    area: str = "",
    limit: int | None = None,
    dry_run: bool = False,
    actor: str = "geocode",
    progress: Progress | None = None,
) -> Geocoded:
    """Ask a service for the positions of places that have none, and write those that can be trusted.

    Closed places, and those that a person wants without a position, are not asked for. What lies outside the area that
    a place states, or cannot be checked, goes to review; centres of towns and districts are not taken at all. Nothing
    is written before the last answer is there: a run that is interrupted leaves the store as it was.

    Parameters
    ----------
    store : Store
    asker : Asker
        The service, with the pause between two questions.
    area : str
        Code or name of an area: only places in it, and those that state none, which are then looked for there.
    limit : int, optional
        At most so many places.
    dry_run : bool
        Ask, write nothing.
    actor : str
    progress : callable, optional
        Called with the places done and the places in all.

    Returns
    -------
    Geocoded

    Raises
    ------
    GeocoderError
        If the service refuses the very first question: a wrong key, a used-up quota.
    StoreError
        If the store cannot be used.
    """
    result = Geocoded(asker.service.name, dry_run)
    areas = store.areas()
    regions = Regions(areas, area)
    chosen = wanting(store, regions)
    result.kept = chosen.kept
    sites = chosen.sites if limit is None else chosen.sites[:limit]
    _ask_all(sites, asker, regions, result, progress)
    result.left = len(chosen.sites) - len(result.findings)
    _doubt_shared(result.findings)
    if dry_run or not any(finding.position for finding in result.findings):
        return result
    with store.write(BatchInfo("geocoding", actor, source=result.service)) as writer:
        write(writer, result.findings, AreaAssigner(areas))
        writer.finish(result.counts)
        result.batch = writer.batch_id
    return result


@dataclass(frozen=True, slots=True)
class Wanting:
    """The places that need a position, those with a proposal last, and how many more are meant to have none."""

    sites: list[StoredSite]
    kept: int


def wanting(store: Store, regions: Regions) -> Wanting:
    """Return the places that need a position."""
    present = {site.code for site in store.outlines() if site.lon is None and site.state != "closed"}
    sites = [stored for stored in store.sites(codes=present) if regions.takes(stored.site)]
    by_choice = _by_choice(store, sites)
    waiting = {review.site for review in store.reviews() if review.asked.kind == KIND}
    chosen = [stored for stored in sites if stored.code not in by_choice]
    chosen.sort(key=lambda stored: (stored.code in waiting, stored.code))
    return Wanting(chosen, len(sites) - len(chosen))


def _by_choice(store: Store, sites: Iterable[StoredSite]) -> set[str]:
    """Return the codes of places that a person wants without a position, and whose address is the same since."""
    by_code = {stored.code: stored for stored in sites}
    codes = {stored.id: stored.code for stored in by_code.values()}
    decided = [review for review in store.reviews(states=("rejected",)) if review.asked.kind == KIND]
    found = {
        review.site
        for review in decided
        if review.site in by_code and review.asked.payload.get("address") == by_code[review.site].site.address
    }
    last: dict[int, tuple[Any, str]] = {}
    table, batches = schema.changes, schema.batches
    with store.snapshot() as connection:
        for part in chunks(codes):
            query = (
                sa.select(table.c.site_id, table.c.after, batches.c.kind)
                .join_from(table, batches, table.c.batch_id == batches.c.id)
                .where(table.c.site_id.in_(part), table.c.field == "position")
                .order_by(table.c.id)
            )
            last |= {int(row[0]): (row[1], row[2]) for row in connection.execute(query)}
    return found | {codes[site] for site, (after, kind) in last.items() if after is None and kind != "revert"}


def _ask_all(
    sites: list[StoredSite], asker: Asker, regions: Regions, result: Geocoded, progress: Progress | None
) -> None:
    """Ask for each place in turn, until the service gives up."""
    failures = 0
    for number, stored in enumerate(sites, start=1):
        try:
            result.findings.append(_find(stored, asker, regions))
            failures = 0
        except GeocoderError as error:
            if error.code == "geocoder_query":
                result.findings.append(Finding(stored, stored.site.address, "failed", why=error.message))
                continue
            failures += 1
            final = error.code in ("geocoder_key", "geocoder_quota") or failures == _FAILURES
            if final and not any(finding.becomes != "failed" for finding in result.findings):
                raise
            if error.code not in ("geocoder_key", "geocoder_quota"):
                result.findings.append(Finding(stored, stored.site.address, "failed", why=error.message))
            if final:
                result.stopped = error.message
                return
        if progress:
            progress(number, len(sites))


def _find(stored: StoredSite, asker: Asker, regions: Regions) -> Finding:
    """Ask for a place by its address, and where that leads nowhere by its name."""
    site, verdict, asked = stored.site, Verdict("nothing"), ""
    for text in dict.fromkeys(part for part in (site.address, site.name) if part):
        if text == site.name and regions.stated(site) is None and site.address:
            break  # a name alone means places in every city
        question = regions.question(site, text)
        found = judge(site, asker.ask(question), regions, asker.service.name)
        if not asked or found.position is not None:
            verdict, asked = found, question.text
        if found.position is not None:
            break
    answer = verdict.answer
    return Finding(
        stored,
        asked,
        verdict.becomes,
        verdict.position,
        answer.level if answer else "",
        (answer.text or "".join(answer.regions)) if answer else "",
        verdict.why,
    )


def _doubt_shared(findings: list[Finding]) -> None:
    """Send places to review that a service put onto one point though their addresses differ."""
    groups: dict[tuple[float, float], list[Finding]] = {}
    for finding in findings:
        if finding.position is not None and finding.becomes == "placed":
            groups.setdefault((round(finding.position.lon, 6), round(finding.position.lat, 6)), []).append(finding)
    for group in groups.values():
        if len({finding.asked for finding in group}) >= _SHARED:
            for finding in group:
                finding.becomes, finding.why = "review", Message("geocode_shared", {"count": len(group)})


def write(writer: Writer, findings: Iterable[Finding], assigner: AreaAssigner) -> None:
    """Write positions, and ask about those in doubt; places that gained a position meanwhile are left as they are."""
    updates: list[SiteUpdate] = []
    asked: list[NewReview] = []
    settled: list[str] = []
    for finding in findings:
        if finding.position is None:
            continue
        before = writer.site(finding.site.code)
        if before.site.position is not None or _moved(before.site, finding.site.site):
            finding.becomes, finding.position = "changed", None
        elif finding.becomes == "placed":
            updates.append(SiteUpdate(before, placed_at(before.site, finding.position, assigner)))
            settled.append(before.code)
        else:
            asked.append(proposal(before, finding))
    writer.update(updates)
    writer.settle_reviews(KIND, SOURCE, settled)
    writer.put_reviews(asked)


def _moved(now: Site, then: Site) -> bool:
    return (now.address, now.area, now.area_name) != (then.address, then.area, then.area_name)


def proposal(site: StoredSite, finding: Finding) -> NewReview:
    """Return the question to a person whether a position is right."""
    at = finding.position
    payload = {
        "name": site.site.name,
        "address": site.site.address,
        "asked": finding.asked,
        "found": finding.found,
        "level": finding.level,
        "position": None if at is None else _plain(at),
    }
    why = finding.why or Message("geocode_unchecked", {"area": ""})
    return NewReview(KIND, SOURCE, site.code, site.id, reasons={"why": why.texts()}, payload=payload)


def _plain(at: Position) -> dict[str, Any]:
    names = ("lon", "lat", "precision", "note", "given_lon", "given_lat", "given_datum")
    return {name: getattr(at, name) for name in names}
