"""What is installed here, and whether it works: asked of metadata, and of a Python in a process of its own."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROBE_TIMEOUT_S = 120


@dataclass(frozen=True)
class CheckResult:
    """One thing that was looked at.

    name: a short heading, for instance "torch".
    is_ok: False only when something that is installed does not work, or something needed is missing.
    sentence: what was seen.
    remedy: what to do next, with the exact command; empty when there is nothing to do.
    """

    name: str
    is_ok: bool
    sentence: str
    remedy: str = ""


@dataclass(frozen=True)
class Probe:
    """What a few lines of Python printed. reason: the last line of the error, "" when they worked."""

    is_ok: bool
    output: str
    reason: str


def probe(code: str) -> Probe:
    """Run a few lines in a fresh interpreter, not in the current folder, whose files could hide modules."""
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(Path(entry).absolute()) for entry in entries if entry]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=sys.prefix,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Probe(False, "", f"no answer within {PROBE_TIMEOUT_S} s")
    if done.returncode == 0:
        return Probe(True, done.stdout.strip(), "")
    last = next((line.strip() for line in reversed(done.stderr.splitlines()) if line.strip()), "")
    # A crash of compiled code (an old processor, a mixed build) leaves no traceback, only an exit status.
    return Probe(False, "", last or f"it crashed with exit status {done.returncode}")


def version_of(distribution: str) -> str | None:
    """Of an installed distribution; None if it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def built_version(package: str) -> str:
    """The version with its build, for instance "2.13.0+cpu": wheels of an index leave the build out of their
    name, only version.py inside has it. Read as text, since importing is what fails."""
    try:
        path = importlib.metadata.distribution(package).locate_file(f"{package}/version.py")
        text = Path(str(path)).read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"^__version__\s*=\s*['\"]([^'\"]+)", text, re.MULTILINE)
    return found[1] if found else version_of(package) or "(unknown)"


def requirements(distribution: str) -> Iterable[tuple[str, str]]:
    """(name, rule) of what a distribution asks for, such as ("torch", "==2.13.0"); none if not installed."""
    try:
        requires = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return
    for text in requires:
        if found := re.match(r"([\w.-]+)(?:\[[^]]*\])?\s*\(?([^;)]*)", text):
            yield found[1].lower(), found[2].replace(" ", "")


def numbers(version: str) -> tuple[int, ...]:
    """(2, 14, 1) of "2.14.1+cpu", to compare versions by."""
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])
