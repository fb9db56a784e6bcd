"""Looking at many pictures: the product's embeddings, from files, beside bare ONNX Runtime on pixels decoded before.

    python benchmarks/embedding.py --data FOLDER

Ours opens, checks the hash, decodes, embeds and caches every picture; the bare side only calls the session, on all
cores. In turn, each from a cold cache. The share is our pictures a second over the bare side's. The limit is what
Pillow's quickest decode and the bare call make together, see limit.py.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import machine
import numpy as np
import picture_sets
import report
from limit import BATCH, limit_s, quiet_session, square
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
    options = parser.parse_args()
    report.machine_line()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        os.environ["TELLAPART_CACHE"] = str(scratch / "cache")
        pictures = picture_sets.class_folders(options.data.absolute(), options.set, scratch)
        with create_project(scratch / "project") as project:
            take_in(project, pictures)
            for size_px in map(int, options.sizes.split(",")):
                result[str(size_px)] = _measure(project, load_backbone(size_px=size_px), options.rounds)
    rows = []
    for size in options.sizes.split(","):
        one = result[size]
        figures = [report.number(one[key], 1) for key in ("ours_per_s", "limit_per_s", "bare_per_s")]
        shares = [report.percent(one[key]) for key in ("share", "share_of_limit")]
        rows.append([size, *figures, *shares, report.number(one["peak_mb"], 0)])
    report.table(
        f"Every picture of {options.set}: pictures a second, median of {options.rounds} turns",
        [
            "px",
            "ours, from files",
            "limit, from files",
            "bare, from pixels",
            "of bare",
            "of the limit",
            "peak MB",
        ],
        rows,
    )
    report.finish(result)


def _measure(project: Project, backbone: Backbone, n_rounds: int) -> dict[str, Any]:
    pictures = project.manifest.pictures()
    session = quiet_session(backbone.onnx)
    pixels = np.stack([square(project.file(picture), backbone.preprocess) for picture in pictures])
    ours, limit, bare = [], [], []
    for _ in range(n_rounds):
        shutil.rmtree(project.cache_dir / "embeddings", ignore_errors=True)
        clock = time.perf_counter()
        n_computed = embed(project, backbone, pictures).n_computed
        ours.append(n_computed / (time.perf_counter() - clock))
        limit.append(len(pictures) / limit_s(project, backbone))
        clock = time.perf_counter()
        with ThreadPoolExecutor(available_cpus()) as pool:
            batches = [pixels[i : i + BATCH] for i in range(0, len(pixels), BATCH)]
            list(pool.map(lambda batch: session.run(None, {"pixels": batch}), batches))
        bare.append(len(pixels) / (time.perf_counter() - clock))
    ours_per_s, limit_per_s, bare_per_s = map(statistics.median, (ours, limit, bare))
    return {
        "ours_per_s": ours_per_s, "limit_per_s": limit_per_s, "bare_per_s": bare_per_s,
        "share": ours_per_s / bare_per_s, "share_of_limit": ours_per_s / limit_per_s,
        "n_pictures": len(pictures), "peak_mb": machine.peak_mb(),
    }  # fmt: skip


if __name__ == "__main__":
    main()
