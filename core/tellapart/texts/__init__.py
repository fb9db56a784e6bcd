"""Texts: from a table of labelled texts to a classifier. The names for notebooks: `from tellapart.texts import *`.

The verbs are those of pictures (`tellapart.vision`). What computes is imported when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.errors import TellapartError
from tellapart.progress import Progress, silent

if TYPE_CHECKING:
    from tellapart.texts.clean.review import TextReview
    from tellapart.texts.predictor import TextPredictor
    from tellapart.texts.project import TextProject
    from tellapart.texts.training import TextResult

__all__ = [
    "TellapartError",
    "export_html",
    "load_predictor",
    "new_project",
    "open_project",
    "open_review",
    "train",
]


def new_project(
    root: Path | str, texts: Path | str, text_column: str | None = None, label_column: str | None = None
) -> TextProject:
    """A project of the texts in a file or folder; the one there already if it exists, so that a cell can be run again.

    Args:
        root: the project's folder. texts: a CSV, TSV, JSON or JSON-lines file, or a folder of .txt files per label.
        text_column, label_column: their titles, where the table does not tell.
    Raises:
        IntakeError: nothing can be learned from the texts. ProjectError: the folder holds something else.
    """
    from tellapart.texts.project import TEXTS, create_text_project, open_text_project
    from tellapart.texts.reading import read_texts

    if TEXTS.is_project(Path(root).expanduser()):
        return open_text_project(root)
    return create_text_project(root, read_texts(texts, text_column, label_column))


def open_project(root: Path | str) -> TextProject:
    """The project of texts in a folder.

    Raises:
        ProjectError: there is none.
    """
    from tellapart.texts.project import open_text_project

    return open_text_project(root)


def train(project: TextProject, progress: Progress = silent) -> TextResult:
    """A checked classifier of the project's texts; each was judged by a classifier that learned from others.

    Raises:
        TrainError: there are not two labels with two texts each.
    """
    from tellapart.texts.training import train_texts

    return train_texts(project, progress)


def load_predictor(result: TextResult | Path | str) -> TextPredictor:
    """What classifies new texts, from a training's result or a bundle's folder.

    Raises:
        BundleError: it cannot be used.
    """
    from tellapart.texts.predictor import TextPredictor

    return TextPredictor(result if isinstance(result, Path | str) else result.bundle_dir)


def open_review(project: TextProject, progress: Progress = silent) -> TextReview:
    """What may be wrong with the project's texts, most suspicious first.

    Raises:
        TrainError: nothing can be learned from them yet.
    """
    from tellapart.texts.clean.review import TextReview

    return TextReview(project, progress)


def export_html(
    bundle: TextResult | Path | str, out: Path | str, title: str = "", force: bool = False
) -> Path:
    """One HTML file that answers in the browser, from disk, asking nobody.

    Args:
        title: above it; the usual one unless given. force: replace a page that tellapart made.
    Raises:
        BundleError: the bundle cannot be used. DeployError: the file is there, or cannot be written.
    """
    from tellapart.texts.page.export import export_text_page

    return export_text_page(
        bundle if isinstance(bundle, Path | str) else bundle.bundle_dir, out, title, force=force
    )
