"""None of these: each set's classifier shown pictures of the other sets, and pictures that no camera took.

    python benchmarks/strangers.py --data FOLDER [--sets bears_web,ants_bees,…] [--splits 5]

The classifier is the product's own: its splits, its fit on the training pictures, its line. Own pictures are the
held-out ones; strangers are 200 pictures of every other set and 50 that are drawn or blank. The last line is one JSON
object: {"sets": {NAME: {"own_rejected", "strangers_rejected"}}}, shares from 0 to 1, means over the splits.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import machine
import numpy as np
import picture_sets
import report
from made_pictures import no_photographs
from tellapart.backbones.catalogue import Backbone, load_backbone
from tellapart.backbones.embeddings import embed_pixels
from tellapart.duplicates.candidates import NearPairs
from tellapart.duplicates.project_copies import copies_in
from tellapart.gather import take_in
from tellapart.pictures.images import pixels_of
from tellapart.planning.plan import plan_pictures
from tellapart.store.project import create_project
from tellapart.train import TrainConfig
from tellapart.train.fitting import check, fit
from tellapart.train.preparation import TrainData, prepare

SETS = "bears_web,ants_bees,trashnet,clothing,imagenette_noisy25,mnist_sample"
MADE = "drawn or blank"
Prepared = tuple[TrainData, NearPairs]  # with the copies that every split keeps together


@dataclass(frozen=True)
class Answers:
    """Shares called none of these: of a classifier's own held-out pictures, and of each kind of strangers."""

    own: float
    of: dict[str, float]


def main() -> None:
    """Measure, print, finish with JSON."""
    options = _options()
    report.machine_line()
    config = TrainConfig(split="random")
    config = replace(config, backbone=options.backbone or config.backbone, weights=options.weights)
    backbone = load_backbone(config.backbone, config.weights)
    names = options.sets.split(",")
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        sets = {
            name: _prepared(options.data.absolute(), name, backbone, config, Path(folder)) for name in names
        }
    strangers = {name: _some(sets[name][0].embeddings.array, options.strangers) for name in names}
    strangers[MADE] = _made(backbone, options.made)
    answers = {
        name: [
            _answers(sets[name], replace(config, seed=seed), strangers, name)
            for seed in range(options.splits)
        ]
        for name in names
    }
    _show(answers, list(strangers), options)
    report.finish(
        {
            "sets": {name: _summary(runs) for name, runs in answers.items()},
            "backbone": backbone.name,
            "machine": machine.describe(),
        }
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the picture sets")
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--splits", type=int, default=5, help="random splits to average over")
    parser.add_argument("--strangers", type=int, default=200, help="pictures of each other set")
    parser.add_argument("--made", type=int, default=50, help="pictures that are drawn or blank")
    parser.add_argument("--backbone", default=None, help="the product's own unless named")
    parser.add_argument("--weights", type=Path, default=None)
    return parser.parse_args()


def _prepared(data: Path, name: str, backbone: Backbone, config: TrainConfig, scratch: Path) -> Prepared:
    with create_project(scratch / "projects" / name) as project:
        take_in(project, picture_sets.class_folders(data, name, scratch))
        prepared = prepare(project, backbone, config)
        return prepared, copies_in(project, prepared.pictures)


def _some(array: np.ndarray, n: int) -> np.ndarray:
    return array[np.random.default_rng(0).permutation(len(array))[:n]]


def _made(backbone: Backbone, n: int) -> np.ndarray:
    size_px = backbone.preprocess.size_px
    pixels = [pixels_of(image, backbone.preprocess) for image in no_photographs(n, size_px)]
    return np.concatenate([embed_pixels(backbone, one[None]) for one in pixels])


def _answers(prepared: Prepared, config: TrainConfig, strangers: dict[str, np.ndarray], name: str) -> Answers:
    data, copies = prepared
    data = replace(data, plan=plan_pictures(data.pictures, copies, config).members())
    fitted = fit(data)
    line, model = fitted.novelty.threshold, fitted.novelty.model
    rejected = {
        other: float((model.novelty(array) > line).mean())
        for other, array in strangers.items()
        if other != name
    }
    return Answers(check(data, fitted).reject_rate, rejected)


def _mean_of(runs: list[Answers], other: str) -> float:
    return statistics.mean(run.of[other] for run in runs)


def _summary(runs: list[Answers]) -> dict[str, Any]:
    of = {other: _mean_of(runs, other) for other in runs[0].of}
    return {
        "own_rejected": round(statistics.mean(run.own for run in runs), 4),
        "strangers_rejected": round(statistics.mean(of.values()), 4),
        "weakest": min(of, key=lambda other: of[other]),
        "of": {other: round(share, 4) for other, share in of.items()},
    }


def _show(answers: dict[str, list[Answers]], kinds: list[str], options: argparse.Namespace) -> None:
    rows = []
    for name, runs in answers.items():
        shares = [report.percent(_mean_of(runs, other) if other != name else None, 0) for other in kinds]
        summary = _summary(runs)
        rows.append(
            [
                name,
                report.percent(summary["own_rejected"]),
                report.percent(summary["strangers_rejected"]),
                *shares,
            ]
        )
    report.table(
        "Called none of these",
        ["classifier of", "its own held-out", "strangers, mean", *kinds],
        rows,
        [f"Means over {options.splits} random splits; {options.strangers} pictures of each other set."],
    )


if __name__ == "__main__":
    main()
