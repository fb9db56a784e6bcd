"""How far long work is and how long it will still take: one line of a notebook's cell, or of a terminal, which changes
as it goes."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from rich.console import Console
from rich.errors import LiveError
from rich.live import Live
from rich.text import Text

from tellapart.errors import Interrupted

if TYPE_CHECKING:
    from tellapart.network.data.data import Data

_EVERY_S = 0.25
_WIDTH = 20  # characters of the bar


class LiveLine:
    """A line for the time of a with-block. In a notebook it stands above what is printed meanwhile, and says at the end
    how long it took; in a terminal it stands below, and goes at the end. Elsewhere nothing is shown.

    n: steps to be done. doing: what they are, in words.
    """

    def __init__(self, doing: str, n: int, shows: bool = True) -> None:
        self._doing, self._n, self._done = doing, n, 0
        self._place = _place() if shows else None
        self._began = self._told = time.monotonic()

    def __enter__(self) -> LiveLine:
        if self._place is not None:
            self._place.begin(f"{self._doing} …")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        took = f"{time.monotonic() - self._began:.0f} s"
        if self._place is not None:
            self._place.end(f"{self._doing}: {'done in' if kind is None else 'stopped after'} {took}")

    def add(self, n: int = 1) -> None:
        """So many more steps are done."""
        self._done = min(self._done + n, self._n)
        now = time.monotonic()
        if self._place is not None and now - self._told >= _EVERY_S and self._done:
            self._told = now
            n_full = _WIDTH * self._done // self._n
            bar = "█" * n_full + "░" * (_WIDTH - n_full)
            share = 100 * self._done / self._n
            left = time_left(now - self._began, self._done, self._n) if self._done < self._n else ""
            self._place.change(f"{self._doing}: {bar} {share:.0f} %{left}")


class _Cell:
    """A line in the output of a notebook's cell. shell: IPython's."""

    def __init__(self, shell: Any) -> None:
        self._shell, self._name = shell, {"display_id": uuid4().hex}

    def begin(self, text: str) -> None:
        self._show(text, is_new=True)

    def change(self, text: str) -> None:
        self._show(text)

    end = change

    def _show(self, text: str, is_new: bool = False) -> None:
        self._shell.display_pub.publish(
            data={"text/plain": text}, metadata={}, transient=self._name, update=not is_new
        )


class _Terminal:
    """The last line of a terminal; what is printed meanwhile stands above it."""

    def __init__(self) -> None:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        is_there_too = sys.stdout.isatty()  # else what is printed goes to a file, past this line
        self._live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=is_there_too)

    def begin(self, text: str) -> None:
        with contextlib.suppress(LiveError):  # another line lives there, of the person's own program
            self._live.start()
            self.change(text)

    def change(self, text: str) -> None:
        if self._live.is_started:
            self._live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)

    def end(self, _: str) -> None:
        self._live.stop()


@contextmanager
def watched(data: Data, doing: str, n_steps: int, costs: int, shows: bool) -> Iterator[None]:
    """A block in which a line counts the batches of the data as they are used. costs: steps of one that teaches."""
    train, valid = data.train, data.valid
    usual = train.seen, valid.seen
    with LiveLine(doing, n_steps, shows) as line:
        train.seen, valid.seen = partial(line.add, costs), line.add
        try:
            yield
        finally:
            train.seen, valid.seen = usual


@contextmanager
def interruption_told() -> Iterator[None]:
    """A block after which everything is as before where the person interrupts it, which is then told.

    Raises:
        Interrupted: it was.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("The network is as it was before.") from None


def time_left(seconds: float, done: int, total: int) -> str:
    """For the end of a sentence, for instance ", about 12 s left", where so many steps took so long."""
    left = seconds / done * (total - done)
    return f", about {left / 60:.0f} min left" if left >= 90 else f", about {max(1, left):.0f} s left"


def _place() -> _Cell | _Terminal | None:
    """Where a line can be shown: IPython, while a cell of a notebook is run, is what core neither imports nor needs."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if hasattr(shell, "kernel"):
        return _Cell(shell)
    speaks = (getattr(sys.stderr, "encoding", None) or "").lower().startswith("utf")
    return _Terminal() if speaks and sys.stderr.isatty() else None
