"""outlines-model.json and model.onnx: a network and what its answers mean, checked whenever they are read.

They prove themselves: hashes of both, and the answers to a made picture, which are given again at each load.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tellapart import atomic_files
from tellapart.backbones.onnx_session import open_session
from tellapart.bundle.trial import bundle_key, remember, tried_batch
from tellapart.errors import BundleError
from tellapart.kinds.model_file import ModelFile, bytes_of
from tellapart.kinds.sealed_json import numbers
from tellapart.outlines.classes import OutlineClass, classes_of
from tellapart.outlines.model import OutlineModel
from tellapart.outlines.project import MODEL_NAME

NETWORK_NAME = "model.onnx"
FILE = ModelFile(MODEL_NAME, "outlines", "network of outlines", most_bytes=16 * 2**20)
_MAX_NETWORK = 512 * 2**20
MOST_SIDE = 2048
MOST_NUMBERS = 2**28  # of an answer, 1 GB
_TOLERANCE = 0.02  # of a probability; processors differ
_ENLARGING = {"Resize": (1, 2, 3)}  # which networks of pictures have no need of
_LOOKED_AT = 7  # rows and columns of the made picture


def model_of_network(
    onnx: bytes, classes: tuple[OutlineClass, ...], is_colour: bool, width: int, height: int,
    measured: dict[str, Any],
) -> OutlineModel:  # fmt: skip
    """A model of a network that was just made.

    Raises:
        BundleError: its answers are of another shape.
    """
    session = open_session(onnx, BundleError)
    model = OutlineModel(classes, is_colour, width, height, measured, onnx, session)
    _golden(model)
    return model


def write_model(model: OutlineModel, folder: Path) -> None:
    """Both files, made in a folder that is there.

    Raises:
        OSError: the disk does not take them.
    """
    atomic_files.write_bytes(folder / NETWORK_NAME, model.onnx)
    FILE.write(record_of(model), folder)


def record_of(model: OutlineModel) -> dict[str, Any]:
    """All but the network as plain JSON values."""
    record = FILE.record(
        {
            "classes": [one.to_json() for one in model.classes],
            "is_colour": model.is_colour,
            "width": model.width,
            "height": model.height,
            "network": {"sha256": sha256(model.onnx).hexdigest(), "bytes": len(model.onnx)},
            "measured": model.measured,
        }
    )
    return FILE.sealed(record, _golden(model).round(6).tolist())


def read_model(place: Path) -> OutlineModel:
    """The model in a bundle's folder.

    One that is new on this computer is tried beforehand in a process of its own, with limits of memory and time; see
    `bundle.trial`.

    Raises:
        BundleError: it is not there, damaged, too large, of a newer version, made to do harm, or does not answer as it
            did.
    """
    folder = place if place.is_dir() else place.parent
    data, name = FILE.read(place)
    FILE.record_in(data, name)
    bytes_of(folder / NETWORK_NAME, _MAX_NETWORK, FILE.what)
    tried_batch(folder, bundle_key(data), "tellapart.outlines.trial_process")
    return read_untried(place)


def read_untried(place: Path) -> OutlineModel:
    """The same without the trial, for the process that tries it.

    Raises:
        BundleError: as `read_model` does.
    """
    network = (place if place.is_dir() else place.parent) / NETWORK_NAME
    return FILE.opened(
        *FILE.read(place),
        lambda record: _model_of(record, bytes_of(network, _MAX_NETWORK, FILE.what)),
        _answers,
        tolerance=lambda _: _TOLERANCE,
    )


def remember_own(bundle_dir: Path) -> None:
    """Remember that this very program made a bundle, which then needs no trial."""
    remember(bundle_key(FILE.read(bundle_dir)[0]), batch=1)


def golden_pixels(width: int, height: int) -> np.ndarray:
    """The made picture: (height, width, 3) uint8, a ramp of colours with stripes."""
    rows, columns = np.mgrid[0:height, 0:width]
    stripes = (rows // 8 + columns // 8) % 2 * 60
    planes = [255 * rows // height, 255 * columns // width, 195 - 195 * rows // height + stripes]
    return np.stack(planes, axis=-1).astype(np.uint8)


def _golden(model: OutlineModel) -> np.ndarray:
    """(49 · C,) probabilities at a few places of the made picture."""
    rows, columns = (np.linspace(0, side - 1, _LOOKED_AT).astype(int) for side in (model.height, model.width))
    try:
        probs = model.probabilities(golden_pixels(model.width, model.height)[None])
    except Exception as error:  # ONNX Runtime raises classes of its own, none of them public
        raise BundleError(f"The network does not run: {error}. Train it again.") from error
    if probs.shape != (1, len(model.classes), model.height, model.width):
        raise BundleError(
            f"The network answers in the shape {list(probs.shape)}, which is no mask. Train it again."
        )
    return np.asarray(probs[0][:, rows][:, :, columns].reshape(-1), float)


def _model_of(record: dict[str, Any], onnx: bytes) -> OutlineModel:
    from onnx import load_from_string

    from tellapart.bundle.graph_rules import OPERATORS, check_graph

    if sha256(onnx).hexdigest() != record["network"]["sha256"]:
        raise ValueError(f"{NETWORK_NAME} is not the file it was made with")
    classes = classes_of(record["classes"])
    width, height = (_side(record[name]) for name in ("width", "height"))
    if len(classes) * width * height > MOST_NUMBERS:
        raise ValueError(f"an answer of {len(classes)} × {height} × {width} numbers is too large")
    try:
        check_graph(load_from_string(onnx), {**OPERATORS, **_ENLARGING})
    except BundleError as error:
        raise ValueError(str(error)) from error
    return model_of_network(onnx, classes, bool(record["is_colour"]), width, height, dict(record["measured"]))


def _answers(model: OutlineModel, record: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    found = _golden(model)
    return found, numbers(record["golden"], len(found))


def _side(value: Any) -> int:
    if type(value) is not int or not 8 <= value <= MOST_SIDE:
        raise ValueError("its size is out of range")
    return value
