"""rating-model.json: what is known of the items as plain JSON, checked whenever it is read; nothing in it can run.

It holds no user. It proves itself: a hash of all that it says, and answers to made ratings, given again at each load.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tellapart.kinds.model_file import TOLERANCE, ModelFile
from tellapart.kinds.sealed_json import numbers, rounded
from tellapart.ratings.kind import KIND
from tellapart.ratings.model import RatingModel

FILE_NAME = KIND.model_name
FILE = ModelFile(FILE_NAME, KIND.name, "recommender", most_bytes=256 * 2**20)
_MOST_ITEMS, _MOST_FACTORS = 1_000_000, 64
_MAX_NAME = 200  # characters
_DIGITS = 5
_N_GOLDEN = 5  # items with a made rating, and items answered about
_FARTHEST = 1e13  # from 0, of a number


def write_model(model: RatingModel, folder: Path) -> Path:
    """The file, made in a folder that is there.

    Raises:
        OSError: the disk does not take it.
    """
    return FILE.write(record_of(model), folder)


def record_of(model: RatingModel) -> dict[str, Any]:
    """All of it as plain JSON values; numbers are rounded to 5 digits, and the golden answers are those of the rounded
    ones."""
    record = FILE.record(
        {
            "scale": list(model.scale),
            "mean": model.mean,
            "user_ridge": model.user_ridge,
            "noise": model.noise,
            "items": list(model.item_names),
            "titles": list(model.titles),
            "counts": model.counts.tolist(),
            "bias": rounded(model.bias, _DIGITS),
            "factors": [rounded(column, _DIGITS) for column in model.factors.T],  # one list for each factor
            "variance": [rounded(column, _DIGITS) for column in model.variance.T],
            "measured": model.measured,
        }
    )
    return FILE.sealed(record, _golden_answers(_model_of(record)))


def read_model(place: Path) -> RatingModel:
    """The model in a file, or in a bundle's folder.

    Raises:
        BundleError: it is not there, damaged, too large, of a newer version, or does not answer as it did.
    """
    return model_of(*FILE.read(place))


def model_of(data: bytes, name: str) -> RatingModel:
    """The model that the bytes of a file say; name: what errors call it.

    Raises:
        BundleError: see `read_model`.
    """
    return FILE.opened(data, name, _model_of, _answers, _tolerance)


def _tolerance(model: RatingModel) -> float:
    return TOLERANCE * max(1.0, model.scale[1] - model.scale[0])


def _answers(model: RatingModel, record: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    found = np.array(_golden_answers(model), float)
    return found, numbers(record["golden"], len(found), _FARTHEST)


def _golden_answers(model: RatingModel) -> list[float]:
    """What somebody is expected to give who rated a few items the highest and the lowest in turn."""
    places = np.arange(min(_N_GOLDEN, len(model.item_names)))
    stars = np.where(places % 2 == 0, model.scale[1], model.scale[0]).astype(float)
    return [float(one) for one in model.expected_for(places, stars)[-_N_GOLDEN:]]


def _model_of(record: dict[str, Any]) -> RatingModel:
    names, titles = _strings(record["items"]), _strings(record["titles"])
    n = len(names)
    if not n or len(set(names)) < n or len(titles) != n:
        raise ValueError("its items and titles do not fit together")
    low, high = numbers(record["scale"], 2, _FARTHEST).tolist()
    ridge, noise = numbers([record["user_ridge"], record["noise"]], 2, _FARTHEST).tolist()
    if not (low < high and ridge > 0 and noise > 0):
        raise ValueError("its scale or its strengths are out of range")
    factors, variance = _columns(record["factors"], n), _columns(record["variance"], n)
    if factors.shape != variance.shape or (variance < 0).any():
        raise ValueError("its factors do not fit together")
    counts = record["counts"]
    if (
        not isinstance(counts, list)
        or len(counts) != n
        or not all(type(one) is int and 0 <= one < 2**53 for one in counts)
    ):
        raise ValueError("its counts are out of range")
    if not isinstance(record["measured"], dict):
        raise ValueError("what it measured is missing")
    bias, mean = numbers(record["bias"], n, _FARTHEST), float(numbers([record["mean"]], 1, _FARTHEST)[0])
    return RatingModel(
        tuple(names), tuple(titles), bias, factors, variance, np.array(counts, np.int64), mean, (low, high),
        ridge, noise, record["measured"],
    )  # fmt: skip


def _columns(value: Any, n: int) -> np.ndarray:
    """(n, K) from a list for each factor."""
    if not isinstance(value, list) or len(value) > _MOST_FACTORS:
        raise ValueError("its factors are missing or too many")
    return np.array([numbers(column, n, _FARTHEST) for column in value], float).reshape(-1, n).T


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > _MOST_ITEMS:
        raise ValueError("a list of names is missing or too long")
    if not all(isinstance(one, str) and len(one) <= _MAX_NAME for one in value):
        raise ValueError("a name is no text, or too long")
    return value
