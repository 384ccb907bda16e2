"""What a geocoding service says about an address, in one form for all services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from geodata.errors import StationmapError
from geodata.sites import Datum

#: How well an answer says where a place is; ``none`` is the centre of a town, a district or more: no position at all.
Grade = Literal["exact", "address", "approximate", "area", "none"]

#: Failures after which the same question may be asked again.
PASSING = frozenset({"geocoder_rate", "geocoder_timeout", "geocoder_unreachable", "geocoder_garbled"})


class GeocoderError(StationmapError):
    """A geocoding service refused, failed or answered nonsense.

    Codes: ``geocoder_key``, ``geocoder_quota``, ``geocoder_query`` and those of :data:`PASSING`. Neither message nor
    detail hold the key or an address that was asked for with it.
    """

    def __init__(self, code: str, *, service: str, reason: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(code, service=service, reason=reason)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the text, and the code and name of the area that it should lie in, where they are known."""

    text: str
    adcode: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One place that a service found.

    Attributes
    ----------
    lon, lat : float
        Degrees in ``datum``.
    datum : Datum
    grade : Grade
        How well the place is known, by the service's own level.
    level : str
        That level in the service's words.
    text : str
        The address as the service writes it, or empty.
    regions : tuple of str
        Names of the areas that the service says the place lies in, from the largest down.
    adcode : str
        The official code of its district, or empty.
    doubtful : bool
        Whether the service itself is not sure that this is what was asked for.
    """

    lon: float
    lat: float
    datum: Datum
    grade: Grade
    level: str
    text: str = ""
    regions: tuple[str, ...] = ()
    adcode: str = ""
    doubtful: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no point: services have been seen to answer with zeros, and with latitude first."""
        if not (abs(self.lon) <= 180 and abs(self.lat) <= 90) or self.lon == self.lat == 0:
            raise ValueError("no coordinates")


class Service(Protocol):
    """A geocoding service.

    Attributes
    ----------
    name : str
        As in the setting ``STATIONMAP_GEOCODER``.
    """

    name: str

    def ask(self, question: Question) -> list[Answer]:
        """Return the places that the service finds, its best one first; none if there is none.

        Raises
        ------
        GeocoderError
            If it refuses, fails or cannot be reached.
        """
