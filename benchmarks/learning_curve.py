"""Whether forecasts of the learning curve hold: fitted on half of the pictures, checked against the error on all.

    python benchmarks/learning_curve.py --data FOLDER [--drawn 8] [--seeds 3]

The cases are halves of real sets (cut by group, so that copies stay together) and drawn Gaussian embeddings. The error
on all is measured as the curve's own points are: by cross-validation, with the same recipe.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import picture_sets
import report
from tellapart.backbones.catalogue import load_backbone
from tellapart.gather import take_in
from tellapart.learning.learning_curve import learning_curve
from tellapart.learning.learning_curve.subsets import subset_answers
from tellapart.store.project import create_project
from tellapart.train import TrainConfig
from tellapart.train.preparation import prepare

WANTED = 0.7  # of the cases inside


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Forecasts of the learning curve against what came.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the picture sets")
    parser.add_argument("--sets", default="bears_web,ants_bees,trashnet,clothing")
    parser.add_argument("--seeds", type=int, default=3, help="halves of each set")
    parser.add_argument("--drawn", type=int, default=8, help="sets of drawn embeddings")
    parser.add_argument("--first", type=int, default=0, help="seed to begin with")
    options = parser.parse_args()
    report.machine_line()
    seeds = range(options.first, options.first + options.seeds)
    cases: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        for name in filter(None, options.sets.split(",")):
            array, targets, groups = _set(options.data.absolute(), name, Path(folder))
            cases += [_case(f"{name}, half {seed}", array, targets, groups, seed) for seed in seeds]
    for seed in range(options.first, options.first + options.drawn):
        array, targets = drawn_embeddings(seed)
        groups = [f"{row}" for row in range(len(targets))]
        cases.append(_case(f"drawn {seed}", array, targets, groups, seed))
    rows = [
        [one["name"], str(one["n_half"]), report.percent(one["now"]), report.percent(one["error"]),
         f"{report.percent(one['low'])} to {report.percent(one['high'])}", report.percent(one["came"]),
         "yes" if one["is_inside"] else "no", f"{one['label_inside']} of {one['n_labels']}"]
        for one in cases
    ]  # fmt: skip
    columns = ["case", "half", "now", "forecast", "interval", "came", "inside", "labels inside"]
    report.table("Errors with twice as many pictures: forecast and what came", columns, rows)
    n_labels = sum(one["n_labels"] for one in cases)
    result = {
        "wanted": WANTED, "n": len(cases), "inside": float(np.mean([one["is_inside"] for one in cases])),
        "label_inside": sum(one["label_inside"] for one in cases) / n_labels,
        "mean_width": float(np.mean([one["high"] - one["low"] for one in cases])),
        "mean_miss": float(np.mean([abs(one["error"] - one["came"]) for one in cases])),
        "mean_miss_if_nothing_changed": float(np.mean([abs(one["now"] - one["came"]) for one in cases])),
        "seconds": float(np.mean([one["seconds"] for one in cases])), "cases": cases,
    }  # fmt: skip
    report.finish(result)


def drawn_embeddings(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, 64) Gaussian clouds and their classes (N,): two to five, more or less far apart, some harder than others."""
    rng = np.random.default_rng([seed, 99])
    n_classes = int(rng.integers(2, 6))
    n = int(rng.integers(60, 160)) * n_classes
    middles = rng.normal(0, rng.uniform(0.16, 0.34), (n_classes, 64))
    scales = rng.uniform(0.3, 1.6, 64) * rng.uniform(0.85, 1.15, (n_classes, 1))
    targets = np.repeat(np.arange(n_classes), n // n_classes)
    return (middles[targets] + rng.normal(size=(len(targets), 64)) * scales[targets]).astype(
        np.float32
    ), targets


def _set(data: Path, name: str, scratch: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    pictures = picture_sets.class_folders(data, name, scratch)
    with create_project(scratch / "projects" / name) as project:
        take_in(project, pictures)
        found = prepare(project, load_backbone(), TrainConfig())
    return found.embeddings.array, found.targets, list(found.plan.groups)


def _case(name: str, array: np.ndarray, targets: np.ndarray, groups: list[str], seed: int) -> dict[str, Any]:
    n_classes = int(targets.max()) + 1
    labels = [f"label {k}" for k in range(n_classes)]
    rows = _half(targets, groups, seed)
    clock = time.perf_counter()
    curve = learning_curve(array[rows], targets[rows], labels, [groups[row] for row in rows], seed=seed)
    seconds = time.perf_counter() - clock
    whole = subset_answers(array, targets, n_classes, groups, n_draws=1, seed=seed, fractions=(1.0,))
    wrong, counted = whole.wrong[0, -1], whole.is_counted
    came = float(wrong[counted].mean())
    inside = [
        one.low <= wrong[counted & (targets == k)].mean() <= one.high
        for k, one in enumerate(curve.by_label[label] for label in labels)
    ]
    one = curve.whole
    print(f"{name}: {curve.sentence()} It was {100 * came:.1f}. {seconds:.1f} s", flush=True)
    return {
        "name": name, "n_half": len(rows), "now": one.now, "error": one.error, "low": one.low, "high": one.high,
        "came": came, "is_inside": bool(one.low <= came <= one.high), "n_labels": n_classes,
        "label_inside": int(sum(inside)), "seconds": seconds, "sizes": list(curve.sizes), "errors": list(curve.errors),
    }  # fmt: skip


def _half(targets: np.ndarray, groups: list[str], seed: int) -> np.ndarray:
    """Rows of half of the groups of each class."""
    rng = np.random.default_rng([seed, 5])
    names = np.array(groups, object).astype(str)
    first = {name: int(targets[row]) for row, name in reversed(list(enumerate(names.tolist())))}
    chosen: set[str] = set()
    for k in np.unique(targets):
        own = sorted(name for name, of in first.items() if of == k)
        chosen |= {own[i] for i in rng.permutation(len(own))[: -(-len(own) // 2)]}
    return np.flatnonzero([name in chosen for name in names])


if __name__ == "__main__":
    main()
