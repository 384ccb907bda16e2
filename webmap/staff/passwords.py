"""Passwords: how they are kept, checked, and when one is too weak."""

from __future__ import annotations

import re
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from geodata.errors import ValueUnusableError

#: scrypt with 16 MB and five rounds: one of the strengths that OWASP's password storage cheat sheet names as equal.
METHOD = "scrypt:16384:8:5"
LEAST_LENGTH = 10
#: Beyond this the time to check one would be the sender's to choose.
MOST_LENGTH = 200
#: Signs that differ, at least.
_LEAST_SIGNS = 5
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "1qaz2wsx3edc4rfv")
_ALIKE = str.maketrans("013457@$", "oleastas")
# fmt: off
_COMMON = frozenset({
    "abc", "admin", "administrator", "changeme", "default", "gonghui", "huanying", "iloveyou", "letmein", "login",
    "mima", "passw", "password", "passwort", "root", "secret", "station", "stationmap", "test", "user", "welcome",
    "woaini", "yizhan", "zhongguo",
})
# fmt: on


def hash_password(password: str, name: str) -> str:
    """Return what is kept of a password that is strong enough.

    Raises
    ------
    ValueUnusableError
        If it is too short, too long or too easy to guess.
    """
    if len(password) < LEAST_LENGTH:
        raise ValueUnusableError("password_short", least=LEAST_LENGTH)
    if len(password) > MOST_LENGTH:
        raise ValueUnusableError("password_long", most=MOST_LENGTH)
    if _simple(password.casefold(), name.casefold()):
        raise ValueUnusableError("password_simple")
    return generate_password_hash(password, METHOD)


def password_fits(password_hash: str | None, password: str) -> bool:
    """Return whether a password is the one of a hash; takes as long where there is no hash."""
    nobody = _nobody()  # first, so that making it takes its time whoever asks first
    known = check_password_hash(password_hash or nobody, password[: MOST_LENGTH + 1])
    return known and password_hash is not None


@cache
def _nobody() -> str:
    return generate_password_hash("nobody's password", METHOD)


def _simple(password: str, name: str) -> bool:
    if len(set(password)) < _LEAST_SIGNS or (len(name) > 2 and name in password):
        return True
    # Password2026! and P@ssw0rd-1 are the common word all the same.
    word = re.sub(r"[\d\W_]+$", "", password).translate(_ALIKE)
    if re.sub(r"[^a-z]+", "", word) in _COMMON:
        return True
    return _in_runs(password) * 2 > len(password)


def _in_runs(password: str) -> int:
    """Return how many signs stand in runs of four or more that a keyboard or the alphabet gives."""
    count, at = 0, 0
    while at < len(password):
        length = max((_run(password[at:], run) for run in _RUNS for run in (run, run[::-1])), default=0)
        if length >= 4:
            count += length
            at += length
        else:
            at += 1
    return count


def _run(text: str, run: str) -> int:
    """Return how many signs ``text`` has in common with ``run`` from its own first sign on."""
    start = run.find(text[0])
    if start < 0:
        return 0
    length = 0
    while length < len(text) and start + length < len(run) and text[length] == run[start + length]:
        length += 1
    return length
