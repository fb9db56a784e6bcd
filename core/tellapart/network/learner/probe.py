"""The linear probe: before any layer moves, the best head for the network as it is, found exactly and in one pass.

The layers then learn from that head's gradient and not from noise.
Source: Kumar et al. 2022, "Fine-tuning can distort pretrained features" (arXiv:2202.10054).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch

from tellapart.errors import RefusalCode, Skipped, TrainError
from tellapart.learning.folds import assign_folds
from tellapart.learning.head import fit_head
from tellapart.network.data.batches import PictureBatch
from tellapart.network.data.data import Data
from tellapart.network.data.share import NOBODY
from tellapart.network.device import Device
from tellapart.network.learner.classifier import Classifier
from tellapart.network.learner.judging import Judgement
from tellapart.network.tuning.memory import in_parts, want_of_memory_told


@dataclass(frozen=True)
class Remembered:
    """What stands for pictures of classes that are not at hand. embeddings: (M, D). targets: (M,). counts: (C,)
    pictures that taught each class before. name: of the bundle that remembers them."""

    embeddings: np.ndarray
    targets: np.ndarray
    counts: np.ndarray
    name: str


def fit_probe(
    classifier: Classifier, data: Data, device: Device, n_passes: int, remembered: Remembered | None = None
) -> None:
    """Let the head be the one fitted to the training pictures, and to what is remembered of classes without any.

    Args:
        n_passes: over the pictures: the first sees them as in use, each further one another random view of them.
    Raises:
        TrainError: a class has no picture that can be read, or memory is not even enough for one.
    """
    passes = [
        data.train.plain(device.torch_device, device.share),
        *(data.train.epoch(-1 - k, device.torch_device, device.share) for k in range(n_passes - 1)),
    ]
    found = [_answered(data, device, classifier.features, classifier, one) for one in passes]
    check_readable(data)
    features, places = (np.concatenate(parts) for parts in zip(*found, strict=True))
    targets = data.assembly.targets[places]
    groups = [str(data.assembly.groups[place]) for place in places.tolist()]
    if remembered:
        features = np.concatenate([features, remembered.embeddings])
        targets = np.concatenate([targets, remembered.targets])
        groups += [f"remembered {row}" for row in range(len(remembered.targets))]
    head = fit_head(features, targets, len(data.classes), assign_folds(targets, groups)).head
    classifier.start_from(head)


def judge(
    classifier: Classifier, data: Data, device: Device, remembered: Remembered | None = None
) -> Judgement:
    """What the network says of the validation part.

    Raises:
        TrainError: none of its pictures can be read, or memory is not even enough for one.
    """
    batches = data.valid.plain(device.torch_device, device.share)
    logits, places = _answered(data, device, classifier, classifier, batches)
    if not len(places):
        first = data.refused[0]
        raise TrainError(
            f"None of the validation pictures can be read; {first.path}: {first.reason}. Check the files, or hold out "
            "others."
        )
    return judgement_of(data, logits, places, remembered)


def judgement_of(
    data: Data, logits: np.ndarray, places: np.ndarray, remembered: Remembered | None = None
) -> Judgement:
    """Of (N, C) logits of the items at these (N,) places."""
    assembly = data.assembly
    counts = np.bincount(assembly.targets, minlength=len(assembly.classes))
    if remembered:
        counts = counts + remembered.counts
    return Judgement(
        logits=logits, targets=assembly.targets[places], places=places,
        groups=tuple(str(assembly.groups[row]) for row in places.tolist()), prior=counts / counts.sum(),
    )  # fmt: skip


def check_readable(data: Data) -> None:
    """Raise TrainError where all pictures of a class that were to be trained on turned out not to be readable."""
    there = set(data.assembly.targets[data.readable(valid=False)].tolist())
    wanted = set(data.assembly.targets[data.assembly.rows(False)].tolist())
    if not there:
        first = next(one for place, one in data.refused_by_place() if not data.assembly.is_valid[place])
        raise TrainError(
            f"None of the training pictures can be read; {first.path}: {first.reason}. Check the files, and whether "
            "the drive that they lie on is connected."
        )
    for k, label in enumerate(data.classes):
        if k in wanted - there:
            refused = next(one for place, one in data.refused_by_place() if data.assembly.targets[place] == k)
            raise TrainError(
                f"None of the training pictures of {label!r} can be read; {refused.path}: {refused.reason}. Check the "
                "files, or leave the label out."
            )


def together(
    data: Data, device: Device, rows: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What all processes have found, (N, D) and the (N,) places of the items, in their order; and all leave out what
    one could not read."""
    if device.share.n == 1:
        return rows, places
    share_refused(data, device)
    is_there = places != NOBODY
    rows, places = device.gathered(rows[is_there]), device.gathered(places[is_there])
    order = np.argsort(places, kind="stable")
    return rows[order], places[order]


def share_refused(data: Data, device: Device) -> None:
    """Let all processes leave out what one could not read; all call it alike."""
    if device.share.n == 1:
        return
    told = [[place, one.path, one.reason, one.code] for place, one in data.refused_by_place()]
    lines = "".join(json.dumps(one) + "\n" for one in told).encode()
    for line in device.gathered(np.frombuffer(lines, np.uint8)).tobytes().splitlines():
        place, path, reason, code = json.loads(line)
        data.refuse({place: Skipped(path, reason, RefusalCode(code))})


def _answered(
    data: Data, device: Device, give: Callable[[torch.Tensor], torch.Tensor], classifier: Classifier,
    batches: Iterable[PictureBatch],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(N, D) that is given for each picture, and the (N,) places of the items, of all processes together. Where memory
    is short, batches are taken in parts."""
    classifier.eval()
    found, places, n_parts = [], [], 1
    with want_of_memory_told(1, data.train.batch_size), torch.inference_mode(), device.precision():
        for batch in batches:
            rows, n_parts = _in_parts(give, batch.pictures, n_parts, device)
            found.append(rows)
            places.append(batch.places.numpy())
    if not found:
        return together(data, device, np.empty((0, 0), np.float32), np.empty(0, np.int64))
    return together(data, device, np.concatenate(found), np.concatenate(places))


def _in_parts(
    give: Callable[[torch.Tensor], torch.Tensor], pictures: torch.Tensor, n_parts: int, device: Device
) -> tuple[np.ndarray, int]:
    """(N, D) of these pictures, taken in so many parts or as many more as memory asks for, and how many those were."""

    def given(n_parts: int) -> np.ndarray:
        parts = pictures.tensor_split(min(n_parts, len(pictures)))
        return np.concatenate([give(part).float().cpu().numpy() for part in parts])

    return in_parts(given, n_parts, len(pictures), device.free)
