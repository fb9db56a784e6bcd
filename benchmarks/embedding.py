"""Looking at many pictures: the product's embeddings, from files, beside bare ONNX Runtime on pixels decoded before.

    python benchmarks/embedding.py --data FOLDER

Ours opens, checks the hash, decodes, embeds and caches every picture; the bare side only calls a session, with so many
pictures a call (--batches): one session as ONNX Runtime comes, whose calls share the cores, and one whose calls have a
core each, as many at a time as there are cores. In turn, each from a cold cache. The share is our pictures a second
over the bare side's, with what is quickest, and with each. The limit is what Pillow's quickest decode and the bare call
make together, see limit.py.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import machine
import numpy as np
import onnxruntime
import picture_sets
import report
from limit import limit_s, parts, quiet_session, square
from tellapart.backbones.catalogue import Backbone, load_backbone
from tellapart.backbones.embeddings import embed
from tellapart.backbones.onnx_session import available_cpus
from tellapart.gather import take_in
from tellapart.store.project import Project, create_project


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Embeddings of a project beside bare ONNX Runtime.")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the picture sets, unpacked or as .tgz"
    )
    parser.add_argument("--set", default="bears_web", help="name of a set")
    parser.add_argument("--sizes", default="160,192,224", help="sides in pixels, joined by commas")
    parser.add_argument("--rounds", type=int, default=5, help="how often each takes its turn")
    parser.add_argument("--batches", default="1,2,4,16", help="pictures in a bare call, joined by commas")
    options = parser.parse_args()
    batches = list(map(int, options.batches.split(",")))
    report.machine_line()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        os.environ["TELLAPART_CACHE"] = str(scratch / "cache")
        pictures = picture_sets.class_folders(options.data.absolute(), options.set, scratch)
        with create_project(scratch / "project") as project:
            take_in(project, pictures)
            for size_px in map(int, options.sizes.split(",")):
                backbone = load_backbone(size_px=size_px)
                result[str(size_px)] = _measure(project, backbone, options.rounds, batches)
    rows: list[list[str]] = []
    shares_of_each: list[list[str]] = []
    for size in options.sizes.split(","):
        one = result[size]
        figures = [report.number(one[key], 1) for key in ("ours_per_s", "limit_per_s", "bare_per_s")]
        shares = [report.percent(one[key]) for key in ("share", "share_of_limit")]
        rows.append([size, *figures, *shares, report.number(one["peak_mb"], 0)])
        for called, batch, share in one["shares"]:
            per_s = report.number(one["ours_per_s"] / share, 1)
            shares_of_each.append([size, called, str(batch), per_s, report.percent(share)])
    report.table(
        f"Every picture of {options.set}: pictures a second, median of {options.rounds} turns",
        [
            "px",
            "ours, from files",
            "limit, from files",
            "bare, quickest",
            "of bare",
            "of the limit",
            "peak MB",
        ],
        rows,
    )
    columns = ["px", "calls", "pictures in a call", "pictures a second", "ours of it"]
    report.table("Bare calls", columns, shares_of_each)
    report.finish(result)


def _measure(project: Project, backbone: Backbone, n_rounds: int, batches: list[int]) -> dict[str, Any]:
    pictures = project.manifest.pictures()
    quiet = quiet_session(backbone.onnx)
    usual = onnxruntime.InferenceSession(backbone.onnx, providers=["CPUExecutionProvider"])
    pixels = np.stack([square(project.file(picture), backbone.preprocess) for picture in pictures])
    ours, limit, bare = [], [], defaultdict(list)
    for _ in range(n_rounds):
        shutil.rmtree(project.cache_dir / "embeddings", ignore_errors=True)
        ours.append(_seconds(partial(embed, project, backbone, pictures)))
        limit.append(limit_s(project, backbone))
        for size in batches:
            bare["a core each", size].append(_seconds(partial(_side_by_side, quiet, parts(pixels, size))))
            bare["as it comes", size].append(_seconds(partial(_in_turn, usual, parts(pixels, size))))
    ours_per_s, limit_per_s = (len(pictures) / statistics.median(times) for times in (ours, limit))
    bare_per_s = {way: len(pictures) / statistics.median(times) for way, times in bare.items()}
    quickest = max(bare_per_s, key=lambda way: bare_per_s[way])
    return {
        "ours_per_s": ours_per_s, "limit_per_s": limit_per_s, "bare_per_s": bare_per_s[quickest],
        "share": ours_per_s / bare_per_s[quickest], "share_of_limit": ours_per_s / limit_per_s, "quickest": quickest,
        "shares": [[*way, ours_per_s / per_s] for way, per_s in bare_per_s.items()],
        "n_pictures": len(pictures), "peak_mb": machine.peak_mb(),
    }  # fmt: skip


def _side_by_side(session: onnxruntime.InferenceSession, batches: list[np.ndarray]) -> None:
    with ThreadPoolExecutor(available_cpus()) as pool:
        list(pool.map(lambda batch: session.run(None, {"pixels": batch}), batches))


def _in_turn(session: onnxruntime.InferenceSession, batches: list[np.ndarray]) -> None:
    for batch in batches:
        session.run(None, {"pixels": batch})


def _seconds(work: Callable[[], object]) -> float:
    clock = time.perf_counter()
    work()
    return time.perf_counter() - clock


if __name__ == "__main__":
    main()
