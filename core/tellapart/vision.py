"""The names for notebooks: `from tellapart.vision import *`. Nothing here hides a builtin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.classify import Prediction, Predictor
from tellapart.clean import open_review
from tellapart.description import (
    DataDescription,
    RandomResizedCrop,
    Resize,
    aug_transforms,
    column,
    column_split,
    folder_split,
    image_files,
    name_label,
    parent_label,
    random_split,
    table_rows,
)
from tellapart.description.torch_side import network_door
from tellapart.errors import TellapartError
from tellapart.gather import IntakeSummary, read_place, take_in
from tellapart.planning.config import Recipe
from tellapart.progress import Progress, silent
from tellapart.samples import make_samples
from tellapart.store.journal import Mark, Relabel, Remove, Restore
from tellapart.store.project import Project, create_project, is_project, open_project
from tellapart.train import TrainConfig, TrainResult, keep_as_run, train_head

if TYPE_CHECKING:
    from tellapart.network.data.data import Data
    from tellapart.network.learner.learner import Learner


def new_project(
    root: Path | str, pictures: Path | str, progress: Progress = silent, labels: str = "auto"
) -> Project:
    """A project in a new folder, with the pictures of a folder or zip taken in; the one there already if it exists.

    So a cell with it can be run again: a project that has pictures is opened as it is. `take_in` adds more to it.

    Args:
        root: the project's folder.
        pictures: a folder or zip with one folder of pictures per label.
        labels: where they stand, where that is not so; see `take_in`.
    Raises:
        ProjectError: the folder holds something else. IntakeError: the pictures as a whole are no use.
    """
    root, pictures = Path(root).expanduser(), Path(pictures)
    if not is_project(root):
        read_place(
            pictures.expanduser().absolute(), labels
        )  # a question should not leave an empty project behind
    project = open_project(root) if is_project(root) else create_project(root)
    if project.manifest.n_pictures() or project.manifest.n_removed():
        return project
    try:
        take_in(project, pictures, progress=progress, labels=labels)
    except TellapartError:
        project.close()
        raise
    return project


def train(
    project: Project, backbone: str = DEFAULT_BACKBONE, progress: Progress = silent, recipe: Recipe = "quick"
) -> TrainResult:
    """A checked classifier for the project's pictures, which the studio's Train page shows, too.

    It is `train_head` with nothing but a backbone and a recipe to choose, and `keep_as_run`.

    Raises:
        TellapartError: its text says what is missing.
    """
    result = train_head(project, TrainConfig(backbone=backbone, recipe=recipe), progress)
    keep_as_run(project, result)
    return result


def load_predictor(result: TrainResult | Path | str) -> Predictor:
    """What classifies new pictures, from a training's result or a bundle's folder.

    Raises:
        BundleError: the bundle cannot be used.
    """
    return Predictor(result.bundle_dir if isinstance(result, TrainResult) else result)


def learner(
    data: Data,
    backbone: str = DEFAULT_BACKBONE,
    weights: Path | str | None = None,
    seed: int = 0,
    device: str | None = None,
    precision: Literal["32", "bf16", "16"] | None = None,
    say: Callable[[str], object] = print,
) -> Learner:
    """A network ready to learn described data, of `DataDescription.data`; needs torch.

    Args:
        backbone: `efficientnet_lite0`, the name of a classification network of torchvision, or one of timm where timm
            is installed.
        weights: a state dict of that network to start from (.safetensors, .pth); its published weights unless given.
        seed: of all that is random; the same seed gives the same weights on the same computer.
        device: "cpu", "cuda" or "mps"; a graphics card where there is one, unless given.
        precision: bits of the network's arithmetic: bf16 on a card that has it, else 32, unless given.
        say: is told how training goes, sentence by sentence.
    Raises:
        BackboneError: the network is unknown or not at hand, or takes pictures of another size only.
        WeightsError: the weights do not fit. TrainError: torch or the device is not there.
    """
    made: Learner = network_door().Learner(data, backbone, weights, seed, device, precision, say)
    return made


__all__ = [
    "DataDescription",
    "IntakeSummary",
    "Mark",
    "Path",
    "Prediction",
    "Predictor",
    "Project",
    "RandomResizedCrop",
    "Relabel",
    "Remove",
    "Resize",
    "Restore",
    "TellapartError",
    "TrainConfig",
    "TrainResult",
    "aug_transforms",
    "column",
    "column_split",
    "create_project",
    "folder_split",
    "image_files",
    "learner",
    "load_predictor",
    "make_samples",
    "name_label",
    "new_project",
    "open_project",
    "open_review",
    "parent_label",
    "random_split",
    "table_rows",
    "take_in",
    "train",
    "train_head",
]
