"""Ratings: who likes what, from a table to a recommender. The names for notebooks: `from tellapart.ratings import *`.

The verbs are those of pictures (`tellapart.vision`). What computes is imported when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.errors import TellapartError
from tellapart.progress import Progress, silent

if TYPE_CHECKING:
    from tellapart.ratings.clean.review import RatingReview
    from tellapart.ratings.item_map import ItemMap
    from tellapart.ratings.model import RatingModel
    from tellapart.ratings.project import RatingProject
    from tellapart.ratings.training import RatingResult

__all__ = [
    "TellapartError",
    "export_html",
    "load_predictor",
    "map_items",
    "new_project",
    "open_project",
    "open_review",
    "train",
]


def new_project(
    root: Path | str,
    ratings: Path | str,
    scale: tuple[float, float] | None = None,
    titles: Path | str | None = None,
) -> RatingProject:
    """A project of the ratings in a file; the one there already if it exists, so that a cell can be run again.

    Args:
        root: the project's folder. ratings: a CSV, TSV or MovieLens file: user, item, rating, perhaps time and title.
        scale: lowest and highest rating, where the ratings do not tell. titles: a CSV or JSON file with item and title,
            also for a project that is there.
    Raises:
        IntakeError: nothing can be learned from the ratings. ProjectError: the folder holds something else.
    """
    from tellapart.ratings.project import RATINGS, create_rating_project, open_rating_project
    from tellapart.ratings.titles import keep_titles, read_titles

    if RATINGS.is_project(Path(root).expanduser()):
        project = open_rating_project(root)
        if titles is not None:
            keep_titles(project, read_titles(titles))
        return project
    return create_rating_project(root, ratings, scale, None if titles is None else read_titles(titles))


def open_project(root: Path | str) -> RatingProject:
    """The project of ratings in a folder.

    Raises:
        ProjectError: there is none.
    """
    from tellapart.ratings.project import open_rating_project

    return open_rating_project(root)


def train(project: RatingProject, progress: Progress = silent) -> RatingResult:
    """A checked recommender of the project's ratings, measured on ratings that were not learned from.

    Raises:
        TrainError: there are too few ratings.
    """
    from tellapart.ratings.training import train_ratings

    return train_ratings(project, progress)


def load_predictor(result: RatingResult | Path | str) -> RatingModel:
    """What recommends and finds similar items, from a training's result or a bundle's folder.

    Raises:
        BundleError: it cannot be used.
    """
    from tellapart.ratings.model_file import read_model

    return read_model(Path(result) if isinstance(result, Path | str) else result.bundle_dir)


def open_review(project: RatingProject, progress: Progress = silent) -> RatingReview:
    """What may be wrong with the project's ratings, worst first.

    Raises:
        IntakeError: nothing is left of them.
    """
    from tellapart.ratings.clean.review import RatingReview

    return RatingReview(project, progress)


def map_items(result: RatingResult | Path | str, most: int = 500) -> ItemMap:
    """Where the items lie by who likes them, those that most people rated; `chart()` of it draws them.

    Raises:
        BundleError: the bundle cannot be used, or nothing was learned of tastes.
    """
    from tellapart.ratings.item_map import map_items as mapped

    return mapped(load_predictor(result), most)


def export_html(
    result: RatingResult | Path | str, out: Path | str, title: str = "", force: bool = False
) -> Path:
    """One HTML file that recommends in the browser, from disk, asking nobody; it holds items and no users.

    Args:
        title: above it; the usual one unless given. force: replace a page that tellapart made.
    Raises:
        BundleError: the bundle cannot be used. DeployError: the file is there, or cannot be written.
    """
    from tellapart.ratings.page.export import export_rating_page

    bundle = Path(result) if isinstance(result, Path | str) else result.bundle_dir
    return export_rating_page(bundle, out, title, force=force)
