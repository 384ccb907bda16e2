"""Requests to a geocoding service: one adapter, and every failure as the domain's error."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from geopy.adapters import AdapterHTTPError, URLLibAdapter, get_retry_after
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderTimedOut,
    GeopyError,
)

from importers.geocoding.answers import GeocoderError

T = TypeVar("T")

TIMEOUT_S = 10.0
#: geopy writes whole addresses, with the key in them, to its log at lower levels.
logging.getLogger("geopy").setLevel(logging.CRITICAL)


def user_agent() -> str:
    """Return the name under which services see the program; public ones refuse nameless clients."""
    try:
        return f"stationmap/{version('stationmap')}"
    except PackageNotFoundError:
        return "stationmap"


def split_url(url: str, default: str) -> tuple[str, str]:
    """Return scheme and the rest (host, port, path without a slash at its end) of a service's address."""
    parts = urlsplit(url or default)
    return parts.scheme, f"{parts.netloc}{parts.path}".rstrip("/")


def guarded(service: str, ask: Callable[[], T]) -> T:
    """Run a request; whatever fails becomes a :class:`GeocoderError` without the request's address in it."""
    try:
        return ask()
    except GeocoderError:
        raise
    except GeopyError as error:
        raise _translated(service, error) from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # Well-formed JSON of another shape: a login page's, a proxy's, another version's.
        raise GeocoderError("geocoder_garbled", service=service, reason=type(error).__name__) from None


def _translated(service: str, error: GeopyError) -> GeocoderError:
    retry_after, reason = getattr(error, "retry_after", None), type(error).__name__
    match error:
        case GeocoderRateLimited():
            return GeocoderError("geocoder_rate", service=service, reason=reason, retry_after_s=retry_after)
        case GeocoderQuotaExceeded():
            return GeocoderError("geocoder_quota", service=service, reason=reason)
        case GeocoderAuthenticationFailure() | GeocoderInsufficientPrivileges():
            return GeocoderError("geocoder_key", service=service, reason=reason)
        case GeocoderTimedOut():
            return GeocoderError("geocoder_timeout", service=service, reason=reason)
        case GeocoderQueryError():
            return GeocoderError("geocoder_query", service=service, reason=reason)
        case GeocoderParseError():
            return GeocoderError("geocoder_garbled", service=service, reason="JSON")
    return GeocoderError("geocoder_unreachable", service=service, reason=reason)


class Web:
    """Gets JSON from one service.

    Parameters
    ----------
    service : str
        Its name, for errors.
    timeout_s : float
    """

    def __init__(self, service: str, timeout_s: float = TIMEOUT_S) -> None:
        self._service = service
        self._timeout_s = timeout_s
        self._adapter = URLLibAdapter(proxies=None, ssl_context=None)

    def get(self, url: str, parameters: dict[str, str]) -> dict[str, Any]:
        """Return the object that a service answers with.

        Raises
        ------
        GeocoderError
            If it refuses, fails or cannot be reached.
        """

        def ask() -> dict[str, Any]:
            address = f"{url}?{urlencode(parameters)}"
            headers = {"User-Agent": user_agent()}
            try:
                found = self._adapter.get_json(address, timeout=self._timeout_s, headers=headers)
            except AdapterHTTPError as error:
                raise self._refused(error) from None
            if not isinstance(found, dict):
                raise GeocoderError("geocoder_garbled", service=self._service, reason=type(found).__name__)
            return found

        return guarded(self._service, ask)

    def _refused(self, error: AdapterHTTPError) -> GeocoderError:
        status = error.status_code
        # Tianditu answers 418 to a client that it has shut out for a while.
        code = "geocoder_key" if status in (401, 403) else "geocoder_quota" if status in (402, 418) else ""
        code = code or ("geocoder_rate" if status == 429 else "geocoder_unreachable")
        retry_after = get_retry_after(error.headers) if code == "geocoder_rate" else None
        return GeocoderError(code, service=self._service, reason=f"HTTP {status}", retry_after_s=retry_after)
