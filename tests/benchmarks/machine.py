"""Which machine a benchmark ran on, and what memory a process takes."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def described() -> dict[str, object]:
    """The processor's model, the cores this process may use, and the system."""
    text = _read("/proc/cpuinfo")
    model = re.search(r"model name\s*:\s*(.+)", text)
    flags = re.search(r"^flags.*$", text, re.MULTILINE)
    memory = re.search(r"MemTotal:\s*(\d+)", _read("/proc/meminfo"))
    return {
        "cpu": model[1] if model else platform.processor() or platform.machine(),
        "virtual": bool(flags and "hypervisor" in flags[0]),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(int(memory[1]) / 1e6) if memory else None,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "load_at_start": round(os.getloadavg()[0], 1),
    }


def resident_mb() -> float:
    """Memory of this process that lies in no file, in MB."""
    pages = re.search(r"RssAnon:\s*(\d+)", _read("/proc/self/status"))
    return int(pages[1]) / 1e3 if pages else float("nan")


def processor_s(pid: int) -> float:
    """Processor time of a process and of its children, those that ended among them."""
    ticks = 0
    children = _read(f"/proc/{pid}/task/{pid}/children").split()
    for number in (str(pid), *children):
        fields = _read(f"/proc/{number}/stat").rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15] if number == str(pid) else fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def footprint_mb(pid: int) -> float:
    """Memory of a process and its children in MB; what several of them share counts once (PSS)."""
    kilobytes = 0
    for number in (str(pid), *_read(f"/proc/{pid}/task/{pid}/children").split()):
        found = re.search(r"^Pss:\s*(\d+)", _read(f"/proc/{number}/smaps_rollup"), re.MULTILINE)
        kilobytes += int(found[1]) if found else 0
    return kilobytes / 1e3


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:  # not there, or the process has just ended
        return ""
