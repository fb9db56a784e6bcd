"""Thorough trainings that are short: fewer views and epochs than the product takes, in one thread. Here the way counts,
not how far it leads; beside other tests the threads of one would wait for each other, and one gives the same bits.

As a program it is the worker of a run: `python short_tuning.py RUN_DIR`. With TEST_HELD in its environment it waits in
the midst of the tuning to be killed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tellapart import worker
from tellapart.network import tuning_door
from tellapart.network.tuning import folds
from tellapart.network.tuning.steps import TuningSettings
from tellapart.progress import Doing, Step

HELD_AT = 0.6  # of the tuning
COMMAND = (__file__,)  # for runs.WORKER


def make_short(put: Callable[[object, str, object], None] = setattr) -> None:
    """In this process, for good or as long as a patch lasts."""
    put(tuning_door, "TuningSettings", partial(TuningSettings, n_epochs=2, n_views=2))
    put(folds, "available_cpus", lambda: 1)


class HeldReporter(worker.Reporter):
    """Tells where it is held."""

    def __call__(self, done: int, total: int, message: Doing) -> None:
        if message.step == Step.TUNING and done >= HELD_AT * total:
            self.write(done=done, total=total, step=message.step, message=message)
            time.sleep(600)
            raise TimeoutError("nobody killed it")
        super().__call__(done, total, message)


if __name__ == "__main__":
    if "TEST_HELD" in os.environ:
        worker.Reporter = HeldReporter
    make_short()
    sys.exit(worker.main(Path(sys.argv[1])))
