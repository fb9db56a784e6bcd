"""Our side of quick_train.py, in a process of its own: reads a JSON job on standard input, prints a JSON result.

Timed is what a person waits for: `new` (every picture read, checked, hashed, copied, given its row), then `train` with
a cold embedding cache, up to the scores and the finished bundle. Importing libraries is not timed, on neither side.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import machine
import numpy as np
import scipy.optimize  # noqa: F401  imported late, at the first fit; named here to be outside the times
from limit import limit_s
from tellapart.backbones.catalogue import load_backbone
from tellapart.duplicates import near_duplicates  # noqa: F401  imported late by nobody, named here to be outside the times
from tellapart.gather import take_in
from tellapart.learning.calibration import fit_calibration
from tellapart.learning.head import refit_head
from tellapart.learning.novelty import fit_novelty
from tellapart.store.journal import Relabel
from tellapart.store.project import Project, create_project
from tellapart.train import TrainConfig, train_head
from tellapart.train.fitting import FittedHead, check, fit
from tellapart.train.preparation import TrainData, prepare


def main() -> None:
    """One job."""
    imports_s = machine.age_s()
    job = json.load(sys.stdin)
    weights = Path(job["weights"]) if job["weights"] else None
    config = TrainConfig(
        backbone=job["backbone"], weights=weights, split="random", seed=job["seed"], valid=job["valid"]
    )
    started = time.perf_counter()
    with create_project(Path(job["project"])) as project:
        take_in(project, Path(job["folder"]))
        intake_s = time.perf_counter() - started
        result = train_head(project, config)
        total_s = time.perf_counter() - started
        peak = machine.peak_mb()
        limit = (
            {"limit": limit_s(project, load_backbone(config.backbone, weights))} if job["has_limit"] else {}
        )
        names = {
            picture.image_id: (picture.original_name, picture.label)
            for picture in project.manifest.pictures()
        }
        rows = [
            [*names[image_id], str(split)]
            for image_id, split in zip(result.image_ids, result.splits, strict=True)
        ]
        answer = {
            "error": result.error_rate,
            "n_train": result.n_train,
            "n_valid": result.n_valid,
            "rows": rows,
            "seconds": {
                "imports": imports_s,
                "total": total_s,
                "intake": intake_s,
                **{f"train_{k}": v for k, v in result.seconds.items()},
                **limit,
            },
            "peak_mb": peak,
            "retrain": _retrain(project, config, job["n_retrain"]) if job["n_retrain"] else {},
        }
    print(json.dumps(answer))


def _retrain(project: Project, config: TrainConfig, n_times: int) -> dict[str, float]:
    """Median seconds of training again after one relabel, all embeddings cached.

    head: the head from the last fit, its calibration, and the evaluation. with_novelty: and the line for none of
    these, from scratch. whole: `train_head` from the project's folder: rows, groups, split, cached embeddings, fit
    from scratch, bundle.
    """
    backbone = load_backbone(config.backbone, config.weights)
    data = prepare(project, backbone, config)
    fitted = fit(data)
    rng = np.random.default_rng(config.seed)
    chosen = rng.permutation(np.flatnonzero(data.of("train")))[:n_times]
    head_s = [_refit_seconds(data, fitted, int(i), has_novelty=False) for i in chosen]
    with_novelty_s = [_refit_seconds(data, fitted, int(i), has_novelty=True) for i in chosen]
    whole_s = []
    for i in chosen[:3]:
        label = data.classes[(int(data.targets[i]) + 1) % len(data.classes)]
        project.journal.decide(Relabel(data.pictures[i].image_id, label))
        clock = time.perf_counter()
        train_head(project, config)
        whole_s.append(time.perf_counter() - clock)
    times = {"head": head_s, "with_novelty": with_novelty_s, "whole": whole_s}
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def _refit_seconds(data: TrainData, fitted: FittedHead, relabelled: int, has_novelty: bool) -> float:
    all_targets = data.targets.copy()
    all_targets[relabelled] = (all_targets[relabelled] + 1) % len(data.classes)
    train = data.of("train")
    clock = time.perf_counter()
    targets, novelty = all_targets[train], fitted.novelty
    head_fit = refit_head(targets, fitted.fit)
    if has_novelty:
        novelty = fit_novelty(data.embeddings.array[train], targets, len(data.classes), head_fit.folds)
    groups = [data.plan.groups[row] for row in np.flatnonzero(train)]
    calibration = fit_calibration(head_fit.oof_logits, targets, head_fit.folds, groups, "project")
    again = FittedHead(head_fit, calibration, novelty)
    check(replace(data, targets=all_targets), again)
    return time.perf_counter() - clock


if __name__ == "__main__":
    main()
