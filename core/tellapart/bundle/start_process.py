"""The process that measures what a start costs: it loads a bundle and classifies its golden pictures.

Run as `python -m tellapart.bundle.start_process BUNDLE`; it says one JSON object and ends.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Measure the bundle named on the command line."""
    bundle_dir = Path(sys.argv[1])
    answer: dict[str, Any]
    began = time.perf_counter()
    from tellapart.errors import TellapartError

    try:
        answer = _measured(bundle_dir, began)
    except TellapartError as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer))


def _measured(bundle_dir: Path, began: float) -> dict[str, Any]:
    from tellapart.bundle.loading import load_bundle
    from tellapart.bundle.trial import is_remembered
    from tellapart.pictures.images import load_pixels
    from tellapart.safe_paths import path_inside

    was_tried = is_remembered(bundle_dir)
    bundle = load_bundle(bundle_dir)  # classifies the golden pictures, or raises
    start_s = time.perf_counter() - began
    clock = time.perf_counter()
    for golden in bundle.golden:
        bundle.run(load_pixels(path_inside(bundle.bundle_dir, golden.file), bundle.preprocess)[None])
    picture_s = (time.perf_counter() - clock) / len(bundle.golden)
    return {
        "was_tried": was_tried,
        "start_s": start_s,
        "picture_s": picture_s,
        "peak_mb": peak_mb(),
        "n_golden": len(bundle.golden),
    }


def peak_mb() -> float:
    """The most memory this process has held so far, in MB."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    for line in lines:  # getrusage would begin with what the process that started this one held
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024 / 1e6
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6  # bytes there, kilobytes elsewhere


if __name__ == "__main__":
    main()
