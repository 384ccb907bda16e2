"""Keep positions out of the logs: a person's position is never written down."""

from __future__ import annotations

import re
import traceback

#: Any number with three or more decimals may be a coordinate (three decimals of a degree are some 100 m).
_COORDINATE = re.compile(r"[-+]?\d{1,9}\.\d{3,}")
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")


def without_positions(text: str) -> str:
    """Return ``text`` with anything that may be a coordinate, and any query string, taken out."""
    if "?" in text:
        text = _QUERY.sub("?…", text)
    return _COORDINATE.sub("#", text) if "." in text else text


def describe_exception(error: BaseException) -> str:
    """Return the traceback of ``error`` without positions: its text may quote what a client sent."""
    return without_positions("".join(traceback.format_exception(error)))
