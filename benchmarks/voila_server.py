"""A real Voila on a folder, in a process of its own, on a port of its own; it and its kernels are gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PATIENCE_S = 200.0  # a busy machine is slow, not wrong


@dataclass
class ServedApp:
    """Voila on an app's folder."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def kernels(self) -> list[psutil.Process]:
        """One process per open page."""
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.Error):  # one that is just ending
                if "page_kernel" in " ".join(child.cmdline()):
                    found.append(child)
        return found


@contextmanager
def served(
    folder: Path,
    log: Path,
    *arguments: str,
    python: Path | str = sys.executable,
    program: Sequence[str] = ("voila", "."),
    **environment: str,
) -> Iterator[ServedApp]:
    """Voila as the README of an app starts it, but for the browser and the port.

    Raises:
        RuntimeError: it does not start; with its log.
    """
    command = [str(python), "-m", *program, "--no-browser", "--port=0", *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
    try:
        yield ServedApp(f"http://127.0.0.1:{_port(process, log)}", process, log)
    finally:
        _end(process)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at and process.poll() is None:
        with suppress(psutil.Error):
            for one in psutil.Process(process.pid).net_connections("inet"):
                if one.status == psutil.CONN_LISTEN and "running at" in log.read_text("utf-8", "replace"):
                    return int(one.laddr.port)
        time.sleep(0.05)
    raise RuntimeError(f"Voila did not start. Its log:\n{log.read_text('utf-8', 'replace')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    children = []
    with suppress(psutil.Error):
        children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in children:
        with suppress(psutil.Error):  # one that ended with the server
            child.kill()
