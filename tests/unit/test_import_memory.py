"""A file of any length is streamed: what must be kept of every row until the end is small."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.store import open_store
from importers import report as reporting
from importers.compact import RowsByKey, Spool
from importers.report import ImportReport

ROWS = 6_000
#: Bytes that may be kept of a row; a row of the file itself has 200, and a draft of it several thousand.
PER_ROW = 700
RUN = """
import json, resource, sys
from pathlib import Path
from geodata.store import open_store
from importers.sites import import_sites
report = import_sites(open_store(sys.argv[1]), Path(sys.argv[2]), kind="rest_station", datum="wgs84", dry_run=True)
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps([report.rows.created, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit]))
"""


def test_rows_by_key_say_what_a_dictionary_says():
    rng = random.Random(3)
    compact, plain = RowsByKey(), {}
    for row in range(20_000):
        key = f"k{rng.randrange(15_000)}"
        assert compact.setdefault(key, row) == plain.setdefault(key, row)
    assert len(compact) == len(plain)
    assert all((f"k{number}" in compact) == (f"k{number}" in plain) for number in range(15_000))


def test_a_spool_gives_back_what_it_was_given_and_is_empty_then():
    spool: Spool[tuple[int, str]] = Spool()
    assert list(spool) == []
    items = [(number, "站" * number) for number in range(50)]
    for item in items:
        spool.append(item)
    assert len(spool) == 50
    assert list(spool) == items
    assert list(spool) == []


def test_issues_beyond_the_bound_are_counted_and_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reporting, "MOST_ISSUES", 3)
    report = ImportReport("list.csv", "")
    for row in range(5):
        report.add("info", "header_missing", row=row)
    report.reject("row_quote_open", row=9)
    assert [issue.row for issue in report.issues] == [0, 1, 2, 9]
    assert report.by_code() == {("info", "header_missing"): 5, ("error", "row_quote_open"): 1}
    assert report.left_out() == {"header_missing": 2}


def test_four_times_the_rows_take_hardly_more_memory(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'map.db'}"
    open_store(url).upgrade()
    peaks = []
    for rows in (ROWS, 4 * ROWS):
        path = tmp_path / f"{rows}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("编号,名称,地址,经度,纬度,开放时间,电话,设施,备注\n")
            for row in range(rows):
                east, north = 121 + row % 1000 / 1000, 37 + row // 1000 / 1000
                file.write(
                    f"k{row},第{row}号驿站,人民路{row}号,{east:.3f},{north:.3f},周一至周五 8:30-17:30,"
                    f"0535-{row:07d},饮水；微波炉；充电,{row}{'一楼大厅靠近东门' * 5}\n"
                )
        command = [sys.executable, "-c", RUN, url, str(path)]
        created, peak = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        assert created == rows
        peaks.append(peak)
    assert peaks[1] < 1.2 * peaks[0]
    assert (peaks[1] - peaks[0]) / (3 * ROWS) < PER_ROW
