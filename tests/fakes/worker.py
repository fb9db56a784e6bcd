"""The worker of a run, with the loopback servers for the web: `python tests/fakes/worker.py ADDRESSES.json RUN_DIR`."""

from __future__ import annotations

import contextlib
import json
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

PATIENCE_S = 600.0  # a server that a test holds is neither given up nor asked again

if __name__ == "__main__":
    from tellapart import worker
    from tellapart.web import client

    from fakes.web import local_web

    client.READ_S = client.CONNECT_S = PATIENCE_S

    bases = json.loads(Path(sys.argv[1]).read_text())
    # the bing that ddgs knows, since DuckDuckGo's own address cannot be changed
    with contextlib.suppress(ImportError):
        from ddgs.engines.bing_images import BingImages

        BingImages.search_url = bases["bing"] + "/images/async"
    worker.TASKS["gather"] = partial(worker.gather_task, web=local_web(bases, total_s=PATIENCE_S))
    sys.exit(worker.main(Path(sys.argv[2])))
