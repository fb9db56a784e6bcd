"""rating-model.json: what is known of the items as plain JSON, checked whenever it is read; nothing in it can run.

It holds no user. It proves itself: a hash of all that it says, and answers to made ratings, given again at each load.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

import tellapart
from tellapart import atomic_files
from tellapart.errors import BundleError
from tellapart.ratings.model import RatingModel

FILE_NAME = "rating-model.json"
FORMAT = 1
_MAX_BYTES = 256 * 2**20
_MOST_ITEMS, _MOST_FACTORS = 1_000_000, 64
_MAX_NAME = 200  # characters
_DIGITS = 5
_GOLDEN_TOLERANCE = 1e-6
_N_GOLDEN = 5  # items with a made rating, and items answered about


def write_model(model: RatingModel, folder: Path) -> Path:
    """The file, made in a folder that is there.

    Raises:
        OSError: the disk does not take it.
    """
    path = folder / FILE_NAME
    text = json.dumps(record_of(model), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    atomic_files.write_bytes(path, text.encode("utf-8", "surrogatepass"))
    return path


def record_of(model: RatingModel) -> dict[str, Any]:
    """All of it as plain JSON values; numbers are rounded to 5 digits, and the golden answers are those of the rounded
    ones."""
    record: dict[str, Any] = {
        "format": FORMAT,
        "kind": "ratings",
        "made_by": f"tellapart {tellapart.__version__}",
        "scale": list(model.scale),
        "mean": model.mean,
        "user_ridge": model.user_ridge,
        "noise": model.noise,
        "items": list(model.item_names),
        "titles": list(model.titles),
        "counts": model.counts.tolist(),
        "bias": _rounded(model.bias),
        "factors": [_rounded(column) for column in model.factors.T],  # one list for each factor
        "variance": [_rounded(column) for column in model.variance.T],
        "measured": model.measured,
    }
    record["golden"] = _golden_answers(_model_of(record))
    record["sha256"] = _hash(record)
    return record


def read_model(place: Path) -> RatingModel:
    """The model in a file, or in a bundle's folder.

    Raises:
        BundleError: it is not there, damaged, too large, of a newer version, or does not answer as it did.
    """
    path = place / FILE_NAME if place.is_dir() else place
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BundleError(f"{path} is larger than {_MAX_BYTES >> 20} MB, which no recommender is.")
        data = path.read_bytes()
    except OSError as error:
        raise BundleError(
            f"{path} cannot be read ({error.strerror}). Give the folder of a trained recommender."
        ) from error
    return model_of(data, str(path))


def model_of(data: bytes, name: str) -> RatingModel:
    """The model that the bytes of a file say; name: what errors call it.

    Raises:
        BundleError: see `read_model`.
    """
    try:
        record = json.loads(data, object_pairs_hook=_no_name_twice, parse_constant=_no_constant)
        if not isinstance(record, dict) or record.get("kind") != "ratings":
            raise BundleError(f"{name} is no recommender. Give a file that tellapart made of ratings.")
        found_hash = _hash({key: value for key, value in record.items() if key != "sha256"})
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{name} is damaged: it is no JSON ({error}). Copy or train it again.") from error
    made_in = record.get("format")
    if type(made_in) is not int or made_in < 1:
        raise BundleError(f"{name} is damaged: its format is {made_in!r}. Copy or train it again.")
    if made_in > FORMAT:
        raise BundleError(
            f"{name} has format {made_in}; this tellapart reads up to {FORMAT}. Update tellapart: "
            "pip install -U tellapart"
        )
    if record.get("sha256") != found_hash:
        raise BundleError(
            f"{name} is damaged: it is not what it was when it was made. Copy or train it again."
        )
    try:
        model = _model_of(record)
        found = np.array(_golden_answers(model), float)
        expected = _numbers(record["golden"], len(found))
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, np.linalg.LinAlgError) as error:
        said = str(error)[:100] or type(error).__name__
        raise BundleError(f"{name} is damaged: {said}. Copy or train it again.") from error
    if np.abs(found - expected).max() > _GOLDEN_TOLERANCE * max(1.0, model.scale[1] - model.scale[0]):
        raise BundleError(
            f"{name} no longer gives the answers it was made with. Train it again with this tellapart."
        )
    return model


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
    low, high = _numbers(record["scale"], 2).tolist()
    ridge, noise = _numbers([record["user_ridge"], record["noise"]], 2).tolist()
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
    return RatingModel(
        tuple(names), tuple(titles), _numbers(record["bias"], n), factors, variance, np.array(counts, np.int64),
        float(_numbers([record["mean"]], 1)[0]), (low, high), ridge, noise, record["measured"],
    )  # fmt: skip


def _columns(value: Any, n: int) -> np.ndarray:
    """(n, K) from a list for each factor."""
    if not isinstance(value, list) or len(value) > _MOST_FACTORS:
        raise ValueError("its factors are missing or too many")
    return np.array([_numbers(column, n) for column in value], float).reshape(-1, n).T


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > _MOST_ITEMS:
        raise ValueError("a list of names is missing or too long")
    if not all(isinstance(one, str) and len(one) <= _MAX_NAME for one in value):
        raise ValueError("a name is no text, or too long")
    return value


def _numbers(value: Any, n: int) -> np.ndarray:
    if not isinstance(value, list) or len(value) != n or not all(type(one) in (int, float) for one in value):
        raise ValueError(f"{n} numbers are missing")
    found = np.array(value, float)
    if not np.isfinite(found).all() or np.abs(found).max(initial=0.0) > 1e13:
        raise ValueError("a number is out of range")
    return found


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{one:.{_DIGITS}g}") for one in values.tolist()]


def _hash(record: dict[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _no_name_twice(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number")
