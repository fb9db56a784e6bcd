"""The worker of a run for whom GitHub is on this machine: `python publishing_worker.py RUN_DIR`. TEST_GITHUB: where."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from tellapart import worker
from tellapart.deploy.publishing.services import Services
from tellapart.web.addresses import AddressGuard

if __name__ == "__main__":
    address = os.environ["TEST_GITHUB"]
    services = Services(f"{address}/api", f"{address}/git", AddressGuard(may_be_local=True))
    worker.TASKS["publish"] = partial(worker.publish_task, services=services)
    sys.exit(worker.main(Path(sys.argv[1])))
