"""Reading what the store keeps beside sites: calendar, areas, streets, demand, evidence, figures, reports, accounts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from geodata.errors import ValueUnusableError
from geodata.store import accounts, layers, reading, reporting, schema
from geodata.store.accounts import User
from geodata.store.layers import DemandInfo, StreetsInfo
from geodata.store.reporting import Report

if TYPE_CHECKING:
    from geodata.areas import Area
    from geodata.calendar import CalendarDay
    from geodata.demand import DemandPoints
    from geodata.indicators import Indicator
    from geodata.organisations import Organisation
    from geodata.ratings import Evidence
    from geodata.streets import StreetNetwork


class RecordReading(ABC):
    """The part of a store that reads records which are no sites."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Connection]:
        """Read in one snapshot of a current schema."""

    def calendar_days(self) -> list[CalendarDay]:
        """Return all public holidays and make-up workdays."""
        with self.snapshot() as connection:
            return reading.calendar_days(connection)

    def organisations(self) -> list[Organisation]:
        """Return all organisations."""
        with self.snapshot() as connection:
            return reading.organisations(connection)

    def areas(self) -> list[Area]:
        """Return all areas with their polygons."""
        with self.snapshot() as connection:
            return reading.areas(connection)

    def street_networks(self) -> list[StreetsInfo]:
        """Return what is known of all networks of streets, by name."""
        with self.snapshot() as connection:
            return layers.street_networks(connection)

    def streets(self, name: str) -> StreetNetwork:
        """Return a network of streets by its name.

        Raises
        ------
        NotFoundError
            If there is none.
        ValueUnusableError
            If its data is damaged.
        """
        with self.snapshot() as connection:
            return layers.streets(connection, name)

    def streets_around(self, bbox: tuple[float, float, float, float]) -> StreetNetwork | None:
        """Return the network that holds most of a bbox (west, south, east, north); ``None`` if none touches it."""
        with self.snapshot() as connection:
            found = layers.best_around(layers.street_networks(connection), bbox)
            return None if found is None else layers.streets(connection, found.name)

    def demand_layers(self) -> list[DemandInfo]:
        """Return what is known of all layers of demand, by name."""
        with self.snapshot() as connection:
            return layers.demand_layers(connection)

    def demand(self, name: str) -> DemandPoints:
        """Return a layer of demand by its name.

        Raises
        ------
        NotFoundError
            If there is none.
        ValueUnusableError
            If its data is damaged.
        """
        with self.snapshot() as connection:
            return layers.demand(connection, name)

    def evidence(self, site_ids: Collection[int] | None = None) -> dict[int, list[Evidence]]:
        """Return the evidence of sites by site id, oldest first; of all sites without ``site_ids``."""
        with self.snapshot() as connection:
            return reading.evidence(connection, site_ids)

    def indicators(self, keys: Collection[str]) -> dict[str, Indicator]:
        """Return published figures by their keys (:meth:`geodata.indicators.Indicator.key`)."""
        from geodata.store import figures

        with self.snapshot() as connection:
            return {key: figures.as_indicator(row) for key, row in figures.by_key(connection, keys).items()}

    def site_indicators(self, site_ids: Collection[int]) -> dict[int, list[Indicator]]:
        """Return the published figures of sites by id, the latest first."""
        from geodata.store import figures

        found: dict[int, list[Indicator]] = {}
        with self.snapshot() as connection:
            for part in reading.chunks(sorted(set(site_ids))):
                for site, item in figures.of_sites(connection, schema.sites.c.id.in_(part)):
                    found.setdefault(site, []).append(item)
        return found

    def area_indicators(self) -> list[tuple[str, Indicator]]:
        """Return the published figures of areas with the areas' codes, the latest first."""
        from geodata.store import figures

        with self.snapshot() as connection:
            return figures.of_areas(connection)

    def reports(self, *, states: Collection[str] | None = None) -> list[Report]:
        """Return what people reported, the newest first; only those in some states."""
        with self.snapshot() as connection:
            return reporting.reports(connection, states, None)

    def reports_closed_before(self, time: datetime) -> list[Report]:
        """Return the reports that were closed before a time, the newest first."""
        with self.snapshot() as connection:
            return reporting.reports(connection, None, None, time)

    def report(self, report_id: int) -> Report:
        """Return one report.

        Raises
        ------
        NotFoundError
            If there is none of this number.
        """
        with self.snapshot() as connection:
            return reporting.report(connection, report_id)

    def users(self) -> list[User]:
        """Return all accounts by name."""
        with self.snapshot() as connection:
            return accounts.users(connection)

    def user(self, name: str) -> User | None:
        """Return the account of a name, however it is written; ``None`` if there is none."""
        try:
            wanted = accounts.account_name(name)
        except ValueUnusableError:
            return None
        with self.snapshot() as connection:
            return accounts.user(connection, name=wanted)

    def user_of_id(self, user_id: int) -> User | None:
        """Return the account of an id; ``None`` if there is none."""
        with self.snapshot() as connection:
            return accounts.user(connection, user_id=user_id)
