"""The streets of a worker: files beside that of the index, mapped into memory, followed as the index is.

A list names the files of the store's networks, so that a worker has streets while the database is down. Files are
named by the digest of what they hold; workers of a host share them.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from geodata.errors import ValueUnusableError

if TYPE_CHECKING:
    from geodata.store import Store
    from geodata.streets import StreetNetwork, Walks

log = logging.getLogger(__name__)


class StreetFiles:
    """What a worker knows of streets; belongs to one process.

    Parameters
    ----------
    beside : Path, optional
        The file of the index, beside which those of the streets lie; without it they are kept in memory only.

    Attributes
    ----------
    walks : Walks, optional
        Ways on foot; ``None`` where no streets are loaded.
    """

    def __init__(self, beside: Path | None) -> None:
        self.walks: Walks | None = None
        self._beside = beside
        self._version: tuple[str, int] | None = None
        self._networks: dict[str, StreetNetwork] = {}

    def restore(self) -> None:
        """Take what the host's files hold, until the store answers."""
        if self._beside is None:
            return
        try:
            digests = [str(digest) for digest in orjson.loads(_list(self._beside).read_bytes())]
        except (OSError, ValueError, TypeError):
            return
        found = {digest: network for digest in digests if (network := self._mapped(digest)) is not None}
        self._take(found)

    def follow(self, store: Store, store_id: str, version: int) -> None:
        """Bring the streets to those of the store, which is at a data version; asks only when that is another one."""
        if self._version == (store_id, version):
            return
        wanted = {info.blob: info.name for info in store.street_networks()}
        if wanted.keys() != self._networks.keys():
            found = {}
            for digest, name in wanted.items():
                found[digest] = self._networks.get(digest) or self._mapped(digest) or self._fetched(store, digest, name)
            self._take(found)
            self._note(found)
        self._version = (store_id, version)

    def memory(self) -> dict[str, int]:
        """Return the bytes that streets take, by part."""
        return self.walks.memory() if self.walks is not None else {}

    def _take(self, networks: dict[str, StreetNetwork]) -> None:
        from geodata.streets import Walks

        self._networks = networks
        self.walks = Walks(list(networks.values())) if networks else None

    def _fetched(self, store: Store, digest: str, name: str) -> StreetNetwork:
        """Return a network from the store, by way of a file of its own if that can be written."""
        network = store.streets(name)
        if self._beside is None:
            return network
        try:
            self._beside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            network.save(_file(self._beside, digest))
        except OSError as error:
            log.warning("the streets cannot be kept beside %s: %s", self._beside, error)
            return network
        # A network that was overwritten in between is seen at the next version.
        return self._mapped(digest) or network

    def _mapped(self, digest: str) -> StreetNetwork | None:
        from geodata.streets import StreetNetwork

        if self._beside is None:
            return None
        path = _file(self._beside, digest)
        try:
            return StreetNetwork.load(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueUnusableError) as error:
            log.warning("the streets in %s are not used and will be written anew: %s", path, error)
            return None

    def _note(self, digests: Iterable[str]) -> None:
        """Write the list of the files, and remove those that are on it no more."""
        if self._beside is None:
            return
        names = sorted(digests)
        listed = _list(self._beside)
        passing = listed.with_name(f".{listed.name}.{os.getpid()}")
        try:
            passing.write_bytes(orjson.dumps(names))
            passing.replace(listed)
            kept = {_file(self._beside, digest) for digest in names}
            for path in self._beside.parent.glob(f"{self._beside.stem}-*.streets"):
                if path not in kept:
                    path.unlink(missing_ok=True)  # who has it mapped goes on with it
        except OSError as error:
            log.warning("the list of streets cannot be kept beside %s: %s", self._beside, error)
        finally:
            passing.unlink(missing_ok=True)


def _list(beside: Path) -> Path:
    return beside.with_suffix(".streets.json")


def _file(beside: Path, digest: str) -> Path:
    name = hashlib.sha256(digest.encode()).hexdigest()[:32]
    return beside.with_name(f"{beside.stem}-{name}.streets")
