"""Answers in gzip for clients that take it."""

from __future__ import annotations

import re

from isal import isal_zlib

#: Below this size the header costs more than it saves.
LEAST_BYTES = 800

#: The level of ISA-L that packs as small as zlib's first, in less than a third of its time.
LEVEL = 1
_GZIP_CONTAINER = 31

_COMPRESSIBLE = re.compile(
    r"(?:text/|application/(?:[\w.+-]+\+)?(?:json|xml)\b|application/(?:javascript|openmetrics-text)|image/svg\+xml)"
)
_CHOICE = re.compile(r"(?:^|,)\s*(gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?(?=,|$)", re.IGNORECASE)


def compressible(content_type: str) -> bool:
    """Return whether gzip makes content of this type smaller."""
    return _COMPRESSIBLE.match(content_type) is not None


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether a client with this header ``Accept-Encoding`` takes gzip."""
    weights = {name.lower(): weight for name, weight in _CHOICE.findall(accept_encoding)}
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*")))
    try:
        return weight is not None and (weight == "" or float(weight) > 0)
    except ValueError:
        return False


def gzipped(body: bytes) -> bytes:
    """Return ``body`` in gzip."""
    packed: bytes = isal_zlib.compress(body, LEVEL, _GZIP_CONTAINER)
    return packed
