"""The services by name, and asking them politely."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from importers.geocoding.answers import PASSING, Answer, GeocoderError, Question, Service
from importers.geocoding.web import TIMEOUT_S

#: Name → whether it needs a key.
SERVICES = {
    "amap": True,
    "tianditu": True,
    "baidu": True,
    "nominatim": False,
    "photon": False,
    "pelias": False,
    "arcgis": False,
}
#: How often a question is asked, and the seconds before the second time; twice that before the third, and so on.
_TIMES, _PAUSE_S, _LONGEST_S = 4, 2.0, 60.0


def make_service(name: str, key: str = "", url: str = "", *, timeout_s: float = TIMEOUT_S) -> Service:
    """Return the service of a name of :data:`SERVICES`.

    Parameters
    ----------
    name : str
    key : str
        The user's key; empty for services without one.
    url : str
        Where the service is, if not at its public address.
    timeout_s : float
        For one request.
    """
    from importers.geocoding import chinese, geopy_services

    match name:
        case "amap":
            return chinese.AMap(key, url, timeout_s)
        case "tianditu":
            return chinese.Tianditu(key, url, timeout_s)
    made: Service = getattr(geopy_services, name)(key, url, timeout_s)
    return made


@dataclass(slots=True)
class Asker:
    """Asks a service with a pause between questions, again where that may help, and nothing twice.

    Attributes
    ----------
    service : Service
    delay_s : float
        The least time from one question to the next.
    sleep, clock : callable
    """

    service: Service
    delay_s: float
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _last: float | None = field(default=None, init=False)
    _known: dict[Question, list[Answer]] = field(default_factory=dict, init=False)

    def ask(self, question: Question) -> list[Answer]:
        """Return what the service finds.

        Raises
        ------
        GeocoderError
            If it refuses, or fails again and again.
        """
        if question in self._known:  # several places in one building
            return self._known[question]
        for attempt in range(_TIMES):
            self._wait()
            try:
                found = self._known[question] = self.service.ask(question)
                return found
            except GeocoderError as error:
                if error.code not in PASSING or attempt == _TIMES - 1:
                    raise
                pause = error.retry_after_s or max(self.delay_s, _PAUSE_S) * 2**attempt
                self.sleep(min(pause, _LONGEST_S))
        return []

    def _wait(self) -> None:
        now = self.clock()
        if self._last is not None and now - self._last < self.delay_s:
            self.sleep(self.delay_s - (now - self._last))
        self._last = self.clock()
