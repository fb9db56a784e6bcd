"""Nightly: take in what came, train again, and put the new model in the place of the old one only if it is not worse.

Both models answer the same held-out pictures, which neither was fitted on, so the difference is a paired one. A model
that is worse is kept aside and never found by the pages.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from tellapart import atomic_files, runs
from tellapart.bundle.loading import newest_bundle
from tellapart.classify import Predictor
from tellapart.errors import BundleError, ImageError, ProjectError, RunError, TrainError
from tellapart.file_lock import try_lock
from tellapart.gather import corrections_from, take_in
from tellapart.learning.statistics.paired import paired
from tellapart.planning.config import TrainConfig
from tellapart.progress import Progress, silent
from tellapart.store.decision_files import replay_new_decisions
from tellapart.store.manifest import TO_DECIDE, Picture, now
from tellapart.store.project import Project, open_project
from tellapart.train import TrainResult, keep_as_run, train_head

LOG, REJECTED = "nightly.jsonl", "rejected"
_TRIED = "nightly_tried"  # the setting with the state of the pictures that was trained on last
_TONIGHT = ".tonight-"  # of a bundle that nobody has decided about yet
_DECISIONS = (".json", ".csv")


@dataclass(frozen=True)
class Night:
    """One line of the log. n_new: pictures that came. n_corrections: pictures of visitors that came, of which
    nothing is learned until somebody decides about them. n_decisions: that were carried out. n_held_out: pictures that
    both models answered, copies counted once; wrong_before, wrong_after: of them, None where there was no model before.
    bundle: the new model's folder, below the project's, "" where nothing was trained. is_published: whether it took the
    old one's place."""

    at: str
    n_new: int
    n_decisions: int
    n_held_out: int
    wrong_before: int | None
    wrong_after: int | None
    bundle: str
    is_published: bool
    n_corrections: int = 0

    def sentence(self) -> str:
        """For a person who reads the log."""
        came = f"{self.n_new} new picture(s), {self.n_decisions} decision(s)"
        came += f", {self.n_corrections} of visitors to decide about" if self.n_corrections else ""
        if not self.bundle:
            return f"{came}: nothing to learn, the model stays."
        if self.wrong_before is None:
            return (
                f"{came}: the first model, {self.wrong_after} of {self.n_held_out} held-out pictures wrong."
            )
        compared = (
            f"{self.wrong_after} of {self.n_held_out} held-out pictures wrong, {self.wrong_before} before"
        )
        return f"{came}: {compared}; {'published' if self.is_published else 'worse, so the old model stays'}."


def nightly(
    project_dir: Path | str,
    inbox: Path | str | None = None,
    *,
    corrections: Sequence[str] = (),
    key: str = "",
    publish: Callable[[Path], object] | None = None,
    progress: Progress = silent,
) -> Night:
    """One night's work on a project; the line that was added to its log.

    Args:
        inbox: a folder with one folder of pictures per label, and lists of decisions (.json, .csv) beside them. Nothing
            in it is changed: what came in before is known again, and what was decided since stands.
        corrections: zips, folders or addresses of services with what visitors said, see `corrections_from`; what is
            said there waits for somebody to decide. key: of those services.
        publish: called with the new model's folder when it took the old one's place, for instance to export an app.
            What it raises ends the night; the next one trains and publishes again.
    Raises:
        ProjectError: another night's work goes on, or the disk does not take it.
        IntakeError: the inbox cannot be read. TrainError, SplitError: there are too few pictures.
        Cancelled: from `progress`.
    """
    with open_project(Path(project_dir)) as project, _alone(project):
        for left in project.bundles_dir.glob(f"{_TONIGHT}*"):
            shutil.rmtree(left, ignore_errors=True)  # of a night that was killed
        n_new, n_decisions = _take(project, Path(inbox), progress) if inbox is not None else (0, 0)
        n_corrections = sum(corrections_from(project, one, key, progress).n_added for one in corrections)
        old, state = newest_bundle(project.bundles_dir), _state(project)
        if old is not None and state == project.manifest.setting(_TRIED, ""):
            return _noted(project, Night(now(), n_new, n_decisions, 0, None, None, "", False, n_corrections))
        result = train_head(project, _last_config(project), progress, name=f"{_TONIGHT}{os.getpid()}")
        before, after, n = _compared(project, result, old)
        is_better = before is None or after <= before
        bundle = _put_in_place(project, result, is_better)
        place = bundle.relative_to(project.root).as_posix()
        night = Night(now(), n_new, n_decisions, n, before, after, place, is_better, n_corrections)
        _noted(project, night)
        if is_better and publish is not None:
            publish(bundle)
        project.manifest.set_setting(_TRIED, state)
        return night


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    project.cache_dir.mkdir(exist_ok=True)
    with (project.cache_dir / "nightly.lock").open("ab") as file:
        if not try_lock(file):
            raise ProjectError(f"Another nightly run works on {project.root}. Wait until it is done.")
        yield


def _take(project: Project, inbox: Path, progress: Progress) -> tuple[int, int]:
    inbox = inbox.expanduser().absolute()
    if not inbox.is_dir():
        raise ProjectError(f"The inbox {inbox} is no folder. Make it, with one folder of pictures per label.")
    has_pictures = any(one.is_dir() and any(one.iterdir()) for one in inbox.iterdir())
    n_new = take_in(project, inbox, progress=progress, labels="folders").n_added if has_pictures else 0
    lists = sorted(one for one in inbox.iterdir() if one.suffix.lower() in _DECISIONS)
    return n_new, sum(replay_new_decisions(project, one).n_done for one in lists)


def _state(project: Project) -> str:
    """A digest of what a training learns from: every picture with its label, state and mark, but for those of visitors
    that nobody has decided about."""
    digest = sha256()
    standings = [row for row in project.manifest.standings() if row[3] != TO_DECIDE]
    for row in sorted(standings, key=lambda row: row[0]):
        digest.update(json.dumps(row).encode())
    return digest.hexdigest()


def _last_config(project: Project) -> TrainConfig:
    """The settings of the last training; where they cannot be read, the usual ones."""
    last = runs.latest(project.root, "train")
    try:
        return TrainConfig.from_json(last.config) if last is not None else TrainConfig()
    except (RunError, TrainError, TypeError):
        return TrainConfig()


def _compared(project: Project, result: TrainResult, old: Path | None) -> tuple[int | None, int, int]:
    """Wrong answers of the old and the new model about the held-out pictures that both could get right, and their
    number; of copies the first alone counts, else one thing would outvote the rest. A picture that the old one cannot
    read, as the new one could, counts against it."""
    held_out = [one for one, part in zip(result.image_ids, result.splits, strict=True) if part == "valid"]
    pictures = [project.manifest.picture(image_id) for image_id in held_out]
    try:
        predictor = Predictor(old) if old is not None else None
    except BundleError:
        predictor = None  # damaged, or of a version that nobody reads any more: anything is better
    known = [one for one in pictures if predictor is None or one.label in predictor.classes]
    known = _different(result, known)
    new = _answers(project, result.bundle_dir, known)
    if predictor is None:
        right = [new[one.image_id] == one.label for one in known]
        return None, len(right) - sum(right), len(right)
    before = _answers(project, predictor, known)
    pairs = paired(
        np.array([before[one.image_id] != one.label for one in known], bool),
        np.array([new[one.image_id] != one.label for one in known], bool),
    )
    return pairs.only_second + pairs.both_wrong, pairs.only_first + pairs.both_wrong, pairs.n


def _different(result: TrainResult, pictures: Sequence[Picture]) -> list[Picture]:
    """Of pictures that were held out those that are no copies of one before."""
    held = result.held_out
    groups = dict(zip(held.image_ids, held.groups.tolist(), strict=True)) if held is not None else {}
    first: dict[int | str, Picture] = {}
    for one in pictures:
        first.setdefault(groups.get(one.image_id, one.image_id), one)
    return list(first.values())


def _answers(project: Project, model: Predictor | Path, pictures: list[Picture]) -> dict[str, str | None]:
    predictor = model if isinstance(model, Predictor) else Predictor(model)
    found = predictor.predict_many(project.files(pictures))
    return {
        picture.image_id: None if isinstance(one, ImageError) else one.label
        for picture, one in zip(pictures, found, strict=True)
    }


def _put_in_place(project: Project, result: TrainResult, is_better: bool) -> Path:
    """The bundle under its own name, where the pages look, or aside; a kill before leaves a name nobody looks at."""
    name = f"night-{now()[:19].replace(':', '').replace('T', '-')}"
    folder = project.bundles_dir if is_better else project.root / REJECTED
    folder.mkdir(exist_ok=True)
    bundle = folder / name
    while bundle.exists():
        bundle = bundle.with_name(bundle.name + "-again")
    atomic_files.replace(result.bundle_dir, bundle)
    if is_better:
        keep_as_run(project, replace(result, bundle_dir=bundle))
    return bundle


def _noted(project: Project, night: Night) -> Night:
    with (project.root / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(night)) + "\n")
    return night
