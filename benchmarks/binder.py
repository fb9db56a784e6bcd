"""What Binder gives each visitor: the environment of binder/environment.yml on the disk, and a studio's memory.

    python benchmarks/binder.py --python ENVIRONMENT/bin/python

The environment is made before, from the packages that the file lists, and the checkout installed in it without what it
needs (`pip install --no-deps -e .`). There the server starts as binder/start starts it, and a visitor opens the studio.
On Binder each visitor has a server of its own.

- installed: the files of all packages that the file lists, and of those that they need.
- memory: proportional (PSS) of the server and all its processes with the studio's page open: at most, while the sample
  is drawn and trained on, and afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import machine
import psutil
import report
from voila_server import PATIENCE_S, ServedApp, served
from voila_visitors import Page

HERE = Path(__file__).resolve().parent
_LISTED = re.compile(r"^\s+- ([A-Za-z][\w.-]*)(?:[>=].*)?$")
_NO_PACKAGE = {"conda-forge", "nodefaults", "python", "pip"}


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Binder's environment: its size, and memory a visitor.")
    parser.add_argument("--python", type=Path, required=True, help="of the environment")
    python = parser.parse_args().python.absolute()
    report.machine_line()
    names = _listed((HERE.parent / "binder" / "environment.yml").read_text("utf-8"))
    installed = machine.python_worker(HERE / "installed.py", {"names": names}, python)
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as scratch:
        most_mb, open_mb, n_pictures = _memory(python, Path(scratch))
    found: dict[str, Any] = {
        "installed_mb": installed["bytes"] / 1e6, "n_packages": installed["n_packages"], "most_mb": most_mb,
        "open_mb": open_mb, "n_pictures": n_pictures,
    }  # fmt: skip
    rows = [[name, report.number(n / 1e6, 0)] for name, n in installed["largest"].items()]
    report.table(f"The largest of {installed['n_packages']} packages", ["package", "MB"], rows)
    report.table(
        "What a visitor takes",
        ["installed, MB", "memory at most, MB", "afterwards, MB"],
        [[report.number(found[key], 0) for key in ("installed_mb", "most_mb", "open_mb")]],
    )
    report.finish(found)


def _listed(text: str) -> list[str]:
    """Names of the packages in an environment.yml."""
    found = [match[1] for line in text.splitlines() if (match := _LISTED.match(line))]
    return [name for name in found if name not in _NO_PACKAGE]


def _memory(python: Path, scratch: Path) -> tuple[float, float, int]:
    """MB at most and in the end, and how many pictures the sample then has."""
    environment = {"HOME": str(scratch), "TELLAPART_CACHE": str(scratch / "cache"), "TMPDIR": str(scratch)}
    program = ("tellapart_dashboards.hosted", str(python), "-m", "jupyter_server")
    arguments = ("--ip=127.0.0.1", "--allow-root", "--IdentityProvider.token=")
    with served(
        HERE.parent, scratch / "log", *arguments, python=python, program=program, **environment
    ) as server:
        opening = asyncio.run(_opened(server))
    n_pictures = len([*scratch.rglob("*.jpg"), *scratch.rglob("*.png")])
    return max(opening), opening[-1], n_pictures


async def _opened(server: ServedApp) -> list[float]:
    """MB from the page's opening until nothing is made any more: the sample is drawn and trained on meanwhile."""
    opened = asyncio.create_task(Page(server.url, PATIENCE_S).opened("dashboards/studio.ipynb"))
    found: list[float] = []
    give_up_at = time.monotonic() + PATIENCE_S
    while not opened.done() or _is_at_work(server):
        if time.monotonic() > give_up_at:
            said = server.log.read_text("utf-8", "replace")[-3000:]
            raise RuntimeError(f"The sample was not made in {PATIENCE_S:.0f} s. The log:\n{said}")
        found.append(_all_mb(server))
        await asyncio.sleep(0.2)
    await opened
    return [*found, _all_mb(server)]


def _processes(server: ServedApp) -> list[psutil.Process]:
    process = psutil.Process(server.process.pid)
    return [process, *process.children(recursive=True)]


def _is_at_work(server: ServedApp) -> bool:
    """Whether a process works at something for the page."""
    for one in _processes(server):
        with suppress(psutil.Error):  # one that is just ending
            if "tellapart.worker" in one.cmdline():
                return True
    return False


def _all_mb(server: ServedApp) -> float:
    """Proportional memory of the server and all its processes."""
    total = 0.0
    for one in _processes(server):
        with suppress(psutil.Error):
            total += machine.proportional_mb(one)
    return total


if __name__ == "__main__":
    main()
