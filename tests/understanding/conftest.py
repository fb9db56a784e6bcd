"""A model of drawn leaves, trained once, and leaves it has not seen with the places where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tellapart.classify import Predictor
from tellapart.gather import take_in
from tellapart.pictures.images import read_image, square_of
from tellapart.samples import leaf_places, make_samples
from tellapart.store.project import create_project
from tellapart.train import train_head
from tellapart.understanding import Explainer


@dataclass(frozen=True)
class Leaf:
    """path: of the file. label: of the leaf. pixels: (S, S, 3) that the network sees. place: (S, S) bool in them."""

    path: Path
    label: str
    pixels: np.ndarray
    place: np.ndarray


@pytest.fixture(scope="session")
def leaf_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Predictor]:
    """A project of 64 drawn leaves, and its model."""
    folder = tmp_path_factory.mktemp("leaf-model")
    make_samples(folder / "leaves", seed=0, n_per_class=16)
    with create_project(folder / "project") as project:
        take_in(project, folder / "leaves")
        result = train_head(project)
    return folder / "project", Predictor(
        result.bundle_dir, n_threads=1
    )  # several wait for each other where all is busy


@pytest.fixture(scope="session")
def explainer(leaf_model: tuple[Path, Predictor]) -> Explainer:
    return Explainer(leaf_model[1].bundle, n_threads=1)


@pytest.fixture(scope="session")
def unseen_leaves(leaf_model: tuple[Path, Predictor], tmp_path_factory: pytest.TempPathFactory) -> list[Leaf]:
    """Of another seed: other grounds, other leaves. Those with a flaw are left out."""
    folder, preprocess = tmp_path_factory.mktemp("unseen"), leaf_model[1].bundle.preprocess
    make_samples(folder, seed=1, n_per_class=8)
    found = []
    for path, place in leaf_places(1, 8):
        mask = Image.fromarray(place.astype(np.uint8) * 255).convert("RGB")
        pixels = np.asarray(square_of(read_image(folder / path), preprocess))
        found.append(
            Leaf(
                folder / path,
                path.partition("/")[0],
                pixels,
                np.asarray(square_of(mask, preprocess))[..., 0] > 127,
            )
        )
    return found
