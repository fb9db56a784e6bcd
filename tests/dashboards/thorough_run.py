"""A project with one thorough training, and the parts of the Train page that show such a one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from acting import every, one
from ipywidgets import ToggleButton, Widget
from tellapart.learning.tuning_curve import NetworkCurve, TuningCurve
from tellapart.store.project import open_project
from tellapart.train import TrainResult, keep_as_run
from tellapart_dashboards.widgets.sliders.sliders import Sliders

RUN = "20260101-120000-aaaaaa"
CURVE = TuningCurve(
    1,
    np.full(4, 1e-3),
    (NetworkCurve(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 0.8]), np.array([0.25, 0.125])),),
)


def thorough_project(trained: tuple[Path, TrainResult], root: Path) -> Path:
    """A copy of the trained project there, to which the training seems to have been a thorough one."""
    shutil.copytree(trained[0], root)
    with open_project(root) as project:
        shutil.copytree(trained[1].bundle_dir, project.bundles_dir / RUN)
        recipe = {"kept": "thorough", "said": "Better.", "curve": CURVE.to_json()}
        found = replace(trained[1], bundle_dir=project.bundles_dir / RUN, recipe=recipe)
        keep_as_run(project, found)
    return root


def fold(view: Widget, title: str) -> Any:
    return one(view, ToggleButton, title)


def sliders_of(view: Widget) -> Any:
    return next(w for w in every(view) if isinstance(w, Sliders))
