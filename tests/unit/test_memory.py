from __future__ import annotations

import ctypes
import platform

import pytest

from webmap import memory


@pytest.fixture(autouse=True)
def unknown_library():
    memory._trim.cache_clear()
    yield
    memory._trim.cache_clear()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps freed memory and can be told not to")
def test_glibc_is_told_to_give_memory_back():
    trim = memory._trim()
    assert trim is not None
    assert trim(0) in (0, 1)
    memory.release_memory()


@pytest.mark.parametrize("error", [OSError, TypeError, AttributeError])
def test_another_library_is_left_alone(monkeypatch, error):
    def fail(name: object) -> None:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", fail)
    memory.release_memory()
    assert memory._trim() is None
