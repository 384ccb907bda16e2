"""Writing: what the block of a transaction works with, of sites, records, reviews, reports and accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from geodata.sites import Position
from geodata.store import accounts, reading, reporting, reviewing
from geodata.store.accounts import User
from geodata.store.records import NewReview, Review
from geodata.store.recordwriting import RecordWriting
from geodata.store.reporting import NewReport
from geodata.store.sitewriting import SiteWriting
from geodata.store.transaction import public

#: Rows that one statement names.
_TOGETHER = 500


class Writer(SiteWriting, RecordWriting):
    """What :meth:`geodata.store.Store.write` hands out; usable inside its block only.

    Nothing is seen by others before the block ends, and nothing at all remains if it ends with an exception. Whoever
    reads and then writes should read through the writer: other writers wait until the block ends.

    Attributes
    ----------
    batch_id : int
        The batch that all changes belong to.
    """

    @public
    def put_reviews(self, items: Sequence[NewReview]) -> int:
        """Ask for decisions, one for each row of a source; return how many were not open already.

        What was asked before about the same row is asked again, unless it was rejected that the site has vanished.
        """
        if not items:
            return 0
        self.begin()
        return reviewing.put(self.backend, self.connection, items, self.batch_id, self.now)

    @public
    def settle_reviews(self, kind: str, source: str, keys: Iterable[str]) -> None:
        """Take back open questions about rows that have settled themselves."""
        reviewing.settle(self.connection, kind, source, keys)

    @public
    def decide(self, review: Review, state: str) -> None:
        """Keep a decision.

        Raises
        ------
        ConflictError
            If it was decided already.
        """
        self.begin()
        reviewing.decide(self.connection, review, state, self.info.actor, self.now)

    @public
    def add_report(self, told: NewReport) -> int:
        """Keep what somebody reports and return its number; the same number if the same form was sent before.

        It is no batch: nothing public changes before staff decide.
        """
        return reporting.add(self.backend, self.connection, told, self.now)

    @public
    def close_report(self, report_id: int, state: str, note: str) -> None:
        """Keep what became of a report.

        Raises
        ------
        ConflictError
            If it was closed already.
        """
        reporting.close(self.connection, report_id, state, note, self.info.actor, self.now)
        self.note(f"report:{report_id}", {"state": reporting.OPEN}, {"state": state})

    @public
    def forget_reports(self, ids: Sequence[int]) -> None:
        """Take closed reports away for good. It is no batch: what they led to stays in the history."""
        for first in range(0, len(ids), _TOGETHER):
            reporting.forget(self.connection, ids[first : first + _TOGETHER])

    @public
    def area_at(self, position: Position) -> str | None:
        """Return the code of the smallest area that holds a position; ``None`` if there is none."""
        from geodata.areas import AreaFinder

        return AreaFinder(reading.areas(self.connection)).find([position.lon], [position.lat])[0]

    @public
    def add_user(self, name: str, password_hash: str) -> User:
        """Add an account; its name is kept in small letters.

        Raises
        ------
        ConflictError
            If the name is taken.
        ValueUnusableError
            If it cannot be a name.
        """
        made = accounts.add(self.backend, self.connection, accounts.account_name(name), password_hash, self.now)
        self.note(f"user:{made.name}", None, accounts.told(made))
        return made

    @public
    def set_password(self, name: str, password_hash: str) -> User:
        """Give an account another password; whoever is logged in with it has to log in again.

        Raises
        ------
        NotFoundError
            If there is no account of this name.
        """
        return self._change_user(name, password_hash=password_hash, password_changed_at=self.now)

    @public
    def disable_user(self, name: str, *, disabled: bool = True) -> User:
        """Shut an account out, or let it in again; who is logged in with it is out at once.

        Raises
        ------
        NotFoundError
            If there is no account of this name.
        """
        return self._change_user(name, disabled_at=self.now if disabled else None)

    @public
    def end_logins(self, name: str) -> None:
        """Let whoever is logged in with an account be so no more; the account stays as it is, so this is no batch.

        Raises
        ------
        NotFoundError
            If there is no account of this name.
        """
        accounts.change(self.connection, accounts.account_name(name))

    def _change_user(self, name: str, **values: Any) -> User:
        before, after = accounts.change(self.connection, accounts.account_name(name), **values)
        self.note(f"user:{after.name}", accounts.told(before), accounts.told(after))
        return after
