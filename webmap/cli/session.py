"""What commands begin with: the store of the settings, and who is at work."""

from __future__ import annotations

import getpass

from geodata.store import Store, open_store
from webmap.settings import Settings


def settings_store() -> Store:
    """Return the store of the settings; use it in a ``with`` block."""
    return open_store(Settings.load().store.database_url)


def actor(nameless: str = "staff") -> str:
    """Return who runs the command, for the history; ``nameless`` where the system has no name for them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return nameless
