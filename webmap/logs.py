"""Logging of the server and the command line: to stderr, a line for each event, and never a position."""

from __future__ import annotations

import json
import logging.config
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from webmap.privacy import without_positions
from webmap.requestid import REQUEST_ID

LogFormat = Literal["text", "json"]

#: Values that stand in a line of text without quotation marks.
_PLAIN = re.compile(r"[^\s\"'=\\\x00-\x1f]+")


class StructuredFormatter(logging.Formatter):
    """Writes a record as one line of fields, as ``name=value`` or as JSON, without whatever may be a position.

    A record's attribute ``fields`` is a mapping of further fields.

    Parameters
    ----------
    form : {"text", "json"}
    """

    def __init__(self, form: LogFormat = "text") -> None:
        super().__init__()
        self._write = _json_line if form == "json" else _text_line

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
        }
        if identity := REQUEST_ID.get():
            fields["request_id"] = identity
        if message := record.getMessage():
            fields["message"] = without_positions(message)
        for name, value in getattr(record, "fields", _NOTHING).items():
            fields[name] = without_positions(value) if isinstance(value, str) else value
        if record.exc_info and record.exc_info[1] is not None:
            fields["trace"] = without_positions("".join(traceback.format_exception(record.exc_info[1])))
        return self._write(fields)


_NOTHING: Mapping[str, Any] = {}


def _json_line(fields: Mapping[str, Any]) -> str:
    return orjson.dumps(fields, default=str).decode()


def _text_line(fields: Mapping[str, Any]) -> str:
    return " ".join([f"{name}={_text(value)}" for name, value in fields.items()])


def _text(value: Any) -> str:
    text = str(value)
    return text if text.isalnum() or _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def log_config(level: str, form: LogFormat = "text") -> dict[str, Any]:
    """Return the configuration for :func:`logging.config.dictConfig`, also for the server's own loggers."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": {"()": "webmap.logs.StructuredFormatter", "form": form}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "structured", "stream": "ext://sys.stderr"}
        },
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "_granian": {"handlers": [], "level": level.upper(), "propagate": True},
            "webmap.access": {"handlers": [], "level": "INFO", "propagate": True},
        },
    }


def configure_logging(level: str, form: LogFormat = "text") -> None:
    """Log to stderr from ``level`` on."""
    # What no line of ours tells is not found out: names of threads and processes, and where in the source it was
    # written. A line for each request then takes little more than half the time.
    logging.logThreads = logging.logMultiprocessing = False
    logging._srcfile = None  # the way the library's documentation gives
    logging.config.dictConfig(log_config(level, form))
