"""How far long work is and how long it will still take: one line of a notebook's cell, which changes as it goes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tellapart.errors import Interrupted

if TYPE_CHECKING:
    from tellapart.network.data.data import Data

_EVERY_S = 0.25
_WIDTH = 20  # characters of the bar


class LiveLine:
    """A line for the time of a with-block, above what is printed in it; elsewhere than in a notebook nothing is shown.

    n: steps to be done. doing: what they are, in words.
    """

    def __init__(self, doing: str, n: int, shows: bool = True) -> None:
        self._doing, self._n, self._done = doing, n, 0
        self._shell = _notebook() if shows else None
        self._name = {"display_id": uuid4().hex}
        self._began = self._told = time.monotonic()

    def __enter__(self) -> LiveLine:
        self._show(f"{self._doing} …", is_new=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        took = f"{time.monotonic() - self._began:.0f} s"
        self._show(f"{self._doing}: {'done in' if kind is None else 'stopped after'} {took}")

    def add(self, n: int = 1) -> None:
        """So many more steps are done."""
        self._done = min(self._done + n, self._n)
        now = time.monotonic()
        if now - self._told >= _EVERY_S and self._done:
            self._told = now
            n_full = _WIDTH * self._done // self._n
            bar = "█" * n_full + "░" * (_WIDTH - n_full)
            share = 100 * self._done / self._n
            left = time_left(now - self._began, self._done, self._n) if self._done < self._n else ""
            self._show(f"{self._doing}: {bar} {share:.0f} %{left}")

    def _show(self, text: str, is_new: bool = False) -> None:
        if self._shell is not None:
            self._shell.display_pub.publish(
                data={"text/plain": text}, metadata={}, transient=self._name, update=not is_new
            )


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


def _notebook() -> Any:
    """IPython's shell while a cell of a notebook is run, which core neither imports nor needs; else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None
