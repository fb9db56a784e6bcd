"""Python programs in processes of their own: another person at the same project, or one that gets killed."""

import ctypes
import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tellapart.runs import Run, RunStatus

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
HANGS_S = 600  # longer than the slowest machine takes for anything here
HEADER = "import os, sys\nfrom pathlib import Path\n"
_PR_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2  # <linux/prctl.h>, <linux/capability.h>


def start_python(
    code: str, *arguments: object, is_held: bool = False, stdin: int | None = None
) -> subprocess.Popen[str]:
    """A running program; its arguments are in sys.argv[1:]. stdin: subprocess.PIPE to tell it something.

    is_held: by the permissions of files, even where the tests run as root: it then gives up root's right to pass
    them over (Linux; elsewhere run the tests as an ordinary user).
    """
    return subprocess.Popen(
        [sys.executable, "-c", HEADER + textwrap.dedent(code), *map(str, arguments)],
        stdin=stdin,
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


_FORKING = """
import json as _json
for _line in sys.stdin:
    _process = os.fork()
    if not _process:
        os.dup2(1, 2)
        sys.argv[1:] = _json.loads(_line)
        work()
        sys.stdout.flush()
        os._exit(0)
    _code = os.waitstatus_to_exitcode(os.waitpid(_process, 0)[1])
    print(f"\\nended {_code}", flush=True)  # on a line of its own, whatever was cut off before
"""


@contextmanager
def forking(code: str) -> Iterator[Callable[..., tuple[int, str]]]:
    """Does the `work()` of a program again and again, each time in a process of its own which finds the program's modules
    loaded: it is forked (POSIX).

    Yields a function of what `work` finds in sys.argv[1:]. It gives the exit status, below zero the signal that killed
    the process, and all that was said.
    """
    with start_python(textwrap.dedent(code) + _FORKING, stdin=subprocess.PIPE) as process:
        asked, answers, errors = process.stdin, process.stdout, process.stderr
        assert asked is not None and answers is not None and errors is not None

        def run(*arguments: object) -> tuple[int, str]:
            asked.write(json.dumps([str(one) for one in arguments]) + "\n")
            asked.flush()
            said: list[str] = []
            while not (line := answers.readline()).startswith("ended "):
                assert line, errors.read()
                said.append(line)
            return int(line.split()[1]), "".join(said)[:-1]

        yield run
        asked.close()
        assert process.wait(HANGS_S) == 0, errors.read()


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
