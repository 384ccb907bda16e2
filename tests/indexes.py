"""An index without a store: rows as a store would give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from geodata.calendar import CalendarDay, official_days
from geodata.index import SiteIndex
from geodata.indicators import Indicator
from geodata.sites import CODE_ALPHABET, CODE_LENGTH, Score, Site, SourceRef
from geodata.store import SiteRow, SiteRows, StoreState
from geodata.store.fields import to_row
from geodata.store.reading import chunks
from geodata.text import search_text
from geodata.vocabulary import load_vocabulary

TZ = ZoneInfo("Asia/Shanghai")
#: A Tuesday.
NOON = datetime(2026, 9, 15, 12, tzinfo=TZ)
_SOME_TIME = datetime(2026, 9, 1, tzinfo=UTC)
_DAYS = official_days()


def code_of(number: int) -> str:
    """Return a code of its own for each number; neighbours in number are none in the order of codes."""
    scattered = number * 387_420_489 % len(CODE_ALPHABET) ** CODE_LENGTH
    letters = []
    for _ in range(CODE_LENGTH):
        scattered, letter = divmod(scattered, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[letter])
    return "".join(letters)


class RowStore:
    """What an index reads from, kept in a list."""

    def __init__(self, sites: Sequence[Site] = (), *, scores: Mapping[int, Score] | None = None) -> None:
        self.rows: list[SiteRow] = []
        self.batch = 5000
        self.aliases: dict[str, str] = {}
        self.areas: list[object] = []
        self.days: list[CalendarDay] = list(_DAYS)
        self.indicators: list[tuple[int, Indicator]] = []
        self.area_indicators: list[tuple[str, Indicator]] = []
        self.version = 0
        self.changed: dict[str, int] = {}
        self.put(dict(enumerate(sites)), scores or {})

    def put(self, sites: Mapping[int, Site], scores: Mapping[int, Score] | None = None) -> None:
        """Write sites by number; those beyond the last one are new."""
        self.version += 1
        for number, site in sites.items():
            row = SiteRow(
                id=number + 1,
                code=code_of(number),
                **to_row(site),
                search=search_text(site.name, site.labels, site.former_names),
                version=1,
                data_version=self.version,
                created_at=_SOME_TIME,
                updated_at=_SOME_TIME,
                score=(scores or {}).get(number),
                sources=(SourceRef("test", str(number)),),
            )
            self.rows[number : number + 1] = [row]

    def touch(self, what: str) -> None:
        """Raise the version because of the ``calendar`` or the ``areas``."""
        self.version += 1
        self.changed[what] = self.version

    def state(self) -> StoreState:
        return StoreState("test", self.version)

    @contextmanager
    def read_since(self, version: int) -> Iterator[SiteRows]:
        rows = [row for row in self.rows if row.data_version > version]
        yield SiteRows(
            state=self.state(),
            columns=(SiteRow._make(zip(*part, strict=True)) for part in chunks(rows, self.batch)),
            aliases=dict(self.aliases),
            calendar_days=list(self.days),
            calendar_changed=self.changed.get("calendar", 0) > version,
            areas_changed=self.changed.get("areas", 0) > version,
            areas=lambda: list(self.areas),  # type: ignore[arg-type]
            indicators=lambda: iter(self.indicators),
            area_indicators=lambda: list(self.area_indicators),
        )


def index_of(*sites: Site, scores: Mapping[int, Score] | None = None) -> SiteIndex:
    """Return an index of sites, whose codes are :func:`code_of` their numbers."""
    return load(RowStore(sites, scores=scores))


def load(store: RowStore) -> SiteIndex:
    """Return the index of a store of this kind."""
    return SiteIndex.load(store, vocabulary=load_vocabulary(), tz=TZ)  # type: ignore[arg-type]


def codes(index: SiteIndex, hits: object) -> list[str]:
    """Return the codes of hits, in their order."""
    return [index._finder.code_of(hit.row) for hit in hits]  # type: ignore[attr-defined]
