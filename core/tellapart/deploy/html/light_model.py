"""The network as a page carries it: a megabyte lighter where no answer changes by that. Needs the `onnx` package."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tellapart.backbones.onnx_session import open_session
from tellapart.bundle.loading import Bundle
from tellapart.errors import BundleError
from tellapart.pictures.images import load_pixels

_AXES = "novelty_axes"
_SAME = 1e-4  # of a probability
_NOVELTY_SAME = 2e-3  # of itself


def lightened(bundle: Bundle) -> bytes:
    """The bundle's ONNX file with the axes of novelty in 16 bits, which saves a megabyte of the page; as it is where
    that would change an answer to a golden picture."""
    path = bundle.bundle_dir / "model.onnx"
    data = path.read_bytes()
    model = onnx.load_from_string(data)
    axes = next((one for one in model.graph.initializer if one.name == _AXES), None)
    if axes is None or axes.data_type != TensorProto.FLOAT:
        return data
    small = numpy_helper.from_array(numpy_helper.to_array(axes).astype(np.float16), f"{_AXES}_16")
    model.graph.initializer.remove(axes)
    model.graph.initializer.append(small)
    model.graph.node.insert(0, helper.make_node("Cast", [small.name], [_AXES], to=TensorProto.FLOAT))
    light = bytes(model.SerializeToString())
    return light if _answers_alike(bundle, light) else data


def _answers_alike(bundle: Bundle, light: bytes) -> bool:
    session = open_session(light, BundleError)
    for golden in bundle.golden:
        pixels = load_pixels(bundle.bundle_dir / golden.file, bundle.preprocess)[None]
        probs, novelty = session.run(["probabilities", "novelty"], {"pixels": pixels})
        expected, expected_novelty = bundle.run(pixels)
        is_same = np.abs(probs - expected).max() <= _SAME
        if not is_same or np.abs(novelty / expected_novelty - 1).max() > _NOVELTY_SAME:
            return False
    return True
