"""What a bundle knows of its classes without their pictures: head, means and spread, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors import SafetensorError
from safetensors.numpy import load_file

from tellapart.bundle.loading import Bundle
from tellapart.errors import BundleError
from tellapart.learning.head import Head
from tellapart.learning.novelty import NoveltyModel

_TRIES = 20  # draws for each embedding that is wanted, until the head knows its class


@dataclass(frozen=True)
class KnownClasses:
    """counts: (C,) training pictures of each class."""

    names: tuple[str, ...]
    head: Head
    novelty: NoveltyModel
    counts: np.ndarray

    def drawn(self, n_per_class: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """(M, D) embeddings as pictures of the classes would have them, and (M,) their classes: drawn from a normal
        distribution around each class mean, and kept where the head knows the class again. Fewer than asked for where
        it seldom does.

        Source: Zhu et al. 2021, "Prototype augmentation and self-supervision for incremental learning" (CVPR).
        """
        model, rng = self.novelty, np.random.default_rng(seed)
        beside = 1 / np.sqrt(
            np.maximum(model.beside, 1e-6)
        )  # squares beside the axes, times their counts, average 1
        embeddings, targets = [], []
        for target in range(len(self.names)):
            n = _TRIES * n_per_class
            along = (model.means[target] + rng.standard_normal((n, len(model.spread)))) * model.spread
            rest = rng.standard_normal((n, len(beside))) * beside
            inputs = along @ model.axes.T + rest - rest @ model.axes @ model.axes.T
            drawn = np.asarray(inputs * model.scale + model.mean, np.float32)
            known = drawn[self.head.logits(drawn).argmax(axis=1) == target][:n_per_class]
            embeddings.append(known)
            targets.append(np.full(len(known), target))
        return np.concatenate(embeddings), np.concatenate(targets)


def known_classes(bundle: Bundle, model: onnx.ModelProto) -> KnownClasses:
    """Of a loaded bundle.

    Args:
        model: its model.onnx.
    Raises:
        BundleError: it lacks them, as a bundle of an old version may.
    """
    constants = {one.name: one for one in model.graph.initializer}
    try:
        mean, scale, axes, spread, means, weights = (
            numpy_helper.to_array(constants[f"novelty_{name}"])
            for name in ("mean", "scale", "axes", "spread", "means", "weights")
        )
        arrays = load_file(bundle.bundle_dir / "weights.safetensors")
        head = Head(arrays["mean"], arrays["scale"], arrays["weights"], arrays["bias"], 1.0)
        counts = bundle.record["counts"]["train"]
        known = np.array([int(counts.get(name, 0)) for name in bundle.classes])
        if head.weights.shape != (len(mean), len(bundle.classes)) or len(means.T) != len(bundle.classes):
            raise ValueError("its parts do not fit together")
    except (KeyError, ValueError, TypeError, AttributeError, OSError, SafetensorError) as error:
        raise BundleError(
            f"{bundle.bundle_dir.name} does not say enough of its classes to go on from it ({error}). Train it again "
            "with this version, and go on from that."
        ) from error
    novelty = NoveltyModel(mean, scale, axes, spread, means.T / -2, weights[:, 0])
    return KnownClasses(bundle.classes, head, novelty, known)
