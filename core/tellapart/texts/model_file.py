"""text-model.json: a classifier of texts as plain JSON, checked whenever it is read; nothing in it can run.

It proves itself: a hash of all that it says, and the answers to a few made texts, which are given again at each load.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.kinds.model_file import ModelFile
from tellapart.kinds.sealed_json import numbers, rounded
from tellapart.label_names import clean_label
from tellapart.texts.kind import KIND
from tellapart.texts.model import TermTable, TextModel

FILE_NAME = KIND.model_name
FILE = ModelFile(FILE_NAME, KIND.name, "classifier of texts", most_bytes=128 * 2**20)
_MOST_TERMS, _MOST_LABELS = 1_000_000, 10_000
_MAX_TERM = 200  # characters
_DIGITS = 6
_GOLDEN_WORDS, _N_GOLDEN = 12, 4
_MOST_GOLDEN, _MAX_GOLDEN = 20, 1000  # texts that are judged again at each load, and characters of one


def write_model(model: TextModel, folder: Path) -> Path:
    """The file, made in a folder that is there.

    Raises:
        OSError: the disk does not take it.
    """
    return FILE.write(record_of(model), folder)


def record_of(model: TextModel) -> dict[str, Any]:
    """All of it as plain JSON values; numbers are rounded to 6 digits, and the golden answers are those of the rounded
    ones."""
    record = FILE.record(
        {
            "labels": list(model.labels),
            "words": _table_record(model.words),
            "pieces": _table_record(model.pieces),
            "bias": rounded(model.bias, _DIGITS),
            "caution": float(model.caution),
            "temperature": float(model.temperature),
            "measured": model.measured,
        }
    )
    names = [name for name in model.words.columns if " " not in name]
    golden = [
        " ".join(names[i :: max(1, len(names) // _GOLDEN_WORDS)][:_GOLDEN_WORDS]) for i in range(_N_GOLDEN)
    ]
    golden.append("Ünbekannt ... 42 !")
    answers = _model_of(record).probabilities(golden).tolist()
    return FILE.sealed(
        record,
        [{"text": text, "probabilities": row} for text, row in zip(golden, answers, strict=True)],
    )


def read_model(place: Path) -> TextModel:
    """The model in a file, or in a bundle's folder.

    Raises:
        BundleError: it is not there, damaged, too large, of a newer version, or does not answer as it did.
    """
    return model_of(*FILE.read(place))


def model_of(data: bytes, name: str) -> TextModel:
    """The model that the bytes of a file say; name: what errors call it.

    Raises:
        BundleError: see `read_model`.
    """
    return FILE.opened(data, name, _model_of, _answers)


def _answers(model: TextModel, record: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    golden = record["golden"][:_MOST_GOLDEN]
    texts = [str(one["text"])[:_MAX_GOLDEN] for one in golden]
    expected = np.array([numbers(one["probabilities"], len(model.labels)) for one in golden], float)
    return model.probabilities(texts), expected.reshape(-1, len(model.labels))


def _model_of(record: dict[str, Any]) -> TextModel:
    labels = tuple(clean_label(one) for one in _strings(record["labels"], _MOST_LABELS))
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise ValueError("it has no two different labels")
    measured = record["measured"]
    if not isinstance(measured, dict):
        raise ValueError("what it measured is missing")
    caution, temperature = float(record["caution"]), float(record["temperature"])
    if not (0 <= caution <= 1 and 0 < temperature < math.inf):
        raise ValueError("its calibration is out of range")
    return TextModel(
        labels, _table_of(record["words"], len(labels)), _table_of(record["pieces"], len(labels)),
        numbers(record["bias"], len(labels)), caution, temperature, measured,
    )  # fmt: skip


def _table_record(table: TermTable) -> dict[str, Any]:
    return {
        "terms": list(table.columns),
        "idf": rounded(table.idf, _DIGITS),
        "weights": [rounded(column, _DIGITS) for column in table.weights.T],  # one list for each label
        "length": float(table.length),
    }


def _table_of(record: dict[str, Any], n_labels: int) -> TermTable:
    terms = _strings(record["terms"], _MOST_TERMS)
    columns = {term: i for i, term in enumerate(terms)}
    weights = [numbers(column, len(terms)) for column in record["weights"]]
    length = float(record["length"])
    if len(columns) < len(terms) or len(weights) != n_labels or not 0 <= length <= 1000:
        raise ValueError("its terms and weights do not fit together")
    return TermTable(columns, numbers(record["idf"], len(terms)), np.array(weights, float).T, length)


def _strings(value: Any, most: int) -> list[str]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("a list of texts is missing or too long")
    if not all(isinstance(one, str) and len(one) <= _MAX_TERM for one in value):
        raise ValueError("a term is no text, or too long")
    return value
