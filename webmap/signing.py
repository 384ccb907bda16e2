"""What the server signs, so that it knows again what it gave out: logins and forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from geodata.errors import StoreUnavailableError
from webmap.settings import SECRET_LENGTH, Settings

_SIGNER = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


class NoSecretError(StoreUnavailableError):
    """The server has no key to sign with."""

    def __init__(self) -> None:
        super().__init__("secret_missing")


def new_secret() -> str:
    """Return a new random key, as it stands in settings."""
    return secrets.token_urlsafe(SECRET_LENGTH + SECRET_LENGTH // 2)


def sign(purpose: str, value: Any) -> str:
    """Return ``value`` as signed text with the present time; for one purpose only."""
    return _serializer(purpose).dumps(value)


def signed(purpose: str, text: str, max_age_s: float) -> tuple[Any, float] | None:
    """Return what :func:`sign` was given for this purpose and its age in seconds; ``None`` if it is not good.

    Parameters
    ----------
    purpose : str
    text : str
    max_age_s : float
        What is older is not good any more.
    """
    try:
        value, moment = _serializer(purpose).loads(text, max_age=int(max_age_s), return_timestamp=True)
    except BadData:
        return None
    return value, max(0.0, time.time() - moment.timestamp())


def digest(purpose: str, text: str) -> str:
    """Return what only this server can make of ``text``."""
    key = f"stationmap.{purpose}".encode() + b"\0" + _secret().encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret(), salt=f"stationmap.{purpose}", signer_kwargs=_SIGNER)


def _secret() -> str:
    settings: Settings = current_app.extensions["stationmap"].settings
    secret = settings.staff.secret_key.get_secret_value()
    if not secret:
        raise NoSecretError
    return secret
