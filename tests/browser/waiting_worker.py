"""The worker of a run, which waits at its start while the project's folder has a file `hold`, and once networks have
learned a little while it has one `hold while learning`: `python waiting_worker.py RUN_DIR`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tellapart import worker
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.progress import Doing
from tellapart.runs import Run

HOLD, HOLD_LEARNING = "hold", "hold while learning"


class WaitingReporter(worker.Reporter):
    """Waits after it has surely told how a network learns."""

    def __call__(self, done: int, total: int, message: Doing) -> None:
        super().__call__(done, total, message)
        curve, hold = TuningCurve.from_json(message.facts.get("curve")), self._run.project_dir / HOLD_LEARNING
        if curve is not None and curve.place[1] and hold.exists():
            self.write(done=done, total=total, step=message.step, message=message, facts=message.facts)
            while hold.exists():
                time.sleep(0.02)


if __name__ == "__main__":
    run = Run(Path(sys.argv[1]))
    while (run.project_dir / HOLD).exists():
        time.sleep(0.02)
    worker.Reporter = WaitingReporter
    sys.exit(worker.main(run.run_dir))
