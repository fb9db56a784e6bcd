"""What Binder gives each visitor: the environment of binder/environment.yml on the disk, and a studio's memory.

    python benchmarks/binder.py --python ENVIRONMENT/bin/python

The environment is made before, from the packages that the file lists, and the checkout installed in it without what it
needs (`pip install --no-deps -e .`). There the server starts as binder/start starts it, and a visitor opens the studio.
On Binder each visitor has a server of its own.

- installed: the files of all packages that the file lists, and of those that they need.
- memory: proportional (PSS) of the server and all its processes, before a visitor and with the studio's page open, its
  sample drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import tempfile
import time
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
        before_mb, open_mb, n_pictures = _memory(python, Path(scratch))
    found: dict[str, Any] = {
        "installed_mb": installed["bytes"] / 1e6, "n_packages": installed["n_packages"], "before_mb": before_mb,
        "open_mb": open_mb, "n_pictures": n_pictures,
    }  # fmt: skip
    rows = [[name, report.number(n / 1e6, 0)] for name, n in installed["largest"].items()]
    report.table(f"The largest of {installed['n_packages']} packages", ["package", "MB"], rows)
    report.table(
        "What a visitor takes",
        ["installed, MB", "memory before, MB", "studio open, MB"],
        [[report.number(found[key], 0) for key in ("installed_mb", "before_mb", "open_mb")]],
    )
    report.finish(found)


def _listed(text: str) -> list[str]:
    """Names of the packages in an environment.yml."""
    found = [match[1] for line in text.splitlines() if (match := _LISTED.match(line))]
    return [name for name in found if name not in _NO_PACKAGE]


def _memory(python: Path, scratch: Path) -> tuple[float, float, int]:
    """MB of the server before a visitor and with one, and how many pictures the sample has."""
    environment = {"HOME": str(scratch), "TELLAPART_CACHE": str(scratch / "cache")}
    os.environ["TMPDIR"] = str(scratch)
    program = ("tellapart_dashboards.hosted", str(python), "-m", "jupyter_server")
    arguments = ("--ip=127.0.0.1", "--allow-root", "--IdentityProvider.token=")
    log = scratch / "log"
    with served(HERE.parent, log, *arguments, python=python, program=program, **environment) as server:
        before_mb = _all_mb(server)
        return before_mb, *asyncio.run(_visited(server, scratch))


async def _visited(server: ServedApp, scratch: Path) -> tuple[float, int]:
    page = Page(server.url, PATIENCE_S)
    await page.opened("dashboards/studio.ipynb")
    give_up_at = time.monotonic() + PATIENCE_S
    n_seen = [-1, 0]
    while n_seen[-1] == 0 or n_seen[-1] != n_seen[-2]:  # the sample's pictures are drawn while the page opens
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"The sample was not drawn. The log:\n{server.log.read_text('utf-8')[-3000:]}")
        await asyncio.sleep(2.0)
        n_seen.append(len([*scratch.rglob("*.jpg"), *scratch.rglob("*.png")]))
    found = _all_mb(server)
    await page.leave()
    return found, n_seen[-1]


def _all_mb(server: ServedApp) -> float:
    """Proportional memory of the server and all its processes."""
    process = psutil.Process(server.process.pid)
    return sum(machine.proportional_mb(one) for one in [process, *process.children(recursive=True)])


if __name__ == "__main__":
    main()
