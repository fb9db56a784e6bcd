"""A learner that goes on from a bundle, with new pictures and perhaps new labels, and does not forget the old ones: it
sees their pictures again (replay), or, where they are not at hand, what the bundle remembers of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from tellapart.backbones.catalogue import OF_FILE
from tellapart.backbones.lite0.reading import stored_weights
from tellapart.backbones.names import DEFAULT_BACKBONE, RETIRED
from tellapart.bundle.classes import KnownClasses, known_classes
from tellapart.bundle.loading import Bundle, load_bundle
from tellapart.description import DataDescription
from tellapart.description.assembly import Assembly, assembled, joined
from tellapart.errors import BackboneError, BundleError
from tellapart.label_names import label_order
from tellapart.network.data.data import Data
from tellapart.network.device import Precision
from tellapart.network.learner.learner import Learner
from tellapart.network.learner.networks import Network, built_in, network_of
from tellapart.network.learner.probe import Remembered
from tellapart.planning.config import TrainConfig
from tellapart.planning.described import described_pictures, project_description
from tellapart.planning.held_out import held_out_ids
from tellapart.runs import Run, latest
from tellapart.store.project import Project

_LEAST_DRAWN, _MOST_DRAWN = 30, 300  # embeddings that stand for a class without pictures


def continued(
    bundle_dir: Path | str, description: DataDescription, source: Any, replay: Any, n_replay: int | None,
    batch_size: int, seed: int, device: str | None, precision: Precision | None, say: Callable[[str], object],
) -> Learner:  # fmt: skip
    """See `tellapart.vision.continue_from`."""
    if n_replay is not None and n_replay < 1:
        raise ValueError(
            f"n_replay={n_replay}: choose at least 1, or leave `replay` out to go on without the old pictures."
        )
    if seed < 0:
        raise ValueError(f"seed={seed}: choose 0 or more.")
    bundle = load_bundle(Path(bundle_dir))
    model = onnx.load(bundle.bundle_dir / "model.onnx")
    network, known = _network(bundle, model), known_classes(bundle, model)
    assembly, remembered = assembled(description, source, n_least=1), None
    if replay is None:
        assembly, remembered = _with_remembered(assembly, known, bundle.bundle_dir.name, seed)
    else:
        old = _replayed(description, replay, bundle.bundle_dir.name, say)
        assembly = joined(assembly, old, n_replay, seed)
    if lost := sorted({*known.names} - {*assembly.classes}):
        listed = ", ".join(map(repr, lost))
        say(f"No picture of {listed} is among those to replay: the bundle to come will not know it.")
    data = Data(description, source, assembly, batch_size, seed, workers=0)
    return Learner(data, network, None, seed, device, precision, say, remembered)


def _network(bundle: Bundle, model: onnx.ModelProto) -> Network:
    """With the weights that are in the bundle.

    Raises:
        BackboneError: they cannot be read back, and are not those that everybody can have.
    """
    backbone = bundle.record["backbone"]
    name, licence = str(backbone["name"]), str(backbone.get("licence", "unknown"))
    if name == DEFAULT_BACKBONE and (weights := stored_weights(model)):
        state = {name: torch.from_numpy(values.copy()) for name, values in weights.items()}
        return built_in(state, f"the bundle {bundle.bundle_dir.name}", licence)
    if name in RETIRED:
        raise BackboneError(
            f"{bundle.bundle_dir.name} was made with {name}, the built-in backbone of an older version, which has been "
            "removed. The bundle goes on answering, but nothing can go on from it. Train all pictures together with "
            "today's: learner(data)."
        )
    if backbone.get("is_tuned", False):  # versions that did not say it could tune no layers
        raise BackboneError(
            f"The layers of {bundle.bundle_dir.name} have learned, and only those of {DEFAULT_BACKBONE} can be read "
            f"back from a bundle, not those of {name}. Train all pictures together: learner(data, {name!r})."
        )
    if licence.startswith(OF_FILE):
        raise BackboneError(
            f"{bundle.bundle_dir.name} was made with the {licence.removeprefix('that of the ')}, and only layers of "
            f"{DEFAULT_BACKBONE} can be read back from a bundle, not those of {name}. Train all pictures together: "
            f"learner(data, {name!r}, weights=FILE)."
        )
    return network_of(name)


def _replayed(description: DataDescription, replay: Any, name: str, say: Callable[[str], object]) -> Assembly:
    """Old pictures: of a project, or of a folder or table that the same description fits. Of a project those are held
    out that taught the bundle of that name nothing."""
    if not isinstance(replay, Project):
        return assembled(description, replay, n_least=1)
    run, is_its_own = Run(replay.runs_dir / name), True
    if not run.run_dir.is_dir():
        newest, is_its_own = latest(replay.root, "train"), False
        parts = "its newest one" if newest else "its usual split"
        say(
            f"{replay.name} has no training {name}, so {parts} says what is held out. If {name} learned from "
            "other parts, some pictures that it is measured on have taught it."
        )
        if newest is None:
            return assembled(project_description(replay), described_pictures(replay))
        run = newest
    rows = described_pictures(
        replay, TrainConfig.from_json(run.config), held_out_ids(run.run_dir) if is_its_own else None
    )
    return assembled(project_description(replay), rows)


def _with_remembered(
    assembly: Assembly, known: KnownClasses, name: str, seed: int
) -> tuple[Assembly, Remembered]:
    """The same items with the classes of the bundle among theirs, and what stands for its pictures.

    Raises:
        BundleError: nothing stands for a class.
    """
    classes = tuple(sorted({*assembly.classes, *known.names}, key=label_order))
    place = {label: k for k, label in enumerate(classes)}
    targets = np.array([place[assembly.classes[target]] for target in assembly.targets], np.int64)
    n_drawn = int(np.clip(np.bincount(assembly.targets).mean(), _LEAST_DRAWN, _MOST_DRAWN))
    embeddings, drawn = known.drawn(n_drawn, seed)
    there = {*assembly.classes, *(known.names[target] for target in np.unique(drawn))}
    if forgotten := [label for label in known.names if label not in there]:
        listed = ", ".join(map(repr, forgotten))
        raise BundleError(
            f"{name} never answers {listed} by itself, so it remembers nothing that could stand for pictures of it. "
            "Give some with `replay`."
        )
    counts = np.zeros(len(classes), np.int64)
    counts[[place[label] for label in known.names]] = np.maximum(known.counts, 1)
    remembered = Remembered(
        embeddings, np.array([place[label] for label in known.names])[drawn], counts, name
    )
    missing = sorted({*known.names} - {*assembly.classes}, key=label_order)
    note: tuple[str, ...] = ()
    if missing:
        listed = ", ".join(map(repr, missing))
        note = (f"There is no picture of {listed} here: what is measured says nothing about them.",)
    return replace(assembly, classes=classes, targets=targets, notes=(*assembly.notes, *note)), remembered
