"""What pictures are told apart by, to see where a classifier is weaker: source, author, licence, kind of file, size,
brightness, camera."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tellapart.learning.slices import brightness, error_by_slice, slices_json
from tellapart.store.ledger import licence_of_picture
from tellapart.store.manifest import Picture
from tellapart.train.preparation import TrainData

_SMALL_PX, _LARGE_PX = 224, 640  # of the shorter side


def slices_record(data: TrainData, out_of_fold_probs: np.ndarray, cameras: Sequence[str]) -> dict[str, Any]:
    """Plain JSON for bundle.json: "slices", the most suspicious first, and "worst", one of them or None.

    Args:
        out_of_fold_probs: (N, C), of every picture from a head that had not seen it. cameras: (N,), "" for unknown.
    """
    slices = error_by_slice(
        out_of_fold_probs.argmax(axis=1) != data.targets,
        {
            "source": [picture.source for picture in data.pictures],
            "author": [picture.author or "" for picture in data.pictures],
            "licence": [_licence(picture) for picture in data.pictures],
            "kind of file": [picture.format for picture in data.pictures],
            "size": [_size(picture) for picture in data.pictures],
            "brightness": brightness(data.embeddings.tiny),
            "camera": list(cameras),
        },
        data.plan.groups,
    )
    return slices_json(slices)


def _licence(picture: Picture) -> str:
    licence = licence_of_picture(picture)
    return licence.name if licence.is_known else "no known licence"


def _size(picture: Picture) -> str:
    shorter = min(picture.width, picture.height)
    if shorter < _SMALL_PX:
        return f"shorter side below {_SMALL_PX} px"
    return f"{_SMALL_PX} to {_LARGE_PX - 1} px" if shorter < _LARGE_PX else f"{_LARGE_PX} px and more"
