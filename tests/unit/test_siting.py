"""Problems of siting: published instances, what a planner relies on, limits of time, and unusable input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from click.testing import CliRunner

from geodata.errors import FileError, ValueUnusableError
from geodata.siting import (
    Limits,
    Progress,
    Rules,
    by_hour,
    coverage,
    half_life_decay,
    linear_decay,
    maximal_covering,
    only,
    p_center,
    p_median,
    set_covering,
)
from importers.orlib import main, read_instance

INF = np.inf


def uniform(demand: int, sites: int, radius: float, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    return np.hypot(*(rng.random((demand, 1, 2)) - rng.random((1, sites, 2))).transpose(2, 0, 1)) <= radius


# --- published instances ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 11))
def test_pmed_is_proven_at_the_known_optimum(test_data: Path, number: int) -> None:
    known = dict(line.split() for line in (test_data / "siting/pmed_optima.txt").read_text().splitlines()[1:])
    instance = read_instance(test_data / f"siting/pmed{number}.txt")
    answer = p_median(instance.distance, Rules(p=instance.p), limits=Limits(60))
    assert (answer.objective, answer.bound, answer.status) == (float(known[f"pmed{number}"]),) * 2 + ("optimal",)
    assert len(answer.chosen) == instance.p
    assert instance.distance[:, answer.chosen].min(1).sum() == answer.objective


@pytest.mark.parametrize(("p", "known"), list(enumerate([5461, 8790, 11604, 12106, 12152], 1)))
def test_sjc324_is_proven_at_the_known_optimum(test_data: Path, p: int, known: int) -> None:
    points = np.loadtxt(test_data / "siting/sjc324_points.txt", skiprows=1)
    weights = np.loadtxt(test_data / "siting/sjc324_demand.txt")
    distance = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    answer = maximal_covering(distance, Rules(p=p), within=800, weights=weights)
    assert (answer.objective, answer.bound, answer.status) == (known, known, "optimal")


# --- what a planner relies on -----------------------------------------------------------------------------------------


def test_unreachable_demand_is_named_and_the_rest_covered() -> None:
    times = np.array([[3.0, INF], [INF, 2.0], [INF, INF], [9.0, INF]])
    answer = set_covering(times, within=5, weights=[1, 1, 4, 1])
    assert answer.unreachable.tolist() == [2, 3]
    assert (answer.objective, answer.weight_covered, answer.status) == (2, 2, "optimal")
    assert answer.assignment.tolist() == [0, 1, -1, -1]


def test_center_names_who_cannot_be_reached_and_says_when_p_is_too_small() -> None:
    times = np.array([[3.0, INF], [INF, 2.0], [INF, INF]])
    both = p_center(times, Rules(p=2))
    assert (both.objective, both.unreachable.tolist(), both.status) == (3, [2], "optimal")
    one = p_center(times, Rules(p=1))
    assert (one.objective, one.status) == (INF, "optimal")
    assert one.weight_covered == 1


def test_ways_by_direction_are_taken_as_given() -> None:
    there = np.array([[0.0, 1.0], [9.0, 0.0]])  # from 1 to 0 is a long way round
    assert p_center(there, Rules(p=1)).chosen.tolist() == [1]
    assert p_center(there.T, Rules(p=1)).chosen.tolist() == [0]


def test_a_stored_zero_is_a_time_and_a_missing_entry_is_out_of_reach() -> None:
    times = sp.csr_array(sp.coo_array(([0.0, 4.0], ([0, 1], [0, 1])), shape=(2, 2)))
    assert maximal_covering(times, Rules(p=1), within=1).covered.tolist() == [True, False]
    assert p_median(times, Rules(p=2), unserved=10).objective == 4


def test_relocation_moves_at_most_what_may_close() -> None:
    times = np.array([[1.0, 9.0, 9.0, 9.0], [9.0, 1.0, 9.0, 9.0], [9.0, 9.0, 1.0, 9.0], [9.0, 9.0, 9.0, 1.0]])
    weights = [1, 2, 8, 9]
    rules = Rules(p=0, existing=[0, 1], may_close=[0, 1], max_closed=1)
    answer = maximal_covering(times, rules, within=5, weights=weights)
    assert (answer.chosen.tolist(), answer.closed.tolist(), answer.kept.tolist()) == ([3], [0], [1])
    free = maximal_covering(times, Rules(p=0, existing=[0, 1], may_close=[0, 1]), within=5, weights=weights)
    assert free.chosen.tolist() == [2, 3]


def test_no_station_closes_needlessly() -> None:
    times = np.array([[1.0, INF], [INF, INF]])
    answer = maximal_covering(times, Rules(p=1, existing=[0, 1], may_close=[0, 1]), within=5)
    assert answer.kept.tolist() == [0, 1]


def test_only_stations_that_meet_the_requirement_serve() -> None:
    times = np.array([[1.0, 3.0], [3.0, 1.0]])
    open_at_night = [False, True]
    answer = maximal_covering(only(times, open_at_night), Rules(p=1, existing=[0]), within=2)
    assert (answer.chosen.tolist(), answer.covered.tolist()) == ([1], [False, True])


def test_demand_by_hour_is_served_by_what_is_open_then() -> None:
    times = np.array([[1.0, 1.0]])
    rows, weights = by_hour(times, opened=[[True, True], [False, True]], weights=[[5], [3]])
    answer = maximal_covering(rows, Rules(p=1), within=2, weights=weights)
    assert (answer.chosen.tolist(), answer.objective) == ([1], 8)


def test_coverage_tells_each_stations_part() -> None:
    times = np.array([[1.0, 2.0], [4.0, INF], [INF, 3.0]])
    now = coverage(times, [True, True], within=4, weights=[1, 2, 3])
    assert (now.weight_covered, now.share) == (6, 1)
    assert now.site_weight.tolist() == [3, 3]
    assert now.lost_without.tolist() == [2, 3]
    night = coverage(times, [False, True], within=4, weights=[1, 2, 3])
    assert night.assignment.tolist() == [1, -1, 1]


def test_a_decay_prefers_the_near() -> None:
    times = np.array([[0.0, 4.0], [8.0, 5.0]])
    assert maximal_covering(times, Rules(p=1), within=8).objective == 2
    assert maximal_covering(times, Rules(p=1), decay=linear_decay(0, 8)).chosen.tolist() == [0]
    assert maximal_covering(times, Rules(p=1), decay=half_life_decay(4)).objective == pytest.approx(1.25)


def test_the_same_question_gets_the_same_answer() -> None:
    cover = uniform(3000, 60, 0.12, 1)
    first, second = (maximal_covering(cover, Rules(p=8)) for _ in range(2))
    assert first.chosen.tolist() == second.chosen.tolist()


def test_float32_and_integer_matrices_are_read_as_they_are() -> None:
    times = np.array([[1, 5], [5, 1], [2, 2]])
    for matrix in (times, times.astype(np.float32), sp.csr_array(times), times.tolist()):
        assert p_median(matrix, Rules(p=1)).objective == 8


def test_empty_problems_have_answers() -> None:
    assert maximal_covering(np.empty((0, 3)), Rules(p=2)).objective == 0
    assert p_median(np.empty((4, 0)), Rules(p=2), unserved=3).objective == 12
    assert set_covering(np.empty((0, 0))).status == "optimal"
    assert p_center(np.empty((0, 2)), Rules(p=1)).objective == 0


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_time_limit_gives_the_best_so_far_with_its_honest_gap() -> None:
    cover = np.random.default_rng(3).random((4000, 120)) < 0.05
    answer = maximal_covering(cover, Rules(p=15), limits=Limits(time_limit_s=1.0))
    assert answer.status == "time_limit"
    assert answer.objective < answer.bound < len(cover)
    assert answer.gap == pytest.approx((answer.bound - answer.objective) / answer.objective)
    assert cover[:, answer.chosen].any(1).sum() == answer.objective
    assert answer.seconds < 4


def test_a_wanted_gap_ends_the_search_early() -> None:
    cover = np.random.default_rng(3).random((2000, 60)) < 0.05
    answer = maximal_covering(cover, Rules(p=3), limits=Limits(time_limit_s=60, gap=0.2))
    assert answer.status in ("gap", "optimal")
    assert answer.gap <= 0.2
    exact = maximal_covering(cover, Rules(p=3), limits=Limits(time_limit_s=60))
    assert exact.status == "optimal"
    assert answer.objective <= exact.objective <= answer.bound


def test_a_watcher_sees_progress_and_can_stop_the_run() -> None:
    seen: list[Progress] = []

    def watch(progress: Progress) -> bool:
        seen.append(progress)
        return False

    cover = np.random.default_rng(3).random((4000, 120)) < 0.05
    answer = maximal_covering(cover, Rules(p=15), limits=Limits(time_limit_s=60, watch=watch))
    assert len(seen) == 1
    assert answer.status == "gap"
    assert answer.bound > answer.objective > 0
    assert answer.seconds < 30


# --- unusable input ---------------------------------------------------------------------------------------------------

TIMES = np.ones((3, 2))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: p_median([[1.0, np.nan]], Rules(p=1)), "siting_time_value"),
        (lambda: p_median([[1.0, -2.0]], Rules(p=1)), "siting_time_value"),
        (lambda: p_median(sp.csr_array([[1.0, -2.0]]), Rules(p=1)), "siting_time_value"),
        (lambda: p_median([1.0, 2.0], Rules(p=1)), "siting_matrix_shape"),
        (lambda: p_median([["a"]], Rules(p=1)), "siting_matrix_shape"),
        (lambda: p_median(sp.csr_array(([1.0, 2.0], [0, 0], [0, 2])), Rules(p=1)), "siting_entry_twice"),
        (lambda: p_median(TIMES, Rules(p=1), weights=[1, 2]), "siting_length"),
        (lambda: p_median(TIMES, Rules(p=1), weights=[1, 2, -3]), "siting_weight_value"),
        (lambda: p_median(TIMES, Rules()), "siting_p_or_budget"),
        (lambda: p_median(TIMES, Rules(p=1, budget=2)), "siting_p_or_budget"),
        (lambda: p_median(TIMES, Rules(p=-1)), "siting_amount"),
        (lambda: p_median(TIMES, Rules(budget=3)), "siting_costs_missing"),
        (lambda: p_median(TIMES, Rules(budget=3, costs=[1, np.inf])), "siting_cost_value"),
        (lambda: p_median(TIMES, Rules(p=1, must=[2])), "siting_columns"),
        (lambda: p_median(TIMES, Rules(p=1, must=[-1])), "siting_columns"),
        (lambda: p_median(TIMES, Rules(p=1, must=[0, 1])), "siting_must_exceeds"),
        (lambda: p_median(TIMES, Rules(p=1, must=[0], must_not=[0])), "siting_rules_conflict"),
        (lambda: p_median(TIMES, Rules(p=1, may_close=[0])), "siting_rules_conflict"),
        (lambda: p_median(TIMES, Rules(p=1, existing=[0], must_not=[0])), "siting_rules_conflict"),
        (
            lambda: p_median(TIMES, Rules(p=1, existing=[0], may_close=[0], must_not=[0], max_closed=0)),
            "siting_closures",
        ),
        (lambda: set_covering(TIMES, Rules(p=1)), "siting_no_limit"),
        (lambda: set_covering(TIMES, share=0), "siting_share"),
        (lambda: p_center(TIMES, Rules(p=1), share=1.5), "siting_share"),
        (lambda: maximal_covering(TIMES, Rules(p=1), within=-1), "siting_reach"),
        (lambda: maximal_covering(TIMES, Rules(p=1), decay=lambda t: t + 1), "siting_decay"),
        (lambda: maximal_covering([[1.0, 2.0]], Rules(p=1), decay=lambda t: t / 4), "siting_decay"),
        (lambda: coverage(TIMES, [True]), "siting_length"),
        (lambda: only(TIMES, [True]), "siting_length"),
        (lambda: Limits(time_limit_s=0), "siting_time_limit"),
        (lambda: Limits(gap=1), "siting_gap"),
    ],
)
def test_unusable_input_is_an_error_with_a_message(call: Any, code: str) -> None:
    with pytest.raises(ValueUnusableError) as caught:
        call()
    assert caught.value.code == code
    assert all(caught.value.message.texts().values())


# --- OR-Library files -------------------------------------------------------------------------------------------------


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "toy.txt"
    path.write_text(text)
    return path


def test_a_later_edge_overwrites_an_earlier_one(tmp_path: Path) -> None:
    path = write(tmp_path, " 3 4 1 \n 1 2 5 \n 2 3 4 \n 2 1 9 \n 1 3 20 \n")
    assert read_instance(path).distance.tolist() == [[0, 9, 13], [9, 0, 4], [13, 4, 0]]


def test_the_command_prints_one_line_of_json(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [str(write(tmp_path, "3 2 1\n1 2 5\n2 3 4\n")), "--time-limit", "5"])
    line = json.loads(result.stdout)
    assert result.exit_code == 0
    assert line.pop("seconds") >= 0
    assert line == {"instance": "toy", "n": 3, "p": 1, "objective": 9, "bound": 9, "gap": 0, "status": "optimal"}


@pytest.mark.parametrize(
    ("text", "line", "value"),
    [
        ("3 2\n1 2 5\n2 3 4\n", 1, "3 2"),
        ("3 2 9\n1 2 5\n2 3 4\n", 1, "9"),
        ("3 2 1\n1 2 5\n2 4 4\n", 3, "4"),
        ("3 2 1\n1 2 five\n2 3 4\n", 2, "five"),
        ("3 2 1\n1 2 -5\n2 3 4\n", 2, "-5"),
        ("3 2 1\n1 2 nan\n2 3 4\n", 2, "nan"),
        ("3 2 1\n1 2\n2 3 4\n", 2, "1 2"),
        ("3 3 1\n1 2 5\n2 3 4\n", 3, "2"),
    ],
)
def test_a_bad_file_is_an_error_that_names_the_place(tmp_path: Path, text: str, line: int, value: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(FileError) as caught:
        read_instance(path)
    assert caught.value.message.params["line"] == line
    assert str(caught.value.message.params["value"]) == value
    result = CliRunner().invoke(main, [str(path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "toy.txt" in result.stderr


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "toy.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileError):
        read_instance(path)


def test_the_web_application_does_not_load_the_solvers() -> None:
    code = "import sys, webmap, importers.orlib; print('numba' in sys.modules or 'highspy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
