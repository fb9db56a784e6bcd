"""Thousands of damaged pictures through everything that opens pictures: each is used or refused, and costs little.

    python benchmarks/fuzz_pictures.py --pictures 5000 --seed 20261128

The opener, intake, Predictor and the golden pictures of a bundle all see each picture, in child processes whose memory
is watched. What counts: exceptions other than refusals, the longest time and the most memory of one picture, and
processes that died.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import report
from made_pictures import make_pictures
from tellapart.gather import take_in
from tellapart.store.project import create_project
from tellapart.train import train_head

WORKER = Path(__file__).with_name("fuzz_worker.py")
MAX_S, MAX_MB = 10.0, 1000.0
_PATIENCE_S = (
    120.0  # wall time for one picture; what it took is measured in the child as time on the processor
)


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(
        description="Damaged pictures through opener, intake, Predictor and bundle."
    )
    parser.add_argument("--pictures", type=int, default=5000, help="so many damaged pictures")
    parser.add_argument("--seed", type=int, default=20261128, help="the same seed, the same pictures")
    parser.add_argument("--first", type=int, default=0, help="leave out the pictures before this number")
    options = parser.parse_args()
    report.machine_line()
    with tempfile.TemporaryDirectory(prefix="tellapart-fuzz-") as folder:
        scratch = Path(folder)
        os.environ["TELLAPART_CACHE"] = str(scratch / "cache")
        make_pictures(scratch / "made", 48, n_labels=2)
        with create_project(scratch / "project") as project:
            take_in(project, scratch / "made")
            bundle_dir = train_head(project).bundle_dir
        result = _run(options, bundle_dir, scratch)
    _show(result, options)
    report.finish(result)
    sys.exit(0 if not result["exceptions"] and not result["died"] and not result["over"] else 1)


def _run(options: argparse.Namespace, bundle_dir: Path, scratch: Path) -> dict[str, Any]:
    """What became of all pictures; a child that dies is followed by another, from the next picture on."""
    seed, n_pictures = options.seed, options.pictures
    result: dict[str, Any] = {
        "seed": seed, "pictures": 0, "used": 0, "refused": 0, "kinds": {}, "exceptions": [], "died": [], "over": [],
        "longest_s": 0.0, "most_mb": 0.0, "refusals": {},
    }  # fmt: skip
    kinds: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    number = options.first
    while number < n_pictures:
        job = {
            "seed": seed,
            "first": number,
            "last": n_pictures,
            "bundle": str(bundle_dir),
            "scratch": str(scratch),
        }
        child = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(json.dumps(job))
        child.stdin.close()
        while True:
            watch = threading.Timer(_PATIENCE_S, child.kill)
            watch.start()
            line = child.stdout.readline()
            watch.cancel()
            if not line.startswith("{"):
                break
            said = json.loads(line)
            number = said["number"] + 1
            kinds[said["kind"]] += 1
            result["used" if said["reason"] is None else "refused"] += 1
            if said["reason"] is not None:
                reasons[said["reason"][:60]] += 1
            result["exceptions"] += said["exceptions"]
            result["longest_s"] = max(result["longest_s"], said["s"])
            result["most_mb"] = max(result["most_mb"], said["mb"])
            if number % 500 == 0:
                print(
                    f"{number} of {n_pictures}: {len(result['exceptions'])} exceptions, {len(result['over'])} over"
                )
            if said["s"] > MAX_S or said["mb"] > MAX_MB:
                result["over"].append({"number": said["number"], "s": said["s"], "mb": said["mb"]})
        if child.wait() == 1:  # Python itself: the child has a fault of its own
            sys.exit("fuzz_worker.py ended with an error; run it alone to see which.")
        if child.returncode != 0:
            result["died"].append({"number": number, "code": child.returncode})
            number += 1
    result["pictures"], result["kinds"] = sum(kinds.values()), dict(kinds)
    result["refusals"] = dict(reasons.most_common(12))
    return result


def _show(result: dict[str, Any], options: argparse.Namespace) -> None:
    rows = [
        ["used", str(result["used"])],
        ["refused", str(result["refused"])],
        ["exceptions that are no refusals", str(len(result["exceptions"]))],
        ["processes that died", str(len(result["died"]))],
        [f"over {MAX_S:.0f} s or {MAX_MB:.0f} MB", str(len(result["over"]))],
        ["longest of one picture, processor", report.number(result["longest_s"], 2, " s")],
        ["most memory of a process", report.number(result["most_mb"], 0, " MB")],
    ]
    report.table(
        f"{options.pictures} damaged pictures, seed {options.seed}", ["what became of them", ""], rows
    )
    for found in (result["exceptions"] + result["died"] + result["over"])[:20]:
        print(found)


if __name__ == "__main__":
    main()
