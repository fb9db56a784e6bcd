"""The names for notebooks: `from tellapart.vision import *`. Nothing here hides a builtin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
from tellapart.description.data_description import BATCH_SIZE
from tellapart.description.torch_side import network_door
from tellapart.errors import TellapartError
from tellapart.gather import IntakeSummary, read_place, take_in
from tellapart.planning.config import Recipe
from tellapart.planning.usual_recipe import usual_recipe
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
    project: Project,
    backbone: str = DEFAULT_BACKBONE,
    progress: Progress = silent,
    recipe: Recipe | None = None,
    epochs: int | None = None,
) -> TrainResult:
    """A checked classifier for the project's pictures, which the studio's Train page shows, too.

    It is `train_head` with nothing but a backbone and a recipe to choose, and `keep_as_run`.

    Args:
        recipe: "quick", "thorough" or "everything"; quick unless given, everything where a graphics card can be used.
        epochs: passes over the pictures with the latter two; as many as usual unless given.
    Raises:
        TellapartError: its text says what is missing.
    """
    if recipe is None:
        is_own = backbone == DEFAULT_BACKBONE
        recipe = usual_recipe(project.manifest.label_counts()) if is_own else "quick"
    result = train_head(project, TrainConfig(backbone=backbone, recipe=recipe, epochs=epochs), progress)
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
    devices: int = 1,
    num_nodes: int = 1,
) -> Learner:
    """A network ready to learn described data, of `DataDescription.data`; needs torch.

    Args:
        backbone: `efficientnet_lite0`, the name of a classification network of torchvision, or one of timm where timm
            is installed, such as resnet18.a1_in1k; of a name that both have, torchvision's is meant, and timm/resnet18
            is timm's.
        weights: a state dict of that network to start from (.safetensors, .pth); its published weights unless given.
        seed: of all that is random; the same seed gives the same weights on the same computer.
        device: "cpu", "cuda" or "mps"; a graphics card where there is one, unless given.
        precision: bits of the network's arithmetic: bf16 on a card that has it, else 32, unless given.
        say: is told how training goes, sentence by sentence.
        devices, num_nodes: so many on each of so many machines train it together, each in a process of its own that
            runs this program, too; a batch is shared among them.
    Raises:
        BackboneError: the network is unknown or not at hand, or takes pictures of another size only.
        WeightsError: the weights do not fit. TrainError: torch or the device is not there. TypeError: `data` is a
            description that was not applied to anything yet, or something else.
    """
    made: Learner = network_door().Learner(
        data, backbone, weights, seed, device, precision, say, devices=devices, num_nodes=num_nodes
    )
    return made


def continue_from(
    bundle: TrainResult | Path | str,
    description: DataDescription,
    source: Any,
    replay: Any = None,
    n_replay: int | None = None,
    batch_size: int = BATCH_SIZE,
    seed: int = 0,
    device: str | None = None,
    precision: Literal["32", "bf16", "16"] | None = None,
    say: Callable[[str], object] = print,
) -> Learner:
    """A learner that goes on from a bundle's network with new pictures, of old labels or new ones; needs torch.

    `fine_tune(0)` fits its head to new and old pictures together, in seconds; `fine_tune(2)` lets all layers learn from
    them, too. A label of the bundle that gets no picture is forgotten. Without `replay` the head alone can learn, from
    the new pictures and from what the bundle remembers of its labels: the mean and spread of their embeddings.

    Args:
        bundle: a bundle's folder, or a training's result.
        description, source: the new pictures, as of `description.data(source)`; one new label is enough.
        replay: the pictures that the bundle learned from, or some: a project, or a folder or table that the description
            fits, too.
        n_replay: at most so many of them for each label to learn from, at least 1; all unless given.
        batch_size: pictures in a training batch.
        seed, device, precision, say: see `learner`.
    Raises:
        ValueError: n_replay or the seed is out of range.
        BundleError: the bundle cannot be used. BackboneError: its network cannot be read back.
        DescriptionError, SplitError: the pictures to replay do not fit. TrainError: torch or the device is not there.
    """
    folder = bundle.bundle_dir if isinstance(bundle, TrainResult) else bundle
    made: Learner = network_door().continued(
        folder, description, source, replay, n_replay, batch_size, seed, device, precision, say
    )
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
    "continue_from",
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
