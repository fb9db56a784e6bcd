"""Starting real studios: on one project, or one server whose project changes from test to test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from driving import Studio

KERNELS = Path(__file__).parents[1] / "fakes" / "kernels"
HAS_LINKS = os.name == "posix"  # Windows lets only some people make links


def launch(project_dir: Path, folder: Path, timeout_s: float = 200, **environment: str) -> Studio:
    """A studio on a free port, its log in the folder; one that dies or says no address fails the test with its log."""
    log = folder / "studio.log"
    command = [sys.executable, "-m", "tellapart_dashboards", "--project", str(project_dir)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", "0", "--no-browser"],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **environment},
        )
    give_up_at = time.monotonic() + timeout_s
    while time.monotonic() < give_up_at and process.poll() is None:
        if address := re.search(r"http://\S+", log.read_text("utf-8", errors="replace")):
            return Studio(address.group(), process, log)
        time.sleep(0.1)
    process.kill()
    pytest.fail(
        f"The studio did not start. Its log:\n{log.read_text('utf-8', errors='replace')}", pytrace=False
    )


class OneServer:
    """One studio for the projects of many tests, which saves a start each: it is told a link, and the kernel of
    every page that is opened looks anew where that leads. Without links each project has a server of its own.

    worker: the program, with its arguments, that does the runs which a page starts."""

    def __init__(self, folder: Path, *worker: Path) -> None:
        self.folder = folder
        paths = [str(KERNELS), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.environment = {
            "PYTHONPATH": os.pathsep.join(paths),
            "TEST_WORKER": os.pathsep.join(map(str, worker)),
        }
        self.studio: Studio | None = None
        self.project_dir: Path | None = None

    def on(self, project_dir: Path) -> Studio:
        """The studio; pages opened from now on show this project."""
        link = self.folder / "project"
        if project_dir != self.project_dir:  # else a page that looks there may be open
            if HAS_LINKS:
                link.unlink(missing_ok=True)
                link.symlink_to(project_dir, target_is_directory=True)
            else:
                self.end()
            self.project_dir = project_dir
        if self.studio is None or not self.studio.is_running():
            self.studio = launch(link if HAS_LINKS else project_dir, self.folder, **self.environment)
        return self.studio

    def end(self) -> None:
        """Nothing; the server and everything it started are gone."""
        if self.studio is not None:
            self.studio.end()
            self.studio = None
