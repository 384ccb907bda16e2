"""What a run of the benchmarks found, in rows beside the budgets, and as the table of the READMEs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


@dataclass(frozen=True)
class Row:
    """One measurement in both languages; a budget may be none."""

    en: str
    zh: str
    value_en: str
    value_zh: str
    budget_en: str
    budget_zh: str


def rows(found: dict[str, Any]) -> list[Row]:
    """The rows of a run."""
    http, postgis, sqlite = found["http"], found["postgis"], found["sqlite"]
    rate, nearby, packed = http["empty"]["requests_s"], http["nearby"], http["nearby_gzip"]
    sites = f"{postgis['sites']:,}"
    made = [
        Row(
            f"Nearby over HTTP, {sites} sites, 20 results, two filters",
            f"HTTP 附近搜索，{sites} 个站点，20 条结果，两个筛选",
            f"{nearby['requests_s']:,.0f} requests/s, {_part(http['ratio'])} of an empty view's {rate:,.0f}",
            f"每秒 {nearby['requests_s']:,.0f} 次，为空视图 {rate:,.0f} 次的 {_part(http['ratio'])}",
            "≥ 25 %",
            "≥ 25 %",
        ),
        Row(
            "The same, latency",
            "同上，延迟",
            f"p50 {nearby['p50_ms']:.1f} ms, p99 {nearby['p99_ms']:.1f} ms",
            f"p50 {nearby['p50_ms']:.1f} 毫秒，p99 {nearby['p99_ms']:.1f} 毫秒",
            "–",
            "–",
        ),
        Row(
            "The same, processor time of the server for one request",
            "同上，服务器处理一次请求的 CPU 时间",
            f"{nearby['cpu_ms']:.2f} ms, an empty view {http['empty']['cpu_ms']:.2f} ms",
            f"{nearby['cpu_ms']:.2f} 毫秒，空视图 {http['empty']['cpu_ms']:.2f} 毫秒",
            "–",
            "–",
        ),
        Row(
            "The same in gzip",
            "同上，gzip 压缩",
            f"{packed['requests_s']:,.0f} requests/s ({_part(http['ratio_gzip'])})",
            f"每秒 {packed['requests_s']:,.0f} 次（{_part(http['ratio_gzip'])}）",
            "–",
            "–",
        ),
        _times("Nearby in process", "进程内附近搜索", postgis["nearby"], "–"),
        _times("Suggest in process", "进程内搜索建议", postgis["suggest"], "< 20 ms"),
    ]
    if "clusters" in postgis:
        made.append(_times("Clusters at any zoom, in process", "进程内任意级别聚合", postgis["clusters"], "< 20 ms"))
    made += _peers(postgis)
    made += [_tipg(found["tipg"])] if "tipg" in found else []
    made += [_frames(found["panning"], sites)] if "panning" in found else []
    made += [
        _seconds("Build of the index from PostGIS", "从 PostGIS 建立索引", postgis["build_s"], 6),
        _seconds("Build of the index from SQLite", "从 SQLite 建立索引", sqlite["build_s"], None),
        _seconds("Start of a worker from a snapshot", "从快照启动", postgis["snapshot"]["start_s"], 1),
        _seconds("One edit taken in", "纳入一次修改", postgis["edit_s"], 2),
        *_refresh(postgis),
        Row(
            "Memory of a worker for the data",
            "每个工作进程的数据内存",
            f"{postgis['worker_mb']:.0f} MB built, {postgis['snapshot']['worker_mb']:.0f} MB from a snapshot",
            f"新建 {postgis['worker_mb']:.0f} MB，由快照启动 {postgis['snapshot']['worker_mb']:.0f} MB",
            "400 MB",
            "400 MB",
        ),
        Row(
            f"Import of {sites} rows into PostGIS",
            f"向 PostGIS 导入 {sites} 行",
            f"{found['import']['seconds']:.0f} s, {found['import']['ratio']:.1f} × a bare COPY of the same columns",
            f"{found['import']['seconds']:.0f} 秒，为单纯 COPY 相同各列的 {found['import']['ratio']:.1f} 倍",
            "6 ×",
            "6 倍",
        ),
    ]
    return made


def _refresh(found: dict[str, Any]) -> list[Row]:
    if "refresh" not in found:
        return []
    one = found["refresh"]
    rows, taken, part = f"{one['rows']:,}", f"{one['seconds']:.2f}", _part(one["of_build"])
    return [
        Row(
            f"Refresh of {rows} rows",
            f"纳入 {rows} 行的导入",
            f"{taken} s, {part} of a build",
            f"{taken} 秒，为新建的 {part}",
            "3 s",
            "3 秒",
        )
    ]


def _peers(found: dict[str, Any]) -> list[Row]:
    if "peers" not in found:
        return []
    here, redis = found["peers"]["here"], found["peers"]["redis"]
    made = [_times("Nearby without filters, in process", "进程内附近搜索（无筛选）", here, "–")]
    en, zh = "The same from Redis (GEOSEARCH over its socket)", "同上，由 Redis 回答（GEOSEARCH，经套接字）"
    if isinstance(redis, str):
        return [*made, Row(en, zh, redis, "未安装", "–", "–")]
    return [*made, _times(en, zh, redis, "–")]


def _tipg(found: dict[str, float] | str) -> Row:
    en = "20 sites in a box over HTTP from tipg, which asks PostGIS each time"
    zh = "由 tipg 回答的 HTTP 范围查询，20 个站点（每次查询 PostGIS）"
    if isinstance(found, str):
        return Row(en, zh, found, "未安装", "–", "–")
    rate, p99 = f"{found['requests_s']:,.0f}", f"{found['p99_ms']:.0f}"
    return Row(en, zh, f"{rate} requests/s, p99 {p99} ms", f"每秒 {rate} 次，p99 {p99} 毫秒", "–", "–")


def _part(ratio: float) -> str:
    return f"{ratio * 100:.0f} %"


def _times(en: str, zh: str, found: dict[str, float], budget: str) -> Row:
    p50, p99 = found["p50_ms"], found["p99_ms"]
    chinese = f"p50 {p50:.2f} 毫秒，p99 {p99:.1f} 毫秒"
    return Row(en, zh, f"p50 {p50:.2f} ms, p99 {p99:.1f} ms", chinese, budget, budget.replace("ms", "毫秒"))


def _frames(found: dict[str, dict[str, float]], sites: str) -> Row:
    dragged = [times for what, times in found.items() if what.startswith("dragged")]
    p50, p95 = (max(times[name] for times in dragged) for name in ("p50_ms", "p95_ms"))
    return Row(
        f"Between frames while the map of China is dragged, {sites} sites, the slowest of three zooms",
        f"拖动全国地图时的帧间隔，{sites} 个站点，三个级别中最慢者",
        f"p50 {p50:.0f} ms, p95 {p95:.0f} ms",
        f"p50 {p50:.0f} 毫秒，p95 {p95:.0f} 毫秒",
        "–",
        "–",
    )


def _seconds(en: str, zh: str, value: float, budget: int | None) -> Row:
    within_en, within_zh = ("–", "–") if budget is None else (f"{budget} s", f"{budget} 秒")
    return Row(en, zh, f"{value:.2f} s", f"{value:.2f} 秒", within_en, within_zh)


def write_tables(root: Path, found: dict[str, Any]) -> None:
    """Put the table into both READMEs, between their marks."""
    on = found["machine"]
    kind_en, kind_zh = ("virtual machine, ", "虚拟机，") if on["virtual"] else ("", "")
    run = f"Python {on['python']}, {found['at'][:10]}"
    tool = found["http"]["tool"]
    english = [
        f"On {on['cpu']} ({kind_en}{on['cores']} cores, {run}), the load by {tool} on the same cores:",
        "",
        "| what | found | budget |",
        "| --- | --- | --- |",
        *(f"| {row.en} | {row.value_en} | {row.budget_en} |" for row in rows(found)),
    ]
    chinese = [
        f"测于 {on['cpu']}（{kind_zh}{on['cores']} 核，{run}），由 {tool} 在同一机器上施加负载：",
        "",
        "| 项目 | 结果 | 预算 |",
        "| --- | --- | --- |",
        *(f"| {row.zh} | {row.value_zh} | {row.budget_zh} |" for row in rows(found)),
    ]
    for name, lines in (("README.md", english), ("README.zh-CN.md", chinese)):
        path = root / name
        text = path.read_text(encoding="utf-8")
        if BEGIN not in text or END not in text:
            raise ValueError(f"{name} has no place for the table: {BEGIN} … {END}")
        table = "\n".join([BEGIN, *lines, END])
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        path.write_text(before + table + after, encoding="utf-8")
