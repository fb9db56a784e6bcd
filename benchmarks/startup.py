"""What a visitor of the Classify page waits for and what the page costs: import time, memory of its kernel; and how
long a classifier takes to be trained again after one relabel.

    python benchmarks/startup.py

Import times are of fresh processes. The kernel is a real Jupyter kernel that shows the Classify page and classifies
pictures. The relabel is of one in 1,000 made embeddings of ten classes, as a backbone with 1,280 numbers gives them.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import machine
import numpy as np
import psutil
import report
from made_pictures import made_embeddings, make_pictures
from tellapart.gather import take_in
from tellapart.learning.calibration import fit_calibration
from tellapart.learning.evaluation import evaluate
from tellapart.learning.folds import assign_folds
from tellapart.learning.head import fit_head, refit_head
from tellapart.learning.novelty import fit_novelty
from tellapart.store.project import create_project
from tellapart.train import train_head

_HANGS_S = 600.0
IMPORT = """
import json, sys, time
clock = time.perf_counter()
import {module}
seconds = time.perf_counter() - clock
print(json.dumps({{"seconds": seconds, "torch": "torch" in sys.modules,
    "heavy": sorted({{"torch", "scipy", "onnx", "sqlite3"}} & set(sys.modules))}}))
"""
SHOW_PAGE = """
import asyncio, shutil, uuid
from pathlib import Path
from tellapart_dashboards.app.studio import classify_page
page = classify_page({project!r})
display(page)
[steps] = [one for one in page.children if hasattr(one, "is_drawn")]
steps.is_drawn = True  # as a browser says it
def uploads(widget):
    # those in it that take files; gc.get_objects() would break a tuple that a thread is just making
    inner = [found for child in getattr(widget, "children", ()) for found in uploads(child)]
    return inner + ([widget] if type(widget).__name__ == "UploadWidget" else [])
while not (found := uploads(page)):
    # the page fills itself after its first paint; nothing is imported here, and a look every 10 ms would hold it up
    await asyncio.sleep(0.1)
from tellapart_dashboards.widgets.upload.upload import UploadedFile
state = found[0]._on_batch.__self__
await state.warm_up()
assert state.stage == "ready" and not state.message, state.message
"""
VISIT = """
batch = state.uploads_dir / uuid.uuid4().hex
batch.mkdir(parents=True)
paths = [Path(shutil.copyfile(file, batch / Path(file).name)) for file in {files!r}]
state.take_upload(batch, [UploadedFile(path, path.name, (), path.stat().st_size) for path in paths])
while state.n_left:
    await asyncio.sleep(0.01)
assert not state.message, state.message
"""


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(
        description="Import time, memory of a Classify page's kernel, retraining."
    )
    parser.add_argument("--runs", type=int, default=10, help="fresh processes to import in")
    parser.add_argument("--rows", type=int, default=1000, help="cached pictures of the retraining")
    options = parser.parse_args()
    report.machine_line()
    result = {"import": _import(options.runs), "kernel": _kernel(), "retrain": _retrain(options.rows)}
    _show(result, options)
    report.finish(result)


def _import(n_runs: int) -> dict[str, Any]:
    found = {}
    for module in ("tellapart.classify", "tellapart.vision"):
        command = [sys.executable, "-c", IMPORT.format(module=module)]
        runs = [machine.run_worker(command) for _ in range(n_runs)]
        found[module] = {
            "seconds": statistics.median(run["seconds"] for run in runs),
            "quickest_s": min(run["seconds"] for run in runs),
            "has_torch": any(run["torch"] for run in runs),
            "also_imports": runs[0]["heavy"],
        }
    return found


def _kernel() -> dict[str, float] | None:
    """MB a Classify page's kernel holds: bare, with the page, after one and after fifty pictures."""
    if any(
        importlib.util.find_spec(name) is None
        for name in ("jupyter_client", "ipykernel", "tellapart_dashboards")
    ):
        print("No kernel measured: the studio is not installed here (pip install 'tellapart[studio]').")
        return None
    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.connect import write_connection_file

    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        files = [str(path) for path in make_pictures(Path(folder) / "pictures", 60, n_labels=3, side_px=320)]
        with create_project(Path(folder) / "project") as project:
            take_in(project, Path(folder) / "pictures")
            train_head(project)
        steps = {
            "page": SHOW_PAGE.format(project=str(project.root)),
            "one": VISIT.format(files=files[:1]),
            "fifty": VISIT.format(files=files[:50]),
        }
        connection, _ = write_connection_file(f"{folder}/kernel.json")
        command = [sys.executable, "-m", "tellapart_dashboards.app.page_kernel", "-f", connection]
        kernel = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = BlockingKernelClient(connection_file=connection)
        try:
            client.load_connection_file()
            client.hb_channel.time_to_dead = _HANGS_S  # else one that takes a second to start counts as dead
            client.start_channels()
            client.wait_for_ready(timeout=_HANGS_S)
            process = psutil.Process(kernel.pid)
            held = {"bare_mb": machine.resident_mb(process)}
            for name, code in steps.items():
                clock = time.perf_counter()
                reply = client.execute_interactive(code, timeout=_HANGS_S, output_hook=lambda message: None)[
                    "content"
                ]
                if reply["status"] != "ok":
                    raise RuntimeError(f"The kernel failed at {name!r}: {reply['ename']}: {reply['evalue']}")
                held[f"{name}_s"] = time.perf_counter() - clock
                held[f"{name}_mb"] = machine.resident_mb(process)
            return held
        finally:
            client.stop_channels()
            kernel.kill()
            kernel.wait()


def _retrain(n_rows: int) -> dict[str, float]:
    """Median ms of a fit after one relabel, from the last fit; and of its parts and a fit from scratch."""
    embeddings, targets = made_embeddings(n_rows + n_rows // 4, 1280, 10)
    held_out, checked = embeddings[n_rows:], targets[n_rows:]
    embeddings, targets = embeddings[:n_rows], targets[:n_rows]
    names = [str(i) for i in range(len(held_out))]
    clock = time.perf_counter()
    groups = [str(i) for i in range(n_rows)]
    last = fit_head(embeddings, targets, 10, assign_folds(targets, groups))
    ms: dict[str, list[float]] = {"from_scratch": [time.perf_counter() - clock]}
    rng = np.random.default_rng(1)
    for i in rng.permutation(n_rows)[:20]:
        targets = targets.copy()
        targets[i] = (targets[i] + 1) % 10
        clock = time.perf_counter()
        last = refit_head(targets, last)
        marks = {"head": time.perf_counter() - clock}
        calibration = fit_calibration(last.oof_logits, targets, last.folds, groups, "project")
        marks["head_and_calibration"] = time.perf_counter() - clock
        novelty = fit_novelty(embeddings, targets, 10, last.folds)
        marks["with_novelty"] = time.perf_counter() - clock
        probs = calibration.probs(last.head.logits(held_out))
        evaluate(
            probs,
            checked,
            novelty.model.novelty(held_out) > novelty.threshold,
            [str(k) for k in range(10)],
            names,
            names,
            names,
        )
        marks["all"] = time.perf_counter() - clock
        for name, seconds in marks.items():
            ms.setdefault(name, []).append(seconds)
    return {
        "n_rows": n_rows,
        **{f"{name}_ms": 1000 * statistics.median(seconds) for name, seconds in ms.items()},
    }


def _show(result: dict[str, Any], options: argparse.Namespace) -> None:
    rows = [
        [
            f"import {name}",
            f"{one['seconds']:.3f} s",
            f"quickest {one['quickest_s']:.3f} s, {'WITH' if one['has_torch'] else 'without'} torch",
        ]
        for name, one in result["import"].items()
    ]
    if kernel := result["kernel"]:
        rows += [
            ["kernel, bare", f"{kernel['bare_mb']:.0f} MB", ""],
            [
                "kernel with the Classify page",
                f"{kernel['page_mb']:.0f} MB",
                f"{kernel['page_s']:.2f} s to show it",
            ],
            ["… after 1 picture", f"{kernel['one_mb']:.0f} MB", ""],
            ["… after 50 more", f"{kernel['fifty_mb']:.0f} MB", f"{kernel['fifty_s']:.2f} s for the 50"],
        ]
    again = result["retrain"]
    rows += [
        [f"again after 1 relabel in {again['n_rows']:,}: head", f"{again['head_ms']:.1f} ms", "median of 20"],
        ["… with its calibration", f"{again['head_and_calibration_ms']:.1f} ms", ""],
        ["… and the line for none of these", f"{again['with_novelty_ms']:.1f} ms", ""],
        ["… and evaluation", f"{again['all_ms']:.1f} ms", ""],
        ["from scratch: head", f"{again['from_scratch_ms']:.1f} ms", "once"],
    ]
    report.table(
        f"Start and retraining; imports: median of {options.runs} fresh processes",
        ["what", "figure", "note"],
        rows,
    )


if __name__ == "__main__":
    main()
