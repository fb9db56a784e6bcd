"""How the studio ends with the process that a person started, its server and its pages with it."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from other_process import HANGS_S
from tellapart_dashboards.app.launcher import HOST

pytestmark = pytest.mark.slow
BY_COMMAND = ["-m", "tellapart.cli", "studio"]
BY_MODULE = ["-m", "tellapart_dashboards"]


@pytest.fixture
def heeds_hangups() -> Iterator[None]:
    """Also where the tests themselves run under nohup, whose children ignore what it ignores."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_server_and_its_pages(tmp_path: Path, heeds_hangups: None, name: str) -> None:
    with opened(tmp_path, *BY_COMMAND) as (studio, port, processes):
        studio.send_signal(getattr(signal, name))
        assert studio.wait(HANGS_S) == 0
        all_ended(port, processes)


def test_it_ends_with_the_process_that_it_lives_with(tmp_path: Path) -> None:
    """As on Windows, where the command goes on beside its server and may be ended without being asked."""
    waiting = [sys.executable, "-c", "input()"]
    other = subprocess.Popen(waiting, stdin=subprocess.PIPE)
    with other, opened(tmp_path, *BY_MODULE, "--lives-with", str(other.pid)) as (studio, port, processes):
        other.kill()
        other.wait()
        assert studio.wait(HANGS_S) == 0
        all_ended(port, processes)


@contextlib.contextmanager
def opened(
    folder: Path, *start: str
) -> Iterator[tuple[subprocess.Popen[str], int, Sequence[psutil.Process]]]:
    """A studio with a page open, its port, and the processes it has; what is left of them is ended afterwards."""
    options = ["--project", str(folder / "project"), "--no-browser", "--port", "0"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen([sys.executable, *start, *options], cwd=folder, **pipes) as studio:
        processes = [studio_process := psutil.Process(studio.pid)]
        try:
            assert studio.stdout is not None
            line = studio.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, line
            processes += studio_process.children(recursive=True)
            httpx.get(found.group(), follow_redirects=True, timeout=HANGS_S).raise_for_status()
            processes += studio_process.children(recursive=True)
            assert any("page_kernel" in " ".join(one.cmdline()) for one in processes)
            yield studio, urlsplit(found.group()).port or 0, processes
        finally:
            for one in processes:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()


def all_ended(port: int, processes: Sequence[psutil.Process]) -> None:
    """None of them is left, and nobody listens there."""
    _, left = psutil.wait_procs(processes, timeout=HANGS_S)
    assert not left
    with pytest.raises(ConnectionRefusedError), socket.create_connection((HOST, port)):
        pass
