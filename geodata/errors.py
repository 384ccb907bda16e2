"""Every error that the domain raises, in one tree.

An error carries a code of the message catalogue with its parameters, so that a person can be told in their own
language, and a ``detail`` for the log that is never shown to a client.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geodata.messages import Message


class StationmapError(Exception):
    """Base of all errors with a message for a person.

    Parameters
    ----------
    code : str
        A code of the message catalogue (``geodata/messages/*.toml``).
    detail : str
        What a log needs beyond the message; never shown to a client.
    **params
        Values of the message's placeholders.
    """

    def __init__(self, code: str, *, detail: str = "", **params: Any) -> None:
        self.message = Message(code, params)
        self.detail = detail
        super().__init__(self.message.text("en") + (f" ({detail})" if detail else ""))

    @property
    def code(self) -> str:
        """The code of the message."""
        return self.message.code


class InputError(StationmapError):
    """What was handed in cannot be used: a file, a row, a parameter, a value."""


class FileError(InputError):
    """A file as a whole cannot be read or is not what it claims to be."""


class ProfileError(InputError):
    """An import profile names something that does not exist or has the wrong shape."""


class ValueUnusableError(InputError):
    """One value of a row, a parameter or a field is not usable."""


class HoursError(ValueUnusableError):
    """A text is no valid OSM ``opening_hours`` expression."""


class ParameterError(InputError):
    """A request's parameter is unknown or out of bounds.

    ``params`` of the message hold ``name``, ``value`` and ``expected``.
    """


class SettingsError(InputError):
    """A setting of the deployment has an unusable value."""


class NotFoundError(StationmapError):
    """The site, batch or other record that was named does not exist."""


class ConflictError(StationmapError):
    """The record changed since the version that the writer saw."""


class StoreError(StationmapError):
    """The store cannot do what it was asked to."""


class StoreUnavailableError(StoreError):
    """The store cannot be reached, or did not answer in time."""


class StoreBusyError(StoreError):
    """Another writer holds the store; trying again later may help."""


class StoreSchemaError(StoreError):
    """The store's schema is missing, older or newer than this program's."""


class ScenarioError(InputError):
    """A planning scenario cannot be used.

    Parameters
    ----------
    problems : sequence of StationmapError
        Everything that is wrong with it, at least one.
    """

    def __init__(self, problems: Sequence[StationmapError]) -> None:
        first = problems[0].message
        super().__init__(first.code, **first.params)
        self.problems = tuple(problems)
