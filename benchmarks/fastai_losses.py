"""fastai's side of clean.py, run by a Python that has fastai: the loss of every picture after fine_tune(1).

As its course does it before opening the ImageClassifierCleaner: a DataBlock with a random fifth held out, Resize(224),
vision_learner, fine_tune(1), then the loss of every picture, without augmentation.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import fastai_networks
from fastai.torch_core import set_seed
from fastai.vision.all import (
    CategoryBlock,
    DataBlock,
    ImageBlock,
    RandomSplitter,
    Resize,
    vision_learner,
)


def main() -> None:
    """One job."""
    job = json.load(sys.stdin)
    network = fastai_networks.registered(job["backbone"], Path(job["weights"]))
    set_seed(job["seed"])
    labels = dict(zip(job["files"], job["labels"], strict=True))
    clock = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fastai-bench-") as scratch:
        block = DataBlock(
            blocks=(ImageBlock, CategoryBlock),
            get_y=lambda file: labels[file],
            splitter=RandomSplitter(0.2, seed=job["seed"]),
            item_tfms=Resize(224),
        )
        dls = block.dataloaders(job["files"], path=scratch, num_workers=2)
        learn = vision_learner(dls, network)
        with learn.no_bar(), learn.no_logging():
            learn.fine_tune(1)
            every = dls.test_dl(job["files"], with_labels=True)
            *_, losses = learn.get_preds(dl=every, with_loss=True)
    answer = {
        "losses": losses.tolist(),
        "seconds": time.perf_counter() - clock,
        "versions": {name: version(name) for name in ("fastai", "torch", "torchvision")},
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
