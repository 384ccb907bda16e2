"""What goes into a store and comes out of it, beside the site itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from geodata.sites import Score, Site, SourceRef, StoredSite
from geodata.store.ready import ReadyRow

if TYPE_CHECKING:
    from geodata.areas import Area
    from geodata.calendar import CalendarDay
    from geodata.indicators import Indicator
    from geodata.organisations import Organisation


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a store may take before it gives up, and how many connections it keeps.

    Attributes
    ----------
    connect_timeout_s : float
        Until PostgreSQL answers a new connection (whole seconds, at least 2).
    statement_timeout_s : float
        For one statement on PostgreSQL. A server that hangs is given up a few seconds after this.
    busy_timeout_s : float
        How long a writer waits for another one.
    idle_timeout_s : float
        After which PostgreSQL ends a transaction whose program does nothing, so that a frozen one blocks nobody.
    pool_size : int
        Connections kept open in one process.
    """

    connect_timeout_s: float = 5.0
    statement_timeout_s: float = 30.0
    busy_timeout_s: float = 10.0
    idle_timeout_s: float = 300.0
    pool_size: int = 5


@dataclass(frozen=True, slots=True)
class StoreState:
    """Which store this is, and the version of its data; every transaction that writes raises the version by one."""

    store_id: str
    data_version: int


@dataclass(frozen=True, slots=True)
class BatchInfo:
    """Why and by whom something is written.

    Attributes
    ----------
    kind : str
        ``sites``, ``ratings``, ``areas``, ``calendar``, ``edit``, ``review``, ``merge``, ``report``, ``user`` or
        ``revert``.
    actor : str
        The person or program that writes.
    source, file_name, file_sha256, note : str
        Where the values come from; empty where that does not apply.
    """

    kind: str
    actor: str
    source: str = ""
    file_name: str = ""
    file_sha256: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A transaction that wrote, or an import that found nothing to write (``data_version`` is ``None`` then)."""

    id: int
    info: BatchInfo
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    data_version: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a site before and after, as JSON values.

    ``field`` is named as in :func:`geodata.store.fields.field_changes`; a site's first entry is ``created`` with its
    code. ``alias``, ``sources`` and ``evidence`` entries tell of codes, source keys and ratings that were added
    (``before`` is ``None``), taken away (``after`` is ``None``) or overwritten.
    """

    batch: Batch
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class BatchChange:
    """One change of a batch: of a site by its own code, or of a record that is no site (``area:370602``)."""

    id: int
    site_id: int | None
    site: str
    record: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site to add, the keys by which its sources know it, and its search words (pinyin and the like)."""

    site: Site
    sources: tuple[SourceRef, ...] = ()
    search: str = ""


@dataclass(frozen=True, slots=True)
class ReadySite:
    """A site to add whose row :class:`geodata.store.ready.SiteEncoder` made, its area, and the keys of its sources."""

    row: ReadyRow
    area: str | None
    sources: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteUpdate:
    """A site as it was read and as it should be.

    ``sources`` are references to add, or whose ``last_seen`` to renew; the site's others stay. ``search`` of ``None``
    leaves the search words.
    """

    before: StoredSite
    after: Site
    sources: tuple[SourceRef, ...] = ()
    search: str | None = None


@dataclass(frozen=True, slots=True)
class NewReview:
    """Something for a person to decide.

    Attributes
    ----------
    kind : str
        ``match``: a row of a source may be this site. ``vanished``: a complete list does not have the site any more.
        ``evidence``, ``indicator``: rows of a source that tell something of a place may mean this site.
    source, source_key : str
        The row; there is one review for each.
    site_id : int
    score : float, optional
        How likely, from 0 to 1.
    reasons, payload : dict
        Why, and what is needed to carry the decision out; JSON values.
    """

    kind: str
    source: str
    source_key: str
    site_id: int
    score: float | None = None
    reasons: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Review:
    """Something to decide as it is stored; ``state`` is open, accepted, rejected, or gone where it settled itself."""

    id: int
    state: str
    site: str
    asked: NewReview
    batch_id: int
    created_at: datetime
    decided_at: datetime | None
    decided_by: str


class SiteOutline(NamedTuple):
    """What of a site tells whether it is the place that somebody else describes."""

    id: int
    code: str
    name: str
    kind: str
    labels: list[str]
    former_names: list[str]
    lon: float | None
    lat: float | None
    precision: str
    address: str
    area: str | None
    phone: str
    state: str
    area_name: str
    sources: tuple[SourceRef, ...]


class SiteRow(NamedTuple):
    """A row of ``sites`` as it stands, JSON decoded (shapes: :mod:`geodata.store.fields`), with sources and score."""

    id: int
    code: str
    name: str
    kind: str
    labels: list[str]
    former_names: list[str]
    lon: float | None
    lat: float | None
    precision: str
    position_note: str
    given_lon: float | None
    given_lat: float | None
    given_datum: str | None
    entrance_lon: float | None
    entrance_lat: float | None
    floor: str
    directions: str
    address: str
    area: str | None
    area_name: str
    hours_osm: str | None
    hours_text: str
    closures: list[dict[str, Any]]
    valid_from: date | None
    valid_to: date | None
    state: str
    facilities: dict[str, dict[str, Any]]
    services: dict[str, dict[str, Any]]
    access: dict[str, Any]
    level: str | None
    operator: str
    operator_code: str | None
    host: str
    capacity: int | None
    area_m2: float | None
    phone: str
    website: str
    note: str
    awards: list[dict[str, Any]]
    photos: list[dict[str, Any]]
    verified_on: date | None
    search: str
    version: int
    data_version: int
    created_at: datetime
    updated_at: datetime
    score: Score | None
    sources: tuple[SourceRef, ...]


#: A :class:`SiteRow` each field of which has the values of many sites.
SiteColumns: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class SiteRows:
    """What was written after a data version, seen in one snapshot; usable inside ``read_since`` only.

    Attributes
    ----------
    state : StoreState
        The version that the snapshot shows.
    columns : iterator of SiteColumns
        Sites written since, by id, some thousands at a time; can be gone through once, and nothing else be read before
        its end.
    aliases : dict
        Every code that leads to another site's: old → present.
    calendar_days : list of CalendarDay
        The whole calendar.
    calendar_changed, areas_changed : bool
        Whether the calendar or an area was written since.
    areas : callable
        Reads all areas in the same snapshot.
    without_areas, without_organisations : bool
        Whether there are none: of the last one that is taken away no row that was written tells.
    organisations_changed : bool
    organisations : callable
        Reads all organisations in the same snapshot.
    evidence : callable
        Streams the evidence of the sites written since, by id (:func:`geodata.store.reading.evidence_rows`).
    indicators, area_indicators : callable
        The published figures of the sites written since, by id; and of all areas.
    """

    state: StoreState
    columns: Iterator[SiteColumns]
    aliases: Mapping[str, str]
    calendar_days: list[CalendarDay]
    calendar_changed: bool
    areas_changed: bool
    areas: Callable[[], list[Area]] = field(repr=False)
    without_areas: bool = False
    without_organisations: bool = False
    organisations_changed: bool = False
    organisations: Callable[[], list[Organisation]] = field(default=list, repr=False)
    evidence: Callable[[], Iterator[tuple[Any, ...]]] = field(default=lambda: iter(()), repr=False)
    indicators: Callable[[], Iterator[tuple[int, Indicator]]] = field(default=lambda: iter(()), repr=False)
    area_indicators: Callable[[], list[tuple[str, Indicator]]] = field(default=list, repr=False)

    def rows(self) -> Iterator[SiteRow]:
        """Yield the same sites one by one."""
        for part in self.columns:
            yield from map(SiteRow._make, zip(*part, strict=True))
