"""A program that trains on shapes and notes what its process knows: `python trained_together.py SHAPES NOTES DEVICES`.
With several devices each process runs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tellapart.vision import DataDescription, RandomResizedCrop, aug_transforms, learner, random_split

DESCRIBED = DataDescription(
    split=random_split(0.25), item=RandomResizedCrop(48, min_scale=0.6), batch=aug_transforms(warp=0)
)
BATCH = 4  # of 17 pictures: the last one is alone, and a share of it is empty; steps have two batches, or this alone


def trained(folder, notes, devices=1):
    """Twice the same training: the second one only reads what the first one kept."""
    torch.set_num_threads(1)
    said = []
    learn, again = (
        learner(DESCRIBED.data(folder, batch_size=BATCH), device="cpu", devices=devices, say=said.append)
        for _ in range(2)
    )
    for one in (learn, again):
        one.fine_tune(
            2, freeze_epochs=2, rate=3e-4, ema=0.9, keep=notes / "kept", start_size=32, accumulate=2
        )
    bundle = learn.export(notes / "bundle")
    noted = {
        "said": said,
        "wrong": [epoch.judgement.n_wrong for epoch in learn.history],
        "losses": [[epoch.train_loss, epoch.valid_loss] for epoch in learn.history],
        "places": learn.judgement().places.tolist(),
        "left_out": [str(one.path) for one in learn.data.refused],
        "has_bundle": (bundle / "model.onnx").is_file(),
    }
    rank = learn.device.share.rank
    save_file(learn.classifier.state_dict(), notes / f"weights-{rank}.safetensors")
    save_file(again.classifier.state_dict(), notes / f"again-{rank}.safetensors")
    (notes / f"noted-{rank}.json").write_text(json.dumps(noted), "utf-8")


if __name__ == "__main__":
    trained(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
