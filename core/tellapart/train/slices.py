"""What pictures are told apart by, to see where a classifier is weaker: source, licence, size, brightness, camera."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tellapart.learning.slices import error_by_slice, worst_slice
from tellapart.store.ledger import licence_of_picture
from tellapart.store.manifest import Picture
from tellapart.train.preparation import TrainData

_SMALL_PX, _LARGE_PX = 224, 640  # of the shorter side
_DARK, _BRIGHT = 0.25, 0.65  # mean luma of the square that the network sees
_LUMA = np.array([0.299, 0.587, 0.114], np.float32) / 255  # ITU-R BT.601
_MOST = 40  # slices kept in a bundle


def slices_record(data: TrainData, out_of_fold_probs: np.ndarray, cameras: Sequence[str]) -> dict[str, Any]:
    """Plain JSON for bundle.json: "slices", the most suspicious first, and "worst", one of them or None.

    Args:
        out_of_fold_probs: (N, C), of every picture from a head that had not seen it. cameras: (N,), "" for unknown.
    """
    slices = error_by_slice(
        out_of_fold_probs.argmax(axis=1) != data.targets,
        {
            "source": [picture.source for picture in data.pictures],
            "licence": [_licence(picture) for picture in data.pictures],
            "size": [_size(picture) for picture in data.pictures],
            "brightness": _brightness(data.embeddings.tiny),
            "camera": list(cameras),
        },
        data.plan.groups,
    )
    rows = [
        {
            "by": one.by, "value": one.value, "n": one.n, "n_wrong": one.n_wrong,
            "error_interval": [round(end, 4) for end in one.interval], "chance": float(f"{one.chance:.3g}"),
        }
        for one in slices[:_MOST]
    ]  # fmt: skip
    return {"slices": rows, "worst": rows[0] if worst_slice(slices) else None}


def _licence(picture: Picture) -> str:
    licence = licence_of_picture(picture)
    return licence.name if licence.is_known else "no known licence"


def _size(picture: Picture) -> str:
    shorter = min(picture.width, picture.height)
    if shorter < _SMALL_PX:
        return f"shorter side below {_SMALL_PX} px"
    return f"{_SMALL_PX} to {_LARGE_PX - 1} px" if shorter < _LARGE_PX else f"{_LARGE_PX} px and more"


def _brightness(tiny: np.ndarray) -> list[str]:
    luma = (tiny.astype(np.float32) @ _LUMA).reshape(len(tiny), -1).mean(axis=1) if len(tiny) else np.empty(0)
    return ["dark" if one < _DARK else "bright" if one > _BRIGHT else "medium" for one in luma]
