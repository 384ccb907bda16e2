"""Logging in, for the tests of everything behind the login."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash

from geodata.store import BatchInfo, Store, User

SECRET = "a key of the tests that is long enough"
PASSWORD = "vier graue Katzen"
HERE = {"Origin": "http://localhost"}


def add_user(store: Store, name: str = "li") -> User:
    """Add an account whose password takes no time to check."""
    with store.write(BatchInfo("user", "test")) as writer:
        return writer.add_user(name, generate_password_hash(PASSWORD, "scrypt:1024:8:1"))


def log_in(client: FlaskClient, name: str = "li", password: str = PASSWORD) -> int:
    return client.post("/login", data={"name": name, "password": password}, headers=HERE).status_code


def token_of(client: FlaskClient) -> str:
    """The token that forms of the present login carry."""
    found = re.search(r'name="csrf-token" content="([0-9a-f]+)"', client.get("/staff").text)
    assert found is not None
    return found[1]
