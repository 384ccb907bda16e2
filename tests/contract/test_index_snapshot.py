"""The index as a file: what comes back is what was written, and whatever else may lie there is left alone."""

from __future__ import annotations

import fcntl
import logging
import os
import random
import zlib
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.calendar import official_days
from geodata.index import snapshot
from geodata.index.snapshot import read_snapshot, write_snapshot
from geodata.sites import Hours, Position, Site
from geodata.vocabulary import Term, Vocabulary, load_vocabulary
from tests.benchmarks.national import sites as national_sites
from tests.indexes import NOON, TZ, RowStore, load
from tests.sites import sites as any_sites
from tests.unit.test_index_refresh import answers
from tests.web.conftest import ZHIFU


def restored(path: Path, *, vocabulary: Vocabulary | None = None, tz: ZoneInfo = TZ) -> snapshot.Restored | None:
    return read_snapshot(path, vocabulary=vocabulary or load_vocabulary(), tz=tz)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "index.snapshot"


@pytest.fixture
def written(path: Path) -> Path:
    """A file with two hundred sites."""
    index = load(RowStore(list(national_sites(200))))
    index.prepare(NOON)
    assert write_snapshot(index, path, lineage="line")
    return path


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(any_sites(), max_size=4),
    st.lists(st.dictionaries(st.integers(0, 3), any_sites(), min_size=1, max_size=3), max_size=2),
)
def test_what_comes_back_answers_alike_and_goes_on(path, sites, writes):
    store = RowStore([*sites, Site("a", "stall"), Site("b", "stall"), Site("c", "stall"), Site("d", "stall")])
    store.days, store.areas = official_days(), [ZHIFU]
    index = load(store)
    for write in writes:
        store.put(write)
        index = index.refreshed(store)
    index.prepare(NOON)
    assert write_snapshot(index, path, lineage="x")
    found = restored(path)
    assert found is not None
    back = found.index
    assert answers(back) == answers(index)
    assert (back.store_id, back.version, back.size, back.calendar) == (
        index.store_id, index.version, index.size, index.calendar,
    )  # fmt: skip
    assert [(area.adcode, area.polygon) for area in back.areas] == [("370602", ZHIFU.polygon)]
    store.put({0: Site("new", "stall", position=Position(121, 37), hours=Hours("Mo 08:00-09:00", ""))})
    assert answers(back.refreshed(store)) == answers(load(store))


def test_the_timetables_of_the_day_come_back_too(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = restored(written)
    assert found is not None
    monkeypatch.setattr("geodata.index.opening.timetable", lambda *_: pytest.fail("worked out anew"))
    found.index.prepare(NOON)
    assert found.lineage == "line"


def test_a_former_code_comes_back(path: Path) -> None:
    store = RowStore([Site("a", "stall")])
    store.aliases["22OLD2"] = store.rows[0].code
    write_snapshot(load(store), path, lineage="")
    found = restored(path)
    assert found is not None
    assert found.index.canonical("22OLD2") == store.rows[0].code


def test_no_file_is_nothing_to_worry_about(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert restored(path) is None
    assert caplog.text == ""


@pytest.mark.parametrize("share", [0, 0.0001, 0.01, 0.5, 0.999999])
def test_a_file_that_is_cut_short_is_not_used(written: Path, share: float, caplog: pytest.LogCaptureFixture) -> None:
    os.truncate(written, int(written.stat().st_size * share))
    assert restored(written) is None
    assert str(written) in caplog.text


def test_a_file_with_a_changed_byte_is_not_used_or_is_as_good(written: Path) -> None:
    whole = written.read_bytes()
    padding_may_change = 0
    for place in [*range(0, 64, 3), *random.Random(3).sample(range(64, len(whole)), 150)]:
        written.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        if restored(written) is not None:
            assert whole[place] == 0  # between two sections
            padding_may_change += 1
    assert padding_may_change < 50


def test_other_words_or_another_time_zone_make_it_unusable(written: Path) -> None:
    shipped = load_vocabulary()
    stall = Term("stall", "摊位", "Stall", "dot")
    assert restored(written, vocabulary=replace(shipped, kinds={**shipped.kinds, "stall": stall})) is None
    assert restored(written, tz=ZoneInfo("Asia/Urumqi")) is None
    assert restored(written) is not None


def test_another_version_of_the_program_does_not_use_it(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_program", lambda: "other")
    assert restored(written) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to someone else")
def test_a_file_of_another_user_is_not_used(written: Path) -> None:
    os.chown(written, 12345, 12345)
    assert restored(written) is None


@pytest.mark.parametrize(
    "content",
    [
        {"object": ["os", "system", {}]},
        {"object": ["geodata.index.snapshot", "os", {}]},
        {"object": ["geodata.index.blobs", "np", {}]},
        {"exec": "1"},
        {"list": []},
        {"array": 10_000},
        [1, 2, 3, 4, 5],
        None,
    ],
)
def test_a_forged_description_runs_nothing_and_is_not_used(written: Path, content: object) -> None:
    raw = written.read_bytes()
    _, _, length, _, _ = snapshot._HEAD.unpack_from(raw)
    begin = snapshot._HEAD.size
    description = orjson.loads(raw[begin : begin + length])
    text = orjson.dumps({**description, "content": content})
    rest = raw[snapshot._aligned(begin + length) :]
    whole = snapshot._aligned(begin + len(text)) + len(rest)
    head = snapshot._HEAD.pack(snapshot._MAGIC, snapshot._FORMAT, len(text), zlib.crc32(text), whole)
    written.write_bytes((head + text).ljust(whole - len(rest), b"\0") + rest)
    assert restored(written) is None


def test_only_one_writes_at_a_time(written: Path) -> None:
    before = written.stat().st_mtime_ns
    index = load(RowStore([Site("a", "stall")]))
    with written.with_name(f"{written.name}.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert write_snapshot(index, written, lineage="") is False
    assert written.stat().st_mtime_ns == before
    assert write_snapshot(index, written, lineage="") is True


def test_a_full_disk_leaves_the_last_file(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (written.parent / f".{written.name}.99999").write_bytes(b"left by a writer that was killed")
    monkeypatch.setattr(snapshot.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_snapshot(load(RowStore([Site("a", "stall")])), written, lineage="")
    found = restored(written)
    assert found is not None
    assert found.index.size == 200
    assert sorted(entry.name for entry in written.parent.iterdir()) == [written.name, f"{written.name}.lock"]


def test_others_cannot_read_or_replace_it(written: Path) -> None:
    assert written.stat().st_mode & 0o077 == 0
    assert written.parent.stat().st_mode & 0o077 == 0


def test_one_that_is_in_use_may_be_replaced(written: Path) -> None:
    found = restored(written)
    assert found is not None
    before = answers(found.index)
    write_snapshot(load(RowStore([Site("a", "stall")])), written, lineage="")
    assert answers(found.index) == before
