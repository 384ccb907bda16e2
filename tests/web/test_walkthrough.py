"""What the READMEs show of planning ten stations for Futian, done as they say, with the numbers that they tell."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click.testing
import pytest

from geodata.siting.compiled import cache_directory
from webmap.cli import main

ROOT = Path(__file__).resolve().parents[2]
HEADINGS = {"README.md": "### Ten stations for Futian", "README.zh-CN.md": "### 福田十站"}
FILES = ("streets/futian.graphml", "demand/shenzhen_taxi_trips.csv")


def section(readme: str) -> str:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return text.split(HEADINGS[readme] + "\n", 1)[1].split("\n#", 1)[0]


def block(readme: str, language: str) -> str:
    return section(readme).split(f"```{language}\n", 1)[1].split("```", 1)[0]


def told(readme: str) -> list[str]:
    """The numbers of the text below the scenario, but for seconds, which differ from machine to machine."""
    text = section(readme).rsplit("```", 1)[1]
    found = re.findall(r"(\d+(?:,\d{3})*(?:\.\d+)?)(\s?(?:s\b|秒))?", text)
    return [number for number, seconds in found if not seconds]


@pytest.fixture(scope="module")
def result(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result of the English README's commands, typed one after the other in an empty folder."""
    folder = tmp_path_factory.mktemp("futian")
    for file in FILES:
        (folder / Path(file).name).symlink_to(test_data / file)
    (folder / "futian.toml").write_text(block("README.md", "toml"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("STATIONMAP_DATABASE_URL", f"sqlite:///{folder}/store.db")
        patch.setenv("NUMBA_CACHE_DIR", str(cache_directory()))
        for line in block("README.md", "sh").splitlines():
            done = click.testing.CliRunner().invoke(main, shlex.split(line)[1:])
            assert done.exit_code == 0, done.output
    assert {path.name for path in (folder / "futian").iterdir()} >= {"report.html", "sites.xlsx", "curve.svg"}
    found: dict[str, Any] = json.loads((folder / "futian" / "result.json").read_text(encoding="utf-8"))
    return found


def test_both_readmes_do_the_same() -> None:
    assert block("README.md", "sh") == block("README.zh-CN.md", "sh")
    english, chinese = (tomllib.loads(block(readme, "toml")) for readme in HEADINGS)
    assert english | {"name": ""} == chinese | {"name": ""}
    spaced = int(re.findall(r'"streets" +# (\d+)', block("README.md", "toml"))[0])
    assert re.findall(r'"streets" +# (\d+)', block("README.zh-CN.md", "toml")) == [str(spaced)]


def test_ten_stations_for_futian_are_worth_what_the_readme_says(result: dict[str, Any]) -> None:
    before, after, answer = result["before"], result["after"], result["answer"]
    chosen = [site for site in result["sites"] if site["role"] == "new"]
    share = {point["sites"]: point["share"] for point in result["curve"]}
    assert answer["status"] == "optimal"
    assert len(chosen) + result["others_total"] == int(re.findall(r"# (\d+)", block("README.md", "toml"))[0])
    expected = [
        f"{before['weight']:,.0f}",
        f"{100 * before['share']:.1f}",
        f"{100 * after['share']:.1f}",
        f"{answer['objective']:,.0f}",
        f"{answer['bound']:,.0f}",
        f"{100 * answer['gap']:.0f}",
        f"{after['mean_minutes']:.1f}",
        "95",
        f"{after['p95_minutes']:.1f}",
        f"{chosen[0]['lost_without']:.0f}",
        f"{chosen[-1]['lost_without']:.0f}",
        *(f"{100 * part:.1f}" for part in (share[1], share[5], share[20], share[11] - share[10])),
    ]
    for readme in HEADINGS:
        assert told(readme) == expected
