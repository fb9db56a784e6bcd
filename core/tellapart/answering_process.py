"""Processes beside this one: what Python is told to run there, and a question to one of its own, for what needs heavy
imports or long arithmetic that would hold up who asks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


class NoAnswerError(Exception):
    """The process did not start, took too long, or ended without a JSON object on its last line."""


# Before anything else is imported: the folder that somebody works in is no place to import from. It may be a
# stranger's, with a numpy.py in it, and comes first with `-c` as with `-m`.
NOT_FROM_HERE = "import sys; sys.path[:] = filter(None, sys.path)"


def program(module: str) -> tuple[str, str]:
    """What Python is told to run a module as `-m` does, but see NOT_FROM_HERE."""
    return "-c", f"{NOT_FROM_HERE}; import runpy; runpy.run_module({module!r}, run_name='__main__')"


def main_of(module: str) -> tuple[str, str]:
    """What Python is told to run the `main` of a module, see NOT_FROM_HERE; it ends as that says."""
    return "-c", f"{NOT_FROM_HERE}; from {module} import main; sys.exit(main())"


def answer_of(arguments: Sequence[str], patience_s: float) -> dict[str, Any]:
    """The JSON object that this Python, run with these arguments, prints as its last line.

    Raises:
        NoAnswerError: there is none.
    """
    try:
        done = subprocess.run(
            [sys.executable, *arguments], check=False, capture_output=True, stdin=subprocess.DEVNULL,
            timeout=patience_s,
        )  # fmt: skip
        told = json.loads(done.stdout.decode("utf-8", "replace").splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        raise NoAnswerError(type(error).__name__) from error
    if not isinstance(told, dict):
        raise NoAnswerError(type(told).__name__)
    return told
