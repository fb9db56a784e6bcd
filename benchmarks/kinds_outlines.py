"""Outlines of `kinds.py`: street scenes (camvid), 80 to learn from and 26 of another stretch of film to measure on.

Beside fastai's unet_learner with the same encoder and weights, pictures, size and epochs. miou, fastai_miou:
mean over 11 classes of intersection over union, void left out. ratio: our seconds, from the project to the verified
ONNX file and its measurement, over theirs, from the files to the end of training.
Settings were chosen on parts of the 80, not on the 26. These are neighbouring frames of few drives: fair for a
comparison, optimistic as a score.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import machine
import numpy as np
import report
from tellapart.backbones.lite0.weights import weights_file
from tellapart.outlines.measuring import scores
from tellapart.outlines.project import create_outline_project
from tellapart.outlines.reading import read_outlines
from tellapart.outlines.training import EPOCHS, train_outlines

HERE = Path(__file__).resolve().parent
NAMES = (
    *("sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist"),
    "unlabelled",
)  # fmt: skip
VOID = 11
BATCH = 8  # of fastai, as in its course


def is_there(folder: Path) -> bool:
    """Whether the street scenes lie beside the folder of tables."""
    return all((_scenes(folder) / name).is_dir() for name in ("train", "train_masks", "val", "val_masks"))


def measured(folder: Path, seed: int, fastai_python: Path | None) -> dict[str, Any]:
    """The figures of outlines."""
    scenes = _scenes(folder)
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as work:
        project = create_outline_project(Path(work) / "p", read_outlines(scenes, str(VOID)))
        clock, worked = time.perf_counter(), time.process_time()
        found = train_outlines(project, seed=seed)
        seconds, cpu_seconds = time.perf_counter() - clock, time.process_time() - worked
    theirs: dict[str, Any] = {"fastai_miou": None, "fastai_seconds": None, "ratio": None}
    if fastai_python is not None:
        theirs = _theirs(scenes, seed, fastai_python)
        theirs["ratio"] = seconds / theirs["fastai_seconds"]
    return {
        "miou": found.scores.mean_iou,
        "interval": found.scores.to_json()["interval"],
        "pixel_accuracy": found.scores.pixel_accuracy,
        "baseline_miou": found.baseline.mean_iou,
        "baseline_pixel_accuracy": found.baseline.pixel_accuracy,
        "ious": dict(zip(NAMES, found.scores.ious, strict=False)),
        "epochs": EPOCHS,
        "n_learned": found.n_learned,
        "n_held_out": found.n_held_out,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        **theirs,
    }


def show(one: dict[str, Any]) -> None:
    """The table of outlines."""
    low, high = one["interval"]
    report.table(
        f"Outlines: {one['n_held_out']} street scenes, {one['epochs']} epochs over {one['n_learned']} others",
        ["", "mean IoU", "95 % interval", "pixels right", "seconds"],
        [
            [
                "tellapart", report.number(one["miou"], 3), f"{low:.3f} to {high:.3f}",
                report.percent(one["pixel_accuracy"]), report.number(one["seconds"], 1),
            ],
            [
                "fastai unet_learner", report.number(one["fastai_miou"], 3), "",
                report.percent(one.get("fastai_pixel_accuracy")), report.number(one["fastai_seconds"], 1),
            ],
            [
                "the commonest class of each place", report.number(one["baseline_miou"], 3), "",
                report.percent(one["baseline_pixel_accuracy"]), "",
            ],
        ],
        [f"Time beside fastai's: {report.number(one['ratio'], 2)}."],
    )  # fmt: skip


def _scenes(folder: Path) -> Path:
    return folder.parent / "camvid"


def _theirs(scenes: Path, seed: int, fastai_python: Path) -> dict[str, Any]:
    parts = [("train", False), ("val", True)]
    files = [(path, is_valid) for name, is_valid in parts for path in sorted((scenes / name).glob("*.jpg"))]
    job = {
        "files": [str(path) for path, _ in files],
        "masks": [str(path.parent.with_name(f"{path.parent.name}_masks") / f"{path.stem}.png") for path, _ in files],
        "is_valid": [is_valid for _, is_valid in files],
        "codes": list(NAMES), "n_classes": VOID, "void": VOID, "n_epochs": EPOCHS, "batch": BATCH, "seed": seed,
        "weights": str(weights_file()),
    }  # fmt: skip
    answer = machine.python_worker(HERE / "fastai_outlines_worker.py", job, fastai_python)
    theirs = scores(np.array(answer["confusions"]))
    return {
        "fastai_miou": theirs.mean_iou,
        "fastai_interval": theirs.to_json()["interval"],
        "fastai_pixel_accuracy": theirs.pixel_accuracy,
        "fastai_seconds": answer["seconds"],
        "fastai": answer["versions"],
    }
