"""Logins: a signed cookie that names the account, and ends with it."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from flask import Response, request

from geodata.store import User
from webmap import signing
from webmap.context import context
from webmap.storing import worker_store

COOKIE = "stationmap_staff"
_PURPOSE = "session"
_CSRF = "csrf"


@dataclass(frozen=True, slots=True)
class Session:
    """Who sends the present request, and a random text that only this login has."""

    user: User
    nonce: str

    @property
    def csrf_token(self) -> str:
        """What a form of this login carries, and no other site can know."""
        return signing.digest(_CSRF, self.nonce)

    def owns(self, token: str) -> bool:
        """Return whether a form was made for this login."""
        return hmac.compare_digest(self.csrf_token.encode(), token.encode())


def begin_session(response: Response, user: User) -> None:
    """Log an account in: the browser gets the cookie with ``response``."""
    text = signing.sign(_PURPOSE, {"user": user.id, "epoch": user.epoch, "nonce": secrets.token_urlsafe(16)})
    response.set_cookie(
        COOKIE,
        text,
        max_age=int(_lifetime_s()),
        path=_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def end_session(response: Response) -> None:
    """Let the browser forget the cookie."""
    response.delete_cookie(COOKIE, path=_path(), secure=request.is_secure, httponly=True, samesite="Lax")


def present_session() -> Session | None:
    """Return who sends the present request; ``None`` for everybody who is not logged in.

    Every request asks the store, so that a login ends at once with its account, its password or by logging out.

    Raises
    ------
    StoreUnavailableError
        If somebody claims to be logged in and the store cannot be asked.
    """
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    found = signing.signed(_PURPOSE, cookie, _lifetime_s())
    if found is None:
        return None
    claim, _ = found
    user = worker_store().user_of_id(claim["user"])
    if user is None or user.disabled_at is not None or user.epoch != claim["epoch"]:
        return None
    return Session(user, claim["nonce"])


def _lifetime_s() -> float:
    return context().settings.staff.session_hours * 3600


def _path() -> str:
    return request.script_root or "/"
