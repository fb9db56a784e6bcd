"""The worker of a run, which waits at its start while the project's folder has a file `hold`:
`python waiting_worker.py RUN_DIR`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tellapart import worker
from tellapart.runs import Run

HOLD = "hold"

if __name__ == "__main__":
    run = Run(Path(sys.argv[1]))
    while (run.project_dir / HOLD).exists():
        time.sleep(0.02)
    sys.exit(worker.main(run.run_dir))
