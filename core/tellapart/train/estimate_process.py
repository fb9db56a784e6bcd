"""The process that tries how long a training takes: `python -m tellapart.train.estimate_process PROJECT_DIR RECIPE`.

It prints one line of JSON: {"seconds", "fixed_s", "n_pictures"}, or {"error"}. fixed_s: of the seconds, what it takes
however few pictures there are.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import cast

from tellapart.backbones.lite0 import keeping
from tellapart.errors import TellapartError, TrainError
from tellapart.planning.config import Recipe, TrainConfig
from tellapart.store.project import open_project
from tellapart.train.preparation import check_labels, plan_members
from tellapart.train.thorough import N_FOLDS, check_chosen


def main(project_dir: Path, recipe: Recipe) -> dict[str, object]:
    """What is printed."""
    try:
        config = TrainConfig(recipe=recipe)
        check_chosen(config)
        with open_project(project_dir) as project:
            check_labels(project)
            plan = plan_members(project, config)
            teaching = [
                (project.file(one), one.image_id)
                for one, split in zip(plan.pictures, plan.splits, strict=True)
                if split == "train"
            ]
            n_classes = len({one.label for one in plan.pictures})
        seconds, fixed_s = _measured(teaching, n_classes, len(plan.pictures), config)
        return {
            "seconds": round(seconds, 1),
            "fixed_s": round(fixed_s, 1),
            "n_pictures": len(plan.pictures),
        }
    except TellapartError as error:
        return {"error": str(error)}


def _measured(
    teaching: list[tuple[Path, str]], n_classes: int, n_pictures: int, config: TrainConfig
) -> tuple[float, float]:
    clock = time.perf_counter()
    try:
        from tellapart.network.tuning.views import PictureFile
        from tellapart.network.tuning_door import settings_of
        from tellapart.network.tuning_time import tuning_seconds
    except (ImportError, OSError, RuntimeError) as error:
        raise TrainError(
            f"torch is installed but does not start ({error}). `tellapart doctor` says how to fix it."
        ) from error
    files = [PictureFile(path, image_id) for path, image_id in teaching]
    settings = settings_of(config.recipe, config.seed, config.epochs, config.rate)
    imports_s = time.perf_counter() - clock  # which the training takes as well
    seconds, fixed_s = tuning_seconds(files, n_classes, n_pictures, N_FOLDS, keeping.record(), settings)
    return imports_s + seconds, imports_s + fixed_s


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), cast(Recipe, sys.argv[2]))) + "\n")
