"""Objects of the index as plain data: a description in JSON, and the arrays and byte strings it refers to."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely

from geodata.index.columns import Lexicon

#: Of these modules plain objects may be in a file; they are made without calling anything of theirs.
_ROOMS = (
    "geodata.index.", "geodata.areas", "geodata.calendar", "geodata.messages", "geodata.organisations", "geodata.sites"
)  # fmt: skip


class UnusableError(Exception):
    """A file is not to be used; for the log."""


@dataclass(frozen=True, slots=True)
class Section:
    """A run of bytes: an array of this type and shape, or, with an empty type, a byte string."""

    dtype: str
    shape: Sequence[int]
    data: memoryview


def mapped(section: Section) -> Any:
    """Return a section as an array or bytes over the memory it lies in."""
    if not section.dtype:
        return section.data
    kind = np.dtype(section.dtype)
    if kind.hasobject:
        raise UnusableError("it holds what is no plain data")
    return np.frombuffer(section.data, dtype=kind).reshape(section.shape)


class Packer:
    """Takes objects apart.

    Attributes
    ----------
    sections : list of Section
    """

    def __init__(self) -> None:
        self.sections: list[Section] = []

    def pack(self, value: Any) -> Any:
        """Return what stands for ``value`` in the description.

        Raises
        ------
        TypeError
            If it holds something that is no plain data.
        """
        match value:
            case None | bool() | int() | float() | str():
                return value
            case list():
                return {"list": [self.pack(item) for item in value]}
            case tuple():
                return {"tuple": [self.pack(item) for item in value]}
            case Mapping() if all(isinstance(key, str) for key in value):
                return {"map": {key: self.pack(item) for key, item in value.items()}}
            case np.ndarray():
                array = np.ascontiguousarray(value)
                return {"array": self._add(array.dtype.str, value.shape, array.reshape(-1).view(np.uint8))}
            case memoryview():
                return {"view": self._add("", (), value)}
            case bytes():
                return {"bytes": self._add("", (), value)}
            case date():
                return {"date": value.isoformat()}
            case Lexicon():
                return {"words": value.words}
            case shapely.Geometry():
                return {"geometry": self._add("", (), shapely.to_wkb(value))}
        kind = type(value)
        if not _is_ours(kind.__module__):
            raise TypeError(f"a {kind.__module__}.{kind.__qualname__} is no plain data")
        return {"object": [kind.__module__, kind.__qualname__, {k: self.pack(v) for k, v in _attributes(value)}]}

    def _add(self, dtype: str, shape: Sequence[int], data: Any) -> int:
        self.sections.append(Section(dtype, shape, memoryview(data).cast("B")))
        return len(self.sections) - 1


class Unpacker:
    """Puts together what :class:`Packer` took apart.

    Parameters
    ----------
    sections : sequence
        Arrays and bytes (:func:`mapped`).
    """

    def __init__(self, sections: Sequence[Any]) -> None:
        self._sections = sections

    def unpack(self, packed: Any) -> Any:
        """Return what a description stands for."""
        if not isinstance(packed, dict):
            return packed
        [(form, value)] = packed.items()
        match form:
            case "list":
                return [self.unpack(item) for item in value]
            case "tuple":
                return tuple(self.unpack(item) for item in value)
            case "map":
                return {key: self.unpack(item) for key, item in value.items()}
            case "array" | "view":
                return self._sections[value]
            case "bytes":
                return bytes(self._sections[value])
            case "date":
                return date.fromisoformat(value)
            case "words":
                return Lexicon(value)
            case "geometry":
                return shapely.from_wkb(bytes(self._sections[value]))
            case "object":
                return self._object(*value)
        raise UnusableError(f"it holds the unknown form {form!r}")

    def _object(self, module: str, name: str, attributes: Mapping[str, Any]) -> Any:
        kind = getattr(sys.modules.get(module), name, None) if _is_ours(module) else None
        if not isinstance(kind, type):
            raise UnusableError(f"it holds the unknown {module}.{name}")
        made: Any = object.__new__(kind)
        for attribute, value in attributes.items():
            object.__setattr__(made, attribute, self.unpack(value))
        return made


def _is_ours(module: str) -> bool:
    return module.startswith(_ROOMS)


def _attributes(value: Any) -> list[tuple[str, Any]]:
    if is_dataclass(value):
        found = [(field.name, getattr(value, field.name)) for field in fields(value)]
    else:
        found = list(vars(value).items())
    return [(name, dict(item) if isinstance(item, MappingProxyType) else item) for name, item in found]
