"""Tables: from rows with a column to be told to a classifier. For notebooks: `from tellapart.tables import *`.

The verbs are those of pictures (`tellapart.vision`). What computes is imported when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.errors import TellapartError
from tellapart.progress import Progress, silent

if TYPE_CHECKING:
    from tellapart.tables.predictor import TablePredictor
    from tellapart.tables.project import TableProject
    from tellapart.tables.review import TableReview
    from tellapart.tables.training import TableResult

__all__ = ["TellapartError", "load_predictor", "new_project", "open_project", "open_review", "train"]


def new_project(root: Path | str, table: Path | str, target: str | None = None) -> TableProject:
    """A project of the rows of a file; the one there already if it exists, so that a cell can be run again.

    Args:
        root: the project's folder. table: a CSV or TSV file. target: title of the column to be told; by a
            usual title, else the last one, unless given.
    Raises:
        IntakeError: nothing can be learned from the table. ProjectError: the folder holds something else.
    """
    from tellapart.tables.project import TABLES, create_table_project, open_table_project
    from tellapart.tables.reading import read_table

    if TABLES.is_project(Path(root).expanduser()):
        return open_table_project(root)
    return create_table_project(root, read_table(table, target))


def open_project(root: Path | str) -> TableProject:
    """The project of rows in a folder.

    Raises:
        ProjectError: there is none.
    """
    from tellapart.tables.project import open_table_project

    return open_table_project(root)


def train(project: TableProject, progress: Progress = silent) -> TableResult:
    """A checked classifier of the project's rows; each was judged by a classifier that learned from others.

    Raises:
        TrainError: there are not two labels with two rows each, or scikit-learn is missing.
    """
    from tellapart.tables.training import train_table

    return train_table(project, progress)


def load_predictor(result: TableResult | Path | str) -> TablePredictor:
    """What classifies new rows, from a training's result or a bundle's folder.

    Raises:
        BundleError: it cannot be used.
    """
    from tellapart.tables.predictor import TablePredictor

    return TablePredictor(result if isinstance(result, Path | str) else result.bundle_dir)


def open_review(project: TableProject, progress: Progress = silent) -> TableReview:
    """What may be wrong with the project's table, most suspicious first.

    Raises:
        TrainError: nothing can be learned from it yet.
    """
    from tellapart.tables.review import TableReview

    return TableReview(project, progress)
