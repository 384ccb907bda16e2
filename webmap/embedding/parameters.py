"""What the address of an embedded map may ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import urlencode

from pydantic import create_model, field_validator
from werkzeug.datastructures import MultiDict

from geodata.messages import Message
from webmap.api.parameters import FilterParameters, Parameters, described, missing, parse
from webmap.colours import Accent, accent
from webmap.errors import BadParametersError, ParameterProblem
from webmap.maps import MAX_ZOOM, MIN_ZOOM

Theme = Literal["auto", "light", "dark"]
Switch = Literal["on", "off"]

#: Parameters that choose sites, as the API takes them.
GIVEN = ("area", "kind", "facility", "service", "access", "level", "state", "open", "unknown", "min_rating")


class EmbedParameters(Parameters):
    """How an embedded map looks; which sites it shows comes from the API's own filters."""

    lat: float | None = described(
        None, "Latitude of the centre, with lon and zoom", "中心纬度，与 lon、zoom 合用", "-90…90", ge=-90, le=90
    )
    lon: float | None = described(
        None, "Longitude of the centre, with lat and zoom", "中心经度，与 lat、zoom 合用", "-180…180", ge=-180, le=180
    )
    zoom: int | None = described(
        None,
        "Scale, with lat and lon",
        "缩放级别，与 lat、lon 合用",
        f"{MIN_ZOOM}…{MAX_ZOOM}",
        ge=MIN_ZOOM,
        le=MAX_ZOOM,
    )
    colour: str | None = described(None, "Main colour", "主色", "RRGGBB")
    list: Switch = described("on", "Whether there is a list beside the map", "是否显示列表", "on | off")
    search: Switch = described("on", "Whether there is a search box", "是否显示搜索框", "on | off")
    theme: Theme = described(
        "auto", "Light, dark, or as the system has it", "浅色、深色或跟随系统", "auto | light | dark"
    )

    @field_validator("colour")
    @classmethod
    def _is_colour(cls, value: str | None) -> str | None:
        if value is None:
            return None
        digits = value.removeprefix("#").lower()
        if re.fullmatch(r"[0-9a-f]{3}", digits):
            digits = "".join(2 * digit for digit in digits)
        if not re.fullmatch(r"[0-9a-f]{6}", digits):
            raise ValueError("no colour")
        return digits


@dataclass(frozen=True, slots=True)
class Embedded:
    """An embedded map as it was asked for.

    Attributes
    ----------
    given : dict
        Name of a filter of the API → its values, as the address had them.
    options : EmbedParameters
    """

    given: dict[str, tuple[str, ...]]
    options: EmbedParameters

    @property
    def accent(self) -> Accent | None:
        """The main colour and those that go with it; ``None`` for the map's own."""
        return accent(self.options.colour) if self.options.colour else None

    @property
    def view(self) -> dict[str, float] | None:
        """Centre and scale at the start, if they were given."""
        options = self.options
        if options.lat is None or options.lon is None or options.zoom is None:
            return None
        return {"lat": options.lat, "lon": options.lon, "zoom": options.zoom}

    def query(self) -> str:
        """Return the query of the address of this map, always in the same order, without what goes by default."""
        pairs = [(name, value) for name, values in self.given.items() for value in values]
        look = self.options.model_dump(exclude_defaults=True, exclude={"lang"})
        return urlencode([*pairs, *((name, look[name]) for name in EmbedParameters.model_fields if name in look)])

    def filter_query(self) -> str:
        """Return the query of the whole map with the same sites."""
        known = ("kind", "facility", "service", "open", "area", "min_rating")
        return urlencode([(name, value) for name in known for value in self.given.get(name, ())])


def embed_model(filters: type[FilterParameters]) -> type[EmbedParameters]:
    """Return the parameters of an embedded map: how it looks, and the filters of ``filters``."""
    made: Any = create_model("EmbeddedMapParameters", __base__=(EmbedParameters, filters))
    return cast("type[EmbedParameters]", made)


def read_embedded(model: type[EmbedParameters], query: MultiDict[str, str]) -> Embedded:
    """Return what a query asks for.

    Raises
    ------
    BadParametersError
        With an entry for each parameter that is not usable; a centre needs all of lat, lon and zoom.
    """
    options = parse(model, query)
    centre = {name: getattr(options, name) for name in ("lat", "lon", "zoom")}
    if any(value is None for value in centre.values()) and any(value is not None for value in centre.values()):
        raise missing(model, next(name for name, value in centre.items() if value is None))
    if options.model_fields_set & {"datum"}:
        message = Message("parameter_unknown", {"name": "datum", "expected": ", ".join([*GIVEN, *centre])})
        raise BadParametersError([ParameterProblem("datum", None, ", ".join(GIVEN), message)])
    given = {}
    for name in GIVEN:
        values = [value for value in query.getlist(name) if value]
        if name in model.LISTS:
            values = [code for value in values for code in value.split(",") if code]
        if values:
            given[name] = tuple(dict.fromkeys(values))
    return Embedded(given, options)
