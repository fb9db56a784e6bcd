"""Thorough trainings that are short: fewer views and epochs than the product takes. Here the way counts, not how far it
leads. Networks learn side by side as on two cores, one thread each, which gives the same bits everywhere.

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
from tellapart.errors import Cancelled
from tellapart.network import tuning_door
from tellapart.network.tuning import cores
from tellapart.network.tuning.steps import TuningSettings
from tellapart.progress import Doing, Step
from tellapart.train import TrainConfig
from tellapart.train.mixing import Choice

THOROUGH = TrainConfig(recipe="thorough")
HELD_AT = 0.6  # of the tuning
COMMAND = (__file__,)  # for runs.WORKER


def make_short(put: Callable[[object, str, object], None] = setattr) -> None:
    """In this process, for good or as long as a patch lasts."""
    put(tuning_door, "TuningSettings", partial(TuningSettings, n_epochs=2, n_views=2))
    put(cores, "available_cpus", lambda: 2)


def always(share):
    """Takes that share of the tuned weights, whatever the comparison says: there is little to gain on shapes."""

    def choose(oof_logits, targets, folds, groups):
        n_wrong = {one: int((logits.argmax(axis=1) != targets).sum()) for one, logits in oof_logits.items()}
        return Choice(share, len(targets), n_wrong, dict.fromkeys(n_wrong, 0.0), 0, 0)

    return choose


def stopping(when):
    """Progress that does something once a share of the tuning is done."""
    state = {"done": False}

    def progress(done, total, said):
        if said.step == Step.TUNING and when[0] <= done / total and not state["done"]:
            state["done"] = True
            when[1]()

    return progress


def cancel():
    """What somebody does who stops it."""
    raise Cancelled("Stopped.")


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
