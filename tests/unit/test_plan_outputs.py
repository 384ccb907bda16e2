"""The files of a plan: what people open, print and hand on."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from geodata.errors import InputError
from geodata.siting.result import result_of
from geodata.siting.solving import solve_case
from tests.plans import scenario_text, town_case
from webmap.planning.outputs import plan_files, write_files
from webmap.planning.words import Words

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def result() -> dict:
    return result_of(solve_case(town_case()))


@pytest.fixture(scope="module")
def files(result: dict) -> dict[str, bytes]:
    return plan_files(result, lang="zh", text=scenario_text(), tiles=[], attribution="")


def test_all_files_are_there_and_the_same_again(result: dict, files: dict[str, bytes]) -> None:
    charts = {f"{name}.{kind}" for name in ("curve", "hours", "areas") for kind in ("svg", "png")}
    assert set(files) == {"result.json", "sites.geojson", "sites.xlsx", "report.html"} | charts
    again = plan_files(result, lang="zh", text=scenario_text(), tiles=[], attribution="")
    assert [name for name in files if name != "sites.xlsx" and files[name] != again[name]] == []


def test_the_result_is_kept_whole(result: dict, files: dict[str, bytes]) -> None:
    assert json.loads(files["result.json"]) == json.loads(json.dumps(result))
    features = json.loads(files["sites.geojson"])["features"]
    roles = [feature["properties"]["role"] for feature in features]
    assert {role: roles.count(role) for role in roles} == {"new": 3, "kept": 4, "candidate": 11}


def test_the_workbook_has_every_site_with_its_open_checks(result: dict, files: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["sites.xlsx"]))
    assert book.sheetnames == ["概要", "站点", "按区域", "按时段", "站点越多，覆盖多少"]
    rows = list(book["站点"].iter_rows(values_only=True))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["类别"] == "新站点"
    assert first["名称"] == result["sites"][0]["name"]
    assert "消防通道" in first["待落实事项"]
    assert "厕所" not in first["待落实事项"], "what is settled is no longer to be settled"
    assert len(rows) == 1 + 18


def test_a_name_is_never_a_formula() -> None:
    from dataclasses import replace

    case = town_case()
    case = replace(case, places=[replace(place, name="=1+1", host="$a_b$") for place in case.places])
    made = plan_files(result_of(solve_case(case)), lang="en", text="", tiles=[], attribution="")
    sheet = openpyxl.load_workbook(io.BytesIO(made["sites.xlsx"]))["Sites"]
    cell = sheet.cell(2, 3)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_charts_are_pictures_with_chinese_drawn_as_outlines(files: dict[str, bytes]) -> None:
    for name in ("curve", "hours", "areas"):
        assert ET.fromstring(files[f"{name}.svg"]).tag.endswith("svg")
        assert Image.open(io.BytesIO(files[f"{name}.png"])).size[0] > 800
        assert b"font-family" not in files[f"{name}.svg"], "texts are outlines, so that no font is needed to read them"


@pytest.mark.parametrize(
    ("lang", "lead", "proof"),
    [
        ("zh", "新增 3 个站点后，步行 10 分钟内能到站的需求从 10.8% 提高到 22.3%。", "已证明最优"),
        (
            "en",
            "With 3 new stations, the demand that has one within 10 minutes on foot rises from 10.8% to 22.3%.",
            "Proven",
        ),
    ],
)
def test_the_board_reads_first_what_changes_and_how_sure_that_is(
    result: dict, lang: str, lead: str, proof: str
) -> None:
    lines = Words(result, lang).lead()  # type: ignore[arg-type]
    assert lines[0] == lead
    assert lines[1].startswith(proof)


@pytest.mark.parametrize(("lang", "problem"), [("zh", 'kind = "set_covering"'), ("en", "budget = 35000.0")])
def test_other_problems_have_their_report_too(lang: str, problem: str) -> None:
    case = town_case(scenario_text(problem, travel="hours = [4, 22]"))
    files = plan_files(result_of(solve_case(case)), lang=lang, text="", tiles=[], attribution="")  # type: ignore[arg-type]
    assert ("4:00、22:00" if lang == "zh" else "4:00, 22:00") in files["report.html"].decode()


def test_an_answer_that_was_cut_short_says_how_far_it_may_be_off(result: dict) -> None:
    answer = result["answer"] | {"status": "time_limit", "gap": 0.034}
    assert Words(result | {"answer": answer}, "zh").proof() == "时间用完，这是当时的最好结果：与理论上限相差最多 3.4%。"
    answer = result["answer"] | {"status": "gap", "gap": None, "stopped": True}
    assert "尚未证明" in Words(result | {"answer": answer}, "zh").proof()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file"):
        write_files(tmp_path / "file", {"a": b""})


def test_asking_for_runs_loads_neither_solvers_nor_charts() -> None:
    code = (
        "import sys, webmap.jobs, geodata.store.runs, webmap.planning.words, webmap.planning.report\n"
        "heavy = {'numba', 'highspy', 'matplotlib', 'xlsxwriter', 'scipy.sparse', 'geopandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")
