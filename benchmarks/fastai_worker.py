"""fastai's side of quick_train.py and fine_tune.py, for a Python that has fastai: JSON job in, JSON result out.

As fastai's course does it: a DataBlock with Resize(224), vision_learner, fine_tune(1), or of as many epochs and with
batches as large as the job says. fastai has no entry for these
networks, so they get one like those of its other torchvision networks, with the normalisation that their weights were
trained with. Importing is not timed. The second epoch ends with a validation, so none is added to the time; it is
repeated only to check the number.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import fastai_networks
import machine
from fastai.torch_core import set_seed
from fastai.vision.all import (
    CategoryBlock,
    DataBlock,
    ImageBlock,
    IndexSplitter,
    Resize,
    error_rate,
    vision_learner,
)


def main() -> None:
    """One job."""
    imports_s = machine.age_s()
    job = json.load(sys.stdin)
    network = fastai_networks.registered(job["backbone"], Path(job["weights"]))
    set_seed(job["seed"])
    with tempfile.TemporaryDirectory(prefix="fastai-bench-") as scratch:
        started = time.perf_counter()
        labels = dict(zip(job["files"], job["labels"], strict=True))
        block = DataBlock(
            blocks=(ImageBlock, CategoryBlock),
            get_y=lambda file: labels[file],
            splitter=IndexSplitter([i for i, is_valid in enumerate(job["is_valid"]) if is_valid]),
            item_tfms=Resize(224),
        )
        dls = block.dataloaders(
            job["files"], path=scratch, bs=job.get("batch", 64), num_workers=job["n_workers"]
        )
        data_s = time.perf_counter() - started
        learn = vision_learner(dls, network, metrics=error_rate)
        built_s = time.perf_counter() - started
        with learn.no_bar(), learn.no_logging():
            learn.fine_tune(job.get("n_epochs", 1))
            total_s = time.perf_counter() - started
            error = float(learn.recorder.values[-1][-1])
            again = float(learn.validate()[-1])
    if abs(error - again) > 1e-6:
        raise RuntimeError(f"The last epoch's error rate {error} is not what validate() says, {again}.")
    seconds = {
        "imports": imports_s,
        "total": total_s,
        "data": data_s,
        "learner": built_s - data_s,
        "fine_tune": total_s - built_s,
    }
    n_valid = sum(job["is_valid"])
    answer = {
        "error": error,
        "n_train": len(labels) - n_valid,
        "n_valid": n_valid,
        "seconds": seconds,
        "peak_mb": machine.peak_mb(),
        "versions": {name: version(name) for name in ("fastai", "torch", "torchvision")},
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
