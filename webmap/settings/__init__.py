"""What a deployment can set, one class per concern, from the environment or a file ``.env``.

Every variable starts with ``STATIONMAP_``. Nothing is read at import: :meth:`Settings.load` reads when the application
is made. :func:`all_settings` lists every variable with its default and description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from geodata.errors import SettingsError
from webmap.settings.base import PREFIX, Concern, extra_of, settings_error
from webmap.settings.jobs import JobSettings
from webmap.settings.limits import LimitSettings, rates
from webmap.settings.maps import BaseMapSettings, GeocoderSettings, TileLayer
from webmap.settings.people import SECRET_LENGTH, ReportSettings, StaffSettings
from webmap.settings.place import FooterSettings, PlaceSettings, StoreSettings
from webmap.settings.server import Network, ServerSettings

__all__ = [
    "CONCERNS",
    "OTHER_VARIABLES",
    "PREFIX",
    "SECRET_LENGTH",
    "BaseMapSettings",
    "FooterSettings",
    "GeocoderSettings",
    "JobSettings",
    "LimitSettings",
    "Network",
    "PlaceSettings",
    "ReportSettings",
    "ServerSettings",
    "SettingInfo",
    "Settings",
    "StaffSettings",
    "StoreSettings",
    "TileLayer",
    "all_settings",
    "rates",
    "unknown_variables",
]

#: Variables with the prefix that are read elsewhere: by the command line and by the tests.
OTHER_VARIABLES = frozenset({"STATIONMAP_LANG", "STATIONMAP_TEST_DATA"})

CONCERNS: tuple[type[Concern], ...] = (
    StoreSettings,
    PlaceSettings,
    BaseMapSettings,
    GeocoderSettings,
    FooterSettings,
    LimitSettings,
    ServerSettings,
    StaffSettings,
    ReportSettings,
    JobSettings,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a deployment."""

    store: StoreSettings = field(default_factory=StoreSettings)
    place: PlaceSettings = field(default_factory=PlaceSettings)
    base_map: BaseMapSettings = field(default_factory=BaseMapSettings)
    geocoder: GeocoderSettings = field(default_factory=GeocoderSettings)
    footer: FooterSettings = field(default_factory=FooterSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    staff: StaffSettings = field(default_factory=StaffSettings)
    reports: ReportSettings = field(default_factory=ReportSettings)
    jobs: JobSettings = field(default_factory=JobSettings)

    @classmethod
    def load(cls, *, env_file: Path | None = Path(".env"), **values: Any) -> Settings:
        """Read the settings from the environment and from ``env_file``.

        Parameters
        ----------
        env_file : Path, optional
            File of ``NAME=value`` lines; the environment wins over it.
        **values
            Settings by their name without the prefix, in lower case; these win over both.

        Raises
        ------
        SettingsError
            If a value is not usable; the message names the variable and what was expected.
        """
        made: list[Any] = []
        for concern in CONCERNS:
            own = {name: values.pop(name) for name in list(values) if name in concern.model_fields}
            try:
                made.append(concern(**{"_env_file": env_file, **own}))
            except ValidationError as error:
                raise settings_error(concern, error.errors()[0]) from None
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError("setting_file_unreadable", path=str(env_file), detail=repr(error)) from error
        if values:
            raise TypeError(f"no such settings: {', '.join(sorted(values))}")
        return cls(*made)


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One variable, for documentation: its default as it would stand in the environment, and what it does."""

    env: str
    default: str
    en: str
    zh: str
    expected: str
    concern: str


def all_settings() -> tuple[SettingInfo, ...]:
    """Return every variable of the environment that a deployment can set, in the order of the classes."""
    return tuple(_info(concern, name, item) for concern, name, item in _fields())


def _fields() -> Iterator[tuple[type[Concern], str, FieldInfo]]:
    for concern in CONCERNS:
        for name, item in concern.model_fields.items():
            yield concern, name, item


def _info(concern: type[Concern], name: str, item: FieldInfo) -> SettingInfo:
    extra = extra_of(item)
    default = item.default
    if default is None or isinstance(default, SecretStr):
        text = ""
    elif isinstance(default, tuple):
        text = ",".join(default)
    else:
        text = str(default).lower() if isinstance(default, bool) else str(default)
    return SettingInfo(
        env=PREFIX + name.upper(),
        default=text,
        en=item.description or "",
        zh=extra["zh"],
        expected=extra["expected"],
        concern=concern.__name__,
    )


def unknown_variables(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that have the prefix but are no setting: most likely misspelt."""
    known = {info.env for info in all_settings()} | OTHER_VARIABLES
    return sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)
