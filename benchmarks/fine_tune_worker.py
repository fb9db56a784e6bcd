"""Our side of fine_tune.py, in a process of its own: reads a JSON job on standard input, prints a JSON result.

Timed is what a person waits for, from the folder on: `new`, then `train` by the job's recipe with a cold cache, up to
the scores and the finished bundle. For thorough training the limit is what its views and steps alone take, one after
the other on this machine, measured beforehand as the product does to say how long it will take.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import machine
from tellapart.duplicates import near_duplicates  # noqa: F401  imported late by nobody, named here to be outside the times
from tellapart.gather import take_in
from tellapart.progress import Doing, Step
from tellapart.store.project import create_project
from tellapart.train import TrainConfig, train_head

if len(sys.argv) > 1:  # a thorough one: torch is imported before the clock starts, as fastai's is
    from tellapart.network import tuning_door  # noqa: F401


def main() -> None:
    """One job."""
    imports_s = machine.age_s()
    job = json.load(sys.stdin)
    config = TrainConfig(split="random", seed=job["seed"], valid=job["valid"], recipe=job["recipe"])
    told: dict[str, float] = {}

    def listen(done: int, total: int, said: Doing) -> None:
        if said.step == Step.TUNING and not told:
            told.update(said.facts)

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
    answer = {
        "error": result.error_rate, "n_train": result.n_train, "n_valid": result.n_valid, "rows": rows,
        "recipe": result.recipe, "calibration_error": result.evaluation.calibration_error,
        "class_calibration": max(result.evaluation.class_calibration.tolist()),
        "reject_rate": result.evaluation.reject_rate, "peak_mb": machine.peak_mb(),
        "seconds": {"imports": imports_s, "total": total_s, "said": told.get("total_s"), **result.seconds},
    }  # fmt: skip
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
