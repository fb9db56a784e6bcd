"""train_ratings: a checked recommender of a project's ratings, with the numbers that belong to it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.errors import TrainError
from tellapart.kinds.bundle_folder import KNOWN, free_bundle_dir, write_bundle
from tellapart.progress import Progress, silent
from tellapart.ratings.fitting import USER_RIDGE, fit_factors, noise_of
from tellapart.ratings.measuring import (
    FEWEST_KEPT,
    RatingScores,
    measure,
    newest_part,
    random_part,
    ratings_in,
)
from tellapart.ratings.model import RatingModel
from tellapart.ratings.model_file import write_model
from tellapart.ratings.project import RatingProject
from tellapart.ratings.rating_table import RatingTable
from tellapart.words.markdown import plain as as_markdown


@dataclass(frozen=True)
class RatingResult:
    """A training. scores: on a random fifth; by_time: on the newest fifth, None where ratings have no times. n_ratings,
    n_users, n_items: in the table; n_kept: items that the recommender knows. seconds: of it all."""

    bundle_dir: Path
    scores: RatingScores
    by_time: RatingScores | None
    n_ratings: int
    n_users: int
    n_items: int
    n_kept: int
    seconds: float

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""
        said = [f"On a random fifth: {_told(self.scores)}"]
        if self.by_time is not None:
            new = f" {self.by_time.n_new} of these {self.by_time.n} ratings are by users not seen before."
            said.append(
                f"On the newest fifth, learned from the older: {_told(self.by_time)}{new * bool(self.by_time.n_new)}"
            )
        said.append(
            f"{self.n_ratings} ratings by {self.n_users} users of {self.n_items} items, {self.scores.n_factors} "
            f"factors, {self.seconds:.1f} s."
        )
        n_rare = self.n_items - self.n_kept
        if n_rare:
            said.append(
                f"Not kept, since they would tell about one user: {n_rare} item(s) that one user alone rated."
            )
        return said

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "random_fifth": self.scores.to_json(),
            "newest_fifth": None if self.by_time is None else self.by_time.to_json(),
            "n_ratings": self.n_ratings,
            "n_users": self.n_users,
            "n_items": self.n_items,
            "n_kept": self.n_kept,
            "seconds": self.seconds,
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def train_ratings(project: RatingProject, progress: Progress = silent) -> RatingResult:
    """A recommender of all the project's ratings in a new bundle, measured on ratings that another one had not seen.

    Raises:
        TrainError: there are too few ratings.
        ProjectError: the disk does not take it.
    """
    clock, known = time.perf_counter(), project.decisions.newest()
    table = project.table
    scores = measure(table, random_part(table), progress)
    kept = np.flatnonzero(np.bincount(table.items, minlength=len(table.item_names)) >= FEWEST_KEPT)
    if scores is None or len(kept) < 2:
        raise TrainError(
            f"{project.source} has {len(table.stars)} ratings, and {len(kept)} items that two users rated. Training "
            "needs 10 ratings and two such items. Add ratings."
        )
    by_time = None if table.times is None else measure(table, newest_part(table.times), progress)
    model = _model(table, kept, (scores.n_factors, scores.n_rounds), progress)
    bundle_dir = free_bundle_dir(project.bundles_dir)
    result = RatingResult(
        bundle_dir, scores, by_time, len(table.stars), len(table.user_names), len(table.item_names), len(kept),
        time.perf_counter() - clock,
    )  # fmt: skip
    model.measured.update(result.to_json(), **{KNOWN: known})
    write_bundle(bundle_dir, lambda folder: write_model(model, folder), _card(project.name, result))
    return result


def _model(table: RatingTable, kept: np.ndarray, chosen: tuple[int, int], progress: Progress) -> RatingModel:
    """Of all ratings; what is known of users is left behind here."""
    width = table.scale[1] - table.scale[0]
    found = fit_factors(ratings_in(table), width, chosen, progress=progress)
    return RatingModel(
        tuple(table.item_names[at] for at in kept.tolist()),
        tuple(table.titles[at] for at in kept.tolist()),
        found.item_bias[kept], found.item_factors[kept], found.item_variance[kept],
        np.bincount(table.items)[kept], found.mean, table.scale, USER_RIDGE, noise_of(width), {},
    )  # fmt: skip


def _told(scores: RatingScores) -> str:
    ends = "no interval: all are by one user"
    if scores.interval:
        ends = "95 % interval {:.3f} to {:.3f}".format(*scores.interval)
    return (
        f"mean squared error {scores.mse:.3f} ({ends}), that is about "
        f"{scores.mse**0.5:.2f} stars off; mean, user and item alone {scores.bias_mse:.3f}; always the mean "
        f"{scores.mean_mse:.3f}."
    )


def _card(name: str, result: RatingResult) -> str:
    return "\n".join(
        [
            f"# {as_markdown(name)}: a recommender",
            "",
            *(as_markdown(sentence) + "\n" for sentence in result.sentences()),
            "Made with tellapart: how each item is rated on average (bias), and a few factors per item that tell "
            "tastes apart. The file rating-model.json holds items, no users and no single rating.",
            "",
        ]
    )
