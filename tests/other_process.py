"""Python programs in processes of their own: another person at the same project, or one that gets killed."""

import ctypes
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

from tellapart.runs import Run, RunStatus

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
HANGS_S = 600  # longer than the slowest machine takes for anything here
HEADER = "import os, sys\nfrom pathlib import Path\n"
_PR_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2  # <linux/prctl.h>, <linux/capability.h>


def start_python(code: str, *arguments: object, is_held: bool = False) -> subprocess.Popen[str]:
    """A running program; its arguments are in sys.argv[1:].

    is_held: by the permissions of files, even where the tests run as root: it then gives up root's right to pass
    them over (Linux; elsewhere run the tests as an ordinary user).
    """
    return subprocess.Popen(
        [sys.executable, "-c", HEADER + textwrap.dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(Path(__file__).parent)},
        preexec_fn=_give_up_rights if is_held and is_root() else None,
    )


def run_python(code: str, *arguments: object, is_held: bool = False) -> str:
    """What a program prints, once it has ended well."""
    process = start_python(code, *arguments, is_held=is_held)
    out, errors = process.communicate(timeout=HANGS_S)
    assert process.returncode == 0, errors
    return out.strip()


def has_ended(status: RunStatus) -> bool:
    return status.stage != "running"


def wait(run: Run, until: Callable[[RunStatus], bool] = has_ended, seconds: float = HANGS_S) -> RunStatus:
    """The status of a run once it is so, the end of the run unless said otherwise."""
    limit = time.monotonic() + seconds
    while not until(status := run.status()):
        assert time.monotonic() < limit, status
        time.sleep(0.02)
    return status


def _give_up_rights() -> None:
    for right in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
        if _LIBC.prctl(_PR_CAPBSET_DROP, right, 0, 0, 0):
            raise OSError("root's rights cannot be given up here; run the tests as an ordinary user")


def run_tellapart(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line, as a person calls it."""
    return subprocess.run(
        [sys.executable, "-m", "tellapart.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=HANGS_S,
        cwd=cwd,
    )


def assert_sentence(done: subprocess.CompletedProcess[str], *parts: str, code: int = 1) -> str:
    """The command failed with a sentence for a person, on standard error, and no traceback."""
    assert done.returncode == code, done
    assert "Traceback" not in done.stdout + done.stderr
    text = " ".join(done.stderr.split())
    for part in parts:
        assert part in text
    return text


def is_root() -> bool:
    """Whether permissions do not hold us."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
