"""The names for notebooks: `from tellapart.vision import *`. Nothing here hides a builtin."""

from __future__ import annotations

from pathlib import Path

from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.classify import Prediction, Predictor
from tellapart.clean import open_review
from tellapart.errors import TellapartError
from tellapart.gather import IntakeSummary, read_place, take_in
from tellapart.planning.config import Recipe
from tellapart.progress import Progress, silent
from tellapart.samples import make_samples
from tellapart.store.journal import Mark, Relabel, Remove, Restore
from tellapart.store.project import Project, create_project, is_project, open_project
from tellapart.train import TrainConfig, TrainResult, keep_as_run, train_head


def new_project(
    root: Path | str, pictures: Path | str, progress: Progress = silent, labels: str = "auto"
) -> Project:
    """A project in a new folder, with the pictures of a folder or zip taken in; the one there already if it exists.

    Args:
        root: the project's folder.
        pictures: a folder or zip with one folder of pictures per label.
        labels: where they stand, where that is not so; see `take_in`.
    Raises:
        ProjectError: the folder holds something else. IntakeError: the pictures as a whole are no use.
    """
    root, pictures = Path(root), Path(pictures)
    if not is_project(root):
        read_place(
            pictures.expanduser().absolute(), labels
        )  # a question should not leave an empty project behind
    project = open_project(root) if is_project(root) else create_project(root)
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


__all__ = [
    "IntakeSummary",
    "Mark",
    "Path",
    "Prediction",
    "Predictor",
    "Project",
    "Relabel",
    "Remove",
    "Restore",
    "TellapartError",
    "TrainConfig",
    "TrainResult",
    "create_project",
    "load_predictor",
    "make_samples",
    "new_project",
    "open_project",
    "open_review",
    "take_in",
    "train",
    "train_head",
]
