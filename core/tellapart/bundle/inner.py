"""What a bundle's network computes on the way to its answer: embeddings, and the maps they are averages of.

The graph is the one of the loaded bundle, checked by its hash and by `graph_rules` once more; nothing is added to it
but names of outputs, in memory. Needs the `onnx` package.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from tellapart.backbones.onnx_session import open_session
from tellapart.bundle.averaged_maps import LinearHead, linear_head
from tellapart.bundle.graph_rules import check_graph
from tellapart.bundle.loading import Bundle
from tellapart.errors import BundleError

_EMBEDDINGS = "embeddings"
_TOLERANCE = 1e-3  # of the embedding's length, by which the averages of the maps may differ from it
_MOST_VALUES = 2**27  # of all maps of one picture together


@dataclass(frozen=True)
class InnerNetwork:
    """A bundle's network opened once more. head: None where its embedding is no averages of maps."""

    bundle: Bundle
    session: onnxruntime.InferenceSession
    head: LinearHead | None

    def embeddings(self, pixels: np.ndarray) -> np.ndarray:
        """(N, D) float32 of (N, H, W, 3) uint8 pixels.

        Raises:
            BundleError: the network fails.
        """
        step = self.bundle.batch
        parts = [
            self._run([_EMBEDDINGS], pixels[start : start + step])[0] for start in range(0, len(pixels), step)
        ]
        return np.concatenate(parts).reshape(len(pixels), -1)

    def maps(self, pixels: np.ndarray) -> tuple[np.ndarray, ...] | None:
        """Of one picture (H, W, 3) the maps (C_k, h_k, w_k) whose averages, one after the other, are its embedding.

        None where there are none, or their averages are something else.

        Raises:
            BundleError: the network fails.
        """
        if self.head is None:
            return None
        embedding, *found = self._run([_EMBEDDINGS, *(one.name for one in self.head.maps)], pixels[None])
        if any(tensor.ndim != 4 for tensor in found) or sum(tensor.size for tensor in found) > _MOST_VALUES:
            return None
        planes = tuple(
            tensor[0].transpose(2, 0, 1) if one.is_channels_last else tensor[0]
            for tensor, one in zip(found, self.head.maps, strict=True)
        )
        averages = np.concatenate([one.mean(axis=(1, 2), dtype=np.float64) for one in planes])
        length = float(np.linalg.norm(embedding))
        if averages.shape != (embedding.size,) or not (
            np.linalg.norm(averages - embedding.ravel()) <= _TOLERANCE * max(length, 1e-6)
        ):
            return None
        return planes

    def _run(self, names: list[str], pixels: np.ndarray) -> list[np.ndarray]:
        try:
            return list(self.session.run(names, {"pixels": pixels}))
        except Exception as error:  # ONNX Runtime raises a dozen classes of its own, none of them public
            raise BundleError(
                f"{self.bundle.bundle_dir.name} cannot be computed by ONNX Runtime {onnxruntime.__version__} "
                f"({error}). Export the bundle again."
            ) from error


def open_inner(bundle: Bundle, n_threads: int | None = None) -> InnerNetwork:
    """The network of a loaded bundle, with its inner values as outputs.

    Args:
        n_threads: for one call; all cores unless given.
    Raises:
        BundleError: its file is no longer the one that was loaded.
    """
    model = _model_of(bundle)
    head = linear_head(model.graph)
    del model.graph.output[:]
    for name in dict.fromkeys([_EMBEDDINGS, *(one.name for one in head.maps)] if head else [_EMBEDDINGS]):
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    session = open_session(model.SerializeToString(), BundleError, n_threads)
    return InnerNetwork(bundle, session, head)


def _model_of(bundle: Bundle) -> Any:
    name = bundle.bundle_dir.name
    try:
        data = (bundle.bundle_dir / "model.onnx").read_bytes()
    except OSError as error:
        raise BundleError(
            f"{name} is incomplete: model.onnx cannot be read ({error.strerror}). Export the bundle again."
        ) from error
    if sha256(data).hexdigest() != bundle.record["files"]["model.onnx"]:
        raise BundleError(f"{name} was changed since it was opened. Open it again.")
    model = onnx.load_from_string(data)
    check_graph(model)
    return model
