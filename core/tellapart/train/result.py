"""TrainResult: everything a training found out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.errors import Skipped
from tellapart.learning.calibration import Calibration
from tellapart.learning.evaluation import Evaluation
from tellapart.planning.config import TrainConfig
from tellapart.planning.held_out import HeldOut
from tellapart.planning.snapshot import ProjectSnapshot
from tellapart.train.display.notebook import result_html
from tellapart.train.display.text import result_sentences, result_text
from tellapart.words.percents import tenths, whole

FORMAT = 1
MAX_MISTAKES = 500


@dataclass(frozen=True, repr=False)
class TrainResult:
    """A trained and checked classifier. Printed it is a small table; a notebook shows its mistakes as pictures, too.

    evaluation: on the held-out pictures. baselines: error rates of "majority" and "pixels" on the same pictures.
    out_of_fold_probs: (N, C) for all image_ids (N,), each from a head that had not seen it; splits: (N,).
    seconds: decode, embed, fit, total. test_error_rate: on the folder's own test part, if it had one. recipe: plain
    JSON, "kept" (quick, thorough or everything), and after the latter two "share" (of the tuned weights), "said" and
    "compared".
    held_out: the answers about each held-out picture, which `to_json` leaves out. snapshot: where the project stood.
    """

    classes: tuple[str, ...]
    n_train: int
    n_valid: int
    n_test: int
    test_error_rate: float | None
    backbone: str
    config: TrainConfig
    evaluation: Evaluation
    baselines: dict[str, float]
    calibration: Calibration
    threshold: float
    l2: float
    bundle_dir: Path
    image_ids: tuple[str, ...]
    splits: np.ndarray
    out_of_fold_probs: np.ndarray
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    recipe: dict[str, Any] = field(default_factory=lambda: {"kept": "quick"})
    held_out: HeldOut | None = None
    snapshot: ProjectSnapshot | None = None

    @property
    def temperature(self) -> float:
        """What the head's logits are divided by."""
        return self.calibration.temperature

    @property
    def error_rate(self) -> float:
        """Share of the held-out pictures that it gets wrong, 0 to 1."""
        return self.evaluation.error_rate

    def with_seconds(self, seconds: dict[str, float]) -> TrainResult:
        """The same with its timings."""
        return replace(self, seconds=seconds)

    def sentence(self) -> str:
        """For instance "8 of 96 wrong, 8.3 %; guessing would be 66 %"."""
        return (
            f"{self.evaluation.n_wrong} of {self.evaluation.n} wrong, {tenths(self.error_rate)}; "
            f"guessing would be {whole(self.baselines['majority'])}"
        )

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""
        return result_sentences(self)

    def __repr__(self) -> str:
        return result_text(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return result_html(self)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: what result.json of a run and `train --json` hold. Rates are fractions 0 to 1."""
        checked = self.evaluation
        return {
            "format": FORMAT,
            "sentence": self.sentence(),
            "classes": list(self.classes),
            "n_train": self.n_train,
            "n_valid": self.n_valid,
            "n_test": self.n_test,
            "error_rate": checked.error_rate,
            "n_wrong": checked.n_wrong,
            "error_interval": list(checked.error_interval),
            "baseline_error_rate": self.baselines["majority"],
            "baselines": self.baselines,
            "test_error_rate": self.test_error_rate,
            "backbone": self.backbone,
            "config": self.config.to_json(),
            "recipe": self.recipe,
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
            "bundle": f"{self.bundle_dir.parent.name}/{self.bundle_dir.name}",
            "confusion": checked.confusion.tolist(),
            "per_class": checked.by_class(self.classes),
            "n_different": checked.n_different,
            "temperature": self.calibration.temperature,
            "threshold": self.threshold,
            "reject_rate": checked.reject_rate,
            "calibration_error": checked.calibration_error,
            "debiased_calibration_error": checked.debiased_calibration_error,
            "l2": self.l2,
            "mistakes": [
                {
                    "image_id": m.image_id,
                    "path": m.path,
                    "label": m.label,
                    "predicted": m.predicted,
                    "confidence": m.confidence,
                }
                for m in checked.mistakes[:MAX_MISTAKES]
            ],
            "skipped": [{"path": one.path, "reason": one.reason} for one in self.skipped],
            "notes": list(self.notes),
            "snapshot": self.snapshot.to_json() if self.snapshot else None,
        }
