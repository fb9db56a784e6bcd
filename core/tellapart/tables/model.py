"""TableModel: what was learned from rows, as plain numbers; it answers with numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.learning.metrics import cautious, softmax
from tellapart.tables.columns import TableColumn
from tellapart.tables.encoding import Feature, encoded, raw_values, widened
from tellapart.tables.trees import Trees


@dataclass(frozen=True)
class LinearScores:
    """weights: (D, O), bias: (O,), of the widened features."""

    weights: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True)
class TableModel:
    """labels: in the order of the probabilities. target: title of the column that is told. columns: all of the table it
    learned from, without the target. shift: (C,), temperature, caution: the calibration. measured: what it was found to
    be worth, plain JSON values."""

    labels: tuple[str, ...]
    target: str
    columns: tuple[TableColumn, ...]
    features: tuple[Feature, ...]
    scorer: Trees | LinearScores
    shift: np.ndarray
    temperature: float
    caution: float
    measured: dict[str, Any]

    def probabilities(self, rows: Sequence[Sequence[str]]) -> np.ndarray:
        """(N, C), calibrated, rows sum to 1; cells in the order of the columns."""
        if not rows:
            return np.zeros((0, len(self.labels)))
        return self.encoded_probabilities(encoded(self.features, raw_values(self.columns, rows)))

    def encoded_probabilities(self, inputs: np.ndarray) -> np.ndarray:
        """(N, C) of (N, F) encoded rows."""
        logits = both_sides(self.scores(inputs))
        return cautious(softmax(logits / self.temperature + self.shift), self.caution)

    def scores(self, inputs: np.ndarray) -> np.ndarray:
        """(N, O) of (N, F) encoded rows; with two labels one score, for the second."""
        if isinstance(self.scorer, Trees):
            return self.scorer.scores(inputs)
        return np.asarray(widened(self.features, inputs) @ self.scorer.weights + self.scorer.bias)


def both_sides(scores: np.ndarray) -> np.ndarray:
    """(N, C) logits of (N, O) scores: one score alone is what speaks for the second of two labels."""
    return np.concatenate([-scores / 2, scores / 2], axis=1) if scores.shape[1] == 1 else scores
