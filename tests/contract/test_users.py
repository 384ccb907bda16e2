"""Accounts of staff in both stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.errors import ConflictError, NotFoundError, ValueUnusableError
from geodata.store import BatchInfo, Store, User, copy_store, open_store

INFO = BatchInfo("user", "chef")


def add(store: Store, name: str) -> User:
    with store.write(INFO) as writer:
        return writer.add_user(name, "hash")


def test_accounts_are_found_however_their_name_is_written(store: Store) -> None:
    added = add(store, " Ｗang.Li ")
    assert added.name == "wang.li"
    assert store.user("WANG.LI") == added
    assert store.user_of_id(added.id) == added
    assert store.users() == [added]
    assert store.user("wang li") is None
    assert store.user("nobody") is None
    assert store.user_of_id(added.id + 1) is None
    with pytest.raises(ConflictError, match="there already"):
        add(store, "Wang.Li")


@pytest.mark.parametrize("name", ["", "  ", "a b", "a" * 41, "a\nb", "a/b", "<b>"])
def test_names_that_cannot_be_are_refused(sqlite_store: Store, name: str) -> None:
    with pytest.raises(ValueUnusableError):
        add(sqlite_store, name)
    assert sqlite_store.users() == []


def test_what_was_let_in_stays_out_after_a_change(store: Store) -> None:
    first = add(store, "li")
    with store.write(INFO) as writer:
        second = writer.set_password("li", "other")
    assert (second.password_hash, second.disabled_at) == ("other", None)
    assert second.password_changed_at > first.password_changed_at
    with store.write(INFO) as writer:
        third = writer.disable_user("Li")
    assert third.disabled_at is not None
    with store.write(INFO) as writer:
        fourth = writer.disable_user("li", disabled=False)
    assert fourth.disabled_at is None
    assert first.epoch < second.epoch < third.epoch < fourth.epoch
    assert store.user("li") == fourth
    with pytest.raises(NotFoundError), store.write(INFO) as writer:
        writer.set_password("nobody", "x")


def test_the_history_tells_of_accounts_without_their_secrets_and_no_reader_is_woken(store: Store) -> None:
    before = store.state()
    add(store, "li")
    with store.write(INFO) as writer:
        writer.disable_user("li")
    assert store.state() == before
    told = [change for batch in store.batches() for change in store.changes(batch.id)]
    assert [(change.record, change.before and change.before["disabled"]) for change in told] == [
        ("user:li", None),
        ("user:li", False),
    ]
    assert [change.after["disabled"] for change in told] == [False, True]
    assert "hash" not in str(told)
    assert [batch.info.actor for batch in store.batches()] == ["chef", "chef"]


def test_accounts_are_copied_with_the_store(store: Store, tmp_path: Path) -> None:
    add(store, "li")
    target = open_store(f"sqlite:///{tmp_path}/copy.db")
    try:
        copy_store(store, target)
        assert target.users() == store.users()
        assert add(target, "wang").id != store.users()[0].id
    finally:
        target.dispose()
