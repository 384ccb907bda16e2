"""Runs of planning in both stores: who may do what with them, and what becomes of those whose worker is gone."""

from __future__ import annotations

from datetime import date

import pytest

from geodata.errors import ConflictError, NotFoundError, ValueUnusableError
from geodata.store import Store, copy_store, open_store, runs

TODAY = date(2026, 5, 20)
RESULT = {"inputs": {"digest": "abc", "data_version": 3}, "answer": {"objective": 4.5}}


@pytest.fixture
def run(store: Store) -> int:
    return runs.submit(store, 'name = "芝罘"', "芝罘", "planner", today=TODAY)


def test_from_asking_to_the_result(store: Store, run: int) -> None:
    before = store.state().data_version
    queued = runs.status(store, run)
    assert (queued.state, queued.name, queued.actor, queued.today) == ("queued", "芝罘", "planner", TODAY)
    assert runs.result(store, run) is None
    claimed = runs.claim(store, run, "one")
    assert claimed is not None
    assert claimed.scenario == 'name = "芝罘"'
    assert runs.beat(store, run, "one", {"stage": "solving", "share": 0.4, "gap": 0.1}) == "go on"
    assert runs.status(store, run).progress["gap"] == 0.1
    assert runs.finish(store, run, "one", RESULT)
    done = runs.status(store, run)
    assert (done.state, done.ended, done.inputs) == ("done", True, RESULT["inputs"])
    assert runs.result(store, run) == RESULT
    assert [item.id for item in runs.listed(store)] == [run]
    assert store.state().data_version == before, "runs are nothing that web workers have to load"


def test_one_worker_only_gets_a_run(store: Store, run: int) -> None:
    assert runs.claim(store, run, "one") is not None
    assert runs.claim(store, run, "two") is None
    assert runs.beat(store, run, "two", {}) == "lost"
    assert not runs.finish(store, run, "two", RESULT)
    assert runs.status(store, run).state == "running"


def test_what_lost_its_worker_is_run_again_and_the_lost_one_cannot_finish_it(store: Store, run: int) -> None:
    runs.claim(store, run, "one")
    assert runs.sweep(store, silent_s=60, waiting_s=60) == []
    assert runs.sweep(store, silent_s=0, waiting_s=60) == [run]
    assert runs.status(store, run).state == "queued"
    assert runs.beat(store, run, "one", {}) == "lost"
    assert runs.claim(store, run, "two") is not None
    assert not runs.finish(store, run, "one", RESULT)
    assert runs.finish(store, run, "two", RESULT)
    assert runs.status(store, run).attempts == 2


def test_what_kills_its_workers_is_given_up(store: Store, run: int) -> None:
    for worker in range(runs.MAX_ATTEMPTS):
        assert runs.claim(store, run, str(worker)) is not None
        runs.sweep(store, silent_s=0, waiting_s=0)
    failed = runs.status(store, run)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error.text("en").startswith("The worker was lost 3 times")


def test_a_worker_that_ends_gives_its_run_back_unharmed(store: Store, run: int) -> None:
    runs.claim(store, run, "one")
    assert runs.give_back(store, run, "one")
    assert not runs.give_back(store, run, "one")
    assert (runs.status(store, run).state, runs.status(store, run).attempts) == ("queued", 0)


def test_a_queue_is_told_again_of_what_waits(store: Store, run: int) -> None:
    assert runs.sweep(store, silent_s=60, waiting_s=60) == [run]
    assert runs.sweep(store, silent_s=60, waiting_s=60) == []
    assert runs.sweep(store, silent_s=60, waiting_s=0) == [run]
    runs.delivered(store, run)
    assert runs.sweep(store, silent_s=60, waiting_s=60) == []


def test_cancelling(store: Store, run: int) -> None:
    assert runs.cancel(store, run).state == "cancelled"
    assert runs.claim(store, run, "one") is None
    with pytest.raises(ConflictError):
        runs.cancel(store, run)
    other = runs.submit(store, "x", "x", "planner", today=TODAY)
    runs.claim(store, other, "one")
    assert runs.cancel(store, other).state == "running"
    assert runs.beat(store, other, "one", {}) == "cancel"
    assert runs.finish(store, other, "one", RESULT), "the best so far"


def test_a_run_that_was_to_stop_and_lost_its_worker_is_not_begun_again(store: Store, run: int) -> None:
    runs.claim(store, run, "one")
    runs.cancel(store, run)
    assert runs.sweep(store, silent_s=0, waiting_s=0) == []
    assert runs.status(store, run).state == "cancelled"


def test_why_a_run_failed_is_kept_in_both_languages(store: Store, run: int) -> None:
    runs.claim(store, run, "one")
    assert runs.fail(store, run, "one", ValueUnusableError("plan_no_area", value="9"))
    error = runs.status(store, run).error
    assert error is not None
    assert "“9”" in error.text("en")
    assert "“9”" in error.text("zh")


def test_a_run_that_is_not_there(store: Store) -> None:
    for call in (runs.status, runs.result, runs.cancel):
        with pytest.raises(NotFoundError):
            call(store, 77)


def test_runs_and_their_results_are_copied(store: Store, run: int, tmp_path: object) -> None:
    runs.claim(store, run, "one")
    runs.finish(store, run, "one", RESULT)
    copy = open_store(f"sqlite:///{tmp_path}/copy.db")
    copy_store(store, copy)
    assert runs.result(copy, run) == RESULT
    assert runs.submit(copy, "x", "x", "planner", today=TODAY) == run + 1
    copy.dispose()
