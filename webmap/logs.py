"""Logging of the server and the command line: to stderr, and never a position."""

from __future__ import annotations

import logging.config
from typing import Any

#: The access log has the path and never the query string, which may hold a person's position.
ACCESS_FORMAT = "%(addr)s %(method)s %(path)s %(status)d %(dt_ms).1f ms"


def log_config(level: str) -> dict[str, Any]:
    """Return the configuration for :func:`logging.config.dictConfig`, also for the server's own loggers."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "private": {
                "()": "webmap.privacy.PrivateFormatter",
                "fmt": "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s",
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "private", "stream": "ext://sys.stderr"}
        },
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "_granian": {"handlers": [], "level": level.upper(), "propagate": True},
            "granian.access": {"handlers": [], "level": "INFO", "propagate": True},
        },
    }


def configure_logging(level: str) -> None:
    """Log to stderr from ``level`` on."""
    logging.config.dictConfig(log_config(level))
