"""Outlines: every pixel of a picture a class. For notebooks: `from tellapart.outlines import *`.

The verbs are those of pictures (`tellapart.vision`). What computes is imported when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.errors import TellapartError
from tellapart.progress import Progress, silent

if TYPE_CHECKING:
    from tellapart.outlines.predictor import OutlinePredictor
    from tellapart.outlines.project import OutlineProject
    from tellapart.outlines.review import OutlineReview
    from tellapart.outlines.training import OutlineResult

__all__ = ["TellapartError", "load_predictor", "new_project", "open_project", "open_review", "train"]


def new_project(root: Path | str, folder: Path | str, void: str | None = None) -> OutlineProject:
    """A project of copies of a folder's pictures and masks; the one there already if it exists, so that a cell can be
    run again.

    Args:
        root: the project's folder. folder: pictures and their masks. void: the class that counts for nothing; by a
            usual name, unless given.
    Raises:
        IntakeError: nothing can be learned from the folder. ProjectError: the project's folder holds something else.
    """
    from tellapart.outlines.project import OUTLINES, create_outline_project, open_outline_project
    from tellapart.outlines.reading import read_outlines

    if OUTLINES.is_project(Path(root).expanduser()):
        return open_outline_project(root)
    return create_outline_project(root, read_outlines(folder, void))


def open_project(root: Path | str) -> OutlineProject:
    """The project of pictures with masks in a folder.

    Raises:
        ProjectError: there is none.
    """
    from tellapart.outlines.project import open_outline_project

    return open_outline_project(root)


def train(project: OutlineProject, n_epochs: int | None = None, progress: Progress = silent) -> OutlineResult:
    """A checked network of the project's pictures, measured on those that were held out.

    Raises:
        TrainError: there are not enough pictures or classes, or torch is missing.
    """
    from tellapart.outlines.training import EPOCHS, train_outlines

    return train_outlines(project, EPOCHS if n_epochs is None else n_epochs, progress=progress)


def load_predictor(result: OutlineResult | Path | str) -> OutlinePredictor:
    """What tells every pixel of new pictures, from a training's result or a bundle's folder.

    Raises:
        BundleError: it cannot be used.
    """
    from tellapart.outlines.predictor import OutlinePredictor

    return OutlinePredictor(result if isinstance(result, Path | str) else result.bundle_dir)


def open_review(project: OutlineProject, progress: Progress = silent) -> OutlineReview:
    """Where masks may be wrong, the worst picture and the worst region first.

    Raises:
        TrainError: nothing was trained yet.
    """
    from tellapart.outlines.review import OutlineReview

    return OutlineReview(project, progress)
