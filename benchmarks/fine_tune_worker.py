"""Our side of fine_tune.py, in a process of its own: reads a JSON job on standard input, prints a JSON result.

Timed is what a person waits for, from the folder on: `new`, then `train` by the job's recipe with a cold cache, up to
the scores and the finished bundle. For thorough training the limit is what its views, steps and looks alone take, tried
on a few of them beforehand as the product does to say how long it will take; said is what it says itself, bundle and
all.

Quick training is also read twice, the picture and its mirror image, with the log probabilities added: the bar that
thorough training has to pass. Not timed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import machine
import numpy as np
import tellapart
from tellapart.classify import Predictor
from tellapart.duplicates import near_duplicates  # noqa: F401  imported late by nobody, named here to be outside the times
from tellapart.gather import take_in
from tellapart.progress import Doing, Step
from tellapart.store.project import Project, create_project
from tellapart.train import TrainConfig, TrainResult, train_head

if len(sys.argv) > 1:  # a thorough one: torch is imported before the clock starts, as fastai's is
    import torch._dynamo  # noqa: F401  by torch's optimizers late, by fastai at once
    from tellapart.network import tuning_door  # noqa: F401


def main() -> None:
    """One job."""
    imports_s = machine.age_s()
    job = json.load(sys.stdin)
    config = TrainConfig(split="random", seed=job["seed"], valid=job["valid"], recipe=job["recipe"])
    told: dict[str, float] = {}

    def listen(done: int, total: int, said: Doing) -> None:
        if said.step == Step.TUNING and not told:
            told.update(said=said.facts["total_s"], limit=total / 10)  # it counts tenths of seconds

    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as scratch:
        started = time.perf_counter()
        with create_project(Path(scratch) / "project") as project:
            take_in(project, Path(job["folder"]))
            result = train_head(project, config, listen)
            total_s = time.perf_counter() - started
            names = {one.image_id: (one.original_name, one.label) for one in project.manifest.pictures()}
            rows = [
                [*names[image_id], str(split)]
                for image_id, split in zip(result.image_ids, result.splits, strict=True)
            ]
            mirror_error = _mirror_error(project, result) if job["recipe"] == "quick" else None
    answer = {
        "error": result.error_rate, "mirror_error": mirror_error, "rows": rows,
        "n_train": result.n_train, "n_valid": result.n_valid,
        "recipe": result.recipe, "calibration_error": result.evaluation.calibration_error,
        "class_calibration": max(result.evaluation.class_calibration.tolist()),
        "reject_rate": result.evaluation.reject_rate, "peak_mb": machine.peak_mb(),
        "seconds": {"imports": imports_s, "total": total_s, **told, **result.seconds},
        "sources": _sources_run(),
    }  # fmt: skip
    print(json.dumps(answer))


def _sources_run() -> list[str]:
    """The program's files that were imported in this process."""
    package = Path(tellapart.__file__).parent
    files = [Path(str(getattr(module, "__file__", None) or "/")) for module in list(sys.modules.values())]
    return sorted(str(file.relative_to(package)) for file in files if file.is_relative_to(package))


def _mirror_error(project: Project, result: TrainResult) -> float:
    """On the held-out pictures, by the bundle."""
    predictor = Predictor(result.bundle_dir, is_own=True)
    held_out = {
        image_id for image_id, split in zip(result.image_ids, result.splits, strict=True) if split == "valid"
    }
    pictures = [one for one in project.manifest.pictures() if one.image_id in held_out]
    is_wrong = [
        predictor.classes[_mirrored_answer(predictor, project.file(one))] != one.label for one in pictures
    ]
    return float(np.mean(is_wrong))


def _mirrored_answer(predictor: Predictor, file: Path) -> int:
    pixels = predictor.pixels(file)
    plain, mirrored = predictor.predict_pixels(np.stack([pixels, pixels[:, ::-1]]))
    both = [
        plain.probabilities[label] * mirrored.probabilities[label] for label in predictor.classes
    ]  # by logs the same
    return int(np.argmax(both))


if __name__ == "__main__":
    main()
