"""The linear probe: before any layer moves, the best head for the network as it is, found exactly and in one pass.

The layers then learn from that head's gradient and not from noise.
Source: Kumar et al. 2022, "Fine-tuning can distort pretrained features" (arXiv:2202.10054).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import numpy as np
import torch

from tellapart.errors import TrainError
from tellapart.learning.folds import assign_folds
from tellapart.learning.head import fit_head
from tellapart.network.data.batches import PictureBatch
from tellapart.network.data.data import Data
from tellapart.network.learner.classifier import Classifier
from tellapart.network.learner.device import Device
from tellapart.network.learner.judging import Judgement


def fit_probe(classifier: Classifier, data: Data, device: Device, n_passes: int) -> None:
    """Let the head be the one fitted to the training pictures.

    Args:
        n_passes: over the pictures: the first sees them as in use, each further one another random view of them.
    Raises:
        TrainError: a class has no picture that can be read.
    """
    passes = [
        data.train.plain(device.torch_device),
        *(data.train.epoch(-1 - k, device.torch_device) for k in range(n_passes - 1)),
    ]
    features, places = _features(classifier, device, chain(*passes))
    check_readable(data)
    targets = data.assembly.targets[places]
    groups = [str(data.assembly.groups[place]) for place in places.tolist()]
    head = fit_head(features, targets, len(data.classes), assign_folds(targets, groups)).head
    classifier.start_from(head)


def judge(classifier: Classifier, data: Data, device: Device) -> Judgement:
    """What the network says of the validation part.

    Raises:
        TrainError: none of its pictures can be read.
    """
    classifier.eval()
    logits, places = [], []
    with torch.inference_mode(), device.precision():
        for batch in data.valid.plain(device.torch_device):
            logits.append(classifier(batch.pictures).float().cpu().numpy())
            places.append(batch.places.numpy())
    if not places:
        first = data.refused[0]
        raise TrainError(
            f"None of the validation pictures can be read; {first.path}: {first.reason}. Check the files, or hold out "
            "others."
        )
    assembly, rows = data.assembly, np.concatenate(places)
    counts = np.bincount(assembly.targets, minlength=len(assembly.classes))
    return Judgement(
        logits=np.concatenate(logits), targets=assembly.targets[rows], places=rows,
        groups=tuple(str(assembly.groups[row]) for row in rows.tolist()), prior=counts / counts.sum(),
    )  # fmt: skip


def check_readable(data: Data) -> None:
    """Raise TrainError where all pictures of a class that were to be trained on turned out not to be readable."""
    there = set(data.assembly.targets[data.readable(valid=False)].tolist())
    for k, label in enumerate(data.classes):
        if k not in there:
            refused = next(one for place, one in data.refused_by_place() if data.assembly.targets[place] == k)
            raise TrainError(
                f"None of the training pictures of {label!r} can be read; {refused.path}: {refused.reason}. Check the "
                "files, or leave the label out."
            )


def _features(
    classifier: Classifier, device: Device, batches: Iterable[PictureBatch]
) -> tuple[np.ndarray, np.ndarray]:
    """(N, D) and the places of the items."""
    classifier.eval()
    found, places = [], []
    with torch.inference_mode(), device.precision():
        for batch in batches:
            found.append(classifier.features(batch.pictures).float().cpu().numpy())
            places.append(batch.places.numpy())
    if not found:
        return np.empty((0, 0), np.float32), np.empty(0, np.int64)
    return np.concatenate(found), np.concatenate(places)
