"""The garbage collector's thresholds."""

from __future__ import annotations

import gc

import pytest

from geodata import garbage
from geodata.garbage import SELDOM, give_back_memory, seldom_collected


def test_the_collector_looks_seldom_inside_and_as_before_afterwards() -> None:
    usual = gc.get_threshold()
    assert usual != SELDOM
    with seldom_collected():
        assert gc.get_threshold() == SELDOM
        with seldom_collected():
            assert gc.get_threshold() == SELDOM
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == usual


def test_an_error_inside_changes_nothing_of_that() -> None:
    usual = gc.get_threshold()
    with pytest.raises(ValueError, match="inside"), seldom_collected():
        raise ValueError("inside")
    assert gc.get_threshold() == usual


def test_free_memory_is_given_back_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Library:
        malloc_trim = asked.append

    monkeypatch.setattr(garbage.sys, "platform", "linux")
    monkeypatch.setattr(garbage.ctypes, "CDLL", lambda _: Library)
    give_back_memory()
    assert asked == [0]
    monkeypatch.setattr(garbage.ctypes, "CDLL", lambda _: object())
    give_back_memory()
    assert asked == [0]
