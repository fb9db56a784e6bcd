"""Tones that are high or low: a kind that is drawn for the tests. It is this folder, and a line in the table of kinds.

The names for notebooks: `from tones import *`.
"""

from __future__ import annotations

from pathlib import Path

from tellapart.errors import TellapartError
from tellapart.progress import Progress, silent

from tones.project import ToneProject, ToneResult, ToneReview, create_tones, read_model, read_tones
from tones.project import open_tones as open_project
from tones.project import train_tones as train

__all__ = ["TellapartError", "load_predictor", "new_project", "open_project", "open_review", "train"]


def new_project(root: Path, tones: Path) -> ToneProject:
    return create_tones(root, read_tones(tones), tones.name)


def load_predictor(result: ToneResult | Path) -> float:
    return read_model(result if isinstance(result, Path) else result.bundle_dir)


def open_review(project: ToneProject, progress: Progress = silent) -> ToneReview:
    return ToneReview(project)
