"""How long a training will take, told before it starts.

Quick: from how many pictures are new to the cache. Thorough and Everything, beyond quick training, with which they
begin: tried on a few pictures, in a process of its own, since that needs torch; remembered for a day, for as many cores
and this version of the program.
"""

from __future__ import annotations

import contextlib
import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from tellapart import __version__, atomic_files
from tellapart.answering_process import NoAnswerError, answer_of, program
from tellapart.backbones.names import DEFAULT_BACKBONE, TIME_BESIDE
from tellapart.backbones.onnx_session import available_cpus
from tellapart.errors import TrainError
from tellapart.planning.config import Recipe, TrainConfig
from tellapart.train.thorough import CODE_VERSION, check_chosen

_NOTED_S = 24 * 3600.0
_PATIENCE_S = 120.0
_START_S, _PICTURE_CORE_S = 2.0, 0.04  # of quick training: imports and fits; one picture on one core
ESTIMATE_PROCESS = program("tellapart.train.estimate_process")


def quick_seconds(n_new: int, backbone: str = DEFAULT_BACKBONE) -> float:
    """Of quick training with so many pictures that are not in the cache yet; a download takes longer."""
    return _START_S + n_new * _PICTURE_CORE_S * TIME_BESIDE.get(backbone, 1.0) / available_cpus()


def why_not(config: TrainConfig) -> str:
    """Why its recipe cannot be followed here with these settings, and what to do; "" where it can. Of quick training's
    settings: why none of the others can."""
    try:
        check_chosen(replace(config, recipe="thorough") if config.recipe == "quick" else config)
    except TrainError as error:
        return str(error)
    return ""


def noted_seconds(cache_dir: Path, recipe: Recipe, n_pictures: int) -> float | None:
    """What this version of the program measured within a day, scaled to so many pictures; None where nothing was."""
    try:
        noted = json.loads(_note(cache_dir, recipe).read_text("utf-8"))
        seconds, is_fresh = _scaled(noted, n_pictures), abs(time.time() - float(noted["at"])) < _NOTED_S
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError):
        return None
    is_fresh = is_fresh and {**noted, **_circumstances()} == noted
    return seconds if is_fresh and math.isfinite(seconds) else None


def tried_seconds(project_dir: Path, recipe: Recipe, n_pictures: int) -> float:
    """Of training so many pictures by the recipe thorough or everything, beyond quick training: as noted, else
    measured, which takes some seconds.

    Raises:
        TrainError: the recipe cannot be followed here, or the trial says why not.
    """
    cache_dir = project_dir / "cache"
    known = noted_seconds(cache_dir, recipe, n_pictures)
    if known is not None:
        return known
    check_chosen(TrainConfig(recipe=recipe))
    try:
        told = answer_of([*ESTIMATE_PROCESS, str(project_dir), recipe], _PATIENCE_S)
    except NoAnswerError as error:
        raise TrainError(
            f"How long training by the recipe {recipe} takes could not be measured. It says so itself once it runs."
        ) from error
    if "error" in told:
        raise TrainError(str(told["error"]))
    note = {**told, "at": time.time(), **_circumstances()}
    with contextlib.suppress(OSError):  # measured again next time
        atomic_files.write_json(_note(cache_dir, recipe), note)
    return _scaled(told, n_pictures)


def _scaled(told: dict[str, Any], n_pictures: int) -> float:
    """What was told by `estimate_process`, for so many pictures."""
    fixed_s = float(told["fixed_s"])
    return fixed_s + (float(told["seconds"]) - fixed_s) * n_pictures / int(told["n_pictures"])


def _circumstances() -> dict[str, object]:
    """What makes the seconds others: steps that a newer version does faster, for instance."""
    return {"n_cpus": available_cpus(), "version": __version__, "steps": CODE_VERSION}


def _note(cache_dir: Path, recipe: Recipe) -> Path:
    return cache_dir / f"{recipe}_time.json"
