"""Accounts of those who work with the store behind the login."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import ConflictError, NotFoundError, ValueUnusableError
from geodata.store import schema
from geodata.store.backend import Backend

#: Characters of a name at most.
NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class User:
    """One account.

    Attributes
    ----------
    id : int
    name : str
        As :func:`account_name` writes it.
    password_hash : str
        Made and read by who checks passwords; the store only keeps it.
    epoch : int
        Rises whenever what was let in before is to stay out: with a new password, when the account is disabled, and
        when its holder logs out.
    created_at, password_changed_at : datetime
    disabled_at : datetime, optional
        ``None`` while the account may be used.
    """

    id: int
    name: str
    password_hash: str = field(repr=False)
    epoch: int
    created_at: datetime
    password_changed_at: datetime
    disabled_at: datetime | None


def account_name(text: str) -> str:
    """Return the form in which a name is kept: without outer spaces, in small letters.

    Raises
    ------
    ValueUnusableError
        If it is empty, too long, or has other signs than letters, digits, ``.``, ``_`` and ``-``.
    """
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if not 1 <= len(name) <= NAME_LENGTH or not all(sign.isalnum() or sign in "._-" for sign in name):
        raise ValueUnusableError("user_name_unusable", name=text[:80], most=NAME_LENGTH)
    return name


def users(connection: Connection) -> list[User]:
    """Return all accounts by name."""
    table = schema.users
    return [User(**row) for row in connection.execute(sa.select(table).order_by(table.c.name)).mappings()]


def user(connection: Connection, *, name: str = "", user_id: int = 0) -> User | None:
    """Return the account of a name, or of an id; ``None`` if there is none."""
    table = schema.users
    wanted = table.c.name == name if name else table.c.id == user_id
    row = connection.execute(sa.select(table).where(wanted)).mappings().first()
    return None if row is None else User(**row)


def add(backend: Backend, connection: Connection, name: str, password_hash: str, now: datetime) -> User:
    """Add an account.

    Raises
    ------
    ConflictError
        If the name is taken.
    """
    if user(connection, name=name) is not None:
        raise ConflictError("user_exists", name=name)
    user_id = int(backend.reserve_ids(connection, schema.users, 1)[0])
    made = User(user_id, name, password_hash, 1, now, now, None)
    backend.insert(connection, schema.users, [_row(made)])
    return made


def change(connection: Connection, name: str, **values: Any) -> tuple[User, User]:
    """Overwrite fields of an account, let its sessions end, and return it as it was and as it is.

    Raises
    ------
    NotFoundError
        If there is no account of this name.
    """
    before = user(connection, name=name)
    if before is None:
        raise NotFoundError("user_unknown", name=name)
    table = schema.users
    changed = {**values, "epoch": before.epoch + 1}
    connection.execute(sa.update(table).where(table.c.id == before.id).values(changed))
    return before, User(**{**_row(before), **changed})


def told(account: User | None) -> Any:
    """Return an account for the history, without anything that could help to guess the password."""
    if account is None:
        return None
    return {
        "name": account.name,
        "disabled": account.disabled_at is not None,
        "password_changed_at": account.password_changed_at.isoformat(),
    }


def _row(account: User) -> dict[str, Any]:
    return {column.name: getattr(account, column.name) for column in schema.users.c}
