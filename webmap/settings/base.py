"""What all settings have in common: prefix, description in both languages, and what is said of a wrong one."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from geodata.errors import SettingsError

PREFIX = "STATIONMAP_"


class Concern(BaseSettings):
    """Base of the settings of one concern."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )


def setting(default: Any, en: str, zh: str, *, secret: bool = False, expected: str = "", **bounds: Any) -> Any:
    """Return a field with its description in both languages; ``expected`` says in signs what is allowed."""
    extra: JsonDict = {"zh": zh, "secret": secret, "expected": expected}
    return Field(default, description=en, json_schema_extra=extra, validate_default=True, **bounds)


def extra_of(item: FieldInfo) -> dict[str, Any]:
    """Return what :func:`setting` keeps with a field beside its description."""
    return item.json_schema_extra if isinstance(item.json_schema_extra, dict) else {}


class IncompleteError(ValueError):
    """A setting needs another one; raised inside pydantic, put into words by :func:`settings_error`."""

    def __init__(self, name: str, value: str, needs: str) -> None:
        super().__init__(needs)
        self.name, self.value, self.needs = name, value, needs


def settings_error(concern: type[Concern], error: ErrorDetails) -> SettingsError:
    """Return the error with the variable's name; values that may hold a password are left out."""
    incomplete = error.get("ctx", {}).get("error")
    if isinstance(incomplete, IncompleteError):
        return SettingsError(
            "setting_incomplete", name=PREFIX + incomplete.name.upper(), value=incomplete.value, needs=incomplete.needs
        )
    name = str(error["loc"][0])
    extra = extra_of(concern.model_fields[name])
    value = "…" if extra["secret"] else str(error["input"])[:200]
    return SettingsError("setting_unusable", name=PREFIX + name.upper(), value=value, expected=extra["expected"])
