"""The machine a measurement runs on: what it is, how busy it is, and processes of our own that are measured on it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil


def cpus() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float:
    """Processes that wanted a core during the last minute, on average; the measuring one counts."""
    return round(psutil.getloadavg()[0], 2)


def describe() -> dict[str, Any]:
    """Cores, memory, system, Python, and the load right now."""
    return {
        "cpus": cpus(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": load(),
    }


def resident_mb(process: psutil.Process | None = None) -> float:
    """Memory a process holds now, in MB."""
    return (process or psutil.Process()).memory_info().rss / 2**20


def proportional_mb(process: psutil.Process) -> float:
    """Memory that it holds now, in MB of a million bytes: what several share counts once for all of them, where the
    system tells; else resident memory."""
    memory = process.memory_full_info()
    return float(getattr(memory, "pss", memory.rss)) / 1e6


def peak_mb() -> float:
    """The most memory this process ever held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would begin with what the parent held when it started us
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):  # Windows
        return memory.peak_wset / 2**20
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts in bytes


def age_s() -> float:
    """Seconds since this process started; asked first thing, what importing took."""
    return time.time() - psutil.Process().create_time()


def run_worker(command: list[str], job: dict[str, Any] | None = None, **environment: str) -> dict[str, Any]:
    """The JSON object on the last line a fresh process prints; the job goes to its standard input as JSON.

    Raises:
        RuntimeError: it failed; with the last lines of what it said.
    """
    done = subprocess.run(
        command, input=json.dumps(job) if job is not None else "", capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment}, check=False,
    )  # fmt: skip
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def python_worker(
    script: Path, job: dict[str, Any], python: Path | None = None, **environment: str
) -> dict[str, Any]:
    """What a script of this folder says to a job, in a fresh Python, ours unless another is named."""
    return run_worker([str(python or sys.executable), str(script)], job, **environment)
