"""Tables: from rows with a column to be told to a classifier. For notebooks: `from tellapart.tables import *`.

The verbs are those of pictures (`tellapart.vision`). What computes is imported when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.errors import TellapartError
from tellapart.progress import Progress, silent

if TYPE_CHECKING:
    from tellapart.tables.clean.review import TableReview
    from tellapart.tables.effects.left_out import LeavingOut
    from tellapart.tables.effects.report import Influence
    from tellapart.tables.effects.time_order import TimeOrder
    from tellapart.tables.graph.export import TableOnnx
    from tellapart.tables.predictor import TablePredictor
    from tellapart.tables.project import TableProject
    from tellapart.tables.training import TableResult

__all__ = [
    "TellapartError",
    "by_time",
    "export_html",
    "export_onnx",
    "influence",
    "leave_out",
    "load_predictor",
    "new_project",
    "open_project",
    "open_review",
    "train",
]


def new_project(root: Path | str, table: Path | str, target: str | None = None) -> TableProject:
    """A project of the rows of a file; the one there already if it exists, so that a cell can be run again.

    Args:
        root: the project's folder. table: a CSV, TSV or Parquet file. target: title of the column to be told; by a
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
    from tellapart.tables.clean.review import TableReview

    return TableReview(project, progress)


def influence(project: TableProject, progress: Progress = silent) -> Influence:
    """What each column has to say (permutation importance), and how the answer changes with it (partial dependence).

    Raises:
        TrainError: nothing can be learned from the rows yet.
    """
    from tellapart.tables.effects.report import influence_of

    return influence_of(project, progress)


def leave_out(project: TableProject, *titles: str, progress: Progress = silent) -> LeavingOut:
    """What leaving these columns out costs, in all and for each group of people; the sensitive ones unless named.

    Raises:
        TrainError: there is no such column, none is sensitive, or nothing can be learned without them.
    """
    from tellapart.tables.effects.left_out import cost_of_leaving_out
    from tellapart.tables.judging import judge_rows

    return cost_of_leaving_out(judge_rows(project, progress), titles, progress)


def by_time(project: TableProject, title: str = "", progress: Progress = silent) -> TimeOrder:
    """The error on the latest rows of who learned from those before; title: of the column of dates, else the first.

    Raises:
        TrainError: there is no such column, or too few rows before or after.
    """
    from tellapart.tables.effects.time_order import split_by_time
    from tellapart.tables.judging import judge_rows

    return split_by_time(judge_rows(project, progress), title, progress)


def export_html(
    bundle: TableResult | Path | str, out: Path | str, title: str = "", force: bool = False
) -> Path:
    """One HTML file with a form that answers in the browser, from disk, asking nobody.

    Args:
        title: above it; the usual one unless given. force: replace a page that tellapart made.
    Raises:
        BundleError: the bundle cannot be used. DeployError: the file is there, or cannot be written.
    """
    from tellapart.tables.page.export import export_table_page

    return export_table_page(
        bundle if isinstance(bundle, Path | str) else bundle.bundle_dir, out, title, force=force
    )


def export_onnx(bundle: TableResult | Path | str, out: Path | str) -> TableOnnx:
    """One ONNX file that answers as the bundle does, checked with ONNX Runtime before it is written.

    Raises:
        BundleError: the bundle cannot be used. DeployError: the file is there, or would not answer alike.
    """
    from tellapart.tables.graph.export import export_table_onnx

    return export_table_onnx(bundle if isinstance(bundle, Path | str) else bundle.bundle_dir, out)
