"""table-model.json: a classifier of rows as plain JSON, checked whenever it is read; nothing in it can run.

It proves itself: a hash of all that it says, and the answers to a few made rows, which are given again at each load.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.kinds.model_file import ModelFile
from tellapart.kinds.sealed_json import numbers
from tellapart.label_names import clean_label
from tellapart.tables.columns import MOST_CATEGORIES, TableColumn
from tellapart.tables.encoding import Feature
from tellapart.tables.kind import KIND
from tellapart.tables.model import LinearScores, TableModel
from tellapart.tables.trees import Trees, trees_from_json

FILE_NAME = KIND.model_name
FILE = ModelFile(FILE_NAME, KIND.name, "classifier of tables", most_bytes=256 * 2**20)
_KINDS = ("number", "category", "date", "text", "identifier", "empty")
_MOST_GOLDEN = 20  # rows that are judged again at each load
_FARTHEST = 2e15
_MOST_TITLE = 10_000  # characters


def write_model(model: TableModel, folder: Path) -> Path:
    """The file, made in a folder that is there.

    Raises:
        OSError: the disk does not take it.
    """
    return FILE.write(record_of(model), folder)


def record_of(model: TableModel) -> dict[str, Any]:
    """All of it as plain JSON values."""
    record = FILE.record(
        {
            "labels": list(model.labels),
            "target": model.target,
            "columns": [{"title": one.title, "kind": one.kind, "style": one.style} for one in model.columns],
            "features": [
                {"categories": list(one.categories), "centre": one.centre, "scale": one.scale}
                for one in model.features
            ],
            "trees": model.scorer.to_json() if isinstance(model.scorer, Trees) else None,
            "linear": None if isinstance(model.scorer, Trees) else _linear_record(model.scorer),
            "shift": model.shift.tolist(),
            "temperature": float(model.temperature),
            "caution": float(model.caution),
            "measured": model.measured,
        }
    )
    golden = _golden_inputs(model.features)
    answers = model.encoded_probabilities(golden).tolist()
    return FILE.sealed(
        record,
        [
            {"inputs": [None if math.isnan(value) else value for value in row], "probabilities": answer}
            for row, answer in zip(golden.tolist(), answers, strict=True)
        ],
    )


def read_model(place: Path) -> TableModel:
    """The model in a file, or in a bundle's folder.

    Raises:
        BundleError: it is not there, damaged, too large, of a newer version, or does not answer as it did.
    """
    return model_of(*FILE.read(place))


def model_of(data: bytes, name: str) -> TableModel:
    """The model that the bytes of a file say; name: what errors call it.

    Raises:
        BundleError: see `read_model`.
    """
    return FILE.opened(data, name, _model_of, _answers)


def _answers(model: TableModel, record: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    golden, n = record["golden"][:_MOST_GOLDEN], len(model.features)
    inputs = np.array([_inputs(one["inputs"], model.features) for one in golden], float).reshape(-1, n)
    expected = np.array([numbers(one["probabilities"], len(model.labels)) for one in golden], float)
    return model.encoded_probabilities(inputs), expected


def _model_of(record: dict[str, Any]) -> TableModel:
    labels = tuple(clean_label(_text(one)) for one in record["labels"])
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise ValueError("it has no two different labels")
    columns = tuple(
        TableColumn(_text(one["title"]), _kind(one["kind"]), _text(one["style"])) for one in record["columns"]
    )
    used = [one for one in columns if one.is_used]
    if len(used) != len(record["features"]) or not used:
        raise ValueError("its columns and features do not fit together")
    features = tuple(_feature(column, one) for column, one in zip(used, record["features"], strict=True))
    n_scores = 1 if len(labels) == 2 else len(labels)
    scorer: Trees | LinearScores
    if record["trees"] is not None:
        scorer = trees_from_json(record["trees"], len(features))
        fits = len(scorer.base) == n_scores
        chosen = scorer.feature[scorer.choice >= 0]
        fits &= all(features[at].is_category for at in np.unique(chosen).tolist() if at >= 0)
    else:
        scorer = _linear_of(record["linear"], features)
        fits = scorer.weights.shape[1] == len(scorer.bias) == n_scores
    temperature, caution, measured = (
        float(record["temperature"]),
        float(record["caution"]),
        record["measured"],
    )
    if not (0 <= caution <= 1 and 0 < temperature < math.inf) or not isinstance(measured, dict) or not fits:
        raise ValueError("its parts do not fit together")
    shift = numbers(record["shift"], len(labels))
    return TableModel(
        labels, _text(record["target"]), columns, features, scorer, shift, temperature, caution, measured
    )


def _feature(column: TableColumn, record: dict[str, Any]) -> Feature:
    categories = tuple(_text(one) for one in record["categories"])
    if len(categories) > MOST_CATEGORIES or len(set(categories)) < len(categories):
        raise ValueError("its categories are too many, or one stands twice")
    centre, scale = numbers([record["centre"], record["scale"]], 2, _FARTHEST).tolist()
    if scale <= 0:
        raise ValueError("a scale is out of range")
    return Feature(column, categories, centre, scale)


def _linear_record(scorer: LinearScores) -> dict[str, Any]:
    return {"weights": scorer.weights.T.tolist(), "bias": scorer.bias.tolist()}


def _linear_of(record: dict[str, Any], features: tuple[Feature, ...]) -> LinearScores:
    n_wide = sum(len(one.categories) if one.is_category else 2 for one in features)
    weights = np.array([numbers(one, n_wide) for one in record["weights"]], float).reshape(-1, n_wide)
    return LinearScores(weights.T, numbers(record["bias"], len(weights)))


def _golden_inputs(features: tuple[Feature, ...]) -> np.ndarray:
    """Made rows: usual values, low and high ones, nothing known."""
    rows = []
    for step in (0.0, -1.0, 1.0, 2.5):
        last = [len(one.categories) - 1 for one in features]
        rows.append(
            [
                (max(0, min(n, round(n * (step + 1) / 3.5))) if n >= 0 else np.nan)
                if one.is_category
                else one.centre + step * one.scale
                for one, n in zip(features, last, strict=True)
            ]
        )
    return np.array([*rows, [np.nan] * len(features)], float)


def _inputs(values: Any, features: tuple[Feature, ...]) -> list[float]:
    given = numbers([0.0 if one is None else one for one in values], len(features), 1e17).tolist()
    row = [math.nan if was is None else one for was, one in zip(values, given, strict=True)]
    for feature, one in zip(features, row, strict=True):
        if feature.is_category and not math.isnan(one) and one not in range(len(feature.categories)):
            raise ValueError("a golden category is unknown")
    return row


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TITLE:
        raise ValueError("a text is missing, or too long")
    return value


def _kind(value: Any) -> Any:
    if value not in _KINDS:
        raise ValueError("a column is of no known kind")
    return value
