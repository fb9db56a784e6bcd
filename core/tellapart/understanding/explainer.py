"""Explainer: class maps of a bundle's answers. Exact where its head weighs averages of maps, else by occlusion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tellapart.bundle.inner import InnerNetwork, open_inner
from tellapart.bundle.loading import Bundle
from tellapart.errors import ExplainError
from tellapart.learning.maps.class_maps import (
    class_map,
    rather_than_others,
    share_of_hottest,
    spread,
)
from tellapart.understanding.class_map import ClassMap, Method
from tellapart.understanding.occlusion import lost_probability
from tellapart.words.near_names import did_you_mean


class Explainer:
    """A loaded bundle that can say why. Its network is opened a second time, which the first answer waits for.

    n_threads: of that network, for one picture; all cores unless given.

    Raises:
        BundleError: the bundle was changed since it was loaded.
    """

    def __init__(self, bundle: Bundle, n_threads: int | None = None):
        self.bundle = bundle
        self.inner: InnerNetwork = open_inner(bundle, n_threads)

    def class_maps(
        self, pixels: np.ndarray, labels: Sequence[str], method: Method | None = None
    ) -> list[ClassMap]:
        """Where the evidence for each of these labels lies in a picture.

        Args:
            pixels: (S, S, 3) uint8, the square that the network sees; see `Predictor.pixels`.
            method: the exact one where there is one, unless given; "occlusion" works always, and takes 82 answers.
        Raises:
            ExplainError: the bundle does not know a label, or cannot explain by that method.
            BundleError: the network fails.
        """
        indices = [self.index_of(label) for label in labels]
        maps = self.inner.maps(pixels) if method != "occlusion" else None
        if maps is None and method == "exact":
            raise ExplainError(
                f"The network of {self.bundle.bundle_dir.name} does not stand on averages of maps, so there is no "
                "exact class map. Use the method occlusion."
            )
        head, side = self.inner.head, len(pixels)
        if maps is None or head is None:
            lost = lost_probability(lambda some: self.bundle.run(some)[0], pixels, self.bundle.batch)
            values = [spread(lost[index], side) for index in indices]
        else:
            values = [
                class_map(maps, *rather_than_others(head.weights, head.bias, index), side)
                for index in indices
            ]
        used: Method = "occlusion" if maps is None else "exact"
        return [
            ClassMap(label, one, used, share_of_hottest(one))
            for label, one in zip(labels, values, strict=True)
        ]

    def index_of(self, label: str) -> int:
        """The label's place in the classes.

        Raises:
            ExplainError: the bundle does not know it; the text names one that is spelled alike.
        """
        classes = self.bundle.classes
        if label in classes:
            return classes.index(label)
        known = ", ".join(classes[:8]) + (f" and {len(classes) - 8} more" if len(classes) > 8 else "")
        raise ExplainError(
            f"{self.bundle.bundle_dir.name} has no label {label!r}.{did_you_mean(label, classes)} Choose one of: "
            f"{known}."
        )
