"""A project with trainings that differ in what they answered about the held-out pictures."""

from dataclasses import replace

import numpy as np
import pytest
from tellapart import runs
from tellapart.errors import Cancelled
from tellapart.planning.config import TrainConfig
from tellapart.planning.held_out import HeldOut
from tellapart.train import keep_as_run
from tellapart.train.work_folder import work_folder
from tellapart.training_runs.listing import training_runs


def answers(held, wrong):
    """The same pictures, those of these rows wrong and all others right."""
    right = np.full(held.probs.shape, 0.1, np.float32)
    targets = held.targets.copy()
    predicted = targets.copy()
    predicted[list(wrong)] = (predicted[list(wrong)] + 1) % right.shape[1]
    right[np.arange(len(targets)), predicted] = 0.8
    return HeldOut(held.image_ids, targets, right, np.arange(len(targets)))


@pytest.fixture
def keep(tiny_project, trained):
    """Keeps a training of that name whose answers are wrong in these rows; a model lies beside it."""

    def kept(run_id, wrong=(), recipe=None, held=None, **changed):
        source = trained[1]
        bundle = tiny_project.bundles_dir / run_id
        if not bundle.exists():
            bundle.mkdir()
            for name in ("bundle.json", "MODEL_CARD.md"):
                (bundle / name).write_bytes((source.bundle_dir / name).read_bytes())
        result = replace(
            source,
            bundle_dir=bundle,
            held_out=held or answers(source.held_out, wrong),
            config=replace(source.config, recipe=recipe or "quick"),
            recipe={"kept": recipe or "quick", "said": "It was better."},
            **changed,
        )
        keep_as_run(tiny_project, result)
        return next(one for one in training_runs(tiny_project) if one.run_id == run_id)

    return kept


@pytest.fixture
def pause(tiny_project):
    """Keeps a training of that name, half of which is done, that ended in this way; what it did is kept as well, in the
    folder of that key."""

    def paused(run_id, stage="paused", key=None, **config):
        run = runs.record(tiny_project.root, run_id, "train", config, {}, 1.0)
        (run.run_dir / "result.json").unlink()
        (run.run_dir / "progress.jsonl").write_text(
            '{"done": 1, "total": 2, "message": "Learning.", "at": 1}\n'
            f'{{"stage": "{stage}", "message": "It is {stage}.", "at": 2}}\n'
        )
        settings = TrainConfig.from_json({"variation": {}, **config})
        with pytest.raises(Cancelled), work_folder(tiny_project, key or run_id, settings) as folder:
            (folder / "0.safetensors").write_bytes(bytes(1000))
            raise Cancelled("It is " + stage)
        return run

    return paused
