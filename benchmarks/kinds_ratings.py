"""The ratings of kinds.py: a random fifth of MovieLens, beside biases alone and fastai's collab_learner."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Any

import machine
import numpy as np
import report
from tellapart.ratings.measuring import measure, newest_part
from tellapart.ratings.reading import ratings_of

HERE = Path(__file__).resolve().parent
FILE = "ratings.csv.gz"


def is_there(folder: Path) -> bool:
    """Whether the folder of tables holds the ratings."""
    return (folder / FILE).is_file()


def measured(folder: Path, seed: int, fastai_python: Path | None) -> dict[str, Any]:
    """mse, bias_mse, mean_mse: mean squared errors on a random fifth; fastai_mse: on the same, or None. seconds: with
    choosing the number of factors. by_time: on the newest fifth."""
    path = folder / FILE
    table = ratings_of(gzip.decompress(path.read_bytes()), path.name)
    is_tested = np.random.default_rng(seed).permutation(len(table.stars)) % 5 == 0
    clock, worked = time.perf_counter(), time.process_time()
    scores = measure(table, is_tested)
    seconds, cpu_seconds = time.perf_counter() - clock, time.process_time() - worked
    by_time = None if table.times is None else measure(table, newest_part(table.times))
    assert scores is not None and by_time is not None
    theirs: dict[str, Any] = {"fastai_mse": None, "fastai_seconds": None}
    if fastai_python is not None:
        job = {
            "user": table.users.tolist(), "item": table.items.tolist(), "rating": table.stars.tolist(),
            "is_tested": is_tested.tolist(), "scale": list(table.scale), "seed": seed,
        }  # fmt: skip
        found = machine.python_worker(HERE / "fastai_ratings_worker.py", job, fastai_python)
        theirs = {"fastai_mse": found["mse"], "fastai_seconds": found["seconds"], "fastai": found["versions"]}
    both = {"seconds": seconds, "cpu_seconds": cpu_seconds, "by_time": by_time.to_json()}
    return scores.to_json() | both | theirs


def show(one: dict[str, Any]) -> None:
    """The table of a measurement."""
    low, high = one["interval"]
    late = one["by_time"]
    report.table(
        f"Ratings: {one['n']} that were not learned from",
        ["mean squared error", "95 % interval", "biases alone", "the mean", "fastai", "seconds"],
        [
            [
                report.number(one["mse"], 4),
                f"{low:.3f} to {high:.3f}",
                report.number(one["bias_mse"], 4),
                report.number(one["mean_mse"], 3),
                report.number(one["fastai_mse"], 4),
                report.number(one["seconds"], 1),
            ]
        ],
        [
            f"Newest fifth: {late['mse']:.3f}, biases alone {late['bias_mse']:.3f}; {late['n_new_users']} of "
            f"{late['n']} ratings are by users not seen before."
        ],
    )
