"""Finding advice out: everything that may help is weighed, and the best of it kept."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tellapart.advice.backbones import backbone_advice
from tellapart.advice.from_pictures import add_pictures_advice, check_labels_advice, pair_advice
from tellapart.advice.ground import Ground, ground_of
from tellapart.advice.ranking import ranked
from tellapart.advice.thorough import thorough_advice
from tellapart.advice.values import Advice, Advised
from tellapart.progress import Doing, Progress, Step
from tellapart.store.project import Project
from tellapart.training_runs.listing import TrainingRun


def found_out(project: Project, run: TrainingRun, progress: Progress) -> Advised:
    """What would help that training most, from the pictures as they are.

    Raises:
        TrainError, SplitError, BackboneError, WeightsError, ProjectError, Cancelled: see `advise`.
    """
    clock = time.perf_counter()
    ground = ground_of(project, run, progress)
    n = len(ground.pictures)
    progress(n, n, Doing(Step.RANKING, "Finding out what would help most"))
    best = ranked(_everything(ground, progress))
    return Advised(run.run_id, best, ground.now.error, n, time.perf_counter() - clock)


def _everything(ground: Ground, progress: Progress) -> Iterator[Advice]:
    labels = check_labels_advice(ground)
    several = [
        labels, *add_pictures_advice(ground), thorough_advice(ground, labels.n_wrong if labels else 0),
        backbone_advice(ground, progress), pair_advice(ground),
    ]  # fmt: skip
    yield from (one for one in several if one is not None)
