"""How long thorough training will take on this computer, tried on a few pictures and steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.learning.head import Head
from tellapart.network.device import device_of
from tellapart.network.tuning.cores import cores_for
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.pace import measured
from tellapart.network.tuning.steps import TuningSettings
from tellapart.network.tuning.views import PictureFile, view_maker

_WHOLE = 1.6  # what the whole backbone takes for a picture, over what its first blocks take


def tuning_seconds(
    files: Sequence[PictureFile], n_classes: int, n_pictures: int, n_folds: int, backbone: Mapping[str, Any],
    settings: TuningSettings,
) -> float:  # fmt: skip
    """Seconds for the tunings without each fold, and for looking at all pictures with what comes out.

    Args:
        files: of all pictures that teach; a few of them are looked at. n_pictures: with those held out. backbone:
            lite0.keeping.record().
    Raises:
        TrainError: a picture is gone. BackboneError: the backbone cannot be opened.
    """
    maker = view_maker(backbone, settings)
    size = int(backbone["embedding_size"])
    nothing = np.zeros((size, n_classes), np.float32)
    head = Head(np.zeros(size, np.float32), np.ones(size, np.float32), nothing, nothing[0], 1.0)
    network = LastBlocks(read_weights(weights_file()), backbone["averaged_blocks"], head, settings.first)
    device = device_of(say=lambda _: None)
    cores = cores_for(settings, device, n_folds)
    costs = measured(list(files), maker, network, settings, cores, device, n_folds + 1)
    n_steps = n_folds * settings.n_steps(round(len(files) * (1 - 1 / n_folds)))
    whole_s = costs.file_s / (1 + settings.n_views) * _WHOLE if settings.first else costs.seen_s
    return costs.total_s(len(files), n_steps) + (n_pictures - len(files)) * whole_s
