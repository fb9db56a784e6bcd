"""export_table_onnx: a classifier of rows as one ONNX file, written once ONNX Runtime answers as tellapart does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tellapart import atomic_files
from tellapart.errors import DeployError
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.tables.encoding import Feature
from tellapart.tables.model import TableModel
from tellapart.tables.model_file import read_model
from tellapart.tables.trees import Trees

_TOLERANCE = 1e-5  # of a probability; ONNX adds trees in single precision
_N_ROWS = 500
_SHARE_MISSING = 0.15


@dataclass(frozen=True)
class TableOnnx:
    """A written file. inputs: what each is, by its name. n_rows: that were compared; difference: the largest of any
    probability."""

    path: Path
    inputs: dict[str, str]
    n_rows: int
    difference: float


def export_table_onnx(bundle: Path | str, out: Path | str) -> TableOnnx:
    """The classifier as a new .onnx file of which any ONNX Runtime makes use.

    Raises:
        BundleError: the bundle cannot be used; see `read_model`.
        DeployError: `out` is there, is no .onnx, or cannot be written; ONNX Runtime answers otherwise.
    """
    from tellapart.tables.graph.building import (
        classifier_onnx,
        input_names,
    )  # onnx takes a quarter of a second

    target = Path(out).expanduser().absolute()
    if target.suffix.lower() != ".onnx" or target.is_dir():
        raise DeployError(
            f"{target} is no name for an ONNX file. Give one that ends in .onnx, such as model.onnx."
        )
    if target.exists():
        raise DeployError(f"{target} exists. Choose another name.")
    model = read_model(Path(bundle).expanduser())
    data = classifier_onnx(model)
    rows = _tried(model)
    difference = _difference(data, model, input_names(model.features), rows)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(target, data)
    except OSError as error:
        raise DeployError(disk_reason(target.parent, error)) from error
    inputs = {
        name: _described(one) for name, one in zip(input_names(model.features), model.features, strict=True)
    }
    return TableOnnx(target, inputs, len(rows), difference)


def _described(feature: Feature) -> str:
    if feature.is_category:
        return 'string (N, 1), "" where it is missing'
    what = "days since 1970" if feature.column.kind == "date" else "a number"
    return f"double (N, 1), {what}, NaN where it is missing"


def _tried(model: TableModel) -> np.ndarray:
    """(N, F) encoded rows that ask for everything: usual and far values, every threshold's neighbours, missing ones."""
    rng = np.random.default_rng(0)
    columns = []
    for at, feature in enumerate(model.features):
        if feature.is_category:
            pool = np.arange(max(1, len(feature.categories)), dtype=float)
            if not feature.categories:
                pool = np.array([np.nan])
        else:
            pool = feature.centre + feature.scale * rng.normal(0, 2, _N_ROWS)
            if isinstance(model.scorer, Trees):
                asked = np.unique(model.scorer.threshold[model.scorer.feature == at])
                pool = np.concatenate([pool, asked, np.nextafter(asked, np.inf)])
        column = rng.choice(pool, _N_ROWS)
        column[rng.random(_N_ROWS) < _SHARE_MISSING] = np.nan
        columns.append(column)
    return np.column_stack([*columns])


def _difference(data: bytes, model: TableModel, names: list[str], rows: np.ndarray) -> float:
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    given = {}
    for at, (name, feature) in enumerate(zip(names, model.features, strict=True)):
        column = rows[:, at : at + 1]
        if feature.is_category:
            cells = ["" if np.isnan(one) else feature.categories[int(one)] for one in column[:, 0]]
            given[name] = np.array(cells, object)[:, None]
        else:
            given[name] = column
    labels, found = session.run(["label", "probabilities"], given)
    expected = model.encoded_probabilities(rows)
    difference = float(np.abs(found - expected).max())
    best = np.array(model.labels, object)[expected.argmax(axis=1)]
    top = np.sort(expected, axis=1)
    is_close = top[:, -1] - top[:, -2] <= 2 * _TOLERANCE  # either may win
    if difference > _TOLERANCE or not (is_close | (labels == best)).all():
        raise DeployError(
            f"ONNX Runtime {onnxruntime.__version__} does not answer as tellapart does (a probability differs by "
            f"{difference:.2g}), so no file was written. Update onnxruntime, or share the bundle (tellapart export)."
        )
    return difference
