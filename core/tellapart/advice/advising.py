"""advise: what would help a project's newest training most, found out once for each training and kept with it."""

from __future__ import annotations

import contextlib

from tellapart.advice.keeping import keep_advice, kept_advice
from tellapart.advice.standing import still_to_do
from tellapart.advice.values import Advised
from tellapart.errors import RunError
from tellapart.progress import Progress, silent
from tellapart.store.project import Project
from tellapart.training_runs.finding import NEWEST, done_run
from tellapart.training_runs.listing import run_folder


def advise(project: Project, run: str = NEWEST, anew: bool = False, progress: Progress = silent) -> Advised:
    """What would help most: at most three suggestions, the most valuable first; see `ranking.value`.

    Found out once for each training, from the pictures as they were then, and kept in its run; what was done since is
    left out. The gains are of the error on pictures to come, see `ErrorGain`.

    Args:
        run: the training, by its name, its folder's or "newest". anew: find out again, from the pictures as they are.
    Raises:
        RunError: nothing was trained yet, or there is no such training.
        TrainError, SplitError: the project has too few labels or pictures by now.
        BackboneError, WeightsError, ProjectError: the pictures cannot be looked at. Cancelled: from progress.
    """
    found = done_run(project, run)
    run_dir = run_folder(project.root, found.run_id)
    advised = None if anew else kept_advice(run_dir)
    if advised is None:
        from tellapart.advice.finding_out import found_out  # what it needs takes a while to import

        advised = found_out(project, found, progress)
        with contextlib.suppress(RunError):  # nothing can be written there: it is found out again next time
            keep_advice(run_dir, advised)
    return still_to_do(project, advised)
