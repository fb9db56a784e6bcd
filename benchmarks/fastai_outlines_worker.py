"""fastai's side of the outlines in kinds.py, for a Python that has fastai: JSON job in, JSON result out.

As fastai's course does it with these street scenes: a DataBlock with MaskBlock, aug_transforms, unet_learner,
fine_tune; the encoder is the one that ours has, with the same weights. fastai measures after each epoch, as it always
does; how often the answers hit is counted afterwards, and not timed. Importing is not timed either.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fastai_networks
import numpy as np
from fastai.torch_core import set_seed
from fastai.vision.all import (
    CrossEntropyLossFlat,
    DataBlock,
    ImageBlock,
    IndexSplitter,
    MaskBlock,
    aug_transforms,
    params,
    unet_learner,
)
from fastai.vision.learner import model_meta
from fastcore.foundation import L
from torch import nn


def lite0_body(weights: Any = None) -> nn.Sequential:
    """tellapart's torch form of the built-in backbone, flat, since unet_learner looks at its parts for maps to join."""
    whole = fastai_networks.lite0(weights)
    return nn.Sequential(*whole[0].children(), whole[1])


def split_in_three(model: Any) -> L:
    """Layers that learn slowly, faster and fastest; the first are what the stem and seven blocks are."""
    return L(model[0][:10], model[0][10:], model[1:]).map(params)


def main() -> None:
    """One job."""
    job = json.load(sys.stdin)
    fastai_networks.WEIGHTS["efficientnet_lite0"] = Path(job["weights"])
    stats = fastai_networks.NETWORKS["efficientnet_lite0"][1]
    model_meta[lite0_body] = {"cut": -1, "split": split_in_three, "stats": stats, "weights": "DEFAULT"}
    set_seed(job["seed"])
    masks = dict(zip(job["files"], job["masks"], strict=True))
    with tempfile.TemporaryDirectory(prefix="fastai-bench-") as scratch:
        clock = time.perf_counter()
        block = DataBlock(
            blocks=(ImageBlock, MaskBlock(job["codes"])),
            get_y=lambda file: masks[file],
            splitter=IndexSplitter([i for i, is_valid in enumerate(job["is_valid"]) if is_valid]),
            batch_tfms=aug_transforms(),
        )
        dls = block.dataloaders(job["files"], path=scratch, bs=job["batch"])
        learn = unet_learner(
            dls, lite0_body, n_out=job["n_classes"],
            loss_func=CrossEntropyLossFlat(axis=1, ignore_index=job["void"]),
        )  # fmt: skip
        with learn.no_bar(), learn.no_logging():
            learn.fine_tune(job["n_epochs"] - 1)  # and one before, with the encoder frozen
            seconds = time.perf_counter() - clock
            probs, given = learn.get_preds(dl=dls.valid)
    told, n = probs.argmax(dim=1).numpy(), job["n_classes"]
    confusions = []
    for mask, answer in zip(given.numpy(), told, strict=True):
        pairs = mask[mask != job["void"]].astype(np.int64) * n + answer[mask != job["void"]]
        confusions.append(np.bincount(pairs, minlength=n * n).reshape(n, n).tolist())
    versions = {name: version(name) for name in ("fastai", "torch", "torchvision")}
    print("\n" + json.dumps({"confusions": confusions, "seconds": seconds, "versions": versions}))


if __name__ == "__main__":
    main()
