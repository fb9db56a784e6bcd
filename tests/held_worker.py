"""The worker of a run, held in the midst of its work until somebody lets it go on: `python held_worker.py RUN_DIR`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tellapart import worker
from tellapart.progress import Doing
from tellapart.runs import Run

HELD_AT = 150
COMMAND = (__file__,)  # for runs.WORKER


class HeldReporter(worker.Reporter):
    """Tells where it is held, and from then on looks at every step whether it is to stop."""

    def __call__(self, done: int, total: int, message: Doing) -> None:
        if done == HELD_AT:
            self.write(done=done, total=total, step=message.step, message=message)
            while not (self._run.run_dir / "go on").exists():
                time.sleep(0.01)
        if done >= HELD_AT:
            self._last = 0.0
        super().__call__(done, total, message)


def let_go(run: Run) -> None:
    (run.run_dir / "go on").touch()


if __name__ == "__main__":
    worker.Reporter = HeldReporter
    sys.exit(worker.main(Path(sys.argv[1])))
