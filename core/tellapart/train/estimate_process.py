"""The process that tries how long thorough training takes: `python -m tellapart.train.estimate_process PROJECT_DIR`.

It prints one line of JSON: {"seconds", "n_pictures"}, or {"error"}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tellapart.backbones.lite0 import keeping
from tellapart.errors import TellapartError, TrainError
from tellapart.planning.config import TrainConfig
from tellapart.store.project import open_project
from tellapart.train.preparation import check_labels, plan_members
from tellapart.train.thorough import N_FOLDS, check_chosen


def main(project_dir: Path) -> dict[str, object]:
    """What is printed."""
    config = TrainConfig(recipe="thorough")
    try:
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
        return {
            "seconds": round(_measured(teaching, n_classes, len(plan.pictures)), 1),
            "n_pictures": len(plan.pictures),
        }
    except TellapartError as error:
        return {"error": str(error)}


def _measured(teaching: list[tuple[Path, str]], n_classes: int, n_pictures: int) -> float:
    try:
        from tellapart.network.tuning.views import PictureFile
        from tellapart.network.tuning_time import tuning_seconds
    except (ImportError, OSError, RuntimeError) as error:
        raise TrainError(
            f"torch is installed but does not start ({error}). `tellapart doctor` says how to fix it."
        ) from error
    files = [PictureFile(path, image_id) for path, image_id in teaching]
    return tuning_seconds(files, n_classes, n_pictures, N_FOLDS, keeping.record())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))) + "\n")
