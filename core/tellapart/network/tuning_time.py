"""How long thorough training will take on this computer, tried on a few pictures and steps."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.learning.head import Head
from tellapart.network.device import device_of
from tellapart.network.tuning.cores import cores_for
from tellapart.network.tuning.folds import MOST_WATCHED
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.memory import kept_memory
from tellapart.network.tuning.pace import measured
from tellapart.network.tuning.steps import TuningSettings
from tellapart.network.tuning.views import PictureFile, view_maker


def tuning_seconds(
    files: Sequence[PictureFile], n_classes: int, n_pictures: int, n_folds: int, backbone: Mapping[str, Any],
    settings: TuningSettings,
) -> tuple[float, float]:  # fmt: skip
    """Seconds for all that follows quick training; and of these, what it takes however few pictures there are, which
    begins with what is done here: the training measures itself as well.

    Args:
        files: of all pictures that teach; a few of them are looked at. n_pictures: with those held out. backbone:
            lite0.keeping.record().
    Raises:
        TrainError: a picture is gone. BackboneError: the backbone cannot be opened.
    """
    clock = time.perf_counter()
    maker = view_maker(backbone, settings)
    size = int(backbone["embedding_size"])
    nothing = np.zeros((size, n_classes), np.float32)
    head = Head(np.zeros(size, np.float32), np.ones(size, np.float32), nothing, nothing[0], 1.0)
    network = LastBlocks(read_weights(weights_file()), backbone["averaged_blocks"], head, settings.first)
    device = device_of(say=lambda _: None)
    cores = cores_for(settings, device, n_folds)
    with kept_memory():
        costs = measured(list(files), maker, network, settings, cores, device, n_folds + 1)
    begun_s = time.perf_counter() - clock
    n, n_left_out = len(files), len(files) / n_folds
    n_steps = n_folds * settings.n_steps(round(n - n_left_out))
    n_watched = settings.n_epochs * n_folds * min(MOST_WATCHED, round(n_left_out))
    total_s = costs.with_watching(n_watched, n_steps).total_s(n, n_steps, n_pictures - n)
    return begun_s + total_s, begun_s + costs.fixed_s
