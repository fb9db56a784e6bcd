"""Ground: what advice about one training starts from: its pictures, and what heads answer about each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellapart.backbones.catalogue import load_backbone
from tellapart.clean.evidence import N_FOLDS
from tellapart.learning.cross_validation import OutOfFold
from tellapart.learning.gains.current_answers import CurrentAnswers, current_answers
from tellapart.learning.label_noise import Doubts, find_doubts
from tellapart.learning.numerics.principal_components import MAX_COMPONENTS
from tellapart.planning.config import TrainConfig
from tellapart.progress import Progress
from tellapart.runs import Run
from tellapart.store.manifest import Picture
from tellapart.store.project import Project
from tellapart.train.preparation import check_labels, prepare
from tellapart.training_runs.listing import TrainingRun, run_folder

MOST = 5000  # pictures that are looked at; with more, a sample, so that it takes seconds


@dataclass(frozen=True, eq=False)
class Ground:
    """run: the training. config: its settings. pictures: (N,) to learn from or hold out, none of a test part, perhaps a
    sample of n_pictures. folds: (N,) int, of five; groups: (N,) names. now: the answers about them; doubts: about their
    labels, as on the Clean page. is_open: (N,) bool, labels that nobody has decided about."""

    project: Project
    run: TrainingRun
    config: TrainConfig
    classes: tuple[str, ...]
    n_pictures: int
    pictures: tuple[Picture, ...]
    folds: np.ndarray
    groups: tuple[str, ...]
    now: CurrentAnswers
    doubts: Doubts
    is_open: np.ndarray


def ground_of(project: Project, run: TrainingRun, progress: Progress) -> Ground:
    """The ground of advice about that training. Quick where embeddings are cached, as after training.

    Of a thorough training the embeddings are those of the backbone as it was: what helps one helps the other.

    Raises:
        TrainError, SplitError: the project has too few labels or pictures by now.
        BackboneError, WeightsError, ProjectError, Cancelled: see `train_head`.
    """
    check_labels(project)
    config = TrainConfig.from_json(Run(run_folder(project.root, run.run_id)).config)
    data = prepare(project, load_backbone(config.backbone, config.weights, progress), config, progress)
    every = np.flatnonzero(~data.of("test"))
    rows = _some(every)
    pictures = tuple(data.pictures[row] for row in rows)
    groups = tuple(data.plan.groups[row] for row in rows)
    kept, targets = np.unique(data.targets[rows], return_inverse=True)
    classes = tuple(data.classes[k] for k in kept)
    n_classes = len(classes)
    folds = data.plan.folds(rows)
    now = current_answers(data.embeddings.array[rows], targets, n_classes, folds, groups, config.prior)
    learner = OutOfFold(now.fit.coordinates[:, -MAX_COMPONENTS:], data.plan.folds(rows, N_FOLDS))
    doubts = find_doubts(learner.logits(targets, n_classes), targets)
    decided = project.journal.decided().image_ids
    is_open = np.array([picture.image_id not in decided for picture in pictures], bool)
    return Ground(
        project, run, config, classes, len(every), pictures, folds, groups, now, doubts, is_open
    )  # fmt: skip


def _some(rows: np.ndarray) -> np.ndarray:
    """All, or a sample that is the same each time."""
    if len(rows) <= MOST:
        return rows
    return np.sort(np.random.default_rng(0).permutation(rows)[:MOST])
