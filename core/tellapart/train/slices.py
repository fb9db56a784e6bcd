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


def slices_record(
    data: TrainData, out_of_fold_probs: np.ndarray, cameras: Sequence[str], is_told: np.ndarray
) -> dict[str, Any]:
    """Plain JSON for bundle.json: "slices", the most suspicious first, and "worst", one of them or None.

    Args:
        out_of_fold_probs: (N, C), of every picture from a head that had not seen it. cameras: (N,), "" for unknown.
        is_told: (N,) bool, whether that head had seen others of the label; the others count nowhere.
    """
    rows = np.flatnonzero(is_told).tolist()
    pictures = [data.pictures[row] for row in rows]
    slices = error_by_slice(
        (out_of_fold_probs.argmax(axis=1) != data.targets)[rows],
        {
            "source": [picture.source for picture in pictures],
            "author": [picture.author or "" for picture in pictures],
            "licence": [_licence(picture) for picture in pictures],
            "kind of file": [picture.format for picture in pictures],
            "size": [_size(picture) for picture in pictures],
            "brightness": brightness(data.embeddings.tiny[rows]),
            "camera": [cameras[row] for row in rows],
        },
        [data.plan.groups[row] for row in rows],
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
