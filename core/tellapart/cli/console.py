"""What a terminal shows: progress bars, errors in words, or one JSON object."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NoReturn

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from tellapart import progress as reports
from tellapart.errors import Cancelled, LabelsError, TellapartError
from tellapart.safe_text import harmless, harmless_json

EXIT_ERROR = 1  # the task failed; the text says why
EXIT_PARTLY = 3  # some of the given files could not be used
EXIT_CANCELLED = 130  # stopped by the person
_LINE_EVERY_S = 30.0

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line for a person, as it is but for what a terminal would obey."""
    out.print(harmless(text), markup=False)


def hush_libraries() -> None:
    """Send what C libraries write past Python (libtiff, about each odd tag of a picture) nowhere from now on.

    Python's own standard error stays where it was. What is wrong with a picture is in its refusal.
    """
    try:
        own = os.dup(2)
    except OSError:
        return  # closed already, so nothing can be seen anyway
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    sys.stderr = os.fdopen(own, "w", buffering=1, encoding=encoding, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def print_json(value: Any) -> None:
    """One JSON value, on standard output and nothing else; what a terminal would obey is written as escapes."""
    sys.stdout.write(harmless_json(value) + "\n")
    sys.stdout.flush()  # a full disk is noticed here, where it can be said


def fail(text: str, is_json: bool, code: int = EXIT_ERROR, **more: Any) -> NoReturn:
    """Say what is wrong and end with that exit code. more: what scripts can use besides the text."""
    if is_json:
        print_json({"error": text, **more})
    else:
        err.print(harmless(text), style="red", markup=False)
    raise SystemExit(code)


def fail_to_write(error: OSError) -> NoReturn:
    """Say that a file cannot be used or the output not be written, and end; what is still to be printed is dropped."""
    what = f"{error.filename} cannot be used" if error.filename else "The output cannot be written"
    said = f"{what}: {error.strerror or error}."
    err.print(harmless(said), style="red", markup=False)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python would try again at its end
    raise SystemExit(EXIT_ERROR)


@contextmanager
def explained(is_json: bool) -> Iterator[None]:
    """Errors inside the block become a sentence and an exit code, never a traceback."""
    try:
        yield
    except (KeyboardInterrupt, Cancelled):
        fail("Stopped. Finished work is saved.", is_json, EXIT_CANCELLED)
    except LabelsError as error:
        fail(str(error), is_json, offers=[asdict(offer) for offer in error.offers])
    except TellapartError as error:
        fail(str(error), is_json)
    except RuntimeError as error:  # a class that says nothing by itself
        if traceback.extract_tb(error.__traceback__)[-1].name != "expanduser":
            raise
        fail(
            "A path begins with ~, but nobody on this computer has the name after it, or this user has no home folder. "
            "Give the full path.",
            is_json,
        )


@contextmanager
def progress_bar(is_json: bool) -> Iterator[reports.Progress]:
    """A bar on a terminal, a line now and then into a file, silence with --json."""
    if is_json:
        yield reports.silent
        return
    if not err.is_terminal:
        yield ProgressLines()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def report(done: int, total: int, message: str) -> None:
            bar.update(task, completed=done, total=total or None, description=harmless(message)[:60])

        yield report


class ProgressLines:
    """Progress for whoever reads it later, in a file: what says how long it takes, at once, and a line each half
    minute. Short work has none. clock: seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._due_at = clock() + _LINE_EVERY_S
        self._steps_told: set[reports.Step] = set()

    def __call__(self, done: int, total: int, message: reports.Doing) -> None:
        now = self._clock()
        is_estimate = "left_s" in message.facts and message.step not in self._steps_told
        if is_estimate or now >= self._due_at:
            self._steps_told.add(message.step)
            self._due_at = now + _LINE_EVERY_S
            err.print(harmless(message), markup=False)
