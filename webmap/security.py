"""Headers that keep pages from being misused, and what the application may believe of a proxy before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webmap.settings import BaseMapSettings, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def secure(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of ``app``, bound the size of requests and trust as many proxies as are set."""
    headers = {
        "Content-Security-Policy": content_security_policy(settings.base_map),
        # Tile servers want to know who asks (OSM refuses requests without a Referer), but no path.
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    hsts = settings.server.hsts_seconds
    secure_headers = {**headers, "Strict-Transport-Security": f"max-age={hsts}"} if hsts else headers
    app.wsgi_app = _HeaderMiddleware(app.wsgi_app, headers, secure_headers)  # type: ignore[method-assign]  # the way Flask documents
    app.config["MAX_CONTENT_LENGTH"] = settings.limits.body_bytes
    count = settings.server.proxy_count
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_prefix=count
        )


class _HeaderMiddleware:
    """Adds headers to every answer that does not have them.

    Not an ``after_request`` function: werkzeug's headers take longer for five names than all of a small view.
    """

    def __init__(self, app: WSGIApplication, headers: Mapping[str, str], secure: Mapping[str, str]) -> None:
        self._app = app
        self._headers = tuple(headers.items())
        self._secure = tuple(secure.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        added = self._secure if environ["wsgi.url_scheme"] == "https" else self._headers

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], object]:
            present = {name for name, _ in headers}
            return start_response(status, headers + [item for item in added if item[0] not in present], *exc_info)

        return self._app(environ, start)


def content_security_policy(
    base_map: BaseMapSettings, *, frame_ancestors: str = "'none'", frames: str = "'none'"
) -> str:
    """Return the policy of a page: nothing but our own files, and pictures from the hosts of the base map.

    Parameters
    ----------
    base_map : BaseMapSettings
        Names the tile hosts.
    frame_ancestors : str
        Who may show the page in a frame.
    frames : str
        What the page may show in a frame.
    """
    images = " ".join(["'self'", "data:", *tile_hosts(base_map)])
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",  # Leaflet sets styles through the CSSOM, which the policy allows
            f"img-src {images}",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            f"frame-src {frames}",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors}",
        ]
    )


def tile_hosts(base_map: BaseMapSettings) -> list[str]:
    """Return the origins that tiles come from, as sources of a content security policy."""
    origins: dict[str, None] = {}
    for layer in base_map.layers:
        for subdomain in layer.subdomains or "-":
            parts = urlsplit(layer.url.replace("{s}", subdomain))
            # A path on this server needs no entry; a port or host with other signs would break the policy.
            if parts.netloc and re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc):
                origins[f"{parts.scheme}://{parts.netloc}"] = None
    return list(origins)
