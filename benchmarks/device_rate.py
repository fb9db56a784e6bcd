"""Pictures a second while all layers learn: ours from files, beside the same network on pictures that are on the device
already, and beside fastai. On a graphics card where there is one.

    python benchmarks/device_rate.py --data FOLDER --set trashnet
    python benchmarks/device_rate.py --data FOLDER --fastai-python .venv-fastai/bin/python

Ours crops and varies every picture anew (RandomResizedCrop, aug_transforms), in the passes after the first, which fills
the cache of decoded pictures. The synthetic side takes the same steps on one batch that stays on the device. fastai's
rate is that of the two epochs by which fine_tune(3) is longer than fine_tune(1), each with its validation.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import machine
import picture_sets
import report
from fastai_peer import add_options, fastai_run
from run_log import RunLog
from tellapart.backbones.lite0.weights import weights_file
from tellapart.network.data.batches import PictureBatch
from tellapart.network.data.data import Data
from tellapart.network.learner.learner import Learner
from tellapart.network.learner.steps import RATE, FineTuning, OneCycle, class_balance
from tellapart.network.tuning.memory import kept_memory
from tellapart.vision import (
    DataDescription,
    RandomResizedCrop,
    aug_transforms,
    image_files,
    learner,
    parent_label,
    random_split,
)

VALID = 0.2


def main() -> None:
    """Measure, print, finish with JSON."""
    options = _options()
    report.machine_line()
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        pictures = picture_sets.class_folders(options.data.absolute(), options.set, scratch)
        picture_sets.warm(pictures)
        data = _data(pictures, options)
        learn = learner(data, device=options.device, say=lambda _: None)
        with kept_memory():
            ours, synthetic = _rates(learn, options)
        peer = _peer_rate(data, pictures, options, RunLog((options.work or scratch) / "fastai-runs.jsonl"))
    found = {
        "ours_per_s": ours, "synthetic_per_s": synthetic, "of_synthetic": ours / synthetic, "peer_per_s": peer,
        "ratio": ours / peer if peer else None, "batch": options.batch, "n_train": len(data.train.rows),
    }  # fmt: skip
    rates = [report.number(found[key], 1) for key in ("ours_per_s", "synthetic_per_s")]
    others = [
        report.percent(found["of_synthetic"]),
        report.number(peer, 1),
        report.number(found["ratio"], 1, " ×"),
    ]
    rows = [[options.set, learn.device.name, *rates, *others]]
    heads = ["set", "device", "pictures/s", "already on the device", "share of that", "fastai", "of fastai's"]
    report.table("All layers of EfficientNet-Lite0 learn at 224 px", heads, rows)
    device = {"device": learn.device.name, "bits": learn.device.bits}
    report.finish({**device, "sets": {options.set: found}, "machine": machine.describe()})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pictures a second while all layers learn.")
    add_options(parser, None)  # without one ours runs alone
    parser.add_argument("--set", default="trashnet", help="name of a set")
    parser.add_argument("--device", help="cpu, cuda or mps; a graphics card where there is one, unless given")
    parser.add_argument("--batch", type=int, default=64, help="pictures in a batch, of all sides")
    parser.add_argument("--rounds", type=int, default=3, help="passes over the pictures that are timed")
    parser.add_argument("--seed", type=int, default=0, help="of the split")
    return parser.parse_args()


def _data(pictures: Path, options: argparse.Namespace) -> Data:
    described = DataDescription(
        items=image_files, labels=parent_label, split=random_split(VALID, seed=options.seed),
        item=RandomResizedCrop(224, min_scale=0.35), batch=aug_transforms(),
    )  # fmt: skip
    return described.data(pictures, batch_size=options.batch)


def _rates(learn: Learner, options: argparse.Namespace) -> tuple[float, float]:
    """Medians of the passes: from files, and on one batch that is there; in turn."""
    data, device = learn.data, learn.device
    balance = class_balance(data.assembly.targets[data.train.rows], len(data.classes))
    n_steps = len(data.train) * (2 * options.rounds + 1)
    steps = OneCycle(learn.classifier.train(), device, FineTuning(options.rounds, RATE), n_steps, balance)
    passed = data.train.epoch(0, device.torch_device)  # pictures are decoded and kept from here on
    first = next(passed)
    n_batches = 1 + sum(1 for _ in passed)
    steps.once(first)
    ours, synthetic = [], []
    for number in range(1, options.rounds + 1):
        ours.append(_rate(steps, data.train.epoch(number, device.torch_device)))
        synthetic.append(_rate(steps, [first] * n_batches))
    return statistics.median(ours), statistics.median(synthetic)


def _rate(steps: OneCycle, batches: Any) -> float:
    """Pictures a second; each step ends with its loss on the processor, so nothing is left to be done."""
    n, clock = 0, time.perf_counter()
    batch: PictureBatch
    for batch in batches:
        n += steps.once(batch)[1]
    return n / (time.perf_counter() - clock)


def _peer_rate(data: Data, pictures: Path, options: argparse.Namespace, log: RunLog) -> float | None:
    if not options.fastai_python:
        return None
    is_valid = set(data.valid.rows.tolist())
    rows = [
        [
            str(Path(item).relative_to(pictures)), data.classes[int(target)],
            "valid" if place in is_valid else "train",
        ]
        for place, (item, target) in enumerate(zip(data.assembly.items, data.assembly.targets, strict=True))
    ]  # fmt: skip
    seconds = []
    for n_epochs in (1, 3):
        settings = {
            "backbone": "efficientnet_lite0", "seed": options.seed, "n_epochs": n_epochs, "batch": options.batch,
        }  # fmt: skip
        found = fastai_run(options, log, options.set, pictures, rows, weights_file(), settings)
        seconds.append(found["seconds"]["fine_tune"])
    return 2 * (len(rows) - len(is_valid)) / (seconds[1] - seconds[0])


if __name__ == "__main__":
    main()
