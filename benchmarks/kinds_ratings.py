"""The ratings of kinds.py: a random fifth of MovieLens, beside biases alone and fastai's collab_learner."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Any

import machine
import report
from tellapart.ratings.measuring import measure, newest_part, random_part
from tellapart.ratings.reading import ratings_of

HERE = Path(__file__).resolve().parent
FILE = "ratings.csv.gz"


def is_there(folder: Path) -> bool:
    """Whether the folder of tables holds the ratings."""
    return (folder / FILE).is_file()


def measured(folder: Path, seed: int, fastai_python: Path | None) -> dict[str, Any]:
    """mse, bias_mse, mean_mse: mean squared errors on the random fifth that `tellapart train` tests; fastai_mse: on the
    same, or None. seconds: with choosing the number of factors. fifths: mse on each of the five fifths. by_time: on the
    newest fifth."""
    path = folder / FILE
    table = ratings_of(gzip.decompress(path.read_bytes()), path.name)
    is_tested = random_part(table)
    clock, worked = time.perf_counter(), time.process_time()
    scores = measure(table, is_tested)
    seconds, cpu_seconds = time.perf_counter() - clock, time.process_time() - worked
    by_time = None if table.times is None else measure(table, newest_part(table.times))
    others = [measure(table, random_part(table, which)) for which in range(1, 5)]
    assert scores is not None and by_time is not None
    theirs: dict[str, Any] = {"fastai_mse": None, "fastai_seconds": None}
    if fastai_python is not None:
        job = {
            "user": table.users.tolist(), "item": table.items.tolist(), "rating": table.stars.tolist(),
            "is_tested": is_tested.tolist(), "scale": list(table.scale), "seed": seed,
        }  # fmt: skip
        found = machine.python_worker(HERE / "fastai_ratings_worker.py", job, fastai_python)
        theirs = {"fastai_mse": found["mse"], "fastai_seconds": found["seconds"], "fastai": found["versions"]}
    fifths = [scores.mse, *(one.mse for one in others if one is not None)]
    both = {"seconds": seconds, "cpu_seconds": cpu_seconds, "fifths": fifths, "by_time": by_time.to_json()}
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
            f"On the five fifths one after the other: {', '.join(f'{mse:.3f}' for mse in one['fifths'])}.",
            f"Newest fifth: {late['mse']:.3f}, biases alone {late['bias_mse']:.3f}; {late['n_new_users']} of "
            f"{late['n']} ratings are by users not seen before.",
        ],
    )
