"""Arrays and plain facts as one run of bytes that can be mapped into memory: head, description in JSON, sections."""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from geodata.errors import ValueUnusableError

_MAGIC = b"stationmap-array"
#: Raised when the layout changes.
_FORMAT = 1
#: Magic, format, length of the description, checksum of all that follows the head.
_HEAD = struct.Struct("<16sIII")
_ALIGN = 64


def pack(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return facts (plain values) and arrays as bytes; equal ones give equal bytes.

    Parameters
    ----------
    facts : mapping
    arrays : mapping of str to ndarray
        Of plain types.
    """
    table, begin = [], 0
    laid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, array in laid.items():
        little = array.dtype.newbyteorder("<").str
        table.append([name, little, array.shape, begin])
        begin += _aligned(array.nbytes)
    text = orjson.dumps({"facts": facts, "arrays": table}, option=orjson.OPT_SORT_KEYS)
    text += b" " * (_aligned(_HEAD.size + len(text)) - _HEAD.size - len(text))
    body = bytearray(text)
    for array in laid.values():
        data = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        body += data + bytes(_aligned(len(data)) - len(data))
    return _HEAD.pack(_MAGIC, _FORMAT, len(text), zlib.crc32(body)) + bytes(body)


def unpack(content: Any) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return facts and arrays of bytes, over the memory they lie in.

    Raises
    ------
    ValueUnusableError
        If the bytes are no such thing, cut short or damaged.
    """
    view = memoryview(content).cast("B")
    try:
        magic, form, length, checksum = _HEAD.unpack_from(view)
    except struct.error as error:
        raise ValueUnusableError("arrays_damaged", detail=repr(error)) from error
    if (magic, form) != (_MAGIC, _FORMAT) or zlib.crc32(view[_HEAD.size :]) != checksum:
        raise ValueUnusableError("arrays_damaged", detail="head or checksum")
    described = orjson.loads(view[_HEAD.size : _HEAD.size + length])
    first = _HEAD.size + length
    arrays = {}
    for name, dtype, shape, begin in described["arrays"]:
        kind = np.dtype(dtype)
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(view, kind, count, first + begin).reshape(shape)
    return described["facts"], arrays


def map_file(path: Path) -> memoryview:
    """Return the content of a file of this user's, mapped into memory.

    Raises
    ------
    OSError
        If it cannot be read, or belongs to another user.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_uid not in (os.geteuid(), 0):
            raise PermissionError(f"{path} belongs to another user")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
