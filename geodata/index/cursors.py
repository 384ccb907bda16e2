"""Cursors: where a page of a list ended, so that the next one goes on there whatever was written meanwhile."""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass
from typing import get_args

import orjson

from geodata.errors import ParameterError
from geodata.index.query import Sort

Key = float | tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last site of a page.

    Attributes
    ----------
    sort : str
        The order of the list.
    section : int
        Lists come in sections: open before unknown hours, with a position before without.
    key : float or (str, str) or None
        What the site was sorted by, besides its code.
    code : str
    """

    sort: Sort
    section: int
    key: Key
    code: str

    def text(self) -> str:
        """Return the cursor as opaque text, safe in a URL."""
        raw = orjson.dumps([self.sort, self.section, self.key, self.code])
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parse(text: str, sort: Sort) -> Cursor:
    """Return the cursor that a text stands for.

    Raises
    ------
    ParameterError
        If it is none, or one of a list in another order.
    """
    try:
        raw = orjson.loads(base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True))
        found_sort, section, key, code = raw
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError, ValueError, TypeError) as error:
        raise _unusable(text) from error
    if not (
        found_sort == sort
        and type(section) is int
        and 0 <= section <= 3
        and isinstance(code, str)
        and code.isascii()
        and _is_key(key, sort)
    ):
        raise _unusable(text)
    return Cursor(sort, section, tuple(key) if isinstance(key, list) else key, code)


def _is_key(key: object, sort: Sort) -> bool:
    match sort:
        case "name":
            return isinstance(key, list) and len(key) == 2 and all(isinstance(part, str) for part in key)
        case "code":
            return key is None
        case _:
            return key is None or (isinstance(key, (int, float)) and not isinstance(key, bool) and math.isfinite(key))


def _unusable(text: str) -> ParameterError:
    expected = f"next ({', '.join(get_args(Sort))})"
    return ParameterError("index_cursor", name="cursor", value=text[:40], expected=expected)
