"""What every view needs, kept at ``app.extensions["stationmap"]``: settings, words, the index, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app, request

from geodata.hours import night_number
from geodata.messages import Lang
from geodata.vocabulary import Vocabulary
from webmap.readmodel import ReadModel
from webmap.settings import Settings

if TYPE_CHECKING:
    from geodata.index import SiteIndex
    from webmap.api.parameters import ParameterModels


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of one application.

    ``edition`` stands for the program and everything set for it: with the same data, applications of one edition give
    the same answers.
    """

    settings: Settings
    vocabulary: Vocabulary
    read_model: ReadModel
    clock: Callable[[], datetime]
    parameters: ParameterModels
    version: str
    edition: str

    @property
    def index(self) -> SiteIndex:
        """The present index; take it once in a request.

        Raises
        ------
        StoreUnavailableError
            If nothing was loaded yet.
        """
        return self.read_model.index

    def now(self) -> datetime:
        """Return the present time in the deployment's time zone."""
        return self.clock().astimezone(self.settings.place.tz)

    def etag(self, index: SiteIndex, now: datetime) -> str:
        """Return what changes whenever an answer may (:func:`webmap.api.answers.etag`)."""
        times = f"{index.boundary(now)}-{night_number(now)}-{index.rated_on:%j}"
        return f"{index.store_id}-{index.version}-{times}-{self.edition}"


def context() -> Context:
    """Return the parts of the application that answers the present request."""
    found: Context = current_app.extensions["stationmap"]
    return found


def base_url() -> str:
    """Return the address under which people reach the map, without a slash at the end."""
    return context().settings.server.public_url.rstrip("/") or request.url_root.rstrip("/")


def request_language() -> Lang:
    """Return the language in which to answer the present request.

    The parameter ``lang`` wins, then the header ``Accept-Language``, then the deployment's first language. Any Chinese
    counts as ``zh``: other variants have no texts of their own.
    """
    offered = context().settings.place.languages
    for wish in (request.args.get("lang", ""), *request.accept_languages.values()):
        for lang in offered:
            if wish.lower().split("-")[0] == lang:
                return lang
    return offered[0]
